"""Who asks, and about what: for schemathesis, which knows neither from the document."""

import os
import zlib

import requests
import schemathesis

URL = os.environ["IIT_E2E_URL"]
API = f"{URL}/api/v1"
PASSWORD = "demo-password"


def signed_in(name):
    form = {"username": name, "password": PASSWORD}
    answer = requests.post(f"{API}/auth/token", data=form, timeout=20)
    answer.raise_for_status()
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


@schemathesis.auth(refresh_interval=None)
class SignIn:
    """The role's person. Some requests sign out; then they sign in again."""

    def get(self, case, context):
        return signed_in(os.environ["IIT_ROLE"])

    def set(self, case, data, context):
        case.headers = {**(case.headers or {}), **data}


def known():
    """Ids of the demo data, by the beginning of the address in which they stand."""
    me = signed_in(os.environ["IIT_ROLE"])

    def first(path, field="id"):
        items = requests.get(f"{API}{path}", headers=me, timeout=20).json().get("items", [])
        return [item[field] for item in items][:5]

    issues = first("/issues?limit=5&sort=-created", "key")
    of_each = lambda what: [found for key in issues for found in first(f"/issues/{key}/{what}")]
    return {
        "/issues/{issue}": {"issue": issues, "label": ["billing", "api"]},
        "/projects/{project}": {
            "project": ["APP", "ENG", "HELP"],
            "label": ["billing", "api"],
            "version": ["4.1", "4.2"],
            "user": ["lead", "developer"],
        },
        "/comments/{id}": {"id": of_each("comments")},
        "/attachments/{id}": {"id": of_each("attachments")},
        "/users/{id}": {"id": ["developer", "viewer", "reporter2"]},
    }


KNOWN = known()


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Every other address is of something that is there; which, the generated value decides."""
    path = context.operation.path.removeprefix("/api/v1")
    for beginning, names in KNOWN.items():
        if not path.startswith(beginning):
            continue
        for name, values in names.items():
            number = zlib.crc32(str(path_parameters.get(name)).encode())
            if name in path_parameters and values and number % 2:
                path_parameters[name] = values[number // 2 % len(values)]
    return path_parameters


@schemathesis.hook
def map_query(context, query):
    """Nobody waits for what does not come."""
    if query and str(query.get("wait", "")).isdigit():
        query["wait"] = int(query["wait"]) % 2 if int(query["wait"]) <= 30 else query["wait"]
    return query


@schemathesis.hook
def filter_case(context, case):
    """Nothing that takes the ground away from all requests after it, or that HTTP itself changes."""
    if any(value != value.strip() for value in (case.headers or {}).values() if isinstance(value, str)):
        return False
    id_ = case.operation.definition.raw.get("operationId")
    body = case.body if isinstance(case.body, dict) else {}
    if id_ == "archive_project":
        return (case.path_parameters or {}).get("project") not in ("APP", "ENG", "HELP", "OPS", "SEC")
    if id_ == "update_project":
        return not body.get("archived")
    if id_ == "change_password":
        return body.get("current") != PASSWORD or body.get("new") == PASSWORD
    return True

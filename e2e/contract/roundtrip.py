"""A client that openapi-python-client made of the document, at work on the demo data."""

import hashlib
import io
import os
import uuid

import pytest

from iit_client import AuthenticatedClient, Client
from iit_client.api.attachments import (
    add_attachments,
    delete_attachment,
    download_attachment,
    list_attachments,
)
from iit_client.api.auth import create_token
from iit_client.api.comments import create_comment, list_comments
from iit_client.api.issues import create_issue, get_issue, list_issues, update_issue
from iit_client.api.me import get_me
from iit_client.api.tokens import create_my_token
from iit_client.models import (
    FileForm,
    IssueDraft,
    IssueForm,
    IssuePatch,
    NewComment,
    NewToken,
    ProblemCode,
    Scope,
    TokenForm,
)
from iit_client.models.list_issues_severity_item import ListIssuesSeverityItem
from iit_client.types import File

URL = os.environ["IIT_E2E_URL"]
TITLE = f"Invoice total is wrong {uuid.uuid4()}"


def bearing(token: str) -> AuthenticatedClient:
    return AuthenticatedClient(base_url=URL, token=token)


@pytest.fixture(scope="module")
def person() -> AuthenticatedClient:
    form = TokenForm(username="maintainer", password="demo-password")
    answer = create_token.sync(client=Client(base_url=URL), body=form)
    assert answer.expires_in > 0
    return bearing(answer.access_token)


@pytest.fixture(scope="module")
def program(person: AuthenticatedClient) -> AuthenticatedClient:
    """A program with a token of its own."""
    new = NewToken(name="Round trip", scopes=[Scope.ISSUESWRITE, Scope.COMMENTSWRITE], project="APP")
    made = create_my_token.sync(client=person, body=new)
    assert made.token.startswith("iit_")
    return bearing(made.token)


@pytest.fixture(scope="module")
def made(program: AuthenticatedClient):
    draft = IssueDraft(title=TITLE, labels=["billing"], priority=2)
    key = str(uuid.uuid4())
    answer = create_issue.sync_detailed(client=program, body=draft, idempotency_key=key)
    assert answer.status_code == 201
    assert answer.headers["location"].endswith(answer.parsed.key)
    again = create_issue.sync_detailed(client=program, body=draft, idempotency_key=key)
    assert again.headers["idempotent-replayed"] == "true"
    assert again.parsed.key == answer.parsed.key
    return answer.parsed


def test_who_asks(person, program):
    assert get_me.sync(client=person).user.username == "maintainer"
    assert Scope.ISSUESWRITE in get_me.sync(client=program).scopes


def test_what_is_known_is_not_sent_again(program, made):
    first = get_issue.sync_detailed(made.key, client=program)
    assert first.parsed.title == TITLE
    again = get_issue.sync_detailed(made.key, client=program, if_none_match=first.headers["etag"])
    assert again.status_code == 304
    assert again.content == b""


def test_pages_follow_one_another(program):
    seen, cursor = [], None
    for _ in range(3):
        more = {} if cursor is None else {"cursor": cursor}
        page = list_issues.sync(client=program, limit=5, **more)
        seen += [row.key for row in page.items]
        cursor = page.next_cursor
    assert len(seen) == len(set(seen)) == 15
    assert page.total.count > 15


def test_a_filter_takes_several_values(program):
    wanted = [ListIssuesSeverityItem.HIGH, ListIssuesSeverityItem.CRITICAL]
    page = list_issues.sync(client=program, severity=wanted, limit=100)
    assert {row.severity.value for row in page.items} == {"high", "critical"}


def test_a_change_of_another_version_is_refused(program, made):
    tag = get_issue.sync_detailed(made.key, client=program).headers["etag"]
    changed = update_issue.sync_detailed(made.key, client=program, body=IssuePatch(priority=1), if_match=tag)
    assert (changed.status_code, changed.parsed.priority) == (200, 1)
    stale = update_issue.sync_detailed(made.key, client=program, body=IssuePatch(priority=3), if_match=tag)
    assert stale.status_code == 412
    assert stale.parsed.code == ProblemCode.EDIT_CONFLICT
    assert stale.parsed.changed == ["priority"]
    cleared = update_issue.sync(made.key, client=program, body=IssuePatch(due_date=None))
    assert cleared.due_date is None


def test_comments(program, made):
    said = create_comment.sync_detailed(made.key, client=program, body=NewComment(body="Seen in **4.2**"))
    assert said.status_code == 201
    assert [c.body for c in list_comments.sync(made.key, client=program).items] == ["Seen in **4.2**"]


def test_files_come_back_byte_for_byte(program, made):
    content = bytes(range(256)) * 1000
    form = FileForm(file=[File(payload=io.BytesIO(content), file_name="all.bin")])
    added = add_attachments.sync(made.key, client=program, body=form).items[0]
    assert added.sha256 == hashlib.sha256(content).hexdigest()
    assert download_attachment.sync(added.id, client=program).payload.read() == content
    assert delete_attachment.sync_detailed(added.id, client=program).status_code == 204


def test_an_issue_comes_with_its_files(program):
    file = File(payload=io.BytesIO(b"a log"), file_name="app.log", mime_type="text/plain")
    form = IssueForm(title=TITLE, labels="billing,mobile", priority=2, file=[file])
    issue = create_issue.sync(client=program, body=form)
    assert [label.name for label in issue.labels] == ["billing", "mobile"]
    files = list_attachments.sync(issue.key, client=program).items
    assert [file.file_name for file in files] == ["app.log"]


def test_problems_are_typed(program, made):
    absent = get_issue.sync("APP-99999", client=program)
    assert (absent.status, absent.code) == (404, ProblemCode.NOT_FOUND)
    empty = create_issue.sync(client=program, body=IssueDraft(title=""))
    assert empty.code == ProblemCode.INVALID_INPUT
    assert [error.pointer for error in empty.errors] == ["/title"]
    narrow = create_my_token.sync(client=program, body=NewToken(name="More", scopes=[Scope.ADMIN]))
    assert narrow.code == ProblemCode.TOKEN_NOT_ENOUGH
    nobody = get_me.sync(client=bearing("iit_" + "x" * 40))
    assert nobody.status == 401

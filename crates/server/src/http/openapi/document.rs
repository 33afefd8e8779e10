//! The document: what the routes say of themselves, completed by rules that hold for all of them.

use super::{answers, examples, parameters, schemas, security};
use domain::problem::Problem;
use domain::token::{self, Need};
use serde_json::{Map, Value, json};
use utoipa::OpenApi;

/// The methods that operations of the document have, as it spells them and as HTTP does.
const METHODS: [(&str, &str); 5] = [
    ("get", "GET"),
    ("post", "POST"),
    ("put", "PUT"),
    ("patch", "PATCH"),
    ("delete", "DELETE"),
];

/// What the parts of the API are for, in the order of its page.
const TAGS: [(&str, &str); 14] = [
    ("auth", "Signing in and out."),
    ("me", "Oneself."),
    ("tokens", "API tokens of programs."),
    ("users", "The directory of accounts."),
    ("projects", "Projects, their workflow and their board."),
    ("members", "Who belongs to a project."),
    ("labels", "Labels of a project."),
    (
        "versions",
        "Versions of a project, and their release notes.",
    ),
    ("issues", "Issues: reported, found, changed, moved, merged."),
    ("views", "Filters kept under a name."),
    (
        "relations",
        "How issues stand to each other; watching and voting.",
    ),
    ("comments", "What is said about an issue."),
    ("attachments", "Files of an issue."),
    ("insights", "Counts, statistics and what happened."),
];

/// Tags that come after those.
const MORE_TAGS: [(&str, &str); 2] = [
    ("live", "What happens, as it happens."),
    (
        "admin",
        "For admins: the audit log and the table of rights.",
    ),
];

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Issues & Insights",
        description = "Collect feedback and bugs, triage them, work on them, see what is going on.\n\n\
            Conventions: JSON in snake_case; instants are RFC 3339 in UTC; ids are UUIDs; an issue is named by its key \
            (`APP-12`) or its id. Errors are `application/problem+json` (RFC 9457), told apart by `code`. Lists come in \
            pages with `next_cursor`. PATCH: absent keeps, `null` clears. An `Idempotency-Key` makes a repeated request \
            answer like the first; an `ETag` makes reading again (`If-None-Match`) and changing (`If-Match`) conditional.\n\n\
            Who asks: a browser by its cookie; a program by `Authorization: Bearer` with an API token (`iit_…`) or with \
            the JWT that `POST /auth/token` answers with. An operation that does not list the scheme `token` takes no \
            API token, but still the JWT.\n\n\
            Within `v1` this document only grows: new operations, fields, optional parameters, words in the enumerations \
            of answers.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    components(schemas(Problem))
)]
struct Base;

/// One operation of the document, while it is completed.
pub struct Operation<'a> {
    /// As HTTP spells it.
    pub method: &'static str,
    /// With its parameters in braces.
    pub path: &'a str,
    /// What it takes of a token.
    pub need: Need,
    /// Itself.
    pub value: &'a mut Map<String, Value>,
}

impl Operation<'_> {
    /// Its address without the prefix that all have.
    pub fn place(&self) -> &str {
        self.path
            .strip_prefix(domain::paths::API)
            .unwrap_or(self.path)
    }

    /// Whether it may change something.
    pub fn writes(&self) -> bool {
        self.method != "GET"
    }

    /// Whether nobody has to be signed in.
    pub fn is_public(&self) -> bool {
        self.place().starts_with("/auth/")
    }

    /// Whether it takes that parameter.
    pub fn takes(&self, place: &str, name: &str) -> bool {
        self.parameters()
            .any(|p| p.get("in") == Some(&json!(place)) && p.get("name") == Some(&json!(name)))
    }

    /// Its parameters.
    pub fn parameters(&self) -> impl Iterator<Item = &Value> {
        self.value
            .get("parameters")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
    }

    /// Whether it takes parameters in the address after a question mark.
    pub fn takes_query(&self) -> bool {
        self.parameters()
            .any(|p| p.get("in") == Some(&json!("query")))
    }

    /// Whether it takes a body, and one of that kind.
    pub fn reads(&self, media_type: &str) -> bool {
        self.value
            .get("requestBody")
            .and_then(|body| body.get("content")?.get(media_type))
            .is_some()
    }

    /// Whether it takes a body.
    pub fn takes_body(&self) -> bool {
        self.value.contains_key("requestBody")
    }

    /// Whether it answers like that.
    pub fn answers(&self, status: &str) -> bool {
        self.value
            .get("responses")
            .is_some_and(|all| all.get(status).is_some())
    }

    /// The name of the type that it answers with, as JSON.
    pub fn answer_type(&self, status: &str) -> Option<&str> {
        self.value
            .get("responses")?
            .get(status)?
            .pointer("/content/application~1json/schema/$ref")?
            .as_str()?
            .rsplit('/')
            .next()
    }
}

/// Does something with each operation of a document.
pub fn each_operation(document: &mut Value, mut f: impl FnMut(Operation<'_>)) {
    let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) else {
        return;
    };
    for (path, item) in paths {
        let Some(item) = item.as_object_mut() else {
            continue;
        };
        for (method, operation) in item {
            let Some(value) = operation.as_object_mut() else {
                continue;
            };
            if let Some((_, method)) = METHODS.iter().find(|(known, _)| known == method) {
                f(Operation {
                    need: token::need(method, path),
                    method,
                    path,
                    value,
                });
            }
        }
    }
}

/// What the routes say of themselves: the same routes that are served.
#[must_use]
pub fn of_routes() -> utoipa::openapi::OpenApi {
    use utoipa_actix_web::AppExt;
    let (_, routes) = actix_web::App::new()
        .into_utoipa_app()
        .service(utoipa_actix_web::scope("/api/v1").configure(crate::http::v1))
        .split_for_parts();
    let mut document = Base::openapi();
    document.paths = routes.paths;
    if let Some(theirs) = routes.components {
        let ours = document.components.get_or_insert_with(Default::default);
        ours.schemas.extend(theirs.schemas);
    }
    document
}

/// Adds what another value has to an object, field by field.
pub fn merge(into: &mut Value, more: Value) {
    match (into, more) {
        (Value::Object(into), Value::Object(more)) => {
            for (name, value) in more {
                merge(into.entry(name).or_insert(Value::Null), value);
            }
        }
        (into, more) => *into = more,
    }
}

/// The document.
#[must_use]
pub fn document() -> Value {
    let mut document = serde_json::to_value(of_routes()).unwrap_or_default();
    let tags: Vec<Value> = TAGS
        .iter()
        .chain(&MORE_TAGS)
        .map(|(name, description)| json!({"name": name, "description": description}))
        .collect();
    merge(
        &mut document,
        json!({
            "servers": [{"url": "/", "description": "This server"}],
            "tags": tags,
            "components": {
                "securitySchemes": security::schemes(),
                "headers": answers::headers(),
            },
        }),
    );
    schemas::complete(&mut document);
    each_operation(&mut document, |mut operation| {
        security::complete(&mut operation);
        parameters::complete(&mut operation);
        examples::complete(&mut operation);
    });
    let counted = schemas::counted(&document);
    let mut problems = Map::new();
    each_operation(&mut document, |mut operation| {
        answers::complete(&mut operation, &counted, &mut problems);
    });
    merge(
        &mut document,
        json!({"components": {"responses": problems}}),
    );
    document
}

/// The document as it is committed and served.
///
/// # Errors
/// Never for a document of ours.
pub fn document_text() -> Result<String, serde_json::Error> {
    Ok(serde_json::to_string_pretty(&document())? + "\n")
}

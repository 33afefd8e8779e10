//! What operations answer: the words, the headers and the refusals of each, by what it is.

use super::document::{Operation, merge};
use super::parameters::takes_idempotency_key;
use domain::problem::Code;
use domain::token::Need;
use serde_json::{Map, Value, json};

/// The headers of answers.
pub fn headers() -> Value {
    let text =
        |description: &str| json!({"description": description, "schema": {"type": "string"}});
    let number = |description: &str| json!({"description": description, "schema": {"type": "integer", "minimum": 0}});
    let always = |mut header: Value| {
        merge(&mut header, json!({"required": true}));
        header
    };
    json!({
        "X-Request-Id": always(text("Names this request in the server's log; the one that was sent, if it is a plain word.")),
        "Server-Timing": always(text("Milliseconds in the server and in the database.")),
        "RateLimit": text("`\"<policy>\";r=<requests left>;t=<seconds until more>`; not there where nothing is limited."),
        "RateLimit-Policy": text("`\"<policy>\";q=<requests>;w=<seconds>`; not there where nothing is limited."),
        "Retry-After": always(number("Seconds after which to try again.")),
        "ETag": always(text("A strong tag of this version, for `If-None-Match` and `If-Match`.")),
        "Location": always(text("The address of what was made, or where it is now.")),
        "Link": text("`<address>; rel=\"next\"`, while there is a next page (RFC 8288)."),
        "Allow": always(text("The methods that this address takes.")),
        "WWW-Authenticate": text("How to say who asks, and what was wrong with a token that came (RFC 6750)."),
        "Accept-Encoding": text("How a body may be packed: not at all."),
        "Idempotent-Replayed": {
            "description": "`true` when this is the answer to an earlier request with the same key.",
            "schema": {"type": "string", "const": "true"},
        },
        "Content-Disposition": text("A name for the file."),
        "Accept-Ranges": always(text("`bytes`: a part can be asked for with `Range`.")),
        "Content-Range": always(text("Which bytes of how many these are; `bytes */<how many>` where there is no such part.")),
        "Set-Cookie": text("The browser's session."),
    })
}

/// Headers by their names, as an answer lists them.
fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> Value {
    names
        .into_iter()
        .map(|name| {
            let place = format!("#/components/headers/{name}");
            (name.to_string(), json!({"$ref": place}))
        })
        .collect::<Map<_, _>>()
        .into()
}

/// Headers of every answer.
const EVERYWHERE: [&str; 4] = [
    "X-Request-Id",
    "Server-Timing",
    "RateLimit",
    "RateLimit-Policy",
];

/// Why an operation can refuse, by what it is: one rule instead of a list at every handler.
fn refusals(operation: &Operation<'_>) -> Vec<Code> {
    let place = operation.place();
    let mut codes = vec![
        Code::MalformedRequest,
        Code::MethodNotAllowed,
        // Bodies that are packed, where there should be none, too.
        Code::UnsupportedMediaType,
        Code::TooManyRequests,
        Code::Internal,
        Code::Unavailable,
    ];
    if !operation.is_public() {
        codes.extend([Code::NotAuthenticated, Code::InvalidToken]);
    }
    if !matches!(operation.need, Need::Nothing | Need::Any) && !operation.is_public() {
        codes.push(Code::TokenNotEnough);
    }
    if takes_a_right(operation) {
        codes.push(Code::Forbidden);
    }
    if operation.writes() {
        codes.push(Code::ForeignOrigin);
    }
    // Some name a project in what they send.
    let named = operation.takes("query", "project")
        || operation.method == "POST" && matches!(place, "/issues" | "/issues/bulk" | "/views");
    if place.contains('{') || named {
        codes.push(Code::NotFound);
    }
    if place.contains("{issue}") {
        codes.push(Code::Moved);
    }
    if operation.takes_body() {
        codes.extend([Code::TooLarge, Code::RequestTimeout]);
    }
    if operation.takes_body() || operation.takes_query() {
        codes.push(Code::InvalidInput);
    }
    if takes_idempotency_key(operation) {
        codes.push(Code::IdempotencyMismatch);
    }
    if operation.takes("header", "If-Match") {
        codes.push(Code::EditConflict);
    }
    if operation.reads("multipart/form-data") {
        codes.extend([Code::NoStorage, Code::UploadQuota]);
    }
    if operation.answers("206") {
        codes.push(Code::RangeNotSatisfiable);
    }
    codes.extend(conflicts(operation));
    codes.extend(match place {
        "/auth/login" | "/auth/token" => &[Code::WrongCredentials, Code::AwaitsAdmin][..],
        "/auth/register" => &[Code::RegistrationClosed],
        _ => &[],
    });
    codes
}

/// Whether it takes a right that not everybody has for whom the thing exists.
fn takes_a_right(operation: &Operation<'_>) -> bool {
    let place = operation.place();
    let own = ["/me", "/auth/"].iter().any(|own| place.starts_with(own));
    let read_by_few = place.starts_with("/admin/")
        || place.starts_with("/audit")
        || place.starts_with("/users/{id}/tokens")
        || matches!(
            place,
            "/comments/{id}/events" | "/projects/{project}/export" | "/issues"
        );
    read_by_few || operation.writes() && !own
}

/// What can stand against a change.
fn conflicts(operation: &Operation<'_>) -> Vec<Code> {
    use Code::{AlreadyExists, Conflict, LastOne, TransitionNotAllowed};
    let place = operation.place();
    let segments: Vec<&str> = place.split('/').skip(1).collect();
    match (operation.method, segments.as_slice()) {
        ("GET", _) => vec![],
        (_, ["auth", "register"]) | ("PATCH", ["me"]) => vec![AlreadyExists],
        (_, ["auth", ..] | ["me", "password"] | ["me", "sessions", ..] | ["audit"]) => vec![],
        ("DELETE", ["me", ..] | ["users", _, "tokens", _]) => vec![],
        (_, ["users", ..]) | (_, ["projects", _, "members", ..]) => {
            vec![AlreadyExists, Conflict, LastOne]
        }
        (_, ["me", "tokens"]) => vec![Conflict],
        ("PATCH", ["issues", _]) => vec![AlreadyExists, Conflict, TransitionNotAllowed],
        ("POST" | "PATCH", ["projects" | "views" | "issues"] | ["projects" | "views", _])
        | ("POST" | "PATCH", ["projects", _, "labels" | "versions" | "issues", ..])
        | ("POST", ["issues", _, "move" | "relations" | "restore"]) => {
            vec![AlreadyExists, Conflict]
        }
        _ => vec![Conflict],
    }
}

/// An answer that refuses with one of those, and the name under which the document keeps it.
fn refused(codes: &[Code]) -> (String, Value) {
    let name: Vec<String> = codes.iter().map(|code| camel(code.slug())).collect();
    let told: Vec<String> = codes
        .iter()
        .map(|code| format!("`{}`: {}.", code.slug(), code.title()))
        .collect();
    let slugs: Vec<&str> = codes.iter().map(|code| code.slug()).collect();
    let mut headers: Vec<&str> = EVERYWHERE.to_vec();
    headers.extend(match codes.first().map(|code| code.status()) {
        Some(308) => Some("Location"),
        Some(401) => Some("WWW-Authenticate"),
        Some(403) if codes.contains(&Code::TokenNotEnough) => Some("WWW-Authenticate"),
        Some(415) => Some("Accept-Encoding"),
        Some(405) => Some("Allow"),
        Some(416) => Some("Content-Range"),
        Some(429 | 503) => Some("Retry-After"),
        _ => None,
    });
    let answer = json!({
        "description": told.join("\n"),
        "headers": listed(headers),
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        "x-problem-codes": slugs,
    });
    (name.join("Or"), answer)
}

fn camel(slug: &str) -> String {
    slug.split('-')
        .map(|word| {
            let (first, rest) = word.split_at(word.len().min(1));
            first.to_uppercase() + rest
        })
        .collect()
}

/// The words for an answer that a handler declares without any.
fn said(operation: &Operation<'_>, status: &str) -> &'static str {
    match (status, operation.method) {
        ("201", _) => "Made; `Location` says where it is.",
        ("204", _) => "Done.",
        ("206", _) => "The part that was asked for.",
        ("304", _) => "What the caller has is still right.",
        (_, "GET") if operation.takes("query", "cursor") => "A page of what was asked for.",
        (_, "GET") => "What was asked for.",
        (_, "POST") => "What was done.",
        _ => "As it is now.",
    }
}

/// Whether what it answers is of a version that has a tag. Types that count their versions have one,
/// and so has whatever is read or changed on condition.
fn is_tagged(operation: &Operation<'_>, status: &str, counted: &[String]) -> bool {
    let of_a_version = operation
        .answer_type(status)
        .is_some_and(|name| counted.iter().any(|counted| counted == name));
    match status {
        "206" | "304" => true,
        "200" if operation.method == "GET" => operation.answers("304"),
        "200" if operation.method != "POST" => {
            operation.takes("header", "If-Match") || of_a_version
        }
        "200" | "201" => of_a_version,
        _ => false,
    }
}

/// The headers of an answer that is no refusal.
fn of_success<'a>(operation: &Operation<'_>, status: &str, counted: &[String]) -> Vec<&'a str> {
    let mut names = EVERYWHERE.to_vec();
    if is_tagged(operation, status, counted) {
        names.push("ETag");
    }
    if status == "201" {
        names.push("Location");
    }
    if status == "200" && operation.takes("query", "cursor") {
        names.push("Link");
    }
    if takes_idempotency_key(operation) {
        names.push("Idempotent-Replayed");
    }
    let place = operation.place();
    let is_file = matches!(place, "/attachments/{id}" | "/projects/{project}/export");
    if is_file && operation.method == "GET"
        || operation.takes("query", "format") && !place.ends_with("/notes")
    {
        names.push("Content-Disposition");
    }
    if operation.answers("206") {
        names.push("Accept-Ranges");
    }
    if status == "206" {
        names.push("Content-Range");
    }
    if matches!(place, "/auth/login" | "/auth/logout") || place == "/me" && !operation.writes() {
        names.push("Set-Cookie");
    }
    names
}

/// Gives every answer of an operation its words and headers, and adds the refusals; those are kept
/// in one place, because many operations share them.
pub fn complete(
    operation: &mut Operation<'_>,
    counted: &[String],
    problems: &mut Map<String, Value>,
) {
    let mut all = Map::new();
    let own: Vec<String> = operation
        .value
        .get("responses")
        .and_then(Value::as_object)
        .into_iter()
        .flat_map(Map::keys)
        .cloned()
        .collect();
    for status in own {
        let mut answer = json!({"description": said(operation, &status)});
        let declared = operation
            .value
            .get("responses")
            .and_then(|r| r.get(&status));
        merge(&mut answer, declared.cloned().unwrap_or_default());
        let headers = listed(of_success(operation, &status, counted));
        merge(&mut answer, json!({"headers": headers}));
        all.insert(status, answer);
    }
    let mut codes = refusals(operation);
    codes.sort_by_key(|code| Code::ALL.iter().position(|known| known == code));
    codes.dedup();
    for alike in codes.chunk_by(|a, b| a.status() == b.status()) {
        let Some(status) = alike.first().map(|code| code.status().to_string()) else {
            continue;
        };
        let (name, answer) = refused(alike);
        let place = format!("#/components/responses/{name}");
        problems.entry(name).or_insert(answer);
        all.insert(status, json!({"$ref": place}));
    }
    operation.value.insert("responses".into(), all.into());
}

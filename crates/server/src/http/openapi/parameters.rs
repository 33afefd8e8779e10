//! What parameters take: one table of names for those in addresses, one rule for those in headers.

use super::document::{Operation, merge};
use crate::auth::place::LENGTH;
use domain::audit::AuditKind;
use domain::board::{CARDS_DEFAULT, CARDS_MAX};
use domain::filter;
use domain::insights::{MOMENTS_MAX, OpenBy};
use domain::issue::{IssueType, Priority, Resolution, Severity};
use domain::list::{GroupBy, SortField, State, TEXT_MAX, VALUE_MAX, VALUES_MAX};
use domain::name::NameOf;
use domain::page::{LIMIT_DEFAULT, LIMIT_MAX};
use domain::search::QUERY_MAX;
use domain::workflow::Category;
use serde_json::{Value, json};

/// Seconds that a poll waits at most.
const WAIT_MAX: u64 = 30;

fn one_of(words: &[&str]) -> Value {
    json!({"schema": {"type": "string", "enum": words}})
}

fn one_of_or(words: &[&str], usual: &str) -> Value {
    json!({"schema": {"type": "string", "enum": words, "default": usual}})
}

/// Values with commas between.
fn list(item: Value) -> Value {
    json!({
        "schema": {"type": "array", "items": item},
        "style": "form",
        "explode": false,
    })
}

fn some_of(words: &[&str]) -> Value {
    list(json!({"type": "string", "enum": words}))
}

fn names() -> Value {
    let names = list(json!({"type": "string", "maxLength": VALUE_MAX}));
    merged(names, json!({"schema": {"maxItems": VALUES_MAX}}))
}

fn flag() -> Value {
    json!({"schema": {"type": "boolean", "default": false}})
}

fn number(least: u64, most: u64, usual: u64) -> Value {
    json!({"schema": {"type": "integer", "minimum": least, "maximum": most, "default": usual}})
}

fn text(least: usize, most: usize) -> Value {
    json!({"schema": {"type": "string", "minLength": least, "maxLength": most}})
}

fn instant() -> Value {
    json!({"schema": {"type": "string", "format": "date-time"}})
}

/// What a parameter in the query takes, by its name; a few differ by address.
fn query(place: &str, name: &str) -> Option<Value> {
    let moment = || json!({"schema": {"anyOf": [{"type": "string", "format": "date"}, {"type": "string", "format": "date-time"}]}});
    let sorts: Vec<String> = SortField::SLUGS
        .iter()
        .flat_map(|field| [(*field).to_string(), format!("-{field}")])
        .collect();
    let priorities: Vec<String> = Priority::ALL
        .iter()
        .flat_map(|p| [p.number().to_string(), p.name().to_string()])
        .collect();
    Some(match (name, place) {
        ("limit", "/projects/{project}/board") => number(1, CARDS_MAX.into(), CARDS_DEFAULT.into()),
        ("limit", "/insights/moments") => number(1, MOMENTS_MAX.into(), MOMENTS_MAX.into()),
        ("limit", _) => number(1, LIMIT_MAX.into(), LIMIT_DEFAULT.into()),
        ("wait", _) => number(0, WAIT_MAX, 0),
        ("after", "/events") => text(LENGTH, LENGTH),
        ("state", _) => one_of_or(State::SLUGS, State::All.slug()),
        ("sort", _) => json!({"schema": {"type": "string", "enum": sorts}}),
        ("group_by", _) => one_of(GroupBy::SLUGS),
        ("by", _) => one_of_or(OpenBy::SLUGS, OpenBy::Severity.slug()),
        ("field", "/names") => one_of(NameOf::SLUGS),
        ("format", "/projects/{project}/versions/{version}/notes") => {
            one_of_or(&["json", "markdown"], "json")
        }
        ("format", _) => one_of_or(&["json", "csv"], "json"),
        ("kind", "/audit") => some_of(AuditKind::SLUGS),
        ("category", _) => some_of(Category::SLUGS),
        ("type", _) => some_of(IssueType::SLUGS),
        ("severity", _) => some_of(Severity::SLUGS),
        ("resolution", _) => some_of(Resolution::SLUGS),
        ("priority", _) => list(json!({"type": "string", "enum": priorities})),
        ("status" | "assignee" | "reporter" | "label", _) => names(),
        ("closed", _) => list(json!({"type": "string"})),
        ("deleted" | "draft" | "archived" | "all" | "rank" | "purge", _) => flag(),
        ("as_of" | "before", _) | ("from" | "to", "/audit") => instant(),
        ("from" | "to", "/stats/daily") => json!({"schema": {"type": "string", "format": "date"}}),
        ("from" | "to", _) => moment(),
        ("q", "/search") => merged(text(1, QUERY_MAX), json!({"example": "invoice"})),
        ("q", _) => text(0, filter::LENGTH_MAX),
        ("title", _) => merged(
            text(1, QUERY_MAX),
            json!({"example": "Invoice total is wrong"}),
        ),
        ("text", "/names") => text(0, QUERY_MAX),
        ("project", "/issues/similar") => merged(text(1, TEXT_MAX), json!({"example": "APP"})),
        ("project" | "text" | "issue" | "user" | "actor" | "target", _) => text(0, TEXT_MAX),
        ("cursor", _) => json!({"schema": {"type": "string"}}),
        _ => return None,
    })
}

fn merged(mut value: Value, more: Value) -> Value {
    merge(&mut value, more);
    value
}

/// What stands in a path: one of the demo data, to try things with.
fn path(place: &str, name: &str) -> Option<Value> {
    let example = match name {
        "issue" => "APP-1",
        "project" => "APP",
        "label" => "billing",
        "version" => "4.1",
        "user" => "lead",
        // People make their own tokens: whoever tries this on the demo data is its admin.
        "id" if place.starts_with("/users/{id}/tokens") => "admin",
        "id" if place.starts_with("/users/") => "developer",
        // Ids that nobody can know beforehand.
        _ => return None,
    };
    // A path with control characters is not canonical.
    let schema =
        json!({"type": "string", "minLength": 1, "pattern": "^[^\\u0000-\\u001f\\u007f]+$"});
    Some(json!({"schema": schema, "example": example}))
}

fn header(name: &str, description: &str, schema: Value) -> Value {
    json!({"in": "header", "name": name, "required": false, "description": description, "schema": schema})
}

/// The headers that an operation reads, each where it counts.
fn headers(operation: &Operation<'_>) -> Vec<Value> {
    let tag = || json!({"type": "string"});
    let mut all = Vec::new();
    if takes_idempotency_key(operation) {
        all.push(header(
            "Idempotency-Key",
            "Makes a repeated request answer like the first, for 24 hours",
            json!({"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]([ -~]*[!-~])?$"}),
        ));
    }
    if operation.takes("header", "If-Match") {
        all.push(header(
            "If-Match",
            "ETag of the version to change; when it is another by now, nothing changes (412)",
            tag(),
        ));
    }
    if operation.answers("304") {
        all.push(header(
            "If-None-Match",
            "ETag that the caller has; when it is still right, the answer is 304 without a body",
            tag(),
        ));
    }
    if operation.answers("206") {
        all.push(header(
            "Range",
            "The part to send: `bytes=0-99`, `bytes=100-` or `bytes=-100`; several parts are answered with all of it",
            json!({"type": "string"}),
        ));
        all.push(header(
            "If-Range",
            "ETag of the file of which the caller has another part; when it is another by now, all of it is sent",
            tag(),
        ));
    }
    if operation.takes("header", "Last-Event-ID") {
        all.push(header(
            "Last-Event-ID",
            "The last event that was received",
            tag(),
        ));
    }
    all
}

/// Whether a repeated request can be told: whatever makes or does something once, by what it is sent.
pub fn takes_idempotency_key(operation: &Operation<'_>) -> bool {
    operation.method == "POST"
        && operation.takes_body()
        && !operation.is_public()
        && operation.place() != "/me/password"
}

/// Gives every parameter of an operation its type, and the operation its headers.
pub fn complete(operation: &mut Operation<'_>) {
    let headers = headers(operation);
    let place = operation.place().to_string();
    let said = operation.value.remove("parameters");
    let mut all: Vec<Value> = match said {
        Some(Value::Array(said)) => said,
        _ => Vec::new(),
    };
    all.retain(|parameter| parameter.get("in") != Some(&json!("header")));
    for parameter in &mut all {
        let text = |field: &str| parameter.get(field).and_then(Value::as_str);
        let name = text("name").unwrap_or_default();
        let known = match text("in") {
            Some("query") => query(&place, name),
            _ => path(&place, name),
        };
        if let (Some(known), Some(fields)) = (known, parameter.as_object_mut()) {
            fields.remove("schema");
            merge(parameter, known);
        }
    }
    all.extend(headers);
    if !all.is_empty() {
        operation
            .value
            .insert("parameters".into(), Value::Array(all));
    }
}

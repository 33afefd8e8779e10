//! Types of the document: what their derivation cannot know.
//!
//! Limits come from the constants that the checks use; whether `null` is taken is asked of the
//! readers themselves.

use super::document::{each_operation, merge};
use crate::http::auth::TokenForm;
use crate::http::form::FILES_MAX;
use domain::attachment::{ATTACHMENTS_MAX, INLINE};
use domain::board::Place;
use domain::bulk::{BULK_MAX, Bulk};
use domain::comment::{CommentPatch, NewComment};
use domain::filter;
use domain::issue::{EXTERNAL_REF_MAX, IssueDraft, IssuePatch, LABELS_MAX, POINTS_MAX};
use domain::label::{LabelPatch, NewLabel, NewVersion, VersionPatch};
use domain::merge::NewMerge;
use domain::problem::Code;
use domain::project::{MemberPatch, NewMember, NewProject, ProjectPatch};
use domain::relation::NewRelation;
use domain::relocation::Relocate;
use domain::text::{MARKDOWN_MAX, NAME_MAX, PASSWORD_MAX, PASSWORD_MIN, TITLE_MAX};
use domain::token::{self, NewToken};
use domain::user::{Login, NewUser, PasswordChange, ProfilePatch, Register, UserPatch};
use domain::view::{Layout, NewView, ViewPatch};
use domain::workflow::{STATUSES_MAX, StatusInput, Transition, WorkflowInput};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

/// Text that is given back as what it is; every other kind of text only as bytes.
const TEXTS: [&str; 3] = ["text/plain", "text/csv", "text/markdown"];

/// Whether a reader refuses `null` in that field, whatever else is there.
fn refuses<T: DeserializeOwned>(field: &str) -> bool {
    let mut body = Map::new();
    body.insert(field.into(), Value::Null);
    // Readers complain of a value when they meet it, and of what is missing at the end.
    serde_json::from_value::<T>(body.into())
        .is_err_and(|error| !error.to_string().starts_with("missing field"))
}

macro_rules! inputs {
    ($( $name:ident ),+ $(,)?) => {
        /// The types that are read from bodies.
        #[cfg(test)]
        pub const INPUTS: &[&str] = &[ $( stringify!($name), )+ ];

        /// Whether that input refuses `null` in that field.
        fn refuses_null(input: &str, field: &str) -> bool {
            match input {
                $( stringify!($name) => refuses::<$name>(field), )+
                _ => false,
            }
        }
    };
}

inputs! {
    Bulk, CommentPatch, IssueDraft, IssuePatch, LabelPatch, Layout, Login, MemberPatch, NewComment, NewLabel,
    NewMember, NewMerge, NewProject, NewRelation, NewToken, NewUser, NewVersion, NewView, PasswordChange,
    Place, ProfilePatch, ProjectPatch, Register, Relocate, StatusInput, TokenForm, Transition, UserPatch,
    VersionPatch, ViewPatch, WorkflowInput,
}

/// The same schema for a value that is there.
fn without_null(schema: &mut Value) {
    let Some(fields) = schema.as_object_mut() else {
        return;
    };
    if let Some(Value::Array(kinds)) = fields.get_mut("type") {
        kinds.retain(|kind| kind != "null");
        if let [only] = kinds.as_slice() {
            let only = only.clone();
            fields.insert("type".into(), only);
        }
    }
    if let Some(Value::Array(mut choices)) = fields.remove("oneOf") {
        choices.retain(|choice| choice.get("type") != Some(&json!("null")));
        match <[Value; 1]>::try_from(choices) {
            Ok([only]) => merge(schema, only),
            Err(choices) => {
                fields.insert("oneOf".into(), choices.into());
            }
        }
    }
}

fn text(least: usize, most: usize) -> Value {
    json!({"minLength": least, "maxLength": most})
}

fn some(least: usize, most: usize) -> Value {
    json!({"minItems": least, "maxItems": most})
}

/// Limits of fields, by type and name; `*` stands for every input.
fn limits() -> Vec<(&'static str, &'static str, Value)> {
    let colour = || json!({"pattern": "^#[0-9A-Fa-f]{6}$"});
    let username = || json!({"pattern": "^[A-Za-z0-9_]{3,32}$"});
    let names = json!({"maxItems": LABELS_MAX, "items": text(1, NAME_MAX)});
    vec![
        ("*", "title", text(1, TITLE_MAX)),
        ("*", "description", text(0, MARKDOWN_MAX)),
        ("*", "body", text(1, MARKDOWN_MAX)),
        ("*", "name", text(1, NAME_MAX)),
        ("*", "display_name", text(0, NAME_MAX)),
        ("*", "email", json!({"format": "email", "maxLength": 254})),
        (
            "*",
            "story_points",
            json!({"minimum": 0, "maximum": POINTS_MAX}),
        ),
        ("*", "labels", names),
        ("*", "attachments", some(0, ATTACHMENTS_MAX)),
        ("*", "external_ref", text(1, EXTERNAL_REF_MAX)),
        ("*", "colour", colour()),
        ("*", "query", text(0, filter::LENGTH_MAX)),
        ("*", "wip_limit", json!({"minimum": 1, "maximum": 1000})),
        ("*", "statuses", some(1, STATUSES_MAX)),
        ("*", "columns", some(0, 50)),
        (
            "NewProject",
            "key",
            json!({"pattern": "^[A-Za-z][A-Za-z0-9]{1,9}$"}),
        ),
        ("NewToken", "name", text(1, token::NAME_MAX)),
        ("NewToken", "scopes", json!({"minItems": 1})),
        ("Register", "username", username()),
        ("NewUser", "username", username()),
        ("Register", "password", text(PASSWORD_MIN, PASSWORD_MAX)),
        ("NewUser", "password", text(PASSWORD_MIN, PASSWORD_MAX)),
        ("UserPatch", "password", text(PASSWORD_MIN, PASSWORD_MAX)),
        ("PasswordChange", "new", text(PASSWORD_MIN, PASSWORD_MAX)),
        ("Bulk", "issues", some(1, BULK_MAX)),
        ("Bulk", "q", text(0, filter::LENGTH_MAX)),
        ("TokenForm", "grant_type", json!({"enum": ["password"]})),
    ]
}

/// A place on the board: a word, or one neighbour.
fn place() -> Value {
    let beside = |word: &str, told: &str| {
        let mut fields = Map::new();
        fields.insert(word.into(), json!({"type": "string", "description": told}));
        json!({"type": "object", "properties": fields, "required": [word], "additionalProperties": false})
    };
    json!({
        "oneOf": [
            {"type": "string", "enum": ["top", "bottom"], "description": "Before or after all others."},
            beside("before", "Right before that issue (key or id) of the same project."),
            beside("after", "Right after that issue (key or id) of the same project."),
        ],
    })
}

/// The fields of a draft as a form sends them, and files.
fn issue_form(draft: &Value) -> Value {
    let mut form = draft.clone();
    if let Some(fields) = form.get_mut("properties").and_then(Value::as_object_mut) {
        fields.remove("context");
        for field in fields.values_mut() {
            without_null(field);
        }
        for (name, told) in [
            (
                "labels",
                "Names of the project's labels, with commas between.",
            ),
            (
                "attachments",
                "Ids of drafts of the project, with commas between.",
            ),
        ] {
            fields.insert(name.into(), json!({"type": "string", "description": told}));
        }
        fields.insert("file".into(), files(0));
    }
    merge(
        &mut form,
        json!({"description": "A draft as a form, with its files: the issue is reported with all of them, or not at all."}),
    );
    form
}

fn files(least: usize) -> Value {
    json!({
        "type": "array",
        "items": {"type": "string", "format": "binary"},
        "minItems": least,
        "maxItems": FILES_MAX,
        "description": "One part for each file, with its name.",
    })
}

/// Completes the types, and the bodies that are no JSON.
pub fn complete(document: &mut Value) {
    let Some(types) = document
        .pointer_mut("/components/schemas")
        .and_then(Value::as_object_mut)
    else {
        return;
    };
    for (name, schema) in types.iter_mut() {
        let fields = schema.get_mut("properties").and_then(Value::as_object_mut);
        for (field, schema) in fields.into_iter().flatten() {
            if refuses_null(name, field) {
                without_null(schema);
            }
        }
    }
    let known: Vec<String> = types.keys().cloned().collect();
    for (name, schema) in types.iter_mut() {
        // Pages are derived with their items inside, which have names of their own.
        let item = name
            .strip_prefix("Page_")
            .filter(|item| known.iter().any(|k| k == item));
        if let (Some(item), Some(items)) = (item, schema.pointer_mut("/properties/items/items")) {
            *items = json!({"$ref": format!("#/components/schemas/{item}")});
        }
    }
    for (name, field, limit) in limits() {
        for (given, schema) in types.iter_mut() {
            let meant = name == given || name == "*" && is_input(given, schema);
            if let Some(schema) = schema.pointer_mut(&format!("/properties/{field}"))
                && meant
            {
                merge(schema, limit.clone());
            }
        }
    }
    let told = types
        .get("Place")
        .and_then(|p| p.get("description"))
        .cloned();
    types.insert("Place".into(), place());
    if let (Some(place), Some(told)) = (types.get_mut("Place"), told) {
        merge(place, json!({"description": told}));
    }
    let draft = types.get("IssueDraft").cloned().unwrap_or_default();
    types.insert("IssueForm".into(), issue_form(&draft));
    for name in ["IssueDraft", "IssueForm"] {
        let mut here = types.get(name).cloned().unwrap_or_default();
        if let Some(fields) = here.get_mut("properties").and_then(Value::as_object_mut) {
            fields.remove("project");
        }
        merge(
            &mut here,
            json!({"description": "The same for one project, which the address names."}),
        );
        types.insert(format!("Project{name}"), here);
    }
    if let Some(code) = types
        .get_mut("Problem")
        .and_then(|p| p.pointer_mut("/properties/code"))
    {
        let slugs: Vec<&str> = Code::ALL.iter().map(|code| code.slug()).collect();
        merge(code, json!({"enum": slugs}));
    }
    // A form has no null, and its reader asks for both.
    if let Some(form) = types.get_mut("TokenForm") {
        let fields = form.get_mut("properties").and_then(Value::as_object_mut);
        for (_, field) in fields.into_iter().flatten() {
            without_null(field);
        }
        merge(form, json!({"required": ["username", "password"]}));
    }
    if let Some(form) = types.get_mut("FileForm") {
        let alone = json!({"properties": {"file": files(1)}, "additionalProperties": false});
        merge(form, alone);
    }
    each_operation(document, |operation| {
        let at = if operation.place().contains("{project}") {
            "Project"
        } else {
            ""
        };
        bodies(operation.value, at);
    });
}

fn is_input(name: &str, schema: &Value) -> bool {
    schema.get("additionalProperties") == Some(&json!(false)) && name != "Status"
}

/// Bodies that are no JSON: forms with files, files, text. A draft has another type where the
/// address names its project.
fn bodies(operation: &mut Map<String, Value>, at: &str) {
    let of_draft = json!({"$ref": "#/components/schemas/IssueDraft"});
    if let Some(body) = operation.get_mut("requestBody")
        && body.pointer("/content/application~1json/schema") == Some(&of_draft)
    {
        let of =
            |name: &str| json!({"schema": {"$ref": format!("#/components/schemas/{at}{name}")}});
        let contents =
            json!({"application/json": of("IssueDraft"), "multipart/form-data": of("IssueForm")});
        merge(body, json!({"content": contents}));
    }
    let forms: Vec<&str> = operation
        .get("parameters")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter(|p| p.get("name") == Some(&json!("format")))
        .filter_map(|p| p.get("description")?.as_str())
        .flat_map(|told| {
            let known = [("`csv`", "text/csv"), ("`markdown`", "text/markdown")];
            known
                .into_iter()
                .filter(|(word, _)| told.contains(word))
                .map(|(_, kind)| kind)
        })
        .collect();
    let Some(answer) = operation
        .get_mut("responses")
        .and_then(|r| r.get_mut("200"))
    else {
        return;
    };
    for kind in forms {
        merge(answer, json!({"content": {kind: {}}}));
    }
    let Some(contents) = answer.get_mut("content").and_then(Value::as_object_mut) else {
        return;
    };
    if contents.contains_key("application/octet-stream") {
        for kind in INLINE.iter().chain(&TEXTS) {
            contents.insert((*kind).into(), json!({}));
        }
    }
    for (kind, content) in contents {
        let schema = match kind.split('/').next() {
            _ if kind.contains("json") => continue,
            Some("text") => json!({"type": "string"}),
            _ => json!({"type": "string", "format": "binary"}),
        };
        *content = json!({"schema": schema});
    }
    // A part is of the same kind as the whole.
    let whole = answer.get("content").cloned();
    let part = operation
        .get_mut("responses")
        .and_then(|r| r.get_mut("206"));
    if let (Some(whole), Some(part)) = (whole, part) {
        merge(part, json!({"content": whole}));
    }
}

/// The types that count their versions.
pub fn counted(document: &Value) -> Vec<String> {
    let types = document
        .pointer("/components/schemas")
        .and_then(Value::as_object);
    types
        .into_iter()
        .flatten()
        .filter(|(_, schema)| {
            let at = |field: &str| schema.pointer(&format!("/properties/{field}"));
            at("version").is_some() && at("updated_at").or(at("edited_at")).is_some()
        })
        .map(|(name, _)| name.clone())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::openapi::document;

    /// The types that a schema refers to, and those that they refer to.
    fn reached(document: &Value, schema: &Value, found: &mut Vec<String>) {
        match schema {
            Value::Object(fields) => {
                for (name, value) in fields {
                    let place = value.as_str().filter(|_| name == "$ref");
                    let Some(place) = place else {
                        reached(document, value, found);
                        continue;
                    };
                    let known = place.rsplit('/').next().unwrap().to_string();
                    if !found.contains(&known) {
                        found.push(known);
                        let schema = document.pointer(place.trim_start_matches('#')).unwrap();
                        reached(document, schema, found);
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| reached(document, item, found)),
            _ => {}
        }
    }

    #[test]
    fn every_type_of_a_body_is_asked_whether_it_takes_null() {
        let mut document = document();
        let mut bodies = Vec::new();
        each_operation(&mut document, |operation| {
            bodies.extend(operation.value.get("requestBody").cloned());
        });
        let mut found = Vec::new();
        reached(&document, &bodies.into(), &mut found);
        for name in found {
            let schema = &document["components"]["schemas"][&name];
            let has_fields = schema["properties"].is_object();
            // Those that are made of a draft are read as one.
            let is_form = name.contains("Form") || name == "ProjectIssueDraft";
            assert!(
                !has_fields || is_form || INPUTS.contains(&name.as_str()),
                "{name}"
            );
        }
    }

    #[test]
    fn null_stands_where_it_is_taken_and_nowhere_else() {
        let document = document();
        let takes_null = |name: &str, field: &str| {
            let schema = &document["components"]["schemas"][name]["properties"][field];
            assert!(schema.is_object(), "{name} {field}");
            schema["type"]
                .as_array()
                .is_some_and(|kinds| kinds.iter().any(|kind| kind == "null"))
                || schema["oneOf"]
                    .as_array()
                    .is_some_and(|all| all.iter().any(|one| one["type"] == "null"))
        };
        for (name, field, taken) in [
            ("IssuePatch", "title", false),
            ("IssuePatch", "severity", false),
            ("IssuePatch", "assignee", true),
            ("IssuePatch", "due_date", true),
            ("VersionPatch", "name", false),
            ("VersionPatch", "released_on", true),
            ("IssueDraft", "title", false),
            ("IssueDraft", "severity", true),
            ("Bulk", "patch", false),
            ("TokenForm", "username", false),
        ] {
            assert_eq!(takes_null(name, field), taken, "{name} {field}");
        }
    }
}

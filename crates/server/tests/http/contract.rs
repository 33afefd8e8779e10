//! The contract with programs: whatever the server answers is what the document says, and whatever the
//! document shows works.
//!
//! Every answer of every test here passes [`keeps`], so that the document cannot leave out what happens.

use crate::harness::{Answer, Client, Demo};
use jsonschema::Validator;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

/// Headers that clients rely on: where one is sent, the document names it.
const RELIED_ON: [&str; 9] = [
    "etag",
    "location",
    "link",
    "allow",
    "retry-after",
    "www-authenticate",
    "idempotent-replayed",
    "content-disposition",
    "set-cookie",
];

fn document() -> &'static Value {
    static DOCUMENT: OnceLock<Value> = OnceLock::new();
    DOCUMENT.get_or_init(server::http::openapi::document)
}

/// The value itself, or what it refers to.
fn resolved(value: &'static Value) -> &'static Value {
    match value["$ref"].as_str() {
        Some(place) => document()
            .pointer(place.trim_start_matches('#'))
            .expect(place),
        None => value,
    }
}

/// The document's operation that answered, with its address there.
fn operation(method: &str, path: &str) -> Option<(&'static str, &'static Value)> {
    let asked: Vec<&str> = path.split('/').collect();
    let fits = |known: &str| {
        let known: Vec<&str> = known.split('/').collect();
        known.len() == asked.len()
            && known
                .iter()
                .zip(&asked)
                .all(|(known, asked)| known.starts_with('{') && !asked.is_empty() || known == asked)
    };
    let paths = document()["paths"].as_object().unwrap();
    let found = paths
        .iter()
        .filter(|(known, _)| fits(known))
        // `/issues/bulk` before `/issues/{issue}`.
        .min_by_key(|(known, _)| known.matches('{').count())?;
    let operation = found.1.get(method.to_lowercase())?;
    Some((found.0, operation))
}

/// Whether a body is of the type that the document has for it.
fn is_valid(place: &str, schema: &Value, body: &Value) -> Result<(), String> {
    static VALIDATORS: OnceLock<Mutex<HashMap<String, Validator>>> = OnceLock::new();
    let all = VALIDATORS.get_or_init(Mutex::default).lock();
    // A test that fails under the lock leaves it as it was.
    let mut all = all.unwrap_or_else(PoisonError::into_inner);
    let validator = all.entry(place.to_string()).or_insert_with(|| {
        let schema = json!({"allOf": [schema], "components": document()["components"]});
        let options = jsonschema::options().should_validate_formats(true);
        options.build(&schema).expect(place)
    });
    let mistakes: Vec<String> = validator
        .iter_errors(body)
        .map(|e| format!("{} at {}", e, e.instance_path()))
        .collect();
    if mistakes.is_empty() {
        Ok(())
    } else {
        Err(mistakes.join("; "))
    }
}

/// Fails unless the document has that answer for that operation: its status, its content type, its
/// headers, its body, and of a problem the code.
#[track_caller]
pub fn keeps(answer: &Answer) {
    let (method, path) = answer.what.split_once(' ').unwrap();
    let Some((known, operation)) = operation(method, path) else {
        return;
    };
    // Packed bodies are the same texts; what is in them is seen elsewhere.
    if answer.headers.contains_key("content-encoding") {
        return;
    }
    let what = format!("{method} {known} {}: {}", answer.status, answer.text());
    let status = answer.status.to_string();
    let declared = &operation["responses"][&status];
    assert!(declared.is_object(), "undocumented: {what}");
    let said = resolved(declared);
    for (name, header) in said["headers"].as_object().into_iter().flatten() {
        let required = resolved(header)["required"] == true;
        assert!(
            !required || answer.headers.contains_key(name),
            "no {name}: {what}"
        );
    }
    for name in RELIED_ON {
        let named = said["headers"]
            .as_object()
            .is_some_and(|all| all.keys().any(|known| known.eq_ignore_ascii_case(name)));
        assert!(
            named || !answer.headers.contains_key(name),
            "undocumented {name}: {what}"
        );
    }
    let kind = answer.header("content-type");
    let kind = kind.split(';').next().unwrap_or_default();
    let Some(contents) = said["content"].as_object() else {
        assert!(
            answer.body.is_empty(),
            "a body where none is documented: {what}"
        );
        return;
    };
    assert!(contents.contains_key(kind), "undocumented {kind}: {what}");
    if !kind.ends_with("json") {
        return;
    }
    let body: Value = answer.read();
    if let Some(code) = body["code"].as_str().filter(|_| kind.contains("problem")) {
        let codes = said["x-problem-codes"].as_array().expect(&what);
        assert!(
            codes.iter().any(|known| known == code),
            "undocumented {code}: {what}"
        );
    }
    let place = format!("{method} {known} {status} {kind}");
    if let Err(mistakes) = is_valid(&place, &contents[kind]["schema"], &body) {
        panic!("{mistakes}: {what}");
    }
}

/// What stands in the addresses of the demo data for names that nobody can know beforehand.
async fn made(admin: &Client) -> Vec<(&'static str, String)> {
    let issue = "/api/v1/issues/APP-1";
    let json = [
        (
            "/comments/{id}",
            format!("{issue}/comments"),
            json!({"body": "Seen"}),
        ),
        (
            "/relations/{id}",
            format!("{issue}/relations"),
            json!({"kind": "causes", "issue": "APP-3"}),
        ),
        (
            "/views/{id}",
            "/api/v1/views".into(),
            json!({"name": "Mine"}),
        ),
        (
            "/me/tokens/{id}",
            "/api/v1/me/tokens".into(),
            json!({"name": "Mine", "scopes": ["read"]}),
        ),
    ];
    let id_of = |answer: &Answer| {
        let place = answer.header("location");
        place.rsplit('/').next().unwrap().to_string()
    };
    let mut all = Vec::new();
    for (place, at, body) in json {
        all.push((place, id_of(&admin.post(&at, body).await.is(201))));
    }
    let token = all.last().unwrap().1.clone();
    all.push(("/users/admin/tokens/{token}", token));
    all.push((
        "/attachments/{id}",
        id_of(&admin.upload("APP-1", "a.txt", b"seen").await.is(201)),
    ));
    all
}

/// The address of an operation with the examples of its parameters, those of the query too.
fn filled(path: &str, operation: &Value, made: &[(&'static str, String)]) -> String {
    let mut address = path.to_string();
    let mut query = Vec::new();
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let name = parameter["name"].as_str().unwrap();
        let words = &parameter["schema"]["enum"];
        let example = match &parameter["example"] {
            Value::Null if parameter["required"] == true => &words[0],
            example => example,
        };
        let Some(example) = example.as_str() else {
            continue;
        };
        if parameter["in"] == "path" {
            address = address.replace(&format!("{{{name}}}"), example);
        } else {
            query.push(format!("{name}={}", domain::paths::encode(example)));
        }
    }
    for (place, id) in made {
        let (before, word) = place.split_once('{').unwrap();
        address = address.replace(&format!("{before}{{{word}"), &format!("{before}{id}"));
    }
    assert!(!address.contains('{'), "{address}: an example is missing");
    match query.is_empty() {
        true => address,
        false => format!("{address}?{}", query.join("&")),
    }
}

/// A request with that example as its body.
fn with_body(
    client: &Client,
    method: &str,
    at: &str,
    kind: &str,
    example: &Value,
) -> reqwest::RequestBuilder {
    let request = client.request(method.parse().unwrap(), at);
    let text = |value: &Value| value.as_str().map_or(value.to_string(), Into::into);
    let fields = example.as_object();
    match kind {
        "application/json" => request.json(example),
        "multipart/form-data" => {
            let part = reqwest::multipart::Part::bytes(b"seen".to_vec()).file_name("b.txt");
            let form = fields.into_iter().flatten();
            let form = form.fold(reqwest::multipart::Form::new(), |form, (name, value)| {
                form.text(name.clone(), text(value))
            });
            request.multipart(form.part("file", part))
        }
        _ => {
            let pairs: Vec<String> = fields
                .into_iter()
                .flatten()
                .map(|(name, value)| format!("{name}={}", domain::paths::encode(&text(value))))
                .collect();
            request.header("content-type", kind).body(pairs.join("&"))
        }
    }
}

/// What an operation promises beside its answer: what it made is there, and a repeated request is told.
async fn keeps_its_word(admin: &Client, operation: &Value, answer: &Answer) {
    if answer.status == 201 {
        let place = answer.header("location");
        let there = admin.get(&place).await.is(200);
        assert!(
            there.headers.contains_key("etag") || place.ends_with("/me"),
            "{place}"
        );
    }
    let replayed = answer.header("idempotent-replayed");
    assert_eq!(replayed, "", "{}", operation["operationId"]);
}

#[actix_web::test]
async fn every_example_of_the_document_works_on_the_demo_data() {
    let demo = Demo::new().await;
    let admin = &demo.admin;
    let made = made(admin).await;
    let mut all: Vec<(&str, &str, &Value)> = Vec::new();
    for (path, item) in document()["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let writes = operation["requestBody"].is_object();
            // Endless; `live` listens to it.
            if (writes || method == "get") && !path.ends_with("/stream") {
                all.push((path, method, operation));
            }
        }
    }
    // What is merged does not move, and a new password revokes tokens.
    let last = ["/merge", "/me/password"];
    all.sort_by_key(|(path, ..)| last.iter().any(|end| path.ends_with(end)));
    for (path, method, operation) in all {
        let at = filled(path, operation, &made);
        let contents = operation["requestBody"]["content"].as_object();
        if contents.is_none() {
            let answer = admin.get(&at).await.is(200);
            if operation["responses"]["304"].is_object() {
                let again = admin.request(Method::GET, &at);
                let again = again.header("if-none-match", answer.etag());
                admin.send(again).await.is(304);
            }
        }
        for (kind, content) in contents.into_iter().flatten() {
            let example = &content["example"];
            let files_alone = path.ends_with("/attachments");
            assert!(
                example.is_object() || files_alone,
                "{path}: {kind} without an example"
            );
            let ask = || with_body(admin, &method.to_uppercase(), &at, kind, example);
            let key = uuid::Uuid::new_v4().to_string();
            let answer = admin.send(ask().header("idempotency-key", &key)).await;
            assert!(
                (200..300).contains(&answer.status),
                "{}: {}",
                answer.what,
                answer.text()
            );
            keeps_its_word(admin, operation, &answer).await;
            let told = operation["parameters"].as_array().into_iter().flatten();
            let told = told.filter(|p| p["name"] == "Idempotency-Key").count() == 1;
            if told {
                let again = admin.send(ask().header("idempotency-key", &key)).await;
                assert_eq!(again.header("idempotent-replayed"), "true", "{path}");
                assert_eq!(again.status, answer.status, "{path}");
            }
        }
    }
}

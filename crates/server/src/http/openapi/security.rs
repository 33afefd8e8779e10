//! Who may ask: the schemes, and which of them each operation takes.

use super::document::Operation;
use domain::token::Need;
use serde_json::{Value, json};

/// The ways to say who asks.
pub fn schemes() -> Value {
    json!({
        "password": {
            "type": "oauth2",
            "description": "Name and password for a JWT that lasts an hour; Authorize on this page does it.",
            "flows": {"password": {"tokenUrl": "/api/v1/auth/token", "scopes": {}}},
        },
        "jwt": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "The JWT from `POST /auth/token`, sent by oneself: it may whatever its account may.",
        },
        "token": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "iit_…",
            "description": "An API token, from `POST /me/tokens`. It may what its owner may, cut by its scopes and its \
                project; each operation names the scope that it takes. An operation without this scheme takes no API token.",
        },
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": "iit",
            "description": "A browser's session, from `POST /auth/login`; over https the cookie is called `__Host-iit`. \
                Whoever writes with it must ask from our own pages.",
        },
    })
}

/// Says which schemes an operation takes, and what it takes of an API token, from the table that
/// decides it.
pub fn complete(operation: &mut Operation<'_>) {
    let person = || {
        vec![
            json!({"password": []}),
            json!({"jwt": []}),
            json!({"session": []}),
        ]
    };
    let program = |scopes: Value| {
        let mut all = person();
        all.push(json!({"token": scopes}));
        all
    };
    let (schemes, said) = match operation.need {
        // Signing out needs nobody: it ends whatever session there is.
        _ if operation.place() == "/auth/logout" => {
            let mut all = person();
            all.push(json!({}));
            (all, None)
        }
        Need::Nothing => (Vec::new(), None),
        Need::Any => (program(json!([])), Some("Takes any API token.".to_string())),
        Need::Scope(scope) => (
            program(json!([scope.slug()])),
            Some(format!("Takes an API token with the scope `{scope}`.")),
        ),
        Need::Session => (person(), Some("Takes no API token.".to_string())),
    };
    operation
        .value
        .insert("security".into(), Value::Array(schemes));
    if let Some(said) = said {
        let before = operation.value.get("description").and_then(Value::as_str);
        let told = match before.map(str::trim_end).filter(|text| !text.is_empty()) {
            Some(before) => format!("{before}\n\n{said}"),
            None => said,
        };
        operation.value.insert("description".into(), told.into());
    }
}

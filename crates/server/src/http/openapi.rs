//! The API as a document, and Swagger UI from our own assets.

use super::operations::{self, Operations};
use super::reply;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use domain::problem::{Code, Problem};
use domain::token::{self, Need};
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, Flow, HttpAuthScheme, HttpBuilder, OAuth2, Password, Scopes,
    SecurityScheme,
};
use utoipa::openapi::{ContentBuilder, OpenApi as Document, Ref, RefOr, ResponseBuilder};
use utoipa::{Modify, OpenApi};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Issues & Insights",
        description = "Collect feedback and bugs, triage them, work on them, see what is going on.\n\nConventions: JSON in snake_case; instants are RFC 3339 in UTC; ids are UUIDs; an issue is named by its key (`APP-12`) or its id. Errors are `application/problem+json` (RFC 9457). Lists come in pages with `next_cursor`. PATCH: absent keeps, `null` clears.",
        license(name = "MIT OR Apache-2.0")
    ),
    components(schemas(Problem)),
    modifiers(&Security, &Refusals),
    security(("password" = []), ("token" = []), ("session" = []))
)]
struct Base;

struct Security;

impl Modify for Security {
    fn modify(&self, document: &mut Document) {
        let components = document.components.get_or_insert_with(Default::default);
        components.add_security_scheme(
            "password",
            SecurityScheme::OAuth2(OAuth2::new([Flow::Password(Password::new(
                "/api/v1/auth/token",
                Scopes::new(),
            ))])),
        );
        components.add_security_scheme(
            "token",
            SecurityScheme::Http(
                HttpBuilder::new()
                    .scheme(HttpAuthScheme::Bearer)
                    .description(Some(
                        "An API token (`iit_…`, from `POST /me/tokens`), or the JWT from `POST /auth/token`. \
                         A token may what its owner may, cut by its scopes and its project; each operation \
                         names the scope that it takes.",
                    ))
                    .build(),
            ),
        );
        components.add_security_scheme(
            "session",
            SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new("iit"))),
        );
    }
}

struct Refusals;

/// Which refusals an operation can answer with, by what it is: one rule instead of a list at every
/// handler.
fn refusals(method: &str, path: &str, operation: &Operation) -> Vec<Code> {
    let mut codes = vec![
        Code::MalformedRequest,
        Code::TooManyRequests,
        Code::Internal,
        Code::Unavailable,
    ];
    let writes = method != "GET";
    let public = path.contains("/auth/");
    if public {
        codes.push(Code::WrongCredentials);
        codes.push(Code::Forbidden);
    } else {
        codes.extend([Code::NotAuthenticated, Code::Forbidden, Code::NotFound]);
    }
    if path.contains("{issue}") {
        codes.push(Code::Moved);
    }
    if operation.request_body.is_some() {
        codes.extend([
            Code::TooLarge,
            Code::UnsupportedMediaType,
            Code::InvalidInput,
        ]);
    }
    if writes {
        codes.push(Code::Conflict);
        codes.push(Code::EditConflict);
    }
    if !writes {
        codes.push(Code::InvalidInput);
    }
    codes
}

impl Modify for Refusals {
    fn modify(&self, document: &mut Document) {
        operations::each(document, |method, path, operation| {
            for code in refusals(method, path, operation) {
                let answer = ResponseBuilder::new()
                    .description(code.title())
                    .content(
                        "application/problem+json",
                        ContentBuilder::new()
                            .schema(Some(Ref::from_schema_name("Problem")))
                            .build(),
                    )
                    .build();
                operation
                    .responses
                    .responses
                    .entry(code.status().to_string())
                    .or_insert(RefOr::T(answer));
            }
        });
    }
}

struct TokenNeeds;

/// Says at each operation what it takes of a token, from the table that decides it.
impl Modify for TokenNeeds {
    fn modify(&self, document: &mut Document) {
        operations::each(document, |method, path, operation| {
            let said = match token::need(method, path) {
                Need::Nothing => return,
                Need::Any => "Takes any token.".to_string(),
                Need::Scope(scope) => format!("Takes a token with the scope `{scope}`."),
                Need::Session => "Takes no API token.".to_string(),
            };
            let before = operation.description.take().unwrap_or_default();
            let before = before.trim_end();
            let gap = if before.is_empty() { "" } else { "\n\n" };
            operation.description = Some(format!("{before}{gap}{said}"));
        });
    }
}

/// The document, made from the same routes that are served.
#[must_use]
pub fn document() -> Document {
    use utoipa_actix_web::AppExt;
    let (_, routes) = actix_web::App::new()
        .into_utoipa_app()
        .service(utoipa_actix_web::scope("/api/v1").configure(super::v1))
        .split_for_parts();
    let mut document = Base::openapi();
    document.paths = routes.paths;
    if let Some(theirs) = routes.components {
        let ours = document.components.get_or_insert_with(Default::default);
        ours.schemas.extend(theirs.schemas);
    }
    Refusals.modify(&mut document);
    TokenNeeds.modify(&mut document);
    document
}

/// The document as it is committed and served.
///
/// # Errors
/// Never for a document of ours.
pub fn document_text() -> Result<String, serde_json::Error> {
    // Through a value, so that keys are in one order whoever prints it.
    let value = serde_json::to_value(document())?;
    Ok(serde_json::to_string_pretty(&value)? + "\n")
}

/// The document as it is served, and its operations as a table.
#[derive(Debug)]
pub struct Api {
    text: Bytes,
    tag: String,
    /// What requests are measured by.
    pub operations: Operations,
}

impl Default for Api {
    fn default() -> Self {
        Self::new()
    }
}

impl Api {
    /// Makes the document once.
    #[must_use]
    pub fn new() -> Self {
        let text = document_text().unwrap_or_default();
        Self {
            tag: reply::etag(0, &text),
            text: text.into(),
            operations: Operations::of(&mut document()),
        }
    }
}

/// The routes.
pub fn routes(routes: &mut web::ServiceConfig) {
    routes
        .route("/api/openapi.json", web::get().to(served))
        .route("/api/docs", web::get().to(to_docs))
        .route("/api/docs/{file:.*}", web::get().to(docs));
}

async fn served(req: HttpRequest, api: web::Data<Api>) -> HttpResponse {
    let mut response = match reply::has_it(&req, &api.tag) {
        true => HttpResponse::NotModified(),
        false => HttpResponse::Ok(),
    };
    response
        .insert_header((header::ETAG, api.tag.clone()))
        .insert_header((header::CACHE_CONTROL, "no-cache"));
    if reply::has_it(&req, &api.tag) {
        return response.finish();
    }
    response
        .insert_header((header::CONTENT_TYPE, "application/json"))
        .body(api.text.clone())
}

async fn to_docs() -> HttpResponse {
    HttpResponse::PermanentRedirect()
        .insert_header((header::LOCATION, "/api/docs/"))
        .finish()
}

/// Swagger UI writes styles into its elements; scripts only come from our own files.
const DOCS_POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

async fn docs(req: HttpRequest) -> HttpResponse {
    let file = req.match_info().get("file").unwrap_or_default();
    let file = if file.is_empty() { "index.html" } else { file };
    let config = std::sync::Arc::new(
        utoipa_swagger_ui::Config::new(["/api/openapi.json"])
            .persist_authorization(false)
            .validator_url("none"),
    );
    match utoipa_swagger_ui::serve(file, config) {
        Ok(Some(asset)) => HttpResponse::Ok()
            .insert_header((header::CONTENT_TYPE, asset.content_type))
            .insert_header((header::CONTENT_SECURITY_POLICY, DOCS_POLICY))
            .insert_header((header::CACHE_CONTROL, "no-cache"))
            .body(asset.bytes.into_owned()),
        _ => super::problem::not_found(),
    }
}

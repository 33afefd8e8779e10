//! The API as a document, and Swagger UI from our own assets.

use super::operations::Operations;
use super::reply;
use crate::app::precondition::tag;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;

mod answers;
mod document;
mod examples;
mod parameters;
mod schemas;
mod security;

pub use document::{document, document_text, of_routes};

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
            tag: tag(0, &text),
            text: text.into(),
            operations: Operations::of(&mut of_routes()),
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

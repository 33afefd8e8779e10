//! `/problems/<code>`, the address that every problem has as its `type`: a page that says when it happens
//! and what to do about it. It needs no script, so that it can be read where the browser app cannot.

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpResponse, get, web};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::problem::Code;
use sha2::{Digest, Sha256};
use std::fmt::Write;

const STYLE: &str = "\
:root{color-scheme:light dark}\
body{font:1rem/1.6 system-ui,sans-serif;max-width:42rem;margin:0 auto;padding:2rem 1rem;overflow-wrap:anywhere}\
h1{font-size:1.5rem;line-height:1.25}dt{font-weight:600;margin-top:1rem}dd{margin:0}\
code{font-family:ui-monospace,monospace;font-size:.9em}a{color:inherit}li{margin:.25rem 0}";

/// A text with its words of the wire as code. The catalogue has no sign that HTML would read.
fn prose(text: &str) -> String {
    let parts = text.split('`').enumerate();
    parts.fold(String::new(), |mut html, (at, part)| {
        let _ = if at % 2 == 1 {
            write!(html, "<code>{part}</code>")
        } else {
            write!(html, "{part}")
        };
        html
    })
}

fn page(status: StatusCode, title: &str, main: &str) -> HttpResponse {
    let digest = STANDARD.encode(Sha256::digest(STYLE));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <title>{title}</title><style>{STYLE}</style></head><body><main>{main}</main></body></html>\n"
    );
    HttpResponse::build(status)
        .insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((header::CACHE_CONTROL, "public, max-age=3600"))
        .insert_header((header::CONTENT_SECURITY_POLICY, policy))
        .body(html)
}

/// Every problem there is, with its status.
#[get("/problems")]
pub async fn all() -> HttpResponse {
    catalogue(StatusCode::OK, "What can go wrong")
}

fn catalogue(status: StatusCode, title: &str) -> HttpResponse {
    let items = Code::ALL.iter().fold(String::new(), |mut items, code| {
        let (slug, title, status) = (code.slug(), code.title(), code.status());
        let _ = write!(
            items,
            "<li><code>{status}</code> <a href=\"/problems/{slug}\">{title}</a></li>"
        );
        items
    });
    page(status, title, &format!("<h1>{title}</h1><ul>{items}</ul>"))
}

/// One of them.
#[get("/problems/{code}")]
pub async fn one(code: web::Path<String>) -> HttpResponse {
    let Some(code) = Code::from_slug(&code) else {
        return catalogue(StatusCode::NOT_FOUND, "There is no such problem");
    };
    let main = format!(
        "<h1>{title}</h1><dl><dt>When</dt><dd>{meaning}</dd><dt>What to do</dt><dd>{advice}</dd>\
         <dt>For programs</dt><dd>HTTP status <code>{status}</code>, <code>\"code\": \"{slug}\"</code> \
         (<code>application/problem+json</code>, RFC 9457)</dd></dl>\
         <p><a href=\"/problems\">All problems</a> · <a href=\"/api/docs/\">The API's document</a></p>",
        title = code.title(),
        meaning = prose(code.meaning().trim()),
        advice = prose(code.advice()),
        status = code.status(),
        slug = code.slug(),
    );
    page(StatusCode::OK, code.title(), &main)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_the_catalogue_stand_in_html_as_they_are() {
        for code in Code::ALL {
            for text in [code.title(), code.meaning(), code.advice()] {
                assert!(!text.contains(['<', '>', '&', '"']), "{text}");
                assert_eq!(text.matches('`').count() % 2, 0, "{text}");
                assert!(text.trim().len() > 5);
            }
        }
        assert_eq!(prose("See `Allow`."), "See <code>Allow</code>.");
    }
}

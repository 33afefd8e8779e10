//! The browser app, from inside the binary.

use super::problem;
use actix_web::http::header::{self, AcceptEncoding, Encoding, Header};
use actix_web::{HttpRequest, HttpResponse, web};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use rust_embed::Embed;
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::sync::OnceLock;

#[derive(Embed)]
#[folder = "../../dist"]
struct Files;

/// The files of the browser app, and what is known about them.
#[derive(Debug, Default)]
pub struct Spa {
    policy: OnceLock<String>,
}

impl Spa {
    /// The policy of pages. Scripts that stand in the page itself are allowed by their digests.
    fn policy(&self, page: &str) -> String {
        let compute = || {
            let hashes: String = inline_scripts(page)
                .map(|script| format!(" 'sha256-{}'", STANDARD.encode(Sha256::digest(script))))
                .collect();
            format!(
                "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'{hashes}; style-src 'self'; img-src 'self' data: blob:; \
                 font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
            )
        };
        // While developing, the page changes under a running server.
        if cfg!(debug_assertions) {
            compute()
        } else {
            self.policy.get_or_init(compute).clone()
        }
    }
}

/// The texts of the scripts that stand in a page.
fn inline_scripts(page: &str) -> impl Iterator<Item = &str> {
    page.split("<script").skip(1).filter_map(|rest| {
        let (attributes, rest) = rest.split_once('>')?;
        let script = rest.split("</script>").next()?;
        (!attributes.contains("src=") && !script.is_empty()).then_some(script)
    })
}

fn takes_brotli(req: &HttpRequest) -> bool {
    let offered = [Encoding::brotli(), Encoding::identity()];
    AcceptEncoding::parse(req)
        .is_ok_and(|accepted| accepted.negotiate(offered.iter()) == Some(Encoding::brotli()))
}

/// Whatever no route took: a file of the app, a page of the app, or a problem. Only `GET` comes here.
pub async fn fallback(req: HttpRequest, spa: web::Data<Spa>) -> HttpResponse {
    let path = req.path();
    if path == "/api" || path.starts_with("/api/") {
        return problem::not_found();
    }
    let name = path.trim_start_matches('/');
    match Files::get(name).filter(|_| !name.is_empty() && name != "index.html") {
        Some(file) => asset(&req, name, file.data),
        // A missing file is not a page: a stale tab must not get HTML for a script.
        None if name
            .rsplit('/')
            .next()
            .is_some_and(|last| last.contains('.')) =>
        {
            problem::not_found()
        }
        None => page(&spa),
    }
}

fn asset(req: &HttpRequest, name: &str, data: Cow<'static, [u8]>) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    let kind = mime_guess::from_path(name).first_or_octet_stream();
    response.insert_header((header::CONTENT_TYPE, kind.essence_str()));
    // Trunk writes a digest into each name, so a name never changes its content.
    let fingerprinted = name.rsplit('.').nth(1).is_some_and(|stem| {
        stem.rsplit(['-', '_'])
            .any(|part| part.len() >= 16 && part.bytes().all(|b| b.is_ascii_hexdigit()))
    });
    let keeps = if fingerprinted {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    response.insert_header((header::CACHE_CONTROL, keeps));
    response.insert_header((header::VARY, "Accept-Encoding"));
    // Packed by the build (frontend/compress.mjs); a debug build has none.
    match Files::get(&format!("{name}.br")).filter(|_| takes_brotli(req)) {
        Some(packed) => response
            .insert_header((header::CONTENT_ENCODING, "br"))
            .body(body(packed.data)),
        None => response.body(body(data)),
    }
}

/// What is inside the binary is sent from where it lies.
fn body(data: Cow<'static, [u8]>) -> Bytes {
    match data {
        Cow::Borrowed(inside) => Bytes::from_static(inside),
        Cow::Owned(read) => Bytes::from(read),
    }
}

fn page(spa: &Spa) -> HttpResponse {
    let Some(file) = Files::get("index.html") else {
        return HttpResponse::ServiceUnavailable()
            .insert_header((header::CONTENT_TYPE, "text/plain; charset=utf-8"))
            .body("The browser app is not built; cargo xtask run builds it. The API is at /api/docs.\n");
    };
    let text = String::from_utf8_lossy(&file.data).into_owned();
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .insert_header((header::CONTENT_SECURITY_POLICY, spa.policy(&text)))
        .body(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_scripts_in_the_page_itself_are_hashed() {
        let page =
            r#"<script src="/a.js"></script><script type="module">go()</script><script></script>"#;
        assert_eq!(inline_scripts(page).collect::<Vec<_>>(), ["go()"]);
    }
}

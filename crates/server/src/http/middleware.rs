//! What every request passes on its way in and out.
//!
//! In: request id, who is calling (signature only), and everything in `gate`. Out: security headers,
//! timing, packing, figures, one log line.

use super::connection::{Held, Line};
use super::gate::{self, Passage};
use super::identity::{self, Peer};
use super::limits::{Limiter, Verdict};
use super::openapi::Api;
use super::operations;
use super::problem::REQUEST_ID;
use crate::app::{App, Caller, Credential, Error};
use actix_http::encoding::Encoder;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{
    self, AcceptEncoding, ContentEncoding, Encoding, Header, HeaderMap, HeaderName, HeaderValue,
};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, web};
use bytes::Bytes;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Smallest answer that is packed, in bytes: below, packing gains nothing.
const PACKED_MIN: u64 = 1_024;
/// Refusals tell their time in steps of so many milliseconds: finer ones would tell what is hidden
/// from what does not exist.
const REFUSAL_STEP_MS: f64 = 50.0;
/// Answers that something is not there come at steps of this length.
const ABSENT_STEP: Duration = Duration::from_millis(5);

/// That only the head of the answer is asked for (`HEAD`); the handler sees a `GET`.
#[derive(Debug, Clone, Copy)]
pub struct HeadOnly;

fn request_id(headers: &HeaderMap) -> String {
    headers
        .get("x-request-id")
        .and_then(|v| v.to_str().ok())
        .filter(|v| {
            (1..=64).contains(&v.len())
                && v.bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
        })
        .map_or_else(|| Uuid::now_v7().to_string(), ToString::to_string)
}

/// Who called, for the log: the account, and how the token begins. Notes whether the token is one.
fn called(caller: Option<&Caller>, limiter: &Limiter, status: u16) -> (String, String) {
    match caller.map(|c| &c.credential) {
        None => (String::new(), String::new()),
        Some(Credential::Session { account, .. }) => (account.to_string(), String::new()),
        Some(Credential::Token(token)) => {
            let owner = token.owner();
            if owner.is_some() || status == 401 {
                limiter.note(token.digest, owner.is_some());
            }
            let owner = owner.map(|id| id.to_string()).unwrap_or_default();
            (owner, token.prefix.clone())
        }
    }
}

/// The middleware.
///
/// # Errors
/// None of its own; what fails inside is answered inside.
pub async fn around(
    mut req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let began = Instant::now();
    let busy = req.conn_data::<Line>().map(Line::enter);
    let id = request_id(req.headers());
    let (Some(app), Some(api), Some(limiter)) = (
        req.app_data::<web::Data<App>>().cloned(),
        req.app_data::<web::Data<Api>>().cloned(),
        req.app_data::<web::Data<Limiter>>().cloned(),
    ) else {
        let response = next.call(req).await?.map_into_boxed_body();
        return Ok(response.map_body(|_, body| Held::new(body, busy)));
    };
    REQUEST_ID
        .scope(id.clone(), async move {
            let address = identity::peer(&req, &app.config);
            req.extensions_mut().insert(Peer(address));
            let method = req.method().clone();
            if method == Method::HEAD {
                req.head_mut().method = Method::GET;
                req.extensions_mut().insert(HeadOnly);
            }
            let (passage, verdict) = gate::pass(&req, &app, &api, &limiter, address);
            let mut response = match passage {
                Passage::Open => next.call(req).await?.map_into_boxed_body(),
                Passage::Answered(answer) => req.into_response(answer),
            };
            let caller = response.request().extensions().get::<Caller>().cloned();
            let route = response
                .request()
                .match_pattern()
                .unwrap_or_else(|| "unmatched".to_string());
            let status = response.status().as_u16();
            if status == 404 && !operations::is_read_only(response.request().path()) {
                even_out(began).await;
            }
            let spent = began.elapsed();
            if let Some(location) = moved_to(&response) {
                response.headers_mut().insert(header::LOCATION, location);
            }
            let https = app.config.is_https();
            finish(response.headers_mut(), &id, https, verdict);
            let app_ms = spent.as_secs_f64() * 1000.0;
            let db_ms = caller.as_ref().map_or(0.0, |c| {
                f64::from(u32::try_from(c.timing.micros()).unwrap_or(u32::MAX)) / 1000.0
            });
            put(
                response.headers_mut(),
                "server-timing",
                &timing(status, app_ms, db_ms),
            );
            app.metrics
                .request(&method, &route, status, spent.as_secs_f64());
            let (account, token) = called(caller.as_ref(), &limiter, status);
            tracing::info!(
                request.id = %id,
                user.id = account,
                user.token = token,
                http.method = %method,
                http.route = %route,
                http.status = status,
                http.milliseconds = app_ms,
                "request"
            );
            let response = match method {
                Method::HEAD => response.map_body(|_, body| NoBody(body.size()).boxed()),
                _ => packed(response),
            };
            Ok(response.map_body(|_, body| Held::new(body, busy)))
        })
        .await
}

/// Waits for the end of the step of time that has begun, so that what is hidden is not told from what is absent
/// by the microseconds that it takes to find it and to look at its rights.
async fn even_out(began: Instant) {
    let steps = began.elapsed().as_micros() / ABSENT_STEP.as_micros() + 1;
    let waits = ABSENT_STEP * u32::try_from(steps).unwrap_or(1);
    tokio::time::sleep_until((began + waits).into()).await;
}

fn timing(status: u16, app_ms: f64, db_ms: f64) -> String {
    if status < 400 {
        return format!("app;dur={app_ms:.1}, db;dur={db_ms:.1}");
    }
    let coarse = (app_ms / REFUSAL_STEP_MS).ceil() * REFUSAL_STEP_MS;
    format!("app;dur={coarse:.0}")
}

/// The body of an answer to `HEAD`: none, but as long as it would have been.
struct NoBody(BodySize);

impl MessageBody for NoBody {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        self.0
    }

    fn poll_next(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Infallible>>> {
        Poll::Ready(None)
    }
}

/// Whether an answer is a text that packs well and whose length is known: no stream, no file.
fn packs(response: &ServiceResponse<BoxBody>) -> bool {
    let headers = response.headers();
    let kind = headers.get(header::CONTENT_TYPE);
    let kind = kind.and_then(|v| v.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default();
    let text = matches!(
        kind,
        "application/json"
            | "application/problem+json"
            | "text/csv"
            | "text/markdown"
            | "text/html"
    );
    let long = matches!(response.response().body().size(), BodySize::Sized(n) if n >= PACKED_MIN);
    text && long && !headers.contains_key(header::CONTENT_ENCODING)
}

/// Packs an answer in the form that the caller likes best (RFC 9110, section 12.5.3).
fn packed(response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    if !packs(&response) {
        return response;
    }
    let Ok(accepted) = AcceptEncoding::parse(response.request()) else {
        return response;
    };
    let offered = [Encoding::brotli(), Encoding::gzip(), Encoding::identity()];
    let form = match accepted.negotiate(offered.iter()) {
        Some(Encoding::Known(ContentEncoding::Brotli)) => ContentEncoding::Brotli,
        Some(Encoding::Known(ContentEncoding::Gzip)) => ContentEncoding::Gzip,
        _ => return response,
    };
    let vary = response.headers().get(header::VARY).cloned();
    let mut response = response.map_body(|head, body| Encoder::response(form, head, body).boxed());
    // The encoder adds a second header to the one that says it already.
    if let Some(vary) = vary {
        response.headers_mut().insert(header::VARY, vary);
    }
    response
}

/// Where to ask again when an issue is asked for by a key that it had before: the same address with
/// the key that it has now.
fn moved_to(response: &ServiceResponse<impl MessageBody>) -> Option<HeaderValue> {
    let error = response.response().error()?.as_error::<Error>()?;
    let Error::Store(store::Error::Moved(key)) = error else {
        return None;
    };
    let uri = response.request().uri();
    let mut segments: Vec<&str> = uri.path().split('/').collect();
    let at = segments.iter().position(|segment| *segment == "issues")? + 1;
    *segments.get_mut(at)? = key;
    let mut location = segments.join("/");
    if let Some(query) = uri.query() {
        location.push('?');
        location.push_str(query);
    }
    HeaderValue::from_str(&location).ok()
}

fn put(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(HeaderName::from_static(name), value);
    }
}

/// Headers of every answer. What a handler set for itself stays.
pub(super) fn finish(headers: &mut HeaderMap, id: &str, https: bool, verdict: Option<Verdict>) {
    put(headers, "x-request-id", id);
    let mut usual = vec![
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        (
            "permissions-policy",
            "camera=(), microphone=(), geolocation=(), payment=()",
        ),
        (
            "content-security-policy",
            "default-src 'none'; frame-ancestors 'none'",
        ),
        ("cache-control", "no-store"),
        ("vary", "Authorization, Cookie, Accept-Encoding"),
    ];
    if https {
        usual.push((
            "strict-transport-security",
            "max-age=31536000; includeSubDomains",
        ));
    }
    for (name, value) in usual {
        if !headers.contains_key(name) {
            put(headers, name, value);
        }
    }
    if let Some(v) = verdict {
        put(
            headers,
            "ratelimit-policy",
            &format!("\"{}\";q={};w=60", v.policy, v.quota),
        );
        let reset = v.wait.unwrap_or(60);
        put(
            headers,
            "ratelimit",
            &format!("\"{}\";r={};t={reset}", v.policy, v.remaining),
        );
        if let Some(wait) = v.wait {
            put(headers, "retry-after", &wait.to_string());
        }
    }
}

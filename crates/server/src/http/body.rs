//! Bodies of requests: their kind, their size, the time they take, and what makes two of them the same.

use super::{json, patience};
use crate::app::{Error, Once};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use domain::problem::{Code, Problem};
use futures_util::future::LocalBoxFuture;
use futures_util::{FutureExt, StreamExt};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// Largest JSON body, in bytes.
pub const BODY_MAX: usize = 1_000_000;
/// Longest time that a body of up to [`BODY_MAX`] may take.
const WHOLE_MAX: Duration = Duration::from_secs(60);

/// A JSON body, with a hash of its bytes.
#[derive(Debug)]
pub struct Body<T> {
    /// What was read.
    pub value: T,
    hash: String,
}

pub(super) fn malformed(detail: impl Into<String>) -> Error {
    Problem::new(Code::MalformedRequest).detail(detail).into()
}

/// Reads a body into memory, up to a limit.
///
/// # Errors
/// 413 over the limit, 400 when it breaks off, 408 when it takes too long.
pub async fn bytes(payload: &mut Payload, limit: usize) -> Result<Vec<u8>, Error> {
    let ends = Instant::now() + WHOLE_MAX;
    let mut body = Vec::new();
    loop {
        let Ok(next) = timeout_at(ends, payload.next()).await else {
            let problem = Problem::new(Code::RequestTimeout);
            return Err(problem.detail("The body came too slowly.").into());
        };
        let Some(chunk) = next else { return Ok(body) };
        let chunk = chunk.map_err(|e| patience::broke_off(&e))?;
        if body.len() + chunk.len() > limit {
            return Err(Problem::new(Code::TooLarge)
                .detail(format!("At most {limit} bytes."))
                .into());
        }
        body.extend_from_slice(&chunk);
    }
}

/// The media type of a request's body, without its parameters.
pub(super) fn media_type(req: &HttpRequest) -> String {
    let kind = req.content_type().split(';').next().unwrap_or_default();
    kind.trim().to_ascii_lowercase()
}

impl<T: DeserializeOwned + 'static> FromRequest for Body<T> {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        // Only this: other types that end in +json (a JSON Patch, say) mean something else.
        let is_json = media_type(req) == "application/json";
        let mut payload = payload.take();
        async move {
            if !is_json {
                return Err(Problem::new(Code::UnsupportedMediaType)
                    .detail("Send application/json.")
                    .into());
            }
            let body = bytes(&mut payload, BODY_MAX).await?;
            let hash = hex(&Sha256::digest(&body));
            Ok(Self {
                value: json::read(&body)?,
                hash,
            })
        }
        .boxed_local()
    }
}

/// The caller's idempotency key, if any, for this route and body.
///
/// # Errors
/// 400 for a key that is empty or longer than 255 characters.
pub fn once<T>(req: &HttpRequest, body: &Body<T>) -> Result<Option<Once>, Error> {
    once_of(req, body.hash.clone())
}

/// The same for a body of which the caller has a hash.
///
/// # Errors
/// As [`once`].
pub fn once_of(req: &HttpRequest, request_hash: String) -> Result<Option<Once>, Error> {
    let Some(key) = req.headers().get("idempotency-key") else {
        return Ok(None);
    };
    let key = key.to_str().map(str::trim).unwrap_or_default();
    let printed = key.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    if key.is_empty() || key.len() > 255 || !printed {
        return Err(malformed("Idempotency-Key: 1 to 255 visible characters."));
    }
    let route = format!("{} {}", req.method(), req.path());
    Ok(Some(Once {
        route,
        key: key.to_string(),
        request_hash,
    }))
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut out, b| {
        let _ = write!(out, "{b:02x}");
        out
    })
}

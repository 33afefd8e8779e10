//! Answers: JSON with entity tags, conditional requests, pages with links.

use super::accept;
use super::params::{Paging, Params};
use crate::app::precondition::tag;
use crate::app::{Answer, Error};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use domain::page::{Page, Total};
use domain::problem::FieldError;
use serde::Serialize;

/// Writes a value as JSON.
///
/// # Errors
/// Never for the types of `domain`.
pub fn text<T: Serialize>(value: &T) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|e| Error::internal(e.to_string()))
}

/// The answer that made something.
///
/// # Errors
/// Never for the types of `domain`.
pub fn made<T: Serialize>(
    location: String,
    version: Option<i32>,
    value: &T,
) -> Result<Answer, Error> {
    let body = text(value)?;
    Ok(Answer {
        status: 201,
        location: Some(location),
        etag: version.map(|v| tag(v, &body)),
        body,
        replayed: false,
    })
}

/// The answer that did something, without making anything new.
///
/// # Errors
/// Never for the types of `domain`.
pub fn told<T: Serialize>(value: &T) -> Result<Answer, Error> {
    Ok(Answer {
        status: 200,
        location: None,
        etag: None,
        body: text(value)?,
        replayed: false,
    })
}

/// An answer as HTTP.
#[must_use]
pub fn answer(answer: Answer) -> HttpResponse {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let mut response = HttpResponse::build(status);
    if let Some(location) = answer.location {
        response.insert_header((header::LOCATION, location));
    }
    if let Some(tag) = answer.etag {
        response.insert_header((header::ETAG, tag));
    }
    if answer.replayed {
        response.insert_header(("idempotent-replayed", "true"));
    }
    response.insert_header((header::CONTENT_TYPE, "application/json"));
    response.body(answer.body)
}

/// Whether the caller has what that tag names (`If-None-Match`, compared weakly: RFC 9110, section
/// 13.1.2).
#[must_use]
pub fn has_it(req: &HttpRequest, tag: &str) -> bool {
    let tags = req.headers().get_all(header::IF_NONE_MATCH);
    tags.filter_map(|v| v.to_str().ok()).any(|tags| {
        tags.trim() == "*"
            || tags
                .split(',')
                .any(|t| t.trim().trim_start_matches("W/") == tag)
    })
}

/// A single thing with its tag; 304 when the caller has it already.
///
/// # Errors
/// Never for the types of `domain`.
pub fn tagged<T: Serialize>(
    req: &HttpRequest,
    version: i32,
    value: &T,
) -> Result<HttpResponse, Error> {
    let body = text(value)?;
    let tag = tag(version, &body);
    if req.method().is_safe() && has_it(req, &tag) {
        return Ok(HttpResponse::NotModified()
            .insert_header((header::ETAG, tag))
            .finish());
    }
    Ok(HttpResponse::Ok()
        .insert_header((header::ETAG, tag))
        .insert_header((header::CONTENT_TYPE, "application/json"))
        .body(body))
}

/// A value without a tag.
///
/// # Errors
/// Never for the types of `domain`.
pub fn json<T: Serialize>(value: &T) -> Result<HttpResponse, Error> {
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/json"))
        .body(text(value)?))
}

/// Whether the caller wants another form than JSON: by its name as `format=`, or by its media type
/// `Accept` with its weights.
///
/// # Errors
/// 422 for a format that is neither.
pub fn wanted(
    req: &HttpRequest,
    params: &mut Params,
    name: &str,
    media_type: &str,
) -> Result<bool, Error> {
    match params.text("format").as_deref() {
        Some(format) if format == name => Ok(true),
        Some("json") => Ok(false),
        Some(_) => {
            let detail = format!("{name} or json.");
            Err(FieldError::query("format", "unknown_value", detail).into())
        }
        None => Ok(accept::prefers(req.headers(), media_type)),
    }
}

/// A page, with a `Link` to the next (RFC 8288).
///
/// # Errors
/// Never for the types of `domain`.
pub fn page<T: Serialize>(req: &HttpRequest, page: &Page<T>) -> Result<HttpResponse, Error> {
    linked(req, page.next_cursor.as_deref(), page)
}

/// Something that goes on elsewhere, with a `Link` to there.
///
/// # Errors
/// Never for the types of `domain`.
pub fn linked<T: Serialize>(
    req: &HttpRequest,
    next: Option<&str>,
    value: &T,
) -> Result<HttpResponse, Error> {
    let body = text(value)?;
    let mut response = HttpResponse::Ok();
    if let Some(cursor) = next {
        let others = req
            .query_string()
            .split('&')
            .filter(|p| !p.is_empty() && !p.starts_with("cursor="));
        let query: Vec<String> = others
            .map(ToString::to_string)
            .chain([format!("cursor={cursor}")])
            .collect();
        let link = format!("<{}?{}>; rel=\"next\"", req.path(), query.join("&"));
        if let Ok(link) = HeaderValue::from_str(&link) {
            response.insert_header((header::LINK, link));
        }
    }
    Ok(response
        .insert_header((header::CONTENT_TYPE, "application/json"))
        .body(body))
}

/// Nothing more to say.
#[must_use]
pub fn done() -> HttpResponse {
    HttpResponse::NoContent().finish()
}

/// One page of a list that is small enough to be read whole; `key` tells its entries apart.
///
/// # Errors
/// 422 for a limit or cursor that does not fit.
pub fn part<T: Serialize>(
    req: &HttpRequest,
    asked: &Paging,
    mut items: Vec<T>,
    key: impl Fn(&T) -> String,
) -> Result<HttpResponse, Error> {
    let count = i64::try_from(items.len()).unwrap_or(i64::MAX);
    if let Some(after) = &asked.after {
        let at = items
            .iter()
            .position(|item| key(item) == *after)
            .ok_or_else(super::params::wrong_cursor)?;
        items.drain(..=at);
    }
    let size = usize::try_from(asked.limit).unwrap_or(usize::MAX);
    let more = items.len() > size;
    items.truncate(size);
    let next_cursor = items
        .last()
        .filter(|_| more)
        .map(|item| asked.question.seal(&key(item)));
    page(
        req,
        &Page {
            items,
            next_cursor,
            total: Total { count, exact: true },
        },
    )
}

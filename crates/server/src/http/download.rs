//! The bytes of a file: all of them, a part, or none because the caller has them (RFC 9110, sections 13
//! and 14).

use super::middleware::HeadOnly;
use super::{problem, reply};
use crate::app::{App, Error};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use bytes::Bytes;
use domain::attachment::shows_inline;
use domain::problem::{Code, Problem};
use futures_util::{StreamExt, stream};
use std::ops::Range;
use store::attachments::StoredAttachment;

/// The tag of a file: its digest.
#[must_use]
pub fn tag(sha256: &str) -> String {
    format!("\"{sha256}\"")
}

/// The tags that a caller names (`If-Match`); nothing when they name none.
#[derive(Debug, Clone)]
pub struct Named(Option<Vec<String>>);

/// The tags that the request names.
#[must_use]
pub fn named(req: &HttpRequest) -> Named {
    let mut lines = req.headers().get_all(header::IF_MATCH).peekable();
    let any = lines.peek().is_some();
    let tags = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .map(|tag| tag.trim().to_string());
    let tags = tags.collect();
    Named(any.then_some(tags))
}

impl Named {
    /// Whether a change of the file with that digest may go on: strong tags alone name it.
    #[must_use]
    pub fn holds(&self, sha256: &str) -> bool {
        let tag = tag(sha256);
        let names_it = |named: &String| *named == tag || named == "*";
        self.0.as_ref().is_none_or(|tags| tags.iter().any(names_it))
    }
}

/// Which part of something is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    /// All of it: none is named, or in a way that may be ignored.
    Whole,
    /// These bytes.
    Bytes(Range<u64>),
    /// One that begins behind the end.
    Nowhere,
}

/// Reads `Range`. Several parts at once, other units and what cannot be read are answered with all of it,
/// as the standard allows.
fn part(range: Option<&HeaderValue>, size: u64) -> Part {
    let asked = range.and_then(|v| v.to_str().ok()).and_then(|text| {
        let (unit, set) = text.split_once('=')?;
        let (first, last) = set.trim().split_once('-')?;
        let number = |text: &str| match text.trim() {
            "" => Some(None),
            digits if digits.bytes().all(|b| b.is_ascii_digit()) => {
                Some(Some(digits.parse().unwrap_or(u64::MAX)))
            }
            _ => None,
        };
        let known = unit.trim().eq_ignore_ascii_case("bytes");
        known.then_some((number(first)?, number(last)?))
    });
    match asked {
        None | Some((None, None)) => Part::Whole,
        Some((Some(first), Some(last))) if first > last => Part::Whole,
        Some((Some(first), _)) if first >= size => Part::Nowhere,
        Some((Some(first), last)) => {
            let last = last.unwrap_or(u64::MAX).min(size - 1);
            Part::Bytes(first..last + 1)
        }
        Some((None, Some(0))) => Part::Nowhere,
        Some((None, Some(_))) if size == 0 => Part::Nowhere,
        Some((None, Some(last))) => Part::Bytes(size.saturating_sub(last)..size),
    }
}

/// The part that the request asks for, if the file is still the one of which the caller has another
/// part (`If-Range`: a strong tag; a date is none that we ever gave).
fn asked(req: &HttpRequest, tag: &str, size: u64) -> Part {
    let headers = req.headers();
    match headers.get(header::IF_RANGE) {
        Some(had) if had.as_bytes() != tag.as_bytes() => Part::Whole,
        _ => part(headers.get(header::RANGE), size),
    }
}

/// Sends a file that exists for the caller.
///
/// # Errors
/// 404 when its bytes are not there, which is a fault of ours: it is logged and counted.
pub async fn send(
    app: &App,
    req: &HttpRequest,
    file: &StoredAttachment,
) -> Result<HttpResponse, Error> {
    let tag = tag(&file.sha256);
    if reply::has_it(req, &tag) {
        let mut response = HttpResponse::NotModified();
        describe(&mut response, file, &tag);
        return Ok(response.finish());
    }
    let size = u64::try_from(file.size).unwrap_or(0);
    if req.extensions().get::<HeadOnly>().is_some() {
        // The part that a GET would send is no matter of HEAD.
        if app.blobs.size(&file.storage_key).await? != Some(size) {
            return Err(missing(app, file));
        }
        let mut response = HttpResponse::Ok();
        describe(&mut response, file, &tag);
        let nothing = stream::empty::<Result<Bytes, Error>>();
        return Ok(response.no_chunking(size).streaming(nothing));
    }
    let bytes = match asked(req, &tag, size) {
        Part::Whole => None,
        Part::Bytes(bytes) => Some(bytes),
        Part::Nowhere => return Ok(nowhere(size)),
    };
    let bytes_of = match app.blobs.get(&file.storage_key, size, bytes.clone()).await {
        Err(store::Error::NotFound) => return Err(missing(app, file)),
        found => found?.map(|chunk: store::Result<Bytes>| chunk.map_err(Error::from)),
    };
    let mut response = HttpResponse::Ok();
    describe(&mut response, file, &tag);
    let length = match bytes {
        None => size,
        Some(bytes) => {
            let place = format!("bytes {}-{}/{size}", bytes.start, bytes.end - 1);
            response.status(StatusCode::PARTIAL_CONTENT);
            response.insert_header((header::CONTENT_RANGE, place));
            bytes.end - bytes.start
        }
    };
    Ok(response.no_chunking(length).streaming(Box::pin(bytes_of)))
}

/// 416 with how long it is.
fn nowhere(size: u64) -> HttpResponse {
    let detail = format!("The file has {size} bytes.");
    let mut response = problem::response(Problem::new(Code::RangeNotSatisfiable).detail(detail));
    if let Ok(value) = HeaderValue::from_str(&format!("bytes */{size}")) {
        response.headers_mut().insert(header::CONTENT_RANGE, value);
    }
    response
}

/// To people it is absent; to whoever runs the product it is a loss.
fn missing(app: &App, file: &StoredAttachment) -> Error {
    app.metrics.files_missing.inc();
    tracing::error!(
        request.id = %problem::request_id(),
        file.id = %file.id,
        file.key = %file.storage_key,
        "the bytes of a file are missing or incomplete; see iit-server doctor"
    );
    Error::not_found()
}

/// The headers of every answer about a file. Pictures may be shown in a page; everything else is only
/// offered for download, and nothing can run in our name.
fn describe(response: &mut actix_web::HttpResponseBuilder, file: &StoredAttachment, tag: &str) {
    let inline = shows_inline(&file.media_type);
    let media_type = if inline || is_plain_text(&file.media_type) {
        file.media_type.as_str()
    } else {
        "application/octet-stream"
    };
    let place = if inline { "inline" } else { "attachment" };
    response.insert_header((header::ETAG, tag));
    response.insert_header((header::ACCEPT_RANGES, "bytes"));
    response.insert_header((header::CONTENT_TYPE, media_type));
    response.insert_header((header::CACHE_CONTROL, "private, no-cache"));
    response.insert_header((
        header::CONTENT_SECURITY_POLICY,
        "sandbox; default-src 'none'; frame-ancestors 'none'",
    ));
    response.insert_header((
        header::CONTENT_DISPOSITION,
        disposition(place, &file.file_name),
    ));
}

/// Text that no browser takes for a page: HTML and XML are text too, and can run.
fn is_plain_text(media_type: &str) -> bool {
    matches!(media_type, "text/plain" | "text/csv" | "text/markdown")
}

/// `Content-Disposition` with the name in both spellings (RFC 6266, RFC 8187).
fn disposition(place: &str, name: &str) -> HeaderValue {
    let plain: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_graphic() && !matches!(c, '"' | '\\' | '%' | ';') || c == ' ' {
                c
            } else {
                '_'
            }
        })
        .collect();
    let encoded = domain::paths::encode(name);
    HeaderValue::from_str(&format!(
        "{place}; filename=\"{plain}\"; filename*=UTF-8''{encoded}"
    ))
    .unwrap_or(HeaderValue::from_static("attachment"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_leave_their_quotes() {
        let header = disposition("attachment", "a\";x=\"ü%\\.txt");
        assert_eq!(
            header.to_str().unwrap(),
            "attachment; filename=\"a__x=____.txt\"; filename*=UTF-8''a%22%3Bx%3D%22%C3%BC%25%5C.txt"
        );
    }

    #[test]
    fn a_part_is_within_the_file_or_nowhere() {
        let of = |text: &str, size| part(Some(&HeaderValue::from_str(text).unwrap()), size);
        for (text, bytes) in [
            ("bytes=0-0", 0..1),
            ("bytes=0-9", 0..10),
            ("bytes=0-99", 0..10),
            ("bytes=9-", 9..10),
            ("bytes=-1", 9..10),
            ("bytes=-99", 0..10),
            ("BYTES = 2 - 3", 2..4),
            ("bytes=2-99999999999999999999999", 2..10),
        ] {
            assert_eq!(of(text, 10), Part::Bytes(bytes), "{text}");
        }
        for text in [
            "bytes=10-",
            "bytes=10-11",
            "bytes=-0",
            "bytes=99999999999999999999999-",
        ] {
            assert_eq!(of(text, 10), Part::Nowhere, "{text}");
        }
        for text in ["bytes=0-", "bytes=-5"] {
            assert_eq!(of(text, 0), Part::Nowhere, "{text}");
        }
        for text in [
            "bytes=3-2",
            "bytes=-",
            "bytes=a-b",
            "bytes=+1-2",
            "bytes=0-1,3-4",
            "lines=0-1",
            "bytes",
            "bytes=1",
            "",
        ] {
            assert_eq!(of(text, 10), Part::Whole, "{text}");
        }
        assert_eq!(part(None, 10), Part::Whole);
    }
}

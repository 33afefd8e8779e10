//! From a request to checked values; whatever cannot be read is a problem with its reason.

use super::identity::InvalidBearer;
use super::patience;
use crate::app::issues::Precondition;
use crate::app::{Caller, Error, Once};
use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeDelta, Utc};
use domain::filter::{self, Expr};
use domain::list::TEXT_MAX;
use domain::page::{LIMIT_DEFAULT, LIMIT_MAX};
use domain::problem::{Code, FieldError, Problem};
use domain::text;
use domain::token;
use futures_util::future::{LocalBoxFuture, Ready, ready};
use futures_util::{FutureExt, StreamExt};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use std::str::FromStr;
use uuid::Uuid;

/// Largest JSON body, in bytes.
pub const BODY_MAX: usize = 1_000_000;

impl FromRequest for Caller {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let extensions = req.extensions();
        let caller = extensions.get::<Caller>().cloned();
        let invalid = extensions.get::<InvalidBearer>().is_some();
        // The route is known only here: what it takes of a token stands in the table of operations.
        let route = req.match_pattern().unwrap_or_default();
        ready(
            caller
                .map(|caller| Caller {
                    need: token::need(req.method().as_str(), &route),
                    ..caller
                })
                .ok_or_else(|| Error::not_signed(invalid)),
        )
    }
}

/// A JSON body, with a hash of its bytes.
#[derive(Debug)]
pub struct Body<T> {
    /// What was read.
    pub value: T,
    hash: String,
}

fn malformed(detail: impl Into<String>) -> Error {
    Problem::new(Code::MalformedRequest).detail(detail).into()
}

/// Reads a body into memory, up to a limit.
///
/// # Errors
/// 413 over the limit, 400 when it breaks off, 408 when it stops coming.
pub async fn bytes(payload: &mut Payload, limit: usize) -> Result<Vec<u8>, Error> {
    let mut body = Vec::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|e| patience::broke_off(&e))?;
        if body.len() + chunk.len() > limit {
            return Err(Problem::new(Code::TooLarge)
                .detail(format!("At most {limit} bytes."))
                .into());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Reads JSON; wrong syntax is 400, wrong shape 422 with the place.
///
/// # Errors
/// 400 or 422.
pub fn json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Error> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let inner = error.inner();
        if inner.is_data() {
            FieldError::new(
                pointer(error.path(), &inner.to_string()),
                shape_code(&inner.to_string()),
                sentence(&inner.to_string()),
            )
            .into()
        } else {
            malformed(sentence(&inner.to_string()))
        }
    })?;
    reader
        .end()
        .map_err(|e| malformed(sentence(&e.to_string())))?;
    Ok(value)
}

fn shape_code(message: &str) -> &'static str {
    if message.starts_with("unknown field") {
        "unknown_field"
    } else if message.starts_with("missing field") {
        "required"
    } else if message.starts_with("duplicate field") {
        "duplicate_field"
    } else if message.starts_with("invalid type") {
        "wrong_type"
    } else {
        "unknown_value"
    }
}

fn sentence(message: &str) -> String {
    let message = message.split(" at line ").next().unwrap_or(message);
    let mut letters = message.chars();
    let first = letters
        .next()
        .map(|c| c.to_uppercase().collect::<String>())
        .unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

/// The place of the mistake as a JSON pointer; serde names missing and unknown fields only in words.
fn pointer(path: &serde_path_to_error::Path, message: &str) -> String {
    use serde_path_to_error::Segment;
    let mut out = String::new();
    for segment in path.iter() {
        match segment {
            Segment::Seq { index } => out.push_str(&format!("/{index}")),
            Segment::Map { key } => {
                out.push_str(&format!("/{}", key.replace('~', "~0").replace('/', "~1")))
            }
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    let missing = message.starts_with("missing field") || message.starts_with("duplicate field");
    if (missing || out.is_empty())
        && let Some(name) = message.split('`').nth(1)
        && !out.ends_with(&format!("/{name}"))
    {
        out.push_str(&format!("/{name}"));
    }
    out
}

/// Whether a content type is that of JSON (RFC 8259 or a `+json` suffix).
fn is_json(content_type: &str) -> bool {
    let kind = content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

impl<T: DeserializeOwned + 'static> FromRequest for Body<T> {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let json_type = is_json(req.content_type());
        let mut payload = payload.take();
        async move {
            if !json_type {
                return Err(Problem::new(Code::UnsupportedMediaType)
                    .detail("Send application/json.")
                    .into());
            }
            let body = bytes(&mut payload, BODY_MAX).await?;
            let hash = hex(&Sha256::digest(&body));
            Ok(Self {
                value: json(&body)?,
                hash,
            })
        }
        .boxed_local()
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut out, b| {
        let _ = write!(out, "{b:02x}");
        out
    })
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

/// What the caller says about the version they saw (`If-Match`).
#[must_use]
pub fn if_match(req: &HttpRequest) -> Precondition {
    let Some(tags) = req.headers().get(header::IF_MATCH) else {
        return Precondition::None;
    };
    let tags = tags.to_str().unwrap_or_default().trim();
    if tags == "*" {
        return Precondition::None;
    }
    tags.split(',')
        .find_map(|tag| {
            tag.trim()
                .strip_prefix('"')?
                .split(['-', '"'])
                .next()?
                .parse()
                .ok()
        })
        .map_or(Precondition::Never, Precondition::Version)
}

/// Query parameters, taken out one by one; what is left at the end is a mistake.
#[derive(Debug)]
pub struct Params(Vec<(String, String)>);

/// The names and values of a query, decoded.
///
/// # Errors
/// 400 for what is no query.
pub fn pairs(query: &str) -> Result<Vec<(String, String)>, Error> {
    actix_web::web::Query::<Vec<(String, String)>>::from_query(query)
        .map(actix_web::web::Query::into_inner)
        .map_err(|e| malformed(format!("The query could not be read: {e}.")))
}

impl FromRequest for Params {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(pairs(req.query_string()).map(Self))
    }
}

impl Params {
    /// Takes a parameter out, as text.
    pub fn text(&mut self, name: &str) -> Option<String> {
        let at = self.0.iter().position(|(n, _)| n == name)?;
        Some(self.0.swap_remove(at).1)
    }

    /// Takes a parameter out that names something or is looked for: what cannot be there is refused,
    /// lest the answer is of everything.
    ///
    /// # Errors
    /// 422 naming the parameter, for NUL and for more than 1000 bytes.
    pub fn word(&mut self, name: &str) -> Result<Option<String>, Error> {
        match self.text(name) {
            Some(text) if text.contains('\0') || text.len() > TEXT_MAX => {
                let detail = format!("At most {TEXT_MAX} bytes, without NUL.");
                Err(FieldError::query(name, "invalid", detail).into())
            }
            text => Ok(text),
        }
    }

    /// Takes a parameter out and reads it.
    ///
    /// # Errors
    /// 422 naming the parameter.
    pub fn read<T: FromStr>(&mut self, name: &str, expected: &str) -> Result<Option<T>, Error> {
        self.text(name)
            .map(|text| {
                text.parse().map_err(|_| {
                    FieldError::query(name, "invalid", format!("Expected {expected}.")).into()
                })
            })
            .transpose()
    }

    /// Takes `limit` out.
    ///
    /// # Errors
    /// 422 unless it is from 1 to 100.
    pub fn limit(&mut self) -> Result<u32, Error> {
        let limit: u32 = self
            .read("limit", "a number from 1 to 100")?
            .unwrap_or(LIMIT_DEFAULT);
        if (1..=LIMIT_MAX).contains(&limit) {
            Ok(limit)
        } else {
            Err(FieldError::query("limit", "range", "From 1 to 100.").into())
        }
    }

    /// Takes an instant out.
    ///
    /// # Errors
    /// 422 naming the parameter.
    pub fn instant(&mut self, name: &str) -> Result<Option<DateTime<Utc>>, Error> {
        let wrong = |_| {
            let expected = "Expected an instant such as 2026-01-31T12:00:00Z.";
            Error::from(FieldError::query(name, "invalid", expected))
        };
        let at = self
            .text(name)
            .map(|text| {
                DateTime::parse_from_rfc3339(&text)
                    .map(|at| at.to_utc())
                    .map_err(wrong)
            })
            .transpose()?;
        match at {
            Some(at) if !text::YEARS.contains(&at.year()) => Err(out_of_calendar(name)),
            at => Ok(at),
        }
    }

    /// Takes a day out.
    ///
    /// # Errors
    /// 422 naming the parameter.
    pub fn day(&mut self, name: &str) -> Result<Option<NaiveDate>, Error> {
        let day: Option<NaiveDate> = self.read(name, "a day such as 2026-01-31")?;
        match day {
            Some(day) if !text::YEARS.contains(&day.year()) => Err(out_of_calendar(name)),
            day => Ok(day),
        }
    }

    /// Takes an end of a stretch of time out: an instant, or a day (UTC), which begins then or, as
    /// the last, ends with it.
    ///
    /// # Errors
    /// 422 naming the parameter.
    pub fn bound(&mut self, name: &str, last: bool) -> Result<Option<DateTime<Utc>>, Error> {
        let day = self
            .0
            .iter()
            .find(|(n, _)| n == name)
            .and_then(|(_, text)| text.parse::<NaiveDate>().ok())
            .filter(|day| text::YEARS.contains(&day.year()));
        let Some(day) = day else {
            return self.instant(name);
        };
        let _ = self.text(name);
        let begin = day.and_time(NaiveTime::MIN).and_utc();
        let whole = TimeDelta::days(1) - TimeDelta::microseconds(1);
        Ok(Some(if last { begin + whole } else { begin }))
    }

    /// Takes `cursor` out.
    ///
    /// # Errors
    /// 422 for one that is not of this list.
    pub fn cursor<T: DeserializeOwned>(&mut self) -> Result<Option<T>, Error> {
        self.text("cursor")
            .filter(|c| !c.is_empty())
            .map(|text| uncursor(&text))
            .transpose()
    }

    /// Takes `limit` and `cursor` out and ends the reading: for lists that take nothing else.
    ///
    /// # Errors
    /// 400 or 422.
    pub fn paging(&mut self) -> Result<(u32, Option<String>), Error> {
        let asked = (self.limit()?, self.cursor()?);
        self.end()?;
        Ok(asked)
    }

    /// Takes `q` out: a condition of the filter language, whose order does not count here.
    ///
    /// # Errors
    /// 400 with the place of a mistake.
    pub fn filter(&mut self) -> Result<Option<Expr>, Error> {
        let text = self.text("q").unwrap_or_default();
        match filter::parse(&text) {
            Ok(query) => Ok(query.expr),
            Err(mistake) => Err(mistake.at("?q").into()),
        }
    }

    /// The parameters that are left.
    #[must_use]
    pub fn rest(&self) -> Vec<(&str, &str)> {
        self.0
            .iter()
            .map(|(n, v)| (n.as_str(), v.as_str()))
            .collect()
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// 400 naming a parameter that this address does not know.
    pub fn end(&self) -> Result<(), Error> {
        unknown(&self.rest())
    }
}

fn out_of_calendar(name: &str) -> Error {
    FieldError::query(name, "range", "From the year 1900 to 2999.").into()
}

/// 400 when something is left.
///
/// # Errors
/// Naming the first parameter that is left.
pub fn unknown(rest: &[(&str, &str)]) -> Result<(), Error> {
    match rest.first() {
        Some((name, _)) => Err(unknown_parameter(name)),
        None => Ok(()),
    }
}

/// 400 for a parameter that an address does not know.
#[must_use]
pub fn unknown_parameter(name: &str) -> Error {
    let mut problem = Problem::new(Code::MalformedRequest)
        .detail(format!("There is no query parameter {name} here."));
    problem.errors = vec![FieldError::query(
        name,
        "unknown_parameter",
        "Not known here.",
    )];
    problem.into()
}

/// A position as an opaque word.
#[must_use]
pub fn cursor<T: Serialize>(position: &T) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(position).unwrap_or_default())
}

/// Back from the word.
///
/// # Errors
/// 422.
pub fn uncursor<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    URL_SAFE_NO_PAD
        .decode(text)
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .ok_or_else(wrong_cursor)
}

/// 422 for a cursor of another list.
#[must_use]
pub fn wrong_cursor() -> Error {
    FieldError::query(
        "cursor",
        "invalid",
        "This cursor does not belong to this list.",
    )
    .into()
}

/// A path segment as an address; what cannot be one does not exist.
///
/// # Errors
/// 404.
pub fn address<T: FromStr>(text: &str) -> Result<T, Error> {
    text.parse().map_err(|_| Error::not_found())
}

/// A path segment as an id.
///
/// # Errors
/// 404.
pub fn id(text: &str) -> Result<Uuid, Error> {
    Uuid::try_parse(text).map_err(|_| Error::not_found())
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::issue::IssueDraft;

    fn mistake(body: &str) -> (u16, String, String) {
        let problem = json::<IssueDraft>(body.as_bytes()).unwrap_err().problem();
        let first = problem.errors.first().cloned();
        (
            problem.status,
            first
                .as_ref()
                .map(|e| e.pointer.clone())
                .unwrap_or_default(),
            first.map(|e| e.code).unwrap_or_default(),
        )
    }

    #[test]
    fn syntax_is_400_and_shape_is_422_with_its_place() {
        assert_eq!(mistake("{").0, 400);
        assert_eq!(mistake("{\"title\":\"x\"} tail").0, 400);
        assert_eq!(mistake("\u{feff}{}").0, 400);
        let deep = format!("{{\"title\":\"x\",\"context\":{}", "[".repeat(100_000));
        assert_eq!(mistake(&deep).0, 400);
        assert_eq!(mistake("[]").0, 422);
        assert_eq!(mistake("{}"), (422, "/title".into(), "required".into()));
        assert_eq!(
            mistake(r#"{"title":"x","number":1}"#),
            (422, "/number".into(), "unknown_field".into())
        );
        assert_eq!(
            mistake(r#"{"title":7}"#),
            (422, "/title".into(), "wrong_type".into())
        );
        assert_eq!(
            mistake(r#"{"title":"x","labels":["a",7]}"#),
            (422, "/labels/1".into(), "wrong_type".into())
        );
        assert_eq!(
            mistake(r#"{"title":"x","severity":"bad"}"#),
            (422, "/severity".into(), "unknown_value".into())
        );
        assert_eq!(
            mistake(r#"{"title":"x","title":"y"}"#),
            (422, "/title".into(), "duplicate_field".into())
        );
        assert_eq!(mistake(r#"{"title":"x","story_points":1e100}"#).0, 422);
    }

    #[test]
    fn cursors_go_round_and_foreign_ones_do_not() {
        let word = cursor(&(1, "a"));
        assert_eq!(
            uncursor::<(i32, String)>(&word).unwrap(),
            (1, "a".to_string())
        );
        assert!(uncursor::<(i32, String)>("%%%").is_err());
        assert!(uncursor::<(String, i32)>(&word).is_err());
    }
}

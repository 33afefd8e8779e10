//! From a request to its caller, its version and its addresses.

use super::body::malformed;
use super::identity::InvalidBearer;
use crate::app::{Caller, Error, Precondition};
use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use domain::token;
use futures_util::future::{Ready, ready};
use std::str::FromStr;
use uuid::Uuid;

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

/// What the caller says about the version they saw (`If-Match`); several headers are one list.
///
/// # Errors
/// 400 for what is no list of tags.
pub fn if_match(req: &HttpRequest) -> Result<Precondition, Error> {
    let values = req.headers().get_all(header::IF_MATCH);
    let tags: Vec<&str> = values.map(|v| v.to_str().unwrap_or_default()).collect();
    if tags.is_empty() {
        return Ok(Precondition::NONE);
    }
    Precondition::read(&tags.join(", ")).map_err(|why| malformed(format!("If-Match: {why}")))
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

//! What every request passes before its route: one spelling of the address, limits, where it came
//! from, the method, the parameters. Each rule holds for every address; what is not known is refused.

use super::address;
use super::identity::{self, cookie_name};
use super::limits::{Limiter, Principal, Verdict};
use super::operations::{self, Operation};
use super::params;
use super::problem;
use crate::app::{App, Caller, Credential, Error};
use crate::config::Config;
use crate::http::openapi::Api;
use actix_web::dev::ServiceRequest;
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderName};
use actix_web::{HttpMessage, HttpResponse};
use domain::problem::{Code, Problem};
use std::net::IpAddr;

/// A request that may go on to its route, or an answer instead of it.
pub enum Passage {
    /// Go on.
    Open,
    /// This is the answer.
    Answered(HttpResponse),
}

fn refused(error: impl Into<Error>) -> Passage {
    Passage::Answered(problem::response(error.into().problem()))
}

/// Whether a browser says that one of our own pages made this request. With a cookie it must say
/// so; without one it must at least not say that the request came from elsewhere.
fn from_our_own_page(req: &ServiceRequest, config: &Config) -> bool {
    let text = |name: HeaderName| req.headers().get(name).and_then(|v| v.to_str().ok());
    let needed = req.cookie(cookie_name(config)).is_some();
    if let Some(site) = text(HeaderName::from_static("sec-fetch-site")) {
        return site == "same-origin";
    }
    let Some(origin) = text(header::ORIGIN) else {
        return !needed;
    };
    if origin == config.public_url {
        return true;
    }
    let host = text(header::HOST).unwrap_or_default();
    match origin.split_once("://") {
        Some(("https", at)) => at == host,
        Some(("http", at)) => at == host && !config.is_https(),
        _ => false,
    }
}

fn limit(
    req: &ServiceRequest,
    operation: Option<&Operation>,
    limiter: &Limiter,
    address: IpAddr,
) -> Option<Verdict> {
    let path = req.path();
    if operations::is_read_only(path) {
        return limiter.page(address);
    }
    if operation.is_some_and(|o| o.signs_in)
        && let Some(verdict) = limiter.sign_in(address)
    {
        return Some(verdict);
    }
    match req.extensions().get::<Caller>() {
        None => limiter.anonymous(address),
        Some(caller) => match &caller.credential {
            Credential::Session { account, .. } => limiter.principal(Principal::Account(*account)),
            Credential::Token(token) if limiter.knows(&token.digest) => {
                limiter.principal(Principal::Token(token.digest))
            }
            Credential::Token(_) => limiter.anonymous(address),
        },
    }
}

/// Names of the parameters of a query, decoded as the handlers will decode them.
fn names(req: &ServiceRequest) -> Result<Vec<String>, Error> {
    let pairs = params::pairs(req.query_string())?;
    Ok(pairs.into_iter().map(|(name, _)| name).collect())
}

/// Judges a request. The verdict of its limit is told in any case.
pub fn pass(
    req: &ServiceRequest,
    app: &App,
    api: &Api,
    limiter: &Limiter,
    address: IpAddr,
) -> (Passage, Option<Verdict>) {
    identity::identify(req, app);
    let spelling = address::canonical(req.path());
    let route = match spelling {
        Ok(()) => api.operations.find(req.path()),
        Err(_) => None,
    };
    let operation = route.and_then(|r| r.operation(req.method()));
    let verdict = limit(req, operation, limiter, address);
    if verdict.is_some_and(|v| v.wait.is_some()) {
        return (refused(Problem::new(Code::TooManyRequests)), verdict);
    }
    if let Err(improper) = spelling {
        let problem = Problem::new(Code::MalformedRequest).detail(improper.sentence());
        return (refused(problem), verdict);
    }
    let signed = req.headers().contains_key(header::AUTHORIZATION);
    if !req.method().is_safe() && !signed && !from_our_own_page(req, &app.config) {
        return (refused(Problem::new(Code::ForeignOrigin)), verdict);
    }
    let passage = match (route, operation) {
        (None, _) if operations::is_read_only(req.path()) => beside(req),
        (None, _) => refused(Error::not_found()),
        (Some(route), None) => other_method(req.method(), &route.methods()),
        (Some(_), Some(operation)) => known(req, operation),
    };
    (passage, verdict)
}

/// Pages, health and files are only read.
fn beside(req: &ServiceRequest) -> Passage {
    match *req.method() {
        Method::GET => Passage::Open,
        _ => other_method(req.method(), &["GET", "HEAD", "OPTIONS"]),
    }
}

/// 204 for a question after the methods (RFC 9110, section 9.3.7), else 405 with them.
fn other_method(method: &Method, allowed: &[&str]) -> Passage {
    let allowed = allowed.join(", ");
    let mut response = match *method {
        Method::OPTIONS => HttpResponse::NoContent().finish(),
        _ => problem::response(
            Problem::new(Code::MethodNotAllowed).detail(format!("This address takes {allowed}.")),
        ),
    };
    if let Ok(value) = header::HeaderValue::from_str(&allowed) {
        response.headers_mut().insert(header::ALLOW, value);
    }
    Passage::Answered(response)
}

/// Parameters that nobody reads are mistakes, most dangerous where they seem to soften a change
/// (`dry_run`). Bodies that are packed are not unpacked.
fn known(req: &ServiceRequest, operation: &Operation) -> Passage {
    let names = match names(req) {
        Ok(names) => names,
        Err(error) => return refused(error),
    };
    if let Some(name) = operation.unknown_parameter(names.iter().map(String::as_str)) {
        return refused(params::unknown_parameter(name));
    }
    let packed = req
        .headers()
        .get(header::CONTENT_ENCODING)
        .is_some_and(|v| !v.as_bytes().eq_ignore_ascii_case(b"identity"));
    if packed {
        return Passage::Answered(packed_body());
    }
    Passage::Open
}

/// 415 with what is taken instead (RFC 9110, section 12.5.3).
fn packed_body() -> HttpResponse {
    let problem = Problem::new(Code::UnsupportedMediaType)
        .detail("Send the body as it is, without Content-Encoding.");
    let mut response = problem::response(problem);
    response.headers_mut().insert(
        header::ACCEPT_ENCODING,
        header::HeaderValue::from_static("identity"),
    );
    response
}

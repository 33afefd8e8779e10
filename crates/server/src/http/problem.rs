//! The one place where failures become answers.

use crate::app::Error;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use domain::problem::{Code, Problem};

tokio::task_local! {
    /// Id of the request being answered.
    pub static REQUEST_ID: String;
}

/// The id of the request being answered; empty outside of one.
#[must_use]
pub fn request_id() -> String {
    REQUEST_ID.try_with(Clone::clone).unwrap_or_default()
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Store(error) => write!(f, "{error}"),
            Self::Problem(problem) => write!(f, "{problem}"),
            Self::Internal(what) => f.write_str(what),
        }
    }
}

impl std::error::Error for Error {}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.problem().status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let problem = self.problem();
        match problem.status {
            503 => tracing::warn!(request.id = %request_id(), error = %self, "unavailable"),
            500.. => tracing::error!(request.id = %request_id(), error = %self, "failed"),
            _ => {}
        }
        response(problem)
    }
}

/// A problem as an answer.
#[must_use]
pub fn response(mut problem: Problem) -> HttpResponse {
    problem.request_id = request_id();
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::build(status);
    response.insert_header((header::CONTENT_TYPE, "application/problem+json"));
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    if problem.is(Code::Unavailable) {
        response.insert_header((header::RETRY_AFTER, "2"));
    }
    if problem.is(Code::TooManyRequests) {
        response.insert_header((header::RETRY_AFTER, "10"));
    }
    if let Some(seconds) = problem.retry_after {
        response.insert_header((header::RETRY_AFTER, seconds.to_string()));
    }
    // The rest of the body may still come; nobody reads it as the next request.
    if problem.is(Code::RequestTimeout) {
        response.force_close();
    }
    if let Some(challenge) = challenge(&problem) {
        response.insert_header((
            header::WWW_AUTHENTICATE,
            HeaderValue::from_static(challenge),
        ));
    }
    let body = serde_json::to_vec(&problem).unwrap_or_default();
    response.body(body)
}

/// What to sign with, and what was wrong with the token that came (RFC 6750, section 3).
fn challenge(problem: &Problem) -> Option<&'static str> {
    match Code::from_slug(&problem.code)? {
        Code::NotAuthenticated | Code::WrongCredentials => Some("Bearer realm=\"issues\""),
        Code::InvalidToken => Some("Bearer realm=\"issues\", error=\"invalid_token\""),
        Code::TokenNotEnough => Some("Bearer realm=\"issues\", error=\"insufficient_scope\""),
        _ => None,
    }
}

/// An answer for an address that does not exist.
#[must_use]
pub fn not_found() -> HttpResponse {
    response(Problem::new(Code::NotFound))
}

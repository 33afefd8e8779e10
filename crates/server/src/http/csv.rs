//! Lists as CSV.

use super::params::Params;
use super::reply;
use crate::app::Error;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use domain::csv::{self, Column};
use domain::problem::FieldError;

/// Whether the caller wants CSV: `format=csv`, or `Accept: text/csv`.
///
/// # Errors
/// 422 for another format.
pub fn wanted(req: &HttpRequest, params: &mut Params) -> Result<bool, Error> {
    reply::wanted(req, params, "csv", "text/csv")
}

/// Rows as a file.
///
/// # Errors
/// 422 when there are more than fit into one.
pub fn file<T>(
    name: &str,
    columns: &[Column<T>],
    rows: &[T],
    more: bool,
) -> Result<HttpResponse, Error> {
    if more {
        let detail = format!("More than {} rows; narrow the filter.", csv::ROWS_MAX);
        return Err(FieldError::query("format", "too_many", detail).into());
    }
    Ok(headers(name).body(csv::document(columns, rows)))
}

/// The beginning of an answer that is a file of that name (RFC 4180).
#[must_use]
pub fn headers(name: &str) -> HttpResponseBuilder {
    let mut response = HttpResponse::Ok();
    response
        .insert_header((
            header::CONTENT_TYPE,
            "text/csv; charset=utf-8; header=present",
        ))
        .insert_header((
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}.csv\""),
        ));
    response
}

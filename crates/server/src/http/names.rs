//! Names to filter by, where no single project says which there are.

use super::params::Params;
use super::reply;
use crate::app::{App, Caller, Error};
use actix_web::{HttpRequest, HttpResponse, get, web};
use domain::name::{Name, NameOf};
use domain::page::{Page, Total};
use domain::problem::FieldError;
use domain::search::QUERY_MAX;
use store::{access, names};

/// Names of statuses, labels or versions in all projects that exist for me, at most 50.
///
/// Those that begin with the text come first, then those that more projects have. A name of several
/// projects is one name, whatever the case of its letters.
#[utoipa::path(
    tag = "issues",
    params(
        ("field" = NameOf, Query, description = "What is to be named"),
        ("text" = Option<String>, Query, description = "Part of the name"),
    ),
    responses((status = 200, body = Page<Name>))
)]
#[get("/names")]
pub async fn list_names(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    mut params: Params,
) -> Result<HttpResponse, Error> {
    let of: NameOf = params
        .read("field", "status, label or version")?
        .ok_or_else(|| FieldError::query("field", "required", "Names of what?"))?;
    let text = params.text("text").unwrap_or_default();
    params.end()?;
    if text.contains('\0') || text.chars().count() > QUERY_MAX {
        let detail = format!("At most {QUERY_MAX} characters, without NUL.");
        return Err(FieldError::query("text", "invalid", detail).into());
    }
    let (items, count) = app
        .read(&caller, move |conn, actor| {
            let scope = access::scope(conn, actor)?;
            Ok(names::like(conn, &scope, of, &text)?)
        })
        .await?;
    let page = Page {
        items,
        next_cursor: None,
        total: Total { count, exact: true },
    };
    reply::page(&req, &page)
}

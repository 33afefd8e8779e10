//! Duplicates, merged into the issues that they repeat.

use super::body::{self, Body};
use super::extract;
use super::params::Params;
use super::reply;
use crate::app::{App, Caller, Error, merges as use_case};
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use domain::key::IssueRef;
use domain::merge::{Merged, NewMerge};

/// How an issue is merged: into which, and what is merged into it.
#[utoipa::path(
    tag = "issues",
    params(("issue" = String, Path, description = "Key or id")),
    responses((status = 200, body = Merged))
)]
#[get("/issues/{issue}/merge")]
pub async fn get_merge(
    app: web::Data<App>,
    caller: Caller,
    issue: web::Path<String>,
    params: Params,
) -> Result<HttpResponse, Error> {
    params.end()?;
    let which: IssueRef = extract::address(&issue)?;
    let state = app
        .read(&caller, move |conn, actor| {
            use_case::state(conn, actor, &which)
        })
        .await?;
    reply::json(&state)
}

/// Merge a duplicate into the issue that it repeats.
///
/// It is closed as a duplicate. Its comments and files stay its own and are shown with the other issue, to
/// everybody who sees that one; internal notes stay internal. `POST …/unmerge` takes it back.
#[utoipa::path(
    tag = "issues",
    params(
        ("issue" = String, Path, description = "Key or id of the duplicate"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request answer like the first"),
    ),
    request_body = NewMerge,
    responses((status = 200, body = Merged))
)]
#[post("/issues/{issue}/merge")]
pub async fn merge_issue(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    issue: web::Path<String>,
    body: Body<NewMerge>,
) -> Result<HttpResponse, Error> {
    let which: IssueRef = extract::address(&issue)?;
    let once = body::once(&req, &body)?;
    let asked = body.value;
    let answer = app
        .make(&caller, once, move |tx, actor| {
            reply::told(&use_case::merge(tx, actor, &which, &asked)?)
        })
        .await?;
    Ok(reply::answer(answer))
}

/// Take a merge back.
///
/// The duplicate stands again where it stood before, unless somebody changed its status or resolution since.
#[utoipa::path(
    tag = "issues",
    params(("issue" = String, Path, description = "Key or id of the duplicate")),
    responses((status = 200, body = Merged))
)]
#[post("/issues/{issue}/unmerge")]
pub async fn unmerge_issue(
    app: web::Data<App>,
    caller: Caller,
    issue: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let which: IssueRef = extract::address(&issue)?;
    let state = app
        .write(&caller, move |tx, actor| {
            use_case::unmerge(tx, actor, &which)
        })
        .await?;
    reply::json(&state)
}

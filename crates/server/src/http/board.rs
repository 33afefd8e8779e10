//! The board of a project.

use super::extract;
use super::params::Params;
use super::reply;
use crate::app::{App, Caller, Error, past};
use actix_web::{HttpRequest, HttpResponse, get, web};
use domain::board::{Board, CARDS_DEFAULT, CARDS_MAX};
use domain::key::ProjectRef;
use domain::list::IssueFilter;
use domain::policy::Action;
use domain::problem::FieldError;
use store::access::{self, Scope};
use store::{issues, projects};

/// A project's issues in columns, one for each status of its workflow, in the order that people made.
///
/// Takes the filters of the list. With `as_of` the issues as they were at that instant, in the
/// columns of today.
#[utoipa::path(
    tag = "projects",
    params(
        ("project" = String, Path, description = "Key or id"),
        ("as_of" = Option<String>, Query, description = "As it was at that instant"),
        ("limit" = Option<u32>, Query, description = "Cards of each column: 1 to 5000, 200 unless given"),
        ("state" = Option<String>, Query, description = "`open`, `closed` or `all` (default)"),
        ("status" = Option<String>, Query, description = "Slugs of statuses"),
        ("category" = Option<String>, Query, description = "`triage`, `backlog`, `active`, `waiting`, `done`"),
        ("type" = Option<String>, Query, description = "Kinds of work"),
        ("severity" = Option<String>, Query, description = "`low`, `medium`, `high`, `critical`"),
        ("priority" = Option<String>, Query, description = "1 to 5, or names"),
        ("resolution" = Option<String>, Query, description = "How it ended"),
        ("assignee" = Option<String>, Query, description = "User names, `@me`, `none`"),
        ("reporter" = Option<String>, Query, description = "User names, `@me`"),
        ("label" = Option<String>, Query, description = "Names of labels, `none`"),
        ("text" = Option<String>, Query, description = "Part of the title, or a key"),
        ("q" = Option<String>, Query, description = "The filter language, as in lists; its order does not count here"),
        ("If-None-Match" = Option<String>, Header, description = "ETag that the caller has"),
    ),
    responses((status = 200, body = Board), (status = 304))
)]
#[get("/projects/{project}/board")]
pub async fn get_board(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    project: web::Path<String>,
    mut params: Params,
) -> Result<HttpResponse, Error> {
    let which: ProjectRef = extract::address(&project)?;
    let as_of = params.instant("as_of")?;
    let limit = cards(&mut params)?;
    let filter = filter(&params)?;
    let board = app
        .read_weighed(&caller, filter.is_heavy(), move |conn, actor| {
            let access = access::project(conn, actor, &which, Action::SeeProject)?;
            past::check(conn, as_of)?;
            let scope = past::scope(conn, actor, Scope::of(&access, actor), as_of)?;
            let workflow = projects::workflow(conn, access.project.id)?;
            Ok(Board {
                columns: issues::board(conn, &scope, workflow, &filter, as_of, limit)?,
                project: access.project.key,
                as_of,
            })
        })
        .await?;
    reply::tagged(&req, 0, &board)
}

fn cards(params: &mut Params) -> Result<i64, Error> {
    let expected = format!("a number from 1 to {CARDS_MAX}");
    let limit = params.read("limit", &expected)?.unwrap_or(CARDS_DEFAULT);
    if !(1..=CARDS_MAX).contains(&limit) {
        let detail = format!("From 1 to {CARDS_MAX}.");
        return Err(FieldError::query("limit", "range", detail).into());
    }
    Ok(i64::from(limit))
}

/// The filters of the list, without what a board has of its own.
fn filter(params: &Params) -> Result<IssueFilter, Error> {
    let own = ["project", "sort", "deleted"];
    let (theirs, ours): (Vec<_>, Vec<_>) = params
        .rest()
        .into_iter()
        .partition(|(name, _)| own.contains(name));
    params.unknown(&theirs)?;
    let (filter, others) = IssueFilter::from_pairs(ours)?;
    params.unknown(&others)?;
    Ok(filter)
}

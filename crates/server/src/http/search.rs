//! Full-text search, and issues that resemble a title.

use super::extract;
use super::params::Params;
use super::reply;
use crate::app::{App, Caller, Error};
use actix_web::{HttpRequest, HttpResponse, get, web};
use domain::filter::words_of;
use domain::key::ProjectRef;
use domain::page::{Page, Total};
use domain::policy::Action;
use domain::problem::FieldError;
use domain::search::{QUERY_MAX, SearchHit, SimilarIssue};
use store::access::{self, Scope};
use store::search as store_search;
use uuid::Uuid;

/// A text with at least one word in it.
fn asked(params: &mut Params, name: &str) -> Result<String, Error> {
    let text = params.text(name).unwrap_or_default();
    let too_long = text.chars().count() > QUERY_MAX;
    if too_long || text.contains('\0') || words_of(&text).is_empty() {
        let detail =
            format!("At most {QUERY_MAX} characters, with a letter or digit, without NUL.");
        return Err(FieldError::query(name, "invalid", detail).into());
    }
    Ok(text)
}

/// Search titles, texts, comments and names of files.
///
/// All words must stand in one of the texts; each may be the beginning of a word, and letters' case does
/// not matter. An issue is found once, by its best text; one whose key is asked for comes first. Titles
/// and snippets come in pieces of plain text, with what was found marked.
#[utoipa::path(
    tag = "issues",
    params(
        ("q" = String, Query, description = "Words, or a key"),
        ("project" = Option<String>, Query, description = "Key of a project"),
        ("limit" = Option<u32>, Query, description = "1 to 100, 50 unless given"),
        ("cursor" = Option<String>, Query, description = "From `next_cursor`"),
    ),
    responses((status = 200, body = Page<SearchHit>))
)]
#[get("/search")]
pub async fn search(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    mut params: Params,
) -> Result<HttpResponse, Error> {
    let limit = i64::from(params.limit()?);
    let after: Option<(f64, Uuid)> = params.cursor()?;
    let text = asked(&mut params, "q")?;
    let project = params.word("project")?;
    params.end()?;
    let found = app
        .read(&caller, move |conn, actor| {
            let scope = access::list_scope(conn, actor, project.as_deref())?;
            Ok(store_search::search(conn, &scope, &text, after, limit)?)
        })
        .await?;
    let page = Page {
        items: found.hits,
        next_cursor: found.next.as_ref().map(|p| params.question().seal(p)),
        total: Total {
            count: found.count,
            exact: found.count < store_search::RANKED_MAX,
        },
    };
    reply::page(&req, &page)
}

/// Issues whose title resembles another, the most alike first, at most five: to see before reporting
/// whether somebody did already.
#[utoipa::path(
    tag = "issues",
    params(
        ("project" = String, Query, description = "Key or id"),
        ("title" = String, Query, description = "The title to compare with"),
    ),
    responses((status = 200, body = Page<SimilarIssue>))
)]
#[get("/issues/similar")]
pub async fn similar_issues(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    mut params: Params,
) -> Result<HttpResponse, Error> {
    let title = asked(&mut params, "title")?;
    let project = params
        .text("project")
        .ok_or_else(|| FieldError::query("project", "required", "Which project?"))?;
    params.end()?;
    let which: ProjectRef = extract::address(&project)?;
    let items = app
        .read(&caller, move |conn, actor| {
            let access = access::project(conn, actor, &which, Action::SeeProject)?;
            Ok(store_search::similar(
                conn,
                &Scope::of(&access, actor),
                &title,
            )?)
        })
        .await?;
    reply::page(&req, &Page::whole(items))
}

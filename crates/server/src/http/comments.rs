//! Comments.

use super::body::{self, Body};
use super::extract;
use super::params::Params;
use super::reply;
use crate::app::{App, Caller, Error, comments as use_case, history};
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, web};
use chrono::{DateTime, Utc};
use domain::comment::{Comment, CommentPatch, NewComment};
use domain::event::HistoryEntry;
use domain::key::IssueRef;
use domain::page::{Page, Total};
use domain::paths::api;
use uuid::Uuid;

/// List an issue's comments, oldest first. Deleted ones keep their place, without text.
///
/// Those of duplicates that are merged into it stand among them; `issue` says where each belongs.
#[utoipa::path(
    tag = "comments",
    params(
        ("issue" = String, Path, description = "Key or id"),
        ("limit" = Option<u32>, Query, description = "1 to 100, 50 unless given"),
        ("cursor" = Option<String>, Query, description = "From `next_cursor`"),
    ),
    responses((status = 200, body = Page<Comment>))
)]
#[get("/issues/{issue}/comments")]
pub async fn list_comments(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    issue: web::Path<String>,
    mut params: Params,
) -> Result<HttpResponse, Error> {
    let which: IssueRef = extract::address(&issue)?;
    let limit = i64::from(params.limit()?);
    let after: Option<(DateTime<Utc>, Uuid)> = params.cursor()?;
    params.end()?;
    let (mut items, count) = app
        .read(&caller, move |conn, actor| {
            use_case::list(conn, actor, &which, after, limit + 1)
        })
        .await?;
    let size = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = items.len() > size;
    items.truncate(size);
    let next_cursor = items
        .last()
        .filter(|_| more)
        .map(|c| params.question().seal(&(c.created_at, c.id)));
    reply::page(
        &req,
        &Page {
            items,
            next_cursor,
            total: Total { count, exact: true },
        },
    )
}

/// Write a comment, a reply or an internal note.
#[utoipa::path(
    tag = "comments",
    params(("issue" = String, Path, description = "Key or id"), ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request answer like the first")),
    request_body = NewComment,
    responses((status = 201, body = Comment))
)]
#[post("/issues/{issue}/comments")]
pub async fn create_comment(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    issue: web::Path<String>,
    body: Body<NewComment>,
) -> Result<HttpResponse, Error> {
    let which: IssueRef = extract::address(&issue)?;
    let once = body::once(&req, &body)?;
    let new = body.value.check()?;
    let answer = app
        .make(&caller, once, move |tx, actor| {
            let comment = use_case::create(tx, actor, &which, &new)?;
            reply::made(
                api::comment(&comment.id.to_string()),
                Some(comment.version),
                &comment,
            )
        })
        .await?;
    Ok(reply::answer(answer))
}

/// One comment.
#[utoipa::path(tag = "comments", params(("id" = Uuid, Path, description = "Id")), responses((status = 200, body = Comment), (status = 304)))]
#[get("/comments/{id}")]
pub async fn get_comment(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let id = extract::id(&id)?;
    let comment = app
        .read(&caller, move |conn, actor| use_case::one(conn, actor, id))
        .await?;
    reply::tagged(&req, comment.version, &comment)
}

/// What happened to a comment, oldest first, with what it said before: for leads of the project.
#[utoipa::path(tag = "comments", params(("id" = Uuid, Path, description = "Id"), ("limit" = Option<u32>, Query, description = "1 to 100, 50 unless given"), ("cursor" = Option<String>, Query, description = "From `next_cursor`")), responses((status = 200, body = Page<HistoryEntry>)))]
#[get("/comments/{id}/events")]
pub async fn comment_history(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    id: web::Path<String>,
    mut params: Params,
) -> Result<HttpResponse, Error> {
    let asked = params.paging()?;
    let id = extract::id(&id)?;
    let entries = app
        .read(&caller, move |conn, actor| {
            history::of_comment(conn, actor, id)
        })
        .await?;
    reply::part(&req, &asked, entries, |e| e.id.to_string())
}

/// Change my comment.
#[utoipa::path(
    tag = "comments",
    params(("id" = Uuid, Path, description = "Id"), ("If-Match" = Option<String>, Header, description = "ETag of the version to change")),
    request_body = CommentPatch,
    responses((status = 200, body = Comment))
)]
#[patch("/comments/{id}")]
pub async fn update_comment(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    id: web::Path<String>,
    body: Body<CommentPatch>,
) -> Result<HttpResponse, Error> {
    let id = extract::id(&id)?;
    let seen = extract::if_match(&req)?;
    let patch = body.value.check()?;
    let comment = app
        .write(&caller, move |tx, actor| {
            use_case::update(tx, actor, id, &patch, seen)
        })
        .await?;
    reply::tagged(&req, comment.version, &comment)
}

/// Delete a comment; its place stays.
#[utoipa::path(
    tag = "comments",
    params(("id" = Uuid, Path, description = "Id"), ("If-Match" = Option<String>, Header, description = "ETag of the version to delete")),
    responses((status = 204))
)]
#[delete("/comments/{id}")]
pub async fn delete_comment(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let id = extract::id(&id)?;
    let seen = extract::if_match(&req)?;
    app.write(&caller, move |tx, actor| {
        use_case::delete(tx, actor, id, seen)
    })
    .await?;
    Ok(reply::done())
}

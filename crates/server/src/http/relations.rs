//! Relations of issues, watching and voting.

use super::body::{self, Body};
use super::extract;
use super::params::Params;
use super::reply;
use crate::app::{App, Caller, Error, past, personal, relations};
use actix_web::{HttpRequest, HttpResponse, delete, get, post, put, web};
use domain::key::IssueRef;
use domain::page::Page;
use domain::paths::api;
use domain::relation::{NewRelation, Relation};

/// Relations of an issue to others, from its side, oldest first.
///
/// Only relations to issues that exist for me. With `as_of` those that stood at that instant, to
/// issues as they were then.
#[utoipa::path(
    tag = "relations",
    params(
        ("issue" = String, Path, description = "Key or id"),
        ("as_of" = Option<String>, Query, description = "As it was at that instant"),
        ("limit" = Option<u32>, Query, description = "1 to 100, 50 unless given"),
        ("cursor" = Option<String>, Query, description = "From `next_cursor`"),
    ),
    responses((status = 200, body = Page<Relation>))
)]
#[get("/issues/{issue}/relations")]
pub async fn list_relations(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    issue: web::Path<String>,
    mut params: Params,
) -> Result<HttpResponse, Error> {
    let which: IssueRef = extract::address(&issue)?;
    let as_of = params.instant("as_of")?;
    let asked = params.paging()?;
    let found = app
        .read(&caller, move |conn, actor| {
            past::check(conn, as_of)?;
            relations::list(conn, actor, &which, as_of)
        })
        .await?;
    reply::part(&req, &asked, found, |r| r.id.to_string())
}

/// Put an issue in relation to another.
///
/// The same relation stands on the other issue, said from its side. What has a direction (`blocks`,
/// `duplicates`, `causes`) may not lead in a circle: 409 with the chain. A relation that stands
/// already is 409, too.
#[utoipa::path(
    tag = "relations",
    params(("issue" = String, Path, description = "Key or id"), ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request answer like the first")),
    request_body = NewRelation,
    responses((status = 201, body = Relation))
)]
#[post("/issues/{issue}/relations")]
pub async fn create_relation(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    issue: web::Path<String>,
    body: Body<NewRelation>,
) -> Result<HttpResponse, Error> {
    let once = body::once(&req, &body)?;
    let which: IssueRef = extract::address(&issue)?;
    let new = body.value;
    let answer = app
        .make(&caller, once, move |tx, actor| {
            let made = relations::create(tx, actor, &which, &new)?;
            let at = api::relation(&issue, &made.id.to_string());
            reply::made(at, None, &made)
        })
        .await?;
    Ok(reply::answer(answer))
}

/// One relation of an issue, from its side.
#[utoipa::path(
    tag = "relations",
    params(("issue" = String, Path, description = "Key or id"), ("id" = uuid::Uuid, Path, description = "Id of the relation")),
    responses((status = 200, body = Relation), (status = 304))
)]
#[get("/issues/{issue}/relations/{id}")]
pub async fn get_relation(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    path: web::Path<(String, String)>,
    params: Params,
) -> Result<HttpResponse, Error> {
    params.end()?;
    let (issue, id) = path.into_inner();
    let which: IssueRef = extract::address(&issue)?;
    let id = extract::id(&id)?;
    let relation = app
        .read(&caller, move |conn, actor| {
            relations::one(conn, actor, &which, id)
        })
        .await?;
    reply::tagged(&req, 0, &relation)
}

/// Take a relation back, from either side.
#[utoipa::path(
    tag = "relations",
    params(("issue" = String, Path, description = "Key or id"), ("id" = uuid::Uuid, Path, description = "Id of the relation")),
    responses((status = 204))
)]
#[delete("/issues/{issue}/relations/{id}")]
pub async fn delete_relation(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Error> {
    let (issue, id) = path.into_inner();
    let which: IssueRef = extract::address(&issue)?;
    let id = extract::id(&id)?;
    app.write(&caller, move |tx, actor| {
        relations::delete(tx, actor, &which, id)
    })
    .await?;
    Ok(reply::done())
}

/// Watch an issue.
///
/// Whoever reports, is given or comments on one watches it without asking; a note among staff does not,
/// because the count would tell of it. A duplicate that is merged takes no new watchers: 409 with the key
/// of the issue to watch instead, if that exists for me. The stream says `watchers.updated`, and never of
/// whom.
#[utoipa::path(tag = "relations", params(("issue" = String, Path, description = "Key or id")), responses((status = 204)))]
#[put("/issues/{issue}/watch")]
pub async fn watch_issue(
    app: web::Data<App>,
    caller: Caller,
    issue: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let which: IssueRef = extract::address(&issue)?;
    app.write(&caller, move |tx, actor| personal::watch(tx, actor, &which))
        .await?;
    Ok(reply::done())
}

/// Watch an issue no more; then nothing but watching it again turns it on.
///
/// Of a duplicate that is merged, this ends as well what came from it to the issue that it repeats.
#[utoipa::path(tag = "relations", params(("issue" = String, Path, description = "Key or id")), responses((status = 204)))]
#[delete("/issues/{issue}/watch")]
pub async fn unwatch_issue(
    app: web::Data<App>,
    caller: Caller,
    issue: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let which: IssueRef = extract::address(&issue)?;
    app.write(&caller, move |tx, actor| {
        personal::unwatch(tx, actor, &which)
    })
    .await?;
    Ok(reply::done())
}

/// Vote for an issue: it matters to me.
///
/// Who voted is nobody's business, how many did is everybody's; the stream says `votes.updated`, and
/// never of whom. A duplicate that is merged takes no new votes: 409 with the key of the issue to vote for
/// instead, if that exists for me.
#[utoipa::path(tag = "relations", params(("issue" = String, Path, description = "Key or id")), responses((status = 204)))]
#[put("/issues/{issue}/vote")]
pub async fn vote_for_issue(
    app: web::Data<App>,
    caller: Caller,
    issue: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let which: IssueRef = extract::address(&issue)?;
    app.write(&caller, move |tx, actor| personal::vote(tx, actor, &which))
        .await?;
    Ok(reply::done())
}

/// Take my vote back.
///
/// From a duplicate that is merged, it is taken back as well where it counted because of the merge.
#[utoipa::path(tag = "relations", params(("issue" = String, Path, description = "Key or id")), responses((status = 204)))]
#[delete("/issues/{issue}/vote")]
pub async fn take_vote_back(
    app: web::Data<App>,
    caller: Caller,
    issue: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let which: IssueRef = extract::address(&issue)?;
    app.write(&caller, move |tx, actor| {
        personal::take_vote_back(tx, actor, &which)
    })
    .await?;
    Ok(reply::done())
}

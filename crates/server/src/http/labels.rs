//! Labels and versions of a project, which are kept in the same way, and release notes.

use super::body::{self, Body};
use super::extract;
use super::params::Params;
use super::reply;
use crate::app::{App, Caller, Error, Once, labels};
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, web};
use domain::key::ProjectRef;
use domain::label::{Label, LabelPatch, NewLabel, NewVersion, Version, VersionPatch};
use domain::notes::ReleaseNotes;
use domain::page::Page;
use domain::paths::api;
use serde::Serialize;
use store::access::Actor;
use store::db::{Conn, Tx};
use uuid::Uuid;

/// Where a project keeps things of one kind.
struct Place {
    which: ProjectRef,
    /// As the caller wrote it.
    project: String,
    folder: &'static str,
}

impl Place {
    fn of(project: &str, folder: &'static str) -> Result<Self, Error> {
        Ok(Self {
            which: extract::address(project)?,
            project: project.to_string(),
            folder,
        })
    }
}

/// Which of a project's things is meant.
fn named(path: web::Path<(String, String)>) -> Result<(ProjectRef, String), Error> {
    let (project, word) = path.into_inner();
    Ok((extract::address(&project)?, word))
}

/// A page of a project's things.
async fn listed<T: Serialize + Send + 'static>(
    app: &App,
    req: &HttpRequest,
    caller: &Caller,
    project: &str,
    mut params: Params,
    list: fn(&mut Conn, &Actor, &ProjectRef) -> Result<Vec<T>, Error>,
    id: fn(&T) -> Uuid,
) -> Result<HttpResponse, Error> {
    let asked = params.paging()?;
    let which: ProjectRef = extract::address(project)?;
    let all = app
        .read(caller, move |conn, actor| list(conn, actor, &which))
        .await?;
    reply::part(req, &asked, all, |one| id(one).to_string())
}

/// One of a project's things, by its name or id.
async fn one<T: Serialize + Send + 'static>(
    app: &App,
    req: &HttpRequest,
    caller: &Caller,
    path: web::Path<(String, String)>,
    params: Params,
    find: fn(&mut Conn, &Actor, &ProjectRef, &str) -> Result<T, Error>,
) -> Result<HttpResponse, Error> {
    params.end()?;
    let (which, word) = named(path)?;
    let found = app
        .read(caller, move |conn, actor| find(conn, actor, &which, &word))
        .await?;
    reply::tagged(req, 0, &found)
}

/// One more of a project's things, made once for each idempotency key.
async fn added<N: Send + 'static, T: Serialize + 'static>(
    app: &App,
    caller: &Caller,
    at: Place,
    once: Option<Once>,
    new: N,
    make: fn(&mut Tx<'_>, &Actor, &ProjectRef, &N) -> Result<T, Error>,
    id: fn(&T) -> Uuid,
) -> Result<HttpResponse, Error> {
    let answer = app
        .make(caller, once, move |tx, actor| {
            let made = make(tx, actor, &at.which, &new)?;
            let location = api::in_project(&at.project, at.folder, &id(&made).to_string());
            reply::made(location, None, &made)
        })
        .await?;
    Ok(reply::answer(answer))
}

/// List a project's labels, by name.
#[utoipa::path(tag = "labels", params(("project" = String, Path, description = "Key or id"), ("limit" = Option<u32>, Query, description = "1 to 100, 50 unless given"), ("cursor" = Option<String>, Query, description = "From `next_cursor`")), responses((status = 200, body = Page<Label>)))]
#[get("/projects/{project}/labels")]
pub async fn list_labels(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    project: web::Path<String>,
    params: Params,
) -> Result<HttpResponse, Error> {
    listed(&app, &req, &caller, &project, params, labels::list, |l| {
        l.id
    })
    .await
}

/// Create a label.
#[utoipa::path(
    tag = "labels",
    params(("project" = String, Path, description = "Key or id")),
    request_body = NewLabel,
    responses((status = 201, body = Label))
)]
#[post("/projects/{project}/labels")]
pub async fn create_label(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    project: web::Path<String>,
    body: Body<NewLabel>,
) -> Result<HttpResponse, Error> {
    let at = Place::of(&project, "labels")?;
    let once = body::once(&req, &body)?;
    let new = body.value.check()?;
    added(&app, &caller, at, once, new, labels::create, |l| l.id).await
}

/// One label.
#[utoipa::path(
    tag = "labels",
    params(("project" = String, Path, description = "Key or id"), ("label" = String, Path, description = "Name or id")),
    responses((status = 200, body = Label), (status = 304))
)]
#[get("/projects/{project}/labels/{label}")]
pub async fn get_label(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    path: web::Path<(String, String)>,
    params: Params,
) -> Result<HttpResponse, Error> {
    one(&app, &req, &caller, path, params, labels::one).await
}

/// Change a label.
#[utoipa::path(
    tag = "labels",
    params(("If-Match" = Option<String>, Header, description = "ETag of the version to change"), ("project" = String, Path, description = "Key or id"), ("label" = String, Path, description = "Name or id")),
    request_body = LabelPatch,
    responses((status = 200, body = Label))
)]
#[patch("/projects/{project}/labels/{label}")]
pub async fn update_label(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    path: web::Path<(String, String)>,
    body: Body<LabelPatch>,
) -> Result<HttpResponse, Error> {
    let (which, word) = named(path)?;
    let seen = extract::if_match(&req)?;
    let patch = body.value.check()?;
    let label = app
        .write(&caller, move |tx, actor| {
            labels::update(tx, actor, &which, &word, &patch, seen)
        })
        .await?;
    reply::tagged(&req, 0, &label)
}

/// Delete a label, also from every issue that carries it.
#[utoipa::path(
    tag = "labels",
    params(("If-Match" = Option<String>, Header, description = "ETag of the version to change"), ("project" = String, Path, description = "Key or id"), ("label" = String, Path, description = "Name or id")),
    responses((status = 204))
)]
#[delete("/projects/{project}/labels/{label}")]
pub async fn delete_label(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Error> {
    let (which, word) = named(path)?;
    let seen = extract::if_match(&req)?;
    app.write(&caller, move |tx, actor| {
        labels::delete(tx, actor, &which, &word, seen)
    })
    .await?;
    Ok(reply::done())
}

/// List a project's versions: unreleased first, then newest first.
#[utoipa::path(tag = "versions", params(("project" = String, Path, description = "Key or id"), ("limit" = Option<u32>, Query, description = "1 to 100, 50 unless given"), ("cursor" = Option<String>, Query, description = "From `next_cursor`")), responses((status = 200, body = Page<Version>)))]
#[get("/projects/{project}/versions")]
pub async fn list_versions(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    project: web::Path<String>,
    params: Params,
) -> Result<HttpResponse, Error> {
    listed(
        &app,
        &req,
        &caller,
        &project,
        params,
        labels::versions,
        |v| v.id,
    )
    .await
}

/// Create a version.
#[utoipa::path(
    tag = "versions",
    params(("project" = String, Path, description = "Key or id")),
    request_body = NewVersion,
    responses((status = 201, body = Version))
)]
#[post("/projects/{project}/versions")]
pub async fn create_version(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    project: web::Path<String>,
    body: Body<NewVersion>,
) -> Result<HttpResponse, Error> {
    let at = Place::of(&project, "versions")?;
    let once = body::once(&req, &body)?;
    let new = body.value.check()?;
    added(&app, &caller, at, once, new, labels::create_version, |v| {
        v.id
    })
    .await
}

/// One version.
#[utoipa::path(
    tag = "versions",
    params(("project" = String, Path, description = "Key or id"), ("version" = String, Path, description = "Name or id")),
    responses((status = 200, body = Version), (status = 304))
)]
#[get("/projects/{project}/versions/{version}")]
pub async fn get_version(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    path: web::Path<(String, String)>,
    params: Params,
) -> Result<HttpResponse, Error> {
    one(&app, &req, &caller, path, params, labels::one_version).await
}

/// Change a version.
#[utoipa::path(
    tag = "versions",
    params(("If-Match" = Option<String>, Header, description = "ETag of the version to change"), ("project" = String, Path, description = "Key or id"), ("version" = String, Path, description = "Name or id")),
    request_body = VersionPatch,
    responses((status = 200, body = Version))
)]
#[patch("/projects/{project}/versions/{version}")]
pub async fn update_version(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    path: web::Path<(String, String)>,
    body: Body<VersionPatch>,
) -> Result<HttpResponse, Error> {
    let (which, word) = named(path)?;
    let seen = extract::if_match(&req)?;
    let patch = body.value.check()?;
    let version = app
        .write(&caller, move |tx, actor| {
            labels::update_version(tx, actor, &which, &word, &patch, seen)
        })
        .await?;
    reply::tagged(&req, 0, &version)
}

/// Delete a version. Issues that name it lose it, each with its events.
#[utoipa::path(
    tag = "versions",
    params(("If-Match" = Option<String>, Header, description = "ETag of the version to change"), ("project" = String, Path, description = "Key or id"), ("version" = String, Path, description = "Name or id")),
    responses((status = 204))
)]
#[delete("/projects/{project}/versions/{version}")]
pub async fn delete_version(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Error> {
    let (which, word) = named(path)?;
    let seen = extract::if_match(&req)?;
    app.write(&caller, move |tx, actor| {
        labels::delete_version(tx, actor, &which, &word, seen)
    })
    .await?;
    Ok(reply::done())
}

/// Release notes of a version: the issues it fixes (closed as complete), grouped by type, as Markdown.
///
/// Only issues that exist for me. JSON, or the Markdown alone with `Accept: text/markdown` or
/// `format=markdown`.
#[utoipa::path(
    tag = "versions",
    params(
        ("project" = String, Path, description = "Key or id"),
        ("version" = String, Path, description = "Name or id"),
        ("format" = Option<String>, Query, description = "`json` (default) or `markdown`"),
    ),
    responses((status = 200, body = ReleaseNotes))
)]
#[get("/projects/{project}/versions/{version}/notes")]
pub async fn release_notes(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    path: web::Path<(String, String)>,
    mut params: Params,
) -> Result<HttpResponse, Error> {
    let (which, word) = named(path)?;
    let as_text = reply::wanted(&req, &mut params, "markdown", "text/markdown")?;
    params.end()?;
    let notes = app
        .read(&caller, move |conn, actor| {
            labels::notes(conn, actor, &which, &word)
        })
        .await?;
    if as_text {
        return Ok(HttpResponse::Ok()
            .insert_header((header::CONTENT_TYPE, "text/markdown; charset=utf-8"))
            .body(notes.markdown));
    }
    reply::json(&notes)
}

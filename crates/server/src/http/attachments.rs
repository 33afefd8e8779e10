//! Files, streamed in and out.

use super::body;
use super::form::{self, Form};
use super::params::Params;
use super::{download, extract, reply};
use crate::app::uploads::Upload;
use crate::app::{App, Caller, Error, attachments as use_case};
use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use domain::attachment::Attachment;
use domain::key::{IssueRef, ProjectRef};
use domain::page::Page;
use domain::paths::api;
use domain::problem::FieldError;
use store::access::Actor;
use store::db::Tx;

/// List an issue's files, oldest first.
#[utoipa::path(tag = "attachments", params(("issue" = String, Path, description = "Key or id"), ("limit" = Option<u32>, Query, description = "1 to 100, 50 unless given"), ("cursor" = Option<String>, Query, description = "From `next_cursor`")), responses((status = 200, body = Page<Attachment>)))]
#[get("/issues/{issue}/attachments")]
pub async fn list_attachments(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    issue: web::Path<String>,
    mut params: Params,
) -> Result<HttpResponse, Error> {
    let asked = params.paging()?;
    let which: IssueRef = extract::address(&issue)?;
    let files = app
        .read(&caller, move |conn, actor| {
            use_case::list(conn, actor, &which)
        })
        .await?;
    reply::part(&req, &asked, files, |f| f.id.to_string())
}

/// A form with files.
#[derive(utoipa::ToSchema)]
#[expect(
    dead_code,
    reason = "describes the form for the document; the form is read as a stream"
)]
struct FileForm {
    /// One file or several, at most 20.
    #[schema(value_type = Vec<String>, format = Binary, content_media_type = "application/octet-stream")]
    file: Vec<Vec<u8>>,
}

/// Add files to an issue.
///
/// `multipart/form-data` with `file` parts: all of them are added, or none. They are there for everybody who
/// sees the issue. With `draft=true` they are there for you alone, until a comment on the issue names them
/// in its `attachments`, and are removed after 24 hours.
#[utoipa::path(
    tag = "attachments",
    params(
        ("issue" = String, Path, description = "Key or id"),
        ("draft" = Option<bool>, Query, description = "True: for a comment that is still to be sent"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request answer like the first"),
    ),
    request_body(content = FileForm, content_type = "multipart/form-data"),
    responses((status = 201, body = Page<Attachment>))
)]
#[post("/issues/{issue}/attachments")]
pub async fn add_attachments(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    issue: web::Path<String>,
    mut params: Params,
    payload: web::Payload,
) -> Result<HttpResponse, Error> {
    let which: IssueRef = extract::address(&issue)?;
    let draft = params.read("draft", "true or false")?.unwrap_or(false);
    params.end()?;
    form::expected(&req)?;
    let asked = which.clone();
    app.read(&caller, move |conn, actor| {
        use_case::place(conn, actor, &asked).map(|_| ())
    })
    .await?;
    let form = files(&app, &caller, &req, payload).await?;
    make(&app, &caller, &req, form, move |tx, actor, uploads| {
        use_case::add(tx, actor, &which, uploads, draft)
    })
    .await
}

/// Upload files for an issue that is still to be reported.
///
/// `multipart/form-data` with `file` parts: all of them are taken, or none. They are drafts, there for you
/// alone, until a new issue of the project names them in its `attachments`, and are removed after 24 hours.
#[utoipa::path(
    tag = "attachments",
    params(
        ("project" = String, Path, description = "Key or id"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request answer like the first"),
    ),
    request_body(content = FileForm, content_type = "multipart/form-data"),
    responses((status = 201, body = Page<Attachment>))
)]
#[post("/projects/{project}/attachments")]
pub async fn add_draft_attachments(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    project: web::Path<String>,
    params: Params,
    payload: web::Payload,
) -> Result<HttpResponse, Error> {
    let which: ProjectRef = extract::address(&project)?;
    params.end()?;
    form::expected(&req)?;
    let asked = which.clone();
    app.read(&caller, move |conn, actor| {
        use_case::project(conn, actor, &asked).map(|_| ())
    })
    .await?;
    let form = files(&app, &caller, &req, payload).await?;
    make(&app, &caller, &req, form, move |tx, actor, uploads| {
        use_case::add_drafts(tx, actor, &which, uploads)
    })
    .await
}

/// Reads a form that has nothing but files.
async fn files(
    app: &App,
    caller: &Caller,
    req: &HttpRequest,
    payload: web::Payload,
) -> Result<Form, Error> {
    let form = form::read(app, caller, req, payload.into_inner(), |_| false).await?;
    if form.uploads.is_empty() {
        return Err(FieldError::at("file", "required", "Which file?").into());
    }
    Ok(form)
}

/// Makes something of the files of a form, once for each idempotency key; else none of them stays.
async fn make(
    app: &App,
    caller: &Caller,
    req: &HttpRequest,
    form: Form,
    f: impl Fn(&mut Tx<'_>, &Actor, &[Upload]) -> Result<Vec<Attachment>, Error> + Send + 'static,
) -> Result<HttpResponse, Error> {
    let digest = format!("{} {}", req.query_string(), form.digest());
    let uploads = form.uploads;
    let answer = form::settle(app, &uploads, async {
        let once = body::once_of(req, digest)?;
        let stored = uploads.clone();
        app.make(caller, once, move |tx, actor| {
            let added = f(tx, actor, &stored)?;
            let location = added.first().map(|f| api::attachment(&f.id.to_string()));
            reply::made(location.unwrap_or_default(), None, &Page::whole(added))
        })
        .await
    })
    .await?;
    Ok(reply::answer(answer))
}

/// Download a file.
///
/// Pictures may be shown in a page; everything else is only offered for download, and nothing can
/// run in our name. A part is sent for a `Range` of one stretch of bytes.
#[utoipa::path(
    tag = "attachments",
    params(
        ("id" = uuid::Uuid, Path, description = "Id"),
        ("If-None-Match" = Option<String>, Header, description = "ETag that the caller has"),
    ),
    responses(
        (status = 200, body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 206, body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 304),
    )
)]
#[get("/attachments/{id}")]
pub async fn download_attachment(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let id = extract::id(&id)?;
    let file = app
        .read(&caller, move |conn, actor| {
            use_case::readable(conn, actor, id)
        })
        .await?;
    download::send(&app, &req, &file).await
}

/// Remove a file or a draft.
#[utoipa::path(
    tag = "attachments",
    params(("id" = uuid::Uuid, Path, description = "Id"), ("If-Match" = Option<String>, Header, description = "ETag of the file to remove")),
    responses((status = 204))
)]
#[delete("/attachments/{id}")]
pub async fn delete_attachment(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let id = extract::id(&id)?;
    let seen = download::named(&req);
    app.write(&caller, move |tx, actor| {
        use_case::delete(tx, actor, id, |sha256| seen.holds(sha256))
    })
    .await?;
    Ok(reply::done())
}

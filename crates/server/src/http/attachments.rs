//! Files, streamed in and out.

use super::extract::Params;
use super::form::{self, Form};
use super::{extract, reply};
use crate::app::uploads::Upload;
use crate::app::{App, Caller, Error, attachments as use_case};
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use bytes::Bytes;
use domain::attachment::{Attachment, shows_inline};
use domain::key::{IssueRef, ProjectRef};
use domain::page::Page;
use domain::paths::api;
use domain::problem::FieldError;
use futures_util::StreamExt;
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
#[allow(
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
        let once = extract::once_of(req, digest)?;
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
/// run in our name.
#[utoipa::path(
    tag = "attachments",
    params(("id" = uuid::Uuid, Path, description = "Id")),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"), (status = 304))
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
    let tag = format!("\"{}\"", file.sha256);
    let has_it = req
        .headers()
        .get(header::IF_NONE_MATCH)
        .is_some_and(|v| v.as_bytes() == tag.as_bytes());
    let mut response = if has_it {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    let media_type = if shows_inline(&file.media_type) || is_plain_text(&file.media_type) {
        file.media_type.as_str()
    } else {
        "application/octet-stream"
    };
    response.insert_header((header::ETAG, tag));
    response.insert_header((header::CONTENT_TYPE, media_type));
    response.insert_header((header::CACHE_CONTROL, "private, no-cache"));
    response.insert_header((
        header::CONTENT_SECURITY_POLICY,
        "sandbox; default-src 'none'; frame-ancestors 'none'",
    ));
    let place = if shows_inline(&file.media_type) {
        "inline"
    } else {
        "attachment"
    };
    response.insert_header((
        header::CONTENT_DISPOSITION,
        disposition(place, &file.file_name),
    ));
    if has_it {
        return Ok(response.finish());
    }
    let size = u64::try_from(file.size).unwrap_or(0);
    let bytes = app.blobs.get(&file.storage_key).await?;
    let bytes = bytes.map(|chunk: store::Result<Bytes>| chunk.map_err(Error::from));
    Ok(response.no_chunking(size).streaming(Box::pin(bytes)))
}

/// Text that no browser takes for a page: HTML and XML are text too, and can run.
fn is_plain_text(media_type: &str) -> bool {
    matches!(media_type, "text/plain" | "text/csv" | "text/markdown")
}

/// `Content-Disposition` with the name in both spellings (RFC 6266, RFC 8187).
fn disposition(place: &str, name: &str) -> HeaderValue {
    let plain: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_graphic() && !matches!(c, '"' | '\\' | '%' | ';') || c == ' ' {
                c
            } else {
                '_'
            }
        })
        .collect();
    let encoded = domain::paths::encode(name);
    HeaderValue::from_str(&format!(
        "{place}; filename=\"{plain}\"; filename*=UTF-8''{encoded}"
    ))
    .unwrap_or(HeaderValue::from_static("attachment"))
}

/// Remove a file.
#[utoipa::path(tag = "attachments", params(("id" = uuid::Uuid, Path, description = "Id")), responses((status = 204)))]
#[delete("/attachments/{id}")]
pub async fn delete_attachment(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let id = extract::id(&id)?;
    app.write(&caller, move |tx, actor| use_case::delete(tx, actor, id))
        .await?;
    Ok(reply::done())
}

#[cfg(test)]
mod tests {
    use super::disposition;

    #[test]
    fn names_cannot_leave_their_quotes() {
        let header = disposition("attachment", "a\";x=\"ü%\\.txt");
        assert_eq!(
            header.to_str().unwrap(),
            "attachment; filename=\"a__x=____.txt\"; filename*=UTF-8''a%22%3Bx%3D%22%C3%BC%25%5C.txt"
        );
    }
}

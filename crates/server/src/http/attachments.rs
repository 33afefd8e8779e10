//! Files, streamed in and out.

use super::extract::Params;
use super::{extract, reply};
use crate::app::{App, Caller, Error, attachments as use_case};
use actix_multipart::{Field, Multipart};
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpMessage, HttpRequest, HttpResponse, delete, get, post, web};
use bytes::Bytes;
use domain::attachment::{Attachment, shows_inline};
use domain::key::IssueRef;
use domain::page::Page;
use domain::problem::{Code, FieldError, Problem};
use futures_util::StreamExt;

/// Most files in one request.
const FILES_MAX: usize = 20;
/// Largest text field of a form, in bytes.
const TEXT_MAX: usize = 100_000;

/// The parts of a form, one after another.
pub struct Parts {
    form: Multipart,
    seen: usize,
}

/// A part of a form.
pub enum Part {
    /// A field.
    Text {
        /// Its name.
        name: String,
        /// Its value.
        value: String,
    },
    /// A file.
    File {
        /// The sender's name for it.
        name: String,
        /// Its bytes, still to come.
        bytes: Box<Field>,
    },
}

fn malformed(detail: impl std::fmt::Display) -> Error {
    Problem::new(Code::MalformedRequest)
        .detail(format!("The form could not be read: {detail}."))
        .into()
}

impl Parts {
    /// Begins to read a form.
    ///
    /// # Errors
    /// 415 for another kind of body.
    pub fn new(req: &HttpRequest, payload: actix_web::dev::Payload) -> Result<Self, Error> {
        if !req
            .content_type()
            .eq_ignore_ascii_case("multipart/form-data")
        {
            return Err(Problem::new(Code::UnsupportedMediaType)
                .detail("Send multipart/form-data.")
                .into());
        }
        Ok(Self {
            form: Multipart::new(req.headers(), payload),
            seen: 0,
        })
    }

    /// The next part.
    ///
    /// # Errors
    /// 400 for a broken form, 413 for a field that is too large or too many parts.
    pub async fn next(&mut self) -> Result<Option<Part>, Error> {
        let Some(field) = self.form.next().await else {
            return Ok(None);
        };
        let mut field = field.map_err(malformed)?;
        self.seen += 1;
        if self.seen > FILES_MAX + 40 {
            return Err(Problem::new(Code::TooLarge)
                .detail("Too many parts.")
                .into());
        }
        let name = field.name().unwrap_or_default().to_string();
        let file_name = field
            .content_disposition()
            .and_then(|d| d.get_filename())
            .map(ToString::to_string);
        if name == "file" {
            return Ok(Some(Part::File {
                name: file_name.unwrap_or_default(),
                bytes: Box::new(field),
            }));
        }
        let mut value = Vec::new();
        while let Some(chunk) = field.next().await {
            value.extend_from_slice(&chunk.map_err(malformed)?);
            if value.len() > TEXT_MAX {
                return Err(Problem::new(Code::TooLarge)
                    .detail(format!("{name}: at most {TEXT_MAX} bytes."))
                    .into());
            }
        }
        let value = String::from_utf8(value)
            .map_err(|_| FieldError::at(&name, "encoding", "Text must be UTF-8."))?;
        Ok(Some(Part::Text { name, value }))
    }
}

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
    /// One file or several.
    #[schema(value_type = Vec<String>, format = Binary, content_media_type = "application/octet-stream")]
    file: Vec<Vec<u8>>,
}

/// Add files to an issue.
///
/// `multipart/form-data` with `file` parts. Answers with what was added; when one file is refused,
/// those before it stay.
#[utoipa::path(
    tag = "attachments",
    params(("issue" = String, Path, description = "Key or id")),
    request_body(content = FileForm, content_type = "multipart/form-data"),
    responses((status = 201, body = Page<Attachment>))
)]
#[post("/issues/{issue}/attachments")]
pub async fn add_attachments(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
    issue: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse, Error> {
    let which: IssueRef = extract::address(&issue)?;
    let over = req
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|v| v.to_str().ok()?.parse::<u64>().ok())
        .is_some_and(|length| {
            length > app.config.upload_limit.saturating_mul(FILES_MAX as u64) + 1_000_000
        });
    if over {
        return Err(Problem::new(Code::TooLarge).into());
    }
    let mut parts = Parts::new(&req, payload.into_inner())?;
    let mut added = Vec::new();
    while let Some(part) = parts.next().await? {
        match part {
            Part::File { name, bytes } => {
                if added.len() >= FILES_MAX {
                    return Err(Problem::new(Code::TooLarge)
                        .detail(format!("At most {FILES_MAX} files at once."))
                        .into());
                }
                added.push(app.attach(&caller, which.clone(), &name, bytes).await?);
            }
            Part::Text { name, .. } => {
                return Err(FieldError::at(
                    &name,
                    "unknown_field",
                    "Only file parts are taken here.",
                )
                .into());
            }
        }
    }
    if added.is_empty() {
        return Err(FieldError::at("file", "required", "Which file?").into());
    }
    let location = added
        .first()
        .map(|f| domain::paths::api::attachment(&f.id.to_string()))
        .unwrap_or_default();
    Ok(reply::answer(reply::made(
        location,
        None,
        &Page::whole(added),
    )?))
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

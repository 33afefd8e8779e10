//! Forms with files (`multipart/form-data`): fields and files in any order, files streamed to where they
//! are stored.

use super::patience;
use crate::app::uploads::Upload;
use crate::app::{Answer, App, Caller, Error};
use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::http::header::{self, Charset};
use actix_web::{HttpMessage, HttpRequest};
use domain::problem::{Code, FieldError, Problem};
use futures_util::StreamExt;
use sha2::{Digest, Sha256};

/// Most files in one request.
pub const FILES_MAX: usize = 20;
/// Most fields in one request.
const FIELDS_MAX: usize = 40;
/// Largest text field of a form, in bytes.
const TEXT_MAX: usize = 100_000;
/// What a form may take beside the bytes of its files: fields, boundaries, names.
const REST_MAX: u64 = 1_000_000;

/// A form that was read to its end.
#[derive(Debug, Default)]
pub struct Form {
    /// Fields, each once.
    pub fields: Vec<(String, String)>,
    /// Files, in their order. Whoever reads the form makes something of them, or discards them.
    pub uploads: Vec<Upload>,
}

fn too_large(detail: String) -> Error {
    Problem::new(Code::TooLarge).detail(detail).into()
}

fn broken(error: MultipartError) -> Error {
    if let MultipartError::Payload(cause) = &error {
        return patience::broke_off(cause);
    }
    Problem::new(Code::MalformedRequest)
        .detail(format!("The form could not be read: {error}."))
        .into()
}

/// Whether the request has a form as its body.
#[must_use]
pub fn is_form(req: &HttpRequest) -> bool {
    req.content_type()
        .eq_ignore_ascii_case("multipart/form-data")
}

/// Passes when it has.
///
/// # Errors
/// 415.
pub fn expected(req: &HttpRequest) -> Result<(), Error> {
    if is_form(req) {
        return Ok(());
    }
    Err(Problem::new(Code::UnsupportedMediaType)
        .detail("Send multipart/form-data.")
        .into())
}

/// Reads a form to its end. `known` says which fields it may have; when anything is wrong, nothing of it
/// stays.
///
/// # Errors
/// 400 for a form that cannot be read, 413 for too much of anything, at once when its length says so, 415
/// for another kind of body, 422 naming a field that is not known or there twice; and as
/// [`App::store_upload`].
pub async fn read(
    app: &App,
    caller: &Caller,
    req: &HttpRequest,
    payload: actix_web::dev::Payload,
    known: impl Fn(&str) -> bool,
) -> Result<Form, Error> {
    expected(req)?;
    let most = app
        .config
        .upload_limit
        .saturating_mul(FILES_MAX as u64)
        .saturating_add(REST_MAX);
    let length = req.headers().get(header::CONTENT_LENGTH);
    let length = length.and_then(|v| v.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > most) {
        return Err(too_large(format!("At most {most} bytes.")));
    }
    // So much of it are files, whatever else it says.
    if let Some(files) = length.and_then(|length| length.checked_sub(REST_MAX)) {
        app.admit_upload(caller, files).await?;
    }
    let mut form = Form::default();
    let mut parts = Multipart::new(req.headers(), payload);
    match form.fill(app, caller, &mut parts, known).await {
        Ok(()) => Ok(form),
        Err(error) => {
            app.discard(&form.uploads).await;
            Err(error)
        }
    }
}

/// Lets a request make something of uploads. When that fails, or when it was made by the same request
/// before, they are discarded.
///
/// # Errors
/// What `made` says.
pub async fn settle(
    app: &App,
    uploads: &[Upload],
    made: impl Future<Output = Result<Answer, Error>>,
) -> Result<Answer, Error> {
    let answer = made.await;
    if answer.as_ref().map_or(true, |answer| answer.replayed) {
        app.discard(uploads).await;
    }
    answer
}

impl Form {
    async fn fill(
        &mut self,
        app: &App,
        caller: &Caller,
        parts: &mut Multipart,
        known: impl Fn(&str) -> bool,
    ) -> Result<(), Error> {
        while let Some(part) = parts.next().await {
            let part = part.map_err(broken)?;
            let name = part.name().unwrap_or_default().to_string();
            let file_name = file_name(&part);
            if name == "file" {
                if self.uploads.len() >= FILES_MAX {
                    return Err(too_large(format!("At most {FILES_MAX} files at once.")));
                }
                let file_name = file_name.unwrap_or_default();
                let upload = app.store_upload(caller, &file_name, part, broken).await?;
                self.uploads.push(upload);
                continue;
            }
            if !known(&name) || file_name.is_some() {
                let detail = if known(&name) {
                    "This is a field, not a file; files are parts named file."
                } else {
                    "There is no such field here; files are parts named file."
                };
                return Err(FieldError::at(&name, "unknown_field", detail).into());
            }
            if self.fields.iter().any(|(there, _)| *there == name) {
                return Err(FieldError::at(&name, "duplicate_field", "It is there twice.").into());
            }
            if self.fields.len() >= FIELDS_MAX {
                return Err(too_large("Too many fields.".into()));
            }
            let value = text(&name, part).await?;
            self.fields.push((name, value));
        }
        Ok(())
    }

    /// A hash of what the form says: the same for the same fields and files, in whatever order the fields
    /// came and whatever stood between the parts.
    #[must_use]
    pub fn digest(&self) -> String {
        let mut fields: Vec<_> = self.fields.iter().collect();
        fields.sort();
        let files: Vec<_> = self
            .uploads
            .iter()
            .map(|u| (&u.file_name, &u.contents.sha256))
            .collect();
        let whole = serde_json::json!({"fields": fields, "files": files});
        Sha256::digest(whole.to_string())
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

async fn text(name: &str, mut part: Field) -> Result<String, Error> {
    let mut value = Vec::new();
    while let Some(chunk) = part.next().await {
        value.extend_from_slice(&chunk.map_err(broken)?);
        if value.len() > TEXT_MAX {
            return Err(too_large(format!("{name}: at most {TEXT_MAX} bytes.")));
        }
    }
    Ok(String::from_utf8(value)
        .map_err(|_| FieldError::at(name, "encoding", "Text must be UTF-8."))?)
}

/// The sender's name for a file, if the part is one: with its letters (`filename*`, RFC 6266) where both
/// forms are given.
fn file_name(part: &Field) -> Option<String> {
    let disposition = part.content_disposition()?;
    let extended = disposition.get_filename_ext().map(|name| {
        if name.charset == Charset::Iso_8859_1 {
            name.value.iter().copied().map(char::from).collect()
        } else {
            String::from_utf8_lossy(&name.value).into_owned()
        }
    });
    extended.or_else(|| disposition.get_filename().map(ToString::to_string))
}

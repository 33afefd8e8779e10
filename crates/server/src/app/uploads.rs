//! Uploads: a row first, then the bytes, and at last what the file becomes, together with whatever else
//! its request makes.
//!
//! What is stored here is nobody's yet. A request that ends well makes its uploads files or drafts in the
//! transaction in which it does everything else; one that does not discards them. After a crash the worker
//! does so.

use super::{App, Caller, Error, Result};
use bytes::Bytes;
use domain::attachment::Attachment;
use domain::key::IssueRef;
use domain::problem::{Code, Problem};
use futures_util::Stream;
use store::attachments::{self, Contents};
use store::blobs::PutError;
use store::uploads::{self as quotas, Counted};
use uuid::Uuid;

/// A file whose bytes are stored.
#[derive(Debug, Clone)]
pub struct Upload {
    /// Id.
    pub id: Uuid,
    /// Name for people.
    pub file_name: String,
    /// What came of its bytes.
    pub contents: Contents,
    storage_key: String,
}

impl App {
    /// Passes when that many bytes more fit into what the caller may upload a day. What is read after that
    /// is counted again: others may be uploading for the same account.
    ///
    /// # Errors
    /// 429 with the time to wait, 413 for more than all of a day.
    pub async fn admit_upload(&self, caller: &Caller, bytes: u64) -> Result<()> {
        let Some(quota) = self.quota() else {
            return Ok(());
        };
        let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
        self.read(caller, move |conn, actor| {
            let wait = quotas::wait_for(conn, actor.id, bytes, quota)?;
            admitted(wait, quota)
        })
        .await
    }

    /// Bytes that an account may upload a day, if there is a limit.
    fn quota(&self) -> Option<i64> {
        let daily = self.config.upload_daily;
        (daily > 0).then(|| i64::try_from(daily).unwrap_or(i64::MAX))
    }

    /// Stores a file, streamed: memory does not grow with its size.
    ///
    /// # Errors
    /// 413 over the limit, 429 over what the caller may upload a day, 503 or 507 when it cannot be stored.
    /// Then no row and no bytes stay.
    pub async fn store_upload<S, E>(
        &self,
        caller: &Caller,
        file_name: &str,
        bytes: S,
        broken: impl FnOnce(E) -> Error,
    ) -> Result<Upload>
    where
        S: Stream<Item = std::result::Result<Bytes, E>> + Unpin,
    {
        let file_name = domain::text::file_name(file_name);
        let quota = self.quota();
        let begun = {
            let file_name = file_name.clone();
            self.write(caller, move |tx, actor| {
                // Whoever used it up need not send anything.
                if let Some(quota) = quota {
                    admitted(quotas::wait_for(tx, actor.id, 1, quota)?, quota)?;
                }
                Ok(attachments::begin(tx, actor.id, &file_name)?)
            })
            .await?
        };
        let limit = self.config.upload_limit;
        let written = match self.blobs.put(&begun.storage_key, bytes, limit).await {
            Ok(written) => written,
            Err(error) => {
                self.forget(vec![begun.id]).await;
                return Err(refusal(error, limit, broken));
            }
        };
        let upload = Upload {
            id: begun.id,
            contents: Contents {
                media_type: media_type(&written.head, &file_name).to_string(),
                size: i64::try_from(written.size).unwrap_or(i64::MAX),
                sha256: written.sha256,
            },
            file_name,
            storage_key: begun.storage_key,
        };
        let Some(quota) = quota else {
            return Ok(upload);
        };
        let (id, size) = (upload.id, upload.contents.size);
        let counted = self
            .write(caller, move |tx, actor| {
                match quotas::count(tx, actor.id, id, size, quota)? {
                    Counted::Fits => Ok(()),
                    Counted::Later(seconds) => admitted(Some(seconds), quota),
                    Counted::Never => admitted(None, quota),
                }
            })
            .await;
        match counted {
            Ok(()) => Ok(upload),
            Err(error) => {
                self.discard(&[upload]).await;
                Err(error)
            }
        }
    }

    /// Removes uploads that came to nothing.
    pub async fn discard(&self, uploads: &[Upload]) {
        let mut gone = Vec::new();
        for upload in uploads {
            match self.blobs.delete(&upload.storage_key).await {
                Ok(()) => gone.push(upload.id),
                Err(error) => {
                    tracing::warn!(%error, "bytes of a refused file stay until the worker sweeps them");
                }
            }
        }
        self.forget(gone).await;
    }

    async fn forget(&self, ids: Vec<Uuid>) {
        if ids.is_empty() {
            return;
        }
        let forgotten = self.system(move |db| {
            db.write(|tx| {
                for id in ids {
                    attachments::forget(tx, id)?;
                    quotas::uncount(tx, id)?;
                }
                Ok(())
            })
        });
        if let Err(error) = forgotten.await {
            tracing::warn!(?error, "unfinished files stay until the worker sweeps them");
        }
    }

    /// Adds one file to an issue, for everybody who sees it.
    ///
    /// # Errors
    /// 403, 404, 409, and as [`App::store_upload`]. Then no row and no bytes stay.
    pub async fn attach<S, E>(
        &self,
        caller: &Caller,
        which: IssueRef,
        file_name: &str,
        bytes: S,
    ) -> Result<Vec<Attachment>>
    where
        S: Stream<Item = std::result::Result<Bytes, E>> + Unpin,
        E: std::fmt::Display,
    {
        let broken = |cause: E| Error::internal(format!("the file broke off: {cause}"));
        let uploads = vec![self.store_upload(caller, file_name, bytes, broken).await?];
        let stored = uploads.clone();
        let added = self
            .write(caller, move |tx, actor| {
                super::attachments::add(tx, actor, &which, &stored, false)
            })
            .await;
        if added.is_err() {
            self.discard(&uploads).await;
        }
        added
    }
}

/// Passes when nobody has to wait.
fn admitted(wait: Option<u32>, quota: i64) -> Result<()> {
    let size = domain::attachment::size_text(quota);
    match wait {
        Some(0) => Ok(()),
        Some(seconds) => {
            let detail = format!("You may upload {size} in 24 hours.");
            let mut problem = Problem::new(Code::UploadQuota).detail(detail);
            problem.retry_after = Some(seconds);
            Err(problem.into())
        }
        None => {
            let detail = format!("You may upload {size} in 24 hours, and this is more than that.");
            Err(Problem::new(Code::TooLarge).detail(detail).into())
        }
    }
}

fn refusal<E>(error: PutError<E>, limit: u64, broken: impl FnOnce(E) -> Error) -> Error {
    match error {
        PutError::TooLarge => Problem::new(Code::TooLarge)
            .detail(format!(
                "A file may have {} at most.",
                domain::attachment::size_text(i64::try_from(limit).unwrap_or(i64::MAX))
            ))
            .into(),
        PutError::Source(cause) => broken(cause),
        PutError::Storage(error) => {
            let text = error.to_string();
            if text.contains("No space left") || text.contains("StorageFull") {
                return Problem::new(Code::NoStorage).into();
            }
            Error::Store(store::Error::Unavailable(text))
        }
    }
}

/// What the bytes are, by their own beginning; a name only decides between kinds of text.
fn media_type(head: &[u8], name: &str) -> &'static str {
    if let Some(kind) = infer::get(head) {
        return match kind.mime_type() {
            // What can run in a page is kept as mere bytes.
            "text/html" | "text/xml" => "application/octet-stream",
            other => other,
        };
    }
    let is_text = !head.contains(&0) && (std::str::from_utf8(head).is_ok() || head.len() >= 512);
    match (
        is_text,
        name.rsplit_once('.')
            .map(|(_, e)| e.to_ascii_lowercase())
            .as_deref(),
    ) {
        (true, Some("csv")) => "text/csv",
        (true, Some("json")) => "application/json",
        (true, Some("md")) => "text/markdown",
        (true, Some("txt" | "log")) => "text/plain",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::media_type;

    #[test]
    fn bytes_decide_not_names() {
        assert_eq!(media_type(b"\x89PNG\r\n\x1a\n", "page.html"), "image/png");
        assert_eq!(
            media_type(b"<script>alert(1)</script>", "picture.png"),
            "application/octet-stream"
        );
        assert_eq!(media_type(b"a,b\n1,2\n", "x.csv"), "text/csv");
        assert_eq!(media_type(b"\0\0", "x.txt"), "application/octet-stream");
    }
}

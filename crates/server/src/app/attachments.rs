//! Files on issues: the row first, then the bytes, then both are there.
//!
//! A file of a duplicate is read with the issue that it is merged into, by whoever sees that one. It stays
//! a file of its own issue all the same: removing it and its events go by that issue and its project.

use super::{App, Caller, Error, Result};
use bytes::Bytes;
use domain::attachment::Attachment;
use domain::event::EventKind;
use domain::key::{IssueRef, issue_key};
use domain::policy::{Action, Ground};
use domain::problem::{Code, Problem};
use futures_util::Stream;
use serde_json::json;
use store::access::{self, Actor, IssueAccess};
use store::attachments::{self, StoredAttachment};
use store::blobs::PutError;
use store::db::{Conn, Tx};
use store::events::NewEvent;
use uuid::Uuid;

/// A file that the caller may read: of an issue that exists for them, or shown with one.
///
/// # Errors
/// 404.
pub fn readable(conn: &mut Conn, actor: &Actor, id: Uuid) -> Result<StoredAttachment> {
    let file = attachments::by_id(conn, id)?;
    super::merges::shown_with(conn, actor, file.issue_id)?;
    Ok(file)
}

/// A file that exists for the caller, with its own issue.
fn own(conn: &mut Conn, actor: &Actor, id: Uuid) -> Result<(StoredAttachment, IssueAccess)> {
    let file = attachments::by_id(conn, id)?;
    let own = IssueRef::Id(file.issue_id);
    let found = access::issue(conn, actor, &own, Action::SeeProject)?;
    Ok((file, found))
}

/// Files of an issue and of what is merged into it, oldest first.
///
/// # Errors
/// 404.
pub fn list(conn: &mut Conn, actor: &Actor, which: &IssueRef) -> Result<Vec<Attachment>> {
    let found = access::issue(conn, actor, which, Action::SeeProject)?;
    let family = super::merges::read_together(conn, actor, &found)?;
    let mut files = Vec::new();
    for issue in family.ids() {
        let of_issue = attachments::list(conn, issue)?;
        let key = family.key(issue).unwrap_or_default();
        files.extend(of_issue.into_iter().map(|f| f.render(key)));
    }
    files.sort_by_key(|f| (f.created_at, f.id));
    Ok(files)
}

/// Takes a file away; the worker removes its bytes.
///
/// # Errors
/// 403, 404.
pub fn delete(tx: &mut Tx<'_>, actor: &Actor, id: Uuid) -> Result<()> {
    let (file, found) = own(tx, actor, id)?;
    let ground = Ground {
        own: file.uploader.id == actor.id,
        ..Ground::NONE
    };
    found.access.allow_on(Action::DeleteAttachment, ground)?;
    found.writable()?;
    attachments::delete(tx, id)?;
    tx.record(
        NewEvent::new(EventKind::AttachmentDeleted, Some(actor.id))
            .project(found.access.project.id)
            .issue(file.issue_id)
            .was(fact(&file.id, &file.file_name, file.size)),
    );
    super::merges::tell_above(tx, actor, file.issue_id, false)
}

fn fact(id: &Uuid, name: &str, size: i64) -> serde_json::Value {
    json!({"id": id, "name": name, "size": size})
}

impl App {
    /// Adds a file to an issue, streamed: memory does not grow with its size.
    ///
    /// # Errors
    /// 403, 404, 409, 413 over the limit, 503 or 507 when it cannot be stored. Then no row and no
    /// bytes stay.
    pub async fn attach<S, E>(
        &self,
        caller: &Caller,
        which: IssueRef,
        name: &str,
        bytes: S,
    ) -> Result<Attachment>
    where
        S: Stream<Item = std::result::Result<Bytes, E>> + Unpin,
        E: std::fmt::Display,
    {
        let name = domain::text::file_name(name);
        let (issue, begun) = {
            let name = name.clone();
            self.write(caller, move |tx, actor| {
                let found = access::issue(tx, actor, &which, Action::Attach)?;
                found.writable()?;
                let begun = attachments::begin(tx, found.issue.id, actor.id, &name)?;
                // By its id from here on: it may move while the bytes come in.
                Ok((IssueRef::Id(found.issue.id), begun))
            })
            .await?
        };
        let written = match self
            .blobs
            .put(&begun.storage_key, bytes, self.config.upload_limit)
            .await
        {
            Ok(written) => written,
            Err(error) => {
                self.forget(caller, begun.id).await;
                return Err(refusal(error, self.config.upload_limit));
            }
        };
        let media_type = media_type(&written.head, &name);
        let size = i64::try_from(written.size).unwrap_or(i64::MAX);
        let finished = self
            .write(caller, move |tx, actor| {
                // Looked up again: rights and state may have changed while the bytes came in.
                let found = access::issue(tx, actor, &issue, Action::Attach)?;
                found.writable()?;
                attachments::finish(tx, begun.id, media_type, size, &written.sha256)?;
                tx.record(
                    NewEvent::new(EventKind::AttachmentCreated, Some(actor.id))
                        .project(found.access.project.id)
                        .issue(found.issue.id)
                        .is(fact(&begun.id, &name, size)),
                );
                super::merges::tell_above(tx, actor, found.issue.id, false)?;
                let key = issue_key(&found.access.project.key, found.issue.number);
                Ok(attachments::by_id(tx, begun.id)?.render(&key))
            })
            .await;
        if finished.is_err() {
            if let Err(error) = self.blobs.delete(&begun.storage_key).await {
                tracing::warn!(%error, "bytes of a refused file stay until the worker sweeps them");
            }
            self.forget(caller, begun.id).await;
        }
        finished
    }

    async fn forget(&self, _caller: &Caller, id: Uuid) {
        let forgotten = self
            .system(move |db| db.write(|tx| Ok(attachments::forget(tx, id)?)))
            .await;
        if let Err(error) = forgotten {
            tracing::warn!(
                ?error,
                "an unfinished file stays until the worker sweeps it"
            );
        }
    }
}

fn refusal<E: std::fmt::Display>(error: PutError<E>, limit: u64) -> Error {
    match error {
        PutError::TooLarge => Problem::new(Code::TooLarge)
            .detail(format!(
                "A file may have {} at most.",
                domain::attachment::size_text(i64::try_from(limit).unwrap_or(i64::MAX))
            ))
            .into(),
        PutError::Source(cause) => Problem::new(Code::MalformedRequest)
            .detail(format!("The file broke off: {cause}."))
            .into(),
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

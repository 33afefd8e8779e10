//! Rows of files; their bytes are in [`crate::blobs`].

use crate::columns::{Person, PersonSql};
use crate::db::{Conn, Tx, new_id};
use crate::error::{Error, Result};
use crate::schema::{attachment, orphan_file};
use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text, Timestamptz, Uuid as SqlUuid};
use domain::attachment::Attachment;
use uuid::Uuid;

/// A file's row, with who added it.
#[derive(Debug, Clone, Queryable)]
pub struct StoredAttachment {
    /// Id.
    pub id: Uuid,
    /// Issue.
    pub issue_id: Uuid,
    /// Who added it.
    pub uploader: Person,
    /// Name for people.
    pub file_name: String,
    /// What its bytes are.
    pub media_type: String,
    /// Bytes.
    pub size: i64,
    /// SHA-256, hexadecimal.
    pub sha256: String,
    /// Where the bytes are.
    pub storage_key: String,
    /// When added.
    pub created_at: DateTime<Utc>,
}

type AttachmentSql = (
    SqlUuid,
    SqlUuid,
    PersonSql,
    Text,
    Text,
    BigInt,
    Text,
    Text,
    Timestamptz,
);

impl StoredAttachment {
    /// As it travels.
    #[must_use]
    pub fn render(self, issue_key: &str) -> Attachment {
        Attachment {
            id: self.id,
            issue: issue_key.to_string(),
            uploader: self.uploader.into(),
            file_name: self.file_name,
            media_type: self.media_type,
            size: self.size,
            sha256: self.sha256,
            created_at: self.created_at,
        }
    }
}

statement! {
    /// Files of an issue, oldest first.
    AttachmentsOf { issue: Uuid => SqlUuid } -> AttachmentSql :
    "select t.id, t.issue_id, a.id, a.username, a.display_name, a.kind, t.file_name, t.media_type, t.size, t.sha256,
            t.storage_key, t.created_at
     from attachment t join account a on a.id = t.uploader_id
     where t.issue_id = {issue} and t.state = 'ready' order by t.created_at, t.id limit 1000"
}

/// Files of an issue, oldest first.
///
/// # Errors
/// When the database is away.
pub fn list(conn: &mut Conn, issue: Uuid) -> Result<Vec<StoredAttachment>> {
    Ok(AttachmentsOf { issue }.load(conn.pg())?)
}

statement! {
    /// One file.
    AttachmentById { id: Uuid => SqlUuid } -> AttachmentSql :
    "select t.id, t.issue_id, a.id, a.username, a.display_name, a.kind, t.file_name, t.media_type, t.size, t.sha256,
            t.storage_key, t.created_at
     from attachment t join account a on a.id = t.uploader_id where t.id = {id} and t.state = 'ready'"
}

/// One file; whether it exists for somebody is decided by its issue.
///
/// # Errors
/// [`Error::NotFound`].
pub fn by_id(conn: &mut Conn, id: Uuid) -> Result<StoredAttachment> {
    Ok(AttachmentById { id }.get_result(conn.pg())?)
}

/// A file whose bytes are still to come.
#[derive(Debug, Clone)]
pub struct Pending {
    /// Id.
    pub id: Uuid,
    /// Where the bytes go: random, so that no name reaches the file system.
    pub storage_key: String,
}

/// First phase: the row, not yet visible.
///
/// # Errors
/// When the database is away.
pub fn begin(tx: &mut Tx<'_>, issue: Uuid, uploader: Uuid, file_name: &str) -> Result<Pending> {
    let id = new_id();
    let random = Uuid::new_v4().simple().to_string();
    let storage_key = format!("{}/{random}", random.get(..2).unwrap_or("00"));
    let at = tx.at().unwrap_or_else(Utc::now);
    diesel::insert_into(attachment::table)
        .values((
            attachment::id.eq(id),
            attachment::issue_id.eq(issue),
            attachment::uploader_id.eq(uploader),
            attachment::file_name.eq(file_name),
            attachment::media_type.eq("application/octet-stream"),
            attachment::storage_key.eq(&storage_key),
            attachment::created_at.eq(at),
        ))
        .execute(tx.writing(false)?)?;
    Ok(Pending { id, storage_key })
}

/// Second phase: the bytes are there.
///
/// # Errors
/// [`Error::NotFound`] when the row was swept meanwhile.
pub fn finish(tx: &mut Tx<'_>, id: Uuid, media_type: &str, size: i64, sha256: &str) -> Result<()> {
    let changed = diesel::update(
        attachment::table
            .find(id)
            .filter(attachment::state.eq("pending")),
    )
    .set((
        attachment::media_type.eq(media_type),
        attachment::size.eq(size),
        attachment::sha256.eq(sha256),
        attachment::state.eq("ready"),
    ))
    .execute(tx.writing(false)?)?;
    if changed == 1 {
        Ok(())
    } else {
        Err(Error::NotFound)
    }
}

/// Takes a file away; the worker removes its bytes.
///
/// # Errors
/// [`Error::NotFound`] when it is gone already.
pub fn delete(tx: &mut Tx<'_>, id: Uuid) -> Result<()> {
    let changed = diesel::update(
        attachment::table
            .find(id)
            .filter(attachment::state.eq("ready")),
    )
    .set(attachment::state.eq("deleted"))
    .execute(tx.writing(false)?)?;
    if changed == 1 {
        Ok(())
    } else {
        Err(Error::NotFound)
    }
}

/// Rows whose bytes can go: deleted files, and uploads that never finished.
///
/// # Errors
/// When the database is away.
pub fn sweepable(conn: &mut Conn, unfinished_for: Duration) -> Result<Vec<(Uuid, String)>> {
    let before = Utc::now() - unfinished_for;
    Ok(attachment::table
        .filter(
            attachment::state.eq("deleted").or(attachment::state
                .eq("pending")
                .and(attachment::created_at.lt(before))),
        )
        .select((attachment::id, attachment::storage_key))
        .limit(500)
        .load(conn.pg())?)
}

/// Forgets a file whose bytes are gone. The log still knows that it was.
///
/// # Errors
/// When the database is away.
pub fn forget(tx: &mut Tx<'_>, id: Uuid) -> Result<()> {
    diesel::delete(
        attachment::table
            .find(id)
            .filter(attachment::state.ne("ready")),
    )
    .execute(tx.writing(false)?)?;
    Ok(())
}

/// Files of purged projects, whose bytes can go.
///
/// # Errors
/// When the database is away.
pub fn orphans(conn: &mut Conn) -> Result<Vec<String>> {
    Ok(orphan_file::table
        .select(orphan_file::storage_key)
        .order(orphan_file::created_at)
        .limit(500)
        .load(conn.pg())?)
}

/// Forgets such a file, whose bytes are gone.
///
/// # Errors
/// When the database is away.
pub fn forget_orphan(tx: &mut Tx<'_>, storage_key: &str) -> Result<()> {
    diesel::delete(orphan_file::table.find(storage_key)).execute(tx.writing(false)?)?;
    Ok(())
}

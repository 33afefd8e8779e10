//! Rows of files; their bytes are in [`crate::blobs`].
//!
//! A row is pending until its bytes are there. Then it is a file of an issue, or a draft: there for its
//! uploader alone, until a comment or a new issue takes it along.

use crate::columns::{Person, PersonSql};
use crate::db::{Conn, Tx, new_id};
use crate::error::{Error, Result};
use crate::schema::{attachment, orphan_file};
use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use domain::attachment::{Attachment, DRAFT_HOURS};
use uuid::Uuid;

/// A file's row, with who added it.
#[derive(Debug, Clone, Queryable)]
pub struct StoredAttachment {
    /// Id.
    pub id: Uuid,
    /// Issue; nothing for a draft of one that is still to be reported.
    pub issue_id: Option<Uuid>,
    /// Project of such a draft.
    pub project_id: Option<Uuid>,
    /// The comment it was put into.
    pub comment_id: Option<Uuid>,
    /// Of an internal note.
    pub internal: bool,
    /// For its uploader alone.
    pub draft: bool,
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
    Nullable<SqlUuid>,
    Nullable<SqlUuid>,
    Nullable<SqlUuid>,
    Bool,
    Bool,
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
    pub fn render(self, issue_key: Option<&str>) -> Attachment {
        Attachment {
            id: self.id,
            issue: issue_key.map(ToString::to_string),
            comment: self.comment_id,
            internal: self.internal,
            draft: self.draft,
            uploader: self.uploader.into(),
            file_name: self.file_name,
            media_type: self.media_type,
            size: self.size,
            sha256: self.sha256,
            created_at: self.created_at,
        }
    }
}

macro_rules! attachment_select {
    ($condition:literal) => {
        concat!(
            "select t.id, t.issue_id, t.project_id, t.comment_id, t.internal, t.state = 'draft',
                    a.id, a.username, a.display_name, a.kind, t.file_name, t.media_type, t.size, t.sha256,
                    t.storage_key, t.created_at
             from attachment t join account a on a.id = t.uploader_id where ", $condition)
    };
}

statement! {
    /// Files of an issue, oldest first.
    AttachmentsOf { issue: Uuid => SqlUuid, internals: bool => Bool } -> AttachmentSql :
    attachment_select!(
        "t.issue_id = {issue} and t.state = 'ready' and (not t.internal or {internals})
         order by t.created_at, t.id limit 1000")
}

/// Files of an issue, oldest first; those of internal notes for whoever may see these.
///
/// # Errors
/// When the database is away.
pub fn list(conn: &mut Conn, issue: Uuid, internals: bool) -> Result<Vec<StoredAttachment>> {
    Ok(AttachmentsOf { issue, internals }.load(conn.pg())?)
}

statement! {
    /// One file or draft.
    AttachmentById { id: Uuid => SqlUuid } -> AttachmentSql :
    attachment_select!("t.id = {id} and t.state in ('ready', 'draft')")
}

/// One file or draft; whether it exists for somebody is decided by its issue, or by who uploaded it.
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

/// First phase: the row, not yet visible, and of nothing.
///
/// # Errors
/// When the database is away.
pub fn begin(tx: &mut Tx<'_>, uploader: Uuid, file_name: &str) -> Result<Pending> {
    let id = new_id();
    let random = Uuid::new_v4().simple().to_string();
    let storage_key = format!("{}/{random}", random.get(..2).unwrap_or("00"));
    let at = tx.at().unwrap_or_else(Utc::now);
    diesel::insert_into(attachment::table)
        .values((
            attachment::id.eq(id),
            attachment::uploader_id.eq(uploader),
            attachment::file_name.eq(file_name),
            attachment::media_type.eq("application/octet-stream"),
            attachment::storage_key.eq(&storage_key),
            attachment::created_at.eq(at),
        ))
        .execute(tx.writing(false)?)?;
    Ok(Pending { id, storage_key })
}

/// What came of the bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contents {
    /// What they are.
    pub media_type: String,
    /// How many.
    pub size: i64,
    /// SHA-256, hexadecimal.
    pub sha256: String,
}

/// What a file becomes when its bytes are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Becomes {
    /// A file of that issue, for everybody who sees it.
    FileOf(Uuid),
    /// A draft of that issue.
    DraftOf(Uuid),
    /// A draft of an issue of that project, which is still to be reported.
    DraftIn(Uuid),
}

/// Second phase: the bytes are there.
///
/// # Errors
/// [`Error::NotFound`] when the row was swept meanwhile, or may be being swept.
pub fn finish(tx: &mut Tx<'_>, id: Uuid, contents: &Contents, becomes: Becomes) -> Result<()> {
    let (state, issue, project) = match becomes {
        Becomes::FileOf(issue) => ("ready", Some(issue), None),
        Becomes::DraftOf(issue) => ("draft", Some(issue), None),
        Becomes::DraftIn(project) => ("draft", None, Some(project)),
    };
    let changed = diesel::update(
        attachment::table
            .find(id)
            .filter(attachment::state.eq("pending"))
            .filter(attachment::created_at.gt(expired(tx))),
    )
    .set((
        attachment::issue_id.eq(issue),
        attachment::project_id.eq(project),
        attachment::media_type.eq(&contents.media_type),
        attachment::size.eq(contents.size),
        attachment::sha256.eq(&contents.sha256),
        attachment::state.eq(state),
    ))
    .execute(tx.writing(false)?)?;
    if changed == 1 {
        Ok(())
    } else {
        Err(Error::NotFound)
    }
}

/// What began before that is swept, and is nobody's any more even if it still is there.
fn expired(tx: &Tx<'_>) -> DateTime<Utc> {
    tx.at().unwrap_or_else(Utc::now) - Duration::hours(DRAFT_HOURS)
}

/// What takes drafts along.
#[derive(Debug, Clone, Copy)]
pub enum Taker {
    /// A comment of that issue, among staff or not.
    Comment {
        /// The comment.
        id: Uuid,
        /// Its issue, of which the drafts are.
        issue: Uuid,
        /// Whether it is an internal note.
        internal: bool,
    },
    /// A new issue of that project, of which the drafts are.
    Issue {
        /// The issue.
        id: Uuid,
        /// Its project.
        project: Uuid,
    },
}

/// A file in the log.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct FileFact {
    /// Id.
    pub id: Uuid,
    /// Name for people.
    pub file_name: String,
    /// Bytes.
    pub size: i64,
}

statement! {
    /// Makes drafts of somebody files of what takes them along.
    TakeDrafts {
        ids: Vec<Uuid> => Array<SqlUuid>,
        uploader: Uuid => SqlUuid,
        of_issue: Option<Uuid> => Nullable<SqlUuid>,
        of_project: Option<Uuid> => Nullable<SqlUuid>,
        after: DateTime<Utc> => Timestamptz,
        issue: Uuid => SqlUuid,
        comment: Option<Uuid> => Nullable<SqlUuid>,
        internal: bool => Bool,
        at: Option<DateTime<Utc>> => Nullable<Timestamptz>,
    } -> (SqlUuid, Text, BigInt) :
    "update attachment set state = 'ready', issue_id = {issue}, project_id = null, comment_id = {comment},
         internal = {internal}, created_at = coalesce({at}, clock_timestamp())
     where id = any({ids}) and state = 'draft' and uploader_id = {uploader} and created_at > {after}
       and (issue_id = {of_issue} or project_id = {of_project})
     returning id, file_name, size"
}

/// Makes drafts files of what takes them along: those of that very person and issue, or project. Gives
/// which they are, in the order of the ids; the others are left as they are.
///
/// # Errors
/// When the database is away.
pub fn take(tx: &mut Tx<'_>, uploader: Uuid, ids: &[Uuid], taker: Taker) -> Result<Vec<FileFact>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let (of_issue, of_project, issue, comment, internal) = match taker {
        Taker::Comment {
            id,
            issue,
            internal,
        } => (Some(issue), None, issue, Some(id), internal),
        Taker::Issue { id, project } => (None, Some(project), id, None, false),
    };
    let statement = TakeDrafts {
        ids: ids.to_vec(),
        uploader,
        of_issue,
        of_project,
        after: expired(tx),
        issue,
        comment,
        internal,
        at: tx.at(),
    };
    let mut taken: Vec<FileFact> = statement.load(tx.writing(false)?)?;
    taken.sort_by_key(|file| ids.iter().position(|id| *id == file.id));
    Ok(taken)
}

/// Which of these are files of that comment already.
///
/// # Errors
/// When the database is away.
pub fn already_of(conn: &mut Conn, comment: Uuid, ids: &[Uuid]) -> Result<Vec<Uuid>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(attachment::table
        .filter(attachment::comment_id.eq(comment))
        .filter(attachment::state.eq("ready"))
        .filter(attachment::id.eq_any(ids))
        .select(attachment::id)
        .load(conn.pg())?)
}

/// Takes a file or draft away; the worker removes its bytes.
///
/// # Errors
/// [`Error::NotFound`] when it is gone already.
pub fn delete(tx: &mut Tx<'_>, id: Uuid) -> Result<()> {
    let changed = diesel::update(
        attachment::table
            .find(id)
            .filter(attachment::state.eq_any(["ready", "draft"])),
    )
    .set(attachment::state.eq("deleted"))
    .execute(tx.writing(false)?)?;
    if changed == 1 {
        Ok(())
    } else {
        Err(Error::NotFound)
    }
}

statement! {
    /// Takes the files of a comment away.
    DeleteOfComment { comment: Uuid => SqlUuid } -> (SqlUuid, Text, BigInt) :
    "update attachment set state = 'deleted' where comment_id = {comment} and state = 'ready'
     returning id, file_name, size"
}

/// Takes the files of a comment away, and gives which they were; the worker removes their bytes.
///
/// # Errors
/// When the database is away.
pub fn delete_of(tx: &mut Tx<'_>, comment: Uuid) -> Result<Vec<FileFact>> {
    Ok(DeleteOfComment { comment }.load(tx.writing(false)?)?)
}

statement! {
    /// Gives up what was never finished or sent. Skips what is being finished or sent right now.
    GiveUp { before: DateTime<Utc> => Timestamptz } -> Bool :
    "update attachment set state = 'deleted' where id in (
         select id from attachment where state in ('pending', 'draft') and created_at < {before}
         order by created_at limit 500 for update skip locked)
     returning true"
}

/// Rows whose bytes can go: deleted files, uploads that never finished, and drafts that were never
/// sent. Until the transaction ends nobody can finish or send these.
///
/// # Errors
/// When the database is away.
pub fn sweepable(tx: &mut Tx<'_>) -> Result<Vec<(Uuid, String)>> {
    let before = expired(tx);
    let _: Vec<bool> = GiveUp { before }.load(tx.writing(false)?)?;
    Ok(attachment::table
        .filter(attachment::state.eq("deleted"))
        .select((attachment::id, attachment::storage_key))
        .limit(500)
        .load(tx.pg())?)
}

/// Forgets a file whose bytes are gone. The log still knows that it was.
///
/// # Errors
/// When the database is away.
pub fn forget(tx: &mut Tx<'_>, id: Uuid) -> Result<()> {
    diesel::delete(
        attachment::table
            .find(id)
            .filter(attachment::state.eq_any(["pending", "deleted"])),
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

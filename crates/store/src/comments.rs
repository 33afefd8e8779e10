//! Comments.

use crate::columns::{Person, PersonSql};
use crate::db::{Conn, Tx, new_id};
use crate::error::{Error, Result};
use crate::schema::comment;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{
    Array, BigInt, Bool, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid,
};
use domain::comment::Comment;
use uuid::Uuid;

/// A comment as it is stored, with its author.
#[derive(Debug, Clone, Queryable)]
pub struct StoredComment {
    /// Id.
    pub id: Uuid,
    /// Issue.
    pub issue_id: Uuid,
    /// Author.
    pub author: Person,
    /// The comment it answers.
    pub parent_id: Option<Uuid>,
    /// Markdown.
    pub body: String,
    /// Staff only.
    pub internal: bool,
    /// Counts changes.
    pub version: i32,
    /// When written.
    pub created_at: DateTime<Utc>,
    /// When edited.
    pub edited_at: Option<DateTime<Utc>>,
    /// When deleted.
    pub deleted_at: Option<DateTime<Utc>>,
}

type CommentSql = (
    SqlUuid,
    SqlUuid,
    PersonSql,
    Nullable<SqlUuid>,
    Text,
    Bool,
    Integer,
    Timestamptz,
    Nullable<Timestamptz>,
    Nullable<Timestamptz>,
);

impl StoredComment {
    /// As it travels.
    #[must_use]
    pub fn render(self, issue_key: &str) -> Comment {
        Comment {
            id: self.id,
            issue: issue_key.to_string(),
            author: self.author.into(),
            body: self.body,
            internal: self.internal,
            parent: self.parent_id,
            created_at: self.created_at,
            edited_at: self.edited_at,
            deleted_at: self.deleted_at,
            version: self.version,
        }
    }
}

statement! {
    /// Comments of an issue and of what is merged into it, oldest first, after a position. Deleted ones
    /// keep their place; what a comment answers is told when it is among them.
    CommentsOfAll {
        issues: Vec<Uuid> => Array<SqlUuid>,
        internals: Vec<Uuid> => Array<SqlUuid>,
        after_at: Option<DateTime<Utc>> => Nullable<Timestamptz>,
        after_id: Option<Uuid> => Nullable<SqlUuid>,
        limit: i64 => BigInt,
    } -> CommentSql :
    "select c.id, c.issue_id, a.id, a.username, a.display_name, a.kind,
            (select up.id from comment up where up.id = c.parent_id and up.issue_id = any({issues})
               and (not up.internal or up.issue_id = any({internals}))),
            c.body, c.internal, c.version, c.created_at, c.edited_at, c.deleted_at
     from comment c join account a on a.id = c.author_id
     where c.issue_id = any({issues}) and (not c.internal or c.issue_id = any({internals}))
       and ({after_at}::timestamptz is null or (c.created_at, c.id) > ({after_at}, {after_id}))
     order by c.created_at, c.id limit {limit}"
}

/// One page of the comments of an issue and of what is merged into it, oldest first; internal notes of
/// those issues whose notes the reader may see.
///
/// # Errors
/// When the database is away.
pub fn list_all(
    conn: &mut Conn,
    issues: Vec<Uuid>,
    internals: Vec<Uuid>,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: i64,
) -> Result<Vec<StoredComment>> {
    let statement = CommentsOfAll {
        issues,
        internals,
        after_at: after.map(|a| a.0),
        after_id: after.map(|a| a.1),
        limit,
    };
    Ok(statement.load(conn.pg())?)
}

statement! {
    /// Comments of an issue, oldest first, after a position. Deleted ones keep their place.
    CommentsOf {
        issue: Uuid => SqlUuid,
        internals: bool => Bool,
        after_at: Option<DateTime<Utc>> => Nullable<Timestamptz>,
        after_id: Option<Uuid> => Nullable<SqlUuid>,
        limit: i64 => BigInt,
    } -> CommentSql :
    "select c.id, c.issue_id, a.id, a.username, a.display_name, a.kind,
            (select up.id from comment up where up.id = c.parent_id and up.issue_id = {issue}), c.body, c.internal, c.version,
            c.created_at, c.edited_at, c.deleted_at
     from comment c join account a on a.id = c.author_id
     where c.issue_id = {issue} and (not c.internal or {internals})
       and ({after_at}::timestamptz is null or (c.created_at, c.id) > ({after_at}, {after_id}))
     order by c.created_at, c.id limit {limit}"
}

/// One page of an issue's comments, oldest first.
///
/// # Errors
/// When the database is away.
pub fn list(
    conn: &mut Conn,
    issue: Uuid,
    internals: bool,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: i64,
) -> Result<Vec<StoredComment>> {
    let statement = CommentsOf {
        issue,
        internals,
        after_at: after.map(|a| a.0),
        after_id: after.map(|a| a.1),
        limit,
    };
    Ok(statement.load(conn.pg())?)
}

/// How many comments an issue has for somebody.
///
/// # Errors
/// When the database is away.
pub fn count(conn: &mut Conn, issue: Uuid, internals: bool) -> Result<i64> {
    Ok(comment::table
        .filter(comment::issue_id.eq(issue))
        .filter(
            comment::internal
                .eq(false)
                .or(diesel::dsl::sql::<Bool>("").bind::<Bool, _>(internals)),
        )
        .count()
        .get_result(conn.pg())?)
}

statement! {
    /// One comment.
    CommentById { id: Uuid => SqlUuid } -> CommentSql :
    "select c.id, c.issue_id, a.id, a.username, a.display_name, a.kind, c.parent_id, c.body, c.internal, c.version,
            c.created_at, c.edited_at, c.deleted_at
     from comment c join account a on a.id = c.author_id where c.id = {id}"
}

/// One comment; whether it exists for somebody is decided by its issue.
///
/// # Errors
/// [`Error::NotFound`].
pub fn by_id(conn: &mut Conn, id: Uuid) -> Result<StoredComment> {
    Ok(CommentById { id }.get_result(conn.pg())?)
}

/// Adds a comment.
///
/// # Errors
/// When the database is away.
pub fn insert(
    tx: &mut Tx<'_>,
    issue: Uuid,
    author: Uuid,
    parent: Option<Uuid>,
    body: &str,
    internal: bool,
) -> Result<Uuid> {
    let id = new_id();
    let at = match tx.at() {
        Some(at) => at,
        None => tx.now()?,
    };
    diesel::insert_into(comment::table)
        .values((
            comment::id.eq(id),
            comment::issue_id.eq(issue),
            comment::author_id.eq(author),
            comment::parent_id.eq(parent),
            comment::body.eq(body),
            comment::internal.eq(internal),
            comment::created_at.eq(at),
        ))
        .execute(tx.writing(false)?)?;
    Ok(id)
}

/// Changes the text, if the comment is still at that version.
///
/// # Errors
/// [`Error::Stale`].
pub fn edit(tx: &mut Tx<'_>, was: &StoredComment, body: &str) -> Result<()> {
    let changed = diesel::update(
        comment::table
            .filter(comment::id.eq(was.id))
            .filter(comment::version.eq(was.version))
            .filter(comment::deleted_at.is_null()),
    )
    .set((
        comment::body.eq(body),
        comment::edited_at.eq(Utc::now()),
        comment::version.eq(was.version + 1),
    ))
    .execute(tx.writing(false)?)?;
    if changed == 1 {
        Ok(())
    } else {
        Err(Error::Stale)
    }
}

/// Empties a comment and marks it deleted, if it is still at that version.
///
/// # Errors
/// [`Error::Stale`].
pub fn delete(tx: &mut Tx<'_>, was: &StoredComment) -> Result<()> {
    let changed = diesel::update(
        comment::table
            .filter(comment::id.eq(was.id))
            .filter(comment::version.eq(was.version))
            .filter(comment::deleted_at.is_null()),
    )
    .set((
        comment::body.eq(""),
        comment::deleted_at.eq(tx.at().unwrap_or_else(Utc::now)),
        comment::version.eq(was.version + 1),
    ))
    .execute(tx.writing(false)?)?;
    if changed == 1 {
        Ok(())
    } else {
        Err(Error::Stale)
    }
}

//! The log as people read it: the history of an issue, of a comment and of a project.

use crate::access::Scope;
use crate::db::Conn;
use crate::error::Result;
use crate::events::other_issue;
use chrono::{DateTime, Utc};
use diesel::sql_types::{
    Array, BigInt, Bool, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid,
};
use diesel::{Queryable, RunQueryDsl};
use serde_json::Value;
use uuid::Uuid;

/// An event as history and feeds show it; people by id.
#[derive(Debug, Clone, Queryable)]
pub struct Fact {
    /// Id.
    pub id: Uuid,
    /// `noun.verb`.
    pub kind: String,
    /// Key of the project.
    pub project: Option<String>,
    /// Number of the issue.
    pub number: Option<i64>,
    /// Who.
    pub actor_id: Option<Uuid>,
    /// For whom.
    pub on_behalf_of_id: Option<Uuid>,
    /// Field.
    pub field: Option<String>,
    /// Before.
    pub old: Option<Value>,
    /// After.
    pub new: Option<Value>,
    /// The issue's version after the change.
    pub version: Option<i32>,
    /// When.
    pub at: DateTime<Utc>,
}

pub(crate) type FactSql = (
    SqlUuid,
    Text,
    Nullable<Text>,
    Nullable<BigInt>,
    Nullable<SqlUuid>,
    Nullable<SqlUuid>,
    Nullable<Text>,
    Nullable<Jsonb>,
    Nullable<Jsonb>,
    Nullable<Integer>,
    Timestamptz,
);

/// Whether the other issue that an event names exists for somebody, if it names one: otherwise the
/// event does not exist for them either. Fenced (`offset 0`): else Postgres reads all issues there are
/// into a table, to look up the few that relations name.
macro_rules! other_exists {
    ($event:literal) => {
        concat!(
            "(", $event, ".kind not in ('relation.created', 'relation.deleted') or exists (
                 select from issue other where other.id = ", other_issue!($event), "
                   and other.deleted_at is null
                   and (other.project_id = any({all}) or (other.project_id = any({own}) and other.reporter_id = {me}))
                 offset 0))")
    };
}

pub(crate) use other_exists;

statement! {
    /// History of one issue, oldest first.
    IssueHistory {
        issue: Uuid => SqlUuid,
        internals: bool => Bool,
        ranks: bool => Bool,
        all: Vec<Uuid> => Array<SqlUuid>,
        own: Vec<Uuid> => Array<SqlUuid>,
        me: Uuid => SqlUuid,
        after_at: Option<DateTime<Utc>> => Nullable<Timestamptz>,
        after_id: Option<Uuid> => Nullable<SqlUuid>,
        limit: i64 => BigInt,
    } -> FactSql :
    concat!("select e.id, e.kind, p.key, i.number, e.actor_id, e.on_behalf_of_id, e.field, e.old, e.new, e.version, e.at
     from event e
     left join issue i on i.id = e.issue_id
     left join project p on p.id = coalesce(i.project_id, e.project_id)
     where e.issue_id = {issue} and not e.signal and (not e.internal or {internals})
       and ({ranks} or e.field is distinct from 'rank')
       and ", other_exists!("e"), "
       and ({after_at}::timestamptz is null or (e.at, e.id) > ({after_at}, {after_id}))
     order by e.at, e.id limit {limit}")
}

/// Whom a history is for.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    /// What exists for them.
    pub scope: &'a Scope,
    /// They may see internal notes.
    pub internals: bool,
    /// They want to know of every drag on the board.
    pub ranks: bool,
}

/// One page of an issue's history, oldest first, after a position.
///
/// # Errors
/// When the database is away.
pub fn issue_history(
    conn: &mut Conn,
    issue: Uuid,
    reader: Reader<'_>,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: i64,
) -> Result<Vec<Fact>> {
    let statement = IssueHistory {
        issue,
        internals: reader.internals,
        ranks: reader.ranks,
        all: reader.scope.all.clone(),
        own: reader.scope.own.clone(),
        me: reader.scope.me,
        after_at: after.map(|a| a.0),
        after_id: after.map(|a| a.1),
        limit,
    };
    Ok(statement.load(conn.pg())?)
}

statement! {
    /// How many entries an issue's history has.
    CountHistory {
        issue: Uuid => SqlUuid,
        internals: bool => Bool,
        ranks: bool => Bool,
        all: Vec<Uuid> => Array<SqlUuid>,
        own: Vec<Uuid> => Array<SqlUuid>,
        me: Uuid => SqlUuid,
    } -> BigInt :
    concat!("select count(*) from event e where e.issue_id = {issue} and not e.signal and (not e.internal or {internals})
       and ({ranks} or e.field is distinct from 'rank') and ", other_exists!("e"))
}

/// How many entries an issue's history has.
///
/// # Errors
/// When the database is away.
pub fn count_history(conn: &mut Conn, issue: Uuid, reader: Reader<'_>) -> Result<i64> {
    let statement = CountHistory {
        issue,
        internals: reader.internals,
        ranks: reader.ranks,
        all: reader.scope.all.clone(),
        own: reader.scope.own.clone(),
        me: reader.scope.me,
    };
    Ok(statement.get_result(conn.pg())?)
}

statement! {
    /// What happened to one comment, oldest first.
    CommentHistory { issue: Uuid => SqlUuid, comment: String => Text } -> FactSql :
    "select e.id, e.kind, p.key, i.number, e.actor_id, e.on_behalf_of_id, e.field, e.old, e.new, e.version, e.at
     from event e
     left join issue i on i.id = e.issue_id
     left join project p on p.id = coalesce(i.project_id, e.project_id)
     where e.issue_id = {issue} and e.kind like 'comment.%' and coalesce(e.new, e.old)->>'id' = {comment}
     order by e.at, e.id limit 1000"
}

/// What happened to one comment of an issue, oldest first.
///
/// # Errors
/// When the database is away.
pub fn comment_history(conn: &mut Conn, issue: Uuid, comment: Uuid) -> Result<Vec<Fact>> {
    let statement = CommentHistory {
        issue,
        comment: comment.to_string(),
    };
    Ok(statement.load(conn.pg())?)
}

statement! {
    /// Everything that happened in a project, oldest first, after a position.
    ProjectHistory {
        project: Uuid => SqlUuid,
        after_at: Option<DateTime<Utc>> => Nullable<Timestamptz>,
        after_id: Option<Uuid> => Nullable<SqlUuid>,
        limit: i64 => BigInt,
    } -> FactSql :
    "select e.id, e.kind, p.key, i.number, e.actor_id, e.on_behalf_of_id, e.field, e.old, e.new, e.version, e.at
     from events_of({project}) e
     join project p on p.id = {project}
     left join issue i on i.id = e.issue_id
     where not e.signal
       and ({after_at}::timestamptz is null or (e.at, e.id) > ({after_at}, {after_id}))
     order by e.at, e.id limit {limit}"
}

/// Everything that belongs to a project of the log, oldest first, after a position: for its export.
///
/// # Errors
/// When the database is away.
pub fn project_history(
    conn: &mut Conn,
    project: Uuid,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: i64,
) -> Result<Vec<Fact>> {
    let statement = ProjectHistory {
        project,
        after_at: after.map(|a| a.0),
        after_id: after.map(|a| a.1),
        limit,
    };
    Ok(statement.load(conn.pg())?)
}

statement! {
    /// Fields of an issue that changed after a version.
    ChangedSince { issue: Uuid => SqlUuid, version: i32 => Integer } -> Text :
    "select distinct coalesce(field, kind) from event
     where issue_id = {issue} and version > {version} and kind like 'issue.%' order by 1"
}

/// Names of the fields of an issue that changed after that version.
///
/// # Errors
/// When the database is away.
pub fn changed_since(conn: &mut Conn, issue: Uuid, version: i32) -> Result<Vec<String>> {
    Ok(ChangedSince { issue, version }.load(conn.pg())?)
}

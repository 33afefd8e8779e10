//! Duplicates that are shown with the issue they repeat.

use crate::access::Scope;
use crate::columns::MaybeResolution;
use crate::db::{Conn, Tx, new_id};
use crate::error::{Error, Result};
use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension, Queryable, RunQueryDsl};
use domain::issue::Resolution;
use domain::key::issue_key;
use std::collections::HashMap;
use uuid::Uuid;

/// A merge that holds.
#[derive(Debug, Clone, Queryable)]
pub struct StoredMerge {
    /// Id.
    pub id: Uuid,
    /// The issue it was merged into.
    pub into_id: Uuid,
    /// Since when.
    pub merged_at: DateTime<Utc>,
    /// The status of the duplicate before.
    pub former_status_id: Uuid,
    /// Its resolution before.
    #[diesel(deserialize_as = MaybeResolution)]
    pub former_resolution: Option<Resolution>,
    /// The status in which the merge put it.
    pub closed_status_id: Uuid,
}

statement! {
    /// The merge of an issue, while it holds.
    MergeOf { issue: Uuid => SqlUuid } -> (SqlUuid, SqlUuid, Timestamptz, SqlUuid, Nullable<Text>, SqlUuid) :
    "select id, into_id, merged_at, former_status_id, former_resolution, closed_status_id
     from merge where issue_id = {issue} and ended_at is null"
}

/// The merge of an issue into another, while it holds.
///
/// # Errors
/// When the database is away.
pub fn of_issue(conn: &mut Conn, issue: Uuid) -> Result<Option<StoredMerge>> {
    Ok(MergeOf { issue }.get_result(conn.pg()).optional()?)
}

statement! {
    /// An issue and whatever is merged into it, also in several steps, with their keys. What is
    /// deleted is not shown, nor what is merged into it.
    Family { issue: Uuid => SqlUuid } -> (SqlUuid, Text, BigInt) :
    "with recursive family(id) as (
         select {issue}::uuid
         union
         select m.issue_id from family f join merge m on m.into_id = f.id and m.ended_at is null
         join issue d on d.id = m.issue_id and d.deleted_at is null
     )
     select i.id, p.key, i.number from family f join issue i on i.id = f.id join project p on p.id = i.project_id"
}

/// An issue and whatever is merged into it, also in several steps: their keys by id.
///
/// # Errors
/// When the database is away.
pub fn family(conn: &mut Conn, issue: Uuid) -> Result<HashMap<Uuid, String>> {
    let rows: Vec<(Uuid, String, i64)> = Family { issue }.load(conn.pg())?;
    Ok(rows
        .into_iter()
        .map(|(id, project, number)| (id, issue_key(&project, number)))
        .collect())
}

statement! {
    /// The issues into which one is merged, the nearest first.
    Above { issue: Uuid => SqlUuid } -> SqlUuid :
    "with recursive above(id, step) as (
         select m.into_id, 1 from merge m join issue d on d.id = m.issue_id and d.deleted_at is null
         where m.issue_id = {issue} and m.ended_at is null
         union all
         select m.into_id, a.step + 1 from above a join merge m on m.issue_id = a.id and m.ended_at is null
         join issue d on d.id = m.issue_id and d.deleted_at is null
         where a.step < 50
     )
     select id from above order by step"
}

/// The issues with which an issue is shown because it is merged into them, the nearest first.
///
/// # Errors
/// When the database is away.
pub fn above(conn: &mut Conn, issue: Uuid) -> Result<Vec<Uuid>> {
    Ok(Above { issue }.load(conn.pg())?)
}

statement! {
    /// Keys of the duplicates of an issue, as far as they exist for somebody.
    DuplicatesOf {
        issue: Uuid => SqlUuid,
        all: Vec<Uuid> => Array<SqlUuid>,
        own: Vec<Uuid> => Array<SqlUuid>,
        me: Uuid => SqlUuid,
    } -> (Text, BigInt) :
    "select p.key, i.number from merge m join issue i on i.id = m.issue_id join project p on p.id = i.project_id
     where m.into_id = {issue} and m.ended_at is null and i.deleted_at is null
       and (i.project_id = any({all}) or (i.project_id = any({own}) and i.reporter_id = {me}))
     order by m.merged_at, m.id"
}

/// Keys of the issues merged right into one, as far as they exist for somebody, the first merged first.
///
/// # Errors
/// When the database is away.
pub fn duplicates(conn: &mut Conn, scope: &Scope, issue: Uuid) -> Result<Vec<String>> {
    let rows: Vec<(String, i64)> = DuplicatesOf {
        issue,
        all: scope.all.clone(),
        own: scope.own.clone(),
        me: scope.me,
    }
    .load(conn.pg())?;
    Ok(rows
        .into_iter()
        .map(|(project, number)| issue_key(&project, number))
        .collect())
}

/// Where a duplicate stood before, and where the merge puts it.
#[derive(Debug, Clone, Copy)]
pub struct Closed {
    /// Its status before.
    pub former_status: Uuid,
    /// Its resolution before.
    pub former_resolution: Option<Resolution>,
    /// Its status now.
    pub status: Uuid,
}

statement! {
    /// A new merge.
    InsertMerge {
        id: Uuid => SqlUuid,
        issue: Uuid => SqlUuid,
        into: Uuid => SqlUuid,
        by: Uuid => SqlUuid,
        at: Option<DateTime<Utc>> => Nullable<Timestamptz>,
        former_status: Uuid => SqlUuid,
        former_resolution: Option<String> => Nullable<Text>,
        status: Uuid => SqlUuid,
    } -> Bool :
    "insert into merge (id, issue_id, into_id, merged_by, merged_at, former_status_id, former_resolution, closed_status_id)
     values ({id}, {issue}, {into}, {by}, coalesce({at}, clock_timestamp()), {former_status}, {former_resolution}, {status})
     returning true"
}

/// Merges an issue into another. Whoever calls holds both rows and has made sure that neither is merged.
///
/// # Errors
/// [`Error::Constraint`] when it is merged already.
pub fn insert(tx: &mut Tx<'_>, issue: Uuid, into: Uuid, by: Uuid, closed: Closed) -> Result<()> {
    let at = tx.at();
    let statement = InsertMerge {
        id: new_id(),
        issue,
        into,
        by,
        at,
        former_status: closed.former_status,
        former_resolution: closed.former_resolution.map(|r| r.slug().to_string()),
        status: closed.status,
    };
    let _: bool = statement.get_result(tx.writing(false)?)?;
    Ok(())
}

statement! {
    /// Ends a merge that holds.
    EndMerge { id: Uuid => SqlUuid, at: Option<DateTime<Utc>> => Nullable<Timestamptz> } -> Bool :
    "update merge set ended_at = greatest(coalesce({at}, clock_timestamp()), merged_at)
     where id = {id} and ended_at is null returning true"
}

/// Takes a merge back.
///
/// # Errors
/// [`Error::NotFound`] when somebody was faster.
pub fn end(tx: &mut Tx<'_>, id: Uuid) -> Result<()> {
    let at = tx.at();
    let ended: Option<bool> = EndMerge { id, at }
        .get_result(tx.writing(false)?)
        .optional()?;
    ended.map(|_| ()).ok_or(Error::NotFound)
}

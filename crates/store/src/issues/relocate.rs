//! An issue goes to another project: the same row with another number, and its former key stays.

use super::StoredIssue;
use super::write::{
    By, Change, Dates, IssueFields, keep_version_and_log, kept_columns, next_version, told,
    what_follows,
};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::schema::issue;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{
    Array, BigInt, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid,
};
use serde_json::Value;
use uuid::Uuid;

statement! {
    /// Takes a project's next number, as a new issue does.
    TakeNumber { project: Uuid => SqlUuid } -> BigInt :
    "update issue_counter set last_number = last_number + 1 where project_id = {project}
     returning last_number"
}

/// Takes a project's next number. Whoever makes an issue there waits until the transaction ends; when it
/// fails, the number is free again.
///
/// # Errors
/// [`Error::NotFound`] when the project is gone.
pub fn take_number(tx: &mut Tx<'_>, project: Uuid) -> Result<i64> {
    Ok(TakeNumber { project }.get_result(tx.writing(false)?)?)
}

/// Ids of the issues right below one, deleted ones too.
///
/// # Errors
/// When the database is away.
pub fn children_of(conn: &mut Conn, id: Uuid) -> Result<Vec<Uuid>> {
    Ok(issue::table
        .filter(issue::parent_id.eq(id))
        .order(issue::number)
        .select(issue::id)
        .load(conn.pg())?)
}

statement! {
    /// A changed issue in another project, if it is still at the version that was read.
    RelocateIssue {
        id: Uuid => SqlUuid,
        version: i32 => Integer,
        from_project: Uuid => SqlUuid,
        from_number: i64 => BigInt,
        project: Uuid => SqlUuid,
        number: i64 => BigInt,
        status: Uuid => SqlUuid,
        enters: Option<String> => Nullable<Text>,
        resolution: Option<String> => Nullable<Text>,
        affected: Option<Uuid> => Nullable<SqlUuid>,
        fixed: Option<Uuid> => Nullable<SqlUuid>,
        assignee: Option<Uuid> => Nullable<SqlUuid>,
        parent: Option<Uuid> => Nullable<SqlUuid>,
        labels: Vec<Uuid> => Array<SqlUuid>,
        rank: String => Text,
        closing: String => Text,
        actor: Uuid => SqlUuid,
        on_behalf_of: Option<Uuid> => Nullable<SqlUuid>,
        at: Option<DateTime<Utc>> => Nullable<Timestamptz>,
        event_ids: Vec<Uuid> => Array<SqlUuid>,
        event_kinds: Vec<String> => Array<Text>,
        event_fields: Vec<Option<String>> => Array<Nullable<Text>>,
        event_olds: Vec<Option<Value>> => Array<Nullable<Jsonb>>,
        event_news: Vec<Option<Value>> => Array<Nullable<Jsonb>>,
    } -> (Integer, Timestamptz) :
    concat!(
        "with now as (
             select coalesce({at}, clock_timestamp()) as at
         ), changed as (
             update issue i set
                 project_id = {project}, number = {number}, status_id = {status}, resolution = {resolution},
                 affected_version_id = {affected}, fixed_version_id = {fixed}, assignee_id = {assignee},
                 parent_id = {parent}, label_ids = {labels}, rank = {rank}, ", what_follows!(), "
             from now where i.id = {id} and i.version = {version}
             returning i.*
         ), former as (
             insert into former_key (project_id, number, issue_id, at)
             select {from_project}, {from_number}, c.id, c.updated_at from changed c
         ), ", next_version!(), "
         select version, updated_at from changed")
}

/// Where an issue goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Home {
    /// The project.
    pub project: Uuid,
    /// A number of it that was taken in this transaction.
    pub number: i64,
}

/// Writes an issue into another project, if it is still at the version that was read. Of `fields` only
/// what belongs to a project counts. Gives the new version and instant.
///
/// # Errors
/// [`Error::Stale`] when somebody was faster, [`Error::Constraint`] when the external reference is
/// taken there.
pub fn relocate(
    tx: &mut Tx<'_>,
    was: &StoredIssue,
    home: Home,
    fields: &IssueFields,
    dates: Dates,
    by: By,
    changes: Vec<Change>,
) -> Result<(i32, DateTime<Utc>)> {
    let events = told(changes);
    let at = tx.at();
    let f = fields.clone();
    let statement = RelocateIssue {
        id: was.id,
        version: was.version,
        from_project: was.project_id,
        from_number: was.number,
        project: home.project,
        number: home.number,
        status: f.status_id,
        enters: dates.enters.map(|c| c.slug().to_string()),
        resolution: f.resolution.map(|r| r.slug().to_string()),
        affected: f.affected_version_id,
        fixed: f.fixed_version_id,
        assignee: f.assignee_id,
        parent: f.parent_id,
        labels: f.label_ids,
        rank: f.rank,
        closing: dates.closing.slug(),
        actor: by.actor,
        on_behalf_of: by.on_behalf_of,
        at,
        event_ids: events.ids,
        event_kinds: events.kinds,
        event_fields: events.fields,
        event_olds: events.olds,
        event_news: events.news,
    };
    let changed: Option<(i32, DateTime<Utc>)> =
        statement.get_result(tx.writing(true)?).optional()?;
    changed.ok_or(Error::Stale)
}

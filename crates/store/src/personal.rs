//! What an issue is to one person: whether they watch it, whether they voted for it.
//!
//! Neither changes the issue's version, and the log says no more than that the counts changed: that is
//! all that others see. So they are no part of what the log tells of the issue, nor of its past.

use crate::db::Tx;
use crate::error::Result;
use chrono::{DateTime, Utc};
use diesel::sql_types::{Bool, Nullable, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension, RunQueryDsl};
use uuid::Uuid;

statement! {
    /// Turns watching on or off, whatever it was.
    SetWatch { issue: Uuid => SqlUuid, account: Uuid => SqlUuid, watching: bool => Bool, at: Option<DateTime<Utc>> => Nullable<Timestamptz> }
    -> Bool :
    "insert into watch (issue_id, account_id, watching, since)
     values ({issue}, {account}, {watching}, coalesce({at}, clock_timestamp()))
     on conflict (issue_id, account_id) do update
         set watching = excluded.watching, since = excluded.since, merged_from = null
         where watch.watching <> excluded.watching or watch.merged_from is not null
     returning watching"
}

/// Turns watching an issue on or off for somebody; what is so already stays. Gives whether it was not.
///
/// # Errors
/// When the database is away.
pub fn set_watching(tx: &mut Tx<'_>, issue: Uuid, account: Uuid, watching: bool) -> Result<bool> {
    let at = tx.at();
    let statement = SetWatch {
        issue,
        account,
        watching,
        at,
    };
    let changed: Option<bool> = statement.get_result(tx.writing(false)?).optional()?;
    Ok(changed.is_some())
}

statement! {
    /// Lets somebody watch who has not decided otherwise. Who watched for a duplicate does so by
    /// themselves from now on.
    BeginWatch { issue: Uuid => SqlUuid, account: Uuid => SqlUuid, at: Option<DateTime<Utc>> => Nullable<Timestamptz> } -> Bool :
    "with begun as (
         insert into watch (issue_id, account_id, watching, since)
         values ({issue}, {account}, true, coalesce({at}, clock_timestamp()))
         on conflict (issue_id, account_id) do update set merged_from = null where watch.merged_from is not null
         returning watching
     )
     select watching from begun
     union all
     select watching from watch where issue_id = {issue} and account_id = {account} and not exists (select from begun)"
}

/// Lets somebody watch an issue in which they took a part, unless they turned it off. Gives whether they
/// watch it.
///
/// # Errors
/// When the database is away.
pub fn begin_watching(tx: &mut Tx<'_>, issue: Uuid, account: Uuid) -> Result<bool> {
    let at = tx.at();
    let statement = BeginWatch { issue, account, at };
    let watching: Option<bool> = statement.get_result(tx.writing(false)?).optional()?;
    Ok(watching == Some(true))
}

statement! {
    /// Adds a vote and counts it, or does neither. A vote that came from a duplicate is counted already
    /// and becomes the person's own.
    GiveVote { issue: Uuid => SqlUuid, account: Uuid => SqlUuid, at: Option<DateTime<Utc>> => Nullable<Timestamptz> } -> Bool :
    "with own as (
         update vote set merged_from = null
         where issue_id = {issue} and account_id = {account} and merged_from is not null
     ), given as (
         insert into vote (issue_id, account_id, created_at)
         values ({issue}, {account}, coalesce({at}, clock_timestamp()))
         on conflict (issue_id, account_id) do nothing
         returning issue_id
     )
     update issue i set votes = votes + 1 from given where i.id = given.issue_id returning true"
}

statement! {
    /// Takes a vote back and counts, or does neither.
    TakeVote { issue: Uuid => SqlUuid, account: Uuid => SqlUuid } -> Bool :
    "with taken as (
         delete from vote where issue_id = {issue} and account_id = {account} returning issue_id
     )
     update issue i set votes = votes - 1 from taken where i.id = taken.issue_id returning true"
}

/// Gives somebody's vote to an issue, or takes it back; what is so already stays. Gives whether it was
/// not.
///
/// # Errors
/// When the database is away.
pub fn set_vote(tx: &mut Tx<'_>, issue: Uuid, account: Uuid, vote: bool) -> Result<bool> {
    let at = tx.at();
    let conn = tx.writing(false)?;
    let changed: Option<bool> = if vote {
        GiveVote { issue, account, at }.get_result(conn)
    } else {
        TakeVote { issue, account }.get_result(conn)
    }
    .optional()?;
    Ok(changed.is_some())
}

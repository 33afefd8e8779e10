//! Rows of the worker's jobs: who runs which, when next, how it went.

use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::schema::{api_token, idempotency_key, job, session};
use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;

/// A job's row.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = job)]
pub struct JobRow {
    /// Name.
    pub name: String,
    /// Not before.
    pub next_run_at: DateTime<Utc>,
    /// When it last ended.
    pub last_finished_at: Option<DateTime<Utc>>,
    /// How: `ok` or the error.
    pub last_outcome: Option<String>,
    /// Failures since the last success.
    pub attempts: i32,
}

/// Makes sure that every job has its row.
///
/// # Errors
/// When the database is away.
pub fn ensure(tx: &mut Tx<'_>, names: &[&str]) -> Result<()> {
    let rows: Vec<_> = names.iter().map(|n| job::name.eq(*n)).collect();
    diesel::insert_into(job::table)
        .values(rows)
        .on_conflict_do_nothing()
        .execute(tx.writing(false)?)?;
    Ok(())
}

/// Brings a job forward that is due later than in that time: its interval was shortened. One that
/// failed keeps its wait.
///
/// # Errors
/// When the database is away.
pub fn due_within(tx: &mut Tx<'_>, name: &str, time: Duration) -> Result<()> {
    let latest = tx.now()? + time;
    diesel::update(
        job::table
            .find(name)
            .filter(job::attempts.eq(0))
            .filter(job::next_run_at.gt(latest)),
    )
    .set(job::next_run_at.eq(latest))
    .execute(tx.writing(false)?)?;
    Ok(())
}

/// Takes a job for this transaction, when it is due (or at once, if forced) and nobody else has it.
///
/// # Errors
/// When the database is away.
pub fn take(tx: &mut Tx<'_>, name: &str, force: bool) -> Result<bool> {
    let now = tx.now()?;
    let due = if force {
        now + Duration::days(36_500)
    } else {
        now
    };
    let taken: Option<String> = job::table
        .filter(job::name.eq(name))
        .filter(job::next_run_at.le(due))
        .select(job::name)
        .for_update()
        .skip_locked()
        .get_result(tx.pg())
        .optional()?;
    Ok(taken.is_some())
}

/// Notes the end of a run and when the next is due.
///
/// # Errors
/// When the database is away.
pub fn finish(
    tx: &mut Tx<'_>,
    name: &str,
    outcome: &str,
    failed: bool,
    next_in: Duration,
) -> Result<()> {
    let now = tx.now()?;
    let attempts = if failed { attempts(tx, name)? + 1 } else { 0 };
    diesel::update(job::table.find(name))
        .set((
            job::last_finished_at.eq(now),
            job::last_outcome.eq(outcome),
            job::attempts.eq(attempts),
            job::next_run_at.eq(now + next_in),
        ))
        .execute(tx.writing(false)?)?;
    Ok(())
}

/// Failures of a job since its last success.
///
/// # Errors
/// When the database is away.
pub fn attempts(conn: &mut Conn, name: &str) -> Result<i32> {
    Ok(job::table
        .find(name)
        .select(job::attempts)
        .get_result(conn.pg())
        .optional()?
        .unwrap_or(0))
}

/// All jobs, by name.
///
/// # Errors
/// When the database is away.
pub fn list(conn: &mut Conn) -> Result<Vec<JobRow>> {
    Ok(job::table
        .order(job::name)
        .select(JobRow::as_select())
        .load(conn.pg())?)
}

/// Removes what is over: idempotency keys, counted uploads and guesses of passwords after 24 hours, sessions 90 days after their end, tokens 90
/// days after they were revoked.
///
/// # Errors
/// When the database is away.
pub fn prune(tx: &mut Tx<'_>) -> Result<usize> {
    let now = tx.now()?;
    let keys = diesel::delete(
        idempotency_key::table.filter(idempotency_key::created_at.lt(now - Duration::hours(24))),
    )
    .execute(tx.writing(false)?)?;
    let sessions =
        diesel::delete(session::table.filter(session::expires_at.lt(now - Duration::days(90))))
            .execute(tx.writing(false)?)?;
    let tokens =
        diesel::delete(api_token::table.filter(api_token::revoked_at.lt(now - Duration::days(90))))
            .execute(tx.writing(false)?)?;
    let uploads = crate::uploads::prune(tx)?;
    let attempts = crate::attempts::prune(tx, now)?;
    Ok(keys + sessions + tokens + uploads + attempts)
}

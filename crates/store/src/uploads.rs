//! How much somebody uploads: so many bytes a day, whatever becomes of them.

use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::schema::upload;
use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Double, Nullable, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

/// Over how long uploads are counted, in hours.
pub const WINDOW_HOURS: i64 = 24;

fn since() -> DateTime<Utc> {
    Utc::now() - Duration::hours(WINDOW_HOURS)
}

statement! {
    /// What somebody uploaded since then.
    Uploaded { account: Uuid => SqlUuid, since: DateTime<Utc> => Timestamptz } -> BigInt :
    "select coalesce(sum(bytes), 0)::bigint from upload where account_id = {account} and at > {since}"
}

/// Bytes that somebody uploaded in the last 24 hours.
///
/// # Errors
/// When the database is away.
pub fn used(conn: &mut Conn, account: Uuid) -> Result<i64> {
    let since = since();
    Ok(Uploaded { account, since }.get_result(conn.pg())?)
}

statement! {
    /// Lets one after the other count what somebody uploads. In the way of nothing else but a change of
    /// the account.
    Turn { account: Uuid => SqlUuid } -> Bool :
    "select true from account where id = {account} for no key update"
}

statement! {
    /// Seconds until so many bytes of somebody are old enough not to count any more.
    WaitFor { account: Uuid => SqlUuid, since: DateTime<Utc> => Timestamptz, bytes: i64 => BigInt } -> Nullable<Double> :
    "select extract(epoch from min(at) - {since})::float8 from (
         select at, sum(bytes) over (order by at, id) as freed from upload
         where account_id = {account} and at > {since}) past
     where freed >= {bytes}"
}

/// Seconds until that many bytes more fit into the quota; at once when they do now, never when they
/// are more than all of it.
///
/// # Errors
/// When the database is away.
pub fn wait_for(conn: &mut Conn, account: Uuid, bytes: i64, quota: i64) -> Result<Option<u32>> {
    let since = since();
    let used: i64 = Uploaded { account, since }.get_result(conn.pg())?;
    let over = used.saturating_add(bytes).saturating_sub(quota);
    if over <= 0 {
        return Ok(Some(0));
    }
    let statement = WaitFor {
        account,
        since,
        bytes: over,
    };
    let seconds: Option<f64> = statement.get_result(conn.pg())?;
    // At most a day, so it fits.
    Ok(seconds.map(|seconds| seconds.ceil().max(1.0) as u32))
}

/// Whether an upload fits into the quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// It does, and counts.
    Fits,
    /// Not for so many seconds.
    Later(u32),
    /// It is more than may be uploaded a day.
    Never,
}

/// Counts an upload if it fits into the quota. Of several at once each sees the others, so that together
/// they never exceed it.
///
/// # Errors
/// When the database is away.
pub fn count(tx: &mut Tx<'_>, account: Uuid, id: Uuid, bytes: i64, quota: i64) -> Result<Counted> {
    let _: bool = Turn { account }.get_result(tx.locking()?)?;
    match wait_for(tx, account, bytes, quota)? {
        None => return Ok(Counted::Never),
        Some(0) => {}
        Some(seconds) => return Ok(Counted::Later(seconds)),
    }
    diesel::insert_into(upload::table)
        .values((
            upload::id.eq(id),
            upload::account_id.eq(account),
            upload::bytes.eq(bytes),
        ))
        .execute(tx.writing(false)?)?;
    Ok(Counted::Fits)
}

/// Does not count what came to nothing.
///
/// # Errors
/// When the database is away.
pub fn uncount(tx: &mut Tx<'_>, id: Uuid) -> Result<()> {
    diesel::delete(upload::table.find(id)).execute(tx.writing(false)?)?;
    Ok(())
}

/// Forgets what counts no more.
///
/// # Errors
/// When the database is away.
pub fn prune(tx: &mut Tx<'_>) -> Result<usize> {
    Ok(diesel::delete(upload::table.filter(upload::at.lt(since()))).execute(tx.writing(false)?)?)
}

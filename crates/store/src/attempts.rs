//! Guesses of passwords, counted before they are looked at.
//!
//! Whom a guess is about is a keyed digest that the caller makes: what people type at the door is not
//! kept, for now and then it is a password. Five guesses are free; from then on each must wait, 1, 2, 4 …
//! seconds after the one before, at most 15 minutes. A guess that comes too early is counted, but moves
//! nothing, and a day without any begins anew.

use crate::db::Tx;
use crate::error::Result;
use crate::schema::sign_in_attempt;
use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Binary, Bool, Double};

/// Guesses before the first wait.
pub const FREE: i32 = 5;
/// Longest wait, in seconds.
pub const WAIT_MAX: u32 = 900;

/// Whom guesses are about.
pub type Key = [u8; 32];

statement! {
    /// Counts a guess and says whether it may be looked at, and else for how many seconds not. One
    /// statement, so that of many at once each is counted after the one before.
    CountAttempt { key: Vec<u8> => Binary } -> (Bool, Double) :
    "insert into sign_in_attempt as a (key, attempts, failures, free_at, last_at, passed)
     values ({key}, 1, 1, '-infinity', statement_timestamp(), true)
     on conflict (key) do update set (attempts, failures, free_at, last_at, passed) = (
         select case when rested then 1 else a.attempts + 1 end,
                case when rested then 1 when free then a.failures + 1 else a.failures end,
                case when rested then '-infinity'
                     when free and a.failures >= 4
                     then statement_timestamp() + interval '1 second' * least(900, power(2, least(a.failures - 4, 10)))
                     else a.free_at end,
                greatest(a.last_at, statement_timestamp()), rested or free
         from (select a.last_at < statement_timestamp() - interval '24 hours' as rested,
                      a.free_at <= statement_timestamp() as free) b)
     returning passed, case when passed then 0 else extract(epoch from free_at - statement_timestamp())::float8 end"
}

/// Counts a guess before it is looked at; by itself, so that nothing rolls it back. `Err` has the
/// seconds for which there is no looking.
///
/// # Errors
/// When the database is away.
pub fn count(tx: &mut Tx<'_>, key: Key) -> Result<Result<(), u32>> {
    let statement = CountAttempt { key: key.to_vec() };
    let (passed, wait): (bool, f64) = statement.get_result(tx.writing(false)?)?;
    if passed {
        return Ok(Ok(()));
    }
    let seconds = wait.ceil().clamp(1.0, f64::from(WAIT_MAX));
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped above"
    )]
    Ok(Err(seconds as u32))
}

/// Forgets the guesses: the last one was right.
///
/// # Errors
/// When the database is away.
pub fn forget(tx: &mut Tx<'_>, key: Key) -> Result<()> {
    diesel::delete(sign_in_attempt::table.find(key.to_vec())).execute(tx.writing(false)?)?;
    Ok(())
}

/// Removes what has rested for a day; how many.
///
/// # Errors
/// When the database is away.
pub(crate) fn prune(tx: &mut Tx<'_>, now: DateTime<Utc>) -> Result<usize> {
    let rested =
        sign_in_attempt::table.filter(sign_in_attempt::last_at.lt(now - Duration::hours(24)));
    Ok(diesel::delete(rested).execute(tx.writing(false)?)?)
}

//! Files that nobody can reach any more.

use super::Reach;
use store::{Result, Tx, attachments};

/// How long an upload may take, in hours.
const UNFINISHED_HOURS: i64 = 24;

/// Removes the bytes first and the row after: stopped in between, the row is still there and the
/// next run does the same again.
pub(super) fn run(tx: &mut Tx<'_>, reach: &Reach<'_>) -> Result<usize> {
    let rows = attachments::sweepable(tx, chrono::Duration::hours(UNFINISHED_HOURS))?;
    for (id, storage_key) in &rows {
        reach.runtime.block_on(reach.blobs.delete(storage_key))?;
        attachments::forget(tx, *id)?;
    }
    Ok(rows.len())
}

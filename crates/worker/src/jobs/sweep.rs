//! Files that nobody can reach any more.

use super::Reach;
use std::time::Duration;
use store::{Result, Tx, attachments};

/// How long an upload may take that was cut off with its server.
const UNFINISHED: Duration = Duration::from_secs(24 * 60 * 60);

/// Removes the bytes first and the row after: stopped in between, the row is still there and the
/// next run does the same again. A file that cannot be removed holds up no other.
pub(super) fn run(tx: &mut Tx<'_>, reach: &Reach<'_>) -> Result<usize> {
    let rows = attachments::sweepable(tx)?;
    let mut swept = 0;
    let mut failure = None;
    for (id, storage_key) in &rows {
        match reach.runtime.block_on(reach.blobs.delete(storage_key)) {
            Ok(()) => {
                attachments::forget(tx, *id)?;
                swept += 1;
            }
            Err(error) => {
                tracing::warn!(file = %id, %error, "a file cannot be removed; tried again later");
                failure = Some(error);
            }
        }
    }
    for storage_key in attachments::orphans(tx)? {
        match reach.runtime.block_on(reach.blobs.delete(&storage_key)) {
            Ok(()) => {
                attachments::forget_orphan(tx, &storage_key)?;
                swept += 1;
            }
            Err(error) => {
                tracing::warn!(%error, "a file of a purged project cannot be removed; tried again later");
                failure = Some(error);
            }
        }
    }
    match reach.blobs.remove_unfinished(UNFINISHED) {
        Ok(removed) => swept += removed,
        Err(error) => failure = Some(error),
    }
    match failure {
        // Then it is not one file but the storage.
        Some(error) if swept == 0 => Err(error),
        _ => Ok(swept),
    }
}

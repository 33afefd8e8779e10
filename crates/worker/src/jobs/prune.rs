//! Rows that are over.

use super::Reach;
use store::{Result, Tx, jobs};

/// Forgets idempotency keys and sessions that are long over.
pub(super) fn run(tx: &mut Tx<'_>, _: &Reach<'_>) -> Result<usize> {
    jobs::prune(tx)
}

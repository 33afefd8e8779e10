//! Entries of the audit log that need not be kept any longer.

use super::Reach;
use chrono::Duration;
use store::{Result, Tx, audit};

/// Removes what is older than `IIT_AUDIT_KEEP`; nothing unless that is set.
pub(super) fn run(tx: &mut Tx<'_>, reach: &Reach<'_>) -> Result<usize> {
    let Some(days) = reach.audit_keep_days else {
        return Ok(0);
    };
    let until = tx.now()? - Duration::days(i64::from(days));
    let gone = audit::purge(tx, until, None)?;
    Ok(usize::try_from(gone).unwrap_or_default())
}

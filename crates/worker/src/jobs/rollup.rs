//! The daily statistics.

use super::Reach;
use domain::event::EventKind;
use store::events::NewEvent;
use store::{Result, Tx, stats};

/// Brings the statistics up to date. Dashboards that are open hear of it, but only when a figure
/// changed: the log is kept for ever.
pub(super) fn run(tx: &mut Tx<'_>, _: &Reach<'_>) -> Result<usize> {
    let changed = stats::recompute(tx)?;
    if changed > 0 {
        tx.record(NewEvent::new(EventKind::StatsUpdated, None));
    }
    Ok(changed)
}

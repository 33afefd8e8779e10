//! Issues: creating, changing, deleting.

mod bulk;
mod create;
mod follow;
mod labels;
pub(super) mod names;
mod relocate;
mod update;

pub use bulk::bulk;
pub use create::create;
pub use follow::{Standing, restand};
pub use labels::{put_label, remove_label};
pub use relocate::relocate;
pub use update::update;

use super::{Error, Precondition, Result, merges};
use domain::event::EventKind;
use domain::key::IssueRef;
use domain::policy::Action;
use domain::problem::{Code, Problem};
use store::access::{self, Actor, IssueAccess};
use store::db::Tx;
use store::history;
use store::issues::{self, By, Dates, Deleting, IssueFields, Updated};

/// 412 with the issue as it is now and what changed since.
fn edit_conflict(tx: &mut Tx<'_>, found: IssueAccess, seen: Precondition) -> Error {
    let id = found.issue.id;
    let changed = seen
        .newest()
        .map(|since| history::changed_since(tx, id, since));
    let mut problem = Problem::new(Code::EditConflict);
    problem.changed = changed.and_then(std::result::Result::ok);
    problem.current = serde_json::to_value(found.render()).ok();
    problem.into()
}

/// The issue for a change: visible, writable, at the version the caller saw.
fn for_change(
    tx: &mut Tx<'_>,
    actor: &Actor,
    which: &IssueRef,
    seen: Precondition,
) -> Result<IssueAccess> {
    let found = access::issue(tx, actor, which, Action::SeeProject)?;
    if !seen.allows(found.issue.version) {
        return Err(edit_conflict(tx, found, seen));
    }
    found.writable()?;
    Ok(found)
}

/// A write that lost a race: a conflict when it is no longer the version that the caller named, else to
/// be tried again.
fn lost_race(
    tx: &mut Tx<'_>,
    actor: &Actor,
    which: &IssueRef,
    seen: Precondition,
    error: store::Error,
) -> Error {
    if !matches!(error, store::Error::Stale) || !seen.is_given() {
        return error.into();
    }
    match access::issue(tx, actor, which, Action::SeeProject) {
        Ok(found) if !seen.allows(found.issue.version) => edit_conflict(tx, found, seen),
        // Something beside it changed.
        Ok(_) => error.into(),
        Err(error) => error.into(),
    }
}

pub(super) const fn by(actor: &Actor) -> By {
    By {
        actor: actor.id,
        on_behalf_of: None,
    }
}

/// Deletes an issue; it can be restored. Deleting twice changes nothing.
///
/// # Errors
/// 403, 404, 412.
pub fn delete(tx: &mut Tx<'_>, actor: &Actor, which: &IssueRef, seen: Precondition) -> Result<()> {
    let found = access::issue(tx, actor, which, Action::DeleteIssue)?;
    if found.issue.deleted_at.is_some() {
        return Ok(());
    }
    let found = match seen.is_given() {
        true => for_change(tx, actor, which, seen)?,
        false => found,
    };
    found.access.hold(tx)?;
    // Who writes on it now is done before the instant at which it is deleted.
    issues::lock(tx, &[found.issue.id])?;
    // What is deleted is shown nowhere any more: said before, while it still is.
    merges::tell_above(tx, actor, found.issue.id, false)?;
    whole(tx, actor, &found, Deleting::Delete, EventKind::IssueDeleted)
        .map_err(|error| lost_race(tx, actor, which, seen, error))
}

/// Brings a deleted issue back. Restoring twice changes nothing.
///
/// # Errors
/// 403, 404.
pub fn restore(tx: &mut Tx<'_>, actor: &Actor, which: &IssueRef) -> Result<IssueAccess> {
    let found = access::issue(tx, actor, which, Action::RestoreIssue)?;
    found.access.writable()?;
    if found.issue.deleted_at.is_some() {
        whole(
            tx,
            actor,
            &found,
            Deleting::Restore,
            EventKind::IssueRestored,
        )?;
        merges::tell_above(tx, actor, found.issue.id, false)?;
    }
    let id = IssueRef::Id(found.issue.id);
    Ok(access::issue(tx, actor, &id, Action::SeeProject)?)
}

fn whole(
    tx: &mut Tx<'_>,
    actor: &Actor,
    found: &IssueAccess,
    deleting: Deleting,
    kind: EventKind,
) -> Result<(), store::Error> {
    let fields = IssueFields::from(&found.issue);
    issues::update(
        tx,
        found.access.at_revision(),
        &found.issue,
        &fields,
        Dates {
            deleting,
            ..Dates::KEEP
        },
        by(actor),
        Updated::Whole(kind),
    )?;
    Ok(())
}

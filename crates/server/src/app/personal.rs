//! Watching issues and voting for them: what is private but for the counts.
//!
//! A duplicate that is merged takes no new votes and watchers, for they belong to the issue that it
//! repeats. What was given before goes there and back with the merge, and is taken back in both places.
//!
//! Whoever comments on a duplicate that is merged watches both, as if they had watched the duplicate
//! before it was merged: what they said is read there, and the answers come there. So when the merge is
//! taken back, they watch the issue on which their comment stays, and no longer the other. An issue that
//! does not exist for them, or on which they turned it off, they do not come to watch.

use super::Result;
use domain::event::EventKind;
use domain::key::{IssueRef, issue_key};
use domain::policy::{self, Action, Ground};
use domain::problem::{Code, Problem};
use store::access::{self, Actor, IssueAccess};
use store::db::Tx;
use store::events::NewEvent;
use store::merges::{self, Withdrawn};
use store::{issues, personal};
use uuid::Uuid;

/// Lets the caller watch an issue; twice is once.
///
/// # Errors
/// 403, 404, 409 on a deleted issue, one that is merged into another, or in an archived project.
pub fn watch(tx: &mut Tx<'_>, actor: &Actor, which: &IssueRef) -> Result<()> {
    let found = access::issue(tx, actor, which, Action::Watch)?;
    found.access.hold(tx)?;
    stands_for_itself(tx, actor, &found, "Watch")?;
    if personal::set_watching(tx, found.issue.id, actor.id, true)? {
        tell(tx, EventKind::WatchersUpdated, own(&found));
    }
    Ok(())
}

/// Lets the caller hear no more of an issue, whatever part they take in it from now on. Whoever sees
/// an issue may: a role that was lowered, or an archived project, is no reason to go on hearing of it.
///
/// # Errors
/// 404.
pub fn unwatch(tx: &mut Tx<'_>, actor: &Actor, which: &IssueRef) -> Result<()> {
    let found = access::issue(tx, actor, which, Action::SeeProject)?;
    let shown_with = hold(tx, &found)?;
    if personal::set_watching(tx, found.issue.id, actor.id, false)? {
        tell(tx, EventKind::WatchersUpdated, own(&found));
        withdraw(tx, &found, &shown_with, Withdrawn::Watch(actor.id))?;
    }
    Ok(())
}

/// Gives the caller's vote to an issue; twice is once.
///
/// # Errors
/// 403, 404, 409 on a deleted issue, one that is merged into another, or in an archived project.
pub fn vote(tx: &mut Tx<'_>, actor: &Actor, which: &IssueRef) -> Result<()> {
    let found = access::issue(tx, actor, which, Action::Vote)?;
    found.access.hold(tx)?;
    stands_for_itself(tx, actor, &found, "Vote for")?;
    if personal::set_vote(tx, found.issue.id, actor.id, true)? {
        tell(tx, EventKind::VotesUpdated, own(&found));
    }
    Ok(())
}

/// Takes the caller's vote for an issue back; twice is once.
///
/// # Errors
/// 403, 404, 409 on a deleted issue or in an archived project.
pub fn take_vote_back(tx: &mut Tx<'_>, actor: &Actor, which: &IssueRef) -> Result<()> {
    let found = access::issue(tx, actor, which, Action::Vote)?;
    found.access.hold(tx)?;
    let shown_with = hold(tx, &found)?;
    found.hold(tx)?;
    if personal::set_vote(tx, found.issue.id, actor.id, false)? {
        tell(tx, EventKind::VotesUpdated, own(&found));
        withdraw(tx, &found, &shown_with, Withdrawn::Vote(actor.id))?;
    }
    Ok(())
}

/// An issue and its project.
type Place = (Uuid, Uuid);

const fn own(found: &IssueAccess) -> Place {
    (found.issue.id, found.access.project.id)
}

/// Says that the count changed, and not because of whom.
fn tell(tx: &mut Tx<'_>, kind: EventKind, (issue, project): Place) {
    tx.record(NewEvent::new(kind, None).project(project).issue(issue));
}

/// Says of issues that both of their counts may have changed.
pub fn tell_counts(tx: &mut Tx<'_>, places: &[Place]) {
    for place in places {
        tell(tx, EventKind::VotesUpdated, *place);
        tell(tx, EventKind::WatchersUpdated, *place);
    }
}

/// Keeps others from merging the issue, and those it is merged into, until the end; gives the latter.
fn hold(tx: &mut Tx<'_>, found: &IssueAccess) -> Result<Vec<Place>> {
    let mut held = merges::way_up(tx, found.issue.id)?;
    held.push(found.issue.id);
    issues::lock(tx, &held)?;
    // Read again under the lock: it may have been merged or taken out meanwhile.
    Ok(merges::above(tx, found.issue.id)?)
}

/// Keeps others from taking a duplicate out of what it is merged into, or from merging that, until the
/// end; nothing when it is not merged.
///
/// # Errors
/// When the database is away.
pub fn hold_duplicate(tx: &mut Tx<'_>, issue: Uuid) -> Result<()> {
    let mut held = merges::way_up(tx, issue)?;
    if !held.is_empty() {
        held.push(issue);
        issues::lock(tx, &held)?;
    }
    Ok(())
}

/// Lets whoever took part in an issue hear of it from now on, and of those with which it is shown.
///
/// # Errors
/// When the database is away.
pub fn take_part(tx: &mut Tx<'_>, actor: &Actor, issue: Uuid) -> Result<()> {
    if !personal::begin_watching(tx, issue, actor.id)? {
        return Ok(());
    }
    let mut from = issue;
    for (into, project) in merges::above(tx, issue)? {
        // By the role, as for the issue itself: a token that may comment lets its owner watch.
        let may = |found: &IssueAccess| {
            policy::decide(found.access.role, Action::Watch, Ground::NONE).is_ok()
                && found.writable().is_ok()
        };
        match access::issue(tx, actor, &IssueRef::Id(into), Action::SeeProject) {
            Ok(found) if may(&found) => {}
            Ok(_) | Err(store::Error::NotFound) => break,
            Err(error) => return Err(error.into()),
        }
        match merges::carry_watch(tx, from, into, actor.id)? {
            None => break,
            Some(begun) if begun => tell(tx, EventKind::WatchersUpdated, (into, project)),
            Some(_) => {}
        }
        from = into;
    }
    Ok(())
}

/// Refuses what belongs to the issue that this one repeats, and names that if it exists for the caller.
fn stands_for_itself(
    tx: &mut Tx<'_>,
    actor: &Actor,
    found: &IssueAccess,
    verb: &str,
) -> Result<()> {
    let shown_with = hold(tx, found)?;
    found.hold(tx)?;
    let Some((top, _)) = shown_with.last() else {
        return Ok(());
    };
    let key = |found: &IssueAccess| issue_key(&found.access.project.key, found.issue.number);
    let detail = match access::issue(tx, actor, &IssueRef::Id(*top), Action::SeeProject) {
        Ok(top) => format!(
            "{} is merged as a duplicate. {verb} {} instead.",
            key(found),
            key(&top)
        ),
        Err(store::Error::NotFound) => format!(
            "{} is merged as a duplicate into an issue that does not exist for you.",
            key(found)
        ),
        Err(error) => return Err(error.into()),
    };
    Err(Problem::new(Code::Conflict).detail(detail).into())
}

/// Takes back what came from the issue to those it is merged into.
fn withdraw(
    tx: &mut Tx<'_>,
    found: &IssueAccess,
    shown_with: &[Place],
    what: Withdrawn,
) -> Result<()> {
    let Some((into, _)) = shown_with.first() else {
        return Ok(());
    };
    merges::withdraw_people(tx, found.issue.id, *into, what)?;
    tell_counts(tx, shown_with);
    Ok(())
}

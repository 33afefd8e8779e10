//! Watching issues and voting for them: what is private but for the counts.

use super::Result;
use domain::key::IssueRef;
use domain::policy::Action;
use store::access::{self, Actor};
use store::db::Tx;
use store::personal;

/// Lets the caller watch an issue; twice is once.
///
/// # Errors
/// 403, 404, 409 on a deleted issue or in an archived project.
pub fn watch(tx: &mut Tx<'_>, actor: &Actor, which: &IssueRef) -> Result<()> {
    let found = access::issue(tx, actor, which, Action::Watch)?;
    found.writable()?;
    Ok(personal::set_watching(tx, found.issue.id, actor.id, true)?)
}

/// Lets the caller hear no more of an issue, whatever part they take in it from now on. Whoever sees
/// an issue may: a role that was lowered, or an archived project, is no reason to go on hearing of it.
///
/// # Errors
/// 404.
pub fn unwatch(tx: &mut Tx<'_>, actor: &Actor, which: &IssueRef) -> Result<()> {
    let found = access::issue(tx, actor, which, Action::SeeProject)?;
    Ok(personal::set_watching(tx, found.issue.id, actor.id, false)?)
}

/// Gives the caller's vote to an issue, or takes it back; twice is once.
///
/// # Errors
/// 403, 404, 409 on a deleted issue or in an archived project.
pub fn vote(tx: &mut Tx<'_>, actor: &Actor, which: &IssueRef, vote: bool) -> Result<()> {
    let found = access::issue(tx, actor, which, Action::Vote)?;
    found.writable()?;
    Ok(personal::set_vote(tx, found.issue.id, actor.id, vote)?)
}

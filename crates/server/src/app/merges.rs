//! Duplicates: merged into the issue that they repeat, shown there, and taken back.
//!
//! Comments and files of a duplicate stay its own and are read beside those of the issue it repeats. So
//! taking a merge back puts back exactly what it showed, with every change made since, and what was
//! written on the other issue stays there. Who votes for the duplicate or watches it counts on the other
//! issue, once, by a row that says where it came from and goes when the merge does.

use super::issues::{Standing, restand};
use super::{Error, Result, personal, relations};
use domain::event::EventKind;
use domain::issue::Resolution;
use domain::key::{IssueRef, issue_key};
use domain::merge::{Merged, NewMerge};
use domain::policy::Action;
use domain::problem::FieldError;
use domain::relation::RelationKind;
use domain::workflow::Category;
use serde_json::json;
use store::access::{self, Actor, IssueAccess, Scope};
use store::db::{Conn, Lock, Tx};
use store::events::NewEvent;
use store::merges::{self, Closed, Member, Withdrawn};
use store::{issues, projects};
use uuid::Uuid;

fn key(found: &IssueAccess) -> String {
    issue_key(&found.access.project.key, found.issue.number)
}

/// How an issue is merged, as far as it exists for the caller.
///
/// # Errors
/// 404.
pub fn state(conn: &mut Conn, actor: &Actor, which: &IssueRef) -> Result<Merged> {
    let found = access::issue(conn, actor, which, Action::SeeProject)?;
    let merge = merges::of_issue(conn, found.issue.id)?;
    let into = match &merge {
        None => None,
        Some(merge) => {
            match access::issue(
                conn,
                actor,
                &IssueRef::Id(merge.into_id),
                Action::SeeProject,
            ) {
                Ok(other) => Some(key(&other)),
                Err(store::Error::NotFound) => None,
                Err(error) => return Err(error.into()),
            }
        }
    };
    let scope: Scope = access::scope(conn, actor)?;
    Ok(Merged {
        merged: merge.is_some(),
        into,
        since: merge.map(|m| m.merged_at),
        duplicates: merges::duplicates(conn, &scope, found.issue.id)?,
    })
}

/// Where the caller reads something of an issue: with that issue itself, or with one that it is merged
/// into.
#[derive(Debug)]
pub struct ShownWith(IssueAccess);

impl ShownWith {
    /// Whether the caller may read what is internal in that issue, of which this shows something: it is
    /// for the staff of the issue's own project.
    #[must_use]
    pub fn internals_of(&self, issue: Uuid) -> bool {
        self.0.issue.id == issue && self.0.sees_internal()
    }

    /// The key of that issue, of which this shows something.
    ///
    /// # Errors
    /// 404 when it is not shown here any more.
    pub fn own_key(&self, conn: &mut Conn, issue: Uuid) -> Result<String> {
        if self.0.issue.id == issue {
            return Ok(key(&self.0));
        }
        let member = merges::family(conn, self.0.issue.id)?.remove(&issue);
        member.map(|m| m.key).ok_or_else(Error::not_found)
    }
}

/// Where the caller reads something of an issue: its own if that exists for them, else the nearest one
/// that it is merged into. Only for reading: what changes it goes by its own issue.
///
/// # Errors
/// 404.
pub fn shown_with(conn: &mut Conn, actor: &Actor, issue: Uuid) -> Result<ShownWith> {
    let own = access::issue(conn, actor, &IssueRef::Id(issue), Action::SeeProject);
    let Err(store::Error::NotFound) = own else {
        return Ok(ShownWith(own?));
    };
    for (above, _) in merges::above(conn, issue)? {
        match access::issue(conn, actor, &IssueRef::Id(above), Action::SeeProject) {
            Err(store::Error::NotFound) => {}
            found => return Ok(ShownWith(found?)),
        }
    }
    Err(Error::not_found())
}

/// The issues whose comments and files the caller reads together.
#[derive(Debug)]
pub struct Together {
    members: Vec<(Uuid, Member)>,
    internals: Vec<Uuid>,
}

impl Together {
    /// All of them.
    #[must_use]
    pub fn ids(&self) -> Vec<Uuid> {
        self.members.iter().map(|(id, _)| *id).collect()
    }

    /// Those of which the caller reads what is internal.
    #[must_use]
    pub fn internals(&self) -> Vec<Uuid> {
        self.internals.clone()
    }

    /// Whether the caller reads what is internal in that one.
    #[must_use]
    pub fn internals_of(&self, issue: Uuid) -> bool {
        self.internals.contains(&issue)
    }

    /// The key of one of them.
    #[must_use]
    pub fn key(&self, issue: Uuid) -> Option<&str> {
        let member = self.members.iter().find(|(id, _)| *id == issue);
        member.map(|(_, member)| member.key.as_str())
    }
}

/// The issues whose comments and files are read with one that exists for the caller: itself and whatever
/// is merged into it. What is internal is for the staff of the project that each belongs to.
///
/// # Errors
/// When the database is away.
pub fn read_together(conn: &mut Conn, actor: &Actor, found: &IssueAccess) -> Result<Together> {
    let members: Vec<(Uuid, Member)> = merges::family(conn, found.issue.id)?.into_iter().collect();
    let internals = if members.len() == 1 {
        let own = found.issue.id;
        Some(own)
            .filter(|_| found.sees_internal())
            .into_iter()
            .collect()
    } else {
        let staff = access::scope(conn, actor)?.staff;
        let theirs = members.iter().filter(|(_, m)| staff.contains(&m.project));
        theirs.map(|(id, _)| *id).collect()
    };
    Ok(Together { members, internals })
}

/// The issue that another one repeats.
///
/// # Errors
/// 422 when there is none for the caller.
pub fn original(tx: &mut Tx<'_>, actor: &Actor, word: &str) -> Result<IssueAccess> {
    let unknown = || FieldError::at("into", "unknown_value", "There is no such issue.");
    let which: IssueRef = word.trim().parse().map_err(|_| unknown())?;
    match access::named_issue(tx, actor, &which, Action::SeeProject) {
        Ok(found) => Ok(found),
        Err(store::Error::NotFound) => Err(unknown().into()),
        Err(error) => Err(error.into()),
    }
}

/// The relation that says so, if it stands.
fn related(
    tx: &mut Tx<'_>,
    actor: &Actor,
    duplicate: &IssueAccess,
    into: &IssueAccess,
) -> Result<Option<Uuid>> {
    let scope = access::scope(tx, actor)?;
    let rows = store::relations::of_issue(tx, &scope, duplicate.issue.id, None)?;
    let stands = rows
        .iter()
        .find(|r| r.other_id == into.issue.id && r.kind() == RelationKind::Duplicates);
    Ok(stands.map(|r| r.id))
}

/// An issue of a merge as it is under its lock, where it stays.
fn locked(tx: &mut Tx<'_>, actor: &Actor, id: Uuid) -> Result<IssueAccess> {
    let found = access::issue(tx, actor, &IssueRef::Id(id), Action::MergeIssues)?;
    found.hold(tx)?;
    Ok(found)
}

/// Merges a duplicate into the issue that it repeats: it is closed as a duplicate, and shown there.
///
/// # Errors
/// 403 naming the right that is missing on either, 404, 409 when it is merged already, deleted or
/// archived, or cannot come to stand in that relation, 422 for an issue that does not exist for the caller, is the same, or is itself merged.
pub fn merge(tx: &mut Tx<'_>, actor: &Actor, which: &IssueRef, asked: &NewMerge) -> Result<Merged> {
    let found = access::issue(tx, actor, which, Action::MergeIssues)?;
    found.writable()?;
    let into = original(tx, actor, &asked.into)?;
    if into.issue.id == found.issue.id {
        let detail = "An issue is no duplicate of itself.";
        return Err(FieldError::at("into", "same_issue", detail).into());
    }
    into.allow(Action::MergeIssues)?;
    access::hold_all(tx, &mut [&found.access, &into.access])?;
    // New relations take this lock before they touch an issue, so it comes first here, too.
    tx.lock(Lock::Relations)?;
    // Two merges of the same issues, also crosswise, come one after the other.
    let mut both = [found.issue.id, into.issue.id];
    both.sort_unstable();
    issues::lock(tx, &both)?;
    if merges::of_issue(tx, found.issue.id)?.is_some() {
        return Err(Error::conflict(
            "The issue is merged already; take that back first.",
        ));
    }
    if merges::of_issue(tx, into.issue.id)?.is_some() {
        let detail = "That issue is a duplicate itself; merge into the one it repeats.";
        return Err(FieldError::at("into", "merged_itself", detail).into());
    }
    // Read again under the lock: the status may have changed.
    let found = locked(tx, actor, found.issue.id)?;
    let into = locked(tx, actor, into.issue.id)?;
    let workflow = projects::workflow(tx, found.access.project.id)?;
    let was = &found.issue;
    let status = if was.status.category.is_open() {
        let done = |s: &&domain::workflow::Status| s.category == Category::Done;
        let done = workflow.workflow.statuses.iter().find(done);
        done.and_then(|s| workflow.id(&s.slug)).ok_or_else(|| {
            Error::conflict("The workflow has no status in which issues are done.")
        })?
    } else {
        was.status.id
    };
    let relation = match related(tx, actor, &found, &into)? {
        Some(_) => None,
        None => {
            let kind = RelationKind::Duplicates;
            Some(relations::relate(tx, actor, &found, kind, &into, "into")?)
        }
    };
    let closed = Closed {
        former_status: was.status.id,
        former_resolution: was.resolution,
        status,
        relation,
    };
    let standing = Standing {
        status,
        resolution: Some(Resolution::Duplicate),
    };
    restand(tx, actor, &found, &workflow, standing)?;
    merges::insert(tx, was.id, into.issue.id, actor.id, closed)?;
    merges::carry_people(tx, was.id, &into)?;
    tell(tx, actor, EventKind::MergeCreated, &found, &into);
    state(tx, actor, &IssueRef::Id(found.issue.id))
}

/// Tells the issues with which one is shown that something of it changed: to whoever sees them the
/// duplicate itself may not exist, and then its own events do not either. Of what is internal in it only
/// those hear who may read that.
///
/// # Errors
/// When the database is away.
pub fn tell_above(tx: &mut Tx<'_>, actor: &Actor, issue: Uuid, internal: bool) -> Result<()> {
    for (above, project) in merges::above(tx, issue)? {
        let told = NewEvent::new(EventKind::MergeUpdated, Some(actor.id))
            .project(project)
            .issue(above)
            .internal(internal);
        tx.record(if internal {
            told.is(json!({"issue": {"id": issue}}))
        } else {
            told
        });
    }
    Ok(())
}

/// Tells both issues of it.
fn tell(
    tx: &mut Tx<'_>,
    actor: &Actor,
    kind: EventKind,
    duplicate: &IssueAccess,
    into: &IssueAccess,
) {
    for (of, field, other) in [(duplicate, "into", into), (into, "from", duplicate)] {
        let mut event = NewEvent::new(kind, Some(actor.id))
            .project(of.access.project.id)
            .issue(of.issue.id)
            .is(json!({"id": other.issue.id, "name": key(other)}));
        event.field = Some(field);
        tx.record(event);
    }
}

/// Takes a merge back: the duplicate stands again where it stood, unless it was moved on since.
///
/// # Errors
/// 403 naming the right that is missing on either, 404, 409 when it is not merged, deleted or archived.
pub fn unmerge(tx: &mut Tx<'_>, actor: &Actor, which: &IssueRef) -> Result<Merged> {
    let found = access::issue(tx, actor, which, Action::MergeIssues)?;
    found.access.hold(tx)?;
    // As in a merge: nothing on the way up changes until the end.
    tx.lock(Lock::Relations)?;
    // The others too: votes are counted in their rows.
    let mut held = merges::way_up(tx, found.issue.id)?;
    held.push(found.issue.id);
    issues::lock(tx, &held)?;
    let found = locked(tx, actor, found.issue.id)?;
    let merge = merges::of_issue(tx, found.issue.id)?
        .ok_or_else(|| Error::conflict("The issue is not merged."))?;
    let into = IssueRef::Id(merge.into_id);
    let into = access::issue(tx, actor, &into, Action::MergeIssues)?;
    merges::end(tx, merge.id)?;
    merges::withdraw_people(tx, found.issue.id, into.issue.id, Withdrawn::All)?;
    let further_up = merges::above(tx, into.issue.id)?;
    personal::tell_counts(tx, &further_up);
    tell_above(tx, actor, into.issue.id, false)?;
    // Only the relation that the merge made, and only while nobody took it back.
    if let Some(made) = merge.relation_id
        && related(tx, actor, &found, &into)? == Some(made)
    {
        let kind = RelationKind::Duplicates;
        relations::unrelate(tx, actor, made, &found, kind, &into)?;
    }
    let was = &found.issue;
    let untouched =
        was.status.id == merge.closed_status_id && was.resolution == Some(Resolution::Duplicate);
    if untouched {
        let workflow = projects::workflow(tx, found.access.project.id)?;
        // The former status may be gone, or of a project that it left.
        let there = workflow.ids.contains(&merge.former_status_id);
        let first = workflow.workflow.first().and_then(|s| workflow.id(&s.slug));
        let standing = Standing {
            status: Some(merge.former_status_id)
                .filter(|_| there)
                .or(first)
                .ok_or_else(|| Error::internal("a project without statuses"))?,
            resolution: merge.former_resolution,
        };
        restand(tx, actor, &found, &workflow, standing)?;
    }
    tell(tx, actor, EventKind::MergeEnded, &found, &into);
    state(tx, actor, &IssueRef::Id(found.issue.id))
}

//! What a change was decided by still holds when it is written.
//!
//! A change in a project is decided by its statuses, labels, versions, members and settings. Each of
//! them may be changed or removed by somebody else between the look and the write. So a project counts
//! every such change in its `revision`, and there are two sides:
//!
//! - whoever writes *in* a project [holds](ProjectAccess::hold) the revision that they read: until they
//!   are done nobody changes it, and if somebody did already, they look again ([`Error::Stale`]);
//! - whoever changes what others decide by [claims](ProjectAccess::claim) the project first: they wait
//!   for everybody who holds it and keep out whoever comes, so what they then find in it stays so.
//!
//! Locks are taken in this order everywhere: projects, advisory locks, counters, issues.

use super::{IssueAccess, ProjectAccess};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use diesel::sql_types::{BigInt, Bool, Uuid as SqlUuid};
use diesel::{OptionalExtension, RunQueryDsl};
use uuid::Uuid;

statement! {
    /// Keeps a project at that revision until the transaction ends.
    HoldProject { id: Uuid => SqlUuid, revision: i64 => BigInt } -> Bool :
    "select true from project where id = {id} and revision = {revision} for share"
}

statement! {
    /// The same, and keeps an issue in it, undeleted.
    HoldIssue { project: Uuid => SqlUuid, revision: i64 => BigInt, id: Uuid => SqlUuid } -> Bool :
    "select true from project p join issue i on i.project_id = p.id
     where p.id = {project} and p.revision = {revision} and i.id = {id} and i.deleted_at is null
     for share"
}

statement! {
    /// The revision of a project.
    RevisionOf { id: Uuid => SqlUuid } -> BigInt : "select revision from project where id = {id}"
}

statement! {
    /// Counts a change of what others decide by.
    ClaimProject { id: Uuid => SqlUuid, revision: i64 => BigInt } -> BigInt :
    "update project set revision = revision + 1 where id = {id} and revision = {revision} returning revision"
}

/// A project at the revision by which a change was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AtRevision {
    /// The project.
    pub project: Uuid,
    /// Its revision.
    pub revision: i64,
}

impl ProjectAccess {
    /// The revision that was read: for statements that hold it by themselves.
    #[must_use]
    pub const fn at_revision(&self) -> AtRevision {
        AtRevision {
            project: self.project.id,
            revision: self.project.revision,
        }
    }

    /// Passes when the project takes changes, and keeps it as it was read until the transaction ends.
    ///
    /// # Errors
    /// [`Error::Archived`], or [`Error::Stale`] when it was changed since it was read.
    pub fn hold(&self, tx: &mut Tx<'_>) -> Result<()> {
        self.writable()?;
        let AtRevision { project, revision } = self.at_revision();
        let statement = HoldProject {
            id: project,
            revision,
        };
        held(statement.get_result(tx.locking()?).optional()?)
    }

    /// Counts a change of the project itself: until the transaction ends nobody else writes in it.
    /// An archived project can be claimed, for it must be possible to bring it back.
    ///
    /// # Errors
    /// [`Error::Stale`] when it was changed since it was read.
    pub fn claim(&mut self, tx: &mut Tx<'_>) -> Result<()> {
        let AtRevision { project, revision } = self.at_revision();
        let statement = ClaimProject {
            id: project,
            revision,
        };
        tx.locking()?;
        let counted: Option<i64> = statement.get_result(tx.writing(false)?).optional()?;
        self.project.revision = counted.ok_or(Error::Stale)?;
        Ok(())
    }
}

impl IssueAccess {
    /// Passes when the issue takes changes, and keeps it undeleted and where it is, and its project as
    /// it was read, until the transaction ends.
    ///
    /// # Errors
    /// [`Error::Archived`], [`Error::Deleted`], or [`Error::Stale`] when something changed since it was
    /// read.
    pub fn hold(&self, tx: &mut Tx<'_>) -> Result<()> {
        self.writable()?;
        let AtRevision { project, revision } = self.access.at_revision();
        let statement = HoldIssue {
            project,
            revision,
            id: self.issue.id,
        };
        held(statement.get_result(tx.locking()?).optional()?)
    }
}

fn held(found: Option<bool>) -> Result<()> {
    found.map(|_| ()).ok_or(Error::Stale)
}

/// The revision that a project is at now: for writers that decide nothing by what they read.
///
/// # Errors
/// [`Error::NotFound`].
pub fn now_at(conn: &mut Conn, project: Uuid) -> Result<AtRevision> {
    let revision = RevisionOf { id: project }.get_result(conn.pg())?;
    Ok(AtRevision { project, revision })
}

/// Keeps several projects, in one order everywhere.
///
/// # Errors
/// As [`ProjectAccess::hold`].
pub fn hold_all(tx: &mut Tx<'_>, projects: &mut [&ProjectAccess]) -> Result<()> {
    projects.sort_unstable_by_key(|access| access.project.id);
    projects.iter().try_for_each(|access| access.hold(tx))
}

/// Keeps several issues, in one order everywhere.
///
/// # Errors
/// As [`IssueAccess::hold`].
pub fn hold_issues(tx: &mut Tx<'_>, issues: &mut [&IssueAccess]) -> Result<()> {
    issues.sort_unstable_by_key(|found| found.issue.id);
    issues.iter().try_for_each(|found| found.hold(tx))
}

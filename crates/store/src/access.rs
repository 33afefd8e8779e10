//! Looking up is authorizing: who is asking, and what exists for them.
//!
//! Nothing else in the product hands out projects or issues. What somebody may not see is
//! [`Error::NotFound`], exactly like what does not exist.

mod actor;
mod hold;
mod scope;

pub use actor::{Actor, Held, actor, actor_by_token};
pub(crate) use actor::{scopes, stored};
pub use hold::{AtRevision, hold_all, hold_issues, now_at};
pub use scope::{Circle, Scope, circle, list_scope, scope, scope_of, standings, standings_of};

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::issues::{IssueSql, StoredIssue};
use crate::projects::{ProjectSql, StoredProject};
use chrono::{DateTime, Utc};
use diesel::sql_types::{Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension, RunQueryDsl};
use domain::key::{IssueRef, ProjectRef, issue_key};
use domain::policy::{self, Action, Ground};
use domain::token::{self, Cut};
use domain::user::Role;
use uuid::Uuid;

/// A project that exists for somebody, with their role in it.
#[derive(Debug, Clone)]
pub struct ProjectAccess {
    /// The project.
    pub project: StoredProject,
    /// The role that counts.
    pub role: Role,
    /// Only their own issues exist for them here.
    pub own_only: bool,
    /// How their token is cut, if they come with one.
    cut: Option<Cut>,
}

impl ProjectAccess {
    fn judge(project: StoredProject, membership: Option<&str>, actor: &Actor) -> Result<Self> {
        let membership = membership.map(stored).transpose()?;
        let role =
            policy::standing(actor.role, membership, project.visibility).ok_or(Error::NotFound)?;
        let own_only = policy::own_only(role, project.reporters_see);
        let cut = actor.cut().copied();
        // To a token that is for another project, this one does not exist.
        if cut.is_some_and(|cut| cut.project.is_some_and(|only| only != project.id)) {
            return Err(Error::NotFound);
        }
        Ok(Self {
            project,
            role,
            own_only,
            cut,
        })
    }

    /// Passes when role and token suffice.
    ///
    /// # Errors
    /// [`Error::Denied`] or [`Error::Token`].
    pub fn allow(&self, action: Action) -> Result<()> {
        self.allow_on(action, Ground::NONE)
    }

    /// Passes when role and token suffice for something to which the caller stands like that.
    ///
    /// # Errors
    /// [`Error::Denied`] or [`Error::Token`].
    pub fn allow_on(&self, action: Action, ground: Ground) -> Result<()> {
        Ok(token::decide(self.role, action, ground, self.cut.as_ref())?)
    }

    /// Passes when the project takes changes.
    ///
    /// # Errors
    /// [`Error::Archived`].
    pub fn writable(&self) -> Result<()> {
        if self.project.archived_at.is_some() {
            Err(Error::Archived)
        } else {
            Ok(())
        }
    }
}

/// An issue that exists for somebody.
#[derive(Debug, Clone)]
pub struct IssueAccess {
    /// The issue.
    pub issue: StoredIssue,
    /// Its project and the role there.
    pub access: ProjectAccess,
    /// How the caller stands to it.
    pub ground: Ground,
    /// Whether an open issue that exists for the caller blocks it.
    pub blocked: bool,
    /// Key of the project in which it is shown: where it was then, when it is one of the past.
    pub project_key: String,
}

impl IssueAccess {
    /// Passes when role, relation and token suffice.
    ///
    /// # Errors
    /// [`Error::Denied`] or [`Error::Token`].
    pub fn allow(&self, action: Action) -> Result<()> {
        self.access.allow_on(action, self.ground)
    }

    /// Whether the caller may see internal notes here.
    #[must_use]
    pub fn sees_internal(&self) -> bool {
        self.allow(Action::SeeInternalNotes).is_ok()
    }

    /// Passes when the issue takes changes: neither deleted nor in an archived project.
    ///
    /// # Errors
    /// [`Error::Archived`] or [`Error::Deleted`].
    pub fn writable(&self) -> Result<()> {
        self.access.writable()?;
        if self.issue.deleted_at.is_some() {
            Err(Error::Deleted)
        } else {
            Ok(())
        }
    }
}

statement! {
    /// A project by key, with the caller's membership.
    ProjectByKey { key: String => Text, me: Uuid => SqlUuid } -> (ProjectSql, Nullable<Text>) :
    "select p.id, p.key, p.name, p.description, p.visibility, p.reporters_see, p.template, p.landing, p.archived_at,
            p.created_at, p.updated_at, p.version, p.revision, m.role
     from project p left join membership m on m.project_id = p.id and m.account_id = {me}
     where p.key = {key}"
}

statement! {
    /// A project by id, with the caller's membership.
    ProjectById { id: Uuid => SqlUuid, me: Uuid => SqlUuid } -> (ProjectSql, Nullable<Text>) :
    "select p.id, p.key, p.name, p.description, p.visibility, p.reporters_see, p.template, p.landing, p.archived_at,
            p.created_at, p.updated_at, p.version, p.revision, m.role
     from project p left join membership m on m.project_id = p.id and m.account_id = {me}
     where p.id = {id}"
}

/// The project, when it exists for the caller and their role suffices.
///
/// # Errors
/// [`Error::NotFound`] or [`Error::Denied`].
pub fn project(
    conn: &mut Conn,
    actor: &Actor,
    which: &ProjectRef,
    action: Action,
) -> Result<ProjectAccess> {
    let row: Option<(StoredProject, Option<String>)> = match which {
        ProjectRef::Key(key) => ProjectByKey {
            key: key.clone(),
            me: actor.id,
        }
        .get_result(conn.pg())
        .optional()?,
        ProjectRef::Id(id) => ProjectById {
            id: *id,
            me: actor.id,
        }
        .get_result(conn.pg())
        .optional()?,
    };
    let (project, membership) = row.ok_or(Error::NotFound)?;
    let access = ProjectAccess::judge(project, membership.as_deref(), actor)?;
    access.allow(action)?;
    Ok(access)
}

/// What an issue is to the caller and to others. How far its parts are and what blocks it is told of
/// the instant that the conditions are about; watches and votes are of today alone.
macro_rules! plan_columns {
    ($parts:literal, $closed:literal, $stands:literal) => {
        concat!(
            "coalesce((select w.watching from watch w where w.issue_id = i.id and w.account_id = {me}), false),
             (select count(*)::int from watch w where w.issue_id = i.id and w.watching),
             i.votes > 0 and exists (select from vote x where x.issue_id = i.id and x.account_id = {me}),
             i.votes,
             (select array[count(*), count(u.resolved_at), count(*) filter (where u.reporter_id = {me}),
                           count(u.resolved_at) filter (where u.reporter_id = {me})]::int[]
              from ", $parts, "),
             (select coalesce(jsonb_agg(jsonb_build_object('project', b.project_id, 'reporter', b.reporter_id)), '[]')
              from relation x join issue b on b.id = x.from_id
              where x.to_id = i.id and x.kind = 'blocks' and ", $stands, " and b.deleted_at is null and ", $closed, ")")
    };
}

macro_rules! plan_now {
    () => {
        plan_columns!(
            "issue u where u.parent_id = i.id and u.deleted_at is null",
            "b.resolved_at is null",
            "x.ended_at is null"
        )
    };
}

macro_rules! plan_then {
    () => {
        plan_columns!(
            "issue_version u join issue today on today.id = u.issue_id and today.deleted_at is null
               where u.parent_id = i.id and u.valid_from <= {at} and coalesce(u.valid_to, 'infinity') > {at}
                 and u.deleted_at is null",
            "exists (select from issue_version o where o.issue_id = b.id and o.valid_from <= {at}
               and coalesce(o.valid_to, 'infinity') > {at} and o.resolved_at is null and o.deleted_at is null)",
            "x.created_at <= {at} and coalesce(x.ended_at, 'infinity') > {at}"
        )
    };
}

macro_rules! issue_select {
    ($plan:expr, $relation:literal, $parent:literal, $condition:literal) => {
        concat!(
            "select i.id, i.project_id, i.number, i.title, i.description, i.type, i.severity, i.priority, i.story_points,
                    s.id, s.slug, s.name, s.category, i.resolution,
                    i.affected_version_id, av.name, i.fixed_version_id, fv.name,
                    r.id, r.username, r.display_name, r.kind,
                    a.id, a.username, a.display_name, a.kind,
                    i.parent_id,
                    ", $parent, ",
                    parent.reporter_id,
                    i.label_ids,
                    case when cardinality(i.label_ids) = 0 then '[]'::jsonb else (
                        select coalesce(jsonb_agg(jsonb_build_object('id', l.id, 'name', l.name, 'colour', l.colour)
                                                  order by lower(l.name)), '[]'::jsonb)
                        from label l where l.id = any(i.label_ids)) end,
                    i.start_date, i.due_date, i.external_ref, i.fingerprint, i.occurrences, i.context, i.rank, i.life,
                    i.version, i.created_at, i.updated_at, i.resolved_at, i.deleted_at, ", $plan, ",
                    p.id, p.key, p.name, p.description, p.visibility, p.reporters_see, p.template, p.landing, p.archived_at,
                    p.created_at, p.updated_at, p.version, p.revision, m.role
             from ", $relation, " i
             join project p on p.id = i.project_id
             join status s on s.id = i.status_id
             join account r on r.id = i.reporter_id
             left join account a on a.id = i.assignee_id
             left join project_version av on av.id = i.affected_version_id
             left join project_version fv on fv.id = i.fixed_version_id
             left join issue parent on parent.id = i.parent_id
             left join membership m on m.project_id = p.id and m.account_id = {me}
             where ", $condition)
    };
}

statement! {
    /// An issue by key, also by one that it had before it moved, with everything that is shown of it
    /// and what decides who may.
    IssueByKey { key: String => Text, number: i64 => diesel::sql_types::BigInt, me: Uuid => SqlUuid }
    -> (IssueSql, ProjectSql, Nullable<Text>) :
    issue_select!(
        plan_now!(),
        "issue",
        "parent.number",
        "i.id = coalesce(
             (select n.id from issue n join project np on np.id = n.project_id
              where np.key = {key} and n.number = {number}),
             (select f.issue_id from former_key f join project fp on fp.id = f.project_id
              where fp.key = {key} and f.number = {number}))")
}

statement! {
    /// The same by id.
    IssueById { id: Uuid => SqlUuid, me: Uuid => SqlUuid } -> (IssueSql, ProjectSql, Nullable<Text>) :
    issue_select!(plan_now!(), "issue", "parent.number", "i.id = {id}")
}

statement! {
    /// The same as it was at an instant; names beside it are those of today.
    IssueAsOf { id: Uuid => SqlUuid, at: DateTime<Utc> => Timestamptz, me: Uuid => SqlUuid }
    -> (IssueSql, ProjectSql, Nullable<Text>) :
    issue_select!(
        plan_then!(),
        "(select v.issue_id as id, v.*, n.votes from issue_version v join issue n on n.id = v.issue_id where v.issue_id = {id} and v.valid_from <= {at}
            and coalesce(v.valid_to, 'infinity') > {at})",
        // A parent is of the same project; it may have moved away since.
        "coalesce((select w.number from issue_version w
                   where w.issue_id = i.parent_id and w.project_id = i.project_id and w.updated_at <= i.updated_at
                     and coalesce(w.valid_to, 'infinity') > i.updated_at limit 1),
                  case when parent.project_id = i.project_id then parent.number end)",
        "true")
}

/// The issue, when it exists for the caller and role and relation suffice.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Moved`] at a key that it had before, or [`Error::Denied`].
pub fn issue(
    conn: &mut Conn,
    actor: &Actor,
    which: &IssueRef,
    action: Action,
) -> Result<IssueAccess> {
    let row: Option<(StoredIssue, StoredProject, Option<String>)> = match which {
        IssueRef::Key { project, number } => IssueByKey {
            key: project.clone(),
            number: *number,
            me: actor.id,
        }
        .get_result(conn.pg())
        .optional()?,
        IssueRef::Id(id) => IssueById {
            id: *id,
            me: actor.id,
        }
        .get_result(conn.pg())
        .optional()?,
    };
    let (issue, project, membership) = row.ok_or(Error::NotFound)?;
    let access = ProjectAccess::judge(project, membership.as_deref(), actor)?;
    let ground = Ground {
        own: issue.reporter.id == actor.id,
        assigned: issue.assignee.as_ref().is_some_and(|a| a.id == actor.id),
        unassigned: issue.assignee.is_none(),
    };
    if access.own_only && !ground.own {
        return Err(Error::NotFound);
    }
    if issue.deleted_at.is_some() && access.allow(Action::SeeDeleted).is_err() {
        return Err(Error::NotFound);
    }
    // Only now: to others both keys are the same as absent.
    if let IssueRef::Key { project, number } = which
        && (*project != access.project.key || *number != issue.number)
    {
        return Err(Error::Moved(issue_key(&access.project.key, issue.number)));
    }
    let blocked = is_blocked(conn, actor, &access, &issue)?;
    let found = IssueAccess {
        project_key: access.project.key.clone(),
        issue,
        access,
        ground,
        blocked,
    };
    found.allow(action)?;
    Ok(found)
}

/// The same, also at a key that it had before: where an issue is named beside others, not addressed.
///
/// # Errors
/// [`Error::NotFound`] or [`Error::Denied`].
pub fn named_issue(
    conn: &mut Conn,
    actor: &Actor,
    which: &IssueRef,
    action: Action,
) -> Result<IssueAccess> {
    match issue(conn, actor, which, action) {
        Err(Error::Moved(key)) => {
            let now = key.parse().map_err(|_| Error::NotFound)?;
            issue(conn, actor, &now, action)
        }
        found => found,
    }
}

/// The issue as it was at an instant of the past, in the project where it was then, when it exists
/// for the caller today.
///
/// # Errors
/// [`Error::NotFound`], also when it did not exist yet or when the project of then was purged,
/// [`Error::Moved`], or [`Error::Denied`].
pub fn issue_as_of(
    conn: &mut Conn,
    actor: &Actor,
    which: &IssueRef,
    at: DateTime<Utc>,
) -> Result<IssueAccess> {
    let today = issue(conn, actor, which, Action::SeeProject)?;
    let row: Option<(StoredIssue, StoredProject, Option<String>)> = IssueAsOf {
        id: today.issue.id,
        at,
        me: actor.id,
    }
    .get_result(conn.pg())
    .optional()?;
    let (mut issue, project, membership) = row.ok_or(Error::NotFound)?;
    let key = project.key.clone();
    issue.plan = issue.plan.of_the_past();
    let blocked = is_blocked(conn, actor, &today.access, &issue)?;
    // A project that does not exist for them is not named: there it is called as it is today.
    if ProjectAccess::judge(project, membership.as_deref(), actor).is_err() {
        issue.number = today.issue.number;
        issue.parent_number = None;
        return Ok(IssueAccess {
            issue,
            blocked,
            ..today
        });
    }
    Ok(IssueAccess {
        issue,
        blocked,
        project_key: key,
        ..today
    })
}

/// Whether one of an issue's blockers exists for the caller. Only when one is in another project that
/// takes a look at what exists for them.
fn is_blocked(
    conn: &mut Conn,
    actor: &Actor,
    access: &ProjectAccess,
    issue: &StoredIssue,
) -> Result<bool> {
    let blockers = &issue.plan.blockers;
    if blockers.is_empty() {
        return Ok(false);
    }
    let here = access.project.id;
    let scope = if blockers.iter().all(|b| b.project == here) {
        Scope::of(access, actor)
    } else {
        scope(conn, actor)?
    };
    Ok(blockers
        .iter()
        .any(|b| scope.may_hear(b.project, Some(b.reporter), false)))
}

/// Any issue of a project that the caller may change as a whole, also one that is deleted: for
/// changes that follow from a change of the project itself (a label or a member goes).
///
/// # Errors
/// [`Error::NotFound`].
pub fn any_issue(conn: &mut Conn, access: &ProjectAccess, id: Uuid) -> Result<IssueAccess> {
    let row: Option<(StoredIssue, StoredProject, Option<String>)> = IssueById {
        id,
        me: Uuid::nil(),
    }
    .get_result(conn.pg())
    .optional()?;
    let (issue, project, _) = row.ok_or(Error::NotFound)?;
    if project.id != access.project.id {
        return Err(Error::NotFound);
    }
    let here = access.project.id;
    let blocked = issue.plan.blockers.iter().any(|b| b.project == here);
    Ok(IssueAccess {
        issue,
        access: access.clone(),
        ground: Ground::NONE,
        blocked,
        project_key: project.key,
    })
}

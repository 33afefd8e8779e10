//! What exists for somebody, as lists, reports and streams need it.

use super::{Actor, ProjectAccess, project, stored};
use crate::db::Conn;
use crate::error::{Error, Result};
use diesel::sql_types::{Nullable, Text, Uuid as SqlUuid};
use diesel::{Queryable, RunQueryDsl};
use domain::key::ProjectRef;
use domain::policy::{self, Action, Ground};
use domain::project::{ReportersSee, Visibility};
use domain::token::{Cut, Scope as TokenScope};
use domain::user::{Role, Standing};
use uuid::Uuid;

/// Which projects exist for somebody, as lists and reports need it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// Whose scope.
    pub me: Uuid,
    /// Projects in which every issue exists for them.
    pub all: Vec<Uuid>,
    /// Projects in which only their own do.
    pub own: Vec<Uuid>,
    /// Projects in which they see internal notes.
    pub staff: Vec<Uuid>,
    /// Projects in which they see deleted issues.
    pub leads: Vec<Uuid>,
    /// All that exists for them, beside a scope of the past that is narrower: an issue that moved is
    /// in the past of the project it left only for those for whom it exists today.
    pub today: Option<Box<Scope>>,
}

impl Scope {
    fn put(&mut self, project: Uuid, role: Role, own_only: bool) {
        let list = if own_only {
            &mut self.own
        } else {
            &mut self.all
        };
        list.push(project);
        if policy::decide(role, Action::SeeInternalNotes, Ground::NONE).is_ok() {
            self.staff.push(project);
        }
        if policy::decide(role, Action::SeeDeleted, Ground::NONE).is_ok() {
            self.leads.push(project);
        }
    }

    /// A scope of that one project.
    #[must_use]
    pub fn of(access: &ProjectAccess, actor: &Actor) -> Self {
        let mut scope = Self {
            me: actor.id,
            ..Self::default()
        };
        scope.put(access.project.id, access.role, access.own_only);
        scope
    }

    /// All that exists for them today.
    pub(crate) fn today(&self) -> &Self {
        self.today.as_deref().unwrap_or(self)
    }

    /// The same for looking back, where what exists elsewhere counts too.
    ///
    /// # Errors
    /// When the database is away.
    pub fn looking_back(mut self, conn: &mut Conn, actor: &Actor) -> Result<Self> {
        self.today = Some(Box::new(scope(conn, actor)?));
        Ok(self)
    }

    /// Whether an event of that project, about an issue of that reporter, may be told.
    #[must_use]
    pub fn may_hear(&self, project: Uuid, reporter: Option<Uuid>, internal: bool) -> bool {
        if internal && !self.staff.contains(&project) {
            return false;
        }
        self.all.contains(&project)
            || (self.own.contains(&project) && reporter.is_none_or(|r| r == self.me))
    }
}

#[derive(Debug, Clone, Queryable)]
struct ProjectSight {
    id: Uuid,
    key: String,
    visibility: String,
    reporters_see: String,
    membership: Option<String>,
}

statement! {
    /// Every project with the caller's membership, as far as it decides what they see.
    Sights { me: Uuid => SqlUuid } -> (SqlUuid, Text, Text, Text, Nullable<Text>) :
    "select p.id, p.key, p.visibility, p.reporters_see, m.role
     from project p left join membership m on m.project_id = p.id and m.account_id = {me}
     order by p.key"
}

/// What the caller is in each project that exists for them, by key.
///
/// # Errors
/// When the database is away.
pub fn standings(conn: &mut Conn, actor: &Actor) -> Result<Vec<Standing>> {
    standings_of(conn, actor.id, actor.role, actor.cut())
}

/// What an account with that role is in each project that exists for it, by key, where it comes with
/// a token that is cut like that.
///
/// # Errors
/// When the database is away.
pub fn standings_of(
    conn: &mut Conn,
    me: Uuid,
    role: Role,
    cut: Option<&Cut>,
) -> Result<Vec<Standing>> {
    let sights = sights(conn, me, role, cut)?;
    Ok(sights.into_iter().map(|(standing, _)| standing).collect())
}

/// The same, with how open each of these projects is.
fn sights(
    conn: &mut Conn,
    me: Uuid,
    role: Role,
    cut: Option<&Cut>,
) -> Result<Vec<(Standing, Visibility)>> {
    // What cannot be read is not told either.
    if cut.is_some_and(|cut| !cut.scopes.hold(TokenScope::Read)) {
        return Ok(Vec::new());
    }
    let only = cut.and_then(|cut| cut.project);
    let rows: Vec<ProjectSight> = Sights { me }.load(conn.pg())?;
    let mut standings = Vec::with_capacity(rows.len());
    for row in rows {
        if only.is_some_and(|only| only != row.id) {
            continue;
        }
        let visibility: Visibility = stored(&row.visibility)?;
        let reporters_see: ReportersSee = stored(&row.reporters_see)?;
        let membership = row.membership.as_deref().map(stored).transpose()?;
        if let Some(role) = policy::standing(role, membership, visibility) {
            let standing = Standing {
                project_id: row.id,
                project: row.key,
                role,
                own_only: policy::own_only(role, reporters_see),
            };
            standings.push((standing, visibility));
        }
    }
    Ok(standings)
}

/// Of whom somebody learns in the directory: of those whom they can meet in a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Circle {
    /// Of everybody: they manage members or accounts, or there is a project that exists for all accounts.
    Everybody,
    /// Of the members of some projects, and of themselves.
    Members {
        /// Who asks.
        me: Uuid,
        /// Projects in which they meet every member.
        all: Vec<Uuid>,
        /// Projects in which they see their own issues only, and so meet only those who see all.
        own: Vec<Uuid>,
        /// Whether one of the latter exists for all accounts.
        internal: bool,
    },
}

/// Of whom the caller learns in the directory.
///
/// # Errors
/// When the database is away.
pub fn circle(conn: &mut Conn, actor: &Actor) -> Result<Circle> {
    if actor.allow(Action::ManageAccounts).is_ok() {
        return Ok(Circle::Everybody);
    }
    let (mut all, mut own, mut own_internal) = (Vec::new(), Vec::new(), false);
    for (standing, visibility) in sights(conn, actor.id, actor.role, actor.cut())? {
        let internal = visibility == Visibility::Internal;
        let adds_members =
            policy::decide(standing.role, Action::ManageMembers, Ground::NONE).is_ok();
        if adds_members || internal && !standing.own_only {
            return Ok(Circle::Everybody);
        }
        if standing.own_only {
            own.push(standing.project_id);
            own_internal |= internal;
        } else {
            all.push(standing.project_id);
        }
    }
    Ok(Circle::Members {
        me: actor.id,
        all,
        own,
        internal: own_internal,
    })
}

/// All projects that exist for the caller.
///
/// # Errors
/// When the database is away.
pub fn scope(conn: &mut Conn, actor: &Actor) -> Result<Scope> {
    scope_of(conn, actor.id, actor.role, actor.cut())
}

/// All projects that exist for an account with that role, where it comes with a token that is cut
/// like that.
///
/// # Errors
/// When the database is away.
pub fn scope_of(conn: &mut Conn, me: Uuid, role: Role, cut: Option<&Cut>) -> Result<Scope> {
    let mut scope = Scope {
        me,
        ..Scope::default()
    };
    for standing in standings_of(conn, me, role, cut)? {
        scope.put(standing.project_id, standing.role, standing.own_only);
    }
    Ok(scope)
}

/// The scope of a list: one project when the caller named one, else all.
///
/// # Errors
/// [`Error::NotFound`] when the named project does not exist for the caller.
pub fn list_scope(conn: &mut Conn, actor: &Actor, project_key: Option<&str>) -> Result<Scope> {
    match project_key {
        None => scope(conn, actor),
        Some(key) => {
            let which: ProjectRef = key.parse().map_err(|_| Error::NotFound)?;
            let access = project(conn, actor, &which, Action::SeeProject)?;
            Ok(Scope::of(&access, actor))
        }
    }
}

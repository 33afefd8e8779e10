//! Projects, their workflow and their members.

use crate::access::{ProjectAccess, Scope, stored};
use crate::db::{Conn, Tx, new_id};
use crate::error::{Error, Result};
use crate::schema::{issue_counter, membership, project, status, transition};
use chrono::{DateTime, Utc};
use diesel::deserialize::{self, FromSqlRow};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{
    Array, BigInt, Bool, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid,
};
use domain::project::{
    Landing, Member, NewProject, Project, ProjectPatch, ReportersSee, Visibility,
};
use domain::user::{Role, UserRef};
use domain::workflow::{Status, Template, Transition, Workflow};
use std::collections::HashMap;
use uuid::Uuid;

/// Columns of a project as [`StoredProject`] reads them.
pub(crate) type ProjectSql = (
    SqlUuid,
    Text,
    Text,
    Text,
    Text,
    Text,
    Text,
    Text,
    Nullable<Timestamptz>,
    Timestamptz,
    Timestamptz,
    Integer,
    BigInt,
);

/// A project as it is stored.
#[derive(Debug, Clone)]
pub struct StoredProject {
    /// Id.
    pub id: Uuid,
    /// Key.
    pub key: String,
    /// Name.
    pub name: String,
    /// Markdown.
    pub description: String,
    /// For whom it exists.
    pub visibility: Visibility,
    /// What its reporters see.
    pub reporters_see: ReportersSee,
    /// Template it began with.
    pub template: Template,
    /// The page on which it opens.
    pub landing: Landing,
    /// Set once archived.
    pub archived_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Last change.
    pub updated_at: DateTime<Utc>,
    /// Counts changes.
    pub version: i32,
    /// Counts changes of everything that others decide by; see `access::hold`.
    pub revision: i64,
}

type ProjectRow = (
    Uuid,
    String,
    String,
    String,
    String,
    String,
    String,
    String,
    Option<DateTime<Utc>>,
    DateTime<Utc>,
    DateTime<Utc>,
    i32,
    i64,
);

impl Queryable<ProjectSql, Pg> for StoredProject
where
    ProjectRow: FromSqlRow<ProjectSql, Pg>,
{
    type Row = ProjectRow;

    fn build(row: ProjectRow) -> deserialize::Result<Self> {
        let (
            id,
            key,
            name,
            description,
            visibility,
            reporters_see,
            template,
            landing,
            archived_at,
            created_at,
            updated_at,
            version,
            revision,
        ) = row;
        Ok(Self {
            id,
            key,
            name,
            description,
            visibility: visibility.parse()?,
            reporters_see: reporters_see.parse()?,
            template: template.parse()?,
            landing: landing.parse()?,
            archived_at,
            created_at,
            updated_at,
            version,
            revision,
        })
    }
}

impl StoredProject {
    /// As it travels, for somebody with that role who sees that many open issues.
    #[must_use]
    pub fn render(self, role: Role, open_issues: i64) -> Project {
        Project {
            id: self.id,
            key: self.key,
            name: self.name,
            description: self.description,
            visibility: self.visibility,
            reporters_see: self.reporters_see,
            template: self.template,
            landing: self.landing,
            archived_at: self.archived_at,
            created_at: self.created_at,
            updated_at: self.updated_at,
            version: self.version,
            role,
            open_issues,
        }
    }
}

statement! {
    /// Open issues per project, as far as they exist for the caller. Counted up to 10,001 each.
    OpenCounts {
        all: Vec<Uuid> => Array<SqlUuid>, own: Vec<Uuid> => Array<SqlUuid>, me: Uuid => SqlUuid
    } -> (SqlUuid, BigInt) :
    "select p.id, (select count(*) from (
         select 1 from issue i where i.project_id = p.id and i.deleted_at is null and i.resolved_at is null
         limit 10001) capped)
     from unnest({all}) as p(id)
     union all
     select p.id, (select count(*) from (
         select 1 from issue i where i.project_id = p.id and i.deleted_at is null and i.resolved_at is null
           and i.reporter_id = {me} limit 10001) capped)
     from unnest({own}) as p(id)"
}

/// Open issues per project of a scope.
///
/// # Errors
/// When the database is away.
pub fn open_counts(conn: &mut Conn, scope: &Scope) -> Result<HashMap<Uuid, i64>> {
    let rows: Vec<(Uuid, i64)> = OpenCounts {
        all: scope.all.clone(),
        own: scope.own.clone(),
        me: scope.me,
    }
    .load(conn.pg())?;
    Ok(rows.into_iter().collect())
}

statement! {
    /// The projects with those ids, by key.
    ProjectsById { ids: Vec<Uuid> => Array<SqlUuid>, archived: bool => Bool } -> ProjectSql :
    "select p.id, p.key, p.name, p.description, p.visibility, p.reporters_see, p.template, p.landing, p.archived_at,
            p.created_at, p.updated_at, p.version, p.revision
     from project p where p.id = any({ids}) and ({archived} or p.archived_at is null) order by p.key"
}

/// The projects with those ids, by key; archived ones only when asked for.
///
/// # Errors
/// When the database is away.
pub fn by_ids(conn: &mut Conn, ids: Vec<Uuid>, archived: bool) -> Result<Vec<StoredProject>> {
    Ok(ProjectsById { ids, archived }.load(conn.pg())?)
}

/// Makes a project with its template's workflow, its issue counter, and its creator as lead.
///
/// `new` has passed [`NewProject::check`].
///
/// # Errors
/// [`Error::Constraint`] when the key is taken.
pub fn insert(tx: &mut Tx<'_>, new: &NewProject, creator: Uuid) -> Result<Uuid> {
    let id = new_id();
    let at = tx.at().unwrap_or_else(Utc::now);
    let template = new.template.unwrap_or(Template::Software);
    let conn = tx.writing(false)?;
    diesel::insert_into(project::table)
        .values((
            project::id.eq(id),
            project::key.eq(&new.key),
            project::name.eq(&new.name),
            project::description.eq(new.description.as_deref().unwrap_or_default()),
            project::visibility.eq(new.visibility.unwrap_or(Visibility::Internal).slug()),
            project::reporters_see.eq(new.reporters_see.unwrap_or(ReportersSee::All).slug()),
            project::template.eq(template.slug()),
            project::landing.eq(Landing::of_template(template).slug()),
            project::created_at.eq(at),
            project::updated_at.eq(at),
        ))
        .execute(conn)?;
    diesel::insert_into(issue_counter::table)
        .values(issue_counter::project_id.eq(id))
        .execute(conn)?;
    insert_workflow(conn, id, &Workflow::template(template))?;
    add_member(tx, id, creator, Role::Lead)?;
    Ok(id)
}

fn insert_workflow(conn: &mut PgConnection, project_id: Uuid, workflow: &Workflow) -> Result<()> {
    let ids: HashMap<&str, Uuid> = workflow
        .statuses
        .iter()
        .map(|s| (s.slug.as_str(), new_id()))
        .collect();
    for (position, s) in workflow.statuses.iter().enumerate() {
        diesel::insert_into(status::table)
            .values((
                status::id.eq(ids.get(s.slug.as_str()).copied().unwrap_or_else(new_id)),
                status::project_id.eq(project_id),
                status::position.eq(i16::try_from(position).unwrap_or(i16::MAX)),
                status::slug.eq(&s.slug),
                status::name.eq(&s.name),
                status::category.eq(s.category.slug()),
                status::wip_limit.eq(s.wip_limit),
            ))
            .execute(conn)?;
    }
    let steps: Vec<_> = workflow
        .transitions
        .iter()
        .filter_map(|t| {
            Some((
                transition::project_id.eq(project_id),
                transition::from_status_id.eq(*ids.get(t.from.as_str())?),
                transition::to_status_id.eq(*ids.get(t.to.as_str())?),
            ))
        })
        .collect();
    diesel::insert_into(transition::table)
        .values(steps)
        .execute(conn)?;
    Ok(())
}

/// Writes the fields of a patch that passed [`ProjectPatch::check`], if the project is still at
/// that version.
///
/// # Errors
/// [`Error::Stale`] when it is not.
pub fn update(tx: &mut Tx<'_>, access: &ProjectAccess, patch: &ProjectPatch) -> Result<()> {
    let now = tx.at().unwrap_or_else(Utc::now);
    let p = &access.project;
    let archived_at = match patch.archived {
        None => p.archived_at,
        Some(true) => p.archived_at.or(Some(now)),
        Some(false) => None,
    };
    let changed = diesel::update(
        project::table
            .filter(project::id.eq(p.id))
            .filter(project::version.eq(p.version)),
    )
    .set((
        project::name.eq(patch.name.as_ref().unwrap_or(&p.name)),
        project::description.eq(patch.description.as_ref().unwrap_or(&p.description)),
        project::visibility.eq(patch.visibility.unwrap_or(p.visibility).slug()),
        project::reporters_see.eq(patch.reporters_see.unwrap_or(p.reporters_see).slug()),
        project::landing.eq(patch.landing.unwrap_or(p.landing).slug()),
        project::archived_at.eq(archived_at),
        project::updated_at.eq(now),
        project::version.eq(p.version + 1),
    ))
    .execute(tx.writing(false)?)?;
    if changed == 1 {
        Ok(())
    } else {
        Err(Error::Stale)
    }
}

/// A status with its id.
#[derive(Debug, Clone)]
pub struct StoredStatus {
    /// Id.
    pub id: Uuid,
    /// What travels.
    pub status: Status,
}

/// A workflow with the ids of its statuses.
#[derive(Debug, Clone)]
pub struct StoredWorkflow {
    /// Ids in the order of the workflow's statuses.
    pub ids: Vec<Uuid>,
    /// What travels.
    pub workflow: Workflow,
}

impl StoredWorkflow {
    /// The id of the status with that slug.
    #[must_use]
    pub fn id(&self, slug: &str) -> Option<Uuid> {
        let at = self.workflow.statuses.iter().position(|s| s.slug == slug)?;
        self.ids.get(at).copied()
    }
}

statement! {
    /// A project's statuses in order, each with the slugs it can go to.
    WorkflowOf { project: Uuid => SqlUuid } -> (SqlUuid, Text, Text, Text, Nullable<Integer>, Array<Text>) :
    "select s.id, s.slug, s.name, s.category, s.wip_limit,
            array(select n.slug from transition t join status n on n.id = t.to_status_id
                  where t.from_status_id = s.id order by n.position)
     from status s where s.project_id = {project} and s.removed_at is null order by s.position"
}

/// A project's workflow.
///
/// # Errors
/// When the database is away.
pub fn workflow(conn: &mut Conn, project: Uuid) -> Result<StoredWorkflow> {
    type Row = (Uuid, String, String, String, Option<i32>, Vec<String>);
    let rows: Vec<Row> = WorkflowOf { project }.load(conn.pg())?;
    let mut ids = Vec::with_capacity(rows.len());
    let mut workflow = Workflow {
        statuses: Vec::with_capacity(rows.len()),
        transitions: Vec::new(),
    };
    for (id, slug, name, category, wip_limit, next) in rows {
        ids.push(id);
        workflow
            .transitions
            .extend(next.into_iter().map(|to| Transition {
                from: slug.clone(),
                to,
            }));
        workflow.statuses.push(Status {
            slug,
            name,
            category: stored(&category)?,
            wip_limit,
        });
    }
    Ok(StoredWorkflow { ids, workflow })
}

statement! {
    /// Members of a project with their accounts, by user name.
    MembersOf { project: Uuid => SqlUuid } -> (SqlUuid, Text, Text, Text, Text, Timestamptz) :
    "select a.id, a.username, a.display_name, a.kind, m.role, m.created_at
     from membership m join account a on a.id = m.account_id
     where m.project_id = {project} order by lower(a.username)"
}

/// A project's members, by user name.
///
/// # Errors
/// When the database is away.
pub fn members(conn: &mut Conn, project: Uuid) -> Result<Vec<Member>> {
    type Row = (Uuid, String, String, String, String, DateTime<Utc>);
    let rows: Vec<Row> = MembersOf { project }.load(conn.pg())?;
    rows.into_iter()
        .map(|(id, username, display_name, kind, role, created_at)| {
            Ok(Member {
                user: UserRef {
                    id,
                    username,
                    display_name,
                    kind: stored(&kind)?,
                },
                role: stored(&role)?,
                created_at,
            })
        })
        .collect()
}

/// Makes somebody a member.
///
/// # Errors
/// [`Error::Constraint`] when they are one already.
pub fn add_member(tx: &mut Tx<'_>, project: Uuid, account: Uuid, role: Role) -> Result<()> {
    let at = tx.at().unwrap_or_else(Utc::now);
    diesel::insert_into(membership::table)
        .values((
            membership::project_id.eq(project),
            membership::account_id.eq(account),
            membership::role.eq(role.slug()),
            membership::created_at.eq(at),
        ))
        .execute(tx.writing(false)?)?;
    Ok(())
}

/// The role of each member. Whoever has claimed the project sees them as they stay.
///
/// # Errors
/// When the database is away.
pub fn roles(conn: &mut Conn, project: Uuid) -> Result<Vec<(Uuid, Role)>> {
    let rows: Vec<(Uuid, String)> = membership::table
        .filter(membership::project_id.eq(project))
        .select((membership::account_id, membership::role))
        .load(conn.pg())?;
    rows.into_iter()
        .map(|(id, role)| Ok((id, stored(&role)?)))
        .collect()
}

/// Changes a member's role.
///
/// # Errors
/// [`Error::NotFound`] when they are no member.
pub fn set_member_role(tx: &mut Tx<'_>, project: Uuid, account: Uuid, role: Role) -> Result<()> {
    let changed = diesel::update(membership::table.find((project, account)))
        .set(membership::role.eq(role.slug()))
        .execute(tx.writing(false)?)?;
    if changed == 1 {
        Ok(())
    } else {
        Err(Error::NotFound)
    }
}

/// Ends a membership.
///
/// # Errors
/// [`Error::NotFound`] when they are no member.
pub fn remove_member(tx: &mut Tx<'_>, project: Uuid, account: Uuid) -> Result<()> {
    let removed =
        diesel::delete(membership::table.find((project, account))).execute(tx.writing(false)?)?;
    if removed == 1 {
        Ok(())
    } else {
        Err(Error::NotFound)
    }
}

statement! {
    /// Removes a project through the owner's function.
    PurgeProject {
        which: Uuid => SqlUuid, entry: Uuid => SqlUuid, actor: Uuid => SqlUuid,
        ip: String => Text, agent: String => Text, request: String => Text,
    } -> diesel::sql_types::Jsonb :
    "select purge_project({which}, {entry}, {actor}, {ip}, {agent}, {request})"
}

/// Why a project was not purged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotPurged {
    /// There is no such project.
    Unknown,
    /// It takes changes.
    NotArchived,
    /// Something happened since it was exported, or it never was.
    NotExported,
}

/// Removes a project with everything that belongs to it, its part of the log too, and writes the
/// audit entry about it. The bytes of its files are left to the worker.
///
/// # Errors
/// When the database is away. The inner result says whether it was to be removed.
pub fn purge(tx: &mut Tx<'_>, which: Uuid, actor: Uuid) -> Result<Result<(), NotPurged>> {
    let origin = tx.origin().clone();
    let statement = PurgeProject {
        which,
        entry: new_id(),
        actor,
        ip: origin.ip,
        agent: origin.user_agent,
        request: origin.request_id,
    };
    let told: serde_json::Value = statement.get_result(tx.writing(false)?)?;
    Ok(match told.get("refused").and_then(|v| v.as_str()) {
        None => Ok(()),
        Some("not_archived") => Err(NotPurged::NotArchived),
        Some("not_exported") => Err(NotPurged::NotExported),
        Some(_) => Err(NotPurged::Unknown),
    })
}

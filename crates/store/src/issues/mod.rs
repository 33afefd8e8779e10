//! Issues: the row, its versions, and lists of rows.

mod board;
mod cascade;
mod condition;
mod groups;
mod list;
mod order;
mod ordered;
mod page;
mod position;
pub(crate) mod relation;
mod relocate;
mod rows;
mod write;

pub use crate::filter_sql::matching;
pub use board::board;
pub use cascade::{Lost, Move, lose};
pub use list::{Asked, Listed, list};
pub use order::{Order, Spot, order};
pub use position::{Position, PositionValue};
pub use relocate::{Home, children_of, relocate, take_number};
pub use write::{
    By, Change, Closing, Created, Dates, Deleting, IssueFields, Updated, insert, update,
};

use crate::access::IssueAccess;
use crate::columns::{
    Blocker, IssueStatus, Json, MaybeResolution, Person, PersonSql, Rank, StatusSql, Word,
};
use crate::db::Conn;
use crate::error::Result;
use crate::schema::issue;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{
    Array, BigInt, Bool, Date, Integer, Jsonb, Nullable, SmallInt, Text, Timestamptz,
    Uuid as SqlUuid,
};
use domain::issue::{Issue, IssueType, Priority, Resolution, Severity, Stay};
use domain::key::issue_key;
use domain::label::LabelRef;
use domain::relation::Progress;
use serde_json::Value;
use uuid::Uuid;

/// Columns of an issue as [`StoredIssue`] reads them.
pub(crate) type IssueSql = (
    SqlUuid,
    SqlUuid,
    BigInt,
    Text,
    Text,
    Text,
    SmallInt,
    SmallInt,
    Nullable<SmallInt>,
    StatusSql,
    Nullable<Text>,
    Nullable<SqlUuid>,
    Nullable<Text>,
    Nullable<SqlUuid>,
    Nullable<Text>,
    PersonSql,
    Nullable<PersonSql>,
    Nullable<SqlUuid>,
    Nullable<BigInt>,
    Nullable<SqlUuid>,
    Array<SqlUuid>,
    Jsonb,
    Nullable<Date>,
    Nullable<Date>,
    Nullable<Text>,
    Nullable<Text>,
    Integer,
    Nullable<Jsonb>,
    Text,
    Jsonb,
    Integer,
    Timestamptz,
    Timestamptz,
    Nullable<Timestamptz>,
    Nullable<Timestamptz>,
    PlanSql,
);

/// Columns of what an issue is to the caller and to others, as [`Plan`] reads them.
pub(crate) type PlanSql = (Bool, Integer, Bool, Integer, Array<Integer>, Jsonb);

/// What an issue is to the caller and to others.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Plan {
    /// The caller watches it.
    pub watching: bool,
    /// How many people do.
    pub watchers: i32,
    /// The caller voted for it.
    pub voted: bool,
    /// How many people did.
    pub votes: i32,
    /// Sub-issues: all, closed ones, and the same of those that the caller reported.
    pub sub_issues: Vec<i32>,
    /// Open issues that block it, whoever they exist for.
    #[diesel(deserialize_as = Json<Vec<Blocker>>)]
    pub blockers: Vec<Blocker>,
}

impl Plan {
    /// The same without watches and votes, which are of today: what is said of an instant of the past
    /// is said of it for ever.
    #[must_use]
    pub fn of_the_past(self) -> Self {
        Self {
            watching: false,
            watchers: 0,
            voted: false,
            votes: 0,
            ..self
        }
    }

    fn progress(&self, own_only: bool) -> Progress {
        let from = if own_only { 2 } else { 0 };
        let count = |at: usize| self.sub_issues.get(from + at).copied().unwrap_or_default();
        Progress {
            total: count(0),
            done: count(1),
        }
    }
}

/// An issue as it is stored, with the names that are shown beside it.
#[derive(Debug, Clone, Queryable)]
pub struct StoredIssue {
    /// Id.
    pub id: Uuid,
    /// Project.
    pub project_id: Uuid,
    /// Number within the project.
    pub number: i64,
    /// Title.
    pub title: String,
    /// Markdown.
    pub description: String,
    /// Kind of work.
    #[diesel(deserialize_as = Word<IssueType>)]
    pub type_: IssueType,
    /// How bad.
    #[diesel(deserialize_as = Rank<Severity>)]
    pub severity: Severity,
    /// How soon.
    #[diesel(deserialize_as = Rank<Priority>)]
    pub priority: Priority,
    /// Size.
    pub story_points: Option<i16>,
    /// Where it stands.
    pub status: IssueStatus,
    /// How it ended.
    #[diesel(deserialize_as = MaybeResolution)]
    pub resolution: Option<Resolution>,
    /// Version it was seen in.
    pub affected_version_id: Option<Uuid>,
    /// Its name.
    pub affected_version: Option<String>,
    /// Version with the remedy.
    pub fixed_version_id: Option<Uuid>,
    /// Its name.
    pub fixed_version: Option<String>,
    /// Who reported it.
    pub reporter: Person,
    /// Who works on it.
    pub assignee: Option<Person>,
    /// Parent issue.
    pub parent_id: Option<Uuid>,
    /// Its number.
    pub parent_number: Option<i64>,
    /// Its reporter.
    pub parent_reporter_id: Option<Uuid>,
    /// Labels.
    pub label_ids: Vec<Uuid>,
    /// Their names and colours.
    #[diesel(deserialize_as = Json<Vec<LabelRef>>)]
    pub labels: Vec<LabelRef>,
    /// When work shall begin.
    pub start_date: Option<NaiveDate>,
    /// When it shall be done.
    pub due_date: Option<NaiveDate>,
    /// Id in another system.
    pub external_ref: Option<String>,
    /// Recognises the same fault again.
    pub fingerprint: Option<String>,
    /// How often seen.
    pub occurrences: i32,
    /// What a program remembers.
    pub context: Option<Value>,
    /// Place in the order of its project.
    pub rank: String,
    /// Stays per category.
    #[diesel(deserialize_as = Json<Vec<Stay>>)]
    pub life: Vec<Stay>,
    /// Counts changes.
    pub version: i32,
    /// When made.
    pub created_at: DateTime<Utc>,
    /// Last change.
    pub updated_at: DateTime<Utc>,
    /// When closed.
    pub resolved_at: Option<DateTime<Utc>>,
    /// When deleted.
    pub deleted_at: Option<DateTime<Utc>>,
    /// What it is to the caller and to others.
    pub plan: Plan,
}

impl IssueAccess {
    /// The issue as it travels to this caller: a parent that does not exist for them is left out.
    #[must_use]
    pub fn render(self) -> Issue {
        let i = self.issue;
        let key = &self.project_key;
        let own_only = self.access.own_only;
        let progress = i.plan.progress(own_only);
        let parent_exists = !own_only || i.parent_reporter_id == Some(i.reporter.id);
        Issue {
            id: i.id,
            key: issue_key(key, i.number),
            project: key.clone(),
            number: i.number,
            title: i.title,
            description: i.description,
            type_: i.type_,
            severity: i.severity,
            priority: i.priority,
            story_points: i.story_points,
            status: i.status.into(),
            resolution: i.resolution,
            affected_version: i.affected_version,
            fixed_version: i.fixed_version,
            reporter: i.reporter.into(),
            assignee: i.assignee.map(Into::into),
            parent: i
                .parent_number
                .filter(|_| parent_exists)
                .map(|n| issue_key(key, n)),
            labels: i.labels,
            start_date: i.start_date,
            due_date: i.due_date,
            external_ref: i.external_ref,
            fingerprint: i.fingerprint,
            occurrences: i.occurrences,
            context: i.context,
            rank: i.rank,
            life: i.life,
            watching: i.plan.watching,
            watchers: i.plan.watchers,
            voted: i.plan.voted,
            votes: i.plan.votes,
            sub_issues: progress,
            blocked: self.blocked,
            version: i.version,
            created_at: i.created_at,
            updated_at: i.updated_at,
            resolved_at: i.resolved_at,
            deleted_at: i.deleted_at,
        }
    }
}

/// The parent of an issue.
///
/// # Errors
/// When the database is away.
pub fn parent_of(conn: &mut Conn, id: Uuid) -> Result<Option<Uuid>> {
    Ok(issue::table
        .find(id)
        .select(issue::parent_id)
        .get_result(conn.pg())?)
}

/// Ids of a project's issues, deleted ones too, by number, after that number.
///
/// # Errors
/// When the database is away.
pub fn in_project(
    conn: &mut Conn,
    project: Uuid,
    after: i64,
    limit: i64,
) -> Result<Vec<(Uuid, i64)>> {
    Ok(issue::table
        .filter(issue::project_id.eq(project))
        .filter(issue::number.gt(after))
        .order(issue::number)
        .limit(limit)
        .select((issue::id, issue::number))
        .load(conn.pg())?)
}

statement! {
    /// Keeps others from changing these issues until the transaction ends.
    LockIssues { ids: Vec<Uuid> => Array<SqlUuid> } -> SqlUuid :
    "select id from issue where id = any({ids}) order by id for no key update"
}

statement! {
    /// The same, and from naming one as a parent.
    LockHome { id: Uuid => SqlUuid } -> SqlUuid :
    "select id from issue where id = {id} for update"
}

/// Keeps others from changing these issues until the transaction ends.
///
/// # Errors
/// When it takes longer than the lock timeout.
pub fn lock(conn: &mut Conn, ids: &[Uuid]) -> Result<()> {
    let _: Vec<Uuid> = LockIssues { ids: ids.to_vec() }.load(conn.pg())?;
    Ok(())
}

/// Keeps others from changing an issue that moves, and from naming it as a parent.
///
/// # Errors
/// When it takes longer than the lock timeout.
pub fn lock_home(conn: &mut Conn, id: Uuid) -> Result<()> {
    let _: Option<Uuid> = LockHome { id }.get_result(conn.pg()).optional()?;
    Ok(())
}

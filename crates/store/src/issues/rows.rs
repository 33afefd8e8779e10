//! What a list tells of an issue: its columns, and the names beside them.

use super::position::{Position, PositionValue};
use crate::access::Scope;
use crate::accounts;
use crate::columns::{IssueStatus, Json, MaybeResolution, Rank, StatusSql, Word, severity_number};
use crate::db::Conn;
use crate::error::Result;
use crate::relations;
use crate::schema::{label, project_version};
use crate::statement::{Fragment, Value};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{
    Array, BigInt, Bool, Date, Integer, Jsonb, Nullable, SmallInt, Text, Timestamptz,
    Uuid as SqlUuid,
};
use domain::issue::{IssueRow, IssueType, Priority, Resolution, Severity, Stay};
use domain::key::issue_key;
use domain::label::LabelRef;
use domain::list::{Sort, SortField};
use domain::relation::Progress;
use std::collections::HashMap;
use uuid::Uuid;

/// Columns of a row of a list, as [`Row`] reads them.
pub(super) type RowSql = (
    SqlUuid,
    Text,
    BigInt,
    Text,
    Text,
    SmallInt,
    SmallInt,
    Nullable<SmallInt>,
    StatusSql,
    Nullable<Text>,
    SqlUuid,
    Nullable<SqlUuid>,
    Nullable<BigInt>,
    Array<SqlUuid>,
    VersionsSql,
    Nullable<Date>,
    Nullable<Date>,
    Text,
    Jsonb,
    Integer,
    Timestamptz,
    Timestamptz,
    Nullable<Timestamptz>,
    Nullable<Timestamptz>,
    PlanSql,
    Text,
);

/// Where it was seen, and where it is remedied.
type VersionsSql = (Nullable<SqlUuid>, Nullable<SqlUuid>);

/// What an issue is to the caller and to others.
type PlanSql = (Bool, Integer, Bool, Integer, Array<Integer>, Bool);

#[derive(Debug, Queryable)]
pub(super) struct Plan {
    watching: bool,
    watchers: i32,
    voted: bool,
    votes: i32,
    sub_issues: Vec<i32>,
    blocked: bool,
}

/// Adds the same in SQL, but for the group: its last column.
pub(super) fn columns(f: &mut Fragment, scope: &Scope, as_of: Option<DateTime<Utc>>) {
    f.sql(
        "i.id, p.key, i.number, i.title, i.type, i.severity, i.priority, i.story_points,
         s.id, s.slug, s.name, s.category, i.resolution, i.reporter_id, i.assignee_id, ",
    );
    parent_number(f, scope, as_of);
    f.sql(
        ", i.label_ids, i.affected_version_id, i.fixed_version_id, i.start_date, i.due_date, i.rank, i.life, i.version, i.created_at, i.updated_at,
         i.resolved_at, i.deleted_at, ",
    );
    plan(f, scope, as_of);
}

/// Watches and votes of today; sub-issues and blockers of the instant, as far as they exist for the
/// caller. Each is a look into an index, for the rows of a page alone.
fn plan(f: &mut Fragment, scope: &Scope, as_of: Option<DateTime<Utc>>) {
    let me = || Value::Uuid(scope.me);
    f.sql("coalesce((select w.watching from watch w where w.issue_id = i.id and w.account_id = ")
        .bind(me())
        .sql(
            "), false),
             (select count(*)::int from watch w where w.issue_id = i.id and w.watching),
             i.votes > 0 and exists (select from vote x where x.issue_id = i.id and x.account_id = ",
        )
        .bind(me())
        .sql("), i.votes, (select array[count(*), count(u.resolved_at)]::int[] from ");
    relations::parts(f, as_of);
    f.sql(" and (u.project_id = any(")
        .bind(Value::Uuids(scope.all.clone()))
        .sql(") or u.reporter_id = ")
        .bind(me())
        .sql(")), ");
    relations::blocked(f, scope, as_of);
}

#[derive(Debug, Queryable)]
pub(super) struct Row {
    id: Uuid,
    project_key: String,
    number: i64,
    title: String,
    #[diesel(deserialize_as = Word<IssueType>)]
    type_: IssueType,
    #[diesel(deserialize_as = Rank<Severity>)]
    severity: Severity,
    #[diesel(deserialize_as = Rank<Priority>)]
    priority: Priority,
    story_points: Option<i16>,
    pub(super) status: IssueStatus,
    #[diesel(deserialize_as = MaybeResolution)]
    resolution: Option<Resolution>,
    reporter_id: Uuid,
    assignee_id: Option<Uuid>,
    parent_number: Option<i64>,
    label_ids: Vec<Uuid>,
    versions: (Option<Uuid>, Option<Uuid>),
    start_date: Option<NaiveDate>,
    due_date: Option<NaiveDate>,
    rank: String,
    #[diesel(deserialize_as = Json<Vec<Stay>>)]
    life: Vec<Stay>,
    version: i32,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    resolved_at: Option<DateTime<Utc>>,
    deleted_at: Option<DateTime<Utc>>,
    plan: Plan,
    /// Orders the groups; empty without.
    group: String,
}

impl Row {
    /// Where the row stands in a list of that order, which has groups or not.
    pub(super) fn position(&self, sort: Sort, groups: bool) -> Position {
        let no_points = if sort.descending { -1 } else { i16::MAX };
        let value = match sort.field {
            SortField::Updated => PositionValue::At(self.updated_at),
            SortField::Created => PositionValue::At(self.created_at),
            SortField::Priority => PositionValue::Number(i64::from(self.priority.number())),
            SortField::Severity => PositionValue::Number(i64::from(severity_number(self.severity))),
            SortField::Key => PositionValue::Number(self.number),
            SortField::Title => PositionValue::Text(self.title.clone()),
            SortField::Due => PositionValue::Day(self.due_date),
            SortField::Points => {
                PositionValue::Number(i64::from(self.story_points.unwrap_or(no_points)))
            }
            SortField::Votes => PositionValue::Number(i64::from(self.plan.votes)),
        };
        Position(value, self.id, groups.then(|| self.group.clone()))
    }
}

/// Adds the names of people, labels and versions, a statement each for the whole page.
pub(super) fn dress(conn: &mut Conn, rows: Vec<Row>, past: bool) -> Result<Vec<IssueRow>> {
    let people = rows
        .iter()
        .flat_map(|r| [Some(r.reporter_id), r.assignee_id])
        .flatten()
        .collect();
    let people = accounts::names(conn, people)?;
    let mut label_ids: Vec<Uuid> = rows
        .iter()
        .flat_map(|r| r.label_ids.iter().copied())
        .collect();
    label_ids.sort_unstable();
    label_ids.dedup();
    let labels: HashMap<Uuid, LabelRef> = if label_ids.is_empty() {
        HashMap::new()
    } else {
        label::table
            .filter(label::id.eq_any(label_ids))
            .select((label::id, label::name, label::colour))
            .load::<(Uuid, String, String)>(conn.pg())?
            .into_iter()
            .map(|(id, name, colour)| (id, LabelRef { id, name, colour }))
            .collect()
    };
    let versions = versions(conn, &rows)?;
    let version = |id: Option<Uuid>| id.and_then(|id| versions.get(&id).cloned());
    Ok(rows
        .into_iter()
        .filter_map(|r| {
            let mut named: Vec<LabelRef> = r
                .label_ids
                .iter()
                .filter_map(|id| labels.get(id).cloned())
                .collect();
            named.sort_by_key(|l| l.name.to_lowercase());
            Some(IssueRow {
                id: r.id,
                key: issue_key(&r.project_key, r.number),
                parent: r.parent_number.map(|n| issue_key(&r.project_key, n)),
                project: r.project_key,
                title: r.title,
                type_: r.type_,
                severity: r.severity,
                priority: r.priority,
                story_points: r.story_points,
                status: r.status.into(),
                resolution: r.resolution,
                // The foreign key makes sure that there is one.
                reporter: people.get(&r.reporter_id)?.clone(),
                assignee: r.assignee_id.and_then(|id| people.get(&id).cloned()),
                labels: named,
                affected_version: version(r.versions.0),
                fixed_version: version(r.versions.1),
                start_date: r.start_date,
                due_date: r.due_date,
                rank: r.rank,
                life: r.life,
                // Of today: no part of what is said of an instant of the past.
                watching: r.plan.watching && !past,
                watchers: if past { 0 } else { r.plan.watchers },
                voted: r.plan.voted && !past,
                votes: if past { 0 } else { r.plan.votes },
                sub_issues: Progress {
                    total: r.plan.sub_issues.first().copied().unwrap_or_default(),
                    done: r.plan.sub_issues.get(1).copied().unwrap_or_default(),
                },
                blocked: r.plan.blocked,
                version: r.version,
                created_at: r.created_at,
                updated_at: r.updated_at,
                resolved_at: r.resolved_at,
                deleted_at: r.deleted_at,
            })
        })
        .collect())
}

/// The names of the versions that the rows speak of.
fn versions(conn: &mut Conn, rows: &[Row]) -> Result<HashMap<Uuid, String>> {
    let mut ids: Vec<Uuid> = rows
        .iter()
        .flat_map(|r| [r.versions.0, r.versions.1])
        .flatten()
        .collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let names = project_version::table
        .filter(project_version::id.eq_any(ids))
        .select((project_version::id, project_version::name))
        .load::<(Uuid, String)>(conn.pg())?;
    Ok(names.into_iter().collect())
}

/// The number of an issue's parent, when that exists for the caller. It is of the same project; in the
/// past it may be one that has moved away since.
fn parent_number(f: &mut Fragment, scope: &Scope, as_of: Option<DateTime<Utc>>) {
    f.sql(match as_of {
        None => "(select u.number",
        Some(_) => {
            "(select coalesce((select w.number from issue_version w
                 where w.issue_id = i.parent_id and w.project_id = i.project_id and w.updated_at <= i.updated_at
                   and coalesce(w.valid_to, 'infinity') > i.updated_at limit 1),
                 case when u.project_id = i.project_id then u.number end)"
        }
    })
    .sql(" from issue u where u.id = i.parent_id and (i.project_id = any(")
    .bind(Value::Uuids(scope.all.clone()))
    .sql(") or u.reporter_id = i.reporter_id))");
}

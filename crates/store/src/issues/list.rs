//! Lists of issues: plain filters as SQL, one page at a time by keyset.

use super::groups::{Counted, Cut, needed};
use super::ordered;
use super::relation::{in_scope, not_deleted, relation, still_theirs};
use crate::access::Scope;
use crate::accounts::{self, escape_like};
use crate::columns::{IssueStatus, Json, MaybeResolution, Rank, StatusSql, Word, severity_number};
use crate::db::Conn;
use crate::error::Result;
use crate::filter_sql;
use crate::relations;
use crate::schema::{account, label};
use crate::statement::{Fragment, Value};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{
    Array, BigInt, Bool, Date, Integer, Jsonb, Nullable, SmallInt, Text, Timestamptz,
    Uuid as SqlUuid,
};
use domain::issue::{IssueRow, IssueType, Priority, Resolution, Severity, Stay};
use domain::key::{IssueRef, issue_key};
use domain::label::LabelRef;
use domain::list::{Group, GroupBy, IssueFilter, Sort, SortField, State};
use domain::page::{TOTAL_EXACT_MAX, TOTAL_EXACT_PAST_MAX, Total};
use domain::relation::Progress;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use uuid::Uuid;

/// Where a page ended: the value it was ordered by, the tie-breaker, and the group, when there are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Position(
    pub PositionValue,
    pub Uuid,
    #[serde(default)] pub Option<String>,
);

/// The value a list is ordered by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum PositionValue {
    /// An instant.
    At(DateTime<Utc>),
    /// A number.
    Number(i64),
    /// A text.
    Text(String),
    /// A day; none stands last.
    Day(Option<NaiveDate>),
}

/// What a list is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// Which issues, in which order.
    pub filter: &'a IssueFilter,
    /// As they were then; `None` for now.
    pub as_of: Option<DateTime<Utc>>,
    /// Cut into groups, which come before the order.
    pub group_by: Option<GroupBy>,
    /// Values of groups whose rows are left out; they are counted all the same.
    pub closed: &'a [String],
    /// Where the page before ended.
    pub after: Option<&'a Position>,
    /// Rows of a page.
    pub limit: i64,
}

impl<'a> Asked<'a> {
    /// The first page of now, without groups.
    #[must_use]
    pub const fn now(filter: &'a IssueFilter, limit: i64) -> Self {
        Self {
            filter,
            as_of: None,
            group_by: None,
            closed: &[],
            after: None,
            limit,
        }
    }
}

/// One page.
#[derive(Debug)]
pub struct Listed {
    /// The rows, in order.
    pub rows: Vec<IssueRow>,
    /// Where to go on; `None` at the end.
    pub next: Option<Position>,
    /// How many in all.
    pub total: Total,
    /// All groups, when asked for.
    pub groups: Option<Vec<Group>>,
}

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
        ", i.label_ids, i.due_date, i.rank, i.life, i.version, i.created_at, i.updated_at,
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

/// One page of the issues in a scope that pass a filter, now or at an instant of the past.
///
/// Runs the same few statements whatever the number of issues, people or labels.
///
/// # Errors
/// When the database is away.
pub fn list(conn: &mut Conn, scope: &Scope, asked: &Asked<'_>) -> Result<Listed> {
    let Asked {
        filter,
        as_of,
        limit,
        ..
    } = *asked;
    let named = Named::look_up(conn, scope, filter, as_of)?;
    let matching = matching(scope, filter, as_of, &named);
    let one_project = scope.all.len() + scope.own.len() == 1;
    let cut = asked.group_by.map(|by| Cut::new(by, one_project));

    // What is counted joins only what the filter names: it may be many rows.
    let mut joins = Fragment::default();
    if names_a_status(filter) {
        joins.sql(" join status s on s.id = i.status_id");
    }
    if names_a_project(filter) {
        joins.sql(" join project p on p.id = i.project_id");
    }
    let counted = match cut {
        Some(cut) => Some(cut.count(conn, as_of, &joins, &matching)?),
        None => None,
    };
    let mut rows: Vec<Row> = match (as_of, cut, &counted) {
        (None, Some(cut), Some(counted)) => {
            rows_of_groups(conn, scope, asked, cut, counted, &named, &matching)?
        }
        (None, ..) => page_of_now(scope, asked, cut, &named, &matching)
            .query::<RowSql>()
            .load(conn.pg())?,
        (Some(_), ..) => page_of_then(scope, asked, cut, &matching)
            .query::<RowSql>()
            .load(conn.pg())?,
    };
    let total = match (cut, &counted) {
        (Some(cut), Some(counted)) if cut.adds_up() => Total::capped_at(
            most_counted(as_of),
            counted.iter().map(|c| c.group.count).sum(),
        ),
        _ => count(conn, as_of, &joins, &matching)?,
    };

    let page_size = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > page_size;
    rows.truncate(page_size);
    let next = more
        .then(|| rows.last().map(|r| position_of(filter.sort, cut, r)))
        .flatten();
    Ok(Listed {
        rows: dress(conn, rows, as_of.is_some())?,
        next,
        total,
        groups: counted.map(|counted| counted.into_iter().map(|c| c.group).collect()),
    })
}

/// Up to where a total is exact.
const fn most_counted(as_of: Option<DateTime<Utc>>) -> i64 {
    match as_of {
        None => TOTAL_EXACT_MAX,
        Some(_) => TOTAL_EXACT_PAST_MAX,
    }
}

/// How many issues match. Those of the past are met soonest where a page finds them, going back from
/// the instant.
fn count(
    conn: &mut Conn,
    as_of: Option<DateTime<Utc>>,
    joins: &Fragment,
    matching: &Fragment,
) -> Result<Total> {
    let max = most_counted(as_of);
    let mut f = Fragment::default();
    f.sql("select count(*) from (select 1 from ");
    relation(&mut f, as_of);
    f.append(joins).sql(" where ").append(matching);
    if as_of.is_some() {
        f.sql(" order by i.updated_at desc");
    }
    f.sql(" limit ").number(max + 1).sql(") counted");
    let count: i64 = f.query::<BigInt>().get_result(conn.pg())?;
    Ok(Total::capped_at(max, count))
}

const JOINS: &str = " join status s on s.id = i.status_id join project p on p.id = i.project_id";

/// Most groups that a page is put together from one by one; with more they are small.
const GROUPS_MAX: usize = 8;
/// Issues above which a group is read in the order of an index.
const GROUP_LARGE: i64 = 1_000;

/// The rows of a page with groups: those of the groups that it shows, and no others.
fn rows_of_groups(
    conn: &mut Conn,
    scope: &Scope,
    asked: &Asked<'_>,
    cut: Cut,
    counted: &[Counted],
    named: &Named,
    matching: &Fragment,
) -> Result<Vec<Row>> {
    let began = asked.after.and_then(|position| position.2.as_deref());
    let needed = needed(counted, asked.closed, began, asked.limit + 1);
    if needed.groups.is_empty() {
        return Ok(Vec::new());
    }
    if needed.groups.len() <= GROUPS_MAX {
        let rows: Vec<Row> = page_of_groups(scope, asked, cut, &needed.groups, named, matching)
            .query::<RowSql>()
            .load(conn.pg())?;
        let full = i64::try_from(rows.len()).is_ok_and(|rows| rows > asked.limit);
        if full || !needed.cut_short {
            return Ok(rows);
        }
        // A group has shrunk since it was counted, so the next ones are needed too.
    }
    let page = page_of_now(scope, asked, Some(cut), named, matching);
    Ok(page.query::<RowSql>().load(conn.pg())?)
}

/// The page from its groups, each in its own order.
fn page_of_groups(
    scope: &Scope,
    asked: &Asked<'_>,
    cut: Cut,
    groups: &[&Counted],
    named: &Named,
    matching: &Fragment,
) -> Fragment {
    let sort = asked.filter.sort;
    let rows = asked.limit + 1;
    let mut f = Fragment::default();
    shown(&mut f, scope, true);
    f.sql("(");
    for (n, group) in groups.iter().enumerate() {
        let after = asked
            .after
            .filter(|position| position.2.as_deref() == Some(group.key.as_str()));
        let mut member = Fragment::default();
        cut.member(&mut member, scope, group);
        f.sql(if n == 0 {
            "(select b.id, b.k, "
        } else {
            " union all (select b.id, b.k, "
        })
        .bind(Value::Text(group.key.clone()))
        .sql(" as g from ");
        if group.group.count > GROUP_LARGE && ordered::serves(scope, asked.filter) {
            let these = ordered::Which {
                filter: asked.filter,
                named,
                and: &member,
            };
            ordered::page(&mut f, scope, these, after, rows);
        } else {
            f.sql("(select i.id, ")
                .sql(order_column(sort))
                .sql(" as k from issue i");
            f.sql(JOINS).sql(" where ").append(matching).append(&member);
            if let Some(position) = after {
                f.sql(" and ");
                beyond_in_order(&mut f, sort, order_column(sort), position);
            }
            order(&mut f, sort, None);
            f.sql(" limit ").number(rows).sql(")");
        }
        f.sql(" b)");
    }
    f.sql(") page");
    in_their_order(&mut f, sort, true);
    f.sql(" limit ").number(rows);
    f
}

/// The page's rows, found by their ids first: what is shown of an issue is read for those alone.
fn page_of_now(
    scope: &Scope,
    asked: &Asked<'_>,
    cut: Option<Cut>,
    named: &Named,
    matching: &Fragment,
) -> Fragment {
    let sort = asked.filter.sort;
    let mut f = Fragment::default();
    shown(&mut f, scope, cut.is_some());
    if cut.is_none() && ordered::serves(scope, asked.filter) {
        let nothing = Fragment::default();
        let these = ordered::Which {
            filter: asked.filter,
            named,
            and: &nothing,
        };
        ordered::page(&mut f, scope, these, asked.after, asked.limit + 1);
    } else {
        f.sql("(select i.id, ").sql(order_column(sort)).sql(" as k");
        if let Some(cut) = cut {
            f.sql(", (").sql(cut.key).sql(r#") collate "C" as g"#);
        }
        f.sql(" from issue i");
        rest_of_page(&mut f, asked, cut, matching);
        f.sql(")");
    }
    f.sql(" page");
    in_their_order(&mut f, sort, cut.is_some());
    f
}

/// Adds what is shown of the issues of a relation `page`.
fn shown(f: &mut Fragment, scope: &Scope, groups: bool) {
    f.sql("select ");
    columns(f, scope, None);
    f.sql(if groups { ", page.g" } else { ", ''" })
        .sql(" from ");
}

/// Adds the issues to that relation, and its order: groups, what the list is ordered by, the id.
fn in_their_order(f: &mut Fragment, sort: Sort, groups: bool) {
    let direction = ordered::direction(sort);
    f.sql(" join issue i on i.id = page.id")
        .sql(JOINS)
        .sql(" order by ")
        .sql(if groups {
            r#"page.g collate "C", "#
        } else {
            ""
        })
        .sql("page.k")
        .sql(direction)
        .sql(", page.id")
        .sql(direction);
}

/// The same as of an instant: a version is no row that could be found again by the issue's id.
fn page_of_then(
    scope: &Scope,
    asked: &Asked<'_>,
    cut: Option<Cut>,
    matching: &Fragment,
) -> Fragment {
    let mut f = Fragment::default();
    f.sql("select ");
    columns(&mut f, scope, asked.as_of);
    f.sql(", ")
        .sql(cut.map_or("''", |cut| cut.key))
        .sql(" from ");
    relation(&mut f, asked.as_of);
    rest_of_page(&mut f, asked, cut, matching);
    f
}

/// What follows the relation: joins, condition, order and bound.
fn rest_of_page(f: &mut Fragment, asked: &Asked<'_>, cut: Option<Cut>, matching: &Fragment) {
    let sort = asked.filter.sort;
    f.sql(JOINS)
        .sql(cut.map_or("", |cut| cut.joins))
        .sql(" where ")
        .append(matching);
    if let Some(cut) = cut.filter(|_| !asked.closed.is_empty()) {
        f.sql(" and not ((")
            .sql(cut.value)
            .sql(") = any(")
            .bind(texts(asked.closed))
            .sql("))");
    }
    if let Some(position) = asked.after {
        beyond(f, sort, cut, position);
    }
    order(f, sort, cut);
    f.sql(" limit ").number(asked.limit + 1);
}

/// Adds the names of people and labels, two statements for the whole page.
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

/// Ids behind the names in a filter. A name that does not exist matches nothing.
pub(super) struct Named {
    assignees: Vec<Uuid>,
    unassigned: bool,
    reporters: Vec<Uuid>,
    labels: Vec<Uuid>,
    unlabelled: bool,
    q: Option<Fragment>,
}

impl Named {
    pub(super) fn look_up(
        conn: &mut Conn,
        scope: &Scope,
        filter: &IssueFilter,
        as_of: Option<DateTime<Utc>>,
    ) -> Result<Self> {
        let people = |conn: &mut Conn, words: &[String]| -> Result<Vec<Uuid>> {
            let names: Vec<String> = words.iter().map(|w| w.to_lowercase()).collect();
            let mut ids: Vec<Uuid> = if names.iter().all(|n| n == "@me" || n == "none") {
                Vec::new()
            } else {
                account::table
                    .filter(sql::<Text>("lower(username)").eq_any(&names))
                    .select(account::id)
                    .load(conn.pg())?
            };
            if names.iter().any(|n| n == "@me") {
                ids.push(scope.me);
            }
            Ok(ids)
        };
        let labels = if filter.label.is_empty() {
            Vec::new()
        } else {
            let names: Vec<String> = filter.label.iter().map(|l| l.to_lowercase()).collect();
            let projects: Vec<Uuid> = scope.all.iter().chain(&scope.own).copied().collect();
            label::table
                .filter(label::project_id.eq_any(projects))
                .filter(sql::<Text>("lower(name)").eq_any(names))
                .select(label::id)
                .load(conn.pg())?
        };
        Ok(Self {
            assignees: people(conn, &filter.assignee)?,
            unassigned: filter.assignee.iter().any(|a| a == "none"),
            reporters: people(conn, &filter.reporter)?,
            labels,
            unlabelled: filter.label.iter().any(|l| l == "none"),
            q: match filter.q.as_ref().and_then(|q| q.expr.as_ref()) {
                Some(expr) => Some(filter_sql::condition(conn, scope, expr, as_of)?),
                None => None,
            },
        })
    }
}

fn texts<T: std::fmt::Display>(words: &[T]) -> Value {
    Value::Texts(words.iter().map(ToString::to_string).collect())
}

/// The condition: what exists for the caller, and what they ask for.
pub(super) fn matching(
    scope: &Scope,
    filter: &IssueFilter,
    as_of: Option<DateTime<Utc>>,
    named: &Named,
) -> Fragment {
    let mut f = Fragment::default();
    in_scope(&mut f, scope);
    wanted(&mut f, scope, filter, as_of, named);
    f
}

/// Adds what they ask for, of what exists for them.
pub(super) fn wanted(
    f: &mut Fragment,
    scope: &Scope,
    filter: &IssueFilter,
    as_of: Option<DateTime<Utc>>,
    named: &Named,
) {
    if filter.deleted {
        f.sql(" and i.deleted_at is not null and i.project_id = any(")
            .bind(Value::Uuids(scope.leads.clone()))
            .sql(")");
    } else {
        not_deleted(f, scope, as_of);
    }
    still_theirs(f, scope, as_of);
    match filter.state {
        Some(State::Open) => f.sql(" and i.resolved_at is null"),
        Some(State::Closed) => f.sql(" and i.resolved_at is not null"),
        Some(State::All) | None => &mut *f,
    };
    let mut any_of = |column: &'static str, given: bool, values: Value| {
        if given {
            f.sql(column).bind(values).sql(")");
        }
    };
    any_of(
        " and s.slug = any(",
        !filter.status.is_empty(),
        texts(&filter.status),
    );
    any_of(
        " and s.category = any(",
        !filter.category.is_empty(),
        texts(&filter.category),
    );
    any_of(
        " and i.type = any(",
        !filter.type_.is_empty(),
        texts(&filter.type_),
    );
    let severities = filter
        .severity
        .iter()
        .map(|s| severity_number(*s))
        .collect();
    any_of(
        " and i.severity = any(",
        !filter.severity.is_empty(),
        Value::Smalls(severities),
    );
    let priorities = filter.priority.iter().map(|p| p.number()).collect();
    any_of(
        " and i.priority = any(",
        !filter.priority.is_empty(),
        Value::Smalls(priorities),
    );
    any_of(
        " and i.resolution = any(",
        !filter.resolution.is_empty(),
        texts(&filter.resolution),
    );
    any_of(
        " and i.reporter_id = any(",
        !filter.reporter.is_empty(),
        Value::Uuids(named.reporters.clone()),
    );
    // One person is compared, so that their index is read in the order of the list.
    if let ([one], false) = (named.assignees.as_slice(), named.unassigned) {
        f.sql(" and i.assignee_id = ").bind(Value::Uuid(*one));
    } else if !filter.assignee.is_empty() {
        f.sql(if named.unassigned {
            " and (i.assignee_id is null or"
        } else {
            " and (false or"
        })
        .sql(" i.assignee_id = any(")
        .bind(Value::Uuids(named.assignees.clone()))
        .sql("))");
    }
    if !filter.label.is_empty() {
        f.sql(if named.unlabelled {
            " and (cardinality(i.label_ids) = 0 or"
        } else {
            " and (false or"
        })
        .sql(" i.label_ids && ")
        .bind(Value::Uuids(named.labels.clone()))
        .sql(")");
    }
    if let Some(text) = &filter.text {
        matches_text(f, text);
    }
    if let Some(q) = &named.q {
        f.sql(" and (").append(q).sql(")");
    }
}

/// Whether the condition speaks of the status's row.
fn names_a_status(filter: &IssueFilter) -> bool {
    !filter.status.is_empty() || !filter.category.is_empty()
}

/// Whether the condition speaks of the project's row.
fn names_a_project(filter: &IssueFilter) -> bool {
    let text = filter.text.as_deref().unwrap_or_default();
    matches!(text.parse(), Ok(IssueRef::Key { .. }))
}

fn matches_text(f: &mut Fragment, text: &str) {
    f.sql(" and (i.title ilike ")
        .bind(Value::Text(format!("%{}%", escape_like(text))));
    if let Ok(IssueRef::Key { project, number }) = text.parse() {
        f.sql(" or (p.key = ")
            .bind(Value::Text(project))
            .sql(" and i.number = ")
            .bind(Value::Big(number))
            .sql(")");
    } else if let Ok(number) = text.trim_start_matches('#').parse() {
        f.sql(" or i.number = ").bind(Value::Big(number));
    }
    f.sql(")");
}

/// What is not set stands last in both directions.
pub(super) const fn order_column(sort: Sort) -> &'static str {
    match sort.field {
        SortField::Updated => "i.updated_at",
        SortField::Created => "i.created_at",
        SortField::Priority => "i.priority",
        SortField::Severity => "i.severity",
        SortField::Key => "i.number",
        SortField::Title => "lower(i.title)",
        SortField::Due if sort.descending => "coalesce(i.due_date, '-infinity'::date)",
        SortField::Due => "coalesce(i.due_date, 'infinity'::date)",
        SortField::Points if sort.descending => "coalesce(i.story_points, (-1)::smallint)",
        SortField::Points => "coalesce(i.story_points, 32767::smallint)",
        SortField::Votes => "i.votes",
    }
}

fn order(f: &mut Fragment, sort: Sort, cut: Option<Cut>) {
    let direction = if sort.descending { " desc" } else { " asc" };
    f.sql(" order by ");
    if let Some(cut) = cut {
        f.sql("(").sql(cut.key).sql(r#") collate "C", "#);
    }
    f.sql(order_column(sort))
        .sql(direction)
        .sql(", i.id")
        .sql(direction);
}

fn position_of(sort: Sort, cut: Option<Cut>, row: &Row) -> Position {
    let no_points = if sort.descending { -1 } else { i16::MAX };
    let value = match sort.field {
        SortField::Updated => PositionValue::At(row.updated_at),
        SortField::Created => PositionValue::At(row.created_at),
        SortField::Priority => PositionValue::Number(i64::from(row.priority.number())),
        SortField::Severity => PositionValue::Number(i64::from(severity_number(row.severity))),
        SortField::Key => PositionValue::Number(row.number),
        SortField::Title => PositionValue::Text(row.title.clone()),
        SortField::Due => PositionValue::Day(row.due_date),
        SortField::Points => {
            PositionValue::Number(i64::from(row.story_points.unwrap_or(no_points)))
        }
        SortField::Votes => PositionValue::Number(i64::from(row.plan.votes)),
    };
    Position(value, row.id, cut.map(|_| row.group.clone()))
}

/// Everything after a position, as a comparison of rows: the form in which an index is entered at
/// the right place.
fn beyond(f: &mut Fragment, sort: Sort, cut: Option<Cut>, position: &Position) {
    let Some((cut, Position(_, _, Some(group)))) = cut.map(|cut| (cut, position)) else {
        f.sql(" and ");
        return beyond_in_order(f, sort, order_column(sort), position);
    };
    let group = || Value::Text(group.clone());
    f.sql(" and ((").sql(cut.key).sql(r#") collate "C" > "#);
    f.bind(group())
        .sql(" or ((")
        .sql(cut.key)
        .sql(r#") collate "C" = "#);
    f.bind(group()).sql(" and ");
    beyond_in_order(f, sort, order_column(sort), position);
    f.sql("))");
}

/// The same without groups, where `key` is what the list is ordered by.
pub(super) fn beyond_in_order(
    f: &mut Fragment,
    sort: Sort,
    key: &'static str,
    position: &Position,
) {
    let than = if sort.descending {
        ", i.id) < ("
    } else {
        ", i.id) > ("
    };
    f.sql("(").sql(key).sql(than);
    let Position(value, id, _) = position.clone();
    let small = matches!(
        sort.field,
        SortField::Priority | SortField::Severity | SortField::Points
    );
    match value {
        PositionValue::At(at) => f.bind(Value::At(at)),
        PositionValue::Number(number) if small => {
            f.bind(Value::Small(i16::try_from(number).unwrap_or(i16::MAX)))
        }
        PositionValue::Number(number) => f.bind(Value::Big(number)),
        PositionValue::Text(text) => f.sql("lower(").bind(Value::Text(text)).sql(")"),
        PositionValue::Day(Some(day)) => f.bind(Value::Day(day)),
        PositionValue::Day(None) if sort.descending => f.sql("'-infinity'::date"),
        PositionValue::Day(None) => f.sql("'infinity'::date"),
    };
    f.sql(", ").bind(Value::Uuid(id)).sql(")");
}

impl Position {
    /// Whether this position can be one of a list in that order: a cursor of another list is not.
    #[must_use]
    pub fn fits(&self, field: SortField, group_by: Option<GroupBy>) -> bool {
        self.2.is_some() == group_by.is_some()
            && matches!(
                (field, &self.0),
                (
                    SortField::Updated | SortField::Created,
                    PositionValue::At(_)
                ) | (
                    SortField::Priority
                        | SortField::Severity
                        | SortField::Key
                        | SortField::Points
                        | SortField::Votes,
                    PositionValue::Number(_)
                ) | (SortField::Title, PositionValue::Text(_))
                    | (SortField::Due, PositionValue::Day(_))
            )
    }
}

//! The feed of what happened, newest first, however long the log is.
//!
//! Every step of it is an index entered at the right place and left after a page: first the newest entry
//! of each project (or, where only one's own issues exist, of each of these), then a page of those that
//! have the newest, then what came along with issues that moved there since. So it costs what is shown,
//! not what ever happened.

use crate::access::Scope;
use crate::db::Conn;
use crate::error::Result;
use crate::events::other_issue;
use crate::history::{Fact, FactSql, other_exists};
use chrono::{DateTime, Utc};
use diesel::RunQueryDsl;
use diesel::sql_types::{Array, BigInt, Nullable, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

/// Up to so many own issues are looked at one by one; beyond, one walks the projects' feeds for them.
const OWN_MAX: i64 = 2_000;

/// What is told of an event `$e` of the issue `i` in the feed, but for what the index finds by.
macro_rules! is_told {
    ($e:literal) => {
        concat!(
            "not ",
            $e,
            ".signal and ",
            $e,
            ".field is distinct from 'rank'
             and (not ",
            $e,
            ".internal or i.project_id = any({staff}))
             and ({before_at}::timestamptz is null or (",
            $e,
            ".at, ",
            $e,
            ".id) < ({before_at}, {before_id}))
             and ",
            other_exists!($e)
        )
    };
}

macro_rules! shown {
    ($from:literal) => {
        concat!(
            "select e.id, e.kind, p.key, i.number, e.actor_id, e.on_behalf_of_id, e.field, e.old, e.new, e.version, e.at
             from (", $from, ") e
             cross join lateral (select x.number, x.project_id from issue x where x.id = e.issue_id offset 0) i
             join project p on p.id = i.project_id
             order by e.at desc, e.id desc limit {limit}"
        )
    };
}

/// The issue of the event `h`, when it is in the project `$project` and exists. Fenced (`offset 0`): the
/// events come first, in their order, and the issue of each is looked up; never the other way round.
macro_rules! issue_of {
    ($project:literal) => {
        concat!(
            "cross join lateral (
                 select x.project_id from issue x
                 where x.id = h.issue_id and x.project_id = ",
            $project,
            " and x.deleted_at is null
                   and ({reporter}::uuid is null or x.reporter_id = {reporter})
                 offset 0
             ) i"
        )
    };
}

/// The feed of projects. `$by` is the condition on who did it, in the form that its index wants.
macro_rules! of_projects {
    ($by:literal) => {
        concat!(
            "with heads as (
                 select s.project_id from unnest({projects}) as s(project_id)
                 cross join lateral (
                     select h.at from event h ", issue_of!("s.project_id"), "
                     where h.project_id = s.project_id ", $by, " and ", is_told!("h"), "
                     order by h.at desc, h.id desc limit 1
                 ) newest
                 order by newest.at desc limit 101
             ), near as (
                 select n.* from heads
                 cross join lateral (
                     select h.* from event h ", issue_of!("heads.project_id"), "
                     where h.project_id = heads.project_id ", $by, " and ", is_told!("h"), "
                     order by h.at desc, h.id desc limit 101
                 ) n
                 order by n.at desc, n.id desc limit 101
             ), since as (
                 select case when count(*) < 101 then '-infinity' else min(at) end as at from near
             ), moved as (
                 select h.* from (
                     select distinct f.issue_id from former_key f where f.at >= (select at from since)
                 ) m
                 cross join lateral (
                     select x.id, x.project_id from issue x
                     where x.id = m.issue_id and x.project_id = any({projects}) and x.deleted_at is null
                       and ({reporter}::uuid is null or x.reporter_id = {reporter})
                     offset 0
                 ) i
                 cross join lateral (
                     select h.* from event h
                     where h.issue_id = i.id and h.project_id <> i.project_id and h.at >= (select at from since) ", $by, "
                       and ", is_told!("h"), "
                     order by h.at desc, h.id desc limit 101
                 ) h
             ) ",
            shown!("select * from near union all select * from moved")
        )
    };
}

statement! {
    /// What happened in projects.
    OfProjects {
        projects: Vec<Uuid> => Array<SqlUuid>,
        reporter: Option<Uuid> => Nullable<SqlUuid>,
        all: Vec<Uuid> => Array<SqlUuid>,
        own: Vec<Uuid> => Array<SqlUuid>,
        staff: Vec<Uuid> => Array<SqlUuid>,
        me: Uuid => SqlUuid,
        before_at: Option<DateTime<Utc>> => Nullable<Timestamptz>,
        before_id: Option<Uuid> => Nullable<SqlUuid>,
        limit: i64 => BigInt,
    } -> FactSql : of_projects!("")
}

statement! {
    /// What one account did in projects.
    OfProjectsBy {
        projects: Vec<Uuid> => Array<SqlUuid>,
        reporter: Option<Uuid> => Nullable<SqlUuid>,
        by: Uuid => SqlUuid,
        all: Vec<Uuid> => Array<SqlUuid>,
        own: Vec<Uuid> => Array<SqlUuid>,
        staff: Vec<Uuid> => Array<SqlUuid>,
        me: Uuid => SqlUuid,
        before_at: Option<DateTime<Utc>> => Nullable<Timestamptz>,
        before_id: Option<Uuid> => Nullable<SqlUuid>,
        limit: i64 => BigInt,
    } -> FactSql : of_projects!("and h.actor_id = {by}")
}

statement! {
    /// What happened around some issues.
    OfIssues {
        issues: Vec<Uuid> => Array<SqlUuid>,
        by: Option<Uuid> => Nullable<SqlUuid>,
        all: Vec<Uuid> => Array<SqlUuid>,
        own: Vec<Uuid> => Array<SqlUuid>,
        staff: Vec<Uuid> => Array<SqlUuid>,
        me: Uuid => SqlUuid,
        before_at: Option<DateTime<Utc>> => Nullable<Timestamptz>,
        before_id: Option<Uuid> => Nullable<SqlUuid>,
        limit: i64 => BigInt,
    } -> FactSql :
    concat!(
        "with heads as (
             select i.id from issue i
             cross join lateral (
                 select h.at from event h
                 where h.issue_id = i.id and ({by}::uuid is null or h.actor_id = {by}) and ", is_told!("h"), "
                 order by h.at desc, h.id desc limit 1
             ) newest
             where i.id = any({issues})
             order by newest.at desc limit 101
         ), near as (
             select h.* from heads join issue i on i.id = heads.id
             cross join lateral (
                 select h.* from event h
                 where h.issue_id = i.id and ({by}::uuid is null or h.actor_id = {by}) and ", is_told!("h"), "
                 order by h.at desc, h.id desc limit 101
             ) h
         ) ",
        shown!("select * from near"))
}

statement! {
    /// Somebody's own issues in projects where nothing else exists for them.
    OwnIssues { projects: Vec<Uuid> => Array<SqlUuid>, me: Uuid => SqlUuid, limit: i64 => BigInt } -> SqlUuid :
    "select id from issue where project_id = any({projects}) and reporter_id = {me} and deleted_at is null limit {limit}"
}

/// Which entries of a feed are wanted.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// Only what that account did.
    pub by: Option<Uuid>,
    /// Only what stands after that position, which is older.
    pub before: Option<(DateTime<Utc>, Uuid)>,
    /// At most so many, up to 101.
    pub limit: i64,
}

/// One page of what happened in the projects of a scope, newest first.
///
/// # Errors
/// When the database is away.
pub fn page(conn: &mut Conn, scope: &Scope, wanted: Wanted) -> Result<Vec<Fact>> {
    let mut facts = of_projects(conn, scope, wanted, &scope.all, None)?;
    if !scope.own.is_empty() {
        let statement = OwnIssues {
            projects: scope.own.clone(),
            me: scope.me,
            limit: OWN_MAX + 1,
        };
        let own: Vec<Uuid> = statement.load(conn.pg())?;
        let few = i64::try_from(own.len()).is_ok_and(|count| count <= OWN_MAX);
        facts.extend(match few {
            true => of_issues(conn, scope, wanted, own)?,
            false => of_projects(conn, scope, wanted, &scope.own, Some(scope.me))?,
        });
        facts.sort_by_key(|fact| std::cmp::Reverse((fact.at, fact.id)));
        facts.truncate(usize::try_from(wanted.limit).unwrap_or(usize::MAX));
    }
    Ok(facts)
}

fn of_projects(
    conn: &mut Conn,
    scope: &Scope,
    wanted: Wanted,
    projects: &[Uuid],
    reporter: Option<Uuid>,
) -> Result<Vec<Fact>> {
    if projects.is_empty() {
        return Ok(Vec::new());
    }
    let Wanted { by, before, limit } = wanted;
    let (before_at, before_id) = (before.map(|b| b.0), before.map(|b| b.1));
    let facts = match by {
        None => OfProjects {
            projects: projects.to_vec(),
            reporter,
            all: scope.all.clone(),
            own: scope.own.clone(),
            staff: scope.staff.clone(),
            me: scope.me,
            before_at,
            before_id,
            limit,
        }
        .load(conn.pg())?,
        Some(by) => OfProjectsBy {
            projects: projects.to_vec(),
            reporter,
            by,
            all: scope.all.clone(),
            own: scope.own.clone(),
            staff: scope.staff.clone(),
            me: scope.me,
            before_at,
            before_id,
            limit,
        }
        .load(conn.pg())?,
    };
    Ok(facts)
}

fn of_issues(
    conn: &mut Conn,
    scope: &Scope,
    wanted: Wanted,
    issues: Vec<Uuid>,
) -> Result<Vec<Fact>> {
    if issues.is_empty() {
        return Ok(Vec::new());
    }
    let statement = OfIssues {
        issues,
        by: wanted.by,
        all: scope.all.clone(),
        own: scope.own.clone(),
        staff: scope.staff.clone(),
        me: scope.me,
        before_at: wanted.before.map(|b| b.0),
        before_id: wanted.before.map(|b| b.1),
        limit: wanted.limit,
    };
    Ok(statement.load(conn.pg())?)
}

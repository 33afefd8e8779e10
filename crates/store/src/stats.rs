//! The daily rollup: recomputed from the tables, so that running it twice changes nothing.

use crate::access::{Scope, stored};
use crate::db::{Conn, Tx};
use crate::error::Result;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::RunQueryDsl;
use diesel::sql_types::{Array, BigInt, Bool, Date, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use domain::stats::{DailyStat, DailyStats};
use uuid::Uuid;

/// Figures of each day and status, from the versions of issues.
///
/// The count at a day's end is a running sum of what entered and left until then, so the work grows
/// with the number of versions and not with that of days times versions. Versions that ended before
/// the first day cancel out; the others that began before it enter on it. Versions are never
/// rewritten, so a past day always comes out the same.
macro_rules! figures {
    ($versions:literal) => {
        concat!(
            "day as (
                 select d::date as day,
                        least((d + interval '1 day')::timestamp at time zone 'UTC', {at}::timestamptz) as until
                 from generate_series({from}::timestamp,
                                      least({to}::timestamp, {at}::timestamptz at time zone 'UTC'),
                                      interval '1 day') d
             ), moved as (
                 select greatest(m.day, {from}) as day, m.status_id, sum(m.n) as n
                 from (
                     select (v.valid_from at time zone 'UTC')::date as day, v.status_id, 1 as n
                     from ", $versions, " v
                     where v.deleted_at is null and v.valid_from < {at}::timestamptz
                       and (v.valid_to is null or v.valid_to >= {from}::timestamp at time zone 'UTC')
                     union all
                     select (v.valid_to at time zone 'UTC')::date, v.status_id, -1
                     from ", $versions, " v
                     where v.deleted_at is null and v.valid_to < {at}::timestamptz
                       and v.valid_to >= {from}::timestamp at time zone 'UTC'
                 ) m
                 group by 1, 2
             ), made as (
                 select (v.created_at at time zone 'UTC')::date as day, v.status_id, count(*) as n
                 from ", $versions, " v
                 where v.version = 1 and v.created_at >= {from}::timestamp at time zone 'UTC'
                 group by 1, 2
             ), closed as (
                 select (v.resolved_at at time zone 'UTC')::date as day, v.status_id, count(*) as n
                 from ", $versions, " v
                 where v.resolved_at = v.valid_from and v.resolved_at >= {from}::timestamp at time zone 'UTC'
                 group by 1, 2
             ), figures as (
                 select day.day, day.until, s.project_id, s.id as status_id,
                        (sum(coalesce(moved.n, 0)) over (partition by s.project_id, s.id order by day.day))::bigint as count,
                        coalesce(made.n, 0) as created, coalesce(closed.n, 0) as resolved
                 from day
                 cross join status s
                 left join moved on moved.day = day.day and moved.status_id = s.id
                 left join made on made.day = day.day and made.status_id = s.id
                 left join closed on closed.day = day.day and closed.status_id = s.id
                 -- A removed status keeps its days until then.
                 where s.removed_at is null or day.day <= (s.removed_at at time zone 'UTC')::date
             )"
        )
    };
}

statement! {
    /// Recomputes the days from one to another for every status of every project, also at 0.
    Recompute { from: NaiveDate => Date, to: NaiveDate => Date, at: DateTime<Utc> => Timestamptz } -> Bool :
    concat!("with ", figures!("issue_version"), "
     insert into daily_stat (day, project_id, status_id, count, created, resolved)
     select f.day, f.project_id, f.status_id, f.count, f.created, f.resolved
     from figures f join project p on p.id = f.project_id and p.created_at < f.until
     on conflict (project_id, day, status_id) do update
         set count = excluded.count, created = excluded.created, resolved = excluded.resolved
         where (daily_stat.count, daily_stat.created, daily_stat.resolved)
             is distinct from (excluded.count, excluded.created, excluded.resolved)
     returning true")
}

statement! {
    /// The first day that still has to be computed: the last one that was (it was not over), or the
    /// day of the first project.
    FirstOpenDay {} -> Nullable<Date> :
    "select coalesce((select max(day) from daily_stat),
                     (select min(created_at at time zone 'UTC')::date from project))"
}

/// Brings `daily_stat` up to date: every day since the last run, and today as it is now. Gives the
/// number of rows that are new or differ from what they were.
///
/// # Errors
/// When the database is away.
pub fn recompute(tx: &mut Tx<'_>) -> Result<usize> {
    let now = tx.now()?;
    let today = now.date_naive();
    let first: Option<NaiveDate> = FirstOpenDay {}.get_result(tx.pg())?;
    let Some(from) = first else {
        return Ok(0);
    };
    recompute_from(tx, from.min(today), now)
}

/// The same from a given day, for history that came in late (demo data, imports).
///
/// # Errors
/// When the database is away.
pub fn recompute_from(tx: &mut Tx<'_>, from: NaiveDate, now: DateTime<Utc>) -> Result<usize> {
    let rows: Vec<bool> = Recompute {
        from,
        to: now.date_naive(),
        at: now,
    }
    .load(tx.writing(false)?)?;
    Ok(rows.len())
}

statement! {
    /// Rows of the rollup for whole projects.
    DailyOf { projects: Vec<Uuid> => Array<SqlUuid>, from: NaiveDate => Date, to: NaiveDate => Date }
    -> (Date, Text, Text, Text, Text, BigInt, BigInt, BigInt) :
    "select d.day, p.key, s.slug, s.name, s.category, d.count, d.created, d.resolved
     from daily_stat d join project p on p.id = d.project_id join status s on s.id = d.status_id
     where d.project_id = any({projects}) and d.day between {from} and {to}
     order by d.day, p.key, s.position"
}

statement! {
    /// The same figures for somebody to whom only their own issues exist: counted from the versions
    /// of those, because the rollup would tell of the others.
    DailyOfOwn {
        projects: Vec<Uuid> => Array<SqlUuid>, me: Uuid => SqlUuid,
        from: NaiveDate => Date, to: NaiveDate => Date, at: DateTime<Utc> => Timestamptz
    } -> (Date, Text, Text, Text, Text, BigInt, BigInt, BigInt) :
    concat!("with mine as materialized (
         select v.status_id, v.version, v.deleted_at, v.created_at, v.resolved_at, v.valid_from, v.valid_to
         from issue i join issue_version v on v.issue_id = i.id
         where i.reporter_id = {me} and i.project_id = any({projects})
     ), ", figures!("mine"), "
     select f.day, p.key, s.slug, s.name, s.category, f.count, f.created, f.resolved
     from figures f
     join status s on s.id = f.status_id
     join project p on p.id = f.project_id and p.created_at < f.until
     where f.project_id = any({projects})
     order by f.day, p.key, s.position")
}

statement! {
    /// When the rollup last ran.
    LastRollup {} -> Nullable<Timestamptz> :
    "select (select last_finished_at from job where name = 'rollup')"
}

/// The rollup of a scope from one day to another, both included.
///
/// # Errors
/// When the database is away.
pub fn daily(conn: &mut Conn, scope: &Scope, from: NaiveDate, to: NaiveDate) -> Result<DailyStats> {
    type Row = (NaiveDate, String, String, String, String, i64, i64, i64);
    let mut rows: Vec<Row> = DailyOf {
        projects: scope.all.clone(),
        from,
        to,
    }
    .load(conn.pg())?;
    if !scope.own.is_empty() {
        let at = conn.now()?;
        let own: Vec<Row> = DailyOfOwn {
            projects: scope.own.clone(),
            me: scope.me,
            from,
            to,
            at,
        }
        .load(conn.pg())?;
        rows.extend(own);
        rows.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    }
    let items = rows
        .into_iter()
        .map(
            |(day, project, status, name, category, count, created, resolved)| {
                Ok(DailyStat {
                    day,
                    project,
                    status,
                    name,
                    category: stored(&category)?,
                    count,
                    created,
                    resolved,
                })
            },
        )
        .collect::<Result<Vec<_>>>()?;
    let computed_at = LastRollup {}.get_result(conn.pg())?;
    Ok(DailyStats { items, computed_at })
}

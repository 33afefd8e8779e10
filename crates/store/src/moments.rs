//! When something happened, for a strip to travel along: read from the log, only what may be told.

use crate::access::Scope;
use crate::db::Conn;
use crate::error::Result;
use crate::relations::in_scope;
use crate::statement::{Fragment, Value};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Date, Nullable, Timestamptz};
use domain::insights::{Changes, DayChanges, MOMENTS_MAX};
use uuid::Uuid;

/// Which changes.
#[derive(Debug, Clone, Copy)]
pub struct Strip<'a> {
    /// Of the issues that exist for somebody.
    pub scope: &'a Scope,
    /// Of that issue alone.
    pub issue: Option<Uuid>,
    /// From then on.
    pub from: DateTime<Utc>,
    /// Up to then, itself included.
    pub to: DateTime<Utc>,
}

/// Which of the told events of a project are read.
#[derive(Clone, Copy)]
enum Take {
    All,
    /// The first so many instants.
    First(i64),
    /// The last so many instants.
    Last(i64),
}

impl Strip<'_> {
    /// Instants `at` of what the caller may hear of. First come, project by project, the events of issues
    /// that are there still: those are many, and read in the order of their index as far as wanted. What
    /// moved here brought its history with it, and in some projects only one's own issues exist.
    fn told(&self, f: &mut Fragment, is_within: bool, take: Take) {
        let scope = self.scope;
        if let Some(issue) = self.issue {
            f.sql("select e.at from event e join issue i on i.id = e.issue_id where e.issue_id = ")
                .bind(Value::Uuid(issue))
                .sql(" and ");
            in_scope(f, scope, "i");
            return self.may_be_told(f, is_within, take);
        }
        let projects = || Value::Uuids(scope.all.clone());
        match take {
            Take::All => {
                f.sql("select e.at from event e join issue i on i.id = e.issue_id and i.project_id = e.project_id where e.project_id = any(")
                    .bind(projects())
                    .sql(")");
                self.may_be_told(f, is_within, take);
            }
            Take::First(count) | Take::Last(count) => {
                let order = match take {
                    Take::Last(_) => " order by e.at desc limit ",
                    _ => " order by e.at limit ",
                };
                // Fenced: events come first, in their order, and the issue of each is looked up.
                f.sql("select near.at from unnest(").bind(projects()).sql(
                    ") as s(project_id) cross join lateral (
                           select distinct on (e.at) e.at from event e cross join lateral (
                             select x.project_id, x.deleted_at from issue x
                             where x.id = e.issue_id and x.project_id = s.project_id offset 0) i
                           where e.project_id = s.project_id",
                );
                self.may_be_told(f, is_within, take);
                f.sql(order).number(count).sql(") near");
            }
        }
        f.sql(
            " union all select e.at from (select distinct issue_id from former_key) moved
              cross join lateral (
                select x.id, x.project_id, x.deleted_at from issue x where x.id = moved.issue_id and x.project_id = any(",
        )
        .bind(projects())
        .sql(") offset 0) i cross join lateral (select * from event e where e.issue_id = i.id offset 0) e where e.project_id <> i.project_id");
        self.may_be_told(f, is_within, take);
        if !scope.own.is_empty() {
            f.sql(" union all select e.at from issue i join event e on e.issue_id = i.id where i.reporter_id = ")
                .bind(Value::Uuid(scope.me))
                .sql(" and i.project_id = any(")
                .bind(Value::Uuids(scope.own.clone()))
                .sql(")");
            self.may_be_told(f, is_within, take);
        }
    }

    /// Whether the caller may hear of the event `e` of the issue `i`, which exists for them; where it
    /// counts, only when it was in these days.
    fn may_be_told(&self, f: &mut Fragment, is_within: bool, take: Take) {
        let scope = self.scope;
        if is_within {
            f.sql(" and e.at >= ")
                .bind(Value::At(self.from))
                .sql(" and e.at <= ")
                .bind(Value::At(self.to));
        }
        f.sql(" and not e.signal and (not e.internal or i.project_id = any(")
            .bind(Value::Uuids(scope.staff.clone()))
            .sql(")) and (i.deleted_at is null or i.project_id = any(")
            .bind(Value::Uuids(scope.leads.clone()))
            .sql(
                ")) and (e.kind not in ('relation.created', 'relation.deleted') or exists (
                   select from issue other where other.deleted_at is null and other.id =
                     case when e.kind in ('relation.created', 'relation.deleted')
                       then (coalesce(e.new, e.old)->'issue'->>'id')::uuid end and ",
            );
        in_scope(f, scope, "other");
        f.sql(match take {
            Take::All => "))",
            // Fenced: else all issues would be read for the sake of the few relations among them.
            Take::First(_) | Take::Last(_) => " offset 0))",
        });
    }

    /// How many changes on which day, and when the first and the last of all times were.
    ///
    /// # Errors
    /// When the database is away.
    pub fn changes(&self, conn: &mut Conn) -> Result<Changes> {
        let mut f = Fragment::default();
        f.sql("select (at at time zone 'UTC')::date, count(*) from (");
        self.told(&mut f, true, Take::All);
        f.sql(") told group by 1 order by 1");
        let days: Vec<(NaiveDate, i64)> = f.query::<(Date, BigInt)>().load(conn.pg())?;
        let mut f = Fragment::default();
        f.sql("select min(at), max(at) from (");
        self.told(&mut f, false, Take::First(1));
        f.sql(" union all ");
        self.told(&mut f, false, Take::Last(1));
        f.sql(") told");
        type Ends = (Option<DateTime<Utc>>, Option<DateTime<Utc>>);
        let (first, last): Ends = f
            .query::<(Nullable<Timestamptz>, Nullable<Timestamptz>)>()
            .get_result(conn.pg())?;
        let items = days.into_iter();
        Ok(Changes {
            first,
            last,
            items: items
                .map(|(day, count)| DayChanges { day, count })
                .collect(),
        })
    }

    /// The first instants at which something changed, up to [`MOMENTS_MAX`].
    ///
    /// # Errors
    /// When the database is away.
    pub fn moments(&self, conn: &mut Conn, limit: i64) -> Result<Vec<DateTime<Utc>>> {
        let mut f = Fragment::default();
        f.sql("select distinct at from (");
        self.told(&mut f, true, Take::First(MOMENTS_MAX.into()));
        f.sql(") told order by 1 limit ").bind(Value::Big(limit));
        Ok(f.query::<Timestamptz>().load(conn.pg())?)
    }
}

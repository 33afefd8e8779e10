//! When something happened, for a strip to travel along: read from the log, only what may be told.

use crate::access::Scope;
use crate::db::Conn;
use crate::error::Result;
use crate::relations::in_scope;
use crate::statement::{Fragment, Value};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Date, Timestamptz};
use domain::insights::{Changes, DayChanges};
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

impl Strip<'_> {
    /// What follows `from`: the events of issues that the caller may hear of, whenever they were.
    fn told(&self, f: &mut Fragment) {
        let scope = self.scope;
        let projects = || Value::Uuids(scope.all.iter().chain(&scope.own).copied().collect());
        if let Some(issue) = self.issue {
            f.sql("(select * from event where issue_id = ")
                .bind(Value::Uuid(issue));
        } else {
            f.sql("(select * from event where project_id = any(")
                .bind(projects())
                // What moved here brought its history with it.
                .sql(
                    ") union all select e.* from event e join (
                         select distinct f.issue_id from former_key f join issue m on m.id = f.issue_id
                         where m.project_id = any(",
                )
                .bind(projects())
                .sql(")) moved on moved.issue_id = e.issue_id where e.project_id <> all(")
                .bind(projects())
                .sql(")");
        }
        f.sql(") e join issue i on i.id = e.issue_id where not e.signal and i.project_id = any(")
            .bind(projects());
        f.sql(") and (i.reporter_id = ")
            .bind(Value::Uuid(scope.me))
            .sql(" or i.project_id = any(")
            .bind(Value::Uuids(scope.all.clone()))
            .sql(")) and (not e.internal or i.project_id = any(")
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
        f.sql("))");
    }

    fn within(&self, f: &mut Fragment) {
        f.sql("e.at >= ")
            .bind(Value::At(self.from))
            .sql(" and e.at <= ")
            .bind(Value::At(self.to));
    }

    /// How many changes on which day.
    ///
    /// # Errors
    /// When the database is away.
    pub fn changes(&self, conn: &mut Conn) -> Result<Changes> {
        type Row = (NaiveDate, i64, DateTime<Utc>, DateTime<Utc>);
        let mut f = Fragment::default();
        f.sql("select (e.at at time zone 'UTC')::date, count(*) filter (where ");
        self.within(&mut f);
        f.sql("), min(e.at), max(e.at) from ");
        self.told(&mut f);
        f.sql(" group by 1 order by 1");
        let days: Vec<Row> = f
            .query::<(Date, BigInt, Timestamptz, Timestamptz)>()
            .load(conn.pg())?;
        Ok(Changes {
            first: days.first().map(|day| day.2),
            last: days.last().map(|day| day.3),
            items: days
                .into_iter()
                .filter(|day| day.1 > 0)
                .map(|(day, count, ..)| DayChanges { day, count })
                .collect(),
        })
    }

    /// The first instants at which something changed.
    ///
    /// # Errors
    /// When the database is away.
    pub fn moments(&self, conn: &mut Conn, limit: i64) -> Result<Vec<DateTime<Utc>>> {
        let mut f = Fragment::default();
        f.sql("select distinct e.at from ");
        self.told(&mut f);
        f.sql(" and ");
        self.within(&mut f);
        f.sql(" order by 1 limit ").bind(Value::Big(limit));
        Ok(f.query::<Timestamptz>().load(conn.pg())?)
    }
}

//! The board: of each status the first issues by rank, and how many there are.

use super::condition::{Named, joins, matching};
use super::relation::relation;
use super::rows::{Row, RowSql, columns, dress};
use crate::access::Scope;
use crate::columns::{IssueStatus, StatusSql};
use crate::db::Conn;
use crate::error::Result;
use crate::projects::StoredWorkflow;
use crate::statement::{Fragment, Value};
use chrono::{DateTime, Utc};
use diesel::RunQueryDsl;
use diesel::sql_types::BigInt;
use domain::board::BoardColumn;
use domain::issue::StatusRef;
use domain::list::IssueFilter;
use uuid::Uuid;

/// The columns of a project's board, now or at an instant of the past: of the issues in a scope that
/// pass a filter. `scope` is that of the project; `limit` is for each column.
///
/// Runs the same few statements whatever the number of columns, issues, people or labels.
///
/// # Errors
/// When the database is away.
pub fn board(
    conn: &mut Conn,
    scope: &Scope,
    workflow: StoredWorkflow,
    filter: &IssueFilter,
    as_of: Option<DateTime<Utc>>,
    limit: i64,
) -> Result<Vec<BoardColumn>> {
    let named = Named::look_up(conn, scope, filter, as_of)?;
    let matching = matching(scope, filter, as_of, &named);

    let mut counted = Fragment::default();
    counted.sql("select s.id, s.slug, s.name, s.category, i.issues from (select i.status_id, count(*) as issues from ");
    relation(&mut counted, as_of);
    counted
        .append(&joins(filter))
        .sql(" where ")
        .append(&matching)
        .sql(" group by 1) i join status s on s.id = i.status_id order by s.position, s.slug");
    let counts: Vec<(IssueStatus, i64)> = counted.query::<(StatusSql, BigInt)>().load(conn.pg())?;

    let mut found: Vec<(Uuid, BoardColumn)> = workflow
        .ids
        .into_iter()
        .zip(workflow.workflow.statuses)
        .map(|(id, status)| {
            let of_today = StatusRef {
                slug: status.slug,
                name: status.name,
                category: status.category,
            };
            (id, column(of_today, status.wip_limit))
        })
        .collect();
    for (status, count) in counts {
        // In the past issues may stand where no column is any more.
        let place = found.iter().position(|(id, _)| *id == status.id);
        let place = place.unwrap_or_else(|| {
            found.push((status.id, column(status.into(), None)));
            found.len() - 1
        });
        if let Some((_, column)) = found.get_mut(place) {
            column.count = count;
        }
    }

    let mut first = Fragment::default();
    first.sql("select ");
    columns(&mut first, scope, as_of);
    first
        .sql(", '' from status s join project p on p.id = s.project_id cross join lateral (select i.* from ");
    relation(&mut first, as_of);
    first
        .sql(" where i.status_id = s.id and ")
        .append(&matching)
        .sql(" order by i.rank limit ")
        .number(limit)
        .sql(") i where s.id = any(")
        .bind(Value::Uuids(found.iter().map(|(id, _)| *id).collect()))
        .sql(") order by i.rank");
    let rows: Vec<Row> = first.query::<RowSql>().load(conn.pg())?;
    let homes: Vec<Uuid> = rows.iter().map(|row| row.status.id).collect();
    for (home, card) in homes.into_iter().zip(dress(conn, rows, as_of.is_some())?) {
        if let Some((_, column)) = found.iter_mut().find(|(id, _)| *id == home) {
            column.cards.push(card);
        }
    }
    Ok(found.into_iter().map(|(_, column)| column).collect())
}

const fn column(status: StatusRef, wip_limit: Option<i32>) -> BoardColumn {
    BoardColumn {
        status,
        wip_limit,
        count: 0,
        cards: Vec::new(),
    }
}

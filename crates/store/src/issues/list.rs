//! Lists of issues: one page at a time by keyset, with its total and its groups.

use super::condition::{Named, finds_words, joins, matching};
use super::groups::Cut;
use super::page::{page_of_now, page_of_then, page_of_words, rows_of_groups};
use super::position::Position;
use super::relation::relation;
use super::rows::{Row, RowSql, dress};
use crate::access::Scope;
use crate::db::Conn;
use crate::error::Result;
use crate::statement::Fragment;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use domain::issue::IssueRow;
use domain::list::{Group, GroupBy, IssueFilter};
use domain::page::{TOTAL_EXACT_MAX, TOTAL_EXACT_PAST_MAX, Total};

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

    let joins = joins(filter);
    let counted = match cut {
        Some(cut) => Some(cut.count(conn, as_of, &joins, &matching)?),
        None => None,
    };
    let mut total = match (cut, &counted) {
        (Some(cut), Some(counted)) if cut.adds_up() => Some(Total::capped_at(
            most_counted(as_of),
            counted.iter().map(|c| c.group.count).sum(),
        )),
        _ => None,
    };
    let mut rows: Vec<Row> = match (as_of, cut, &counted) {
        (None, Some(cut), Some(counted)) => {
            rows_of_groups(conn, scope, asked, cut, counted, &named, &matching)?
        }
        (None, ..) if finds_words(filter) => {
            let rows: Vec<(Row, i64)> = page_of_words(scope, asked, &named, &matching)
                .query::<(RowSql, BigInt)>()
                .load(conn.pg())?;
            let told = rows.first().map(|(_, count)| *count);
            total = told.map(|count| Total::capped_at(most_counted(as_of), count));
            rows.into_iter().map(|(row, _)| row).collect()
        }
        (None, ..) => page_of_now(scope, asked, cut, &named, &matching)
            .query::<RowSql>()
            .load(conn.pg())?,
        (Some(_), ..) => page_of_then(scope, asked, cut, &matching)
            .query::<RowSql>()
            .load(conn.pg())?,
    };
    let total = match total {
        Some(total) => total,
        None => count(conn, as_of, &joins, &matching)?,
    };

    let page_size = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > page_size;
    rows.truncate(page_size);
    let next = more
        .then(|| rows.last().map(|r| r.position(filter.sort, cut.is_some())))
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

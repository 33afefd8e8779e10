//! One page of a list: of its ids first, then what is shown of those.

use super::condition::{Named, joins, reading, texts};
use super::groups::{Counted, Cut, needed};
use super::list::Asked;
use super::ordered;
use super::position::{beyond, beyond_in_order, order, order_column};
use super::relation::relation;
use super::rows::{Row, RowSql, columns};
use crate::access::Scope;
use crate::db::Conn;
use crate::error::Result;
use crate::filter_sql::Reading;
use crate::statement::{Fragment, Value};
use diesel::prelude::*;
use domain::list::Sort;
use domain::page::TOTAL_EXACT_MAX;

const JOINS: &str = " join status s on s.id = i.status_id join project p on p.id = i.project_id";

/// The page's rows, found by their ids first: what is shown of an issue is read for those alone.
pub(super) fn page_of_now(
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
            reading: reading(asked.filter),
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

/// The page of a list in all of whose issues some words stand; each row comes with how many there are,
/// counted up to one more than the most of which that is told.
///
/// Words find their issues all over the table. A few are collected and put in order; where they stand in
/// very many, a page is soon full in the order of the list.
pub(super) fn page_of_words(
    scope: &Scope,
    asked: &Asked<'_>,
    named: &Named,
    matching: &Fragment,
) -> Fragment {
    let sort = asked.filter.sort;
    let direction = ordered::direction(sort);
    let mut f = Fragment::default();
    f.sql("with found as materialized (select i.id, ")
        .sql(order_column(sort))
        .sql(" as k from issue i")
        .append(&joins(asked.filter))
        .sql(" where ")
        .append(matching)
        .sql(" limit ")
        .number(TOTAL_EXACT_MAX + 1)
        .sql("), counted as materialized (select count(*) as n from found) select ");
    columns(&mut f, scope, None);
    f.sql(", '', (select n from counted) from ((select i.id, i.k from found i where (select n from counted) <= ")
        .number(TOTAL_EXACT_MAX);
    if let Some(position) = asked.after {
        f.sql(" and ");
        beyond_in_order(&mut f, sort, "i.k", position);
    }
    f.sql(" order by i.k")
        .sql(direction)
        .sql(", i.id")
        .sql(direction)
        .sql(" limit ")
        .number(asked.limit + 1)
        .sql(") union all (select id, k from ");
    let nothing = Fragment::default();
    let these = ordered::Which {
        filter: asked.filter,
        named,
        reading: Reading::Passed,
        and: &nothing,
    };
    ordered::page(&mut f, scope, these, asked.after, asked.limit + 1);
    f.sql(" walked where (select n from counted) > ")
        .number(TOTAL_EXACT_MAX)
        .sql(")) page");
    in_their_order(&mut f, sort, false);
    f
}

/// The same as of an instant: a version is no row that could be found again by the issue's id.
pub(super) fn page_of_then(
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

/// Most groups that a page is put together from one by one; with more they are small.
const GROUPS_MAX: usize = 8;
/// Issues above which a group is read in the order of an index.
const GROUP_LARGE: i64 = 1_000;

/// The rows of a page with groups: those of the groups that it shows, and no others.
pub(super) fn rows_of_groups(
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
                reading: reading(asked.filter),
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

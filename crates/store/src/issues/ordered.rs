//! A page of the issues of now, read in its order: from one index for each project, merged, so that
//! nothing is read that the page does not show.
//!
//! Without this, Postgres reads and sorts whatever several projects hold. It serves filters whose fields
//! stand in the index of the usual order; others are left to the planner, which finds the few by an index
//! of the filter's own.

use super::condition::{Named, wanted};
use super::position::{Position, PositionValue, beyond_in_order, order_column};
use crate::access::Scope;
use crate::filter_sql::Reading;
use crate::statement::{Fragment, Value};
use domain::filter::{Expr, Field, Flag, Term, Test, Value as FilterValue};
use domain::list::{IssueFilter, Sort, SortField};
use uuid::Uuid;

/// Most projects that have a branch of their own in the statement; with more, one branch visits all
/// and takes a whole page from each.
const BRANCHES_MAX: usize = 64;

/// Whether a page of that list is read best this way.
pub(super) fn serves(scope: &Scope, filter: &IssueFilter) -> bool {
    let several = scope.all.len() + scope.own.len() > 1;
    (several || zones(filter.sort).len() > 1) && stands_in_index(filter)
}

/// Whether all that is asked for stands in the index of the usual order, so that what is left out costs
/// little. One person's issues have an index of their own.
fn stands_in_index(filter: &IssueFilter) -> bool {
    let of_people = !filter.assignee.is_empty() || !filter.reporter.is_empty();
    !of_people
        && filter.text.is_none()
        && !filter.deleted
        && parts(filter)
            .iter()
            .all(|part| covered(part) && !of_one_person(part))
}

fn covered(expr: &Expr) -> bool {
    match expr {
        Expr::And(parts) | Expr::Or(parts) => parts.iter().all(covered),
        Expr::Not(inner) => covered(inner),
        Expr::Term(Term::Is(flag)) => matches!(
            flag,
            Flag::Open | Flag::Closed | Flag::Mine | Flag::Unassigned
        ),
        Expr::Term(Term::Field(field, _)) => matches!(
            field,
            Field::Project
                | Field::Status
                | Field::Category
                | Field::Type
                | Field::Severity
                | Field::Priority
                | Field::Resolution
                | Field::Assignee
                | Field::Reporter
                | Field::Label
        ),
        Expr::Term(_) => false,
    }
}

fn of_one_person(part: &Expr) -> bool {
    match part {
        Expr::Term(Term::Is(Flag::Mine)) => true,
        Expr::Term(Term::Field(Field::Assignee | Field::Reporter, tests)) => tests.len() == 1,
        _ => false,
    }
}

/// What a filter in the language asks for, all of which must be true.
fn parts(filter: &IssueFilter) -> &[Expr] {
    let expr = filter.q.as_deref().and_then(|q| q.expr.as_ref());
    expr.map_or(&[], Expr::conjuncts)
}

/// Of each of these lists of names an issue must have a label. A project without such a label has no
/// such issue, which the planner cannot tell from how often labels are used everywhere.
fn needed_labels(filter: &IssueFilter) -> Vec<Vec<String>> {
    let mut needed = Vec::new();
    if !filter.label.is_empty() && filter.label.iter().all(|label| label != "none") {
        needed.push(filter.label.iter().map(|l| l.to_lowercase()).collect());
    }
    for part in parts(filter) {
        if let Expr::Term(Term::Field(Field::Label, tests)) = part {
            let names: Option<Vec<String>> = tests
                .iter()
                .map(|test| match test {
                    Test::Is(FilterValue::Name(name)) => Some(name.to_lowercase()),
                    _ => None,
                })
                .collect();
            needed.extend(names);
        }
    }
    needed
}

/// A part of the order that an index has in one piece.
struct Zone {
    /// What belongs to it.
    condition: &'static str,
    /// Its place in the order.
    key: &'static str,
    /// Whether the key is the same for all of it.
    level: bool,
}

/// The order's parts: what is not set stands last in both directions.
fn zones(sort: Sort) -> Vec<Zone> {
    let zone = |condition, key, level| Zone {
        condition,
        key,
        level,
    };
    match (sort.field, sort.descending) {
        (SortField::Due, descending) => vec![
            zone(" and i.due_date is not null", "i.due_date", false),
            zone(
                " and i.due_date is null",
                if descending {
                    "'-infinity'::date"
                } else {
                    "'infinity'::date"
                },
                true,
            ),
        ],
        (SortField::Points, descending) => vec![
            zone(" and i.story_points is not null", "i.story_points", false),
            zone(
                " and i.story_points is null",
                if descending {
                    "(-1)::smallint"
                } else {
                    "32767::smallint"
                },
                true,
            ),
        ],
        _ => vec![zone("", order_column(sort), false)],
    }
}

/// Whether a position lies among what is not set.
fn is_unset(sort: Sort, value: &PositionValue) -> bool {
    match (sort.field, value) {
        (SortField::Due, PositionValue::Day(day)) => day.is_none(),
        (SortField::Points, PositionValue::Number(number)) => {
            *number
                == if sort.descending {
                    -1
                } else {
                    i64::from(i16::MAX)
                }
        }
        _ => false,
    }
}

/// Where a branch looks.
#[derive(Clone, Copy)]
enum Place {
    /// In one project.
    One(Uuid),
    /// In each row of `place`.
    Each,
}

impl Place {
    /// Adds the project's id.
    fn add(self, f: &mut Fragment) {
        match self {
            Self::One(project) => f.bind(Value::Uuid(project)),
            Self::Each => f.sql("place.project_id"),
        };
    }
}

/// Which issues a page is of.
#[derive(Clone, Copy)]
pub(super) struct Which<'a> {
    pub(super) filter: &'a IssueFilter,
    pub(super) named: &'a Named,
    pub(super) reading: Reading,
    /// A further condition, beginning with " and".
    pub(super) and: &'a Fragment,
}

/// Adds a relation of ids `id` with their place `k` in the order: at most `limit`, from after a
/// position.
pub(super) fn page(
    f: &mut Fragment,
    scope: &Scope,
    Which {
        filter,
        named,
        reading,
        and,
    }: Which<'_>,
    after: Option<&Position>,
    limit: i64,
) {
    let direction = direction(filter.sort);
    let mut wanted_here = Fragment::default();
    wanted(&mut wanted_here, scope, filter, None, named, reading);
    wanted_here.append(and);
    let whole = Branch {
        filter,
        after,
        limit,
        wanted: &wanted_here,
        labels: &needed_labels(filter),
        me: scope.me,
    };
    f.sql("(select * from (");
    let mut first = true;
    for (projects, own) in [(&scope.all, false), (&scope.own, true)] {
        for zone in zones(filter.sort) {
            // What is set stands before all that is not.
            if !zone.level && after.is_some_and(|at| is_unset(filter.sort, &at.0)) {
                continue;
            }
            if projects.len() > BRANCHES_MAX {
                separate(f, &mut first);
                f.sql("(select x.* from unnest(")
                    .bind(Value::Uuids(projects.clone()))
                    .sql(") as place(project_id) cross join lateral ");
                whole.add(f, Place::Each, own, &zone);
                f.sql(" x)");
                continue;
            }
            for project in projects {
                separate(f, &mut first);
                whole.add(f, Place::One(*project), own, &zone);
            }
        }
    }
    if first {
        // Nothing exists for the caller, or nothing comes after.
        f.sql("select null::uuid as id, null::integer as k where false");
    }
    f.sql(") u order by k")
        .sql(direction)
        .sql(", id")
        .sql(direction)
        .sql(" limit ")
        .number(limit)
        .sql(")");
}

fn separate(f: &mut Fragment, first: &mut bool) {
    if !std::mem::take(first) {
        f.sql(" union all ");
    }
}

/// What the branches have in common.
struct Branch<'a> {
    filter: &'a IssueFilter,
    after: Option<&'a Position>,
    limit: i64,
    wanted: &'a Fragment,
    labels: &'a [Vec<String>],
    me: Uuid,
}

impl Branch<'_> {
    fn add(&self, f: &mut Fragment, place: Place, own: bool, zone: &Zone) {
        let sort = self.filter.sort;
        f.sql("(select i.id, ")
            .sql(zone.key)
            .sql(" as k from issue i");
        if names_a_status(self.filter) {
            f.sql(" join status s on s.id = i.status_id");
        }
        f.sql(" where i.project_id = ");
        place.add(f);
        if own {
            f.sql(" and i.reporter_id = ").bind(Value::Uuid(self.me));
        }
        for names in self.labels {
            f.sql(" and exists (select from label l where l.project_id = ");
            place.add(f);
            f.sql(" and lower(l.name) = any(")
                .bind(Value::Texts(names.clone()))
                .sql("))");
        }
        f.append(self.wanted).sql(zone.condition);
        if let Some(position) = self.after {
            match (zone.level, is_unset(sort, &position.0)) {
                (false, _) => {
                    f.sql(" and ");
                    beyond_in_order(f, sort, zone.key, position);
                }
                (true, true) => {
                    f.sql(if sort.descending {
                        " and i.id < "
                    } else {
                        " and i.id > "
                    })
                    .bind(Value::Uuid(position.1));
                }
                (true, false) => {}
            }
        }
        f.sql(" order by ");
        if !zone.level {
            f.sql(zone.key).sql(direction(sort)).sql(", ");
        }
        f.sql("i.id")
            .sql(direction(sort))
            .sql(" limit ")
            .number(self.limit)
            .sql(")");
    }
}

fn names_a_status(filter: &IssueFilter) -> bool {
    !filter.status.is_empty() || !filter.category.is_empty()
}

/// Largest first, or smallest.
pub(super) const fn direction(sort: Sort) -> &'static str {
    if sort.descending { " desc" } else { " asc" }
}

//! The filters of a list as a condition in SQL.

use super::relation::{in_scope, not_deleted, still_theirs};
use crate::access::Scope;
use crate::accounts::escape_like;
use crate::columns::severity_number;
use crate::db::Conn;
use crate::error::Result;
use crate::filter_sql::{Condition, Reading, asks_for_words};
use crate::schema::{account, label};
use crate::statement::{Fragment, Value};
use chrono::{DateTime, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Text;
use domain::filter;
use domain::key::IssueRef;
use domain::list::{IssueFilter, SortField, State};
use uuid::Uuid;

/// The joins that the condition of a filter needs. What is counted has no others: it may be many rows.
pub(super) fn joins(filter: &IssueFilter) -> Fragment {
    let mut joins = Fragment::default();
    if names_a_status(filter) {
        joins.sql(" join status s on s.id = i.status_id");
    }
    if names_a_project(filter) {
        joins.sql(" join project p on p.id = i.project_id");
    }
    joins
}

/// Ids behind the names in a filter. A name that does not exist matches nothing.
pub(super) struct Named {
    assignees: Vec<Uuid>,
    unassigned: bool,
    reporters: Vec<Uuid>,
    labels: Vec<Uuid>,
    unlabelled: bool,
    q: Option<Fragment>,
    /// The same for reading in the order of the list, where it asks for words.
    passed: Option<Fragment>,
}

impl Named {
    pub(super) fn look_up(
        conn: &mut Conn,
        scope: &Scope,
        filter: &IssueFilter,
        as_of: Option<DateTime<Utc>>,
    ) -> Result<Self> {
        let people = |conn: &mut Conn, words: &[String]| -> Result<Vec<Uuid>> {
            let (mut ids, mut names) = (Vec::new(), Vec::new());
            for word in words {
                match filter::Value::person(word) {
                    _ if word.eq_ignore_ascii_case("@me") => ids.push(scope.me),
                    Some(filter::Value::Person(who)) => match Uuid::try_parse(&who) {
                        Ok(id) => ids.push(id),
                        Err(_) if who == "none" => {}
                        Err(_) => names.push(who),
                    },
                    _ => {}
                }
            }
            if !names.is_empty() {
                let named = account::table
                    .filter(sql::<Text>("lower(username)").eq_any(&names))
                    .select(account::id);
                ids.extend(named.load::<Uuid>(conn.pg())?);
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
        let mut q = match filter.q.as_ref().and_then(|q| q.expr.as_ref()) {
            Some(expr) => {
                let open = match filter.state {
                    Some(State::Open) => Some(true),
                    Some(State::Closed) => Some(false),
                    Some(State::All) | None => None,
                };
                Some(Condition::look_up(conn, scope, expr, as_of, open)?)
            }
            None => None,
        };
        Ok(Self {
            assignees: people(conn, &filter.assignee)?,
            unassigned: filter.assignee.iter().any(|a| a == "none"),
            reporters: people(conn, &filter.reporter)?,
            labels,
            unlabelled: filter.label.iter().any(|l| l == "none"),
            q: q.as_mut().map(|q| q.read(reading(filter))),
            passed: q
                .as_mut()
                .filter(|_| finds_words(filter))
                .map(|q| q.read(Reading::Passed)),
        })
    }
}

/// How the issues of a list are read when nothing else is said.
pub(super) fn reading(filter: &IssueFilter) -> Reading {
    match filter.sort.field {
        SortField::Updated => Reading::Walked,
        _ => Reading::Sought,
    }
}

/// Whether words must stand in every issue of the list: the text index then finds few of many.
pub(super) fn finds_words(filter: &IssueFilter) -> bool {
    let expr = filter.q.as_ref().and_then(|q| q.expr.as_ref());
    expr.is_some_and(asks_for_words)
}

/// Words as a value.
pub(super) fn texts<T: std::fmt::Display>(words: &[T]) -> Value {
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
    wanted(&mut f, scope, filter, as_of, named, reading(filter));
    f
}

/// Adds what they ask for, of what exists for them.
pub(super) fn wanted(
    f: &mut Fragment,
    scope: &Scope,
    filter: &IssueFilter,
    as_of: Option<DateTime<Utc>>,
    named: &Named,
    reading: Reading,
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
        .sql(" (i.label_ids && ")
        .bind(Value::Uuids(named.labels.clone()))
        .sql(")")
        .sql(reading.of_labels())
        .sql(")");
    }
    if let Some(text) = &filter.text {
        matches_text(f, text);
    }
    let q = match reading {
        Reading::Passed => named.passed.as_ref().or(named.q.as_ref()),
        Reading::Walked | Reading::Sought => named.q.as_ref(),
    };
    if let Some(q) = q {
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

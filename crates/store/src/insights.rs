//! Reports.

use crate::access::Scope;
use crate::columns::capital;
use crate::db::Conn;
use crate::error::Result;
use crate::filter_sql;
use crate::issues::relation::{in_scope, not_deleted, relation};
use crate::statement::Fragment;
use chrono::{DateTime, Utc};
use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Text};
use domain::filter::Expr;
use domain::insights::{Count, OpenBy, OpenByReport};
use domain::issue::{IssueType, Priority, Severity};
use domain::workflow::Category;

type CountSql = (Text, Text, BigInt);
type CountRow = (String, String, i64);

/// Value, name for people (empty: follows from the value), joins and order of a count.
const fn bars(by: OpenBy) -> (&'static str, &'static str, &'static str, &'static str) {
    match by {
        OpenBy::Severity => ("i.severity::text", "''", "", "1 desc"),
        OpenBy::Priority => ("i.priority::text", "''", "", "1"),
        OpenBy::Type => ("i.type", "''", "", "3 desc, 1"),
        // Over projects of the same slug and name.
        OpenBy::Status => (
            "s.slug",
            "s.name",
            " join status s on s.id = i.status_id",
            "min(s.position), 1",
        ),
        OpenBy::Category => (
            "s.category",
            "''",
            " join status s on s.id = i.status_id",
            "1",
        ),
        OpenBy::Assignee => (
            "coalesce(a.username, 'none')",
            "coalesce(a.display_name, 'Nobody')",
            " left join account a on a.id = i.assignee_id",
            "3 desc, 1",
        ),
        OpenBy::Label => (
            "l.name",
            "l.name",
            " join label l on l.id = any(i.label_ids)",
            "3 desc, 1",
        ),
        OpenBy::Project => (
            "p.key",
            "p.name",
            " join project p on p.id = i.project_id",
            "3 desc, 1",
        ),
    }
}

/// The open issues of a scope: what follows `from`.
fn open(
    f: &mut Fragment,
    scope: &Scope,
    as_of: Option<DateTime<Utc>>,
    asked: Option<&Fragment>,
    joins: &'static str,
) {
    relation(f, as_of);
    f.sql(joins).sql(" where ");
    in_scope(f, scope);
    not_deleted(f, scope, as_of);
    f.sql(" and i.resolved_at is null");
    if let Some(asked) = asked {
        f.sql(" and (").append(asked).sql(")");
    }
}

/// Open issues of a scope, counted by a field, now or at an instant of the past.
///
/// # Errors
/// When the database is away.
pub fn open_by(
    conn: &mut Conn,
    scope: &Scope,
    by: OpenBy,
    as_of: Option<DateTime<Utc>>,
    asked: Option<&Expr>,
) -> Result<OpenByReport> {
    let asked = asked
        .map(|expr| filter_sql::condition(conn, scope, expr, as_of))
        .transpose()?;
    let asked = asked.as_ref();
    let (value, name, joins, order) = bars(by);
    let mut counted = Fragment::default();
    counted.sql("select ").sql(value).sql(", ").sql(name);
    counted.sql(", count(*) from ");
    open(&mut counted, scope, as_of, asked, joins);
    counted.sql(" group by 1, 2 order by ").sql(order);
    let rows: Vec<CountRow> = counted.query::<CountSql>().load(conn.pg())?;
    let count_of = |value: &str| rows.iter().find(|r| r.0 == value).map_or(0, |r| r.2);
    let every = |words: Vec<(String, String, String)>| -> Vec<Count> {
        words
            .into_iter()
            .map(|(stored, value, name)| Count {
                count: count_of(&stored),
                value,
                name,
            })
            .collect()
    };
    let items = match by {
        OpenBy::Severity => every(
            Severity::ALL
                .iter()
                .rev()
                .map(|s| {
                    (
                        crate::columns::severity_number(*s).to_string(),
                        s.to_string(),
                        capital(s.slug()),
                    )
                })
                .collect(),
        ),
        OpenBy::Priority => every(
            Priority::ALL
                .iter()
                .map(|p| {
                    (
                        p.number().to_string(),
                        p.number().to_string(),
                        capital(p.name()),
                    )
                })
                .collect(),
        ),
        OpenBy::Type => every(words_of(IssueType::SLUGS)),
        // Open by definition, so "done" is no bar.
        OpenBy::Category => every(words_of(Category::SLUGS))
            .into_iter()
            .filter(|c| c.value != Category::Done.slug())
            .collect(),
        OpenBy::Status | OpenBy::Assignee | OpenBy::Label | OpenBy::Project => rows
            .iter()
            .map(|(value, name, count)| Count {
                value: value.clone(),
                name: name.clone(),
                count: *count,
            })
            .collect(),
    };
    let mut all = Fragment::default();
    all.sql("select count(*) from ");
    open(&mut all, scope, as_of, asked, "");
    let total = all.query::<BigInt>().get_result(conn.pg())?;
    Ok(OpenByReport { items, total })
}

fn words_of(slugs: &[&str]) -> Vec<(String, String, String)> {
    slugs
        .iter()
        .map(|s| ((*s).to_string(), (*s).to_string(), capital(s)))
        .collect()
}

//! Reports.

use crate::access::Scope;
use crate::columns::capital;
use crate::db::Conn;
use crate::error::Result;
use crate::filter_sql::{Condition, Reading};
use crate::issues::relation::{in_scope, not_deleted, relation, still_theirs};
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

/// How open issues are counted: by a column of theirs, so that an index alone can answer, and what the
/// few counts are joined with afterwards.
struct Bars {
    /// The column.
    column: &'static str,
    /// What must stand beside an issue for that.
    beside: &'static str,
    /// What names the column's values `c.v`.
    joins: &'static str,
    /// The value.
    value: &'static str,
    /// The value for people; empty follows from the value.
    name: &'static str,
    order: &'static str,
}

const fn bars(by: OpenBy) -> Bars {
    let plain = Bars {
        column: "",
        beside: "",
        joins: "",
        value: "c.v::text",
        name: "''",
        order: "1",
    };
    match by {
        OpenBy::Severity => Bars {
            column: "i.severity",
            order: "1 desc",
            ..plain
        },
        OpenBy::Priority => Bars {
            column: "i.priority",
            ..plain
        },
        OpenBy::Type => Bars {
            column: "i.type",
            order: "3 desc, 1",
            ..plain
        },
        // Over projects of the same slug and name.
        OpenBy::Status => Bars {
            column: "i.status_id",
            joins: " join status s on s.id = c.v",
            value: "s.slug",
            name: "s.name",
            order: "min(s.position), 1",
            ..plain
        },
        OpenBy::Category => Bars {
            column: "i.status_id",
            joins: " join status s on s.id = c.v",
            value: "s.category",
            ..plain
        },
        OpenBy::Assignee => Bars {
            column: "i.assignee_id",
            joins: " left join account a on a.id = c.v",
            value: "coalesce(a.username, 'none')",
            name: "coalesce(a.display_name, 'Nobody')",
            order: "3 desc, 1",
            ..plain
        },
        OpenBy::Label => Bars {
            column: "label_id",
            beside: " cross join lateral unnest(i.label_ids) as label_id",
            joins: " join label l on l.id = c.v",
            value: "l.name",
            name: "l.name",
            order: "3 desc, 1",
        },
        OpenBy::Project => Bars {
            column: "i.project_id",
            joins: " join project p on p.id = c.v",
            value: "p.key",
            name: "p.name",
            order: "3 desc, 1",
            ..plain
        },
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
    still_theirs(f, scope, as_of);
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
        .map(|expr| Condition::look_up(conn, scope, expr, as_of, Some(true)))
        .transpose()?
        .map(|mut condition| condition.read(Reading::Walked));
    let asked = asked.as_ref();
    let bars = bars(by);
    let mut counted = Fragment::default();
    counted.sql("select ").sql(bars.value).sql(", ");
    counted
        .sql(bars.name)
        .sql(", sum(c.n)::bigint from (select ");
    counted.sql(bars.column).sql(" as v, count(*) as n from ");
    open(&mut counted, scope, as_of, asked, bars.beside);
    counted.sql(" group by 1) c").sql(bars.joins);
    counted.sql(" group by 1, 2 order by ").sql(bars.order);
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

//! Reports.

use crate::access::Scope;
use crate::db::Conn;
use crate::error::Result;
use diesel::RunQueryDsl;
use diesel::sql_types::{Array, BigInt, Text, Uuid as SqlUuid};
use domain::insights::{Count, OpenBy, OpenByReport};
use domain::issue::{IssueType, Priority, Severity};
use domain::workflow::Category;
use uuid::Uuid;

type CountSql = (Text, Text, BigInt);
type CountRow = (String, String, i64);

macro_rules! open_by {
    ($( $(#[$meta:meta])* $name:ident : $value:literal, $label:literal, $joins:literal, $order:literal; )+) => { $(
        statement! {
            $(#[$meta])*
            $name { all: Vec<Uuid> => Array<SqlUuid>, own: Vec<Uuid> => Array<SqlUuid>, me: Uuid => SqlUuid } -> CountSql :
            concat!(
                "select ", $value, ", ", $label, ", count(*) from issue i ", $joins, "
                 where i.deleted_at is null and i.resolved_at is null
                   and (i.project_id = any({all}) or (i.project_id = any({own}) and i.reporter_id = {me}))
                 group by 1, 2 order by ", $order)
        }
    )+ };
}

open_by! {
    /// By severity.
    BySeverity: "i.severity::text", "''", "", "1 desc";
    /// By priority.
    ByPriority: "i.priority::text", "''", "", "1";
    /// By kind of work.
    ByType: "i.type", "''", "", "3 desc, 1";
    /// By status, over projects of the same slug and name.
    ByStatus: "s.slug", "s.name", "join status s on s.id = i.status_id", "min(s.position), 1";
    /// By category.
    ByCategory: "s.category", "''", "join status s on s.id = i.status_id", "1";
    /// By assignee.
    ByAssignee: "coalesce(a.username, 'none')", "coalesce(a.display_name, 'Nobody')",
        "left join account a on a.id = i.assignee_id", "3 desc, 1";
    /// By label.
    ByLabel: "l.name", "l.name", "join label l on l.id = any(i.label_ids)", "3 desc, 1";
    /// By project.
    ByProject: "p.key", "p.name", "join project p on p.id = i.project_id", "3 desc, 1";
}

statement! {
    /// All open issues of a scope.
    CountOpen { all: Vec<Uuid> => Array<SqlUuid>, own: Vec<Uuid> => Array<SqlUuid>, me: Uuid => SqlUuid } -> BigInt :
    "select count(*) from issue i where i.deleted_at is null and i.resolved_at is null
       and (i.project_id = any({all}) or (i.project_id = any({own}) and i.reporter_id = {me}))"
}

/// Open issues of a scope, counted by a field.
///
/// # Errors
/// When the database is away.
pub fn open_by(conn: &mut Conn, scope: &Scope, by: OpenBy) -> Result<OpenByReport> {
    macro_rules! run {
        ($statement:ident) => {
            $statement {
                all: scope.all.clone(),
                own: scope.own.clone(),
                me: scope.me,
            }
            .load(conn.pg())?
        };
    }
    let rows: Vec<CountRow> = match by {
        OpenBy::Severity => run!(BySeverity),
        OpenBy::Priority => run!(ByPriority),
        OpenBy::Type => run!(ByType),
        OpenBy::Status => run!(ByStatus),
        OpenBy::Category => run!(ByCategory),
        OpenBy::Assignee => run!(ByAssignee),
        OpenBy::Label => run!(ByLabel),
        OpenBy::Project => run!(ByProject),
    };
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
    let total = CountOpen {
        all: scope.all.clone(),
        own: scope.own.clone(),
        me: scope.me,
    }
    .get_result(conn.pg())?;
    Ok(OpenByReport { items, total })
}

fn words_of(slugs: &[&str]) -> Vec<(String, String, String)> {
    slugs
        .iter()
        .map(|s| ((*s).to_string(), (*s).to_string(), capital(s)))
        .collect()
}

fn capital(slug: &str) -> String {
    let mut letters = slug.chars();
    match letters.next() {
        Some(first) => first
            .to_uppercase()
            .chain(letters)
            .collect::<String>()
            .replace('_', " "),
        None => String::new(),
    }
}

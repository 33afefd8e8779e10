//! A list cut into groups: the text that orders the groups, how many issues are in each, and which of
//! them a page needs.

use super::relation::relation;
use crate::access::Scope;
use crate::columns::{capital, severity_number};
use crate::db::Conn;
use crate::error::Result;
use crate::statement::{Fragment, Value};
use chrono::{DateTime, Utc};
use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Text};
use domain::issue::{Priority, Severity};
use domain::list::{Group, GroupBy};

/// How a list is cut: what must be joined, the text that orders the groups, the value as it is
/// written in filters, the value for people (empty: follows from the value).
#[derive(Debug, Clone, Copy)]
pub(super) struct Cut {
    by: GroupBy,
    pub(super) joins: &'static str,
    pub(super) key: &'static str,
    pub(super) value: &'static str,
    label: &'static str,
}

const CATEGORY: &str =
    "array_position(array['triage', 'backlog', 'active', 'waiting', 'done'], s.category)::text";

impl Cut {
    /// In one project statuses stand as in its workflow, in several by what they mean.
    pub(super) fn new(by: GroupBy, one_project: bool) -> Self {
        let (joins, key, value, label) = match by {
            GroupBy::Status if one_project => (
                "",
                "lpad(s.position::text, 5, '0') || s.slug",
                "s.slug",
                "s.name",
            ),
            GroupBy::Status => (
                "",
                "array_position(array['triage', 'backlog', 'active', 'waiting', 'done'], s.category)::text || s.slug",
                "s.slug",
                "s.name",
            ),
            GroupBy::Category => ("", CATEGORY, "s.category", "''"),
            GroupBy::Type => (
                "",
                "array_position(array['bug', 'feature', 'task', 'enhancement', 'requirement', 'support', 'epic', 'other'], i.type)::text",
                "i.type",
                "''",
            ),
            GroupBy::Severity => (
                "",
                "(5 - i.severity)::text",
                "(array['low', 'medium', 'high', 'critical'])[i.severity]",
                "''",
            ),
            GroupBy::Priority => ("", "i.priority::text", "i.priority::text", "''"),
            GroupBy::Resolution => (
                "",
                "coalesce(array_position(array['complete', 'duplicate', 'wont_fix', 'invalid', 'unable_to_replicate', 'overcome_by_events'], i.resolution)::text, '~')",
                "coalesce(i.resolution, 'none')",
                "''",
            ),
            GroupBy::Assignee => (
                " left join account g on g.id = i.assignee_id",
                "coalesce('0' || lower(g.username), '1')",
                "coalesce(g.username, 'none')",
                "coalesce(g.display_name, 'Nobody')",
            ),
            GroupBy::Reporter => (
                " join account g on g.id = i.reporter_id",
                "lower(g.username)",
                "g.username",
                "g.display_name",
            ),
            GroupBy::Label => (
                " left join label g on g.id = any(i.label_ids)",
                "coalesce('0' || lower(g.name), '1')",
                "coalesce(g.name, 'none')",
                "coalesce(g.name, 'No label')",
            ),
            GroupBy::Project => ("", "p.key", "p.key", "p.name"),
            GroupBy::FixedVersion => (
                " left join project_version g on g.id = i.fixed_version_id",
                "coalesce('0' || lower(g.name), '1')",
                "coalesce(g.name, 'none')",
                "coalesce(g.name, 'No version')",
            ),
        };
        Self {
            by,
            joins,
            key,
            value,
            label,
        }
    }

    fn name(self, value: &str) -> String {
        if self.by == GroupBy::Priority {
            let priority = value.parse::<Priority>();
            return priority.map_or_else(|_| value.to_string(), |p| capital(p.name()));
        }
        if self.by == GroupBy::Resolution && value == "none" {
            return "No resolution".into();
        }
        capital(value)
    }

    /// The column that says to which group an issue belongs. Issues are counted by it first, so that
    /// the names of a group are made once for it and not for each of its issues.
    const fn column(self) -> &'static str {
        match self.by {
            GroupBy::Status | GroupBy::Category => "status_id",
            GroupBy::Type => "type",
            GroupBy::Severity => "severity",
            GroupBy::Priority => "priority",
            GroupBy::Resolution => "resolution",
            GroupBy::Assignee => "assignee_id",
            GroupBy::Reporter => "reporter_id",
            GroupBy::Label => "label_ids",
            GroupBy::Project => "project_id",
            GroupBy::FixedVersion => "fixed_version_id",
        }
    }

    /// Whether every issue is in exactly one group, so that the groups add up to the whole.
    pub(super) const fn adds_up(self) -> bool {
        !matches!(self.by, GroupBy::Label)
    }

    /// All groups of the issues that match, in order. `joins` are those that the condition needs.
    pub(super) fn count(
        self,
        conn: &mut Conn,
        as_of: Option<DateTime<Utc>>,
        joins: &Fragment,
        matching: &Fragment,
    ) -> Result<Vec<Counted>> {
        let mut f = Fragment::default();
        f.sql("select (")
            .sql(self.key)
            .sql(r#") collate "C", min("#);
        f.sql(self.value).sql("), min(").sql(self.label);
        f.sql("), sum(i.issues)::bigint from (select i.")
            .sql(self.column())
            .sql(", count(*) as issues from ");
        relation(&mut f, as_of);
        f.append(joins).sql(" where ").append(matching);
        f.sql(" group by 1) i")
            .sql(match self.by {
                GroupBy::Status | GroupBy::Category => " join status s on s.id = i.status_id",
                GroupBy::Project => " join project p on p.id = i.project_id",
                _ => "",
            })
            .sql(self.joins)
            .sql(" group by 1 order by 1");
        let rows: Vec<(String, String, String, i64)> =
            f.query::<(Text, Text, Text, BigInt)>().load(conn.pg())?;
        Ok(rows
            .into_iter()
            .map(|(key, value, label, count)| Counted {
                key,
                group: Group {
                    label: if label.is_empty() {
                        self.name(&value)
                    } else {
                        label
                    },
                    value,
                    count,
                },
            })
            .collect())
    }

    /// Adds the condition that an issue of now is in that group, in the form that an index serves.
    pub(super) fn member(self, f: &mut Fragment, scope: &Scope, of: &Counted) {
        let key = || Value::Text(of.key.clone());
        let projects = || Value::Uuids(scope.all.iter().chain(&scope.own).copied().collect());
        let unset = of.group.value == "none";
        match self.by {
            GroupBy::Status | GroupBy::Category => f
                .sql(" and i.status_id = any(array(select s.id from status s where s.project_id = any(")
                .bind(projects())
                .sql(") and (")
                .sql(self.key)
                .sql(r#") collate "C" = "#)
                .bind(key())
                .sql("))"),
            GroupBy::Type => f.sql(" and i.type = ").bind(Value::Text(of.group.value.clone())),
            GroupBy::Severity => {
                let severity = of.group.value.parse().map_or(0, |s: Severity| severity_number(s));
                f.sql(" and i.severity = ").bind(Value::Small(severity))
            }
            GroupBy::Priority => {
                let priority = of.group.value.parse().map_or(0, |p: Priority| p.number());
                f.sql(" and i.priority = ").bind(Value::Small(priority))
            }
            GroupBy::Resolution if unset => f.sql(" and i.resolution is null"),
            GroupBy::Resolution => {
                f.sql(" and i.resolution = ").bind(Value::Text(of.group.value.clone()))
            }
            // The key is "1" where nobody is assigned, for a person may be called "none".
            GroupBy::Assignee if of.key == "1" => f.sql(" and i.assignee_id is null"),
            GroupBy::Assignee | GroupBy::Reporter => f
                .sql(if self.by == GroupBy::Assignee {
                    " and i.assignee_id = "
                } else {
                    " and i.reporter_id = "
                })
                .sql("(select g.id from account g where lower(g.username) = lower(")
                .bind(Value::Text(of.group.value.clone()))
                .sql("))"),
            GroupBy::Label if of.key == "1" => f.sql(" and cardinality(i.label_ids) = 0"),
            GroupBy::Label => f
                .sql(" and i.label_ids && array(select g.id from label g where g.project_id = any(")
                .bind(projects())
                .sql(") and lower(g.name) = lower(")
                .bind(Value::Text(of.group.value.clone()))
                .sql("))"),
            GroupBy::Project => f
                .sql(" and i.project_id = (select p.id from project p where p.key = ")
                .bind(key())
                .sql(")"),
            GroupBy::FixedVersion if of.key == "1" => f.sql(" and i.fixed_version_id is null"),
            GroupBy::FixedVersion => f
                .sql(" and i.fixed_version_id = any(array(select g.id from project_version g where g.project_id = any(")
                .bind(projects())
                .sql(") and lower(g.name) = lower(")
                .bind(Value::Text(of.group.value.clone()))
                .sql(")))"),
        };
    }
}

/// A group as it was counted.
#[derive(Debug)]
pub(super) struct Counted {
    /// The text that orders the groups.
    pub(super) key: String,
    /// What is told of it.
    pub(super) group: Group,
}

/// The groups that a page shows rows of, and whether others come after them.
pub(super) struct Needed<'a> {
    pub(super) groups: Vec<&'a Counted>,
    pub(super) cut_short: bool,
}

/// Finds the groups of a page of `rows` rows that begins in the group with the key `after`, where the
/// groups with the values `closed` show none.
pub(super) fn needed<'a>(
    counted: &'a [Counted],
    closed: &[String],
    after: Option<&str>,
    rows: i64,
) -> Needed<'a> {
    let mut found = 0;
    let mut groups = Vec::new();
    let open = counted
        .iter()
        .filter(|c| !closed.contains(&c.group.value))
        .filter(|c| after.is_none_or(|after| c.key.as_str() >= after));
    for counted in open {
        if found >= rows {
            return Needed {
                groups,
                cut_short: true,
            };
        }
        // Nobody knows how much of the group of the last page is left.
        if after != Some(counted.key.as_str()) {
            found += counted.group.count;
        }
        groups.push(counted);
    }
    Needed {
        groups,
        cut_short: false,
    }
}

//! A list cut into groups: the text that orders the groups, and how many issues are in each.

use super::relation::relation;
use crate::columns::capital;
use crate::db::Conn;
use crate::error::Result;
use crate::statement::Fragment;
use chrono::{DateTime, Utc};
use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Text};
use domain::issue::Priority;
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

    /// All groups of the issues that match, in order.
    pub(super) fn count(
        self,
        conn: &mut Conn,
        as_of: Option<DateTime<Utc>>,
        matching: &Fragment,
    ) -> Result<Vec<Group>> {
        let mut f = Fragment::default();
        f.sql("select (")
            .sql(self.key)
            .sql(r#") collate "C", min("#);
        f.sql(self.value).sql("), min(").sql(self.label);
        f.sql("), count(*) from ");
        relation(&mut f, as_of);
        f.sql(" join status s on s.id = i.status_id join project p on p.id = i.project_id")
            .sql(self.joins)
            .sql(" where ")
            .append(matching)
            .sql(" group by 1 order by 1");
        let rows: Vec<(String, String, String, i64)> =
            f.query::<(Text, Text, Text, BigInt)>().load(conn.pg())?;
        Ok(rows
            .into_iter()
            .map(|(_, value, label, count)| Group {
                label: if label.is_empty() {
                    self.name(&value)
                } else {
                    label
                },
                value,
                count,
            })
            .collect())
    }
}

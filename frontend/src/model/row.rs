//! An issue as lists and boards show it.

use super::change::Field;
use domain::issue::{Issue, IssueRow};

/// The short form of an issue.
#[must_use]
pub fn row_of(issue: Issue) -> IssueRow {
    IssueRow {
        id: issue.id,
        key: issue.key,
        project: issue.project,
        title: issue.title,
        type_: issue.type_,
        severity: issue.severity,
        priority: issue.priority,
        story_points: issue.story_points,
        status: issue.status,
        resolution: issue.resolution,
        affected_version: issue.affected_version,
        fixed_version: issue.fixed_version,
        reporter: issue.reporter,
        assignee: issue.assignee,
        parent: issue.parent,
        labels: issue.labels,
        start_date: issue.start_date,
        due_date: issue.due_date,
        rank: issue.rank,
        life: issue.life,
        watching: issue.watching,
        watchers: issue.watchers,
        voted: issue.voted,
        votes: issue.votes,
        sub_issues: issue.sub_issues,
        blocked: issue.blocked,
        version: issue.version,
        created_at: issue.created_at,
        updated_at: issue.updated_at,
        resolved_at: issue.resolved_at,
        deleted_at: issue.deleted_at,
    }
}

/// What can be changed where the row stands, besides its title, in the order of a menu. How it ended
/// is there once it has.
#[must_use]
pub fn fields_of(row: &IssueRow) -> Vec<Field> {
    const FIELDS: [Field; 13] = [
        Field::Status,
        Field::Priority,
        Field::Assignee,
        Field::Labels,
        Field::Due,
        Field::Severity,
        Field::Type,
        Field::Points,
        Field::Start,
        Field::Fixed,
        Field::Affected,
        Field::Parent,
        Field::Resolution,
    ];
    let fits = |field: &Field| *field != Field::Resolution || row.resolution.is_some();
    FIELDS.into_iter().filter(fits).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::change::tests::issue;
    use crate::model::partial::issue_of;

    #[test]
    fn a_row_knows_every_field_that_can_be_changed_in_it() {
        let mut whole = issue();
        whole.parent = Some("APP-9".into());
        whole.affected_version = Some("1.0".into());
        whole.fixed_version = Some("2.0".into());
        whole.start_date = "2026-01-01".parse().ok();
        whole.due_date = "2026-02-01".parse().ok();
        whole.story_points = Some(3);
        whole.resolution = Some(domain::issue::Resolution::Complete);
        let row = row_of(whole.clone());
        let again = issue_of(&row);
        let fields = fields_of(&row);
        for field in Field::ALL {
            let in_menu = fields.contains(&field);
            let beside = matches!(field, Field::Title | Field::Description);
            assert_ne!(in_menu, beside, "{field:?}");
            if field != Field::Description {
                assert_eq!(field.of(&again), field.of(&whole), "{field:?}");
            }
        }
        let open = row_of(issue());
        assert!(!fields_of(&open).contains(&Field::Resolution));
    }
}

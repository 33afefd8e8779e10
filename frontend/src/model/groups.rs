//! A list cut into groups.

use super::columns::Column;
use domain::list::{Group, GroupBy};

/// In which group each of `count` rows stands, when `passed` rows were on the pages before. The rows
/// come group by group, so their places in the whole list decide.
#[must_use]
pub fn places(groups: &[Group], passed: usize, count: usize) -> Vec<usize> {
    let mut ends = Vec::with_capacity(groups.len());
    let mut sum = 0;
    for group in groups {
        sum += usize::try_from(group.count).unwrap_or(0);
        ends.push(sum);
    }
    let last = groups.len().saturating_sub(1);
    (passed..passed + count)
        .map(|at| ends.iter().position(|end| at < *end).unwrap_or(last))
        .collect()
}

/// The field's word for people.
#[must_use]
pub const fn label(by: GroupBy) -> &'static str {
    match by {
        GroupBy::Status => "Status",
        GroupBy::Category => "Stage",
        GroupBy::Type => "Type",
        GroupBy::Severity => "Severity",
        GroupBy::Priority => "Priority",
        GroupBy::Resolution => "Resolution",
        GroupBy::Assignee => "Assignee",
        GroupBy::Reporter => "Reporter",
        GroupBy::Label => "Label",
        GroupBy::Project => "Project",
        GroupBy::FixedVersion => "Fixed in",
    }
}

/// What a column's head groups by when it is dropped on the bar.
#[must_use]
pub const fn of_column(column: Column) -> Option<GroupBy> {
    match column {
        Column::Priority => Some(GroupBy::Priority),
        Column::Status => Some(GroupBy::Status),
        Column::Type => Some(GroupBy::Type),
        Column::Project => Some(GroupBy::Project),
        Column::Labels => Some(GroupBy::Label),
        Column::Severity => Some(GroupBy::Severity),
        Column::Resolution => Some(GroupBy::Resolution),
        Column::Reporter => Some(GroupBy::Reporter),
        Column::Assignee => Some(GroupBy::Assignee),
        _ => None,
    }
}

/// A group's name: what nothing is set for has a word of its own.
#[must_use]
pub fn name(by: GroupBy, group: &Group) -> String {
    if group.value != "none" {
        return match by {
            GroupBy::Priority => format!("P{} {}", group.value, group.label),
            _ => group.label.clone(),
        };
    }
    match by {
        GroupBy::Assignee => "Nobody".into(),
        GroupBy::Label => "Without a label".into(),
        GroupBy::Resolution => "Not resolved".into(),
        GroupBy::FixedVersion => "No version".into(),
        _ => group.label.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(value: &str, count: i64) -> Group {
        Group {
            value: value.into(),
            label: value.into(),
            count,
        }
    }

    #[test]
    fn rows_find_their_groups_by_their_place() {
        let groups = [group("a", 2), group("b", 0), group("c", 3)];
        assert_eq!(places(&groups, 0, 5), [0, 0, 2, 2, 2]);
        assert_eq!(places(&groups, 1, 2), [0, 2], "on the second page");
        assert_eq!(places(&groups, 4, 2), [2, 2], "more than were counted");
        assert!(places(&[], 0, 0).is_empty());
    }

    #[test]
    fn nothing_has_a_name() {
        assert_eq!(name(GroupBy::Assignee, &group("none", 1)), "Nobody");
        assert_eq!(name(GroupBy::Status, &group("Open", 1)), "Open");
    }
}

//! A list cut into groups.

use super::columns::Column;
use domain::list::{Group, GroupBy};

/// In which group each of `count` rows stands, when `passed` rows were on the pages before. The rows
/// come group by group, so their places in the whole list decide; closed groups have none.
#[must_use]
pub fn places(groups: &[Group], closed: &[String], passed: usize, count: usize) -> Vec<usize> {
    let ends = ends(groups, closed);
    let last = groups.len().saturating_sub(1);
    (passed..passed + count)
        .map(|at| ends.iter().position(|end| at < *end).unwrap_or(last))
        .collect()
}

/// How many rows there are up to the end of each group.
fn ends(groups: &[Group], closed: &[String]) -> Vec<usize> {
    let mut sum = 0;
    let size = |group: &Group| match closed.contains(&group.value) {
        true => 0,
        false => usize::try_from(group.count).unwrap_or(0),
    };
    groups
        .iter()
        .map(|group| {
            sum += size(group);
            sum
        })
        .collect()
}

/// How many rows the open groups have.
#[must_use]
pub fn open_rows(groups: &[Group], closed: &[String]) -> usize {
    ends(groups, closed).last().copied().unwrap_or(0)
}

/// A line of a list in groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The head of a group.
    Head(usize),
    /// A row, by its place on the page.
    Row(usize),
}

/// Heads and rows of a page whose rows stand in those groups. A head comes with the first of its rows, and
/// again where a page goes on within a group; those without rows come before the next that has some, or
/// at the end of the `last` page.
#[must_use]
pub fn parts(
    groups: &[Group],
    closed: &[String],
    passed: usize,
    places: &[usize],
    last: bool,
) -> Vec<Part> {
    let mut parts = Vec::new();
    let before = ends(groups, closed);
    let begins = |at: usize| {
        let start = at.checked_sub(1).and_then(|at| before.get(at).copied());
        start.unwrap_or(0) >= passed
    };
    // The first group whose head was not shown yet, here or on a page before.
    let mut next = match places.first() {
        Some(at) if !begins(*at) => *at,
        _ if passed == 0 => 0,
        Some(at) => (0..*at)
            .rev()
            .find(|at| !is_closed(groups, closed, *at))
            .map_or(0, |at| at + 1),
        None => groups.len(),
    };
    for (row, at) in places.iter().enumerate() {
        if *at >= next {
            parts.extend((next..=*at).map(Part::Head));
            next = at + 1;
        }
        if !is_closed(groups, closed, *at) {
            parts.push(Part::Row(row));
        }
    }
    if last {
        parts.extend((next..groups.len()).map(Part::Head));
    }
    parts
}

fn is_closed(groups: &[Group], closed: &[String], at: usize) -> bool {
    groups
        .get(at)
        .is_some_and(|group| closed.contains(&group.value))
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
        Column::Fixed => Some(GroupBy::FixedVersion),
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
        assert_eq!(places(&groups, &[], 0, 5), [0, 0, 2, 2, 2]);
        assert_eq!(places(&groups, &[], 1, 2), [0, 2], "on the second page");
        assert_eq!(places(&groups, &[], 4, 2), [2, 2], "more than were counted");
        assert!(places(&[], &[], 0, 0).is_empty());
        let closed = ["a".to_owned()];
        assert_eq!(places(&groups, &closed, 0, 3), [2, 2, 2], "no places");
        assert_eq!(open_rows(&groups, &closed), 3);
    }

    #[test]
    fn heads_stand_where_their_groups_begin_closed_ones_too() {
        use Part::{Head, Row};
        let groups = [group("a", 2), group("b", 4), group("c", 3), group("d", 1)];
        let shut = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        let page = |closed: &[&str], passed: usize, count: usize, last: bool| {
            let closed = shut(closed);
            let places = places(&groups, &closed, passed, count);
            parts(&groups, &closed, passed, &places, last)
        };
        assert_eq!(
            page(&[], 0, 3, false),
            [Head(0), Row(0), Row(1), Head(1), Row(2)]
        );
        assert_eq!(
            page(&["b"], 0, 3, false),
            [Head(0), Row(0), Row(1), Head(1), Head(2), Row(2)]
        );
        // The next page goes on within c, and ends with what is closed at the end.
        assert_eq!(
            page(&["b", "d"], 3, 2, true),
            [Head(2), Row(0), Row(1), Head(3)]
        );
        // A page that begins with a group brings the closed ones before it.
        assert_eq!(
            page(&["b"], 2, 4, true),
            [Head(1), Head(2), Row(0), Row(1), Row(2), Head(3), Row(3)]
        );
        let all = page(&["a", "b", "c", "d"], 0, 0, true);
        assert_eq!(all, [Head(0), Head(1), Head(2), Head(3)]);
        // Just closed: the rows hide before the answer is there; just opened: its head stays.
        let old = places(&groups, &[], 0, 3);
        let now = parts(&groups, &shut(&["a"]), 0, &old, false);
        assert_eq!(now, [Head(0), Head(1), Row(2)]);
        let old = places(&groups, &shut(&["b"]), 0, 3);
        let now = parts(&groups, &[], 0, &old, false);
        assert_eq!(now, [Head(0), Row(0), Row(1), Head(1), Head(2), Row(2)]);
    }

    #[test]
    fn nothing_has_a_name() {
        assert_eq!(name(GroupBy::Assignee, &group("none", 1)), "Nobody");
        assert_eq!(name(GroupBy::Status, &group("Open", 1)), "Open");
    }
}

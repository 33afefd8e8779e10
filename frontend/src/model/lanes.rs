//! Swimlanes: the cards of each column, divided by one of their fields.

use domain::issue::IssueRow;
use std::collections::HashMap;
use uuid::Uuid;

use super::board::Layout;

/// What divides a board.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lanes {
    /// Nothing.
    #[default]
    None,
    /// Who works on it.
    Assignee,
    /// How soon.
    Priority,
    /// The issue it belongs to.
    Parent,
    /// Its first label.
    Label,
}

impl Lanes {
    /// All of them, as the menu offers them.
    pub const ALL: [Self; 5] = [
        Self::None,
        Self::Assignee,
        Self::Priority,
        Self::Parent,
        Self::Label,
    ];

    /// The word in the address.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Assignee => "assignee",
            Self::Priority => "priority",
            Self::Parent => "parent",
            Self::Label => "label",
        }
    }

    /// The word for people.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::None => "None",
            Self::Assignee => "Assignee",
            Self::Priority => "Priority",
            Self::Parent => "Epic or parent",
            Self::Label => "First label",
        }
    }

    /// Reads the word of the address.
    #[must_use]
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lanes| lanes.slug() == slug)
    }

    /// What puts the card into its lane, and the order of that lane; nothing is last.
    fn of(self, row: &IssueRow) -> (u8, String, String) {
        let none = |name: &str| (1, String::new(), name.to_owned());
        match self {
            Self::None => (0, String::new(), String::new()),
            Self::Assignee => row.assignee.as_ref().map_or_else(
                || none("Nobody"),
                // Two people of one name have a lane each.
                |user| {
                    let name = user.display_name.clone();
                    (0, format!("{name}\0{}", user.username), name)
                },
            ),
            Self::Priority => {
                let number = row.priority.number();
                let name = row.priority.name();
                (0, number.to_string(), format!("P{number} {name}"))
            }
            Self::Parent => row.parent.as_ref().map_or_else(
                || none("Without a parent"),
                |key| (0, padded(key), key.clone()),
            ),
            Self::Label => row.labels.first().map_or_else(
                || none("Without a label"),
                |label| (0, label.name.to_lowercase(), label.name.clone()),
            ),
        }
    }
}

/// A key that sorts by its number: `APP-9` before `APP-10`.
fn padded(key: &str) -> String {
    match key.rsplit_once('-') {
        Some((project, number)) => format!("{project}-{number:0>12}"),
        None => key.to_owned(),
    }
}

/// One lane: a name, and its part of each column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lane {
    /// Tells lanes apart.
    pub key: String,
    /// The name for people; empty for the only lane of an undivided board.
    pub name: String,
    /// Its cards, column by column.
    pub cells: Vec<Vec<Uuid>>,
}

impl Lane {
    /// Key of the issue whose parts the lane holds, on a board that is divided by parents.
    #[must_use]
    pub fn parent(&self, by: Lanes) -> Option<&str> {
        (by == Lanes::Parent && self.key.starts_with('0')).then_some(self.name.as_str())
    }

    /// How many cards it has.
    #[must_use]
    pub fn count(&self) -> usize {
        self.cells.iter().map(Vec::len).sum()
    }
}

/// Whether that is the number of the last lane. A lane that is about to go has a number beyond all.
#[must_use]
pub fn is_last(lanes: &[Lane], number: usize) -> bool {
    number.checked_add(1) == Some(lanes.len())
}

/// People of the same name are told apart by what they sign in with.
fn tell_apart(lanes: &mut [Lane]) {
    let names: Vec<String> = lanes.iter().map(|lane| lane.name.clone()).collect();
    for lane in lanes {
        let alike = names.iter().filter(|name| **name == lane.name).count();
        if let Some((_, user)) = lane.key.split_once('\0').filter(|_| alike > 1) {
            lane.name = format!("{} ({user})", lane.name);
        }
    }
}

/// Divides the board. There is always one lane at least.
#[must_use]
pub fn divide(layout: &Layout, by: Lanes, row: impl Fn(Uuid) -> Option<IssueRow>) -> Vec<Lane> {
    let width = layout.columns.len();
    let empty = || vec![Vec::new(); width];
    if by == Lanes::None {
        let cells = layout
            .columns
            .iter()
            .map(|column| column.cards.clone())
            .collect();
        return vec![Lane {
            key: String::new(),
            name: String::new(),
            cells,
        }];
    }
    let mut lanes: HashMap<(u8, String), Lane> = HashMap::new();
    for (number, column) in layout.columns.iter().enumerate() {
        for card in &column.cards {
            let Some(row) = row(*card) else { continue };
            let (last, order, name) = by.of(&row);
            let lane = lanes.entry((last, order.clone())).or_insert_with(|| Lane {
                key: format!("{last}{order}"),
                name,
                cells: empty(),
            });
            if let Some(cell) = lane.cells.get_mut(number) {
                cell.push(*card);
            }
        }
    }
    let mut lanes: Vec<((u8, String), Lane)> = lanes.into_iter().collect();
    lanes.sort_by(|a, b| a.0.cmp(&b.0));
    let mut lanes: Vec<Lane> = lanes.into_iter().map(|(_, lane)| lane).collect();
    tell_apart(&mut lanes);
    if lanes.is_empty() {
        lanes.push(Lane {
            key: String::new(),
            name: String::new(),
            cells: empty(),
        });
    }
    lanes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::board::tests::{card, layout};
    use domain::issue::Priority;

    fn row(priority: i16, parent: Option<&str>) -> IssueRow {
        let mut row = super::super::row::row_of(crate::model::change::tests::issue());
        row.priority = Priority::new(priority).unwrap();
        row.parent = parent.map(ToOwned::to_owned);
        row
    }

    #[test]
    fn an_undivided_board_is_one_lane() {
        let lanes = divide(&layout(&[&[1, 2], &[]]), Lanes::None, |_| None);
        assert_eq!(lanes.len(), 1);
        assert_eq!(lanes[0].cells, [vec![card(1), card(2)], vec![]]);
    }

    #[test]
    fn lanes_keep_the_order_of_the_column_and_nothing_comes_last() {
        let board = layout(&[&[1, 2, 3], &[4]]);
        let parent = |id: Uuid| match id.as_u128() {
            1 => Some(row(3, None)),
            4 => Some(row(3, Some("APP-10"))),
            _ => Some(row(3, Some("APP-9"))),
        };
        let lanes = divide(&board, Lanes::Parent, parent);
        let names: Vec<&str> = lanes.iter().map(|lane| lane.name.as_str()).collect();
        assert_eq!(names, ["APP-9", "APP-10", "Without a parent"]);
        assert_eq!(lanes[0].cells, [vec![card(2), card(3)], vec![]]);
        assert_eq!(lanes[1].count(), 1);
        let parents: Vec<Option<&str>> = lanes.iter().map(|l| l.parent(Lanes::Parent)).collect();
        assert_eq!(parents, [Some("APP-9"), Some("APP-10"), None]);
    }

    #[test]
    fn people_of_one_name_have_a_lane_each() {
        let board = layout(&[&[1, 2, 3]]);
        let of = |id: Uuid| {
            let user = |username: &str, display_name: &str| {
                serde_json::from_value(serde_json::json!({
                    "id": id, "username": username, "display_name": display_name, "kind": "human"
                }))
                .unwrap()
            };
            let mut row = row(3, None);
            row.assignee = Some(match id.as_u128() {
                1 => user("ada", "Ada Smith"),
                2 => user("ada2", "Ada Smith"),
                _ => user("bob", "Bob"),
            });
            Some(row)
        };
        let lanes = divide(&board, Lanes::Assignee, of);
        let names: Vec<&str> = lanes.iter().map(|lane| lane.name.as_str()).collect();
        assert_eq!(names, ["Ada Smith (ada)", "Ada Smith (ada2)", "Bob"]);
    }

    #[test]
    fn a_lane_that_is_about_to_go_is_not_the_last() {
        let lanes = divide(&layout(&[&[1]]), Lanes::None, |_| None);
        assert!(is_last(&lanes, 0));
        assert!(!is_last(&lanes, 1));
        assert!(!is_last(&lanes, usize::MAX));
    }

    #[test]
    fn priorities_run_from_the_highest() {
        let board = layout(&[&[1, 2]]);
        let lanes = divide(&board, Lanes::Priority, |id| {
            Some(row(if id == card(1) { 3 } else { 1 }, None))
        });
        let names: Vec<&str> = lanes.iter().map(|lane| lane.name.as_str()).collect();
        assert_eq!(names, ["P1 highest", "P3 normal"]);
    }

    #[test]
    fn the_word_of_the_address_is_read_back() {
        for lanes in Lanes::ALL {
            assert_eq!(Lanes::from_slug(lanes.slug()), Some(lanes));
        }
        assert_eq!(Lanes::from_slug("moon"), None);
    }
}

//! Swimlanes: the cards of each column, divided by one of their fields.

use domain::issue::{IssuePatch, IssueRow, Priority};
use domain::label::LabelRef;
use domain::user::UserRef;
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

    /// What puts the card into its lane.
    #[must_use]
    pub fn of(self, row: &IssueRow) -> Stand {
        match self {
            Self::None => Stand::All,
            Self::Assignee => Stand::Assignee(row.assignee.clone()),
            Self::Priority => Stand::Priority(row.priority),
            Self::Parent => Stand::Parent(row.parent.clone()),
            Self::Label => Stand::Label(row.labels.first().cloned()),
        }
    }
}

/// What a lane stands for: what all of its cards have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Stand {
    /// Nothing: the only lane of an undivided board.
    #[default]
    All,
    /// Who works on them.
    Assignee(Option<UserRef>),
    /// How soon.
    Priority(Priority),
    /// Key of the issue they belong to.
    Parent(Option<String>),
    /// The first of their labels.
    Label(Option<LabelRef>),
}

impl Stand {
    /// The order of the lane, and its name; nothing is last.
    fn order(&self) -> (u8, String, String) {
        let name = self.name();
        match self {
            Self::All => (0, String::new(), name),
            // Two people of one name have a lane each.
            Self::Assignee(Some(user)) => (0, format!("{name}\0{}", user.username), name),
            Self::Priority(priority) => (0, priority.number().to_string(), name),
            Self::Parent(Some(key)) => (0, padded(key), name),
            Self::Label(Some(label)) => (0, label.name.to_lowercase(), name),
            Self::Assignee(None) | Self::Parent(None) | Self::Label(None) => {
                (1, String::new(), name)
            }
        }
    }

    /// The name for people.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::All => String::new(),
            Self::Assignee(Some(user)) => user.display_name.clone(),
            Self::Assignee(None) => "Nobody".into(),
            Self::Priority(priority) => format!("P{} {}", priority.number(), priority.name()),
            Self::Parent(Some(key)) => key.clone(),
            Self::Parent(None) => "Without a parent".into(),
            Self::Label(Some(label)) => label.name.clone(),
            Self::Label(None) => "Without a label".into(),
        }
    }

    /// What has to change for that card to stand in this lane; nothing where it does, and why it
    /// cannot where no change would do.
    pub fn refit(&self, row: &IssueRow) -> Result<Option<Refit>, String> {
        let refit = match self {
            Self::All => return Ok(None),
            Self::Assignee(user) => (*user != row.assignee).then(|| Refit::Assignee(user.clone())),
            Self::Priority(priority) => {
                (*priority != row.priority).then_some(Refit::Priority(*priority))
            }
            Self::Parent(Some(key)) if *key == row.key => {
                return Err(format!("{key} cannot be a part of itself."));
            }
            Self::Parent(key) => (*key != row.parent).then(|| Refit::Parent(key.clone())),
            Self::Label(label) => {
                let first = row.labels.first();
                let refit = (label.as_ref() != first).then(|| Refit::Labels {
                    off: first.cloned(),
                    on: label.clone(),
                });
                // Only the label of its lane goes: the others are nobody's to take away here.
                let mut after = row.clone();
                if let Some(refit) = &refit {
                    refit.put(&mut after);
                }
                match after.labels.first() {
                    stays if stays == label.as_ref() => refit,
                    Some(stays) => {
                        let stays = &stays.name;
                        return Err(format!(
                            "It also has the label {stays}, which would put it into the lane {stays}."
                        ));
                    }
                    None => refit,
                }
            }
        };
        Ok(refit)
    }
}

/// A change of what a lane stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refit {
    /// Somebody else works on it, or nobody.
    Assignee(Option<UserRef>),
    /// Sooner or later.
    Priority(Priority),
    /// It belongs to another issue, or to none.
    Parent(Option<String>),
    /// One label goes, one comes.
    Labels {
        /// The one that goes.
        off: Option<LabelRef>,
        /// The one that comes.
        on: Option<LabelRef>,
    },
}

impl Refit {
    /// The lane that it leads to.
    #[must_use]
    pub fn stand(&self) -> Stand {
        match self {
            Self::Assignee(user) => Stand::Assignee(user.clone()),
            Self::Priority(priority) => Stand::Priority(*priority),
            Self::Parent(key) => Stand::Parent(key.clone()),
            Self::Labels { on, .. } => Stand::Label(on.clone()),
        }
    }

    /// What takes it back from a card that was like this.
    #[must_use]
    pub fn back(&self, before: &IssueRow) -> Self {
        match self {
            Self::Assignee(_) => Self::Assignee(before.assignee.clone()),
            Self::Priority(_) => Self::Priority(before.priority),
            Self::Parent(_) => Self::Parent(before.parent.clone()),
            Self::Labels { off, on } => Self::Labels {
                off: on.clone().filter(|on| !before.labels.contains(on)),
                on: off.clone(),
            },
        }
    }

    /// The card as it will be.
    pub fn put(&self, row: &mut IssueRow) {
        match self {
            Self::Assignee(user) => row.assignee.clone_from(user),
            Self::Priority(priority) => row.priority = *priority,
            Self::Parent(key) => row.parent.clone_from(key),
            Self::Labels { .. } => row.labels = self.labels(&row.labels),
        }
    }

    /// The labels of a card that has those, in their order.
    #[must_use]
    pub fn labels(&self, now: &[LabelRef]) -> Vec<LabelRef> {
        let Self::Labels { off, on } = self else {
            return now.to_vec();
        };
        let other = |label: &&LabelRef| Some(*label) != off.as_ref() && Some(*label) != on.as_ref();
        let mut labels: Vec<LabelRef> = now.iter().filter(other).cloned().collect();
        labels.extend(on.clone());
        labels.sort_by_key(|label| label.name.to_lowercase());
        labels
    }

    /// The same for the server, for a card that has those labels.
    pub fn write(&self, patch: &mut IssuePatch, labels: &[LabelRef]) {
        match self {
            Self::Assignee(user) => {
                patch.assignee = Some(user.as_ref().map(|user| user.username.clone()));
            }
            Self::Priority(priority) => patch.priority = Some(*priority),
            Self::Parent(key) => patch.parent = Some(key.clone()),
            Self::Labels { .. } => {
                let names = self.labels(labels).into_iter().map(|label| label.name);
                patch.labels = Some(names.collect());
            }
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
    /// What its cards have.
    pub stand: Stand,
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
            stand: Stand::All,
            cells,
        }];
    }
    let mut lanes: HashMap<(u8, String), Lane> = HashMap::new();
    for (number, column) in layout.columns.iter().enumerate() {
        for card in &column.cards {
            let Some(row) = row(*card) else { continue };
            let stand = by.of(&row);
            let (last, order, name) = stand.order();
            let lane = lanes.entry((last, order.clone())).or_insert_with(|| Lane {
                key: format!("{last}{order}"),
                name,
                stand,
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
            stand: Stand::All,
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

    fn label(name: &str) -> LabelRef {
        LabelRef {
            id: Uuid::from_u128(name.bytes().map(u128::from).sum()),
            name: name.to_owned(),
            colour: "#123456".to_owned(),
        }
    }

    fn labelled(names: &[&str]) -> IssueRow {
        let mut row = row(3, None);
        row.labels = names.iter().map(|name| label(name)).collect();
        row
    }

    #[test]
    fn another_lane_changes_what_it_stands_for_and_undo_restores_it() {
        let before = row(3, Some("APP-9"));
        for stand in [
            Stand::Priority(Priority::new(1).unwrap()),
            Stand::Parent(Some("APP-10".into())),
            Stand::Parent(None),
        ] {
            let refit = stand.refit(&before).unwrap().unwrap();
            assert_eq!(refit.stand(), stand);
            let mut row = before.clone();
            refit.put(&mut row);
            assert_ne!(row, before);
            assert_eq!(stand.refit(&row), Ok(None), "it stands there now");
            refit.back(&before).put(&mut row);
            assert_eq!(row, before);
        }
        assert_eq!(Stand::All.refit(&before), Ok(None));
        let own = Stand::Parent(Some(before.key.clone()));
        assert!(own.refit(&before).unwrap_err().contains("part of itself"));
    }

    #[test]
    fn of_the_labels_only_that_of_the_lane_goes() {
        let before = labelled(&["api", "zebra"]);
        let to = |name: &str| Stand::Label(Some(label(name)));
        let refit = to("map").refit(&before).unwrap().unwrap();
        let mut patch = IssuePatch::default();
        refit.write(&mut patch, &[label("api"), label("mine"), label("zebra")]);
        assert_eq!(
            patch.labels.unwrap(),
            ["map", "mine", "zebra"],
            "also of labels that came meanwhile"
        );
        let mut row = before.clone();
        refit.put(&mut row);
        refit.back(&before).put(&mut row);
        assert_eq!(row, before);

        // A label that it had already stays when the move is taken back.
        let both = labelled(&["api", "map"]);
        let refit = to("map").refit(&both).unwrap().unwrap();
        let mut row = both.clone();
        refit.put(&mut row);
        assert_eq!(row, labelled(&["map"]));
        refit.back(&both).put(&mut row);
        assert_eq!(row, both);
    }

    #[test]
    fn a_label_that_comes_first_keeps_the_card_out_of_a_lane() {
        let row = labelled(&["api", "core"]);
        let why = Stand::Label(Some(label("map"))).refit(&row).unwrap_err();
        assert_eq!(
            why,
            "It also has the label core, which would put it into the lane core."
        );
        assert!(Stand::Label(None).refit(&row).is_err());
        assert!(Stand::Label(None).refit(&labelled(&["api"])).is_ok());
    }

    #[test]
    fn the_word_of_the_address_is_read_back() {
        for lanes in Lanes::ALL {
            assert_eq!(Lanes::from_slug(lanes.slug()), Some(lanes));
        }
        assert_eq!(Lanes::from_slug("moon"), None);
    }
}

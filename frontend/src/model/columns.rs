//! The columns of a list of issues: which there are, which are chosen, and which there is room for.

use super::change::Field;

/// One column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// How soon.
    Priority,
    /// The key.
    Key,
    /// Where it stands.
    Status,
    /// What kind of work.
    Type,
    /// The title; always there.
    Title,
    /// The issue that it is a part of.
    Parent,
    /// The project.
    Project,
    /// Labels.
    Labels,
    /// How long it was in each stage.
    Life,
    /// How bad.
    Severity,
    /// How it ended.
    Resolution,
    /// The version it was seen in.
    Affected,
    /// The version that has the remedy.
    Fixed,
    /// Size.
    Points,
    /// How many voted for it.
    Votes,
    /// When work shall begin.
    Start,
    /// When it shall be done.
    Due,
    /// Who reported it.
    Reporter,
    /// Who works on it.
    Assignee,
    /// When it was made.
    Created,
    /// Last change.
    Updated,
}

impl Column {
    /// All of them, as they stand from left to right.
    pub const ALL: [Self; 21] = [
        Self::Priority,
        Self::Key,
        Self::Status,
        Self::Type,
        Self::Title,
        Self::Parent,
        Self::Project,
        Self::Labels,
        Self::Life,
        Self::Severity,
        Self::Resolution,
        Self::Affected,
        Self::Fixed,
        Self::Points,
        Self::Votes,
        Self::Start,
        Self::Due,
        Self::Reporter,
        Self::Assignee,
        Self::Created,
        Self::Updated,
    ];

    /// Name in the address.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Priority => "priority",
            Self::Key => "key",
            Self::Status => "status",
            Self::Type => "type",
            Self::Title => "title",
            Self::Parent => "parent",
            Self::Project => "project",
            Self::Labels => "labels",
            Self::Life => "life",
            Self::Severity => "severity",
            Self::Resolution => "resolution",
            Self::Affected => "affected",
            Self::Fixed => "fixed",
            Self::Points => "points",
            Self::Votes => "votes",
            Self::Start => "start",
            Self::Due => "due",
            Self::Reporter => "reporter",
            Self::Assignee => "assignee",
            Self::Created => "created",
            Self::Updated => "updated",
        }
    }

    /// The word for people.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Priority => "Priority",
            Self::Key => "Key",
            Self::Status => "Status",
            Self::Type => "Type",
            Self::Title => "Title",
            Self::Parent => "Parent",
            Self::Project => "Project",
            Self::Labels => "Labels",
            Self::Life => "Life",
            Self::Severity => "Severity",
            Self::Resolution => "Resolution",
            Self::Affected => "Seen in",
            Self::Fixed => "Fixed in",
            Self::Points => "Points",
            Self::Votes => "Votes",
            Self::Start => "Start",
            Self::Due => "Due",
            Self::Reporter => "Reporter",
            Self::Assignee => "Assignee",
            Self::Created => "Created",
            Self::Updated => "Updated",
        }
    }

    /// What pressing a cell of it changes; nothing where the column only shows.
    #[must_use]
    pub const fn field(self) -> Option<Field> {
        match self {
            Self::Priority => Some(Field::Priority),
            Self::Status => Some(Field::Status),
            Self::Type => Some(Field::Type),
            Self::Title => Some(Field::Title),
            Self::Parent => Some(Field::Parent),
            Self::Labels => Some(Field::Labels),
            Self::Severity => Some(Field::Severity),
            Self::Resolution => Some(Field::Resolution),
            Self::Affected => Some(Field::Affected),
            Self::Fixed => Some(Field::Fixed),
            Self::Points => Some(Field::Points),
            Self::Start => Some(Field::Start),
            Self::Due => Some(Field::Due),
            Self::Assignee => Some(Field::Assignee),
            Self::Key
            | Self::Project
            | Self::Life
            | Self::Votes
            | Self::Reporter
            | Self::Created
            | Self::Updated => None,
        }
    }

    /// The column in which that field is changed.
    #[must_use]
    pub fn of(field: Field) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|column| column.field() == Some(field))
    }

    /// Whether small screens leave it out.
    #[must_use]
    pub const fn only_wide(self) -> bool {
        !matches!(
            self,
            Self::Priority
                | Self::Key
                | Self::Status
                | Self::Title
                | Self::Life
                | Self::Severity
                | Self::Assignee
                | Self::Updated
        )
    }

    /// How many pixels it needs, and has where there is room; the title takes what is left.
    const fn width(self) -> (u32, u32) {
        match self {
            Self::Priority | Self::Reporter | Self::Assignee => (28, 28),
            Self::Key => (64, 64),
            Self::Status => (24, 24),
            Self::Type => (72, 96),
            Self::Title => (TITLE, TITLE),
            Self::Parent => (64, 64),
            Self::Project => (44, 52),
            Self::Labels => (72, 152),
            Self::Life => (56, 88),
            Self::Severity => (88, 88),
            Self::Resolution => (72, 104),
            Self::Affected | Self::Fixed => (52, 76),
            Self::Points => (32, 36),
            Self::Votes => (48, 48),
            Self::Due => (80, 84),
            Self::Start | Self::Created | Self::Updated => (72, 76),
        }
    }

    fn track(self, tight: bool) -> String {
        match self.width() {
            _ if self == Self::Title => "minmax(0,1fr)".to_owned(),
            (least, _) if matches!(self, Self::Key | Self::Parent) => {
                format!("calc({least}px + var(--long-keys, 0px))")
            }
            (least, _) if tight => format!("{least}px"),
            (least, most) if self == Self::Labels => format!("minmax({least}px,{most}px)"),
            (_, most) => format!("{most}px"),
        }
    }
}

/// The chosen ones; the title is always among them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns(Vec<Column>);

impl Default for Columns {
    fn default() -> Self {
        use Column::{Assignee, Key, Life, Points, Priority, Severity, Status, Title, Updated};
        Self(vec![
            Priority, Key, Status, Title, Life, Severity, Points, Assignee, Updated,
        ])
    }
}

impl Columns {
    /// From the address; what is not understood is left out.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let named: Vec<&str> = text.split(',').map(str::trim).collect();
        Self::of(|column| named.contains(&column.name()))
    }

    /// For the address; nothing for the usual ones.
    #[must_use]
    pub fn write(&self) -> Option<String> {
        (*self != Self::default()).then(|| self.names())
    }

    /// All of their names.
    #[must_use]
    pub fn names(&self) -> String {
        let names: Vec<&str> = self.0.iter().map(|column| column.name()).collect();
        names.join(",")
    }

    /// From left to right.
    #[must_use]
    pub fn list(&self) -> &[Column] {
        &self.0
    }

    /// Whether that one is chosen.
    #[must_use]
    pub fn has(&self, column: Column) -> bool {
        self.0.contains(&column)
    }

    /// The same with that one added, or taken away when it is there.
    #[must_use]
    pub fn toggle(&self, column: Column) -> Self {
        Self::of(|one| self.has(one) != (one == column))
    }

    fn of(chosen: impl Fn(Column) -> bool) -> Self {
        let is_in = |column: &Column| *column == Column::Title || chosen(*column);
        Self(Column::ALL.into_iter().filter(is_in).collect())
    }
}

/// The box for choosing rows, in pixels.
const BOX: u32 = 20;
/// The least that can be read of a title.
const TITLE: u32 = 200;

/// The pixels between two columns.
const fn between(tight: bool) -> u32 {
    if tight { 8 } else { 12 }
}

/// What they take with the box: all that they need, or all that they like to have.
fn sum(columns: &[Column], tight: bool) -> u32 {
    let each = columns.iter().map(|column| {
        let (least, most) = column.width();
        between(tight) + if tight { least } else { most }
    });
    BOX + each.sum::<u32>()
}

/// Whether they stand closer together in that room than they like.
#[must_use]
pub fn is_tight(columns: &[Column], room: Option<u32>) -> bool {
    room.is_some_and(|room| sum(columns, false) > room)
}

/// The widths of these for `grid-template-columns` in that room, with the box for choosing rows first.
#[must_use]
pub fn widths(columns: &[Column], room: Option<u32>) -> String {
    let tight = is_tight(columns, room);
    let widths: Vec<String> = columns.iter().map(|column| column.track(tight)).collect();
    format!("{BOX}px {}", widths.join(" "))
}

/// How many pixels more than usual a column of keys needs, of which the longest has that many letters.
#[must_use]
pub fn long_keys(longest: usize) -> String {
    format!("{}px", longest.saturating_sub(USUAL_KEY) * LETTER)
}

/// Letters of a key for which its column has room.
const USUAL_KEY: usize = 8;
/// Pixels of a letter of a key.
const LETTER: usize = 8;

/// The gap between them, for `column-gap`.
#[must_use]
pub fn gap(columns: &[Column], room: Option<u32>) -> String {
    format!("{}px", between(is_tight(columns, room)))
}

/// Which columns go when there is no room for all of them: the first ones first. The title and what
/// tells issues apart stay.
const LEAVE: [Column; 17] = [
    Column::Life,
    Column::Created,
    Column::Reporter,
    Column::Project,
    Column::Resolution,
    Column::Votes,
    Column::Affected,
    Column::Updated,
    Column::Parent,
    Column::Type,
    Column::Fixed,
    Column::Start,
    Column::Labels,
    Column::Points,
    Column::Due,
    Column::Severity,
    Column::Assignee,
];

/// Those that stand in that many pixels with a title that can be read.
#[must_use]
pub fn fitting(columns: &[Column], room: u32) -> Vec<Column> {
    let mut fit = columns.to_vec();
    for column in LEAVE {
        if sum(&fit, true) <= room {
            break;
        }
        fit.retain(|one| *one != column);
    }
    fit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_columns_are_not_in_the_address() {
        assert_eq!(Columns::default().write(), None);
        let back = Columns::default().toggle(Column::Due).toggle(Column::Due);
        assert_eq!(back, Columns::default());
    }

    #[test]
    fn chosen_columns_survive_the_address_and_stand_in_their_order() {
        let chosen = Columns::read("due,nonsense,priority");
        assert_eq!(
            chosen.list(),
            [Column::Priority, Column::Title, Column::Due]
        );
        assert_eq!(chosen.write().as_deref(), Some("priority,title,due"));
        assert_eq!(Columns::read("priority,title,due"), chosen);
        let set = |room| widths(chosen.list(), room);
        assert_eq!(set(None), "20px 28px minmax(0,1fr) 84px");
        assert_eq!(set(Some(368)), "20px 28px minmax(0,1fr) 84px");
        assert_eq!(set(Some(367)), "20px 28px minmax(0,1fr) 80px");
    }

    #[test]
    fn the_title_stays() {
        let none = Columns::read("").toggle(Column::Title);
        assert_eq!(none.list(), [Column::Title]);
    }

    #[test]
    fn every_field_but_the_text_has_a_column_that_changes_it() {
        for field in Field::ALL {
            let found = Column::of(field);
            assert_eq!(found.is_none(), field == Field::Description, "{field:?}");
            assert_eq!(found.and_then(Column::field), found.map(|_| field));
        }
        let one: Vec<Field> = Column::ALL.into_iter().filter_map(Column::field).collect();
        for (at, field) in one.iter().enumerate() {
            assert!(!one[..at].contains(field), "{field:?} is in two columns");
        }
    }

    #[test]
    fn the_title_can_be_read_however_many_columns_are_chosen() {
        let usual = Columns::default();
        assert_eq!(fitting(usual.list(), 752), usual.list());
        assert_eq!(fitting(&Column::ALL, 2000), Column::ALL);
        let fit = fitting(&Column::ALL, 1168);
        assert!(sum(&fit, true) <= 1168 && fit.len() < Column::ALL.len());
        // No more go than have to.
        let mut more = fit.clone();
        let last = LEAVE.iter().rev().find(|column| !fit.contains(column));
        more.extend(last);
        assert!(sum(&more, true) > 1168);
        assert_eq!(
            fitting(&Column::ALL, 0),
            [Column::Priority, Column::Key, Column::Status, Column::Title]
        );
    }
}

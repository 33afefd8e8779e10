//! The columns of a list of issues: which there are, and which are chosen.

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
    /// Size.
    Points,
    /// How many voted for it.
    Votes,
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
    pub const ALL: [Self; 17] = [
        Self::Priority,
        Self::Key,
        Self::Status,
        Self::Type,
        Self::Title,
        Self::Project,
        Self::Labels,
        Self::Life,
        Self::Severity,
        Self::Resolution,
        Self::Points,
        Self::Votes,
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
            Self::Project => "project",
            Self::Labels => "labels",
            Self::Life => "life",
            Self::Severity => "severity",
            Self::Resolution => "resolution",
            Self::Points => "points",
            Self::Votes => "votes",
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
            Self::Project => "Project",
            Self::Labels => "Labels",
            Self::Life => "Life",
            Self::Severity => "Severity",
            Self::Resolution => "Resolution",
            Self::Points => "Points",
            Self::Votes => "Votes",
            Self::Due => "Due",
            Self::Reporter => "Reporter",
            Self::Assignee => "Assignee",
            Self::Created => "Created",
            Self::Updated => "Updated",
        }
    }

    const fn width(self) -> &'static str {
        match self {
            Self::Priority => "28px",
            Self::Key => "64px",
            Self::Status => "24px",
            Self::Type => "96px",
            Self::Title => "minmax(0,1fr)",
            Self::Project => "52px",
            Self::Labels => "minmax(72px,152px)",
            Self::Life | Self::Severity => "88px",
            Self::Resolution => "104px",
            Self::Points => "36px",
            Self::Votes => "48px",
            Self::Due | Self::Created | Self::Updated => "76px",
            Self::Reporter | Self::Assignee => "28px",
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
        (*self != Self::default()).then(|| {
            let names: Vec<&str> = self.0.iter().map(|column| column.name()).collect();
            names.join(",")
        })
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

/// The widths of these for `grid-template-columns`, with the box for choosing rows first.
#[must_use]
pub fn widths(columns: &[Column]) -> String {
    let widths: Vec<&str> = columns.iter().map(|column| column.width()).collect();
    format!("20px {}", widths.join(" "))
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
        assert_eq!(widths(chosen.list()), "20px 28px minmax(0,1fr) 76px");
    }

    #[test]
    fn the_title_stays() {
        let none = Columns::read("").toggle(Column::Title);
        assert_eq!(none.list(), [Column::Title]);
    }
}

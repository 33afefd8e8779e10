//! The issue list's state as it stands in the address bar.

use super::columns::Columns;
use super::moment;
use chrono::{DateTime, Utc};
use domain::list::{GroupBy, IssueFilter, Sort, SortField, State};

/// Rows at once when the address does not say.
pub const SIZE_DEFAULT: u32 = 25;
/// Sizes to choose from.
pub const SIZES: [u32; 4] = [10, 25, 50, 100];

/// How the rows are shown; it asks nothing of the server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// The columns.
    pub columns: Columns,
    /// Whether rows with the same title are folded into one.
    pub fold: bool,
    /// Key of the issue that is open beside the list.
    pub peek: Option<String>,
    /// The groups that are closed, by their values.
    pub closed: Vec<String>,
}

/// Everything that decides which rows are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// Filters and order. Open issues unless the address says otherwise.
    pub filter: IssueFilter,
    /// Rows at once.
    pub size: u32,
    /// The cursors of the pages passed; the last one begins the page shown.
    pub cursors: Vec<String>,
    /// What the rows are cut into.
    pub group: Option<GroupBy>,
    /// How they are shown.
    pub look: Look,
    /// The moment; none for now.
    pub as_of: Option<DateTime<Utc>>,
}

impl Listing {
    /// Reads decoded query parameters. What is not understood is left out.
    #[must_use]
    pub fn read(project: Option<&str>, pairs: &[(String, String)]) -> Self {
        let known = |pair: &&(String, String)| {
            let one = [(pair.0.as_str(), pair.1.as_str())];
            IssueFilter::from_pairs(one).is_ok()
        };
        let pairs: Vec<&(String, String)> = pairs.iter().filter(known).collect();
        let read = IssueFilter::from_pairs(pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())));
        let (mut filter, others) = read.unwrap_or_default();
        filter.state = filter.state.or(Some(State::Open));
        if let Some(key) = project {
            filter.project = Some(key.to_ascii_uppercase());
        }
        let other = |name: &str| others.iter().find(|(n, _)| *n == name).map(|(_, v)| *v);
        let size = other("rows")
            .and_then(|rows| rows.parse().ok())
            .filter(|rows| SIZES.contains(rows));
        let cursors = other("after").map(|after| after.split('~').map(ToOwned::to_owned).collect());
        Self {
            filter,
            size: size.unwrap_or(SIZE_DEFAULT),
            cursors: cursors.unwrap_or_default(),
            group: other("group").and_then(|by| by.parse().ok()),
            as_of: moment::read(other(moment::PARAMETER)),
            look: Look {
                columns: other("cols").map(Columns::read).unwrap_or_default(),
                fold: other("fold") == Some("1"),
                peek: other("peek").map(str::to_ascii_uppercase),
                closed: other("closed")
                    .map(|values| values.split('~').map(ToOwned::to_owned).collect())
                    .unwrap_or_default(),
            },
        }
    }

    /// How many rows were on the pages before.
    #[must_use]
    pub fn passed(&self) -> usize {
        self.cursors.len() * usize::try_from(self.size).unwrap_or(0)
    }

    /// The same in its usual look: what the server is asked.
    #[must_use]
    pub fn question(&self) -> Self {
        Self {
            look: Look::default(),
            ..self.clone()
        }
    }

    /// The same as query parameters; what is usual is left out.
    #[must_use]
    pub fn write(&self, in_project: bool) -> Vec<(&'static str, String)> {
        let mut filter = self.filter.clone();
        filter.state = filter.state.filter(|state| *state != State::Open);
        if in_project {
            filter.project = None;
        }
        let mut pairs = filter.to_pairs();
        if self.size != SIZE_DEFAULT {
            pairs.push(("rows", self.size.to_string()));
        }
        if !self.cursors.is_empty() {
            pairs.push(("after", self.cursors.join("~")));
        }
        pairs.extend(self.group.map(|by| ("group", by.slug().to_owned())));
        if !self.look.closed.is_empty() {
            pairs.push(("closed", self.look.closed.join("~")));
        }
        pairs.extend(self.look.columns.write().map(|names| ("cols", names)));
        if self.look.fold {
            pairs.push(("fold", "1".to_owned()));
        }
        pairs.extend(self.look.peek.clone().map(|key| ("peek", key)));
        pairs.extend(self.as_of.map(|at| (moment::PARAMETER, moment::write(at))));
        pairs
    }

    /// The same from its first page: another filter makes cursors meaningless.
    #[must_use]
    pub fn with(&self, change: impl FnOnce(&mut IssueFilter)) -> Self {
        let mut filter = self.filter.clone();
        change(&mut filter);
        Self {
            filter,
            size: self.size,
            cursors: Vec::new(),
            as_of: self.as_of,
            group: self.group,
            look: self.look.clone(),
        }
    }

    /// The same at another moment, from its first page.
    #[must_use]
    pub fn at(&self, as_of: Option<DateTime<Utc>>) -> Self {
        Self {
            as_of,
            ..self.with(|_| {})
        }
    }

    /// The same rows cut into other groups, or none; all of them open.
    #[must_use]
    pub fn grouped(&self, by: Option<GroupBy>) -> Self {
        let mut to = self.with(|_| {});
        to.group = by;
        to.look.closed.clear();
        to
    }

    /// The same rows in another look.
    #[must_use]
    pub fn looking(&self, change: impl FnOnce(&mut Look)) -> Self {
        let mut to = self.clone();
        change(&mut to.look);
        to
    }
}

/// The direction in which a column is first sorted: the most telling end first.
#[must_use]
pub const fn first_direction(field: SortField) -> Sort {
    let descending = !matches!(
        field,
        SortField::Priority | SortField::Title | SortField::Due
    );
    Sort { field, descending }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter()
            .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
            .collect()
    }

    #[test]
    fn the_address_bar_and_the_list_agree() {
        let read = Listing::read(
            Some("app"),
            &pairs(&[
                ("severity", "high,critical"),
                ("rows", "50"),
                ("after", "a~b"),
                ("as_of", "2026-11-12T09:00:00Z"),
                ("sort", "priority"),
                ("cols", "key,due"),
                ("fold", "1"),
                ("group", "status"),
                ("closed", "open~done"),
                ("peek", "app-3"),
            ]),
        );
        assert_eq!(read.group, Some(GroupBy::Status));
        assert_eq!(read.look.closed, ["open", "done"]);
        assert!(read.grouped(None).look.closed.is_empty());
        assert_eq!(read.look.peek.as_deref(), Some("APP-3"));
        assert_eq!(read.filter.project.as_deref(), Some("APP"));
        assert_eq!(read.filter.state, Some(State::Open));
        assert_eq!(read.size, 50);
        assert_eq!(read.cursors, ["a", "b"]);
        let written: Vec<(String, String)> = read
            .write(true)
            .into_iter()
            .map(|(n, v)| (n.to_owned(), v))
            .collect();
        assert_eq!(Listing::read(Some("APP"), &written), read);
    }

    #[test]
    fn nonsense_is_left_out_and_the_rest_is_kept() {
        let read = Listing::read(
            None,
            &pairs(&[("severity", "huge"), ("state", "all"), ("rows", "7")]),
        );
        assert!(read.filter.severity.is_empty());
        assert_eq!(read.filter.state, Some(State::All));
        assert_eq!(read.size, SIZE_DEFAULT);
        assert_eq!(read.write(false), [("state", "all".to_owned())]);
    }

    #[test]
    fn another_filter_begins_at_the_first_page() {
        let read = Listing::read(None, &pairs(&[("after", "a")]));
        let next = read.with(|filter| filter.text = Some("x".into()));
        assert!(next.cursors.is_empty());
        let then = moment::read(Some("2026-11-12T09:00:00Z"));
        assert!(read.at(then).cursors.is_empty(), "so does another moment");
        assert_eq!(
            read.at(then).with(|_| {}).as_of,
            then,
            "which a filter keeps"
        );
    }
}

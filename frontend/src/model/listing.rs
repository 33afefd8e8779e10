//! The issue list's state as it stands in the address bar.

use super::columns::Columns;
use super::moment;
use super::saved;
use chrono::{DateTime, Utc};
use domain::filter::Query;
use domain::list::{GroupBy, IssueFilter, Sort, SortField, State};

/// Rows at once when the address does not say.
pub const SIZE_DEFAULT: u32 = 25;
/// Sizes to choose from.
pub const SIZES: [u32; 4] = [10, 25, 50, 100];

/// The filter of a list whose address says nothing.
const USUAL: &str = "is:open";

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
    /// What the server is asked: the project of the address, and everything else in the language.
    /// Open issues unless the address says otherwise.
    pub filter: IssueFilter,
    /// A text with a mistake; the list goes on without it.
    pub wrong: Option<String>,
    /// Rows at once.
    pub size: u32,
    /// The cursors of the pages passed; the last one begins the page shown.
    pub cursors: Vec<String>,
    /// What the rows are cut into.
    pub group: Option<GroupBy>,
    /// How they are shown.
    pub look: Look,
    /// Id of the saved view that this is, or was before it was changed.
    pub view: Option<String>,
    /// The moment; none for now.
    pub as_of: Option<DateTime<Utc>>,
}

impl Listing {
    /// Reads decoded query parameters. Plain filters of older links become words of the filter
    /// language; what is not understood is left out, except a text with a mistake, which is shown.
    #[must_use]
    pub fn read(project: Option<&str>, pairs: &[(String, String)]) -> Self {
        let known = |pair: &&(String, String)| {
            let one = [(pair.0.as_str(), pair.1.as_str())];
            IssueFilter::from_pairs(one).is_ok()
        };
        let wrong = pairs.iter().find(|pair| pair.0 == "q" && !known(pair));
        let wrong = wrong.map(|(_, text)| text.clone());
        let says = pairs.iter().any(|(name, _)| name == "q" || name == "state");
        let pairs: Vec<&(String, String)> = pairs.iter().filter(known).collect();
        let read = IssueFilter::from_pairs(pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())));
        let (mut filter, others) = read.unwrap_or_default();
        if !says {
            filter.state = Some(State::Open);
        }
        let here = project.map(str::to_ascii_uppercase);
        if here.is_some() {
            filter.project = None;
        }
        let filter = settled(here, filter.deleted, Query::from(&filter));
        let other = |name: &str| others.iter().find(|(n, _)| *n == name).map(|(_, v)| *v);
        let list = |name: &str| -> Vec<String> {
            let found = other(name).map(|text| text.split('~').map(ToOwned::to_owned).collect());
            found.unwrap_or_default()
        };
        let size = other("rows")
            .and_then(|rows| rows.parse().ok())
            .filter(|rows| SIZES.contains(rows));
        Self {
            filter,
            wrong,
            size: size.unwrap_or(SIZE_DEFAULT),
            cursors: list("after"),
            group: other("group").and_then(|by| by.parse().ok()),
            view: other(saved::PARAMETER).map(ToOwned::to_owned),
            as_of: moment::read(other(moment::PARAMETER)),
            look: Look {
                columns: other("cols").map(Columns::read).unwrap_or_default(),
                fold: other("fold") == Some("1"),
                peek: other("peek").map(str::to_ascii_uppercase),
                closed: list("closed"),
            },
        }
    }

    /// The filter in the language.
    #[must_use]
    pub fn query(&self) -> Query {
        self.filter.q.as_deref().cloned().unwrap_or_default()
    }

    /// The same list with another filter or order, from its first page.
    #[must_use]
    pub fn asking(&self, query: Query) -> Self {
        Self {
            filter: settled(self.filter.project.clone(), self.filter.deleted, query),
            wrong: None,
            cursors: Vec::new(),
            ..self.clone()
        }
    }

    /// How many rows were on the pages before.
    #[must_use]
    pub fn passed(&self) -> usize {
        self.cursors.len() * usize::try_from(self.size).unwrap_or(0)
    }

    /// The same in its usual look: what the server is asked. Closed groups take no rows.
    #[must_use]
    pub fn question(&self) -> Self {
        let closed = self.group.map(|_| self.look.closed.clone());
        Self {
            look: Look {
                closed: closed.unwrap_or_default(),
                ..Look::default()
            },
            view: None,
            ..self.clone()
        }
    }

    /// The same as query parameters; what is usual is left out.
    #[must_use]
    pub fn write(&self) -> Vec<(&'static str, String)> {
        let text = match &self.wrong {
            Some(wrong) => wrong.clone(),
            None => self.query().to_string(),
        };
        let mut pairs = Vec::new();
        pairs.extend(self.view.clone().map(|id| (saved::PARAMETER, id)));
        // A view that is named alone would say what is shown.
        if text != USUAL || self.view.is_some() {
            pairs.push(("q", text));
        }
        if self.filter.deleted {
            pairs.push(("deleted", "true".to_owned()));
        }
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

    /// The same at another moment, from its first page.
    #[must_use]
    pub fn at(&self, as_of: Option<DateTime<Utc>>) -> Self {
        Self {
            as_of,
            ..self.asking(self.query())
        }
    }

    /// The same rows cut into other groups, or none; all of them open.
    #[must_use]
    pub fn grouped(&self, by: Option<GroupBy>) -> Self {
        let mut to = self.asking(self.query());
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

fn settled(project: Option<String>, deleted: bool, query: Query) -> IssueFilter {
    let sort = query.sort.first().copied();
    let query = Query {
        expr: query.expr,
        sort: sort.into_iter().collect(),
    };
    IssueFilter {
        project,
        deleted,
        sort: sort.unwrap_or_default(),
        q: Some(Box::new(query)).filter(|query| **query != Query::default()),
        ..IssueFilter::default()
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
                ("q", "is:open severity:high,critical sort:priority"),
                ("rows", "50"),
                ("after", "a~b"),
                ("as_of", "2026-11-12T09:00:00Z"),
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
        assert_eq!(read.filter.sort.field, SortField::Priority);
        assert_eq!(read.size, 50);
        assert_eq!(read.cursors, ["a", "b"]);
        let written: Vec<(String, String)> = read
            .write()
            .into_iter()
            .map(|(n, v)| (n.to_owned(), v))
            .collect();
        assert_eq!(Listing::read(Some("APP"), &written), read);
    }

    #[test]
    fn plain_filters_of_older_links_become_the_language() {
        let read = Listing::read(
            None,
            &pairs(&[
                ("project", "app"),
                ("severity", "high,critical"),
                ("sort", "priority"),
            ]),
        );
        assert_eq!(
            read.query().to_string(),
            "is:open project:APP severity:high,critical sort:priority"
        );
        let closed = Listing::read(Some("APP"), &pairs(&[("state", "closed"), ("label", "ui")]));
        assert_eq!(closed.query().to_string(), "is:closed label:ui");
        assert_eq!(closed.filter.project.as_deref(), Some("APP"));
    }

    #[test]
    fn open_issues_unless_the_address_says_otherwise() {
        assert!(Listing::read(None, &[]).write().is_empty());
        assert_eq!(Listing::read(None, &[]).query().to_string(), "is:open");
        let all = Listing::read(None, &pairs(&[("q", "")]));
        assert_eq!(all.query(), Query::default());
        assert_eq!(all.write(), [("q", String::new())]);
    }

    #[test]
    fn nonsense_is_left_out_but_a_mistake_in_the_filter_is_shown() {
        let read = Listing::read(
            None,
            &pairs(&[("severity", "huge"), ("state", "all"), ("rows", "7")]),
        );
        assert_eq!(read.query(), Query::default());
        assert_eq!(read.size, SIZE_DEFAULT);
        let wrong = Listing::read(None, &pairs(&[("q", "severity:hgih")]));
        assert_eq!(wrong.wrong.as_deref(), Some("severity:hgih"));
        assert_eq!(wrong.write(), [("q", "severity:hgih".to_owned())]);
    }

    #[test]
    fn another_filter_begins_at_the_first_page() {
        let read = Listing::read(None, &pairs(&[("after", "a")]));
        assert!(read.asking(read.query()).cursors.is_empty());
        let then = moment::read(Some("2026-11-12T09:00:00Z"));
        assert!(read.at(then).cursors.is_empty(), "so does another moment");
        let kept = read.at(then);
        assert_eq!(
            kept.asking(kept.query()).as_of,
            then,
            "which a filter keeps"
        );
    }
}

//! The lists of one's own work.

use super::columns::{Column, Columns};
use super::listing::Listing;
use super::query_edit::with_sort;
use domain::filter::parse;
use domain::list::{GroupBy, Sort};

/// One list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MyList {
    /// What one works on.
    #[default]
    Assigned,
    /// What one reported.
    Reported,
    /// What one wants to hear of.
    Watching,
    /// What matters to one.
    Voted,
    /// What one works on and should have been done.
    Overdue,
    /// What nobody has taken: the queue of everybody who works on issues.
    Queue,
    /// What somebody has taken, under who it is: what everybody is busy with.
    Agents,
}

impl MyList {
    /// As the tabs stand.
    pub const ALL: [Self; 7] = [
        Self::Assigned,
        Self::Reported,
        Self::Watching,
        Self::Voted,
        Self::Overdue,
        Self::Queue,
        Self::Agents,
    ];

    /// Name in the address.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Assigned => "assigned",
            Self::Reported => "reported",
            Self::Watching => "watching",
            Self::Voted => "voted",
            Self::Overdue => "overdue",
            Self::Queue => "unassigned",
            Self::Agents => "agents",
        }
    }

    /// The word for people.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Assigned => "Assigned to me",
            Self::Reported => "Reported by me",
            Self::Watching => "Watching",
            Self::Voted => "Voted",
            Self::Overdue => "Overdue",
            Self::Queue => "Unassigned",
            Self::Agents => "By agent",
        }
    }

    /// What belongs here, when nothing is here.
    #[must_use]
    pub const fn empty(self) -> (&'static str, &'static str) {
        match self {
            Self::Assigned => (
                "Nothing is assigned to you",
                "Take an issue from the unassigned ones, or wait for somebody to give you one.",
            ),
            Self::Reported => (
                "You have reported nothing that is open",
                "What you report stays here until it is done.",
            ),
            Self::Watching => (
                "You watch nothing that is open",
                "What you report, are given or comment on is watched; so is what you press Watch on.",
            ),
            Self::Voted => (
                "You voted for nothing that is open",
                "What you press Vote on stays here until it is done; the more votes, the sooner it is seen.",
            ),
            Self::Overdue => (
                "Nothing of yours is overdue",
                "What is assigned to you and past its due date appears here.",
            ),
            Self::Queue => (
                "Every open issue has somebody",
                "What nobody has taken yet appears here.",
            ),
            Self::Agents => (
                "Nobody works on anything",
                "Open issues that somebody has taken appear here, under who works on them.",
            ),
        }
    }

    /// From the address.
    #[must_use]
    pub fn read(pairs: &[(String, String)]) -> Self {
        let wanted = pairs.iter().find(|(name, _)| name == "tab");
        let found =
            |(_, value): &(String, String)| Self::ALL.into_iter().find(|l| l.name() == value);
        wanted.and_then(found).unwrap_or_default()
    }

    /// The list behind it, in the order and look that the address asks for.
    #[must_use]
    pub fn listing(self, pairs: &[(String, String)]) -> Listing {
        let asked = Listing::read(None, pairs);
        let text = match self {
            Self::Assigned => "is:open assignee:@me",
            Self::Reported => "is:open reporter:@me",
            Self::Watching => "is:open is:watching",
            Self::Voted => "is:open is:voted",
            Self::Overdue => "is:overdue assignee:@me",
            Self::Queue => "is:open is:unassigned",
            Self::Agents => "is:open has:assignee",
        };
        let query = parse(text).unwrap_or_default();
        let listing = Listing {
            cursors: asked.cursors.clone(),
            group: asked.group.or(self.group()),
            ..asked.asking(with_sort(&query, asked.filter.sort))
        };
        if pairs.iter().any(|(name, _)| name == "cols") {
            return listing;
        }
        listing.looking(|look| look.columns = self.columns())
    }

    /// What the list is cut into when nobody asks for something else.
    const fn group(self) -> Option<GroupBy> {
        match self {
            Self::Agents => Some(GroupBy::Assignee),
            _ => None,
        }
    }

    /// Its columns when nobody asks for others: what is voted for is asked how many want it.
    fn columns(self) -> Columns {
        match self {
            Self::Voted => Columns::default().toggle(Column::Votes),
            _ => Columns::default(),
        }
    }

    /// The look of a list that another one shall have too: without what this one decides itself.
    #[must_use]
    pub fn shared(self, listing: &Listing) -> Listing {
        let mut look = listing.asking(listing.query());
        if look.look.columns == self.columns() {
            look.look.columns = Columns::default();
        }
        if self.group().is_some() && look.group == self.group() {
            look.grouped(None)
        } else {
            look
        }
    }

    /// The address of that list: what the list itself decides is left out.
    #[must_use]
    pub fn write(self, listing: &Listing) -> Vec<(&'static str, String)> {
        let mut pairs = listing.write();
        let own_group = self.group().is_some() && listing.group == self.group();
        let own = |name: &str| matches!(name, "q" | "cols") || own_group && name == "group";
        pairs.retain(|(name, _)| !own(name));
        let columns = &listing.look.columns;
        pairs.extend((*columns != self.columns()).then(|| ("cols", columns.names())));
        if listing.filter.sort != Sort::default() {
            pairs.insert(0, ("sort", listing.filter.sort.to_string()));
        }
        if self != Self::default() {
            pairs.insert(0, ("tab", self.name().to_owned()));
        }
        pairs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tab_decides_the_filter_and_the_address_the_rest() {
        let pairs = [
            ("tab".to_owned(), "unassigned".to_owned()),
            ("assignee".to_owned(), "ann".to_owned()),
            ("rows".to_owned(), "50".to_owned()),
            ("sort".to_owned(), "priority".to_owned()),
        ];
        let list = MyList::read(&pairs);
        assert_eq!(list, MyList::Queue);
        let listing = list.listing(&pairs);
        assert_eq!(
            listing.query().to_string(),
            "is:open is:unassigned sort:priority"
        );
        assert_eq!(listing.size, 50);
        let written = list.write(&listing);
        assert_eq!(
            written,
            [
                ("tab", "unassigned".to_owned()),
                ("sort", "priority".to_owned()),
                ("rows", "50".to_owned()),
            ]
        );
    }

    #[test]
    fn the_queue_of_agents_is_cut_by_who_works() {
        let tab = [("tab".to_owned(), "agents".to_owned())];
        let listing = MyList::read(&tab).listing(&tab);
        assert_eq!(listing.group, Some(GroupBy::Assignee));
        assert_eq!(
            MyList::Agents.write(&listing),
            [("tab", "agents".to_owned())]
        );
        // Another cut is asked for by the address; the other lists do not take over this one.
        let by_project = [tab, [("group".to_owned(), "project".to_owned())]].concat();
        let other = MyList::Agents.listing(&by_project);
        assert_eq!(other.group, Some(GroupBy::Project));
        assert_eq!(MyList::Agents.shared(&other).group, Some(GroupBy::Project));
        assert_eq!(MyList::Agents.shared(&listing).group, None);
    }

    #[test]
    fn votes_are_counted_where_one_voted() {
        let tab = [("tab".to_owned(), "voted".to_owned())];
        let listing = MyList::read(&tab).listing(&tab);
        assert!(listing.look.columns.has(Column::Votes));
        assert_eq!(MyList::Voted.write(&listing), [("tab", "voted".to_owned())]);
        // The other lists do not take them over, and they can be taken away.
        let shared = MyList::Voted.shared(&listing);
        assert_eq!(shared.look.columns, Columns::default());
        let bare = listing.looking(|look| look.columns = Columns::default());
        let written = MyList::Voted.write(&bare);
        let pairs: Vec<_> = written
            .into_iter()
            .map(|(n, v)| (n.to_owned(), v))
            .collect();
        assert_eq!(MyList::Voted.listing(&pairs).look, bare.look);
        // Chosen columns go along.
        let due = listing.looking(|look| look.columns = look.columns.toggle(Column::Due));
        assert!(MyList::Voted.shared(&due).look.columns.has(Column::Due));
    }

    #[test]
    fn the_first_tab_needs_no_word() {
        assert_eq!(MyList::read(&[]), MyList::Assigned);
        assert!(
            MyList::Assigned
                .write(&MyList::Assigned.listing(&[]))
                .is_empty()
        );
    }
}

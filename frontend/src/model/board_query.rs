//! The board's state as it stands in the address bar.

use super::lanes::Lanes;
use super::moment;
use super::saved;
use chrono::{DateTime, Utc};
use domain::filter::Query;
use domain::list::{IssueFilter, Sort};

/// Everything that decides what the board shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BoardQuery {
    /// Which cards. Open and closed ones: the columns say which is which.
    pub filter: IssueFilter,
    /// What divides it.
    pub lanes: Lanes,
    /// Id of the saved view that this is, or was before it was changed.
    pub view: Option<String>,
    /// Slug of the column that a small screen shows.
    pub column: Option<String>,
    /// The moment; none for now.
    pub as_of: Option<DateTime<Utc>>,
}

impl BoardQuery {
    /// Reads decoded query parameters. What is not understood is left out.
    #[must_use]
    pub fn read(pairs: &[(String, String)]) -> Self {
        let known = |pair: &&(String, String)| {
            IssueFilter::from_pairs([(pair.0.as_str(), pair.1.as_str())]).is_ok()
        };
        let kept = pairs
            .iter()
            .filter(known)
            .map(|(n, v)| (n.as_str(), v.as_str()));
        let (mut filter, others) = IssueFilter::from_pairs(kept).unwrap_or_default();
        // Columns take the place of these.
        filter.project = None;
        filter.state = None;
        filter.deleted = false;
        filter.sort = Sort::default();
        let other = |name: &str| others.iter().find(|(n, _)| *n == name).map(|(_, v)| *v);
        Self {
            filter,
            lanes: other("lanes")
                .and_then(Lanes::from_slug)
                .unwrap_or_default(),
            view: other(saved::PARAMETER).map(ToOwned::to_owned),
            column: other("column").map(ToOwned::to_owned),
            as_of: moment::read(other(moment::PARAMETER)),
        }
    }

    /// The same as query parameters; what is usual is left out.
    #[must_use]
    pub fn write(&self) -> Vec<(&'static str, String)> {
        let mut pairs = match &self.view {
            // A view that is named alone would say what is shown.
            Some(id) => vec![
                (saved::PARAMETER, id.clone()),
                ("q", Query::from(&self.filter).to_string()),
            ],
            None => self.filter.to_pairs(),
        };
        if self.lanes != Lanes::None {
            pairs.push(("lanes", self.lanes.slug().to_owned()));
        }
        pairs.extend(self.column.clone().map(|column| ("column", column)));
        pairs.extend(self.as_of.map(|at| (moment::PARAMETER, moment::write(at))));
        pairs
    }
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
    fn the_address_bar_and_the_board_agree() {
        let asked = pairs(&[
            ("severity", "high,critical"),
            ("lanes", "assignee"),
            ("column", "in_progress"),
            ("as_of", "2026-11-12T09:00:00Z"),
        ]);
        let read = BoardQuery::read(&asked);
        assert_eq!(read.lanes, Lanes::Assignee);
        assert!(read.as_of.is_some());
        let written: Vec<_> = read
            .write()
            .into_iter()
            .map(|(n, v)| (n.to_owned(), v))
            .collect();
        assert_eq!(written, asked);
    }

    #[test]
    fn nonsense_and_what_columns_say_already_is_left_out() {
        let read = BoardQuery::read(&pairs(&[
            ("severity", "huge"),
            ("state", "open"),
            ("sort", "title"),
            ("deleted", "true"),
            ("lanes", "moon"),
            ("as_of", "soon"),
        ]));
        assert_eq!(read, BoardQuery::default());
    }
}

//! Saved views: what of an address they keep, and the address that opens them.

use super::board_query::BoardQuery;
use super::lanes::Lanes;
use super::listing::Listing;
use domain::filter::Query;
use domain::list::IssueFilter;
use domain::paths::{page, with_query};
use domain::view::{Layout, View};

/// The parameter of the address that names the view.
pub const PARAMETER: &str = "view";

const LIST: &str = "list";
const BOARD: &str = "board";

/// What a view keeps, in the one form in which it is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    /// In the filter language.
    pub query: String,
    /// How it is shown.
    pub layout: Layout,
}

impl Saved {
    /// Of a list: filter, order, columns, groups, folding. Not how many rows and which page.
    #[must_use]
    pub fn of_listing(listing: &Listing) -> Self {
        let columns = listing.look.columns.write();
        Self {
            query: listing.query().to_string(),
            layout: Layout {
                columns: columns
                    .map(|names| names.split(',').map(ToOwned::to_owned).collect())
                    .unwrap_or_default(),
                group_by: listing.group.map(|by| by.slug().to_owned()),
                display: Some(LIST.to_owned()),
                fold: listing.look.fold,
            },
        }
    }

    /// Of a board: filter and lanes.
    #[must_use]
    pub fn of_board(query: &BoardQuery) -> Self {
        let lanes = Some(query.lanes).filter(|lanes| *lanes != Lanes::None);
        Self {
            query: Query::from(&query.filter).to_string(),
            layout: Layout {
                group_by: lanes.map(|lanes| lanes.slug().to_owned()),
                display: Some(BOARD.to_owned()),
                ..Layout::default()
            },
        }
    }

    /// Of a view, as the page that shows it would write it.
    #[must_use]
    pub fn of(view: &View) -> Self {
        match board_of(view) {
            Some(board) => Self::of_board(&board),
            None => Self::of_listing(&listing_of(view)),
        }
    }
}

/// Whether it is shown on the board of its project.
#[must_use]
pub fn is_board(view: &View) -> bool {
    view.project.is_some() && view.layout.display.as_deref() == Some(BOARD)
}

fn pairs(view: &View, group: &str) -> Vec<(String, String)> {
    let mut pairs = vec![(PARAMETER, view.id.to_string()), ("q", view.query.clone())];
    pairs.extend(view.layout.group_by.clone().map(|by| (group, by)));
    if !view.layout.columns.is_empty() {
        pairs.push(("cols", view.layout.columns.join(",")));
    }
    if view.layout.fold {
        pairs.push(("fold", "1".to_owned()));
    }
    let owned = pairs
        .into_iter()
        .map(|(name, text)| (name.to_owned(), text));
    owned.collect()
}

fn listing_of(view: &View) -> Listing {
    Listing::read(view.project.as_deref(), &pairs(view, "group"))
}

fn board_of(view: &View) -> Option<BoardQuery> {
    is_board(view).then(|| BoardQuery::read(&pairs(view, "lanes")))
}

/// The address that opens it. It says all that the view says, so that it shows the same to those for
/// whom the view does not exist.
#[must_use]
pub fn href(view: &View) -> String {
    match (board_of(view), &view.project) {
        (Some(board), Some(key)) => with_query(&page::project_board(key), &board.write()),
        (_, Some(key)) => with_query(&page::project_issues(key), &listing_of(view).write()),
        (_, None) => with_query(page::ISSUES, &listing_of(view).write()),
    }
}

/// What it finds, as the list of issues is asked for it.
#[must_use]
pub fn filter_of(view: &View) -> IssueFilter {
    match board_of(view) {
        Some(board) => IssueFilter {
            project: view.project.clone(),
            ..board.filter
        },
        None => listing_of(view).filter,
    }
}

/// The view that the address names, and whether it says nothing else: then the view does.
#[must_use]
pub fn asked(pairs: &[(String, String)]) -> Option<(String, bool)> {
    let id = pairs.iter().find(|(name, _)| name == PARAMETER)?.1.clone();
    let says = pairs.iter().any(|(name, _)| name == "q");
    Some((id, !says))
}

/// The views to offer in a project, or among all projects: one's own of everywhere, then those that
/// the project shares.
#[must_use]
pub fn offered(views: &[View], project: Option<&str>) -> Vec<View> {
    let here = |view: &&View| match (&view.project, project) {
        (None, _) => true,
        (Some(of), Some(here)) => of == here,
        (Some(_), None) => false,
    };
    views.iter().filter(here).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(project: Option<&str>, query: &str, layout: serde_json::Value) -> View {
        serde_json::from_value(serde_json::json!({
            "id": uuid::Uuid::from_u128(7), "name": "V", "query": query, "layout": layout,
            "project": project, "shared": false, "editable": true, "version": 1,
            "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z",
        }))
        .unwrap()
    }

    fn read(href: &str) -> Vec<(String, String)> {
        let (_, query) = href.split_once('?').unwrap();
        let plain = |text: &str| {
            text.replace("%3A", ":")
                .replace("%20", " ")
                .replace("%2C", ",")
                .replace("%40", "@")
        };
        query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (name.to_owned(), plain(value)))
            .collect()
    }

    #[test]
    fn the_address_of_a_view_opens_what_was_saved() {
        let layout = serde_json::json!({"columns": ["key", "title", "due"], "group_by": "severity", "display": "list", "fold": true});
        let view = view(Some("APP"), "assignee:@me sort:due", layout);
        let href = href(&view);
        assert!(href.starts_with("/projects/APP/issues?"), "{href}");
        let opened = Listing::read(Some("APP"), &read(&href));
        assert_eq!(Saved::of_listing(&opened), Saved::of(&view));
        assert_eq!(opened.view.as_deref(), Some(view.id.to_string().as_str()));
        assert!(opened.look.fold);
        assert_eq!(filter_of(&view), opened.filter);
        // Back to the usual filter is a change of the view, not the list without one.
        let usual = opened.asking(domain::filter::parse("is:open").unwrap());
        assert!(usual.write().contains(&("q", "is:open".to_owned())));
        assert_ne!(Saved::of_listing(&usual), Saved::of(&view));
    }

    #[test]
    fn a_board_is_a_view_of_its_project() {
        let layout = serde_json::json!({"display": "board", "group_by": "assignee"});
        let one = view(Some("APP"), "", layout.clone());
        let href = href(&one);
        assert!(href.starts_with("/projects/APP/board?"), "{href}");
        let opened = BoardQuery::read(&read(&href));
        // Its cards are those of its project, open and closed.
        assert_eq!(
            (filter_of(&one).project.as_deref(), filter_of(&one).state),
            (Some("APP"), None)
        );
        assert_eq!(opened.lanes, Lanes::Assignee);
        assert_eq!(Saved::of_board(&opened), Saved::of(&one));
        assert_eq!(asked(&read(&href)), Some((one.id.to_string(), false)));
        // Of all projects there is no board.
        let wide = view(None, "is:open", layout);
        assert!(super::href(&wide).starts_with("/issues?"));
    }

    #[test]
    fn a_link_that_names_only_the_view_asks_for_what_it_says() {
        let pairs = [("view".to_owned(), "x".to_owned())];
        assert_eq!(asked(&pairs), Some(("x".into(), true)));
        assert_eq!(asked(&[]), None);
    }

    #[test]
    fn views_are_offered_where_they_belong() {
        let all = [
            view(None, "", serde_json::json!({})),
            view(Some("APP"), "", serde_json::json!({})),
            view(Some("OPS"), "", serde_json::json!({})),
        ];
        assert_eq!(offered(&all, Some("APP")).len(), 2);
        assert_eq!(offered(&all, None).len(), 1);
    }
}

//! The list of issues: of all projects, or of one.

mod bulk;
mod bulk_apply;
mod bulk_choices;
mod bulk_chooser;
mod bulk_preview;
mod cells;
mod chosen;
mod columns;
mod edits;
mod empty;
mod facets;
mod filters;
mod folds;
mod groups;
mod heads;
mod keys;
mod order;
mod peek;
mod press;
mod query_field;
mod query_help;
mod row_menu;
mod rows;
mod table;

use crate::api::insights::Whose;
use crate::components::page::Crumb;
use crate::components::pagination::Pagination;
use crate::components::shell::Place;
use crate::components::skeleton::{AfterAMoment, SkeletonRows};
use crate::components::views::Desk;
use crate::components::{Failed, IconName, Page, PastBand, SmallIcon, TimeSlider};
use crate::model::change::Field;
use crate::model::columns::Column;
use crate::model::groups::open_rows;
use crate::model::listing::Listing;
use crate::model::query_edit;
use crate::model::saved::{Saved, asked};
use crate::model::selection::Selection;
use crate::state::{Catalogue, Clock, Timeline, live};
use bulk::BulkBar;
pub use columns::LookMenu;
use domain::filter::Query;
use domain::list::GroupBy;
use domain::page::Total;
use domain::paths::{page, with_query};
use edits::{Edits, roomy};
use empty::NoRows;
pub use facets::look_in;
pub use filters::BoardFilters;
use filters::FilterBar;
use folds::Folds;
pub use groups::GroupMenu;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_params_map, use_query_map};
use leptos_router::params::ParamsMap;
pub use order::SortMenu;
use peek::Peek;
use rows::Rows;
use table::Table;
use uuid::Uuid;

/// What the parts of the page share.
#[derive(Clone, Copy)]
pub struct List {
    /// Key of the project in the address; none for all projects.
    pub project: Memo<Option<String>>,
    /// What the address asks for.
    pub listing: Memo<Listing>,
    /// Asks for something else. The flag says that it is no step of its own in the history.
    pub go: Callback<(Listing, bool)>,
    /// What can be chosen.
    pub catalogue: Catalogue,
    /// The rows.
    pub rows: Rows,
    /// Those on the screen: the same titles may be folded.
    pub folds: Folds,
    /// How many pixels they have for their columns, on screens that are wide enough for columns.
    pub room: RwSignal<Option<u32>>,
    /// The columns there is room for.
    pub columns: Memo<Vec<Column>>,
    /// The rows that are edited here.
    pub edits: Edits,
    /// The row whose menu is open.
    pub menu: RwSignal<Option<Uuid>>,
    /// The row that keys act on.
    pub cursor: RwSignal<Option<Uuid>>,
    /// The group in which the cursor is: an issue can stand in two.
    pub group: RwSignal<Option<usize>>,
    /// The rows that a bulk change will reach.
    pub selection: RwSignal<Selection<Uuid>>,
    /// Whether the change reaches all that the filter finds, seen or not.
    pub all: RwSignal<bool>,
    /// What the column's head that is being dragged would group by.
    pub dragged: RwSignal<Option<GroupBy>>,
    /// The button of the bar that a key asks for.
    pub bulk: RwSignal<Option<Field>>,
}

impl List {
    /// The list that `listing` asks for, in the context of the page's parts.
    pub fn provide(
        project: Memo<Option<String>>,
        listing: Memo<Listing>,
        go: Callback<(Listing, bool)>,
    ) -> Self {
        let catalogue = Catalogue::of(move || {
            listing.with(|listing| {
                let here = listing.filter.project.clone();
                here.or_else(|| query_edit::project(&listing.query()))
            })
        });
        Self::provide_rows(project, listing, go, catalogue, Rows::of(listing))
    }

    /// For those who use its filter alone: a list without rows.
    pub fn provide_filter(
        project: Memo<Option<String>>,
        listing: Memo<Listing>,
        go: Callback<(Listing, bool)>,
        catalogue: Catalogue,
    ) -> Self {
        Self::provide_rows(project, listing, go, catalogue, Rows::none(listing))
    }

    fn provide_rows(
        project: Memo<Option<String>>,
        listing: Memo<Listing>,
        go: Callback<(Listing, bool)>,
        catalogue: Catalogue,
        rows: Rows,
    ) -> Self {
        let room = RwSignal::new(None);
        let list = Self {
            project,
            listing,
            go,
            catalogue,
            rows,
            folds: Folds::of(rows, listing),
            room,
            columns: Memo::new(move |_| {
                let room = room.get();
                listing
                    .with(|listing| roomy(&listing.look.columns, listing.look.peek.is_some(), room))
            }),
            edits: Edits::new(),
            menu: RwSignal::new(None),
            cursor: RwSignal::new(None),
            group: RwSignal::new(None),
            selection: RwSignal::new(Selection::default()),
            all: RwSignal::new(false),
            dragged: RwSignal::new(None),
            bulk: RwSignal::new(None),
        };
        provide_context(list);
        list
    }

    /// Asks for another filter or order. The flag says that it is no step of its own.
    pub fn ask(self, replace: bool, change: impl FnOnce(&Query) -> Query) {
        let now = self.listing.get_untracked();
        let to = now.asking(change(&now.query()));
        self.go.run((to, replace));
    }
}

/// The address's parameters, decoded.
#[must_use]
pub fn pairs_of(query: Memo<ParamsMap>) -> Vec<(String, String)> {
    let pairs = query.get().into_iter();
    pairs
        .map(|(name, value)| (name.into_owned(), value))
        .collect()
}

/// The page.
#[component]
pub fn IssueListPage() -> impl IntoView {
    let params = use_params_map();
    let query = use_query_map();
    let navigate = use_navigate();
    let place = expect_context::<Place>();
    let live = live();
    let project = Memo::new(move |_| params.read().get("key").map(|key| key.to_ascii_uppercase()));
    let listing = Memo::new(move |_| Listing::read(project.get().as_deref(), &pairs_of(query)));
    let go = Callback::new(move |(listing, replace): (Listing, bool)| {
        let project = project.get_untracked();
        let path = project
            .as_deref()
            .map_or_else(|| page::ISSUES.to_owned(), page::project_issues);
        let options = NavigateOptions {
            replace,
            scroll: false,
            ..NavigateOptions::default()
        };
        navigate(&with_query(&path, &listing.write()), options);
    });
    let as_of = Signal::derive(move || listing.with(|listing| listing.as_of));
    provide_context(Desk {
        project,
        asked: Memo::new(move |_| asked(&pairs_of(query))),
        now: Memo::new(move |_| listing.with(Saved::of_listing)),
        leave: Callback::new(move |()| {
            let to = Listing {
                view: None,
                ..listing.get_untracked()
            };
            go.run((to, true));
        }),
    });
    let look_at = Callback::new(move |(as_of, replace)| {
        go.run((listing.get_untracked().at(as_of), replace));
    });
    let timeline = Timeline::of(
        Memo::new(move |_| {
            let project = listing.with(|listing| listing.filter.project.clone());
            project.map_or(Whose::All, Whose::Project)
        }),
        as_of,
        Signal::derive(move || live.kind("issue")),
        look_at,
    );
    Clock::provide_stopped(as_of);
    let slider = RwSignal::new(as_of.get_untracked().is_some());
    let past = Memo::new(move |_| as_of.get().is_some());

    let name = move || {
        let key = project.get()?;
        let projects = place.projects.value.get().unwrap_or_default();
        let found = projects.into_iter().find(|project| project.key == key);
        Some(found.map_or(key, |project| project.name))
    };
    let title = Signal::derive(move || {
        if project.get().is_some() {
            "Issues".to_owned()
        } else {
            "All issues".to_owned()
        }
    });
    let crumbs = Signal::derive(move || {
        let key = project.get();
        name()
            .zip(key)
            .map(|(label, key)| Crumb {
                label,
                href: page::project_issues(&key),
            })
            .into_iter()
            .collect::<Vec<_>>()
    });
    view! {
        <Page title crumbs actions=move || view! { <AsOfButton slider /> }>
            <PastBand what="List" at=as_of on_now=Callback::new(move |()| timeline.look_at(None, false)) />
            <Show when=move || slider.get() || past.get()>
                <TimeSlider what="List" timeline />
            </Show>
            {move || {
                // Rows of now are edited, rows of the past are read: neither becomes the other.
                past.track();
                List::provide(project, listing, go);
                view! {
                    <FilterBar />
                    <Content empty=|| view! { <NoRows /> } />
                }
            }}
        </Page>
    }
}

/// Opens the time slider.
#[component]
fn AsOfButton(slider: RwSignal<bool>) -> impl IntoView {
    view! {
        <button
            type="button"
            class="btn btn-sm btn-ghost"
            aria-pressed=move || if slider.get() { "true" } else { "false" }
            on:click=move |_| slider.update(|open| *open = !*open)
        >
            <SmallIcon name=IconName::History />
            <span class="sr-only sm:not-sr-only">"As of…"</span>
        </button>
    }
}

/// The rows and the panel beside them; `empty` when there are none.
#[component]
pub fn Content(
    /// Says what belongs here when nothing is here.
    #[prop(into)]
    empty: ViewFn,
) -> impl IntoView {
    let list = expect_context::<List>();
    let beside = move || list.listing.with(|listing| listing.look.peek.is_some());
    view! {
        <div class="ii-beside" class:peeking=beside>
            <div class="min-w-0"><Body empty /></div>
            <Peek />
        </div>
    }
}

#[component]
fn Body(empty: ViewFn) -> impl IntoView {
    let list = expect_context::<List>();
    let rows = list.rows;
    let phase = Memo::new(move |_| {
        if let Some(error) = rows
            .page
            .error
            .get()
            .filter(|_| rows.page.value.with(Option::is_none))
        {
            return Err(error);
        }
        Ok(rows
            .page
            .value
            .with(Option::is_some)
            .then(|| rows.shown.with(Vec::is_empty) && rows.groups.with(Vec::is_empty)))
    });
    move || match phase.get() {
        Err(error) => {
            let retry = Callback::new(move |()| {
                rows.page.error.set(None);
                rows.page.reload();
            });
            view! { <Failed what="The list" error retry /> }.into_any()
        }
        Ok(None) => {
            view! { <AfterAMoment what="Loading issues"><SkeletonRows rows=12 /></AfterAMoment> }
                .into_any()
        }
        Ok(Some(true)) => empty.run().into_any(),
        Ok(Some(false)) => {
            // What was is only read.
            let bar = (!list.is_past()).then(|| view! { <BulkBar /> });
            view! { <Table /> <Foot /> {bar} }.into_any()
        }
    }
}

#[component]
fn Foot() -> impl IntoView {
    let list = expect_context::<List>();
    let (rows, listing) = (list.rows, list.listing);
    let before = Signal::derive(move || listing.with(Listing::passed));
    let total = Signal::derive(move || {
        let closed = listing.with(|listing| listing.look.closed.clone());
        // Closed groups are counted at their heads.
        if !closed.is_empty() && rows.groups.with(|groups| !groups.is_empty()) {
            let open = rows.groups.with(|groups| open_rows(groups, &closed));
            return Total {
                count: i64::try_from(open).unwrap_or(i64::MAX),
                exact: true,
            };
        }
        rows.total.get().unwrap_or(Total {
            count: 0,
            exact: true,
        })
    });
    let previous = Callback::new(move |()| {
        let mut to = listing.get_untracked();
        to.cursors.pop();
        list.go.run((to, false));
        to_the_top();
    });
    let next = Callback::new(move |()| {
        let mut to = listing.get_untracked();
        to.cursors.extend(rows.next.get_untracked());
        list.go.run((to, false));
        to_the_top();
    });
    let resize = Callback::new(move |size| {
        let now = listing.get_untracked();
        let mut to = now.asking(now.query());
        to.size = size;
        list.go.run((to, false));
    });
    view! {
        <Pagination
            before
            shown=Signal::derive(move || rows.shown.with(Vec::len))
            total
            size=Signal::derive(move || listing.with(|listing| listing.size))
            has_previous=Signal::derive(move || listing.with(|listing| !listing.cursors.is_empty()))
            has_next=Signal::derive(move || rows.next.with(Option::is_some))
            on_previous=previous
            on_next=next
            on_size=resize
        />
        <p class="hidden items-center gap-1.5 px-6 pb-6 text-xs text-ink-3 lg:flex">
            <kbd class="kbd">"j"</kbd>
            <kbd class="kbd">"k"</kbd>
            "move"
            <kbd class="kbd ml-2">"x"</kbd>
            "select"
            <kbd class="kbd ml-2">"Space"</kbd>
            "peek"
            <kbd class="kbd ml-2">"Enter"</kbd>
            "open"
            <kbd class="kbd ml-2">"/"</kbd>
            "filter"
            <kbd class="kbd ml-2">"?"</kbd>
            "all shortcuts"
        </p>
    }
}

fn to_the_top() {
    window().scroll_to_with_x_and_y(0.0, 0.0);
}

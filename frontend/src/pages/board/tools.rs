//! The line above the board: its filter, which is the list's, and what divides it.

use super::state::BoardState;
use crate::components::picker::{Choice, Picker};
use crate::components::popover::Popover;
use crate::components::views::{Desk, ViewMenu, ViewNotice};
use crate::components::{IconName, SmallIcon};
use crate::model::board_query::BoardQuery;
use crate::model::lanes::Lanes;
use crate::model::listing::Listing;
use crate::model::saved::{Saved, asked};
use crate::pages::issue_list::{BoardFilters, List, pairs_of};
use domain::filter::Query;
use domain::list::{IssueFilter, Sort};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// Chips, words, lanes.
#[component]
pub fn Tools() -> impl IntoView {
    let state = expect_context::<BoardState>();
    let listing = Memo::new(move |_| {
        let project = state.project.get();
        let all = [("q".to_owned(), String::new())];
        let listing = Listing::read(Some(&project), &all);
        state.query.with(|query| Listing {
            as_of: query.as_of,
            ..listing.asking(Query::from(&query.filter))
        })
    });
    let go = Callback::new(move |(listing, replace): (Listing, bool)| {
        let filter = IssueFilter {
            project: None,
            state: None,
            sort: Sort::default(),
            ..listing.filter
        };
        state.go.run((
            BoardQuery {
                filter,
                ..state.query.get_untracked()
            },
            replace,
        ));
    });
    let project = Memo::new(move |_| Some(state.project.get()));
    List::provide_filter(project, listing, go, state.catalogue);
    let pairs = use_query_map();
    let desk = Desk {
        project,
        asked: Memo::new(move |_| asked(&pairs_of(pairs))),
        now: Memo::new(move |_| state.query.with(Saved::of_board)),
        leave: Callback::new(move |()| {
            let to = BoardQuery {
                view: None,
                ..state.query.get_untracked()
            };
            state.go.run((to, true));
        }),
    };
    view! {
        <BoardFilters>
            <LanesMenu />
            <ViewMenu desk command="board_views" />
        </BoardFilters>
        <ViewNotice desk />
    }
}

#[component]
fn LanesMenu() -> impl IntoView {
    let state = expect_context::<BoardState>();
    let open = RwSignal::new(false);
    let lanes = Memo::new(move |_| state.query.with(|query| query.lanes));
    let choices: Vec<Choice> = Lanes::ALL
        .into_iter()
        .map(|lanes| Choice::plain(lanes.slug(), lanes.label()))
        .collect();
    let pick = Callback::new(move |slug: String| {
        open.set(false);
        if let Some(lanes) = Lanes::from_slug(&slug) {
            state.go.run((
                BoardQuery {
                    lanes,
                    ..state.query.get_untracked()
                },
                false,
            ));
        }
    });
    let words = move || format!("Lanes: {}", lanes.get().label().to_lowercase());
    view! {
        <Popover
            open
            kind="listbox"
            class="btn btn-ghost btn-xs h-7"
            trigger=move || {
                view! {
                    <SmallIcon name=IconName::Rows3 />
                    {words}
                }
            }
        >
            <Picker
                id="board-lanes"
                label="Divide by"
                choices=choices.clone()
                chosen=Signal::derive(move || vec![lanes.get().slug().to_owned()])
                on_pick=pick
            />
        </Popover>
    }
}

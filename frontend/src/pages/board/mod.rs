//! The board of a project: a column for each status, now or as it was.

mod card;
mod carry;
mod cell;
mod closing;
mod columns;
mod dom;
mod keys;
mod menu;
mod pointer;
mod queue;
mod room;
mod state;
mod tools;
mod touch;
mod view;

use crate::api::insights::Whose;
use crate::components::page::Crumb;
use crate::components::shell::Place;
use crate::components::skeleton::AfterAMoment;
use crate::components::{Empty, Failed, IconName, Page, PastBand, SmallIcon, TimeSlider};
use crate::model::board_query::BoardQuery;
use crate::state::{Clock, Timeline, live};
use card::Face;
use closing::Closing;
use columns::{ColumnTabs, Heads, LaneList};
use domain::paths::{page, with_query};
use leptos::html;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_params_map, use_query_map};
use menu::CardMenu;
use pointer::Hand;
use state::BoardState;
use tools::Tools;
use touch::Touch;

/// The page.
#[component]
pub fn BoardPage() -> impl IntoView {
    let params = use_params_map();
    let query = use_query_map();
    let navigate = use_navigate();
    let place = expect_context::<Place>();
    let live = live();
    let project = Memo::new(move |_| {
        params
            .read()
            .get("key")
            .unwrap_or_default()
            .to_ascii_uppercase()
    });
    let asked = Memo::new(move |_| {
        let pairs = query
            .get()
            .into_iter()
            .map(|(name, value)| (name.into_owned(), value));
        BoardQuery::read(&pairs.collect::<Vec<_>>())
    });
    let go = Callback::new(move |(to, replace): (BoardQuery, bool)| {
        let options = NavigateOptions {
            replace,
            scroll: false,
            ..NavigateOptions::default()
        };
        let path = page::project_board(&project.get_untracked());
        navigate(&with_query(&path, &to.write()), options);
    });
    let state = BoardState::of(project, asked, go);
    provide_context(state);
    let as_of = Signal::derive(move || asked.with(|asked| asked.as_of));
    let look_at = Callback::new(move |(as_of, replace)| {
        go.run((
            BoardQuery {
                as_of,
                ..asked.get_untracked()
            },
            replace,
        ));
    });
    let timeline = Timeline::of(
        Memo::new(move |_| Whose::Project(project.get())),
        as_of,
        Signal::derive(move || live.project(&project.get())),
        look_at,
    );
    Clock::provide_stopped(as_of);
    let crumbs = Signal::derive(move || {
        let key = project.get();
        let name = place.projects.value.with(|list| {
            list.iter()
                .flatten()
                .find(|project| project.key == key)
                .map(|project| project.name.clone())
        });
        vec![Crumb {
            label: name.unwrap_or_else(|| key.clone()),
            href: page::project_issues(&key),
        }]
    });
    view! {
        <Page title="Board".to_owned() crumbs>
            <div class="ii-boardp">
                <Tools />
                <PastBand what="Board" at=as_of on_now=Callback::new(move |()| timeline.look_at(None, false)) />
                <TimeSlider what="Board" timeline />
                <Content />
            </div>
        </Page>
    }
}

#[component]
fn Content() -> impl IntoView {
    let state = expect_context::<BoardState>();
    let phase = Memo::new(move |_| {
        let key = state.project.get();
        let there = state
            .loaded
            .value
            .with(|board| board.as_ref().is_some_and(|board| board.project == key));
        match state.loaded.error.get() {
            Some(error) if !there => Err(error),
            _ => Ok(there),
        }
    });
    move || match phase.get() {
        Err(error) => {
            let retry = Callback::new(move |()| {
                state.loaded.error.set(None);
                state.loaded.reload();
            });
            view! { <Failed what="The board" error retry /> }.into_any()
        }
        Ok(false) => {
            view! { <AfterAMoment what="Loading the board"><Bones /></AfterAMoment> }.into_any()
        }
        Ok(true) => view! { <Columns /> }.into_any(),
    }
}

/// Grey cards in the place of those to come.
#[component]
fn Bones() -> impl IntoView {
    let card = || view! { <div class="ii-card"><span class="ii-skel w-20"></span><span class="ii-skel w-full"></span><span class="ii-skel w-24"></span></div> };
    let column = move |count: usize| {
        view! { <div class="ii-bcell only"><div class="ii-bcol">{(0..count).map(|_| card()).collect_view()}</div></div> }
    };
    view! { <div class="ii-cols pt-4" style=("--cols", "4")>{[3, 2, 4, 1].into_iter().map(column).collect_view()}</div> }
}

#[component]
fn Columns() -> impl IntoView {
    let state = expect_context::<BoardState>();
    let hand = Hand::of(state);
    keys::listen(state);
    let board = NodeRef::<html::Div>::new();
    board.on_load(move |board| hand.hold_still(&board));
    state.view.follow();
    let touch = Touch::of(state, hand);
    // A card that somebody else moved takes the focus of the keyboard along.
    Effect::watch(
        move || state.base.track(),
        move |(), _, _| {
            let had = board
                .get_untracked()
                .is_some_and(|board| board.contains(document().active_element().as_deref()));
            if had {
                request_animation_frame(move || {
                    let nobody = document()
                        .active_element()
                        .is_none_or(|active| active.tag_name() == "BODY");
                    if let Some(card) = state
                        .cursor
                        .try_get_untracked()
                        .flatten()
                        .filter(|_| nobody)
                    {
                        dom::focus_card(state, card, 0);
                    }
                });
            }
        },
        false,
    );
    let count = Memo::new(move |_| state.shown.with(|shown| shown.columns.len().to_string()));
    let empty = Memo::new(move |_| {
        state
            .shown
            .with(|shown| shown.columns.iter().all(|column| column.count == 0))
    });
    view! {
        <ColumnTabs />
        <p id="board-keys" class="sr-only">"Space lifts the card, arrow keys move it within its lane and on into the next, Space drops it, Escape puts it back."</p>
        <p class="sr-only" role="status" aria-live="assertive">{move || state.said.get()}</p>
        <Waiting />
        <div
            node_ref=board
            id="board-columns"
            class="ii-board"
            class:carrying=move || state.carried.with(Option::is_some)
            class:past=move || state.is_past()
            aria-busy=move || state.loaded.busy.get().then_some("true")
            style=("--cols", move || count.get())
            on:keydown=move |event| keys::on_card(state, &event)
            on:click=move |event| touch.click(&event)
            on:focusin=move |event| touch.focus(&event)
            on:pointerover=move |event| touch.over(&event)
            on:pointerleave=move |_| touch.leave()
            on:pointerdown=move |event| touch.down(&event)
            on:dragstart=move |event| event.prevent_default()
        >
            <Heads />
            <LaneList />
            <Show when=move || empty.get()>
                <NoCards />
            </Show>
        </div>
        <InHand hand />
        <CardMenu />
        <Closing />
    }
}

/// "3 moved": changes of others that wait until nobody is at their cards.
#[component]
fn Waiting() -> impl IntoView {
    let state = expect_context::<BoardState>();
    let there = Memo::new(move |_| {
        state.waiting.with(Option::is_some) && state.carried.with(Option::is_none)
    });
    view! {
        <div class="ii-waiting" role="status">
            <Show when=move || there.get()>
                <button type="button" class="ii-live" on:click=move |_| state.show_waiting()>
                    <SmallIcon name=IconName::RotateCw />
                    "Others moved cards"
                </button>
            </Show>
        </div>
    }
}

/// The card that follows the pointer.
#[component]
fn InHand(hand: Hand) -> impl IntoView {
    let state = expect_context::<BoardState>();
    let held = Memo::new(move |_| {
        state.carried.with(|carried| {
            carried.and_then(|carried| carried.grip.map(|grip| (carried.card, grip)))
        })
    });
    let why = Memo::new(move |_| {
        state
            .carried
            .get()
            .and_then(|carried| state.denied(carried))
    });
    move || {
        let (card, grip) = held.get()?;
        let row = state.row(card)?;
        let place = move || {
            let (x, y) = hand.at.get();
            format!("translate({}px, {}px)", x - grip.x, y - grip.y)
        };
        Some(view! {
            <div class="ii-inhand" aria-hidden="true" style:width=format!("{}px", grip.width) style:transform=place>
                <div class="ii-card drag"><Face row link=false /></div>
                {move || why.get().map(|why| view! { <p class="ii-noentry"><SmallIcon name=IconName::Lock /> {why}</p> })}
            </div>
        })
    }
}

#[component]
fn NoCards() -> impl IntoView {
    let state = expect_context::<BoardState>();
    move || {
        let (narrowed, past) = state
            .query
            .with(|query| (!query.filter.to_pairs().is_empty(), query.as_of.is_some()));
        let clear = move |_| {
            let now = state.query.get_untracked();
            state.go.run((
                BoardQuery {
                    filter: domain::list::IssueFilter::default(),
                    ..now
                },
                false,
            ));
        };
        let here = with_query(page::NEW, &[("project", state.project.get())]);
        match (narrowed, past) {
            (true, _) => view! {
                <Empty icon=IconName::SearchX title="No card matches" text="Take a filter away to see more.">
                    <button type="button" class="btn btn-sm btn-line" on:click=clear>"Clear all filters"</button>
                </Empty>
            }
            .into_any(),
            (false, true) => view! { <Empty icon=IconName::History title="Nothing was here yet" text="At that moment the project had no issues. Slide on to see the first one come." /> }.into_any(),
            (false, false) => view! {
                <Empty icon=IconName::Inbox title="No cards yet" text="What people report appears in the first column, and moves to the right as it is worked on.">
                    <a class="btn btn-sm btn-line" href=here>"Report an issue"</a>
                </Empty>
            }
            .into_any(),
        }
    }
}

//! One lane's part of a column: the cards near the part that is seen, and what a card in the hand
//! would do here.

use super::card::Card;
use super::room::Room;
use super::state::BoardState;
use crate::components::{IconName, SmallIcon};
use crate::model::cursor::Hold;
use crate::model::lanes::{Lane, is_last};
use crate::model::window::Window;
use domain::board::CARDS_MAX;
use leptos::html;
use leptos::prelude::*;
use std::rc::Rc;
use uuid::Uuid;

/// A card, or the place where one would land.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Item {
    /// A card.
    Card(Uuid),
    /// The place.
    Target,
}

/// A cell.
#[component]
pub fn Cell(
    /// Number of the lane.
    lane: Memo<usize>,
    /// Number of the column.
    column: usize,
    /// Slug of the column.
    slug: String,
    /// Name of the cell.
    label: Signal<String>,
) -> impl IntoView {
    let state = expect_context::<BoardState>();
    let node = NodeRef::<html::Ul>::new();
    let cards = Memo::new(move |_| {
        let lane = lane.get();
        state.lanes.with(|lanes| {
            let cell = lanes.get(lane).and_then(|lane| lane.cells.get(column));
            cell.cloned().unwrap_or_default()
        })
    });
    let seen = RwSignal::new(Window::default());
    // Asked once when a card is lifted, not for each place it is carried over.
    let lifted = Memo::new(move |_| state.carried.get().map(|carried| carried.card));
    let denied = Memo::new(move |_| {
        let hold = Hold {
            lane: lane.get(),
            column,
            index: 0,
        };
        lifted
            .get()
            .and_then(|card| state.landing(card, hold).err())
    });
    let here = Memo::new(move |_| {
        state
            .carried
            .get()
            .filter(|carried| carried.hold.column == column && carried.hold.lane == lane.get())
    });
    // In the lane where the card is held the columns say why it cannot go there.
    let in_this_lane = Memo::new(move |_| {
        let held = state.carried.get();
        held.is_some_and(|carried| carried.hold.lane == lane.get())
    });
    let items = Memo::new(move |_| {
        let seen = seen.get();
        let target = here
            .get()
            .filter(|carried| denied.with(Option::is_none) && carried.hold != carried.from);
        cards.with(|cards| {
            drawn(
                cards,
                seen,
                target.map(|carried| (carried.card, carried.hold.index)),
            )
        })
    });
    let room = Room::of(state, node, cards, items, seen);
    state.view.add(Rc::new(move |height| room.look(height)));
    Effect::new(move |before| {
        cards.track();
        state.view.look();
        room.refurnish(before)
    });
    let name = move || {
        state
            .shown
            .with(|shown| shown.columns.get(column).map(|c| c.name.clone()))
    };
    let landing = move || {
        let (same_column, same_lane) = here.get().map_or((false, true), |carried| {
            (
                carried.from.column == column,
                carried.from.lane == carried.hold.lane,
            )
        });
        let of_lane = || {
            let name = |lanes: &Vec<Lane>| lanes.get(lane.get()).map(|lane| lane.name.clone());
            state.lanes.with(name).unwrap_or_default()
        };
        let column = name().unwrap_or_default();
        match (same_column, same_lane) {
            (true, true) => "Drop to place it here".to_owned(),
            (false, true) => format!("Drop to move to {column}"),
            (true, false) => format!("Drop to move to {}", of_lane()),
            (false, false) => format!("Drop to move to {column}, {}", of_lane()),
        }
    };
    let missing = {
        let slug = slug.clone();
        Memo::new(move |_| {
            state.base.with(|base| {
                let found = base.column(&slug)?;
                let known = i64::try_from(found.cards.len()).unwrap_or(i64::MAX);
                Some(found.count - known).filter(|missing| *missing > 0)
            })
        })
    };
    let only = Memo::new(move |_| super::columns::is_only(state, column));
    view! {
        <div class="ii-bcell" class:only=only class:deny=move || denied.with(Option::is_some)>
            {move || {
                denied.get().filter(|_| in_this_lane.get()).map(|why| {
                    // The card in the hand carries the whole reason.
                    let words = why.split_once(". ").map_or(why.clone(), |(first, _)| first.to_owned());
                    view! {
                        <p class="ii-noentry">
                            <SmallIcon name=IconName::Lock />
                            <span>{words}</span>
                        </p>
                    }
                })
            }}
            <ul
                node_ref=node
                class="ii-bcol"
                aria-label=label
                data-lane=move || lane.get().to_string()
                data-column=column.to_string()
                style:padding-top=move || format!("{}px", seen.get().above)
                style:padding-bottom=move || format!("{}px", seen.get().below)
            >
                <For each=move || items.get() key=|item| *item let:item>
                    {match item {
                        Item::Card(id) => view! { <Card id cards begin=seen.get_untracked().start /> }.into_any(),
                        Item::Target => view! { <li class="ii-target" aria-hidden="true">{landing}</li> }.into_any(),
                    }}
                </For>
            </ul>
            {move || missing.get().map(|missing| view! { <More missing lane /> })}
        </div>
    }
}

/// Cards that are not here yet.
#[component]
fn More(missing: i64, lane: Memo<usize>) -> impl IntoView {
    let state = expect_context::<BoardState>();
    let last = move || state.lanes.with(|lanes| is_last(lanes, lane.get()));
    view! {
        <Show when=last>
            {move || {
                let now = state.limit.get();
                if now < CARDS_MAX {
                    let next = more_than(now);
                    let coming = missing.min(i64::from(next - now));
                    view! {
                        <button type="button" class="btn btn-ghost btn-xs h-7" on:click=move |_| state.limit.set(next)>
                            {format!("Show {coming} more")}
                        </button>
                    }
                        .into_any()
                } else {
                    view! { <p class="px-1 text-xs text-ink-3">{format!("{missing} more: narrow the filter to see them.")}</p> }.into_any()
                }
            }}
        </Show>
    }
}

/// How many cards of each column to ask for after so many: few steps, and none that is long for most
/// boards.
const fn more_than(now: u32) -> u32 {
    let next = now.saturating_mul(5);
    if next < CARDS_MAX { next } else { CARDS_MAX }
}

/// The items to draw: the cards of the window, and the place in the hand's column.
fn drawn(cards: &[Uuid], seen: Window, target: Option<(Uuid, usize)>) -> Vec<Item> {
    let slice = cards
        .get(seen.start..seen.end.min(cards.len()))
        .unwrap_or_default();
    let mut items = Vec::with_capacity(slice.len() + 1);
    let Some((card, index)) = target else {
        items.extend(slice.iter().copied().map(Item::Card));
        return items;
    };
    let before = cards
        .iter()
        .take(seen.start)
        .filter(|other| **other != card)
        .count();
    let mut passed = before;
    let mut placed = index < before;
    for other in slice {
        if !placed && *other != card && passed == index {
            items.push(Item::Target);
            placed = true;
        }
        if *other != card {
            passed += 1;
        }
        items.push(Item::Card(*other));
    }
    if !placed && passed == index {
        items.push(Item::Target);
    }
    items
}

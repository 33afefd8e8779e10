//! One lane's part of a column: the cards near the part that is seen, and what a card in the hand
//! would do here.

use super::card::Card;
use super::dom::{GAP, GUESS};
use super::state::BoardState;
use crate::components::{IconName, SmallIcon};
use crate::model::lanes::is_last;
use crate::model::window::{Window, window};
use domain::board::CARDS_MAX;
use leptos::html;
use leptos::prelude::*;
use uuid::Uuid;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// How far beyond the screen cards are drawn, in pixels.
const AHEAD: f64 = 600.0;

/// A card, or the place where one would land.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Item {
    Card(Uuid),
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
    let look = move || {
        let Some(Some(cell)) = node.try_get_untracked() else {
            return;
        };
        measure(state, &cell);
        let Some(now) = cards.try_with_untracked(|cards| near(state, &cell, cards)) else {
            return;
        };
        if seen.try_with_untracked(|before| *before != now) == Some(true) {
            seen.set(now);
        }
    };
    Effect::new(move |_| {
        cards.track();
        state.view.track();
        request_animation_frame(look);
    });
    // What was just drawn has a height now; where it differs from the guess, look again.
    Effect::new(move |_| {
        seen.track();
        request_animation_frame(look);
    });
    let carried = Memo::new(move |_| {
        state
            .carried
            .get()
            .filter(|carried| carried.lane == lane.get())
    });
    let denied = {
        let slug = slug.clone();
        Memo::new(move |_| {
            carried
                .get()
                .and_then(|carried| state.verdict(carried.card, &slug).err())
        })
    };
    let here = Memo::new(move |_| {
        carried
            .get()
            .filter(|carried| carried.hold.column == column)
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
    let total = Memo::new(move |_| cards.with(Vec::len));
    let place_of = move |id: Uuid| {
        Signal::derive(move || {
            let at = cards.with(|cards| cards.iter().position(|card| *card == id));
            (at.map_or(0, |at| at + 1), total.get())
        })
    };
    let name = move || {
        state
            .shown
            .with(|shown| shown.columns.get(column).map(|c| c.name.clone()))
    };
    let landing = move || match here.get() {
        Some(carried) if carried.from.column == column => "Drop to place it here".to_owned(),
        _ => format!("Drop to move to {}", name().unwrap_or_default()),
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
                denied.get().map(|why| {
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
                        Item::Card(id) => view! { <Card id place=place_of(id) /> }.into_any(),
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
                if state.limit.get() < CARDS_MAX {
                    view! {
                        <button type="button" class="btn btn-ghost btn-xs h-7" on:click=move |_| state.limit.set(CARDS_MAX)>
                            {format!("Show {missing} more")}
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

fn measure(state: BoardState, cell: &HtmlElement) {
    let children = cell.children();
    state.heights.update_value(|heights| {
        for number in 0..children.length() {
            let child = children
                .item(number)
                .and_then(|child| child.dyn_into::<HtmlElement>().ok());
            let Some(child) = child else { continue };
            let id = child
                .get_attribute("data-card")
                .and_then(|id| id.parse::<Uuid>().ok());
            if let Some(id) = id {
                heights.insert(id, f64::from(child.offset_height()));
            }
        }
    });
}

fn near(state: BoardState, cell: &HtmlElement, cards: &[Uuid]) -> Window {
    if cell.offset_parent().is_none() {
        return Window::default();
    }
    let top = cell.get_bounding_client_rect().top();
    let height = window_height();
    state.heights.with_value(|heights| {
        let all = cards
            .iter()
            .map(|card| heights.get(card).copied().unwrap_or(GUESS) + GAP);
        window(all, -top - AHEAD, height - top + AHEAD)
    })
}

fn window_height() -> f64 {
    let height = leptos::prelude::window().inner_height().ok();
    height.and_then(|height| height.as_f64()).unwrap_or(900.0)
}

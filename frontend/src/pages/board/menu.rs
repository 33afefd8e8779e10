//! "Move to …": the plain way to move a card, and what else can be done with it.

use super::dom;
use super::state::BoardState;
use crate::components::glyph::StatusLook;
use crate::components::marks::StatusText;
use crate::components::menu::Menu;
use crate::components::{IconName, SmallIcon};
use crate::model::board::{Move, Spot};
use crate::model::cursor::place_of;
use crate::model::lanes::Lane;
use crate::pages::issue_list::look_in;
use leptos::html;
use leptos::prelude::*;
use uuid::Uuid;
use wasm_bindgen::JsCast;

/// The menu of the card that asks for it; one for the whole board.
#[component]
pub fn CardMenu() -> impl IntoView {
    let state = expect_context::<BoardState>();
    let card = Memo::new(move |_| state.menu.get());
    move || card.get().map(|card| view! { <Open card /> })
}

#[component]
fn Open(card: Uuid) -> impl IntoView {
    let state = expect_context::<BoardState>();
    let panel = NodeRef::<html::Div>::new();
    let close = move |give_back: bool| {
        state.menu.set(None);
        if give_back {
            dom::focus_card(state, card, 2);
        }
    };
    panel.on_load(move |panel| place_at(&panel, card));
    let outside = window_event_listener(leptos::ev::pointerdown, move |event| {
        let target = event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::Node>().ok());
        let inside = panel
            .get_untracked()
            .is_some_and(|panel| panel.contains(target.as_ref()));
        if !inside {
            close(false);
        }
    });
    on_cleanup(move || outside.remove());
    let keys = move |event: leptos::ev::KeyboardEvent| {
        if matches!(event.key().as_str(), "Escape" | "Tab") {
            event.prevent_default();
            event.stop_propagation();
            close(true);
        }
    };
    let go = move |step: Move| {
        close(true);
        state.send(step, None);
    };
    let here = state
        .shown
        .with_untracked(|shown| shown.column_of(card).map(|column| column.slug.clone()))
        .unwrap_or_default();
    let own = here.clone();
    let columns = move || {
        let columns = state.shown.with_untracked(|shown| shown.columns.clone());
        let workflow = state.catalogue.workflow.value.get().flatten();
        let others = columns.into_iter().filter(|column| column.slug != own);
        others
            .map(|column| {
                let look = workflow
                    .as_ref()
                    .map_or_else(|| StatusLook::plain(column.category), |w| look_in(w, &column.slug));
                let verdict = state.verdict(card, &column.slug);
                let why = verdict.err();
                let allowed = why.is_none();
                let to = column.slug.clone();
                let step = move |_| {
                    if allowed {
                        go(Move { card, to: to.clone(), spot: Spot::Top, into: None });
                    }
                };
                view! {
                    <button type="button" role="menuitem" aria-disabled=(!allowed).then_some("true") on:click=step>
                        <span class="flex min-w-0 flex-col items-start">
                            <StatusText look name=column.name />
                            {why.map(|why| view! { <span class="pb-1 pl-5.5 text-xs whitespace-normal text-ink-3">{why}</span> })}
                        </span>
                    </button>
                }
            })
            .collect_view()
    };
    let lanes = {
        let here = here.clone();
        move || {
            let own = state
                .lanes
                .with_untracked(|lanes| place_of(lanes, card).map(|(lane, ..)| lane));
            let others: Vec<Lane> = state.lanes.with_untracked(|lanes| {
                let others = lanes.iter().enumerate().filter(|(at, _)| Some(*at) != own);
                others.map(|(_, lane)| lane.clone()).collect()
            });
            let one = |lane: Lane| {
                let verdict = untrack(|| state.verdict_of_lane(card, &lane.stand));
                let allowed = verdict.is_ok();
                let why = verdict.as_ref().err().cloned();
                let into = verdict.ok().flatten();
                let to = here.clone();
                let step = move |_| {
                    if allowed {
                        go(Move {
                            card,
                            to: to.clone(),
                            spot: Spot::Kept,
                            into: into.clone(),
                        });
                    }
                };
                view! {
                    <button type="button" role="menuitem" aria-disabled=(!allowed).then_some("true") on:click=step>
                        <SmallIcon name=IconName::Rows3 />
                        <span class="flex min-w-0 flex-col items-start">
                            <span>{lane.name}</span>
                            {why.map(|why| view! { <span class="pb-1 text-xs whitespace-normal text-ink-3">{why}</span> })}
                        </span>
                    </button>
                }
            };
            (!others.is_empty()).then(|| {
                view! {
                    <div role="separator" class="my-1 border-t border-base-300"></div>
                    {others.into_iter().map(one).collect_view()}
                }
            })
        }
    };
    let within = move |spot: Spot, words: &'static str, icon: IconName| {
        let to = here.clone();
        let allowed = untrack(|| state.verdict(card, &to)).is_ok();
        let step = move |_| {
            if allowed {
                go(Move {
                    card,
                    to: to.clone(),
                    spot,
                    into: None,
                });
            }
        };
        view! {
            <button type="button" role="menuitem" aria-disabled=(!allowed).then_some("true") on:click=step>
                <SmallIcon name=icon />
                {words}
            </button>
        }
    };
    let take = move |_| {
        close(true);
        state.assign_me(card);
    };
    let row = state.row(card).map(|row| row.get_untracked());
    let is_mine = row.as_ref().is_some_and(|row| state.is_mine(row));
    let mine = row.map(|row| untrack(|| state.may_take(&row)));
    let mine = mine.unwrap_or(Ok(()));
    let may_take = mine.is_ok();
    view! {
        <div node_ref=panel class="ii-pop ii-cardpop" on:keydown=keys>
            <p class="px-3 pt-2 text-xs text-ink-3">{format!("Move {} to", state.key(card))}</p>
            <Menu label="Move to">
                {columns}
                {lanes}
                <div role="separator" class="my-1 border-t border-base-300"></div>
                {within(Spot::Top, "Top of this column", IconName::ArrowUp)}
                {within(Spot::Bottom, "Bottom of this column", IconName::ArrowDown)}
                <div role="separator" class="my-1 border-t border-base-300"></div>
                <button type="button" role="menuitem" aria-disabled=(!may_take).then_some("true") title=mine.err() on:click=move |event| { if may_take { take(event); } }>
                    <SmallIcon name=IconName::User />
                    {if is_mine { "Take it off me" } else { "Assign to me" }}
                    <kbd class="kbd ml-auto">"i"</kbd>
                </button>
            </Menu>
        </div>
    }
}

/// Beside the card's button, inside the window.
fn place_at(panel: &web_sys::HtmlElement, card: Uuid) {
    const GAP: f64 = 8.0;
    let Some(element) = dom::card_element(card) else {
        return;
    };
    let place = element.get_bounding_client_rect();
    let size = |name: Result<wasm_bindgen::JsValue, _>| {
        name.ok().and_then(|value| value.as_f64()).unwrap_or(0.0)
    };
    let (width, height) = (size(window().inner_width()), size(window().inner_height()));
    let own = panel.get_bounding_client_rect();
    let left = (place.right() - own.width()).clamp(GAP, (width - own.width() - GAP).max(GAP));
    let below = place.top() + 36.0;
    let top = below.min(height - own.height() - GAP).max(GAP);
    let _ = panel.style().set_property("left", &format!("{left}px"));
    let _ = panel.style().set_property("top", &format!("{top}px"));
}

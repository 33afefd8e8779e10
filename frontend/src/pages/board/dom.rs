//! What the board asks of the page: which card is where, and where the focus is.

use super::state::BoardState;
use crate::model::board_query::BoardQuery;
use crate::model::cursor::place_of;
use leptos::prelude::*;
use uuid::Uuid;
use wasm_bindgen::prelude::*;
use web_sys::{Element, EventTarget, HtmlElement, ScrollIntoViewOptions, ScrollLogicalPosition};

/// Room between two cards, in pixels.
pub const GAP: f64 = 8.0;

/// The card that the target of an event belongs to.
#[must_use]
pub fn card_of(target: Option<EventTarget>) -> Option<Uuid> {
    let element = target?.dyn_into::<Element>().ok()?;
    let card = element.closest("[data-card]").ok()??;
    card.get_attribute("data-card")?.parse().ok()
}

/// Whether the target of an event is one of those, or in one.
#[must_use]
pub fn is_in(target: Option<EventTarget>, selector: &str) -> bool {
    let element = target.and_then(|target| target.dyn_into::<Element>().ok());
    element.is_some_and(|element| element.closest(selector).ok().flatten().is_some())
}

/// Whether the target of a key is the page as a whole: nothing has the focus.
#[must_use]
pub fn is_nowhere(target: Option<EventTarget>) -> bool {
    let element = target.and_then(|target| target.dyn_into::<Element>().ok());
    element.is_some_and(|element| element.tag_name() == "BODY")
}

/// The card itself, when it has the focus (and not something in it).
#[must_use]
pub fn focused_card(target: Option<EventTarget>) -> Option<Uuid> {
    let element = target?.dyn_into::<Element>().ok()?;
    element.get_attribute("data-card")?.parse().ok()
}

/// The element of a card, when it is drawn.
#[must_use]
pub fn card_element(card: Uuid) -> Option<HtmlElement> {
    let found = document()
        .query_selector(&format!("[data-card=\"{card}\"]"))
        .ok()??;
    found.dyn_into().ok()
}

/// Puts the focus on a card; one that is not drawn is scrolled to first.
pub fn focus_card(state: BoardState, card: Uuid, tries: u32) {
    request_animation_frame(move || {
        if let Some(element) = card_element(card) {
            let _ = element.focus();
            return;
        }
        if tries > 0 {
            scroll_to(state, card);
            focus_card(state, card, tries - 1);
        }
    });
}

fn scroll_to(state: BoardState, card: Uuid) -> Option<()> {
    let (lane, column, index) = state
        .lanes
        .try_with_untracked(|lanes| place_of(lanes, card))??;
    let cell = cell_element(lane, column)?;
    let above: f64 = state.lanes.try_with_untracked(|lanes| {
        let cards = lanes.get(lane).and_then(|lane| lane.cells.get(column));
        let height = |card: &Uuid| state.measures.height(*card);
        cards.map_or(0.0, |cards| {
            cards
                .iter()
                .take(index)
                .map(|card| height(card) + GAP)
                .sum()
        })
    })?;
    let middle = window().inner_height().ok()?.as_f64()? / 2.0;
    let by = cell.get_bounding_client_rect().top() + above - middle;
    match document().get_element_by_id("board-columns") {
        Some(board) if board.scroll_height() > board.client_height() + 1 => {
            #[allow(clippy::cast_possible_truncation, reason = "pixels of a page")]
            board.set_scroll_top(board.scroll_top() + by as i32);
        }
        _ => window().scroll_by_with_x_and_y(0.0, by),
    }
    Some(())
}

/// The element of a cell.
#[must_use]
pub fn cell_element(lane: usize, column: usize) -> Option<Element> {
    let selector = format!("[data-lane=\"{lane}\"][data-column=\"{column}\"]");
    document().query_selector(&selector).ok().flatten()
}

/// Shows the place where the card in the hand of a key would land.
pub fn show_target() {
    request_animation_frame(|| {
        let target = document().query_selector(".ii-target").ok().flatten();
        if let Some(target) = target {
            let options = ScrollIntoViewOptions::new();
            options.set_block(ScrollLogicalPosition::Nearest);
            target.scroll_into_view_with_scroll_into_view_options(&options);
        }
    });
}

/// On small screens there is one column at a time: shows that one.
pub fn show_column(state: BoardState, column: Option<String>) {
    let one_at_a_time = window()
        .match_media("(max-width: 1023px)")
        .ok()
        .flatten()
        .is_some_and(|media| media.matches());
    let now = state.query.get_untracked();
    if one_at_a_time && column.is_some() && column != now.column {
        state.go.run((BoardQuery { column, ..now }, true));
    }
}

/// Height of the part of the page that is seen.
#[must_use]
pub fn window_height() -> f64 {
    let height = window().inner_height().ok();
    height.and_then(|height| height.as_f64()).unwrap_or(900.0)
}

/// Calls back on every scroll, also of parts of the page. The answer ends it.
pub fn on_any_scroll(act: impl Fn() + 'static) -> impl Fn() + Send + Sync + 'static {
    let heard = Closure::<dyn Fn()>::new(act);
    let function: js_sys::Function = heard.as_ref().unchecked_ref::<js_sys::Function>().clone();
    let _ = window().add_event_listener_with_callback_and_bool("scroll", &function, true);
    let kept = StoredValue::new_local((heard, function));
    move || {
        kept.try_with_value(|(_, function)| {
            let _ = window().remove_event_listener_with_callback_and_bool("scroll", function, true);
        });
    }
}

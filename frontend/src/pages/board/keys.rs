//! The board by keyboard.

use super::card::address;
use super::carry::Carried;
use super::dom;
use super::state::BoardState;
use crate::model::cursor::{Way, step};
use crate::state::on_command;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use uuid::Uuid;

impl BoardState {
    /// An arrow: the card in the hand moves, or else the cursor does.
    pub fn arrow(self, way: Way) {
        if self.carried.with_untracked(Option::is_some) {
            self.carry(way);
            return;
        }
        let at = self.cursor.get_untracked();
        if let Some(next) = self.lanes.with_untracked(|lanes| step(lanes, at, way)) {
            self.focus(next);
        }
    }

    /// The cursor and the focus go to that card, wherever it is.
    pub fn focus(self, card: Uuid) {
        self.cursor.set(Some(card));
        let column = self
            .shown
            .with_untracked(|shown| shown.column_of(card).map(|c| c.slug.clone()));
        dom::show_column(self, column);
        dom::focus_card(self, card, 4);
    }
}

/// Takes the single keys of the table.
pub fn listen(state: BoardState) {
    // A card that is carried far leaves the part that is drawn, and the focus with it.
    let lost = window_event_listener(leptos::ev::keydown, move |event| {
        let by_key = |carried: Carried| carried.grip.is_none().then_some(carried.card);
        let card = state.carried.get_untracked().and_then(by_key);
        if let Some(card) = card.filter(|_| dom::is_nowhere(event.target())) {
            press(state, card, &event);
        }
    });
    on_cleanup(move || lost.remove());
    on_command("card_down", move || state.arrow(Way::Down));
    on_command("card_up", move || state.arrow(Way::Up));
    on_command("card_left", move || state.arrow(Way::Left));
    on_command("card_right", move || state.arrow(Way::Right));
    let navigate = use_navigate();
    on_command("card_open", move || {
        if state.carried.with_untracked(Option::is_some) {
            state.drop_here();
        } else if let Some(card) = state.cursor.get_untracked() {
            let to = untrack(|| address(state, &state.key(card)));
            navigate(&to, NavigateOptions::default());
        }
    });
    on_command("card_move", move || {
        if let Some(card) = state.cursor.get_untracked() {
            state.menu.set(Some(card));
        }
    });
    on_command("card_mine", move || {
        if let Some(card) = state.cursor.get_untracked() {
            state.assign_me(card);
        }
    });
}

/// Arrows, Space and Escape on a card.
pub fn on_card(state: BoardState, event: &KeyboardEvent) {
    if let Some(card) = dom::focused_card(event.target()) {
        press(state, card, event);
    }
}

fn press(state: BoardState, card: Uuid, event: &KeyboardEvent) {
    if event.ctrl_key() || event.meta_key() || event.alt_key() || event.default_prevented() {
        return;
    }
    let in_hand = state.carried.with_untracked(Option::is_some);
    match event.key().as_str() {
        "ArrowDown" => state.arrow(Way::Down),
        "ArrowUp" => state.arrow(Way::Up),
        "ArrowLeft" => state.arrow(Way::Left),
        "ArrowRight" => state.arrow(Way::Right),
        " " if in_hand => {
            state.drop_here();
            state.focus(card);
        }
        " " => {
            state.lift(card, None);
        }
        "Escape" if in_hand => {
            state.put_back();
            state.focus(card);
        }
        "Tab" if in_hand => {
            state.put_back();
            return;
        }
        _ => return,
    }
    event.prevent_default();
    event.stop_propagation();
}

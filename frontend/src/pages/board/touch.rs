//! What happens to the cards under the pointer and the focus, heard once for all of them.

use super::card::address;
use super::dom;
use super::pointer::Hand;
use super::state::BoardState;
use leptos::ev::{FocusEvent, MouseEvent, PointerEvent};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

/// The board's ears.
#[derive(Clone, Copy)]
pub struct Touch {
    state: BoardState,
    hand: Hand,
    open: Callback<String>,
}

impl Touch {
    /// Of this page.
    #[must_use]
    pub fn of(state: BoardState, hand: Hand) -> Self {
        let navigate = use_navigate();
        let open = Callback::new(move |path: String| navigate(&path, NavigateOptions::default()));
        Self { state, hand, open }
    }

    /// A click on a card opens its issue; links and buttons do what they do.
    pub fn click(self, event: &MouseEvent) {
        let Some(card) = dom::card_of(event.target()) else {
            return;
        };
        if self.hand.dropped.get_value() {
            event.prevent_default();
            event.stop_propagation();
            return;
        }
        if dom::is_in(event.target(), ".ii-cardmenu") {
            event.stop_propagation();
            self.state.cursor.set(Some(card));
            self.state.menu.set(Some(card));
            return;
        }
        let plain = !(event.ctrl_key()
            || event.meta_key()
            || event.shift_key()
            || event.default_prevented());
        if plain && !dom::is_in(event.target(), "a, button") {
            let key = self.state.key(card);
            self.open.run(untrack(|| address(self.state, &key)));
        }
    }

    /// The focus came to a card, or to something in it.
    pub fn focus(self, event: &FocusEvent) {
        if let Some(card) = dom::card_of(event.target()) {
            self.state.cursor.set(Some(card));
        }
    }

    /// The pointer came to something.
    pub fn over(self, event: &PointerEvent) {
        if event.pointer_type() == "touch" {
            return;
        }
        let card = dom::card_of(event.target());
        if self.state.hovered.get_untracked() != card {
            self.state.hovered.set(card);
        }
    }

    /// The pointer left the board.
    pub fn leave(self) {
        if self.state.hovered.get_untracked().is_some() {
            self.state.hovered.set(None);
        }
    }

    /// A press.
    pub fn down(self, event: &PointerEvent) {
        if let Some(card) = dom::card_of(event.target()) {
            self.hand.down(card, event);
        }
    }
}

//! Fingers on a row: one that rests selects it, and while some are selected a tap selects too.

use super::List;
use leptos::prelude::*;
use std::time::Duration;
use uuid::Uuid;
use wasm_bindgen::JsCast;

/// How long a finger rests until the row is selected.
const REST: Duration = Duration::from_millis(500);
/// How far it may stray meanwhile, in pixels.
const STRAY: i32 = 10;

/// What a finger does on one row.
#[derive(Clone, Copy)]
pub struct Press {
    list: List,
    id: Uuid,
    at: StoredValue<Option<(i32, i32)>>,
    /// Counts presses, so that a late clock knows that its own is over.
    turn: StoredValue<u32>,
    by_finger: StoredValue<bool>,
    held: StoredValue<bool>,
}

impl Press {
    /// On that row.
    #[must_use]
    pub fn on(list: List, id: Uuid) -> Self {
        Self {
            list,
            id,
            at: StoredValue::new(None),
            turn: StoredValue::new(0),
            by_finger: StoredValue::new(false),
            held: StoredValue::new(false),
        }
    }

    /// Something touches the row.
    pub fn begin(self, event: &web_sys::PointerEvent) {
        let finger = event.pointer_type() == "touch";
        self.by_finger.set_value(finger);
        self.held.set_value(false);
        if !finger || !event.is_primary() || self.list.is_past() {
            return;
        }
        self.at
            .set_value(Some((event.client_x(), event.client_y())));
        self.turn.update_value(|turn| *turn = turn.wrapping_add(1));
        let mine = self.turn.get_value();
        set_timeout(
            move || {
                let still = self.at.try_get_value().flatten().is_some();
                if still && self.turn.try_get_value() == Some(mine) {
                    self.hold();
                }
            },
            REST,
        );
    }

    fn hold(self) {
        self.at.set_value(None);
        self.held.set_value(true);
        self.list.select(self.id, false);
    }

    /// It moves: the page scrolls.
    pub fn stray(self, event: &web_sys::PointerEvent) {
        let far = |(x, y): (i32, i32)| {
            (event.client_x() - x).abs() > STRAY || (event.client_y() - y).abs() > STRAY
        };
        if self.at.get_value().is_some_and(far) {
            self.end();
        }
    }

    /// It is gone.
    pub fn end(self) {
        self.at.set_value(None);
    }

    /// The click after a long press opens nothing; while rows are selected, a tap selects.
    pub fn click(self, event: &web_sys::MouseEvent) {
        let held = self.held.get_value();
        self.held.set_value(false);
        let many = self
            .list
            .selection
            .with_untracked(|chosen| !chosen.is_empty());
        let target = event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let floats =
            target.is_some_and(|target| target.closest(".ii-float").ok().flatten().is_some());
        let taps = held || many && self.by_finger.get_value();
        if floats || !taps {
            return;
        }
        event.prevent_default();
        event.stop_propagation();
        if !held {
            self.list.select(self.id, false);
        }
    }

    /// The browser's own menu for a long press does not come in between.
    pub fn menu(self, event: &web_sys::MouseEvent) {
        if self.by_finger.get_value() && !self.list.is_past() {
            event.prevent_default();
            if self.at.get_value().is_some() {
                self.hold();
            }
        }
    }
}

//! The part of the board that is seen. All cells look at it together, once for a frame: first each of
//! them asks the page where it is, then they draw. A question between two drawings would have the
//! browser lay out the page again for each cell.

use super::dom;
use leptos::prelude::*;
use std::rc::Rc;

/// Looks, and says what is to be drawn; nothing where all is as it should be.
pub type Look = Rc<dyn Fn(f64) -> Option<Draw>>;

/// Draws, and says whether there is more to draw in the next frame.
pub type Draw = Box<dyn FnOnce() -> bool>;

/// The cells, and whether they are going to look.
#[derive(Clone, Copy)]
pub struct View {
    cells: StoredValue<Vec<(u64, Look)>, LocalStorage>,
    next: StoredValue<u64>,
    due: StoredValue<bool>,
}

impl View {
    /// Of a board without cells.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            cells: StoredValue::new_local(Vec::new()),
            next: StoredValue::new(0),
            due: StoredValue::new(false),
        }
    }

    /// Follows the page for as long as the caller lives.
    pub fn follow(self) {
        let resized = window_event_listener(leptos::ev::resize, move |_| self.look());
        // Scrolling does not bubble: only a listener on the way down hears it from inside.
        let scrolled = dom::on_any_scroll(move || self.look());
        on_cleanup(move || {
            resized.remove();
            scrolled();
        });
    }

    /// A cell, for as long as the caller lives.
    pub fn add(self, look: Look) {
        let id = self.next.get_value();
        self.next.set_value(id.wrapping_add(1));
        self.cells.update_value(|cells| cells.push((id, look)));
        on_cleanup(move || {
            let _ = self
                .cells
                .try_update_value(|cells| cells.retain(|(other, _)| *other != id));
        });
        self.look();
    }

    /// All cells look in the coming frame.
    pub fn look(self) {
        if self.due.try_get_value() == Some(false) {
            self.due.set_value(true);
            request_animation_frame(move || {
                let _ = self.due.try_set_value(false);
                self.frame();
            });
        }
    }

    fn frame(self) {
        let cells: Vec<Look> = self
            .cells
            .try_with_value(|cells| cells.iter().map(|(_, look)| Rc::clone(look)).collect())
            .unwrap_or_default();
        let height = dom::window_height();
        let draws: Vec<Draw> = cells.iter().filter_map(|look| look(height)).collect();
        let mut more = false;
        for draw in draws {
            more |= draw();
        }
        if more {
            self.look();
        }
    }
}

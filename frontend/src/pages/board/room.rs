//! The room of a cell: how high its cards are, and which of them are drawn.

use super::cell::Item;
use super::dom::GAP;
use super::state::BoardState;
use super::view::Draw;
use crate::model::window::{Need, Tops, Window, grow};
use leptos::html;
use leptos::prelude::*;
use uuid::Uuid;
use wasm_bindgen::JsCast;
use web_sys::{DomRect, HtmlElement};

/// How far beyond the screen cards are drawn, in pixels.
const AHEAD: f64 = 500.0;
/// How far beyond the screen they stay, so that a hand that goes to and fro draws nothing.
const KEPT: f64 = 800.0;
/// How many cards that nobody sees yet are drawn in a frame, at either end of a cell.
const MOST: usize = 1;

/// How many cards that are added at the end of a cell are drawn before it is looked where they are.
const ADDED: usize = 8;

/// One cell's.
#[derive(Clone, Copy)]
pub struct Room {
    state: BoardState,
    node: NodeRef<html::Ul>,
    cards: Memo<Vec<Uuid>>,
    items: Memo<Vec<Item>>,
    seen: RwSignal<Window>,
    /// Of each card, with the gap below it.
    heights: StoredValue<Vec<f64>>,
    tops: StoredValue<Tops>,
    /// Which measures the heights come from.
    measure: StoredValue<Option<u32>>,
    /// Whether what is drawn was measured since it was drawn.
    measured: StoredValue<bool>,
}

impl Room {
    /// Of that cell; it draws `items`, which are those of `cards` that are `seen`.
    pub fn of(
        state: BoardState,
        node: NodeRef<html::Ul>,
        cards: Memo<Vec<Uuid>>,
        items: Memo<Vec<Item>>,
        seen: RwSignal<Window>,
    ) -> Self {
        Self {
            state,
            node,
            cards,
            items,
            seen,
            heights: StoredValue::new(Vec::new()),
            tops: StoredValue::new(Tops::default()),
            measure: StoredValue::new(None),
            measured: StoredValue::new(false),
        }
    }

    /// The cards are others, or stand elsewhere. Takes how many there were, and answers how many there
    /// are.
    pub fn refurnish(self, before: Option<usize>) -> usize {
        let count = self.cards.with_untracked(Vec::len);
        let seen = self.seen.get_untracked();
        // Whoever sees the lower end sees at once what is added there.
        if before.is_some_and(|before| seen.end >= before && count > before) {
            let end = count.min(seen.end + ADDED);
            self.seen.set(Window { end, ..seen });
        }
        self.measure.set_value(None);
        self.measured.set_value(false);
        count
    }

    /// Looks where the cell is on a screen of that height.
    pub fn look(self, height: f64) -> Option<Draw> {
        let cell = self.node.try_get_untracked().flatten()?;
        let before = self.seen.try_get_untracked()?;
        let place = cell.get_bounding_client_rect();
        let (now, whole) = if place.width() > 0.0 {
            self.state.measures.at_width(place.width());
            self.furnish();
            self.read(&cell, before, false);
            let found = self.need(&place, before, height);
            if found == (before, true) && !self.measured.get_value() {
                self.measured.set_value(true);
                self.read(&cell, before, true);
                self.need(&place, before, height)
            } else {
                found
            }
        } else {
            // Not on the screen at all: a small one shows one column.
            (Window::default(), true)
        };
        if now == before && whole {
            return None;
        }
        Some(Box::new(move || {
            self.measured.set_value(false);
            now != before && self.seen.try_set(now).is_none()
        }))
    }

    /// Where each card is, as far as is known.
    fn furnish(self) {
        let measure = self.state.measures.number();
        if self.measure.get_value() == Some(measure) {
            return;
        }
        self.measure.set_value(Some(measure));
        let heights: Vec<f64> = self.cards.with_untracked(|cards| {
            let of = |card: &Uuid| self.state.measures.height(*card) + GAP;
            cards.iter().map(of).collect()
        });
        self.tops.set_value(Tops::of(heights.iter().copied()));
        self.heights.set_value(heights);
    }

    /// Asks the page how high the drawn cards are; those that were asked before only if `again`. Right
    /// before drawing the page knows it without laying anything out.
    fn read(self, cell: &HtmlElement, drawn: Window, again: bool) {
        let items = self.items.get_untracked();
        let children = cell.children();
        if children.length() as usize != items.len() {
            return;
        }
        let mut differs = false;
        let cards = items
            .iter()
            .zip(0..)
            .filter_map(|(item, child)| match item {
                Item::Card(card) => Some((*card, child)),
                Item::Target => None,
            });
        for ((card, child), index) in cards.zip(drawn.start..) {
            if !again && self.state.measures.knows(card) {
                continue;
            }
            let Some(element) = children.item(child) else {
                continue;
            };
            let height = f64::from(element.unchecked_into::<HtmlElement>().offset_height());
            self.state.measures.note(card, height);
            self.heights.update_value(|heights| {
                if let Some(known) = heights.get_mut(index)
                    && (*known - height - GAP).abs() > 0.5
                {
                    *known = height + GAP;
                    differs = true;
                }
            });
        }
        self.state.measures.settle();
        if differs {
            let tops = self
                .heights
                .with_value(|heights| Tops::of(heights.iter().copied()));
            self.tops.set_value(tops);
        }
    }

    fn need(self, place: &DomRect, before: Window, height: f64) -> (Window, bool) {
        let top = -place.top();
        let bottom = top + height;
        self.tops.with_value(|tops| {
            let reach = |by: f64| tops.between(top - by, bottom + by);
            let need = Need {
                seen: reach(0.0),
                near: reach(AHEAD),
                kept: reach(KEPT),
            };
            let count = tops.len();
            let drawn = before.start.min(count)..before.end.min(count);
            let (next, whole) = grow(drawn, &need, MOST);
            (tops.window(next), whole)
        })
    }
}

/// How high the cards of a board are, as far as they were drawn once.
#[derive(Clone, Copy)]
pub struct Measures(StoredValue<Known>);

#[derive(Default)]
struct Known {
    width: f64,
    number: u32,
    usual: Option<f64>,
    heights: std::collections::HashMap<Uuid, f64>,
}

impl Measures {
    /// Of a card that was not drawn yet, on a board where none was.
    const GUESS: f64 = 124.0;

    /// Nothing is known.
    #[must_use]
    pub fn unknown() -> Self {
        Self(StoredValue::new(Known::default()))
    }

    /// Grows when what was known is known no more.
    #[must_use]
    pub fn number(self) -> u32 {
        self.0.with_value(|known| known.number)
    }

    /// Whether that card was measured.
    #[must_use]
    pub fn knows(self, card: Uuid) -> bool {
        self.0.with_value(|known| known.heights.contains_key(&card))
    }

    /// Its height; what is usual for a card that was not drawn yet.
    #[must_use]
    pub fn height(self, card: Uuid) -> f64 {
        self.0.with_value(|known| {
            let found = known.heights.get(&card).copied();
            found.or(known.usual).unwrap_or(Self::GUESS)
        })
    }

    /// In narrower columns titles take more lines.
    fn at_width(self, width: f64) {
        if self.0.with_value(|known| (known.width - width).abs() > 0.5) {
            self.0.update_value(|known| {
                let number = known.number.wrapping_add(1);
                *known = Known {
                    width,
                    number,
                    ..Known::default()
                };
            });
        }
    }

    fn note(self, card: Uuid, height: f64) {
        self.0.update_value(|known| {
            known.heights.insert(card, height);
        });
    }

    /// What the first ones have is usual; it stays so, or everything below would move with each card.
    fn settle(self) {
        let first = self
            .0
            .with_value(|known| known.usual.is_none() && !known.heights.is_empty());
        if first {
            self.0.update_value(|known| {
                let sum: f64 = known.heights.values().sum();
                known.usual = Some((sum / known.heights.len() as f64).round());
                known.number = known.number.wrapping_add(1);
            });
        }
    }
}

//! Cards in the hand of a pointer. A mouse lifts by pulling, a finger by a long press, so that it can
//! still scroll.

use super::carry::Grip;
use super::dom;
use super::state::BoardState;
use crate::model::cursor::Hold;
use leptos::ev::PointerEvent;
use leptos::prelude::*;
use std::time::Duration;
use uuid::Uuid;
use wasm_bindgen::prelude::*;
use web_sys::{AddEventListenerOptions, Element, Event, HtmlElement};

/// How far a mouse pulls before the card comes along.
const PULL: f64 = 5.0;
/// How far a finger may shake during a long press.
const SHAKE: f64 = 8.0;
const LONG_PRESS: Duration = Duration::from_millis(380);
/// How near to an edge the board begins to scroll, in pixels.
const EDGE: f64 = 56.0;

/// A press that may become a lift.
#[derive(Clone, Copy)]
struct Press {
    card: Uuid,
    turn: u32,
    touch: bool,
    x: f64,
    y: f64,
}

/// The pointer over the board.
#[derive(Clone, Copy)]
pub struct Hand {
    state: BoardState,
    press: StoredValue<Option<Press>>,
    turn: StoredValue<u32>,
    /// Where the pointer is.
    pub at: RwSignal<(f64, f64)>,
    /// A click right after a drop opens nothing.
    pub dropped: StoredValue<bool>,
}

impl Hand {
    /// Listens for as long as the page lives.
    #[must_use]
    pub fn of(state: BoardState) -> Self {
        let hand = Self {
            state,
            press: StoredValue::new(None),
            turn: StoredValue::new(0),
            at: RwSignal::new((0.0, 0.0)),
            dropped: StoredValue::new(false),
        };
        let moved = window_event_listener(leptos::ev::pointermove, move |event| hand.moved(&event));
        let up = window_event_listener(leptos::ev::pointerup, move |_| hand.up());
        let gone = window_event_listener(leptos::ev::pointercancel, move |_| hand.cancel());
        let keys = window_event_listener(leptos::ev::keydown, move |event| {
            if event.key() == "Escape" && hand.has() {
                event.prevent_default();
                hand.cancel();
            }
        });
        on_cleanup(move || {
            moved.remove();
            up.remove();
            gone.remove();
            keys.remove();
        });
        hand
    }

    /// Whether a pointer has a card.
    #[must_use]
    pub fn has(self) -> bool {
        let carried = self.state.carried.try_get_untracked().flatten();
        carried.is_some_and(|carried| carried.grip.is_some())
    }

    /// A press on a card.
    pub fn down(self, card: Uuid, event: &PointerEvent) {
        let on_control = dom::is_in(event.target(), "button, input, select");
        if event.button() != 0
            || on_control
            || !event.is_primary()
            || untrack(|| self.state.is_past())
        {
            return;
        }
        let turn = self.turn.get_value().wrapping_add(1);
        self.turn.set_value(turn);
        let touch = event.pointer_type() == "touch";
        let (x, y) = (f64::from(event.client_x()), f64::from(event.client_y()));
        self.press.set_value(Some(Press {
            card,
            turn,
            touch,
            x,
            y,
        }));
        self.at.set((x, y));
        if touch {
            set_timeout(
                move || {
                    let press = self.press.try_get_value().flatten();
                    if let Some(press) = press.filter(|press| press.turn == turn) {
                        self.lift(press);
                    }
                },
                LONG_PRESS,
            );
        }
    }

    fn lift(self, press: Press) {
        self.press.set_value(None);
        let Some(element) = dom::card_element(press.card) else {
            return;
        };
        let place = element.get_bounding_client_rect();
        let grip = Grip {
            x: press.x - place.left(),
            y: press.y - place.top(),
            width: place.width(),
        };
        if self.state.lift(press.card, Some(grip)) {
            self.scroll_at_the_edge();
        }
    }

    fn moved(self, event: &PointerEvent) {
        let (x, y) = (f64::from(event.client_x()), f64::from(event.client_y()));
        if let Some(press) = self.press.try_get_value().flatten() {
            let far = (x - press.x).hypot(y - press.y);
            if press.touch && far > SHAKE {
                self.press.set_value(None);
            } else if !press.touch && far > PULL {
                self.lift(press);
            }
        }
        if self.has() {
            event.prevent_default();
            self.at.set((x, y));
            self.aim();
        }
    }

    /// Finds the place under the pointer: the column beside it, and between which cards.
    fn aim(self) {
        let (x, y) = self.at.get_untracked();
        let Some(carried) = self.state.carried.get_untracked() else {
            return;
        };
        if let Some(tab) = tab_at(x, y) {
            dom::show_column(self.state, Some(tab));
            return;
        }
        if let Some((lane, column, cell)) = self.cell_at(x, y, carried.hold.lane) {
            self.state.hold_at(Hold {
                lane,
                column,
                index: self.index_in(&cell, lane, column, y),
            });
        }
    }

    /// The cell at that place: of the columns the one beside it, of the lanes the nearest.
    fn cell_at(self, x: f64, y: f64, lane: usize) -> Option<(usize, usize, Element)> {
        let columns = self.state.shown.with_untracked(|shown| shown.columns.len());
        let beside = |lane: usize| {
            (0..columns).find(|column| {
                dom::cell_element(lane, *column).is_some_and(|cell| {
                    let place = cell.get_bounding_client_rect();
                    place.width() > 0.0 && x >= place.left() - 4.0 && x <= place.right() + 4.0
                })
            })
        };
        let lanes = self.state.lanes.with_untracked(Vec::len);
        // Columns stand at the same place in all lanes; a folded one has none.
        let column = beside(lane).or_else(|| (0..lanes).find_map(beside))?;
        let mut nearest: Option<(f64, usize, Element)> = None;
        for lane in 0..lanes {
            let Some(cell) = dom::cell_element(lane, column) else {
                continue;
            };
            let place = cell.get_bounding_client_rect();
            let away = (place.top() - y).max(y - place.bottom()).max(0.0);
            if nearest.as_ref().is_none_or(|(least, ..)| away < *least) {
                nearest = Some((away, lane, cell));
            }
        }
        nearest.map(|(_, lane, cell)| (lane, column, cell))
    }

    /// How many cards of the cell stay above that height.
    fn index_in(self, cell: &Element, lane: usize, column: usize, y: f64) -> usize {
        let state = self.state;
        let carried = state.carried.get_untracked().map(|carried| carried.card);
        let cards: Vec<Uuid> = state.lanes.with_untracked(|lanes| {
            let cards = lanes.get(lane).and_then(|lane| lane.cells.get(column));
            let others = cards.into_iter().flatten().copied();
            others.filter(|card| Some(*card) != carried).collect()
        });
        let Ok(drawn) = cell.query_selector_all("[data-card]") else {
            return 0;
        };
        for number in 0..drawn.length() {
            let element = drawn
                .get(number)
                .and_then(|node| node.dyn_into::<HtmlElement>().ok());
            let Some(element) = element else { continue };
            let card = element
                .get_attribute("data-card")
                .and_then(|id| id.parse::<Uuid>().ok());
            let place = element.get_bounding_client_rect();
            if card != carried && y < place.top() + place.height() / 2.0 {
                return cards
                    .iter()
                    .position(|other| Some(*other) == card)
                    .unwrap_or(0);
            }
        }
        // Below the last one that is drawn: after it.
        let last = (0..drawn.length()).rev().find_map(|number| {
            let element = drawn.get(number)?.dyn_into::<HtmlElement>().ok()?;
            let card = element.get_attribute("data-card")?.parse::<Uuid>().ok()?;
            cards.iter().position(|other| *other == card)
        });
        last.map_or(0, |at| at + 1)
    }

    fn up(self) {
        self.press.set_value(None);
        if self.has() {
            self.dropped.set_value(true);
            set_timeout(
                move || {
                    let _ = self.dropped.try_set_value(false);
                },
                Duration::ZERO,
            );
            self.state.drop_here();
        }
    }

    fn cancel(self) {
        self.press.set_value(None);
        if self.has() {
            self.state.put_back();
        }
    }

    /// Scrolls while the card is held near an edge.
    fn scroll_at_the_edge(self) {
        request_animation_frame(move || {
            if !self.has() {
                return;
            }
            let (x, y) = self.at.get_untracked();
            if let Some(board) = document().get_element_by_id("board-columns") {
                let place = board.get_bounding_client_rect();
                let height = window()
                    .inner_height()
                    .ok()
                    .and_then(|h| h.as_f64())
                    .unwrap_or(0.0);
                let (top, bottom) = (place.top().max(0.0), place.bottom().min(height));
                let (down, right) = (pull(y, top, bottom), pull(x, place.left(), place.right()));
                board.set_scroll_top(board.scroll_top() + down);
                board.set_scroll_left(board.scroll_left() + right);
                if board.scroll_height() <= board.client_height() + 1 && down != 0 {
                    window().scroll_by_with_x_and_y(0.0, f64::from(down));
                }
                if down != 0 || right != 0 {
                    self.aim();
                }
            }
            self.scroll_at_the_edge();
        });
    }

    /// A finger that has a card must not scroll the page. Only a listener that is not passive can
    /// say so.
    pub fn hold_still(self, board: &Element) {
        let options = AddEventListenerOptions::new();
        options.set_passive(false);
        let stop = Closure::<dyn Fn(Event)>::new(move |event: Event| {
            if self.has() {
                event.prevent_default();
            }
        });
        for name in ["touchmove", "contextmenu"] {
            let _ = board.add_event_listener_with_callback_and_add_event_listener_options(
                name,
                stop.as_ref().unchecked_ref(),
                &options,
            );
        }
        // Goes with the element; the closure itself is a few words.
        stop.forget();
    }
}

/// How fast to scroll, in pixels for each frame.
fn pull(at: f64, from: f64, to: f64) -> i32 {
    if at < from + EDGE {
        -12
    } else if at > to - EDGE {
        12
    } else {
        0
    }
}

fn tab_at(x: f64, y: f64) -> Option<String> {
    #[allow(clippy::cast_possible_truncation, reason = "pixels of a page")]
    let under = document().element_from_point(x as f32, y as f32)?;
    under.closest("[data-tab]").ok()??.get_attribute("data-tab")
}

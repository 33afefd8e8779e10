//! A card in the hand: lifted by pointer or by key, carried over columns, dropped or put back.

use super::dom;
use super::state::BoardState;
use crate::model::board::{Move, Spot, spot_in};
use crate::model::cursor::{Hold, Way, carry, place_of};
use crate::model::lanes::Refit;
use leptos::prelude::*;
use uuid::Uuid;

/// The card in the hand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Carried {
    /// Which.
    pub card: Uuid,
    /// Where it was lifted.
    pub from: Hold,
    /// Where it would land.
    pub hold: Hold,
    /// Where it is held and how wide it is, when the pointer has it.
    pub grip: Option<Grip>,
}

/// How the pointer holds a card.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Grip {
    /// From the card's left edge, in pixels.
    pub x: f64,
    /// From its upper edge.
    pub y: f64,
    /// Its width.
    pub width: f64,
}

impl BoardState {
    /// Takes the card into the hand.
    pub fn lift(self, card: Uuid, grip: Option<Grip>) -> bool {
        if untrack(|| self.is_past()) {
            self.said.set(crate::model::moment::READ_ONLY.into());
            return false;
        }
        let Some((lane, column, index)) = self.lanes.with_untracked(|lanes| place_of(lanes, card))
        else {
            return false;
        };
        let from = Hold {
            lane,
            column,
            index,
        };
        self.cursor.set(Some(card));
        self.carried.set(Some(Carried {
            card,
            from,
            hold: from,
            grip,
        }));
        let words = format!(
            "{} lifted. {}. Arrow keys move it, Space drops it, Escape puts it back.",
            self.key(card),
            self.where_words(card, from),
        );
        self.said.set(words);
        true
    }

    /// Carries the card a step by key.
    pub fn carry(self, way: Way) {
        let Some(now) = self.carried.get_untracked() else {
            return;
        };
        let lens: Vec<Option<Vec<usize>>> = self.lanes.with_untracked(|lanes| {
            let others = |cell: &Vec<Uuid>| cell.len() - usize::from(cell.contains(&now.card));
            self.folded.with_untracked(|folded| {
                lanes
                    .iter()
                    .map(|lane| {
                        let open = !folded.contains(&lane.key);
                        open.then(|| lane.cells.iter().map(others).collect())
                    })
                    .collect()
            })
        });
        self.hold_at(carry(&lens, now.hold, way));
        dom::show_target();
    }

    /// Holds the card over that place.
    pub fn hold_at(self, hold: Hold) {
        let Some(now) = self.carried.get_untracked() else {
            return;
        };
        if hold == now.hold {
            return;
        }
        let now = Carried { hold, ..now };
        self.carried.set(Some(now));
        let place = self.where_words(now.card, hold);
        let words = match untrack(|| self.landing(now.card, hold)) {
            Ok(_) => format!("{place}."),
            Err(why) => format!("{place}. It cannot go there. {why}"),
        };
        self.said.set(words);
    }

    /// Lets the card go where it is held. Where it must not go it stays in the hand of a key, and
    /// goes back from the hand of a pointer.
    pub fn drop_here(self) {
        let Some(now) = self.carried.get_untracked() else {
            return;
        };
        let key = self.key(now.card);
        let into = match untrack(|| self.landing(now.card, now.hold)) {
            Ok(into) => into,
            Err(why) => {
                self.said.set(format!("{key} cannot go there. {why}"));
                if now.grip.is_some() {
                    self.carried.set(None);
                }
                return;
            }
        };
        if now.hold == now.from {
            self.put_back();
            return;
        }
        let Some(to) = self.slug_at(now.hold.column) else {
            return;
        };
        let others = self.others(now.card, now.hold);
        // Beside nobody there is no place to take: it stays where it is in the order.
        let spot = if others.is_empty() && now.hold.column == now.from.column {
            Spot::Kept
        } else {
            spot_in(&others, now.card, now.hold.index)
        };
        self.said.set(format!(
            "{key} dropped. {}.",
            self.where_words(now.card, now.hold)
        ));
        let card = now.card;
        self.send(
            Move {
                card,
                to,
                spot,
                into,
            },
            None,
        );
        self.carried.set(None);
    }

    /// Puts the card back where it was lifted.
    pub fn put_back(self) {
        if let Some(now) = self.carried.get_untracked() {
            self.carried.set(None);
            self.said
                .set(format!("{} is back in its place.", self.key(now.card)));
        }
    }

    /// Why the card must not go where it is held; nothing where it may. Tracked.
    #[must_use]
    pub fn denied(self, now: Carried) -> Option<String> {
        self.landing(now.card, now.hold).err()
    }

    /// What has to change of the card for it to land in that cell, beside its status: nothing in its
    /// own lane. Why it must not, where it must not. Tracked.
    pub fn landing(self, card: Uuid, hold: Hold) -> Result<Option<Refit>, String> {
        let slug = self
            .shown
            .with(|shown| shown.columns.get(hold.column).map(|c| c.slug.clone()));
        self.verdict(card, &slug.unwrap_or_default())?;
        let stand = self
            .lanes
            .with(|lanes| lanes.get(hold.lane).map(|lane| lane.stand.clone()));
        self.verdict_of_lane(card, &stand.unwrap_or_default())
    }

    fn slug_at(self, column: usize) -> Option<String> {
        self.shown
            .with_untracked(|shown| shown.columns.get(column).map(|c| c.slug.clone()))
    }

    /// The cards of that cell without the card.
    fn others(self, card: Uuid, hold: Hold) -> Vec<Uuid> {
        self.lanes.with_untracked(|lanes| {
            let cell = lanes
                .get(hold.lane)
                .and_then(|lane| lane.cells.get(hold.column));
            let cards = cell.into_iter().flatten().copied();
            cards.filter(|other| *other != card).collect()
        })
    }

    /// Where that is: "Open, 2 of 3", with the lane's name on a divided board.
    fn where_words(self, card: Uuid, hold: Hold) -> String {
        let mut name = self.shown.with_untracked(|shown| {
            let column = shown.columns.get(hold.column);
            column.map(|column| column.name.clone()).unwrap_or_default()
        });
        let lane = self
            .lanes
            .with_untracked(|lanes| lanes.get(hold.lane).map(|lane| lane.name.clone()));
        if let Some(lane) = lane.filter(|lane| !lane.is_empty()) {
            name = format!("{name}, {lane}");
        }
        let others = self.others(card, hold).len();
        format!("{name}, {} of {}", hold.index + 1, others + 1)
    }
}

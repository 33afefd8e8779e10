//! A card in the hand: lifted by pointer or by key, carried over columns, dropped or put back.

use super::state::BoardState;
use crate::model::board::{Move, spot_in};
use crate::model::cursor::{Hold, Way, carry, place_of};
use crate::model::lanes::Lane;
use leptos::prelude::*;
use uuid::Uuid;

/// The card in the hand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Carried {
    /// Which.
    pub card: Uuid,
    /// Number of its lane.
    pub lane: usize,
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
        let from = Hold { column, index };
        self.cursor.set(Some(card));
        self.carried.set(Some(Carried {
            card,
            lane,
            from,
            hold: from,
            grip,
        }));
        let words = format!(
            "{} lifted. {}. Arrow keys move it, Space drops it, Escape puts it back.",
            self.key(card),
            self.where_words(lane, card, from),
        );
        self.said.set(words);
        true
    }

    /// Carries the card a step by key.
    pub fn carry(self, way: Way) {
        let Some(now) = self.carried.get_untracked() else {
            return;
        };
        let lens: Vec<usize> = self.others(now).iter().map(Vec::len).collect();
        self.hold_at(carry(&lens, now.hold, way));
    }

    /// Holds the card over that place.
    pub fn hold_at(self, hold: Hold) {
        let Some(now) = self.carried.get_untracked() else {
            return;
        };
        if hold == now.hold {
            return;
        }
        self.carried.set(Some(Carried { hold, ..now }));
        let place = self.where_words(now.lane, now.card, hold);
        let words = match self.verdict_at(now.card, hold.column) {
            Ok(()) => format!("{place}."),
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
        if let Err(why) = self.verdict_at(now.card, now.hold.column) {
            self.said.set(format!("{key} cannot go there. {why}"));
            if now.grip.is_some() {
                self.carried.set(None);
            }
            return;
        }
        if now.hold == now.from {
            self.put_back();
            return;
        }
        let cell = self
            .others(now)
            .get(now.hold.column)
            .cloned()
            .unwrap_or_default();
        let slug = self.shown.with_untracked(|shown| {
            shown
                .columns
                .get(now.hold.column)
                .map(|column| column.slug.clone())
        });
        let Some(to) = slug else { return };
        self.said.set(format!(
            "{key} dropped. {}.",
            self.where_words(now.lane, now.card, now.hold)
        ));
        self.send(
            Move {
                card: now.card,
                to,
                spot: spot_in(&cell, now.card, now.hold.index),
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
        let slug = self
            .shown
            .with(|shown| shown.columns.get(now.hold.column).map(|c| c.slug.clone()))?;
        self.verdict(now.card, &slug).err()
    }

    fn verdict_at(self, card: Uuid, column: usize) -> Result<(), String> {
        let slug = self
            .shown
            .with_untracked(|shown| shown.columns.get(column).map(|c| c.slug.clone()));
        untrack(|| self.verdict(card, &slug.unwrap_or_default()))
    }

    /// The cells of the card's lane without the card.
    fn others(self, now: Carried) -> Vec<Vec<Uuid>> {
        self.lanes.with_untracked(|lanes| others(lanes, now))
    }

    fn where_words(self, lane: usize, card: Uuid, hold: Hold) -> String {
        let name = self.shown.with_untracked(|shown| {
            shown
                .columns
                .get(hold.column)
                .map(|column| column.name.clone())
                .unwrap_or_default()
        });
        let others = self.lanes.with_untracked(|lanes| {
            let cell = lanes.get(lane).and_then(|lane| lane.cells.get(hold.column));
            cell.map_or(0, |cell| {
                cell.iter().filter(|other| **other != card).count()
            })
        });
        format!("{name}, {} of {}", hold.index + 1, others + 1)
    }
}

fn others(lanes: &[Lane], now: Carried) -> Vec<Vec<Uuid>> {
    let cells = lanes
        .get(now.lane)
        .map(|lane| lane.cells.clone())
        .unwrap_or_default();
    let without = |cell: Vec<Uuid>| {
        cell.into_iter()
            .filter(|other| *other != now.card)
            .collect()
    };
    cells.into_iter().map(without).collect()
}

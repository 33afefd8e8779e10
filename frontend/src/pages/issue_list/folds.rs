//! Which rows are on the screen: all, or the first of those with the same title.

use super::rows::{Row, Rows};
use crate::model::fold::fold;
use crate::model::groups::{Part, parts};
use crate::model::listing::Listing;
use leptos::prelude::*;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// One line of the list.
#[derive(Clone, PartialEq)]
pub enum Line {
    /// The head of a group, by its place among them.
    Head(usize),
    /// A row, and the group it stands in.
    Row(Row, Option<usize>),
}

impl Line {
    /// Tells lines apart; an issue can stand in two groups.
    #[must_use]
    pub fn key(&self) -> (Option<usize>, Option<Uuid>) {
        match self {
            Self::Head(at) => (Some(*at), None),
            Self::Row(row, at) => (*at, Some(row.id)),
        }
    }
}

/// The rows on the screen, and what is folded below some of them.
#[derive(Clone, Copy)]
pub struct Folds {
    /// Heads of groups and rows, in order.
    pub blocks: Memo<Vec<Line>>,
    /// The rows on the screen, in order.
    pub lines: Memo<Vec<Row>>,
    /// How many hide below a row.
    pub below: Memo<HashMap<Uuid, usize>>,
    /// The rows whose folded ones are shown.
    pub unfolded: RwSignal<HashSet<Uuid>>,
}

impl Folds {
    /// Of these rows, when the address asks for it.
    #[must_use]
    pub fn of(rows: Rows, listing: Memo<Listing>) -> Self {
        let unfolded = RwSignal::new(HashSet::new());
        let wanted = Memo::new(move |_| listing.with(|listing| listing.look.fold));
        let places = Memo::new(move |_| {
            let cut = rows.groups.with(|groups| !groups.is_empty());
            (wanted.get() && !cut).then(|| {
                let titles: Vec<String> = rows.shown.with(|rows| {
                    let title = |row: &Row| row.row.with(|row| row.title.clone());
                    rows.iter().map(title).collect()
                });
                fold(&titles)
            })
        });
        let below = Memo::new(move |_| {
            let places = places.get().unwrap_or_default();
            rows.shown.with(|rows| {
                let pairs = rows.iter().zip(places);
                let first = |(row, n): (&Row, Option<usize>)| Some((row.id, n.filter(|n| *n > 0)?));
                pairs.filter_map(first).collect::<HashMap<_, _>>()
            })
        });
        // With groups each row stays in its own; folding is for lists without them.
        let blocks = Memo::new(move |_| {
            let all = rows.shown.get();
            let groups = rows.groups.get();
            if !groups.is_empty() {
                let (passed, closed) =
                    listing.with(|listing| (listing.passed(), listing.look.closed.clone()));
                let last = rows.next.with(Option::is_none);
                return rows.places.with(|places| {
                    let parts = parts(&groups, &closed, passed, places, last).into_iter();
                    let line = |part| match part {
                        Part::Head(at) => Some(Line::Head(at)),
                        Part::Row(at) => {
                            Some(Line::Row(all.get(at)?.clone(), places.get(at).copied()))
                        }
                    };
                    parts.filter_map(line).collect()
                });
            }
            let Some(places) = places.get() else {
                return all.into_iter().map(|row| Line::Row(row, None)).collect();
            };
            let unfolded = unfolded.get();
            // A folded row stands right below its first one, so that they read as one group.
            let mut lines: Vec<Row> = Vec::new();
            for (row, place) in all.iter().zip(&places) {
                if place.is_some() {
                    lines.push(row.clone());
                    if unfolded.contains(&row.id) {
                        lines.extend(hidden(row, &all, &places));
                    }
                }
            }
            lines.into_iter().map(|row| Line::Row(row, None)).collect()
        });
        let lines = Memo::new(move |_| {
            let mut lines: Vec<Row> = Vec::new();
            for line in blocks.get() {
                // An issue in two groups is one row for keys and selection.
                if let Line::Row(row, _) = line
                    && !lines.contains(&row)
                {
                    lines.push(row);
                }
            }
            lines
        });
        Self {
            blocks,
            lines,
            below,
            unfolded,
        }
    }

    /// The ids on the screen, in order. Untracked.
    #[must_use]
    pub fn order(self) -> Vec<Uuid> {
        self.lines
            .with_untracked(|rows| rows.iter().map(|row| row.id).collect())
    }
}

fn hidden(first: &Row, all: &[Row], places: &[Option<usize>]) -> Vec<Row> {
    let name = |row: &Row| row.row.with(|row| crate::model::fold::normal(&row.title));
    let wanted = name(first);
    all.iter()
        .zip(places)
        .filter(|(row, place)| place.is_none() && name(row) == wanted)
        .map(|(row, _)| row.clone())
        .collect()
}

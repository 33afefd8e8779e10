//! A board as columns of cards: where a card stands, and what a move makes of it.

use super::lanes::Refit;
use domain::workflow::Category;
use uuid::Uuid;

/// One column: a status, and the cards that are known of it, in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Slug of the status.
    pub slug: String,
    /// Name of the status.
    pub name: String,
    /// What it means.
    pub category: Category,
    /// How many cards should be here at most.
    pub limit: Option<i32>,
    /// How many there are, also beyond those known here.
    pub count: i64,
    /// Ids of the cards.
    pub cards: Vec<Uuid>,
}

impl Column {
    /// Whether there are more cards than there should be.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.limit
            .is_some_and(|limit| self.count > i64::from(limit))
    }
}

/// A place among the cards of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spot {
    /// Right above that card.
    Before(Uuid),
    /// Right below that card.
    After(Uuid),
    /// Above all others.
    Top,
    /// Below all others.
    Bottom,
    /// Where it is: for a card that stays in its column.
    Kept,
}

/// A card goes to a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// The card.
    pub card: Uuid,
    /// Slug of the column's status.
    pub to: String,
    /// Where in the column.
    pub spot: Spot,
    /// What changes so that it stands in another lane.
    pub into: Option<Refit>,
}

/// All columns, in the order of the workflow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// The columns.
    pub columns: Vec<Column>,
}

impl Layout {
    /// Number of the card's column, and its place there.
    #[must_use]
    pub fn find(&self, card: Uuid) -> Option<(usize, usize)> {
        self.columns
            .iter()
            .enumerate()
            .find_map(|(number, column)| {
                let at = column.cards.iter().position(|other| *other == card)?;
                Some((number, at))
            })
    }

    /// The column with that status.
    #[must_use]
    pub fn column(&self, slug: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.slug == slug)
    }

    /// The column of that card.
    #[must_use]
    pub fn column_of(&self, card: Uuid) -> Option<&Column> {
        self.columns
            .iter()
            .find(|column| column.cards.contains(&card))
    }

    /// Moves a card. A neighbour that is not there any more means the lower end.
    pub fn apply(&mut self, step: &Move) {
        let Some(target) = self.columns.iter().position(|c| c.slug == step.to) else {
            return;
        };
        if let Some((from, at)) = self.find(step.card) {
            if from == target && step.spot == Spot::Kept {
                return;
            }
            if let Some(column) = self.columns.get_mut(from) {
                column.cards.remove(at);
                column.count -= 1;
            }
        } else {
            return;
        }
        if let Some(column) = self.columns.get_mut(target) {
            let place = |card: Uuid| column.cards.iter().position(|other| *other == card);
            let end = column.cards.len();
            let at = match step.spot {
                Spot::Before(card) => place(card).unwrap_or(end),
                Spot::After(card) => place(card).map_or(end, |at| at + 1),
                Spot::Top => 0,
                Spot::Bottom | Spot::Kept => end,
            };
            column.cards.insert(at, step.card);
            column.count += 1;
        }
    }

    /// Where the card stands, said by its neighbours: what takes a move back.
    #[must_use]
    pub fn spot_of(&self, card: Uuid) -> Option<Spot> {
        let (column, at) = self.find(card)?;
        let cards = &self.columns.get(column)?.cards;
        let above = at.checked_sub(1).and_then(|at| cards.get(at));
        Some(match (above, cards.get(at + 1)) {
            (Some(above), _) => Spot::After(*above),
            (None, Some(below)) => Spot::Before(*below),
            (None, None) => Spot::Top,
        })
    }

    /// Whether that card would stay where the eye has it if this became `next`.
    #[must_use]
    pub fn keeps_still(&self, next: &Self, card: Uuid) -> bool {
        let up_to = |layout: &Self| {
            let (column, at) = layout.find(card)?;
            let found = layout.columns.get(column)?;
            Some((column, found.cards.get(..=at)?.to_vec()))
        };
        up_to(self) == up_to(next)
    }

    /// The cards that stand elsewhere in `next`, or only there: in another column, or in another
    /// order among those that both have.
    #[must_use]
    pub fn moved(&self, next: &Self) -> Vec<Uuid> {
        let mut moved = Vec::new();
        for column in &next.columns {
            let before: &[Uuid] = self.column(&column.slug).map_or(&[], |c| &c.cards);
            let known: std::collections::HashSet<Uuid> = before.iter().copied().collect();
            let there: std::collections::HashSet<Uuid> = column.cards.iter().copied().collect();
            moved.extend(column.cards.iter().filter(|card| !known.contains(card)));
            let mut old = before.iter().filter(|card| there.contains(card)).peekable();
            let both: Vec<Uuid> = column
                .cards
                .iter()
                .copied()
                .filter(|c| known.contains(c))
                .collect();
            // One card that jumped over others is the one that moved, not those it passed.
            let mut jumped: Vec<Uuid> = Vec::new();
            for card in both {
                while old.peek().is_some_and(|first| jumped.contains(first)) {
                    old.next();
                }
                if old.peek() == Some(&&card) {
                    old.next();
                } else {
                    jumped.push(card);
                }
            }
            moved.extend(jumped);
        }
        moved
    }
}

/// The spot at `index` among the cards of a cell, the moved one left out.
#[must_use]
pub fn spot_in(cell: &[Uuid], card: Uuid, index: usize) -> Spot {
    let others: Vec<Uuid> = cell
        .iter()
        .copied()
        .filter(|other| *other != card)
        .collect();
    let above = index
        .min(others.len())
        .checked_sub(1)
        .and_then(|at| others.get(at));
    match (above, others.first()) {
        (Some(above), _) => Spot::After(*above),
        (None, Some(first)) => Spot::Before(*first),
        (None, None) => Spot::Bottom,
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// A card with that number.
    pub fn card(number: u128) -> Uuid {
        Uuid::from_u128(number)
    }

    /// Columns `a`, `b`, … with these cards.
    pub fn layout(columns: &[&[u128]]) -> Layout {
        let columns = columns
            .iter()
            .zip("abcdefgh".chars())
            .map(|(cards, name)| Column {
                slug: name.to_string(),
                name: name.to_string(),
                category: Category::Active,
                limit: Some(2),
                count: cards.len() as i64,
                cards: cards.iter().copied().map(card).collect(),
            });
        Layout {
            columns: columns.collect(),
        }
    }

    fn after(layout: &Layout, number: u128, to: &str, spot: Spot) -> Layout {
        let mut layout = layout.clone();
        layout.apply(&Move {
            card: card(number),
            to: to.into(),
            spot,
            into: None,
        });
        layout
    }

    #[test]
    fn a_card_lands_beside_its_neighbour_and_the_counts_follow() {
        let board = layout(&[&[1, 2, 3], &[4, 5]]);
        assert_eq!(
            after(&board, 1, "b", Spot::After(card(4))),
            layout(&[&[2, 3], &[4, 1, 5]])
        );
        assert_eq!(
            after(&board, 1, "b", Spot::Before(card(4))),
            layout(&[&[2, 3], &[1, 4, 5]])
        );
        assert_eq!(
            after(&board, 3, "a", Spot::Top),
            layout(&[&[3, 1, 2], &[4, 5]])
        );
        assert_eq!(
            after(&board, 1, "a", Spot::Bottom),
            layout(&[&[2, 3, 1], &[4, 5]])
        );
    }

    #[test]
    fn a_card_that_only_changes_its_lane_keeps_its_place() {
        let board = layout(&[&[1, 2, 3], &[4]]);
        assert_eq!(after(&board, 2, "a", Spot::Kept), board);
        assert_eq!(
            after(&board, 2, "b", Spot::Kept),
            layout(&[&[1, 3], &[4, 2]])
        );
    }

    #[test]
    fn a_neighbour_that_left_means_the_end_and_strangers_change_nothing() {
        let board = layout(&[&[1, 2], &[4]]);
        assert_eq!(
            after(&board, 1, "b", Spot::Before(card(9))),
            layout(&[&[2], &[4, 1]])
        );
        assert_eq!(after(&board, 9, "b", Spot::Top), board);
        assert_eq!(after(&board, 1, "nowhere", Spot::Top), board);
    }

    #[test]
    fn a_move_is_taken_back_by_the_spot_it_began_at() {
        let board = layout(&[&[1, 2, 3], &[4], &[]]);
        for number in 1..=4 {
            let spot = board.spot_of(card(number)).unwrap();
            let from = board.column_of(card(number)).unwrap().slug.clone();
            let there = after(&board, number, "c", Spot::Top);
            assert_eq!(after(&there, number, &from, spot), board, "{number}");
        }
    }

    #[test]
    fn the_spot_of_a_drop_names_the_card_above_it() {
        let cell = [card(1), card(2), card(3)];
        assert_eq!(spot_in(&cell, card(9), 0), Spot::Before(card(1)));
        assert_eq!(spot_in(&cell, card(9), 2), Spot::After(card(2)));
        assert_eq!(spot_in(&cell, card(9), 7), Spot::After(card(3)));
        assert_eq!(
            spot_in(&cell, card(2), 1),
            Spot::After(card(1)),
            "it does not stand beside itself"
        );
        assert_eq!(spot_in(&[], card(9), 0), Spot::Bottom);
    }

    #[test]
    fn a_card_under_the_pointer_is_disturbed_by_what_happens_above_it() {
        let board = layout(&[&[1, 2, 3], &[4]]);
        assert!(
            board.keeps_still(&layout(&[&[1, 2], &[4, 3]]), card(2)),
            "below it"
        );
        assert!(
            !board.keeps_still(&layout(&[&[2, 3], &[4, 1]]), card(2)),
            "above it"
        );
        assert!(
            !board.keeps_still(&layout(&[&[1, 3], &[4, 2]]), card(2)),
            "itself"
        );
    }

    #[test]
    fn only_cards_that_moved_are_marked() {
        let board = layout(&[&[1, 2, 3], &[4]]);
        assert_eq!(board.moved(&layout(&[&[2, 3], &[1, 4]])), [card(1)]);
        assert_eq!(board.moved(&layout(&[&[3, 1, 2], &[4]])), [card(3)]);
        assert_eq!(board.moved(&layout(&[&[1, 2, 3], &[4, 5]])), [card(5)]);
        assert!(board.moved(&board).is_empty());
    }

    #[test]
    fn over_means_more_than_the_limit() {
        let board = layout(&[&[1, 2], &[3, 4, 5]]);
        assert!(!board.columns[0].is_over());
        assert!(board.columns[1].is_over());
    }
}

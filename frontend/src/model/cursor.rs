//! Moving over a board by keyboard: from card to card, and with a card in the hand.

use super::lanes::Lane;
use uuid::Uuid;

/// A direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// To the card above, also in the lane above.
    Up,
    /// To the card below, also in the lane below.
    Down,
    /// To the column at the left.
    Left,
    /// To the column at the right.
    Right,
}

/// Lane, column and place of a card.
#[must_use]
pub fn place_of(lanes: &[Lane], card: Uuid) -> Option<(usize, usize, usize)> {
    lanes.iter().enumerate().find_map(|(lane, found)| {
        found.cells.iter().enumerate().find_map(|(column, cell)| {
            let at = cell.iter().position(|other| *other == card)?;
            Some((lane, column, at))
        })
    })
}

/// The card that the cursor goes to; none when there is none that way.
#[must_use]
pub fn step(lanes: &[Lane], at: Option<Uuid>, way: Way) -> Option<Uuid> {
    let Some((lane, column, index)) = at.and_then(|card| place_of(lanes, card)) else {
        return first(lanes);
    };
    let cell = |lane: usize, column: usize| lanes.get(lane).and_then(|l| l.cells.get(column));
    match way {
        Way::Down => {
            let below = cell(lane, column).and_then(|cell| cell.get(index + 1));
            let lower = || (lane + 1..lanes.len()).find_map(|lane| cell(lane, column)?.first());
            below.or_else(lower).copied()
        }
        Way::Up => {
            let above = index
                .checked_sub(1)
                .and_then(|at| cell(lane, column)?.get(at));
            let upper = || (0..lane).rev().find_map(|lane| cell(lane, column)?.last());
            above.or_else(upper).copied()
        }
        Way::Left => (0..column)
            .rev()
            .find_map(|column| near(cell(lane, column)?, index)),
        Way::Right => {
            let width = lanes.get(lane).map_or(0, |lane| lane.cells.len());
            (column + 1..width).find_map(|column| near(cell(lane, column)?, index))
        }
    }
}

fn first(lanes: &[Lane]) -> Option<Uuid> {
    lanes
        .iter()
        .flat_map(|lane| &lane.cells)
        .find_map(|cell| cell.first())
        .copied()
}

fn near(cell: &[Uuid], index: usize) -> Option<Uuid> {
    cell.get(index.min(cell.len().checked_sub(1)?)).copied()
}

/// Where a card in the hand is held: a lane, a column, and a place among the others there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hold {
    /// Number of the lane.
    pub lane: usize,
    /// Number of the column.
    pub column: usize,
    /// How many cards stay above it.
    pub index: usize,
}

/// Moves the card in the hand: up and down also to the next lane. `lens` says of each lane how many
/// other cards each column has; nothing of a folded one, which is passed over.
#[must_use]
pub fn carry(lens: &[Option<Vec<usize>>], hold: Hold, way: Way) -> Hold {
    let own = lens
        .get(hold.lane)
        .and_then(Option::as_deref)
        .unwrap_or_default();
    let column = match way {
        Way::Left => hold.column.saturating_sub(1),
        Way::Right => (hold.column + 1).min(own.len().saturating_sub(1)),
        Way::Up | Way::Down => hold.column,
    };
    let of = |lane: usize| {
        let lens = lens.get(lane)?.as_ref()?;
        Some((lane, lens.get(column).copied().unwrap_or(0)))
    };
    let most = own.get(column).copied().unwrap_or(0);
    let stay = Hold {
        column,
        index: hold.index.min(most),
        ..hold
    };
    match way {
        Way::Up if hold.index == 0 => {
            let above = (0..hold.lane).rev().find_map(of);
            above.map_or(stay, |(lane, most)| Hold {
                lane,
                column,
                index: most,
            })
        }
        Way::Down if hold.index >= most => {
            let below = (hold.lane + 1..lens.len()).find_map(of);
            below.map_or(stay, |(lane, _)| Hold {
                lane,
                column,
                index: 0,
            })
        }
        Way::Up => Hold {
            index: hold.index - 1,
            ..stay
        },
        Way::Down => Hold {
            index: hold.index + 1,
            ..stay
        },
        Way::Left | Way::Right => stay,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::board::tests::card;

    fn lane(cells: &[&[u128]]) -> Lane {
        Lane {
            key: String::new(),
            name: String::new(),
            stand: super::super::lanes::Stand::All,
            cells: cells
                .iter()
                .map(|cell| cell.iter().copied().map(card).collect())
                .collect(),
        }
    }

    fn go(from: u128, way: Way) -> Option<u128> {
        let lanes = [lane(&[&[1, 2, 3], &[], &[4]]), lane(&[&[5], &[6], &[]])];
        step(&lanes, Some(card(from)), way).map(|card| card.as_u128())
    }

    #[test]
    fn up_and_down_stay_in_the_column_and_cross_lanes() {
        assert_eq!(go(1, Way::Down), Some(2));
        assert_eq!(go(3, Way::Down), Some(5));
        assert_eq!(go(5, Way::Up), Some(3));
        assert_eq!(go(1, Way::Up), None);
        assert_eq!(go(4, Way::Down), None);
    }

    #[test]
    fn left_and_right_skip_empty_columns_and_stay_in_the_lane() {
        assert_eq!(go(3, Way::Right), Some(4), "the nearest place there");
        assert_eq!(go(4, Way::Left), Some(1));
        assert_eq!(go(6, Way::Right), None);
        assert_eq!(go(6, Way::Left), Some(5));
    }

    #[test]
    fn a_lost_cursor_begins_at_the_first_card() {
        let lanes = [lane(&[&[], &[7]])];
        assert_eq!(step(&lanes, None, Way::Up), Some(card(7)));
        assert_eq!(step(&lanes, Some(card(99)), Way::Left), Some(card(7)));
        assert_eq!(step(&[lane(&[&[]])], None, Way::Down), None);
    }

    #[test]
    fn a_carried_card_stays_on_the_board() {
        let lens = [Some(vec![2, 0, 5])];
        let at = |column, index| Hold {
            lane: 0,
            column,
            index,
        };
        assert_eq!(carry(&lens, at(0, 2), Way::Down), at(0, 2));
        assert_eq!(carry(&lens, at(0, 2), Way::Right), at(1, 0));
        assert_eq!(carry(&lens, at(2, 4), Way::Right), at(2, 4));
        assert_eq!(carry(&lens, at(0, 0), Way::Left), at(0, 0));
        assert_eq!(carry(&lens, at(2, 4), Way::Up), at(2, 3));
    }

    #[test]
    fn a_carried_card_goes_on_into_the_next_lane_that_is_not_folded() {
        let lens = [Some(vec![2, 1]), None, Some(vec![0, 3])];
        let at = |lane, column, index| Hold {
            lane,
            column,
            index,
        };
        assert_eq!(carry(&lens, at(0, 0, 2), Way::Down), at(2, 0, 0));
        assert_eq!(carry(&lens, at(2, 0, 0), Way::Down), at(2, 0, 0));
        assert_eq!(carry(&lens, at(2, 1, 0), Way::Up), at(0, 1, 1));
        assert_eq!(carry(&lens, at(0, 0, 0), Way::Up), at(0, 0, 0));
        assert_eq!(carry(&lens, at(2, 0, 0), Way::Right), at(2, 1, 0));
    }
}

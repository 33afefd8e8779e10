//! Ranks: texts whose order by bytes is the order that people made by hand.
//!
//! A rank is sixteen hexadecimal digits, and more behind them when the gap between two neighbours is
//! used up: a fraction that never ends in zero. Between any two ranks there is another, so placing an
//! issue writes that issue alone.

use std::fmt::Write as _;

/// Digits in front of the fraction.
const WHOLE: usize = 16;
/// Where number 0 would stand: below it is room for everything that goes to the top.
const ORIGIN: u64 = 1 << 62;
/// Distance of two new issues: it can be halved 24 times before a fraction is needed.
const STEP: u64 = 1 << 24;

fn whole(value: u64) -> String {
    format!("{value:016x}")
}

/// The rank of a new issue: after all that were made before.
///
/// The statement that makes an issue has the same in SQL, because the number is taken there.
#[must_use]
pub fn initial(number: i64) -> String {
    let number = u64::try_from(number).unwrap_or_default();
    whole(ORIGIN.saturating_add(number.saturating_mul(STEP)))
}

/// Whole part and digits of the fraction; what is no rank counts as the smallest.
fn parts(rank: &str) -> (u64, Vec<u8>) {
    let digits: Vec<u8> = rank
        .chars()
        .map_while(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok()))
        .collect();
    let value = digits
        .iter()
        .chain(std::iter::repeat(&0))
        .take(WHOLE)
        .fold(0_u64, |sum, digit| (sum << 4) | u64::from(*digit));
    (value, digits.into_iter().skip(WHOLE).collect())
}

/// The shortest rank in the middle between two, the first smaller than the second.
#[must_use]
pub fn between(low: &str, high: &str) -> String {
    let (low_whole, low_digits) = parts(low);
    let (high_whole, high_digits) = parts(high);
    // How many steps of the last digit looked at lie between them: never many, because the loop ends
    // as soon as there is one in the middle.
    let mut gap = high_whole.saturating_sub(low_whole);
    let mut place = 0;
    loop {
        // What is left of the higher one makes room for one more.
        let rest = u64::from(high_digits.len() > place);
        if gap + rest >= 2 {
            return raised(low_whole, &low_digits, place, (gap + rest) / 2);
        }
        // Not two in order: nothing lies between, but nobody shall look for it for ever.
        if gap == 0 && place > low_digits.len().max(high_digits.len()) {
            return raised(low_whole, &low_digits, place, 8);
        }
        let digit = |digits: &[u8]| u64::from(digits.get(place).copied().unwrap_or_default());
        gap = (gap * 16 + digit(&high_digits)).saturating_sub(digit(&low_digits));
        place += 1;
    }
}

/// The first so many digits of a fraction, made larger by that many steps of the last one.
fn raised(low_whole: u64, low_digits: &[u8], place: usize, steps: u64) -> String {
    let mut digits: Vec<u8> = low_digits
        .iter()
        .copied()
        .chain(std::iter::repeat(0))
        .take(place)
        .collect();
    let mut carry = steps;
    for digit in digits.iter_mut().rev() {
        let sum = u64::from(*digit) + carry;
        *digit = u8::try_from(sum % 16).unwrap_or_default();
        carry = sum / 16;
    }
    let mut rank = whole(low_whole.saturating_add(carry));
    for digit in digits {
        let _ = write!(rank, "{digit:x}");
    }
    rank
}

/// A rank before the first of all.
#[must_use]
pub fn above(first: &str) -> String {
    match parts(first).0.checked_sub(STEP) {
        Some(value) if value > 0 => whole(value),
        _ => between(&whole(0), first),
    }
}

/// A rank after the last of all, and before that of the next new issue: `next` is its number.
#[must_use]
pub fn below(last: &str, next: i64) -> String {
    let ceiling = initial(next);
    let after = whole(parts(last).0.saturating_add(1));
    if after < ceiling {
        after
    } else {
        between(last, &ceiling)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn new_issues_stand_in_the_order_of_their_numbers() {
        assert_eq!(initial(1), "4000000001000000");
        for number in [1, 2, 9, 10, 255, 256, 1_000_000] {
            assert!(initial(number) < initial(number + 1));
        }
    }

    #[test]
    fn ten_thousand_times_to_the_top_or_to_the_bottom_costs_no_letter() {
        let (mut first, mut last) = (initial(1), initial(2));
        for _ in 0..10_000 {
            let (higher, lower) = (above(&first), below(&last, 3));
            assert!(higher < first && last < lower && lower < initial(3));
            assert_eq!((higher.len(), lower.len()), (WHOLE, WHOLE));
            (first, last) = (higher, lower);
        }
    }

    #[test]
    fn what_is_not_in_order_still_gets_an_answer_above_the_lower_one() {
        for (low, high) in [
            (initial(1), initial(1)),
            (initial(2), initial(1)),
            (initial(1) + "8", initial(1)),
            (String::new(), String::new()),
        ] {
            assert!(between(&low, &high) > low, "{low} {high}");
        }
    }

    #[test]
    fn the_ends_hold_when_their_room_is_used_up() {
        let lowest = whole(0) + "01";
        assert!(above(&lowest) < lowest && above(&lowest) > whole(0));
        let last = whole(ORIGIN + STEP - 1) + "ff";
        assert!(below(&last, 1) > last && below(&last, 1) < initial(1));
    }

    proptest! {
        #[test]
        fn between_is_strictly_between_and_grows_slowly(
            number in 1_i64..1_000_000,
            apart in 1_i64..3,
            turns in proptest::collection::vec(any::<bool>(), 1..400),
        ) {
            let (mut low, mut high) = (initial(number), initial(number + apart));
            for (done, turn) in turns.iter().enumerate() {
                let middle = between(&low, &high);
                prop_assert!(low < middle && middle < high, "{low} {middle} {high}");
                prop_assert!(middle.len() <= WHOLE + done / 3 + 1, "{middle} after {done}");
                prop_assert!(middle.len() == WHOLE || !middle.ends_with('0'), "{middle}");
                if *turn { low = middle } else { high = middle }
            }
        }

        #[test]
        fn any_order_can_be_made(moves in proptest::collection::vec((0_usize..20, 0_usize..20), 1..200)) {
            let mut ranks: Vec<String> = (1..=20).map(initial).collect();
            for (from, to) in moves {
                ranks.remove(from);
                let rank = match (to.checked_sub(1).and_then(|t| ranks.get(t)), ranks.get(to)) {
                    (Some(low), Some(high)) => between(low, high),
                    (None, Some(first)) => above(first),
                    (Some(last), None) => below(last, 21),
                    (None, None) => unreachable!(),
                };
                ranks.insert(to, rank);
                prop_assert!(ranks.is_sorted_by(|a, b| a < b), "{ranks:?}");
                prop_assert!(ranks.iter().all(|r| *r < initial(21)));
            }
        }
    }
}

//! An issue's life as segments of a strip.

use super::time::duration;
use chrono::{DateTime, Utc};
use domain::issue::Stay;
use domain::workflow::Category;

/// A part of the strip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Where the issue was.
    pub category: Category,
    /// How long.
    pub seconds: i64,
}

/// The segments until now. The end of an issue is a mark, not a stay: being done takes no time.
#[must_use]
pub fn segments(life: &[Stay], now: DateTime<Utc>) -> Vec<Segment> {
    let ends = life
        .iter()
        .skip(1)
        .map(|next| next.since)
        .chain(std::iter::once(now));
    let last = life.len().saturating_sub(1);
    let mut merged: Vec<Segment> = Vec::new();
    for (index, (stay, end)) in life.iter().zip(ends).enumerate() {
        let over = index == last && stay.category == Category::Done;
        let seconds = if over {
            0
        } else {
            (end - stay.since).num_seconds().max(0)
        };
        match merged.last_mut() {
            Some(before) if before.category == stay.category => before.seconds += seconds,
            _ => merged.push(Segment {
                category: stay.category,
                seconds,
            }),
        }
    }
    merged
}

/// The life in words: `triage 7 h, active 2 d, done`.
#[must_use]
pub fn describe(segments: &[Segment]) -> String {
    let words: Vec<String> = segments
        .iter()
        .map(|segment| match segment.seconds {
            0 if segment.category == Category::Done => "done".into(),
            seconds => format!("{} {}", segment.category, duration(seconds)),
        })
        .collect();
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + hours * 3600, 0).unwrap()
    }

    fn stay(category: Category, hours: i64) -> Stay {
        Stay {
            category,
            since: at(hours),
        }
    }

    #[test]
    fn neighbours_of_one_category_are_one_stay() {
        let life = [
            stay(Category::Triage, 0),
            stay(Category::Active, 1),
            stay(Category::Active, 25),
        ];
        let segments = segments(&life, at(49));
        assert_eq!(describe(&segments), "triage 1 h, active 2 d");
    }

    #[test]
    fn being_done_takes_no_time_but_having_been_done_does() {
        let life = [
            stay(Category::Active, 0),
            stay(Category::Done, 2),
            stay(Category::Active, 5),
        ];
        assert_eq!(
            describe(&segments(&life, at(6))),
            "active 2 h, done 3 h, active 1 h"
        );
        assert_eq!(describe(&segments(&life[..2], at(500))), "active 2 h, done");
        assert!(segments(&[], at(0)).is_empty());
    }
}

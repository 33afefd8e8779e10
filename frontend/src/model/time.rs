//! Times as people say them. All functions are told what time it is.

use chrono::{DateTime, TimeDelta, Utc};

/// How long ago (or ahead), short: `now`, `4 min`, `2 h`, `yesterday`, `3 d`, `5 w`, `2 y`.
#[must_use]
pub fn relative(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let gap = now - at;
    let ahead = gap < -TimeDelta::seconds(60);
    let text = short(gap.abs());
    match text {
        None => "now".into(),
        Some(text) if ahead => format!("in {text}"),
        Some(text) if text == "1 d" => "yesterday".into(),
        Some(text) => text,
    }
}

/// The same as part of a sentence: `just now`, `4 min ago`, `yesterday`.
#[must_use]
pub fn relative_sentence(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let text = relative(at, now);
    match text.as_str() {
        "now" => "just now".into(),
        "yesterday" => text,
        _ if text.starts_with("in ") => text,
        _ => format!("{text} ago"),
    }
}

fn short(gap: TimeDelta) -> Option<String> {
    let minutes = gap.num_minutes();
    let hours = gap.num_hours();
    let days = gap.num_days();
    match (minutes, hours, days) {
        (0, _, _) => None,
        (m, 0, _) => Some(format!("{m} min")),
        (_, h, 0) => Some(format!("{h} h")),
        (_, _, d @ 1..=27) => Some(format!("{d} d")),
        (_, _, d @ 28..=364) => Some(format!("{} w", d / 7)),
        (_, _, d) => Some(format!("{} y", d / 365)),
    }
}

/// How old it is, short: `new`, `4 min`, `2 h`, `3 d`, `5 w`.
#[must_use]
pub fn age(made: DateTime<Utc>, now: DateTime<Utc>) -> String {
    short(now - made).unwrap_or_else(|| "new".into())
}

/// A length of time with its two largest units: `4 d 19 h`, `2 h 5 min`, `under 1 min`.
#[must_use]
pub fn duration(seconds: i64) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => "under 1 min".into(),
        (0, 0, m) => format!("{m} min"),
        (0, h, 0) => format!("{h} h"),
        (0, h, m) => format!("{h} h {m} min"),
        (d, 0, _) => format!("{d} d"),
        (d @ 1..=13, h, _) => format!("{d} d {h} h"),
        (d, _, _) => format!("{d} d"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ago(seconds: i64) -> String {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        relative(now - TimeDelta::seconds(seconds), now)
    }

    #[test]
    fn relative_times_are_short_and_never_negative() {
        assert_eq!(ago(3), "now");
        assert_eq!(ago(-20), "now", "a clock that is a little fast");
        assert_eq!(ago(240), "4 min");
        assert_eq!(ago(3 * 3600), "3 h");
        assert_eq!(ago(30 * 3600), "yesterday");
        assert_eq!(ago(3 * 86_400), "3 d");
        assert_eq!(ago(30 * 86_400), "4 w");
        assert_eq!(ago(800 * 86_400), "2 y");
        assert_eq!(ago(-3 * 86_400), "in 3 d");
    }

    #[test]
    fn in_a_sentence() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        assert_eq!(relative_sentence(now, now), "just now");
        assert_eq!(
            relative_sentence(now - TimeDelta::minutes(5), now),
            "5 min ago"
        );
        assert_eq!(
            relative_sentence(now - TimeDelta::hours(30), now),
            "yesterday"
        );
    }

    #[test]
    fn ages_are_plain_lengths() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        assert_eq!(age(now - TimeDelta::hours(30), now), "1 d");
        assert_eq!(age(now, now), "new");
    }

    #[test]
    fn durations_have_two_units_at_most() {
        assert_eq!(duration(20), "under 1 min");
        assert_eq!(duration(7 * 3600), "7 h");
        assert_eq!(duration(2 * 3600 + 300), "2 h 5 min");
        assert_eq!(duration(4 * 86_400 + 19 * 3600), "4 d 19 h");
        assert_eq!(duration(40 * 86_400 + 19 * 3600), "40 d");
    }
}

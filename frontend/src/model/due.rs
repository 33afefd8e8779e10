//! A day as people say it.

use chrono::{Datelike, NaiveDate};

/// `today`, `tomorrow`, `in 5 days`, `overdue by 3 days`.
#[must_use]
pub fn due_words(due: NaiveDate, today: NaiveDate) -> String {
    match (due - today).num_days() {
        0 => "today".into(),
        1 => "tomorrow".into(),
        -1 => "overdue since yesterday".into(),
        days @ 2.. => format!("in {days} days"),
        days => format!("overdue by {} days", -days),
    }
}

/// The same in a narrow column, beside a word that says that it is late.
#[must_use]
pub fn due_short(due: NaiveDate, today: NaiveDate) -> String {
    match (due - today).num_days() {
        -1 => "yesterday".into(),
        days @ ..-1 => format!("{} days ago", -days),
        _ => due_words(due, today),
    }
}

/// `4 Mar`, and with its year when that is another one.
#[must_use]
pub fn day_words(day: NaiveDate, today: NaiveDate) -> String {
    let form = if day.year() == today.year() {
        "%-d %b"
    } else {
        "%-d %b %Y"
    };
    day.format(form).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_near_have_names() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 21).unwrap();
        let said = |days: i64| due_words(today + chrono::TimeDelta::days(days), today);
        assert_eq!(said(0), "today");
        assert_eq!(said(1), "tomorrow");
        assert_eq!(said(5), "in 5 days");
        assert_eq!(said(-1), "overdue since yesterday");
        assert_eq!(said(-3), "overdue by 3 days");
    }

    #[test]
    fn a_narrow_column_says_how_long_ago() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 21).unwrap();
        let said = |days: i64| due_short(today + chrono::TimeDelta::days(days), today);
        assert_eq!(said(-1), "yesterday");
        assert_eq!(said(-12), "12 days ago");
        assert_eq!((said(0), said(1)), ("today".into(), "tomorrow".into()));
        assert_eq!(said(5), "in 5 days");
    }

    #[test]
    fn another_year_is_named() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let said = |text: &str| day_words(day(text), day("2026-11-21"));
        assert_eq!(said("2026-03-04"), "4 Mar");
        assert_eq!(said("2027-03-04"), "4 Mar 2027");
    }
}

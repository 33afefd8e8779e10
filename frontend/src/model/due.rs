//! A due date as people say it.

use chrono::NaiveDate;

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
}

//! The daily statistics of some projects added up: days, statuses, the way of the last weeks.

use chrono::{Days, NaiveDate};
use domain::stats::DailyStat;
use domain::workflow::Category;
use std::collections::BTreeMap;

/// Project and status.
type Key<'a> = (&'a str, &'a str);

/// What came and went on one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    /// Which.
    pub day: NaiveDate,
    /// Issues made.
    pub created: i64,
    /// Issues closed.
    pub resolved: i64,
}

/// One status over the last days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Name for people.
    pub name: String,
    /// What it means.
    pub category: Category,
    /// An active status after the first active one.
    pub late: bool,
    /// Issues there at each day's end, oldest first; the last is now.
    pub counts: Vec<i64>,
}

impl Line {
    /// Issues there now.
    #[must_use]
    pub fn today(&self) -> i64 {
        self.counts.last().copied().unwrap_or(0)
    }

    /// Issues there when yesterday ended.
    #[must_use]
    pub fn yesterday(&self) -> i64 {
        self.counts.iter().rev().nth(1).copied().unwrap_or(0)
    }
}

/// The days from `from` to `to`, also those on which nothing happened.
#[must_use]
pub fn days(stats: &[DailyStat], from: NaiveDate, to: NaiveDate) -> Vec<Day> {
    let mut sums: BTreeMap<NaiveDate, (i64, i64)> = BTreeMap::new();
    for stat in stats {
        let sum = sums.entry(stat.day).or_default();
        sum.0 += stat.created;
        sum.1 += stat.resolved;
    }
    from.iter_days()
        .take_while(|day| *day <= to)
        .map(|day| {
            let (created, resolved) = sums.get(&day).copied().unwrap_or_default();
            Day {
                day,
                created,
                resolved,
            }
        })
        .collect()
}

/// The last day that was counted, at most `today`.
#[must_use]
pub fn last_day(stats: &[DailyStat], today: NaiveDate) -> Option<NaiveDate> {
    stats
        .iter()
        .map(|stat| stat.day)
        .filter(|day| *day <= today)
        .max()
}

/// Statuses of the same name and meaning as one line each, over `length` days until `last`.
/// A day that was not counted has the numbers of the day before it.
#[must_use]
pub fn lines(stats: &[DailyStat], last: NaiveDate, length: u64) -> Vec<Line> {
    let first = last
        .checked_sub_days(Days::new(length.saturating_sub(1)))
        .unwrap_or(last);
    let mut series: BTreeMap<Key<'_>, BTreeMap<NaiveDate, i64>> = BTreeMap::new();
    let mut order: Vec<(&str, Category, Vec<Key<'_>>)> = Vec::new();
    for stat in stats.iter().filter(|stat| stat.day <= last) {
        let key = (stat.project.as_str(), stat.status.as_str());
        series.entry(key).or_default().insert(stat.day, stat.count);
        let line = order
            .iter_mut()
            .find(|(name, category, _)| *name == stat.name && *category == stat.category);
        match line {
            Some((_, _, keys)) if keys.contains(&key) => {}
            Some((_, _, keys)) => keys.push(key),
            None => order.push((&stat.name, stat.category, vec![key])),
        }
    }
    let mut lines: Vec<Line> = order
        .into_iter()
        .map(|(name, category, keys)| Line {
            name: name.to_owned(),
            category,
            late: false,
            counts: first
                .iter_days()
                .take_while(|day| *day <= last)
                .map(|day| keys.iter().map(|key| known(&series, key, day)).sum())
                .collect(),
        })
        .collect();
    // Within one project the workflow's order is kept; several projects are put together by meaning.
    lines.sort_by_key(|line| line.category);
    let mut active = 0;
    for line in &mut lines {
        if line.category == Category::Active {
            line.late = active > 0;
            active += 1;
        }
    }
    lines
}

fn known(
    series: &BTreeMap<Key<'_>, BTreeMap<NaiveDate, i64>>,
    key: &Key<'_>,
    day: NaiveDate,
) -> i64 {
    series
        .get(key)
        .and_then(|days| days.range(..=day).next_back())
        .map_or(0, |(_, count)| *count)
}

/// How many issues of that category there were when yesterday ended; nothing when nobody counted.
#[must_use]
pub fn yesterday_of(lines: &[Line], category: Category) -> Option<i64> {
    let counted = lines.iter().any(|line| line.counts.len() > 1);
    counted.then(|| {
        lines
            .iter()
            .filter(|line| line.category == category)
            .map(Line::yesterday)
            .sum()
    })
}

/// A difference with its sign: `+3`, `−2`, `0`.
#[must_use]
pub fn signed(difference: i64) -> String {
    match difference {
        0 => "0".into(),
        n if n > 0 => format!("+{n}"),
        n => format!("−{}", n.unsigned_abs()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, day).unwrap()
    }

    fn stat(day: u32, project: &str, slug: &str, category: Category, n: [i64; 3]) -> DailyStat {
        DailyStat {
            day: on(day),
            project: project.into(),
            status: slug.into(),
            name: slug.to_uppercase(),
            category,
            count: n[0],
            created: n[1],
            resolved: n[2],
        }
    }

    #[test]
    fn days_without_anything_are_days_too() {
        let stats = [
            stat(1, "A", "open", Category::Triage, [1, 2, 0]),
            stat(1, "B", "open", Category::Triage, [1, 1, 4]),
            stat(3, "A", "open", Category::Triage, [1, 0, 1]),
        ];
        let found: Vec<_> = days(&stats, on(1), on(4))
            .iter()
            .map(|d| (d.created, d.resolved))
            .collect();
        assert_eq!(found, [(3, 4), (0, 0), (0, 1), (0, 0)]);
    }

    #[test]
    fn projects_are_added_and_gaps_carried() {
        let stats = [
            stat(1, "A", "open", Category::Triage, [2, 0, 0]),
            stat(1, "A", "review", Category::Active, [1, 0, 0]),
            stat(1, "A", "done", Category::Done, [9, 0, 0]),
            stat(3, "A", "open", Category::Triage, [5, 0, 0]),
            stat(3, "B", "open", Category::Triage, [7, 0, 0]),
            stat(3, "B", "doing", Category::Active, [4, 0, 0]),
        ];
        let lines = lines(&stats, on(3), 3);
        let names: Vec<_> = lines.iter().map(|l| l.name.as_str()).collect();
        assert_eq!(names, ["OPEN", "REVIEW", "DOING", "DONE"]);
        assert_eq!(lines[0].counts, [2, 2, 12]);
        assert_eq!((lines[0].today(), lines[0].yesterday()), (12, 2));
        assert!(!lines[1].late && lines[2].late);
        assert_eq!(lines[3].counts, [9, 9, 9]);
        assert_eq!(yesterday_of(&lines, Category::Triage), Some(2));
        assert_eq!(yesterday_of(&[], Category::Triage), None);
        assert_eq!(last_day(&stats, on(2)), Some(on(1)));
        assert_eq!(last_day(&[], on(2)), None);
    }

    #[test]
    fn differences_carry_their_sign() {
        assert_eq!([signed(3), signed(0), signed(-2)], ["+3", "0", "−2"]);
    }
}

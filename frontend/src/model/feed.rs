//! An event of the feed as a sentence around the thing it is about.

use chrono::NaiveDate;
use domain::event::HistoryEntry;

/// The words before and after the link to the thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// Before it: "moved".
    pub before: String,
    /// After it: "from Open to Done".
    pub after: String,
}

/// Puts the issue where the sentence says "it", or at its end.
#[must_use]
pub fn words(entry: &HistoryEntry) -> Words {
    let sentence = entry.sentence.trim();
    let (verb, rest) = sentence.split_once(' ').unwrap_or((sentence, ""));
    let object = rest
        .strip_prefix("it")
        .filter(|after| after.is_empty() || after.starts_with(' '));
    match object {
        Some(after) => Words {
            before: verb.to_owned(),
            after: after.trim().to_owned(),
        },
        None if entry.issue.is_some() => Words {
            before: format!("{sentence} on"),
            after: String::new(),
        },
        None => Words {
            before: sentence.to_owned(),
            after: String::new(),
        },
    }
}

/// What happened on one day (of UTC).
#[derive(Clone, Debug, PartialEq)]
pub struct Day {
    /// The day.
    pub date: NaiveDate,
    /// Its name: "Today", "Yesterday", "3 Mar 2026".
    pub title: String,
    /// What happened, newest first.
    pub entries: Vec<HistoryEntry>,
}

/// Entries, newest first, in days.
#[must_use]
pub fn days(entries: &[HistoryEntry], today: NaiveDate) -> Vec<Day> {
    let mut days: Vec<Day> = Vec::new();
    for entry in entries {
        let date = entry.at.date_naive();
        match days.last_mut().filter(|day| day.date == date) {
            Some(day) => day.entries.push(entry.clone()),
            None => days.push(Day {
                date,
                title: match (today - date).num_days() {
                    0 => "Today".into(),
                    1 => "Yesterday".into(),
                    _ => date.format("%-d %b %Y").to_string(),
                },
                entries: vec![entry.clone()],
            }),
        }
    }
    days
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use uuid::Uuid;

    fn entry(issue: bool, sentence: &str) -> HistoryEntry {
        HistoryEntry {
            id: Uuid::nil(),
            kind: "issue.updated".into(),
            project: Some("APP".into()),
            issue: issue.then(|| "APP-1".into()),
            field: None,
            old: None,
            new: None,
            actor: None,
            on_behalf_of: None,
            version: None,
            at: DateTime::default(),
            sentence: sentence.into(),
        }
    }

    fn say(issue: bool, sentence: &str) -> (String, String) {
        let found = words(&entry(issue, sentence));
        (found.before, found.after)
    }

    #[test]
    fn entries_are_gathered_by_their_days() {
        let at = |text: &str| HistoryEntry {
            at: text.parse().unwrap(),
            ..entry(true, "commented")
        };
        let entries = [
            at("2026-03-02T00:10:00Z"),
            at("2026-03-01T23:50:00Z"),
            at("2026-03-01T08:00:00Z"),
            at("2026-02-01T08:00:00Z"),
        ];
        let days = days(&entries, NaiveDate::from_ymd_opt(2026, 3, 2).unwrap());
        let found: Vec<_> = days
            .iter()
            .map(|d| (d.title.as_str(), d.entries.len()))
            .collect();
        assert_eq!(found, [("Today", 1), ("Yesterday", 2), ("1 Feb 2026", 1)]);
    }

    #[test]
    fn the_issue_takes_the_place_of_it() {
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(say(true, "reported it"), pair("reported", ""));
        assert_eq!(
            say(true, "moved it from Open to Done"),
            pair("moved", "from Open to Done")
        );
        assert_eq!(say(true, "commented"), pair("commented on", ""));
        assert_eq!(
            say(true, "added the file items.csv"),
            pair("added the file items.csv on", "")
        );
        assert_eq!(
            say(false, "created the project It"),
            pair("created the project It", "")
        );
    }
}

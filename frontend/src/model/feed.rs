//! An event of the feed as a sentence around the thing it is about.

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

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use uuid::Uuid;

    fn say(issue: bool, sentence: &str) -> (String, String) {
        let found = words(&HistoryEntry {
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
        });
        (found.before, found.after)
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

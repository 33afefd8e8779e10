//! What can be typed next.

use super::lexer::{Input, Parsed, State, place};
use super::printer::{quote, stands_bare};
use super::table::{Changed, FIELDS, Field, Flag, Kind, Thing, WORDS};
use crate::issue::{IssueType, Resolution, Severity};
use crate::list::SortField;
use crate::wire::fold_word;
use crate::workflow::Category;
use winnow::Parser;
use winnow::stream::{LocatingSlice, Stateful};
use winnow::token::any;

/// Most completions of one place.
const MOST: usize = 20;

/// The names that exist for whoever types.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Vocabulary {
    /// Slugs and names of statuses.
    pub statuses: Vec<(String, String)>,
    /// User names and names of people.
    pub people: Vec<(String, String)>,
    /// Labels.
    pub labels: Vec<String>,
    /// Versions.
    pub versions: Vec<String>,
    /// Keys and names of projects.
    pub projects: Vec<(String, String)>,
}

/// Something that can stand at the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// The first character that it replaces.
    pub start: usize,
    /// The character after the last that it replaces.
    pub end: usize,
    /// What to put there.
    pub insert: String,
    /// A sentence or name that explains it.
    pub help: String,
}

/// Where the cursor stands.
struct Spot {
    /// What stands before the colon, when the cursor is after one.
    field: Option<String>,
    /// What is typed of the word so far, and where it begins (in characters).
    typed: String,
    start: usize,
}

impl Spot {
    fn begin(field: Option<String>, start: usize) -> Self {
        Self {
            field,
            typed: String::new(),
            start,
        }
    }
}

/// What can stand at the cursor (counted in characters), best first.
#[must_use]
pub fn complete(text: &str, cursor: usize, vocabulary: &Vocabulary) -> Vec<Completion> {
    let before: String = text.chars().take(cursor).collect();
    let end = before.chars().count();
    let spot = spot(&before);
    let candidates = match &spot.field {
        None => heads(),
        Some(field) => values(field, vocabulary),
    };
    let typed = spot.typed.trim_start_matches('"').to_lowercase();
    let mut fitting: Vec<(u8, Completion)> = candidates
        .into_iter()
        .filter_map(|(insert, help)| {
            let bare = insert.trim_matches('"').to_lowercase();
            let rank = if bare.starts_with(&typed) {
                0
            } else if help
                .to_lowercase()
                .split(' ')
                .any(|w| w.starts_with(&typed))
            {
                1
            } else if bare.contains(&typed) {
                2
            } else {
                return None;
            };
            let completion = Completion {
                start: spot.start,
                end,
                insert,
                help,
            };
            // With nothing typed every word of a help sentence would do: keep the table's order.
            Some((if typed.is_empty() { 0 } else { rank }, completion))
        })
        .collect();
    fitting.sort_by_key(|(rank, _)| *rank);
    fitting.truncate(MOST);
    fitting.into_iter().map(|(_, c)| c).collect()
}

/// What kind of value is wanted at the cursor (counted in characters), and what is typed of it so far:
/// for those who have to ask elsewhere which there are.
#[must_use]
pub fn wanted_at(text: &str, cursor: usize) -> Option<(Kind, String)> {
    let before: String = text.chars().take(cursor).collect();
    let spot = spot(&before);
    let field = spot.field.as_deref().and_then(Field::named)?;
    let typed = spot.typed.trim_start_matches(['"', '@']);
    Some((field.kind(), typed.to_owned()))
}

/// Reads up to the cursor; quotes hide blanks, colons and commas.
fn spot(before: &str) -> Spot {
    let mut input: Input<'_> = Stateful {
        input: LocatingSlice::new(before),
        state: State::default(),
    };
    let mut spot = Spot::begin(None, 0);
    let mut in_quotes = false;
    let mut count = 0;
    while place(&input) < before.len() {
        let next: Parsed<char> = any.parse_next(&mut input);
        let Ok(c) = next else { break };
        count += 1;
        if c == '"' {
            in_quotes = !in_quotes;
        }
        if in_quotes || c == '"' {
            spot.typed.push(c);
            continue;
        }
        let empty = spot.typed.is_empty();
        let next_field = match (c, spot.field.as_deref()) {
            (c, _) if c.is_whitespace() || matches!(c, '(' | ')') => None,
            ('-', None) if empty => None,
            (':', None) | ('=' | '<' | '>', Some("was")) => Some(fold_word(&spot.typed)),
            (',' | '<' | '>' | '=', Some(field)) => Some(field.to_string()),
            ('-', Some("sort")) if empty => Some("sort".to_string()),
            _ => {
                spot.typed.push(c);
                continue;
            }
        };
        spot = Spot::begin(next_field, count);
    }
    spot
}

type Candidate = (String, String);

fn heads() -> Vec<Candidate> {
    let words = WORDS
        .iter()
        .map(|(name, help, _)| (format!("{name}:"), (*help).to_string()));
    let fields = FIELDS
        .iter()
        .map(|row| (format!("{}:", row.name), row.help.to_string()));
    words.chain(fields).collect()
}

fn slugs(words: &[&str]) -> Vec<Candidate> {
    words
        .iter()
        .map(|w| ((*w).to_string(), w.replace('_', " ")))
        .collect()
}

fn named(kind: Kind, names: &[String]) -> Vec<Candidate> {
    names
        .iter()
        .map(|name| {
            let mut insert = name.clone();
            if !stands_bare(kind, name) {
                insert.clear();
                // Writing to a String does not fail.
                let _ = quote(&mut insert, name);
            }
            (insert, name.clone())
        })
        .collect()
}

fn days() -> Vec<Candidate> {
    [
        ("today", "The present day."),
        ("yesterday", "The day before."),
        ("tomorrow", "The day after."),
        ("-7d", "Seven days ago."),
        ("-1m", "A month ago."),
        ("+7d", "In seven days."),
    ]
    .map(|(insert, help)| (insert.to_string(), help.to_string()))
    .to_vec()
}

fn values(field: &str, vocabulary: &Vocabulary) -> Vec<Candidate> {
    let flags = || {
        Flag::ALL
            .iter()
            .map(|f| (f.to_string(), f.help().to_string()))
    };
    let things = || {
        Thing::ALL
            .iter()
            .map(|t| (t.to_string(), t.help().to_string()))
    };
    match field {
        "is" => return flags().collect(),
        "has" => return things().collect(),
        "changed" => return slugs(Changed::SLUGS),
        "sort" => return slugs(SortField::SLUGS),
        "was" => {
            let with_past = FIELDS.iter().filter(|row| row.was);
            return with_past
                .map(|row| (format!("{}=", row.name), row.help.to_string()))
                .collect();
        }
        _ => {}
    }
    let Some(field) = Field::named(field) else {
        return Vec::new();
    };
    let mut all = match field.kind() {
        Kind::Status => vocabulary.statuses.clone(),
        Kind::Category => slugs(Category::SLUGS),
        Kind::Type => slugs(IssueType::SLUGS),
        Kind::Severity => slugs(Severity::SLUGS),
        Kind::Priority => (1..=5)
            .filter_map(crate::issue::Priority::new)
            .map(|p| (p.number().to_string(), p.name().to_string()))
            .collect(),
        Kind::Resolution => slugs(Resolution::SLUGS),
        Kind::Person => {
            let mut people = vec![("@me".to_string(), "Yourself.".to_string())];
            people.extend(vocabulary.people.iter().cloned());
            people
        }
        Kind::Label => named(Kind::Label, &vocabulary.labels),
        Kind::Version => named(Kind::Version, &vocabulary.versions),
        Kind::Project => vocabulary.projects.clone(),
        Kind::Day | Kind::Instant => days(),
        Kind::Issue | Kind::Text | Kind::Number => Vec::new(),
    };
    if field.row().none {
        all.push(("none".into(), "Nothing is set.".into()));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inserts(text: &str) -> Vec<String> {
        let vocabulary = Vocabulary {
            statuses: vec![("in_progress".into(), "In progress".into())],
            people: vec![("ada".into(), "Ada Lovelace".into())],
            labels: vec!["ui".into(), "needs design".into()],
            versions: vec!["1.4".into()],
            projects: vec![("APP".into(), "Application".into())],
        };
        let all = complete(text, text.chars().count(), &vocabulary);
        for c in &all {
            assert!(c.start <= c.end && c.end == text.chars().count());
        }
        all.into_iter().map(|c| c.insert).collect()
    }

    #[test]
    fn what_fits_the_place_is_offered() {
        assert_eq!(inserts("sev")[0], "severity:");
        assert_eq!(inserts("is:open -sev")[0], "severity:");
        assert_eq!(inserts("severity:high,cr"), ["critical"]);
        assert_eq!(inserts("severity:>=h"), ["high"]);
        assert_eq!(inserts("is:o")[0], "open");
        assert_eq!(inserts("assignee:lov"), ["ada"]);
        assert_eq!(inserts("label:nee"), ["\"needs design\""]);
        assert_eq!(inserts("label:\"needs d"), ["\"needs design\""]);
        assert_eq!(inserts("was:sta"), ["status=", "start=", "category="]);
        assert_eq!(inserts("was:status=in"), ["in_progress"]);
        assert_eq!(inserts("sort:-pri"), ["priority"]);
        assert_eq!(inserts("(project:a"), ["APP"]);
        assert!(inserts("assignee:").contains(&"none".to_string()));
        assert!(inserts("nosuch:x").is_empty());
    }

    #[test]
    fn what_kind_of_value_is_wanted_follows_from_the_field() {
        let at = |text: &str, cursor| wanted_at(text, cursor);
        let person = |typed: &str| Some((Kind::Person, typed.to_string()));
        assert_eq!(at("is:open assignee:ad", 19), person("ad"));
        assert_eq!(at("reporter:ada,lo", 15), person("lo"));
        assert_eq!(at("assignee:", 9), person(""));
        assert_eq!(
            at("label:\"needs d", 14),
            Some((Kind::Label, "needs d".into()))
        );
        assert_eq!(at("was:status=in", 13), Some((Kind::Status, "in".into())));
        assert_eq!(at("-fixed:1", 8), Some((Kind::Version, "1".into())));
        assert_eq!(at("assignee:ada sort:x", 19), None);
        assert_eq!(at("assi", 4), None);
    }

    #[test]
    fn only_what_is_typed_is_replaced() {
        let all = complete("is:open sever foo", 13, &Vocabulary::default());
        assert_eq!((all[0].start, all[0].end), (8, 13));
        assert_eq!(all[0].insert, "severity:");
    }
}

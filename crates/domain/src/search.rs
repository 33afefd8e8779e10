//! Full-text search: what is found, and where the words stand in it.

use crate::filter::words_of;
use crate::issue::{IssueType, StatusRef};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Most characters of a snippet.
pub const SNIPPET_MAX: usize = 200;
/// Most characters of a question.
pub const QUERY_MAX: usize = 300;

words! {
    /// What the words were found in.
    FoundIn ("found_in") {
        /// Title or text of the issue.
        Issue = "issue",
        /// A comment.
        Comment = "comment",
        /// The name of a file.
        Attachment = "attachment",
        /// The key that was asked for.
        Key = "key",
    }
}

/// A piece of text, found or around what was found. Plain text: whoever shows it escapes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Segment {
    /// The text.
    pub text: String,
    /// Whether it is one of the words asked for.
    pub hit: bool,
}

/// An issue that was found, by the best of its texts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SearchHit {
    /// Id of the issue.
    pub id: Uuid,
    /// Its key.
    pub key: String,
    /// Key of its project.
    pub project: String,
    /// Kind of work.
    #[serde(rename = "type")]
    pub type_: IssueType,
    /// Where it stands.
    pub status: StatusRef,
    /// The title, in pieces.
    pub title: Vec<Segment>,
    /// What the words were found in.
    pub found_in: FoundIn,
    /// Id of the comment or file.
    pub source: Uuid,
    /// A part of the text around the words, in pieces.
    pub snippet: Vec<Segment>,
    /// Last change of the issue.
    pub updated_at: DateTime<Utc>,
}

/// An issue whose title resembles another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SimilarIssue {
    /// Id.
    pub id: Uuid,
    /// Key.
    pub key: String,
    /// Title.
    pub title: String,
    /// Where it stands.
    pub status: StatusRef,
    /// 0 (nothing in common) to 1 (the same letters).
    pub similarity: f64,
}

/// Cuts a text around the first of the words and marks every word that begins with one of them.
#[must_use]
pub fn snippet(text: &str, words: &[String], most: usize) -> Vec<Segment> {
    let pieces = pieces(text);
    let first = pieces
        .iter()
        .position(|piece| begins(piece, words))
        .unwrap_or(0);
    let mut start = first;
    let mut before = 0;
    while let Some(piece) = start.checked_sub(1).and_then(|n| pieces.get(n)) {
        before += piece.chars().count();
        if before > most / 3 {
            break;
        }
        start -= 1;
    }
    let mut out: Vec<Segment> = Vec::new();
    let mut length = 0;
    if start > 0 {
        out.push(plain("\u{2026}"));
    }
    for piece in pieces.iter().skip(start) {
        let room = most.saturating_sub(length);
        if room == 0 {
            out.push(plain("\u{2026}"));
            break;
        }
        let cut: String = piece.chars().take(room).collect();
        length += cut.chars().count();
        let hit = begins(piece, words);
        match out.last_mut() {
            Some(last) if !hit && !last.hit => last.text.push_str(&cut),
            _ => out.push(Segment { text: cut, hit }),
        }
    }
    out
}

fn plain(text: &str) -> Segment {
    Segment {
        text: text.into(),
        hit: false,
    }
}

fn begins(piece: &str, words: &[String]) -> bool {
    let piece = piece.to_lowercase();
    words.iter().any(|word| piece.starts_with(word.as_str()))
}

/// Words and what stands between them, in turn; blanks become single ones.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut in_word = None;
    for c in text.chars() {
        let word = c.is_alphanumeric();
        let c = if c.is_whitespace() || c.is_control() {
            ' '
        } else {
            c
        };
        match pieces.last_mut() {
            Some(last) if in_word == Some(word) => {
                if !(c == ' ' && last.ends_with(' ')) {
                    last.push(c);
                }
            }
            _ => pieces.push(c.to_string()),
        }
        in_word = Some(word);
    }
    pieces
}

/// A title that others are compared with, by their groups of three letters (Jaccard): what one letter
/// more or less changes little.
#[derive(Debug)]
pub struct Likeness(BTreeSet<[char; 3]>);

impl Likeness {
    /// To that title.
    #[must_use]
    pub fn to(title: &str) -> Self {
        Self(trigrams(title))
    }

    /// How much another title has in common with it, from 0 (nothing) to 1 (everything).
    #[must_use]
    pub fn of(&self, title: &str) -> f64 {
        let other = trigrams(title);
        let shared = self.0.intersection(&other).count();
        let all = self.0.len() + other.len() - shared;
        if all == 0 {
            return 0.0;
        }
        shared as f64 / all as f64
    }
}

fn trigrams(text: &str) -> BTreeSet<[char; 3]> {
    words_of(text)
        .iter()
        .flat_map(|word| {
            let letters: Vec<char> = format!("  {word} ").chars().collect();
            letters
                .windows(3)
                .filter_map(|group| group.try_into().ok())
                .collect::<Vec<_>>()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(segments: &[Segment]) -> String {
        let marked = segments.iter().map(|s| match s.hit {
            true => format!("[{}]", s.text),
            false => s.text.clone(),
        });
        marked.collect()
    }

    #[test]
    fn words_are_marked_and_markup_stays_text() {
        let words = vec!["invo".to_string(), "b".to_string()];
        let found = snippet("The <b>Invoice</b>\n\n is late", &words, 100);
        assert_eq!(shown(&found), "The <[b]>[Invoice]</[b]> is late");
        let long = format!("{} invoice {}", "word ".repeat(100), "end ".repeat(100));
        let found = snippet(&long, &words[..1], 60);
        assert!(shown(&found).contains("[invoice]"));
        assert!(shown(&found).starts_with('\u{2026}') && shown(&found).ends_with('\u{2026}'));
    }

    #[test]
    fn alike_titles_are_similar_and_others_are_not() {
        assert!((Likeness::to("Invoice is blank").of("invoice IS blank!") - 1.0).abs() < 1e-9);
        assert!(Likeness::to("Invoice is blank").of("Blank invoices") > 0.4);
        assert!(Likeness::to("Invoice is blank").of("Invoce is blnk") > 0.3);
        assert!(Likeness::to("Invoice is blank").of("Slow start") < 0.1);
        assert!(Likeness::to("").of("***").abs() < 1e-9);
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange(text in any::<String>(), word in "\\PC{0,3}", most in 0usize..300) {
            let words = words_of(&word);
            let found = snippet(&text, &words, most);
            let length: usize = found.iter().map(|s| s.text.chars().count()).sum();
            prop_assert!(length <= most + 2);
            prop_assert!((0.0..=1.0).contains(&Likeness::to(&text).of(&word)));
        }
    }
}

//! What can be wrong with a filter, where, and what may have been meant.

use super::table::Field;
use crate::problem::FieldError;

/// A mistake in a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Where it begins, in characters from 0.
    pub position: usize,
    /// How many characters it is long; 0 when something is missing there.
    pub length: usize,
    /// What is wrong.
    pub reason: Reason,
    /// What may have been meant, to put in the place of those characters.
    pub suggestion: Option<String>,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// There is no such field.
    UnknownField(String),
    /// The field has no such value.
    UnknownValue {
        /// What stands before the colon.
        field: &'static str,
        /// The value.
        value: String,
        /// What would be understood.
        expected: &'static str,
    },
    /// The field's values have no order.
    NotOrdered(Field),
    /// The field is never empty.
    NeverNone(Field),
    /// The field's past cannot be asked for.
    NoPast(Field),
    /// A range from more to less.
    EmptyRange,
    /// Nothing stands after the colon or the comma.
    MissingValue(String),
    /// Nothing stands beside `OR`, `AND`, `NOT` or `-`.
    MissingCondition(&'static str),
    /// A value in quotes without its end.
    OpenQuote,
    /// Signs that belong to no word, where a change depends on them.
    NoLetters,
    /// `sort:` inside of something, or twice.
    SortElsewhere,
    /// A comparison without a colon.
    ColonMissing(Field),
    /// A character that cannot be in a text.
    Nul,
    /// More than one of the limits allows.
    TooMuch(&'static str),
    /// Something else than was expected there.
    Unexpected,
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::UnknownField(name) => write!(f, "There is no field `{name}`."),
            Self::UnknownValue {
                field,
                value,
                expected,
            } => write!(f, "`{value}` is no value of {field}; expected {expected}."),
            Self::NotOrdered(field) => {
                write!(f, "Values of {} have no order to compare by.", field.name())
            }
            Self::NeverNone(field) => write!(f, "{} is never empty.", field.name()),
            Self::NoPast(field) => write!(f, "{} never changes, so it has no past.", field.name()),
            Self::EmptyRange => f.write_str("The range ends before it begins."),
            Self::MissingValue(after) => write!(f, "A value is missing after `{after}`."),
            Self::MissingCondition(word) => write!(f, "A condition is missing beside `{word}`."),
            Self::OpenQuote => f.write_str("The quote is not closed."),
            Self::NoLetters => f.write_str("A word needs at least one letter or digit."),
            Self::SortElsewhere => {
                f.write_str("`sort:` is said once, and not inside of parentheses or after NOT.")
            }
            Self::ColonMissing(field) => {
                write!(f, "A colon is missing after `{}`.", field.name())
            }
            Self::Nul => f.write_str("This character cannot be part of a filter."),
            Self::TooMuch(limit) => f.write_str(limit),
            Self::Unexpected => f.write_str("This was not expected here."),
        }
    }
}

impl std::fmt::Display for Mistake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} (at character {})", self.reason, self.position + 1)?;
        match &self.suggestion {
            Some(word) => write!(f, " Did you mean `{word}`?"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Mistake {}

impl Mistake {
    /// Whether it is only that a text of so many characters is not whole yet: somebody is still typing.
    #[must_use]
    pub fn is_unfinished(&self, length: usize) -> bool {
        let is_missing = matches!(
            self.reason,
            Reason::MissingValue(_) | Reason::MissingCondition(_) | Reason::OpenQuote
        );
        is_missing && self.position + self.length >= length
    }

    /// As an error of a query parameter or a field of a body (`?q`, `/query`).
    #[must_use]
    pub fn at(&self, pointer: &str) -> FieldError {
        FieldError {
            pointer: pointer.into(),
            code: "filter".into(),
            detail: self.to_string(),
            position: u32::try_from(self.position).ok(),
            length: u32::try_from(self.length).ok(),
            suggestion: self.suggestion.as_deref().map(Into::into),
        }
    }
}

/// The word among these that was probably meant.
pub(super) fn nearest<'a>(word: &str, among: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let word = crate::wire::fold_word(word);
    let reach = if word.chars().count() <= 3 { 1 } else { 2 };
    among
        .into_iter()
        .filter_map(|candidate| {
            let far = distance(&word, candidate);
            let begins = word.chars().count() >= 2 && candidate.starts_with(word.as_str());
            (far <= reach || begins).then_some((far, candidate))
        })
        .min_by_key(|(far, _)| *far)
        .map(|(_, candidate)| candidate.to_string())
}

/// How many letters have to be put, dropped, replaced or swapped with their neighbour.
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().take(40).collect();
    let b: Vec<char> = b.chars().take(40).collect();
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut now = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let at =
                |row: &[usize], place: usize| row.get(place).copied().unwrap_or(usize::MAX / 2);
            let mut best = (at(&last, j) + usize::from(x != y))
                .min(at(&last, j + 1) + 1)
                .min(at(&now, j) + 1);
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(y) && b.get(j - 1) == Some(x);
            if swapped {
                best = best.min(at(&before, j - 1) + 1);
            }
            now.push(best);
        }
        before = std::mem::replace(&mut last, now);
    }
    last.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_fingers_is_recognised() {
        let among = ["severity", "status", "due", "label"];
        for (typed, meant) in [
            ("sevrity", Some("severity")),
            ("stauts", Some("status")),
            ("DUe", Some("due")),
            ("lab", Some("label")),
            ("xyz", None),
            ("", None),
        ] {
            assert_eq!(nearest(typed, among).as_deref(), meant, "{typed}");
        }
    }
}

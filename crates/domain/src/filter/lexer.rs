//! The smallest pieces: blanks, names, bare and quoted words, each with its place.

use super::errors::{Mistake, Reason};
use crate::list::Sort;
use std::ops::Range;
use winnow::error::{ErrMode, ParserError};
use winnow::stream::{LocatingSlice, Location, Stateful, Stream};
use winnow::token::{any, one_of, take_while};
use winnow::{ModalResult, Parser};

/// What the parser remembers beside the text.
#[derive(Debug, Clone, Default)]
pub(super) struct State {
    /// Parentheses and negations around this place.
    pub depth: usize,
    /// Parentheses alone.
    pub open: usize,
    /// Conditions so far.
    pub cost: u32,
    /// The order, once it is said.
    pub sort: Option<Vec<Sort>>,
    /// What was read as text and may have been meant otherwise.
    pub hints: Vec<Mistake>,
    /// Signs that were passed over.
    pub passed_over: Vec<Mistake>,
}

/// The text that is left, with its place and the state.
pub(super) type Input<'a> = Stateful<LocatingSlice<&'a str>, State>;
/// A result; places in mistakes are bytes until [`in_characters`].
pub(super) type Parsed<T> = ModalResult<T, Mistake>;

impl ParserError<Input<'_>> for Mistake {
    type Inner = Self;

    fn from_input(input: &Input<'_>) -> Self {
        let at = input.current_token_start();
        let length = input.peek_token().map_or(0, char::len_utf8);
        mistake(at..at + length, Reason::Unexpected, None)
    }

    fn into_inner(self) -> Result<Self::Inner, Self> {
        Ok(self)
    }
}

/// A mistake at a place.
pub(super) fn mistake(place: Range<usize>, reason: Reason, suggestion: Option<String>) -> Mistake {
    Mistake {
        position: place.start,
        length: place.end.saturating_sub(place.start),
        reason,
        suggestion,
    }
}

/// A mistake that ends the parsing.
pub(super) fn wrong<T>(place: Range<usize>, reason: Reason) -> Parsed<T> {
    Err(ErrMode::Cut(mistake(place, reason, None)))
}

/// The same mistake with its place counted in characters.
pub(super) fn in_characters(text: &str, mistake: Mistake) -> Mistake {
    let count = |end: usize| text.char_indices().take_while(|(at, _)| *at < end).count();
    let position = count(mistake.position);
    Mistake {
        position,
        length: count(mistake.position + mistake.length) - position,
        ..mistake
    }
}

/// Where the next character stands.
pub(super) fn place(input: &Input<'_>) -> usize {
    input.current_token_start()
}

/// Any number of blanks.
pub(super) fn blanks(input: &mut Input<'_>) -> Parsed<()> {
    take_while(0.., char::is_whitespace)
        .void()
        .parse_next(input)
}

/// Whether the text is at its end.
pub(super) fn at_end(input: &Input<'_>) -> bool {
    input.input.is_empty()
}

/// The next character, left where it is.
pub(super) fn next_char(input: &Input<'_>) -> Option<char> {
    input.peek_token()
}

/// Takes that character, if it is the next.
pub(super) fn take(input: &mut Input<'_>, c: char) -> bool {
    let taken: Parsed<char> = one_of(c).parse_next(input);
    taken.is_ok()
}

/// The rest of a free word: up to a blank, a quote or a parenthesis.
pub(super) fn rest<'a>(input: &mut Input<'a>) -> Parsed<&'a str> {
    take_while(0.., |c: char| {
        !c.is_whitespace() && !matches!(c, '"' | '(' | ')')
    })
    .parse_next(input)
}

/// A name or free word: up to a blank, a quote, a parenthesis or a colon.
pub(super) fn head<'a>(input: &mut Input<'a>) -> Parsed<&'a str> {
    take_while(1.., |c: char| {
        !c.is_whitespace() && !matches!(c, '"' | '(' | ')' | ':')
    })
    .parse_next(input)
}

/// A bare value: up to a blank, a quote, a parenthesis or a comma.
pub(super) fn bare<'a>(input: &mut Input<'a>) -> Parsed<&'a str> {
    take_while(0.., |c: char| {
        !c.is_whitespace() && !matches!(c, '"' | '(' | ')' | ',')
    })
    .parse_next(input)
}

/// A text in quotes; `\"` and `\\` stand for themselves.
pub(super) fn quoted(input: &mut Input<'_>) -> Parsed<String> {
    let start = place(input);
    one_of('"').parse_next(input)?;
    let mut text = String::new();
    loop {
        let next: Parsed<char> = any.parse_next(input);
        let next = match next {
            Ok('"') => return Ok(text),
            Ok('\\') => any.parse_next(input),
            other => other,
        };
        match next {
            Ok(c) => text.push(c),
            Err(_) => return wrong(start..place(input), Reason::OpenQuote),
        }
    }
}

/// A bare value or one in quotes, and whether it was in quotes.
pub(super) fn scalar(input: &mut Input<'_>) -> Parsed<(String, bool)> {
    if next_char(input) == Some('"') {
        Ok((quoted(input)?, true))
    } else {
        Ok((bare(input)?.to_string(), false))
    }
}

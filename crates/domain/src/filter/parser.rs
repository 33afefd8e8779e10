//! From text to meaning, or to the mistake and its place.
//!
//! People paste what they have: a line of a log, an address, a name with signs in it. So whatever is no
//! condition of the language is text, and a sign that no word holds is passed over. A mistake is only what
//! can mean nothing else; what merely looks like one is a hint beside the answer.

use super::ast::{Expr, Query, Term};
use super::cost::{self, COST_MAX};
use super::errors::{Mistake, Reason, nearest};
use super::lexer::{
    Input, Parsed, State, at_end, blanks, head, in_characters, mistake, next_char, place, quoted,
    rest, scalar, take, wrong,
};
use super::table::{Changed, FIELDS, Field, Flag, Thing, WORDS};
use super::values::{self, tests};
use super::words::words_of;
use crate::list::{Sort, SortField};
use std::ops::Range;
use std::str::FromStr;
use winnow::error::ErrMode;
use winnow::stream::{LocatingSlice, Stateful, Stream};
use winnow::token::literal;
use winnow::{ModalResult, Parser};

/// Longest text, in characters.
pub const LENGTH_MAX: usize = 2_000;
/// Deepest nesting of parentheses and negations.
pub const DEPTH_MAX: usize = 16;
/// Most values after one colon.
pub const VALUES_MAX: usize = 50;

const TOO_HEAVY: &str = "That asks too much at once. A filter weighs at most 100: was: and changed: 10 each \
    (was:title= 20 a word), title: 5 a word, is:blocked, relations and has: 3, everything else 1.";

/// Reads a filter. An empty text finds everything.
///
/// # Errors
/// The first mistake.
pub fn parse(text: &str) -> Result<Query, Mistake> {
    read(text).map(|(query, _)| query)
}

/// Reads a filter, and says what in it was taken for text although something else may have been meant:
/// `sevrity:high`, `points>3`, `status: open`.
///
/// # Errors
/// The first mistake.
pub fn read(text: &str) -> Result<(Query, Vec<Mistake>), Mistake> {
    let (query, state) = forgiving(text)?;
    let hints = state.hints.into_iter();
    Ok((query, hints.map(|hint| in_characters(text, hint)).collect()))
}

/// Reads a filter by which something is changed: what may have been meant otherwise is a mistake, and so is
/// a sign that a list would pass over, for without it the filter finds more.
///
/// # Errors
/// The first mistake.
pub fn parse_surely(text: &str) -> Result<Query, Mistake> {
    let (query, state) = forgiving(text)?;
    match state.hints.into_iter().chain(state.passed_over).next() {
        Some(doubt) => Err(in_characters(text, doubt)),
        None => Ok(query),
    }
}

fn forgiving(text: &str) -> Result<(Query, State), Mistake> {
    let length = text.chars().count();
    if length > LENGTH_MAX {
        let reason = Reason::TooMuch("A filter has at most 2000 characters.");
        return Err(mistake(LENGTH_MAX..length, reason, None));
    }
    let mut input = Stateful {
        input: LocatingSlice::new(text),
        state: State::default(),
    };
    match whole(&mut input) {
        Ok(expr) => {
            let sort = input.state.sort.take().unwrap_or_default();
            Ok((Query { expr, sort }, input.state))
        }
        Err(ErrMode::Backtrack(m) | ErrMode::Cut(m)) => Err(in_characters(text, m)),
        Err(ErrMode::Incomplete(_)) => Err(mistake(length..length, Reason::Unexpected, None)),
    }
}

fn whole(input: &mut Input<'_>) -> Parsed<Option<Expr>> {
    if let Some(at) = input.input.find('\0') {
        return wrong(at..at + 1, Reason::Nul);
    }
    alternatives(input)
}

/// `a OR b`; what has no condition of its own (a lone `sort:`) is nothing to choose from.
fn alternatives(input: &mut Input<'_>) -> Parsed<Option<Expr>> {
    let first = together(input)?;
    let Some(at) = keyword(input, "OR") else {
        return Ok(first);
    };
    let Some(first) = first else {
        return wrong(at, Reason::MissingCondition("OR"));
    };
    let mut parts = vec![first];
    let mut at = Some(at);
    while let Some(place) = at {
        match together(input)? {
            Some(part) => parts.push(part),
            None => return wrong(place, Reason::MissingCondition("OR")),
        }
        at = keyword(input, "OR");
    }
    Ok(Expr::any(parts))
}

/// Conditions one after the other, with or without `AND`.
fn together(input: &mut Input<'_>) -> Parsed<Option<Expr>> {
    let mut parts = Vec::new();
    loop {
        blanks(input)?;
        // One that closes nothing is a sign like others.
        while input.state.open == 0 && next_char(input) == Some(')') {
            pass_over(input, ')');
            blanks(input)?;
        }
        if at_end(input) || next_char(input) == Some(')') || is_keyword(input, "OR") {
            return Ok(Expr::all(parts));
        }
        if let Some(at) = keyword(input, "AND") {
            blanks(input)?;
            let nothing_follows = at_end(input)
                || next_char(input) == Some(')')
                || is_keyword(input, "OR")
                || is_keyword(input, "AND");
            if parts.is_empty() || nothing_follows {
                return wrong(at, Reason::MissingCondition("AND"));
            }
        }
        parts.extend(one(input)?);
    }
}

/// Whether that word comes next, on its own.
fn is_keyword(input: &Input<'_>, word: &str) -> bool {
    input.input.strip_prefix(word).is_some_and(|rest| {
        rest.chars()
            .next()
            .is_none_or(|c| c.is_whitespace() || matches!(c, '(' | ')' | '"'))
    })
}

/// Takes that word, if it comes next on its own; gives its place.
fn keyword(input: &mut Input<'_>, word: &'static str) -> Option<Range<usize>> {
    if !is_keyword(input, word) {
        return None;
    }
    let start = place(input);
    let taken: ModalResult<&str, Mistake> = literal(word).parse_next(input);
    taken.ok().map(|w| start..start + w.len())
}

/// Goes one deeper for as long as `f` runs.
fn deeper<'a, T>(input: &mut Input<'a>, f: impl FnOnce(&mut Input<'a>) -> Parsed<T>) -> Parsed<T> {
    if input.state.depth >= DEPTH_MAX {
        let at = place(input);
        return wrong(
            at..at,
            Reason::TooMuch("That is nested too deep: at most 16 levels."),
        );
    }
    input.state.depth += 1;
    let result = f(input);
    input.state.depth -= 1;
    result
}

/// One condition; nothing when it was the order.
fn one(input: &mut Input<'_>) -> Parsed<Option<Expr>> {
    let start = place(input);
    if take(input, '-') {
        return negation(input, start..start + 1, "-");
    }
    if let Some(at) = keyword(input, "NOT") {
        blanks(input)?;
        return negation(input, at, "NOT");
    }
    if take(input, '(') {
        input.state.open += 1;
        let inner = deeper(input, alternatives);
        input.state.open -= 1;
        // The end of the text closes what is open.
        let is_closed = take(input, ')');
        let is_empty = matches!(inner, Ok(None));
        if !is_closed || is_empty {
            let place = start..place(input);
            input
                .state
                .passed_over
                .push(mistake(place, Reason::NoLetters, None));
        }
        return inner;
    }
    let read = condition(input)?;
    if let Some(expr) = &read {
        input.state.cost = input.state.cost.saturating_add(cost::of_expr(expr));
        if input.state.cost > COST_MAX {
            return wrong(start..place(input), Reason::TooMuch(TOO_HEAVY));
        }
    }
    Ok(read)
}

/// A single condition; nothing when it was the order.
fn condition(input: &mut Input<'_>) -> Parsed<Option<Expr>> {
    let start = place(input);
    if next_char(input) == Some('"') {
        let before = input.checkpoint();
        if let Ok(text) = quoted(input) {
            let term = Term::Phrase(text.clone());
            return Ok(worded(input, &text, start, term));
        }
        // One that nothing closes: an inch, or the beginning of a citation.
        input.reset(&before);
        pass_over(input, '"');
        return Ok(None);
    }
    if next_char(input) == Some(':') {
        pass_over(input, ':');
        return Ok(None);
    }
    let word = head(input)?;
    let at = start..place(input);
    if next_char(input) != Some(':') {
        input.state.hints.extend(colon_missing(word, &at));
        return Ok(free(input, word, start));
    }
    let before = input.checkpoint();
    take(input, ':');
    if is_text(input, word, &at) {
        input.reset(&before);
        let more = rest(input)?;
        return Ok(free(input, &format!("{word}{more}"), start));
    }
    with_field(input, word, at)
}

/// Whether what stands before a colon, taken already, and behind it is text; notes what may have been
/// meant.
fn is_text(input: &mut Input<'_>, word: &str, at: &Range<usize>) -> bool {
    let next = next_char(input);
    let is_field = match known(word) {
        Ok(()) => true,
        Err(meant) => {
            let is_condition = next.is_some_and(|c| c.is_alphanumeric() || "@\"<>-=".contains(c));
            let meant = meant.filter(|_| is_condition);
            if meant.is_some() {
                let reason = Reason::UnknownField(word.to_string());
                input.state.hints.push(mistake(at.clone(), reason, meant));
            }
            false
        }
    };
    if !is_field || next == Some(':') {
        return true;
    }
    // `Title: the log says`, or a value that slipped away from its field.
    let gap = input.input.len() - input.input.trim_start().len();
    if gap > 0 && gap < input.input.len() {
        let place = at.start..place(input) + gap;
        let reason = Reason::MissingValue(format!("{word}:"));
        let meant = Some(format!("{word}:"));
        input.state.hints.push(mistake(place, reason, meant));
        return true;
    }
    false
}

/// A free word, without the colon of a citation; nothing when it is made of signs alone.
fn free(input: &mut Input<'_>, text: &str, start: usize) -> Option<Expr> {
    let text = match text.trim_end_matches(':') {
        // Without its colon it would combine conditions.
        "AND" => "and",
        "OR" => "or",
        "NOT" => "not",
        text => text,
    };
    worded(input, text, start, Term::Word(text.to_string()))
}

fn negation(input: &mut Input<'_>, at: Range<usize>, word: &'static str) -> Parsed<Option<Expr>> {
    let nothing = next_char(input).is_none_or(|c| c.is_whitespace() || c == ')')
        || is_keyword(input, "OR")
        || is_keyword(input, "AND");
    let inner = if nothing { None } else { deeper(input, one)? };
    match inner {
        Some(expr) => Ok(Some(expr.negated())),
        None if word == "-" => {
            // A dash.
            input
                .state
                .passed_over
                .push(mistake(at, Reason::NoLetters, None));
            Ok(None)
        }
        None => wrong(at, Reason::MissingCondition(word)),
    }
}

/// The term of a text from that place on, if words are in it.
fn worded(input: &mut Input<'_>, text: &str, start: usize, term: Term) -> Option<Expr> {
    if words_of(text).is_empty() {
        let place = start..place(input);
        input
            .state
            .passed_over
            .push(mistake(place, Reason::NoLetters, None));
        return None;
    }
    Some(Expr::Term(term))
}

/// Takes a sign that means nothing where it stands.
fn pass_over(input: &mut Input<'_>, sign: char) {
    let start = place(input);
    if take(input, sign) {
        let place = start..place(input);
        input
            .state
            .passed_over
            .push(mistake(place, Reason::NoLetters, None));
    }
}

/// `points>3` was probably meant as `points:>3`.
fn colon_missing(word: &str, at: &Range<usize>) -> Option<Mistake> {
    let (name, rest) = word.split_at(word.find(['<', '>', '='])?);
    let field = Field::named(name)?;
    let meant = format!("{}:{}", field.name(), rest.trim_start_matches('='));
    Some(mistake(
        at.clone(),
        Reason::ColonMissing(field),
        Some(meant),
    ))
}

fn with_field(input: &mut Input<'_>, name: &str, at: Range<usize>) -> Parsed<Option<Expr>> {
    let term = match crate::wire::fold_word(name).as_str() {
        "is" => {
            let mut flags: Vec<Flag> = listed(input, "is", Flag::SLUGS)?;
            let terms: Vec<Expr> = flags.drain(..).map(|f| Expr::Term(Term::Is(f))).collect();
            return Ok(Expr::any(terms));
        }
        "voted" => Term::Is(ones_own(input, "voted", Flag::Voted)?),
        "watching" | "watched" => Term::Is(ones_own(input, "watching", Flag::Watching)?),
        "has" => Term::Has(listed(input, "has", Thing::SLUGS)?),
        "changed" => Term::Changed(listed(input, "changed", Changed::SLUGS)?),
        "sort" => {
            order(input, at)?;
            return Ok(None);
        }
        "was" => {
            let (field, tests) = values::was(input)?;
            Term::Was(field, tests)
        }
        _ => {
            let field = field_named(name, at)?;
            Term::Field(field, tests(input, field)?)
        }
    };
    Ok(Some(Expr::Term(term)))
}

/// `voted:@me`, said like a person, means the flag: of others it cannot be asked.
fn ones_own(input: &mut Input<'_>, field: &'static str, flag: Flag) -> Parsed<Flag> {
    let start = place(input);
    let (text, quoted) = scalar(input)?;
    if !quoted && text.eq_ignore_ascii_case("@me") {
        return Ok(flag);
    }
    let at = start..place(input);
    Err(ErrMode::Cut(values::unknown(field, text, at, &["@me"])))
}

/// The field of that name.
pub(super) fn field_named(name: &str, at: Range<usize>) -> Parsed<Field> {
    Field::named(name).ok_or_else(|| {
        let meant = known(name).err().flatten();
        ErrMode::Cut(mistake(at, Reason::UnknownField(name.to_string()), meant))
    })
}

/// Whether something in the language begins with that word and a colon; else the one that may have been
/// meant.
fn known(name: &str) -> Result<(), Option<String>> {
    let folded = crate::wire::fold_word(name);
    let flags = ["voted", "watching", "watched"];
    let is_word = WORDS.iter().any(|word| word.0 == folded) || flags.contains(&&*folded);
    if is_word || Field::named(name).is_some() {
        return Ok(());
    }
    let names = FIELDS
        .iter()
        .flat_map(|row| std::iter::once(&row.name).chain(row.aliases))
        .copied();
    Err(nearest(name, names.chain(WORDS.iter().map(|w| w.0))))
}

/// Words of a closed set, separated by commas.
fn listed<T: FromStr>(
    input: &mut Input<'_>,
    field: &'static str,
    slugs: &'static [&'static str],
) -> Parsed<Vec<T>> {
    let mut words = Vec::new();
    loop {
        let start = place(input);
        let (text, _) = scalar(input)?;
        let at = start..place(input);
        if text.is_empty() {
            return wrong(at, Reason::MissingValue(format!("{field}:")));
        }
        match text.parse() {
            Ok(word) => words.push(word),
            Err(_) => return Err(ErrMode::Cut(values::unknown(field, text, at, slugs))),
        }
        if words.len() > VALUES_MAX {
            return wrong(
                start..start,
                Reason::TooMuch("At most 50 values in a list."),
            );
        }
        if !take(input, ',') {
            return Ok(words);
        }
    }
}

/// The order: said once, and for the whole.
fn order(input: &mut Input<'_>, at: Range<usize>) -> Parsed<()> {
    if input.state.depth > 0 || input.state.sort.is_some() {
        return wrong(at, Reason::SortElsewhere);
    }
    let sort: Vec<Sort> = listed(input, "sort", SortField::SLUGS)?;
    input.state.sort = Some(sort);
    Ok(())
}

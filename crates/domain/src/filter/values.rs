//! What stands after a colon: values of the field's kind, comparisons, ranges.

use super::ast::{Day, Op, Test, Unit, Value};
use super::errors::{Mistake, Reason, nearest};
use super::lexer::{Input, Parsed, mistake, next_char, place, scalar, take, wrong};
use super::parser::{VALUES_MAX, field_named};
use super::table::{Field, Kind};
use crate::issue::{IssueType, Priority, Resolution, Severity};
use crate::key::{IssueRef, ProjectRef};
use crate::text;
use crate::wire::fold_word;
use crate::workflow::Category;
use chrono::{Datelike, NaiveDate};
use std::ops::Range;
use winnow::Parser;
use winnow::error::ErrMode;
use winnow::token::{literal, take_while};

/// The values of a field, separated by commas.
pub(super) fn tests(input: &mut Input<'_>, field: Field) -> Parsed<Vec<Test>> {
    let mut tests = Vec::new();
    loop {
        let start = place(input);
        tests.push(test(input, field)?);
        if tests.len() > VALUES_MAX {
            return wrong(
                start..start,
                Reason::TooMuch("At most 50 values in a list."),
            );
        }
        if !take(input, ',') {
            return Ok(tests);
        }
    }
}

/// `status=triaged`, after `was:`.
pub(super) fn was(input: &mut Input<'_>) -> Parsed<(Field, Vec<Test>)> {
    let start = place(input);
    let name = take_while(0.., |c: char| c.is_alphanumeric() || c == '_').parse_next(input)?;
    let at = start..place(input);
    if name.is_empty() {
        return wrong(at, Reason::MissingValue("was:".into()));
    }
    let field = field_named(name, at.clone())?;
    if !field.row().was {
        return wrong(at, Reason::NoPast(field));
    }
    let comparison = matches!(next_char(input), Some('<' | '>'));
    if !comparison && !take(input, '=') && !take(input, ':') {
        let after = format!("was:{}", field.name());
        return wrong(at.end..at.end, Reason::MissingValue(after));
    }
    Ok((field, tests(input, field)?))
}

fn sign(input: &mut Input<'_>) -> Option<Op> {
    Op::ALL.iter().copied().find(|op| {
        let taken: Parsed<&str> = literal(op.sign()).parse_next(input);
        taken.is_ok()
    })
}

fn test(input: &mut Input<'_>, field: Field) -> Parsed<Test> {
    let start = place(input);
    let kind = field.kind();
    let op = sign(input);
    if op.is_none() {
        take(input, '=');
    }
    let at = place(input);
    let (text, quoted) = scalar(input)?;
    let value_at = at..place(input);
    if op.is_some() && !kind.ordered() {
        return wrong(start..at, Reason::NotOrdered(field));
    }
    if text.trim().is_empty() {
        let after = format!("{}:{}", field.name(), op.map_or("", Op::sign));
        return wrong(value_at, Reason::MissingValue(after));
    }
    if let Some(op) = op {
        return Ok(Test::Compare(op, value(field, text, quoted, value_at)?));
    }
    if !quoted && fold_word(&text) == "none" {
        if field.row().none {
            return Ok(Test::None);
        }
        return wrong(value_at, Reason::NeverNone(field));
    }
    if let Some((low, high)) = text.split_once("..").filter(|_| !quoted && kind.ordered()) {
        let middle = at + low.len();
        let from = value(field, low.to_string(), false, at..middle)?;
        let to = value(field, high.to_string(), false, middle + 2..value_at.end)?;
        if backwards(&from, &to) {
            return wrong(value_at, Reason::EmptyRange);
        }
        return Ok(Test::Range(from, to));
    }
    Ok(Test::Is(value(field, text, quoted, value_at)?))
}

/// Whether a range is empty whatever day it is.
fn backwards(from: &Value, to: &Value) -> bool {
    match (from, to) {
        (Value::Number(a), Value::Number(b)) => a > b,
        (Value::Severity(a), Value::Severity(b)) => a > b,
        (Value::Priority(a), Value::Priority(b)) => a > b,
        (Value::Day(Day::On(a)), Value::Day(Day::On(b))) => a > b,
        (Value::Day(Day::From(a, u)), Value::Day(Day::From(b, v))) => u == v && a > b,
        _ => false,
    }
}

/// A mistake: that is no value of the field.
pub(super) fn unknown(
    field: &'static str,
    value: String,
    at: Range<usize>,
    slugs: &'static [&'static str],
) -> Mistake {
    let meant = nearest(&value, slugs.iter().copied());
    let expected = match field {
        "is" => "open, closed, overdue, unassigned, mine, watching, voted or blocked",
        "sort" => "a field to order by, such as -updated",
        "has" => "something an issue can have, such as attachment",
        "voted" | "watching" => "@me; who else does is nobody's business",
        "changed" => "a field of the history, such as assignee",
        other => Field::named(other).map_or("another", |f| f.kind().says()),
    };
    let reason = Reason::UnknownValue {
        field,
        value,
        expected,
    };
    mistake(at, reason, meant)
}

fn value(field: Field, text: String, quoted: bool, at: Range<usize>) -> Parsed<Value> {
    let word = |slugs: &'static [&'static str]| {
        ErrMode::Cut(unknown(field.name(), text.clone(), at.clone(), slugs))
    };
    Ok(match field.kind() {
        Kind::Status => Value::Status(fold_word(&text)),
        Kind::Category => Value::Category(text.parse().map_err(|_| word(Category::SLUGS))?),
        Kind::Type => Value::Type(text.parse().map_err(|_| word(IssueType::SLUGS))?),
        Kind::Severity => Value::Severity(text.parse().map_err(|_| word(Severity::SLUGS))?),
        Kind::Priority => Value::Priority(
            text.parse::<Priority>()
                .map_err(|_| word(&["highest", "high", "normal", "low", "lowest"]))?,
        ),
        Kind::Resolution => Value::Resolution(text.parse().map_err(|_| word(Resolution::SLUGS))?),
        Kind::Person if !quoted && text.eq_ignore_ascii_case("@me") => Value::Me,
        Kind::Person => Value::person(&text).ok_or_else(|| word(&[]))?,
        Kind::Label | Kind::Version | Kind::Text => Value::Name(text),
        Kind::Project => match text.parse() {
            Ok(ProjectRef::Key(key)) => Value::Project(key),
            _ => return Err(word(&[])),
        },
        Kind::Issue => match text.parse() {
            Ok(IssueRef::Key { project, number }) => Value::Issue { project, number },
            _ => return Err(word(&[])),
        },
        Kind::Number => match text.parse::<i32>() {
            Ok(number) => Value::Number(number.into()),
            Err(_) => return Err(word(&[])),
        },
        Kind::Day | Kind::Instant => {
            Value::Day(day(&text).ok_or_else(|| word(&["today", "yesterday", "tomorrow"]))?)
        }
    })
}

/// A date, a word, or a number of units from today.
fn day(text: &str) -> Option<Day> {
    match fold_word(text).as_str() {
        "today" => return Some(Day::From(0, Unit::Day)),
        "yesterday" => return Some(Day::From(-1, Unit::Day)),
        "tomorrow" => return Some(Day::From(1, Unit::Day)),
        _ => {}
    }
    if text.len() == 10
        && text.bytes().all(|b| b.is_ascii_digit() || b == b'-')
        && let Ok(date) = NaiveDate::parse_from_str(text, "%Y-%m-%d")
    {
        return text::YEARS.contains(&date.year()).then_some(Day::On(date));
    }
    let letter = text.chars().last()?.to_ascii_lowercase();
    let unit = Unit::ALL.iter().copied().find(|u| u.letter() == letter)?;
    let number = text.get(..text.len().checked_sub(1)?)?;
    if !number.starts_with(['-', '+']) {
        return None;
    }
    let amount: i32 = number.parse().ok()?;
    if amount.abs() > unit.most() {
        return None;
    }
    Some(match amount {
        0 => Day::From(0, Unit::Day),
        amount => Day::From(amount, unit),
    })
}

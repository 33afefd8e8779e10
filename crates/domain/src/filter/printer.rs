//! From meaning to the canonical text. Parsing it gives the same meaning again.

use super::ast::{Day, Expr, Query, Term, Test, Unit, Value};
use super::table::{Field, Kind};
use std::fmt::{Display, Formatter, Result, Write as _};

impl Display for Query {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        if let Some(expr) = &self.expr {
            write!(f, "{expr}")?;
        }
        if self.sort.is_empty() {
            return Ok(());
        }
        f.write_str(if self.expr.is_some() {
            " sort:"
        } else {
            "sort:"
        })?;
        joined(f, &self.sort)
    }
}

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Expr::And(parts) => between(f, parts, " "),
            Expr::Or(parts) => between(f, parts, " OR "),
            Expr::Not(inner) => match **inner {
                Expr::And(_) | Expr::Or(_) => write!(f, "-({inner})"),
                _ => write!(f, "-{inner}"),
            },
            Expr::Term(term) => write!(f, "{term}"),
        }
    }
}

fn between(f: &mut Formatter<'_>, parts: &[Expr], separator: &str) -> Result {
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            f.write_str(separator)?;
        }
        match part {
            Expr::Or(_) if separator == " " => write!(f, "({part})")?,
            _ => write!(f, "{part}")?,
        }
    }
    Ok(())
}

fn joined<T: Display>(f: &mut Formatter<'_>, parts: &[T]) -> Result {
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            f.write_char(',')?;
        }
        write!(f, "{part}")?;
    }
    Ok(())
}

impl Display for Term {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Term::Is(flag) => write!(f, "is:{flag}"),
            Term::Has(things) => {
                f.write_str("has:")?;
                joined(f, things)
            }
            Term::Changed(fields) => {
                f.write_str("changed:")?;
                joined(f, fields)
            }
            Term::Field(field, tests) => {
                write!(f, "{}:", field.name())?;
                all(f, *field, tests)
            }
            Term::Was(field, tests) => {
                write!(f, "was:{}", field.name())?;
                if !matches!(tests.first(), Some(Test::Compare(..))) {
                    f.write_char('=')?;
                }
                all(f, *field, tests)
            }
            Term::Word(word) => f.write_str(word),
            Term::Phrase(text) => quote(f, text),
        }
    }
}

fn all(f: &mut Formatter<'_>, field: Field, tests: &[Test]) -> Result {
    for (i, test) in tests.iter().enumerate() {
        if i > 0 {
            f.write_char(',')?;
        }
        match test {
            Test::None => f.write_str("none")?,
            Test::Is(value) => put(f, field, value)?,
            Test::Compare(op, value) => {
                f.write_str(op.sign())?;
                put(f, field, value)?;
            }
            Test::Range(from, to) => {
                put(f, field, from)?;
                f.write_str("..")?;
                put(f, field, to)?;
            }
        }
    }
    Ok(())
}

fn put(f: &mut Formatter<'_>, field: Field, value: &Value) -> Result {
    match value {
        Value::Status(text) | Value::Person(text) | Value::Name(text) | Value::Project(text) => {
            text_of(f, field, text)
        }
        Value::Category(word) => write!(f, "{word}"),
        Value::Type(word) => write!(f, "{word}"),
        Value::Severity(word) => write!(f, "{word}"),
        Value::Priority(priority) => write!(f, "{}", priority.number()),
        Value::Resolution(word) => write!(f, "{word}"),
        Value::Me => f.write_str("@me"),
        Value::Issue { project, number } => write!(f, "{project}-{number}"),
        Value::Number(number) => write!(f, "{number}"),
        Value::Day(day) => write!(f, "{day}"),
    }
}

/// A text without quotes where it reads the same without.
fn text_of(f: &mut Formatter<'_>, field: Field, text: &str) -> Result {
    if stands_bare(field.kind(), text) {
        f.write_str(text)
    } else {
        quote(f, text)
    }
}

/// Whether a value needs no quotes.
pub(super) fn stands_bare(kind: Kind, text: &str) -> bool {
    let plain = |c: char| !c.is_whitespace() && !matches!(c, '"' | '(' | ')' | ',');
    let begins = |c: char| matches!(c, '<' | '>' | '=' | '@');
    let reads_otherwise = text.is_empty()
        || text.starts_with(begins)
        || text.eq_ignore_ascii_case("none")
        || (kind.ordered() && text.contains(".."));
    !reads_otherwise && text.chars().all(plain)
}

/// A text in quotes.
pub(super) fn quote(f: &mut impl std::fmt::Write, text: &str) -> Result {
    f.write_char('"')?;
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            f.write_char('\\')?;
        }
        f.write_char(c)?;
    }
    f.write_char('"')
}

impl Display for Day {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Day::On(date) => write!(f, "{}", date.format("%Y-%m-%d")),
            Day::From(0, Unit::Day) => f.write_str("today"),
            Day::From(amount, unit) => write!(f, "{amount:+}{}", unit.letter()),
        }
    }
}

//! What a filter means, apart from how it was written.

use super::table::{Changed, Field, Flag, Thing};
use crate::issue::{IssueType, Priority, Resolution, Severity};
use crate::list::Sort;
use crate::workflow::Category;
use chrono::{Duration, Months, NaiveDate};
use uuid::Uuid;

/// A whole filter: what to find, and in which order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// The condition; `None` finds everything.
    pub expr: Option<Expr>,
    /// The order; empty when the text names none.
    pub sort: Vec<Sort>,
}

/// A condition. Use [`Expr::all`] and [`Expr::any`], which keep it flat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expr {
    /// Every one of these.
    And(Vec<Expr>),
    /// At least one of these.
    Or(Vec<Expr>),
    /// Not this.
    Not(Box<Expr>),
    /// A single condition.
    Term(Term),
}

impl Expr {
    /// What must all be true for this to be true.
    #[must_use]
    pub fn conjuncts(&self) -> &[Expr] {
        match self {
            Expr::And(parts) => parts,
            one => std::slice::from_ref(one),
        }
    }

    /// Every one of these; `None` when there are none.
    #[must_use]
    pub fn all(parts: Vec<Expr>) -> Option<Expr> {
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Expr::And(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        match flat.len() {
            0 | 1 => flat.pop(),
            _ => Some(Expr::And(flat)),
        }
    }

    /// At least one of these; `None` when there are none.
    #[must_use]
    pub fn any(parts: Vec<Expr>) -> Option<Expr> {
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Expr::Or(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        match flat.len() {
            0 | 1 => flat.pop(),
            _ => Some(Expr::Or(flat)),
        }
    }

    /// The opposite.
    #[must_use]
    pub fn negated(self) -> Expr {
        Expr::Not(Box::new(self))
    }

    /// Calls a function for every single condition.
    pub fn visit<'a>(&'a self, f: &mut impl FnMut(&'a Term)) {
        match self {
            Expr::And(parts) | Expr::Or(parts) => parts.iter().for_each(|p| p.visit(f)),
            Expr::Not(inner) => inner.visit(f),
            Expr::Term(term) => f(term),
        }
    }
}

/// A single condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Term {
    /// `is:open`
    Is(Flag),
    /// `has:attachment`, any of these.
    Has(Vec<Thing>),
    /// `changed:assignee`, any of these.
    Changed(Vec<Changed>),
    /// `severity:high,critical`, any of these.
    Field(Field, Vec<Test>),
    /// `was:status=triaged`: any of these holds or once held.
    Was(Field, Vec<Test>),
    /// A free word: words that begin so, or an issue by its key.
    Word(String),
    /// Words one after the other.
    Phrase(String),
}

/// One of the values after a colon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// Nothing is set.
    None,
    /// This value.
    Is(Value),
    /// On that side of a value.
    Compare(Op, Value),
    /// Between two values, both included.
    Range(Value, Value),
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
}

impl Op {
    /// All, those of two signs first.
    pub const ALL: &'static [Op] = &[Op::AtMost, Op::AtLeast, Op::Less, Op::Greater];

    /// As it is written, here and in SQL.
    #[must_use]
    pub const fn sign(self) -> &'static str {
        match self {
            Op::Less => "<",
            Op::AtMost => "<=",
            Op::Greater => ">",
            Op::AtLeast => ">=",
        }
    }

    /// Whether `left op right`.
    #[must_use]
    pub fn holds<T: PartialOrd>(self, left: &T, right: &T) -> bool {
        match self {
            Op::Less => left < right,
            Op::AtMost => left <= right,
            Op::Greater => left > right,
            Op::AtLeast => left >= right,
        }
    }
}

/// A value of the kind that its field has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Slug of a status, lower case.
    Status(String),
    /// What a status means.
    Category(Category),
    /// Kind of work.
    Type(IssueType),
    /// How bad.
    Severity(Severity),
    /// How soon.
    Priority(Priority),
    /// How it ended.
    Resolution(Resolution),
    /// Whoever asks.
    Me,
    /// A user name, lower case, or the id of a person.
    Person(String),
    /// Name of a label or a version, or part of a text.
    Name(String),
    /// Key of a project, upper case.
    Project(String),
    /// Key of an issue.
    Issue {
        /// Key of its project, upper case.
        project: String,
        /// Its number.
        number: i64,
    },
    /// A number.
    Number(i64),
    /// A day.
    Day(Day),
}

impl Value {
    /// Whom a word means: a user name, with or without an `@` before it, or an id. Nobody by an e-mail
    /// address, lest addresses can be guessed.
    #[must_use]
    pub fn person(word: &str) -> Option<Self> {
        let name = word.strip_prefix('@').unwrap_or(word);
        if name.is_empty() || name.contains('@') {
            return None;
        }
        Some(match Uuid::try_parse(name) {
            Ok(id) => Value::Person(id.to_string()),
            Err(_) => Value::Person(name.to_lowercase()),
        })
    }
}

/// A day, as a date or counted from today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Day {
    /// That day.
    On(NaiveDate),
    /// So many units from today; [`Unit::Day`] when it is today itself.
    From(i32, Unit),
}

/// What days are counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// `d`
    Day,
    /// `w`
    Week,
    /// `m`
    Month,
    /// `y`
    Year,
}

impl Unit {
    /// All, from the smallest.
    pub const ALL: &'static [Unit] = &[Unit::Day, Unit::Week, Unit::Month, Unit::Year];

    /// As it is written.
    #[must_use]
    pub const fn letter(self) -> char {
        match self {
            Unit::Day => 'd',
            Unit::Week => 'w',
            Unit::Month => 'm',
            Unit::Year => 'y',
        }
    }

    /// How many of them can be counted: about a hundred years.
    #[must_use]
    pub const fn most(self) -> i32 {
        match self {
            Unit::Day => 36_500,
            Unit::Week => 5_200,
            Unit::Month => 1_200,
            Unit::Year => 100,
        }
    }
}

impl Day {
    /// The date, when today is that.
    #[must_use]
    pub fn date(self, today: NaiveDate) -> NaiveDate {
        let (amount, unit) = match self {
            Day::On(date) => return date,
            Day::From(amount, unit) => (amount, unit),
        };
        let months = |each: u32| {
            let count = Months::new(amount.unsigned_abs().saturating_mul(each));
            if amount < 0 {
                today.checked_sub_months(count)
            } else {
                today.checked_add_months(count)
            }
        };
        match unit {
            Unit::Day => today.checked_add_signed(Duration::days(amount.into())),
            Unit::Week => today.checked_add_signed(Duration::weeks(amount.into())),
            Unit::Month => months(1),
            Unit::Year => months(12),
        }
        .unwrap_or(today)
    }
}

//! The same decision in memory: tests compare the database with it, and the browser asks it whether
//! a row that changed still belongs to the list it stands in.

use super::ast::{Expr, Term, Test, Value};
use super::table::{Changed, Field, Flag, Thing};
use super::words::{stand_in, words_of};
use crate::issue::{IssueRow, IssueType, Priority, Resolution, Severity};
use crate::key::IssueRef;
use crate::relation::RelationKind;
use crate::user::UserRef;
use crate::workflow::Category;
use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

/// Who asks, and when "today" is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asking {
    /// User name.
    pub me: String,
    /// The day that counts as today: that of the instant asked about, UTC.
    pub today: NaiveDate,
}

/// The fields of an issue at one instant. Outer `None`: not known here.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// Title.
    pub title: String,
    /// Slug of the status.
    pub status: String,
    /// What it means.
    pub category: Category,
    /// Kind of work.
    pub type_: IssueType,
    /// How bad.
    pub severity: Severity,
    /// How soon.
    pub priority: Priority,
    /// How it ended.
    pub resolution: Option<Resolution>,
    /// Who works on it.
    pub assignee: Option<UserRef>,
    /// Names.
    pub labels: Vec<String>,
    /// Name of the version it was seen in.
    pub affected: Option<Option<String>>,
    /// Name of the version with the remedy.
    pub fixed: Option<Option<String>>,
    /// Size.
    pub points: Option<i16>,
    /// When it shall be done.
    pub due: Option<NaiveDate>,
    /// When work shall begin.
    pub start: Option<Option<NaiveDate>>,
}

/// What is known of an issue. `None` of an outer option: not known here.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    /// Key of the project.
    pub project: String,
    /// Number within the project.
    pub number: i64,
    /// Who reported it.
    pub reporter: UserRef,
    /// Key of the parent.
    pub parent: Option<Option<String>>,
    /// How often seen.
    pub occurrences: Option<i32>,
    /// Whether whoever asks watches it.
    pub watching: bool,
    /// Whether whoever asks voted for it.
    pub voted: bool,
    /// How many people voted for it.
    pub votes: i32,
    /// Whether it has sub-issues.
    pub has_parts: bool,
    /// Whether an open issue blocks it.
    pub blocked: bool,
    /// How it stands to which other issues, by key.
    pub relations: Option<Vec<(RelationKind, String)>>,
    /// When made.
    pub created: DateTime<Utc>,
    /// Last change.
    pub updated: DateTime<Utc>,
    /// When closed.
    pub resolved: Option<DateTime<Utc>>,
    /// Now, or at the instant asked about.
    pub now: Snapshot,
    /// Every version until then, this one included.
    pub past: Option<Vec<Snapshot>>,
    /// Fields that were changed.
    pub changed: Option<Vec<Changed>>,
    /// The text besides the title.
    pub description: Option<String>,
    /// Comments that the asker may read.
    pub comments: Option<Vec<String>>,
    /// Names of files.
    pub files: Option<Vec<String>>,
}

impl From<&IssueRow> for Facts {
    fn from(row: &IssueRow) -> Self {
        let number = match row.key.parse() {
            Ok(IssueRef::Key { number, .. }) => number,
            _ => 0,
        };
        Self {
            project: row.project.clone(),
            number,
            reporter: row.reporter.clone(),
            parent: None,
            occurrences: None,
            watching: row.watching,
            voted: row.voted,
            votes: row.votes,
            has_parts: row.sub_issues.total > 0,
            blocked: row.blocked,
            relations: None,
            created: row.created_at,
            updated: row.updated_at,
            resolved: row.resolved_at,
            now: Snapshot {
                title: row.title.clone(),
                status: row.status.slug.clone(),
                category: row.status.category,
                type_: row.type_,
                severity: row.severity,
                priority: row.priority,
                resolution: row.resolution,
                assignee: row.assignee.clone(),
                labels: row.labels.iter().map(|l| l.name.clone()).collect(),
                affected: Some(row.affected_version.clone()),
                fixed: Some(row.fixed_version.clone()),
                points: row.story_points,
                due: row.due_date,
                start: Some(row.start_date),
            },
            past: None,
            changed: None,
            description: None,
            comments: None,
            files: None,
        }
    }
}

/// Whether an issue matches; `None` when that cannot be told from what is known.
#[must_use]
pub fn evaluate(expr: &Expr, facts: &Facts, asking: &Asking) -> Option<bool> {
    match expr {
        Expr::And(parts) => every(parts.iter().map(|p| evaluate(p, facts, asking))),
        Expr::Or(parts) => some(parts.iter().map(|p| evaluate(p, facts, asking))),
        Expr::Not(inner) => evaluate(inner, facts, asking).map(|yes| !yes),
        Expr::Term(term) => one(term, facts, asking),
    }
}

/// True when all are, false when one is not, else unknown if one is.
fn every(mut parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let negated = |part: Option<bool>| part.map(|yes| !yes);
    some(parts.by_ref().map(negated)).map(|yes| !yes)
}

/// True when one is, false when none is, else unknown.
fn some(parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut known = true;
    for part in parts {
        match part {
            Some(true) => return Some(true),
            Some(false) => {}
            None => known = false,
        }
    }
    known.then_some(false)
}

fn one(term: &Term, f: &Facts, asking: &Asking) -> Option<bool> {
    match term {
        Term::Is(flag) => Some(is(*flag, f, asking)),
        Term::Has(things) => some(things.iter().map(|t| has(*t, f))),
        Term::Changed(fields) => f
            .changed
            .as_ref()
            .map(|changed| fields.iter().any(|x| changed.contains(x))),
        Term::Field(field, tests) => {
            some(tests.iter().map(|t| passes(*field, t, f, &f.now, asking)))
        }
        Term::Was(field, tests) => {
            let past = f.past.as_ref()?;
            some(
                past.iter()
                    .map(|then| some(tests.iter().map(|t| passes(*field, t, f, then, asking)))),
            )
        }
        Term::Word(word) => match word.parse() {
            Ok(IssueRef::Key { project, number }) if project == f.project && number == f.number => {
                Some(true)
            }
            _ => found(&words_of(word), true, f),
        },
        Term::Phrase(text) => found(&words_of(text), false, f),
    }
}

fn is(flag: Flag, f: &Facts, asking: &Asking) -> bool {
    let open = f.now.category.is_open();
    match flag {
        Flag::Open => open,
        Flag::Closed => !open,
        Flag::Overdue => open && f.now.due.is_some_and(|due| due < asking.today),
        Flag::Unassigned => f.now.assignee.is_none(),
        Flag::Mine => f
            .now
            .assignee
            .as_ref()
            .is_some_and(|a| same(&a.username, &asking.me)),
        Flag::Watching => f.watching,
        Flag::Voted => f.voted,
        Flag::Blocked => f.blocked,
    }
}

fn has(thing: Thing, f: &Facts) -> Option<bool> {
    Some(match thing {
        Thing::Attachment => !f.files.as_ref()?.is_empty(),
        Thing::Comment => !f.comments.as_ref()?.is_empty(),
        Thing::Description => !f.description.as_ref()?.is_empty(),
        Thing::Label => !f.now.labels.is_empty(),
        Thing::Parent => f.parent.as_ref()?.is_some(),
        Thing::Assignee => f.now.assignee.is_some(),
        Thing::Due => f.now.due.is_some(),
        Thing::Points => f.now.points.is_some(),
        Thing::Version => f.now.affected.as_ref()?.is_some() || f.now.fixed.as_ref()?.is_some(),
        Thing::Relation => !f.relations.as_ref()?.is_empty(),
        Thing::SubIssue => f.has_parts,
    })
}

/// Title and text are one for a phrase, as they are in the index; every comment and every file name
/// stands for itself.
fn found(words: &[String], open: bool, f: &Facts) -> Option<bool> {
    let stands = |text: &String| stand_in(&words_of(text), words, open);
    let among = |texts: &Option<Vec<String>>| texts.as_ref().map(|t| t.iter().any(stands));
    let title = stands(&f.now.title).then_some(true);
    let body = match &f.description {
        Some(description) => Some(stands(&format!("{} {description}", f.now.title))),
        None => title,
    };
    some([body, among(&f.comments), among(&f.files)].into_iter())
}

fn same(a: &str, b: &str) -> bool {
    a.to_lowercase() == b.to_lowercase()
}

fn compared<T: PartialOrd>(
    test: &Test,
    value: Option<T>,
    read: impl Fn(&Value) -> Option<T>,
) -> bool {
    let Some(value) = value else {
        return matches!(test, Test::None);
    };
    match test {
        Test::None => false,
        Test::Is(is) => read(is).is_some_and(|is| is == value),
        Test::Compare(op, than) => read(than).is_some_and(|than| op.holds(&value, &than)),
        Test::Range(from, to) => {
            read(from).is_some_and(|from| from <= value) && read(to).is_some_and(|to| value <= to)
        }
    }
}

fn named<'a>(test: &Test, names: impl IntoIterator<Item = &'a String>) -> bool {
    let mut names = names.into_iter();
    match test {
        Test::None => names.next().is_none(),
        Test::Is(Value::Name(name)) => names.any(|n| same(n, name)),
        _ => false,
    }
}

fn person(test: &Test, who: Option<&UserRef>, asking: &Asking) -> bool {
    match (test, who) {
        (Test::None, who) => who.is_none(),
        (Test::Is(Value::Me), Some(who)) => same(&who.username, &asking.me),
        (Test::Is(Value::Person(wanted)), Some(who)) => match Uuid::try_parse(wanted) {
            Ok(id) => who.id == id,
            Err(_) => same(&who.username, wanted),
        },
        _ => false,
    }
}

fn related(test: &Test, relations: &[(RelationKind, String)], kind: Option<RelationKind>) -> bool {
    let Test::Is(Value::Issue { project, number }) = test else {
        return false;
    };
    let wanted = crate::key::issue_key(project, *number);
    relations
        .iter()
        .any(|(how, key)| *key == wanted && kind.is_none_or(|kind| kind == *how))
}

fn number(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => Some(*number),
        Value::Priority(priority) => Some(priority.number().into()),
        Value::Severity(severity) => Some(*severity as i64),
        _ => None,
    }
}

fn passes(field: Field, test: &Test, f: &Facts, then: &Snapshot, asking: &Asking) -> Option<bool> {
    let date = |value: &Value| match value {
        Value::Day(day) => Some(day.date(asking.today)),
        _ => None,
    };
    let exactly = |value: Value| matches!(test, Test::Is(wanted) if *wanted == value);
    let day_of = |at: DateTime<Utc>| at.date_naive();
    Some(match field {
        Field::Status => exactly(Value::Status(then.status.clone())),
        Field::Category => exactly(Value::Category(then.category)),
        Field::Type => exactly(Value::Type(then.type_)),
        Field::Severity => compared(test, Some(then.severity as i64), number),
        Field::Priority => compared(test, Some(then.priority.number().into()), number),
        Field::Resolution => match then.resolution {
            Some(resolution) => exactly(Value::Resolution(resolution)),
            None => matches!(test, Test::None),
        },
        Field::Assignee => person(test, then.assignee.as_ref(), asking),
        Field::Reporter => person(test, Some(&f.reporter), asking),
        Field::Label => named(test, &then.labels),
        Field::Project => exactly(Value::Project(f.project.clone())),
        Field::Version => {
            let both = then.affected.as_ref()?.iter().chain(then.fixed.as_ref()?);
            named(test, both)
        }
        Field::Affected => named(test, then.affected.as_ref()?),
        Field::Fixed => named(test, then.fixed.as_ref()?),
        Field::Parent => match (f.parent.as_ref()?, test) {
            (None, test) => matches!(test, Test::None),
            (Some(key), Test::Is(Value::Issue { project, number })) => {
                *key == crate::key::issue_key(project, *number)
            }
            _ => false,
        },
        Field::Blocks => related(test, f.relations.as_ref()?, Some(RelationKind::Blocks)),
        Field::BlockedBy => related(test, f.relations.as_ref()?, Some(RelationKind::BlockedBy)),
        Field::Related => related(test, f.relations.as_ref()?, None),
        Field::Key => exactly(Value::Issue {
            project: f.project.clone(),
            number: f.number,
        }),
        Field::Title => match test {
            Test::Is(Value::Name(part)) => then.title.to_lowercase().contains(&part.to_lowercase()),
            _ => false,
        },
        Field::Points => compared(test, then.points.map(i64::from), number),
        Field::Votes => compared(test, Some(i64::from(f.votes)), number),
        Field::Occurrences => compared(test, Some(i64::from(f.occurrences?)), number),
        Field::Created => compared(test, Some(day_of(f.created)), date),
        Field::Updated => compared(test, Some(day_of(f.updated)), date),
        Field::Resolved => compared(test, f.resolved.map(day_of), date),
        Field::Due => compared(test, then.due, date),
        Field::Start => compared(test, then.start?, date),
    })
}

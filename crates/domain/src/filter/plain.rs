//! Plain filters and the language are two views of one thing.

use super::ast::{Expr, Query, Term, Test, Value};
use super::table::{Field, Flag};
use crate::list::{IssueFilter, Sort, State};

impl From<&IssueFilter> for Query {
    /// The same filter in the language; only `deleted` has no words there.
    fn from(plain: &IssueFilter) -> Self {
        let mut parts = Vec::new();
        let mut put = |field: Field, tests: Vec<Test>| {
            if !tests.is_empty() {
                parts.push(Expr::Term(Term::Field(field, tests)));
            }
        };
        let people = |names: &[String]| {
            names
                .iter()
                .map(|name| match name.to_lowercase().as_str() {
                    "none" => Test::None,
                    "@me" => Test::Is(Value::Me),
                    // What means nobody was refused as the filter was read.
                    name => {
                        Test::Is(Value::person(name).unwrap_or_else(|| Value::Person(name.into())))
                    }
                })
                .collect()
        };
        fn of<T: Copy>(words: &[T], value: fn(T) -> Value) -> Vec<Test> {
            words.iter().map(|w| Test::Is(value(*w))).collect()
        }
        let project = plain.project.clone().map(|p| Test::Is(Value::Project(p)));
        put(Field::Project, project.into_iter().collect());
        let statuses = plain.status.iter().cloned();
        put(
            Field::Status,
            statuses.map(|s| Test::Is(Value::Status(s))).collect(),
        );
        put(Field::Category, of(&plain.category, Value::Category));
        put(Field::Type, of(&plain.type_, Value::Type));
        put(Field::Severity, of(&plain.severity, Value::Severity));
        put(Field::Priority, of(&plain.priority, Value::Priority));
        put(Field::Resolution, of(&plain.resolution, Value::Resolution));
        put(Field::Assignee, people(&plain.assignee));
        put(Field::Reporter, people(&plain.reporter));
        let labels = plain.label.iter().map(|label| match label.as_str() {
            "none" => Test::None,
            name => Test::Is(Value::Name(name.into())),
        });
        put(Field::Label, labels.collect());
        let title = plain.text.clone().map(|t| Test::Is(Value::Name(t)));
        put(Field::Title, title.into_iter().collect());
        match plain.state {
            Some(State::Open) => parts.insert(0, Expr::Term(Term::Is(Flag::Open))),
            Some(State::Closed) => parts.insert(0, Expr::Term(Term::Is(Flag::Closed))),
            Some(State::All) | None => {}
        }
        if let Some(q) = &plain.q {
            parts.extend(q.expr.clone());
        }
        let said = plain.q.as_ref().map(|q| q.sort.clone()).unwrap_or_default();
        let sort = match said.first() {
            Some(first) if *first == plain.sort => said,
            None if plain.sort == Sort::default() => Vec::new(),
            _ => vec![plain.sort],
        };
        Self {
            expr: Expr::all(parts),
            sort,
        }
    }
}

/// A filter as plain filters, where it says no more than those can: each field at most once, with
/// values and nothing else.
#[must_use]
pub fn plain(query: &Query) -> Option<IssueFilter> {
    let mut filter = IssueFilter::default();
    match query.sort.as_slice() {
        [] => {}
        [one] => filter.sort = *one,
        _ => return None,
    }
    let parts = match &query.expr {
        None => &[],
        Some(Expr::And(parts)) => parts.as_slice(),
        Some(one) => std::slice::from_ref(one),
    };
    let mut seen = Vec::new();
    for part in parts {
        let Expr::Term(term) = part else { return None };
        match term {
            Term::Is(Flag::Open) if filter.state.is_none() => filter.state = Some(State::Open),
            Term::Is(Flag::Closed) if filter.state.is_none() => filter.state = Some(State::Closed),
            Term::Field(field, tests) if !seen.contains(field) => {
                seen.push(*field);
                for test in tests {
                    take(&mut filter, *field, test)?;
                }
            }
            _ => return None,
        }
    }
    Some(filter)
}

fn take(filter: &mut IssueFilter, field: Field, test: &Test) -> Option<()> {
    match (field, test) {
        (Field::Project, Test::Is(Value::Project(key))) if filter.project.is_none() => {
            filter.project = Some(key.clone());
        }
        (Field::Status, Test::Is(Value::Status(slug))) if !slug.contains(',') => {
            filter.status.push(slug.clone());
        }
        (Field::Category, Test::Is(Value::Category(word))) => filter.category.push(*word),
        (Field::Type, Test::Is(Value::Type(word))) => filter.type_.push(*word),
        (Field::Severity, Test::Is(Value::Severity(word))) => filter.severity.push(*word),
        (Field::Priority, Test::Is(Value::Priority(word))) => filter.priority.push(*word),
        (Field::Resolution, Test::Is(Value::Resolution(word))) => filter.resolution.push(*word),
        (Field::Assignee, test) => filter.assignee.push(person(test)?),
        (Field::Reporter, test) => filter.reporter.push(person(test)?),
        (Field::Label, Test::None) => filter.label.push("none".into()),
        (Field::Label, Test::Is(Value::Name(name)))
            if !name.contains(',') && name.trim() == name && name != "none" =>
        {
            filter.label.push(name.clone());
        }
        _ => return None,
    }
    Some(())
}

fn person(test: &Test) -> Option<String> {
    match test {
        Test::None => Some("none".into()),
        Test::Is(Value::Me) => Some("@me".into()),
        Test::Is(Value::Person(name))
            if !name.contains([',', ' ']) && name != "none" && name != "@me" =>
        {
            Some(name.clone())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::parse;

    #[test]
    fn what_plain_filters_can_say_goes_both_ways() {
        for text in [
            "",
            "is:open status:open,in_progress severity:high,critical assignee:@me,none",
            "project:APP category:active type:bug priority:1,2 resolution:duplicate sort:-priority",
            "reporter:ada label:none,\"needs design\" is:closed",
        ] {
            let query = parse(text).unwrap();
            let plain = plain(&query).unwrap();
            let again = super::plain(&Query::from(&plain)).unwrap();
            assert_eq!(plain, again, "{text}");
        }
        for text in [
            "-is:open",
            "is:open OR type:bug",
            "priority:<=2",
            "type:bug type:task",
            "invoice",
            "due:today",
            "sort:priority,updated",
        ] {
            assert_eq!(plain(&parse(text).unwrap()), None, "{text}");
        }
    }
}

//! The filter as text and as chips: small changes of one query.

use super::facet::Facet;
use domain::filter::{Expr, Field, Flag, Query, Term, Test, Value, chips, parse, plain};
use domain::list::{IssueFilter, Sort, State};

/// The conditions that must all hold.
#[must_use]
pub fn parts(query: &Query) -> Vec<Expr> {
    chips(query).into_iter().map(|chip| chip.expr).collect()
}

fn of(query: &Query, parts: Vec<Expr>) -> Query {
    Query {
        expr: Expr::all(parts),
        sort: query.sort.clone(),
    }
}

fn flag(part: &Expr) -> Option<State> {
    match part {
        Expr::Term(Term::Is(Flag::Open)) => Some(State::Open),
        Expr::Term(Term::Is(Flag::Closed)) => Some(State::Closed),
        _ => None,
    }
}

/// Open, closed or both.
#[must_use]
pub fn state(query: &Query) -> State {
    parts(query).iter().find_map(flag).unwrap_or(State::All)
}

/// The same filter over open, closed or all issues.
#[must_use]
pub fn with_state(query: &Query, state: State) -> Query {
    let mut parts = parts(query);
    parts.retain(|part| flag(part).is_none());
    let flag = match state {
        State::Open => Some(Flag::Open),
        State::Closed => Some(Flag::Closed),
        State::All => None,
    };
    if let Some(flag) = flag {
        parts.insert(0, Expr::Term(Term::Is(flag)));
    }
    of(query, parts)
}

/// The same filter in another order; the usual one needs no words.
#[must_use]
pub fn with_sort(query: &Query, sort: Sort) -> Query {
    let sort = Some(sort).filter(|sort| *sort != Sort::default());
    Query {
        expr: query.expr.clone(),
        sort: sort.into_iter().collect(),
    }
}

/// Conditions that are no list of values, ready to be added: as they are written, and in words.
pub const READY: [(&str, &str); 9] = [
    ("is:overdue", "Overdue"),
    ("due:<=+7d", "Due within a week"),
    ("is:blocked", "Blocked"),
    ("is:unassigned", "Unassigned"),
    ("fixed:none", "No fixed version"),
    ("points:none", "No points"),
    ("updated:<-30d", "Untouched for a month"),
    ("is:watching", "Watched by me"),
    ("is:voted", "Voted by me"),
];

/// The same filter with one more condition, as it is written; what stands there already stays once.
#[must_use]
pub fn with(query: &Query, condition: &str) -> Query {
    let Some(more) = parse(condition).ok().and_then(|more| more.expr) else {
        return query.clone();
    };
    let mut parts = parts(query);
    if !parts.contains(&more) {
        parts.push(more);
    }
    of(query, parts)
}

/// The same filter without one of its conditions.
#[must_use]
pub fn without(query: &Query, index: usize) -> Query {
    let mut parts = parts(query);
    if index < parts.len() {
        parts.remove(index);
    }
    of(query, parts)
}

/// The one project it is about, when it names one.
#[must_use]
pub fn project(query: &Query) -> Option<String> {
    let one = |part: &Expr| match part {
        Expr::Term(Term::Field(Field::Project, tests)) => match tests.as_slice() {
            [Test::Is(Value::Project(key))] => Some(key.clone()),
            _ => None,
        },
        _ => None,
    };
    parts(query).iter().find_map(one)
}

/// The field whose plain values this condition lists, and the values.
#[must_use]
pub fn listed(part: &Expr) -> Option<(Facet, Vec<String>)> {
    let alone = Query {
        expr: Some(part.clone()),
        sort: Vec::new(),
    };
    let filter = plain(&alone)?;
    let facets = Facet::ALL.into_iter();
    facets
        .map(|facet| (facet, facet.values(&filter)))
        .find(|(_, values)| !values.is_empty())
}

/// The values listed for that field.
#[must_use]
pub fn values(query: &Query, facet: Facet) -> Vec<String> {
    let found = parts(query)
        .iter()
        .filter_map(listed)
        .find(|(f, _)| *f == facet);
    found.map(|(_, values)| values).unwrap_or_default()
}

/// The same filter with these values for that field, where it stood or at the end.
#[must_use]
pub fn with_values(query: &Query, facet: Facet, values: &[String]) -> Query {
    let made = Query::from(&facet.set(&IssueFilter::default(), values)).expr;
    let mut parts = parts(query);
    let place = parts
        .iter()
        .position(|part| listed(part).is_some_and(|(f, _)| f == facet));
    match (place, made) {
        (Some(at), Some(made)) => {
            if let Some(part) = parts.get_mut(at) {
                *part = made;
            }
        }
        (Some(at), None) => {
            parts.remove(at);
        }
        (None, Some(made)) => parts.push(made),
        (None, None) => {}
    }
    of(query, parts)
}

/// The same filter with that value added, or taken away when it is there.
#[must_use]
pub fn toggle(query: &Query, facet: Facet, value: &str) -> Query {
    let mut values = values(query, facet);
    if let Some(at) = values.iter().position(|v| v == value) {
        values.remove(at);
    } else {
        if facet.is_single() {
            values.clear();
        }
        values.push(value.to_owned());
    }
    let mut to = with_values(query, facet, &values);
    // Statuses and labels of another project mean nothing here.
    if facet == Facet::Project {
        to = with_values(&to, Facet::Status, &[]);
        to = with_values(&to, Facet::Label, &[]);
    }
    to
}

/// A text with the characters from `start` to `end` replaced, and where the cursor stands then.
#[must_use]
pub fn replace(text: &str, start: usize, end: usize, with: &str) -> (String, usize) {
    let before: String = text.chars().take(start).collect();
    let after: String = text.chars().skip(end).collect();
    let cursor = start + with.chars().count();
    (format!("{before}{with}{after}"), cursor)
}

/// A piece of the text for the eye: what stands before a colon, and where the mistake is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The text.
    pub text: String,
    /// Whether it names a field.
    pub name: bool,
    /// Whether it is wrong.
    pub wrong: bool,
}

/// The text in pieces; `wrong` is where a mistake is and how long.
#[must_use]
pub fn pieces(text: &str, wrong: Option<(usize, usize)>) -> Vec<Piece> {
    let letters: Vec<char> = text.chars().collect();
    let names = names(&letters);
    let mut pieces: Vec<Piece> = Vec::new();
    for (at, letter) in letters.iter().enumerate() {
        let name = names.get(at).copied().unwrap_or(false);
        let wrong = wrong.is_some_and(|(from, length)| at >= from && at < from + length.max(1));
        match pieces.last_mut() {
            Some(last) if last.name == name && last.wrong == wrong => last.text.push(*letter),
            _ => pieces.push(Piece {
                text: letter.to_string(),
                name,
                wrong,
            }),
        }
    }
    // Something is missing at the end: there is no letter to underline.
    if wrong.is_some_and(|(from, _)| from >= letters.len()) {
        pieces.push(Piece {
            text: "\u{a0}".into(),
            name: false,
            wrong: true,
        });
    }
    pieces
}

/// Which letters belong to the name of a field, its colon included.
fn names(letters: &[char]) -> Vec<bool> {
    let mut marks = vec![false; letters.len()];
    let (mut begin, mut quoted) = (0, false);
    for (at, letter) in letters.iter().enumerate() {
        match letter {
            '"' => quoted = !quoted,
            _ if quoted => {}
            ' ' | '(' | ')' => begin = at + 1,
            ':' => {
                let from = begin + usize::from(letters.get(begin) == Some(&'-'));
                for mark in marks.iter_mut().take(at + 1).skip(from) {
                    *mark = true;
                }
                begin = letters.len();
            }
            _ => {}
        }
    }
    marks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn q(text: &str) -> Query {
        parse(text).unwrap()
    }

    #[test]
    fn ready_conditions_are_written_as_they_are_read() {
        let mut query = parse("is:open sort:-priority").unwrap();
        for (condition, _) in READY {
            query = with(&query, condition);
        }
        let all: Vec<&str> = READY.iter().map(|(condition, _)| *condition).collect();
        let text = format!("is:open {} sort:-priority", all.join(" "));
        assert_eq!(query.to_string(), text);
        assert_eq!(with(&query, "is:overdue"), query);
        assert_eq!(with(&query, "is:"), query);
    }

    #[test]
    fn state_and_order_are_words_of_the_filter() {
        let query = q("is:open type:bug sort:-priority");
        assert_eq!(state(&query), State::Open);
        assert_eq!(
            with_state(&query, State::Closed).to_string(),
            "is:closed type:bug sort:-priority"
        );
        assert_eq!(
            with_state(&query, State::All).to_string(),
            "type:bug sort:-priority"
        );
        assert_eq!(
            with_sort(&query, Sort::default()).to_string(),
            "is:open type:bug"
        );
    }

    #[test]
    fn chips_change_the_text_and_leave_the_rest_alone() {
        let query = q("is:open severity:high -label:ui (type:bug OR type:task) vat");
        assert_eq!(values(&query, Facet::Severity), ["high"]);
        let more = toggle(&query, Facet::Severity, "critical");
        assert_eq!(
            more.to_string(),
            "is:open severity:high,critical -label:ui (type:bug OR type:task) vat"
        );
        let none = with_values(&query, Facet::Severity, &[]);
        assert_eq!(
            none.to_string(),
            "is:open -label:ui (type:bug OR type:task) vat"
        );
        assert_eq!(
            without(&query, 2).to_string(),
            "is:open severity:high (type:bug OR type:task) vat"
        );
        let new = toggle(&q("is:open"), Facet::Assignee, "@me");
        assert_eq!(new.to_string(), "is:open assignee:@me");
    }

    #[test]
    fn another_project_takes_its_statuses_with_it() {
        let query = q("project:APP status:open label:ui type:bug");
        assert_eq!(project(&query).as_deref(), Some("APP"));
        let other = toggle(&query, Facet::Project, "ENG");
        assert_eq!(other.to_string(), "project:ENG type:bug");
    }

    #[test]
    fn a_mistake_is_underlined_where_it_is() {
        let text = "is:open severity:hgih";
        let mistake = parse(text).unwrap_err();
        let shown = pieces(text, Some((mistake.position, mistake.length)));
        let wrong: String = shown
            .iter()
            .filter(|p| p.wrong)
            .map(|p| p.text.as_str())
            .collect();
        assert_eq!(wrong, "hgih");
        let suggestion = mistake.suggestion.unwrap();
        let (fixed, cursor) = replace(
            text,
            mistake.position,
            mistake.position + mistake.length,
            &suggestion,
        );
        assert_eq!(fixed, "is:open severity:high");
        assert_eq!(cursor, 21);
    }

    #[test]
    fn names_of_fields_are_bold_and_quotes_hide_colons() {
        let names: Vec<String> = pieces("-label:\"a b:c\" x", None)
            .into_iter()
            .filter(|p| p.name)
            .map(|p| p.text)
            .collect();
        assert_eq!(names, ["label:"]);
    }
}

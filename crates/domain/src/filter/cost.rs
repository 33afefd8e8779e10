//! What a filter weighs: how much work its conditions are, by their kind.
//!
//! A condition on the row itself is compared while the list is read. What asks beside it (comments,
//! files, relations) looks once for each row; part of a title is looked for in every title; and the past
//! has many rows for each issue. One table, for the limit and for the lane in which a list is read.

use super::ast::{Expr, Term};
use super::table::{Field, Flag, Thing};

/// The most that a filter weighs.
pub const COST_MAX: u32 = 100;
/// From here on a list is read where it holds up no other.
pub const COST_HEAVY: u32 = 10;
/// What a part of a title weighs.
pub const IN_TITLES: u32 = 5;

/// What one condition weighs.
#[must_use]
pub fn of_term(term: &Term) -> u32 {
    let of_values =
        |each: u32, count: usize| each * u32::try_from(count.max(1)).unwrap_or(u32::MAX);
    match term {
        Term::Was(Field::Title, tests) => of_values(20, tests.len()),
        Term::Was(..) | Term::Changed(_) => 10,
        Term::Field(Field::Title, tests) => of_values(IN_TITLES, tests.len()),
        Term::Field(Field::Blocks | Field::BlockedBy | Field::Related, _)
        | Term::Is(Flag::Blocked) => 3,
        Term::Has(things) => things.iter().map(|thing| of_thing(*thing)).sum(),
        Term::Field(..) | Term::Is(_) | Term::Word(_) | Term::Phrase(_) => 1,
    }
}

const fn of_thing(thing: Thing) -> u32 {
    match thing {
        Thing::Attachment | Thing::Comment | Thing::Relation | Thing::SubIssue => 3,
        _ => 1,
    }
}

/// What a whole filter weighs.
#[must_use]
pub fn of_expr(expr: &Expr) -> u32 {
    let mut sum = 0_u32;
    expr.visit(&mut |term| sum = sum.saturating_add(of_term(term)));
    sum
}

/// Whether reading by that filter takes long enough to hold up others.
#[must_use]
pub fn is_heavy(expr: &Expr) -> bool {
    of_expr(expr) >= COST_HEAVY
}

#[cfg(test)]
mod tests {
    use super::super::{Reason, parse};
    use super::*;

    fn cost(text: &str) -> u32 {
        of_expr(&parse(text).unwrap().expr.unwrap())
    }

    #[test]
    fn each_kind_of_condition_has_its_weight() {
        assert_eq!(cost("is:open assignee:@me,none label:a"), 3);
        assert_eq!(cost("invoice total \"exact words\""), 3);
        assert_eq!(
            cost("has:attachment has:label,comment is:blocked"),
            3 + 4 + 3
        );
        assert_eq!(cost("title:a,b"), 10);
        assert_eq!(cost("-was:status=triaged changed:assignee"), 20);
        assert_eq!(cost("was:title=a,b"), 40);
    }

    #[test]
    fn a_filter_that_weighs_too_much_is_refused_at_the_condition_that_is_too_much() {
        let ten = "was:status=open ".repeat(10);
        assert_eq!(cost(&ten), COST_MAX);
        let mistake = parse(&format!("{ten}is:open")).unwrap_err();
        assert!(matches!(mistake.reason, Reason::TooMuch(_)));
        assert_eq!(mistake.position, ten.len());
        assert!(parse(&"was:title=x ".repeat(6)).is_err());
        assert!(parse(&"a ".repeat(100)).is_ok());
    }

    #[test]
    fn what_reads_the_past_is_heavy_and_daily_lists_are_not() {
        let heavy = |text: &str| is_heavy(&parse(text).unwrap().expr.unwrap());
        assert!(heavy("was:status=open") && heavy("title:a title:b"));
        assert!(!heavy(
            "is:open severity:>=high assignee:@me -label:later updated:>-7d"
        ));
    }
}

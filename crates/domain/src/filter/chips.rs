//! A filter as chips: one for each condition that must hold.

use super::ast::{Expr, Query, Term};

/// One condition of a filter, to be shown, taken away or changed on its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chip {
    /// What stands before the colon; `None` for free words and for what is more than one condition.
    pub field: Option<&'static str>,
    /// The condition in the language.
    pub text: String,
    /// Whether it says what must not be.
    pub negated: bool,
    /// The condition itself.
    pub expr: Expr,
}

/// The chips of a filter, in its order; none when it finds everything. Joined again by
/// [`Expr::all`] they are the same filter.
#[must_use]
pub fn chips(query: &Query) -> Vec<Chip> {
    let parts = match &query.expr {
        None => return Vec::new(),
        Some(Expr::And(parts)) => parts.clone(),
        Some(one) => vec![one.clone()],
    };
    parts.into_iter().map(chip).collect()
}

fn chip(expr: Expr) -> Chip {
    let (inner, negated) = match &expr {
        Expr::Not(inner) => (inner.as_ref(), true),
        other => (other, false),
    };
    let field = match inner {
        Expr::Term(Term::Is(_)) => Some("is"),
        Expr::Term(Term::Has(_)) => Some("has"),
        Expr::Term(Term::Changed(_)) => Some("changed"),
        Expr::Term(Term::Was(..)) => Some("was"),
        Expr::Term(Term::Field(field, _)) => Some(field.name()),
        _ => None,
    };
    let text = match &expr {
        Expr::Or(_) => format!("({expr})"),
        other => other.to_string(),
    };
    Chip {
        field,
        text,
        negated,
        expr,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::parse;

    #[test]
    fn each_condition_is_a_chip_and_the_chips_are_the_filter() {
        let query = parse("is:open -label:ui (type:bug OR severity:high) invoice").unwrap();
        let chips = chips(&query);
        let told: Vec<_> = chips
            .iter()
            .map(|c| (c.field, c.text.as_str(), c.negated))
            .collect();
        assert_eq!(
            told,
            [
                (Some("is"), "is:open", false),
                (Some("label"), "-label:ui", true),
                (None, "(type:bug OR severity:high)", false),
                (None, "invoice", false),
            ]
        );
        let again = Expr::all(chips.into_iter().map(|c| c.expr).collect());
        assert_eq!(again, query.expr);
    }
}

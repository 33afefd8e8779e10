//! Free words and phrases: full text over what the caller may read.

use super::Compiler;
use super::names::Names;
use crate::access::Scope;
use crate::marks;
use crate::statement::{Fragment, Value as Sql};
use domain::filter::{Expr, Field, Flag, Term, words_of};
use domain::key::IssueRef;

/// A text as a question to the index: its words one after the other, the last one as the beginning
/// of a word if `open`. The words are letters and digits only, so nothing needs escaping.
pub(crate) fn query(text: &str, open: bool) -> String {
    let mut query = words_of(text)
        .iter()
        .map(|word| format!("'{word}'"))
        .collect::<Vec<_>>()
        .join(" <-> ");
    if open && !query.is_empty() {
        query.push_str(":*");
    }
    query
}

/// What all issues have in the text index, beside words, that match a filter within a scope. Under a
/// negation or beside an "or" words may be asked for together with it all the same: it is true of
/// everything that the rest of the filter lets through.
pub(super) fn marks(
    scope: &Scope,
    expr: &Expr,
    names: &Names,
    open: Option<bool>,
) -> Option<String> {
    let mut state = open;
    let mut place = marks::of_scope(scope);
    for part in expr.conjuncts() {
        match part {
            Expr::Term(Term::Is(Flag::Open | Flag::Overdue)) => state = Some(true),
            Expr::Term(Term::Is(Flag::Closed)) => state = Some(false),
            Expr::Term(Term::Field(Field::Project, tests)) => {
                let projects: Vec<_> = tests.iter().flat_map(|t| names.projects(t)).collect();
                place = marks::of_projects(&projects).or(place);
            }
            _ => {}
        }
    }
    let state = state.map(|open| marks::of_state(open).to_owned());
    let known: Vec<String> = [place, state]
        .into_iter()
        .flatten()
        .map(|mark| format!("({mark})"))
        .collect();
    (!known.is_empty()).then(|| known.join(" & "))
}

/// Whether a filter lets nothing through in which some words do not stand.
pub(crate) fn asks_for_words(expr: &Expr) -> bool {
    expr.conjuncts()
        .iter()
        .any(|part| matches!(part, Expr::Term(Term::Word(_) | Term::Phrase(_))))
}

impl Compiler<'_> {
    /// A word, or the key of an issue, or its number.
    pub(super) fn word(&self, f: &mut Fragment, word: &str) {
        if let Ok(IssueRef::Key { project, number }) = word.parse() {
            f.sql("i.id = any(")
                .bind(Sql::Uuids(self.names.issue(&project, number)))
                .sql(") or ");
        }
        self.words(f, &query(word, true));
    }

    /// Now: everything that is written about the issue, from the index. In the past: title and text as
    /// they were; nobody keeps what comments and files were.
    pub(super) fn words(&self, f: &mut Fragment, query: &str) {
        let ask = |f: &mut Fragment, text: &'static str| {
            f.sql(text)
                .sql(" @@ to_tsquery('simple', ")
                .bind(Sql::Text(query.into()))
                .sql(")");
        };
        if self.as_of.is_some() {
            ask(
                f,
                "to_tsvector('simple', search_words(i.title || ' ' || i.description))",
            );
            return;
        }
        // Not one set of all three: what an issue says of itself is then found together with what else
        // is asked, and only what is found beside it is collected first.
        f.sql("((i.search @@ (to_tsquery('simple', ")
            .bind(Sql::Text(query.into()))
            .sql(")");
        if let Some(marks) = &self.marks {
            f.sql(" && ")
                .bind(Sql::Text(marks.clone()))
                .sql("::tsquery");
        }
        f.sql(
            ") or i.id = any(array(select c.issue_id from comment c where c.deleted_at is null and ",
        );
        ask(f, "c.search");
        f.sql(
            " and (not c.internal or exists (select from issue x where x.id = c.issue_id and x.project_id = any(",
        )
        .bind(Sql::Uuids(self.scope.staff.clone()))
        .sql("))) union all select a.issue_id from attachment a where a.state = 'ready' and ");
        ask(f, "a.search");
        f.sql(
            " and (not a.internal or exists (select from issue x where x.id = a.issue_id and x.project_id = any(",
        )
        .bind(Sql::Uuids(self.scope.staff.clone()))
        .sql("))))))")
        .sql(self.reading.of_words());
        f.sql(")");
    }
}

//! What the text index of issues holds beside their words: the project, whose they are, whether they are
//! open (migration `text_marks`).
//!
//! A question that names them finds among a million issues only those that it may find, which are all
//! that is then read. Rights do not rest on it: the condition beside it asks for the same.

use crate::access::Scope;
use uuid::Uuid;

/// Most projects that a question names. Each costs a look at its part of the index, which with many is
/// more than it saves.
const PLACES_MAX: usize = 8;

/// The marks that all issues of a scope have, as a `tsquery`; `None` when there are none.
pub(crate) fn of_scope(scope: &Scope) -> Option<String> {
    if scope.all.len() + scope.own.len() > PLACES_MAX {
        return None;
    }
    let own = scope
        .own
        .iter()
        .map(|project| format!("'@{project}' & '~{}'", scope.me));
    let places: Vec<String> = scope.all.iter().map(place).chain(own).collect();
    (!places.is_empty()).then(|| places.join(" | "))
}

/// The marks of any of these projects; `None` when they are too many or none.
pub(crate) fn of_projects(projects: &[Uuid]) -> Option<String> {
    let places: Vec<String> = projects.iter().map(place).collect();
    (1..=PLACES_MAX)
        .contains(&places.len())
        .then(|| places.join(" | "))
}

/// The mark of what is open, or of what is not.
pub(crate) const fn of_state(open: bool) -> &'static str {
    if open { "'!open'" } else { "'!closed'" }
}

fn place(project: &Uuid) -> String {
    format!("'@{project}'")
}

//! The policy table as people read it: one answer for each right and role.

use domain::policy::{Action, Ground, Rule, decide};
use domain::project::ReportersSee;
use domain::user::Role;

/// What a cell of the table says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// On anything.
    Yes,
    /// On some things only, in words: "own or assigned".
    Some(String),
    /// On nothing.
    No,
}

/// The answer of that rule for that role, where reporters see what `reporters_see` says; without
/// it, where the project decides.
#[must_use]
pub fn answer(rule: &Rule, role: Role, reporters_see: Option<ReportersSee>) -> Answer {
    if rule.action == Action::SeeProject && role == Role::Reporter {
        match reporters_see {
            Some(ReportersSee::Own) => return Answer::Some("own issues".into()),
            None => return Answer::Some("all or own, as set".into()),
            Some(ReportersSee::All) => {}
        }
    }
    if decide(role, rule.action, Ground::NONE).is_ok() {
        return Answer::Yes;
    }
    let grounds = [
        (rule.own, "own"),
        (rule.assigned, "assigned"),
        (rule.unassigned, "unassigned"),
    ];
    let words: Vec<&str> = grounds
        .into_iter()
        .filter(|(least, _)| least.is_some_and(|least| role >= least))
        .map(|(_, word)| word)
        .collect();
    match words.as_slice() {
        [] => Answer::No,
        [one] => Answer::Some((*one).to_owned()),
        [all @ .., last] => Answer::Some(format!("{} or {last}", all.join(", "))),
    }
}

/// What the right is called at the beginning of a line.
#[must_use]
pub fn name(rule: &Rule) -> String {
    let mut letters = rule.phrase.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn say(action: Action, role: Role) -> Answer {
        answer(action.rule(), role, Some(ReportersSee::All))
    }

    #[test]
    fn a_cell_says_on_what_a_role_may_act() {
        assert_eq!(say(Action::DeleteIssue, Role::Lead), Answer::Yes);
        assert_eq!(say(Action::DeleteIssue, Role::Maintainer), Answer::No);
        assert_eq!(
            say(Action::MoveIssue, Role::Developer),
            Answer::Some("own or assigned".into())
        );
        assert_eq!(
            say(Action::EditIssueText, Role::Developer),
            Answer::Some("own, assigned or unassigned".into())
        );
        assert_eq!(
            say(Action::EditComment, Role::Admin),
            Answer::Some("own".into())
        );
    }

    #[test]
    fn what_reporters_see_is_the_projects_choice() {
        let see = Action::SeeProject.rule();
        let own = Some(ReportersSee::Own);
        assert_eq!(
            answer(see, Role::Reporter, own),
            Answer::Some("own issues".into())
        );
        assert_eq!(answer(see, Role::Viewer, own), Answer::Yes);
        assert!(matches!(answer(see, Role::Reporter, None), Answer::Some(_)));
    }

    #[test]
    fn a_line_begins_with_a_capital() {
        assert_eq!(name(Action::Comment.rule()), "Comment here");
    }
}

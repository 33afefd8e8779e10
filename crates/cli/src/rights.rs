//! The policy table and what it says about one issue: the same functions as on the server.

use crate::text::table;
use domain::issue::Issue;
use domain::policy::{self, Action, Ground, TABLE};
use domain::token::{self, Cut, NotAllowed, Refusal};
use domain::user::{Kind, Me, Role};

/// The table, or the part of it that one role has.
pub fn policy(role: Option<Role>, terminal: bool) -> String {
    let rows: Vec<Vec<String>> = TABLE
        .iter()
        .filter_map(|rule| match role {
            None => {
                let cells = Role::ALL.iter().map(|role| cell(*role, rule.action).into());
                Some(std::iter::once(rule.name.into()).chain(cells).collect())
            }
            Some(role) => {
                let may = cell(role, rule.action);
                (may != NEVER).then(|| vec![rule.name.into(), may.into(), rule.phrase.into()])
            }
        })
        .collect();
    let roles = Role::ALL.iter().map(|role| role.slug().to_uppercase());
    let head: Vec<String> = match role {
        None => std::iter::once("RIGHT".to_string()).chain(roles).collect(),
        Some(_) => vec!["RIGHT".into(), "ON".into(), "YOU MAY".into()],
    };
    let head: Vec<&str> = head.iter().map(String::as_str).collect();
    table(&head, &rows, terminal)
}

const NEVER: &str = "-";

/// On what somebody of that role may do it.
fn cell(role: Role, action: Action) -> &'static str {
    let may = |ground| policy::decide(role, action, ground).is_ok();
    let assigned = Ground {
        assigned: true,
        ..Ground::NONE
    };
    let free = Ground {
        unassigned: true,
        ..Ground::NONE
    };
    match (
        may(Ground::NONE),
        may(Ground::OWN),
        may(assigned),
        may(free),
    ) {
        (true, ..) => "any",
        (_, true, true, true) => "own, assigned, free",
        (_, true, true, false) => "own, assigned",
        (_, true, false, _) => "own",
        (_, false, true, true) => "assigned, free",
        (_, false, true, false) => "assigned",
        (_, false, false, true) => "free",
        (_, false, false, false) => NEVER,
    }
}

/// Rights that concern an issue that exists for somebody.
const OF_AN_ISSUE: &[Action] = &[
    Action::Comment,
    Action::Attach,
    Action::WriteInternalNote,
    Action::EditIssueText,
    Action::EditIssue,
    Action::MoveIssue,
    Action::TakeIssue,
    Action::AssignOthers,
    Action::DeleteIssue,
];

/// What the caller may do with that issue, with the token that they come with.
pub fn of_issue(me: &Me, issue: &Issue) -> Vec<(Action, Result<(), NotAllowed>)> {
    let standing = me.standings.iter().find(|s| s.project == issue.project);
    // Whoever sees the issue stands in its project; without that, the least of roles.
    let role = standing.map_or(Role::Viewer, |s| s.role);
    let assignee = issue.assignee.as_ref().map(|a| a.id);
    let ground = Ground {
        own: issue.reporter.id == me.user.id,
        assigned: assignee == Some(me.user.id),
        unassigned: assignee.is_none(),
    };
    let cut = me.scopes.as_ref().map(|scopes| Cut {
        scopes: scopes.iter().copied().collect(),
        project: None,
        service: me.user.kind == Kind::Service,
    });
    OF_AN_ISSUE
        .iter()
        .map(|action| {
            let decided = token::decide(role, *action, ground, cut.as_ref());
            (*action, decided)
        })
        .collect()
}

/// The sentence for people.
fn sentence(refused: &NotAllowed) -> String {
    match refused {
        NotAllowed::Role(denied) => denied.sentence(),
        NotAllowed::Token(refusal) => refusal.sentence(),
    }
}

/// What is missing, as data: a role, or a scope of the token.
pub fn missing(refused: &NotAllowed) -> serde_json::Value {
    match refused {
        NotAllowed::Role(denied) => serde_json::json!(denied.missing()),
        NotAllowed::Token(Refusal::Scope(scope)) => serde_json::json!({"scope": scope}),
        NotAllowed::Token(refusal) => serde_json::json!({"token": refusal.sentence()}),
    }
}

/// The same as people read it.
pub fn why(rights: &[(Action, Result<(), NotAllowed>)], terminal: bool) -> String {
    let rows: Vec<Vec<String>> = rights
        .iter()
        .map(|(action, decided)| {
            let phrase = action.rule().phrase;
            match decided {
                Ok(()) => vec!["yes".into(), format!("You may {phrase}.")],
                Err(refused) => vec!["no".into(), sentence(refused)],
            }
        })
        .collect();
    table(&["", ""], &rows, terminal).trim_start().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_the_policy() {
        let shown = policy(None, false);
        assert_eq!(shown.lines().count(), TABLE.len());
        let line = |name: &str| {
            let mut lines = shown.lines();
            lines.find(|l| l.starts_with(name)).unwrap().to_string()
        };
        assert_eq!(
            line("edit_issue\t"),
            "edit_issue\t-\t-\town, assigned\tany\tany\tany"
        );
        assert_eq!(
            line("manage_accounts"),
            "manage_accounts\t-\t-\t-\t-\t-\tany"
        );
        assert_eq!(
            line("edit_comment"),
            "edit_comment\town\town\town\town\town\town"
        );
        let viewer = policy(Some(Role::Viewer), true);
        assert!(viewer.starts_with("RIGHT"));
        assert!(viewer.contains("see this project") && !viewer.contains("create_issue"));
    }
}

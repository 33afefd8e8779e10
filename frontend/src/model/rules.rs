//! May this card go there? The workflow and the policy decide, and say why not.

use super::lanes::Refit;
use domain::policy::{Action, Ground, decide};
use domain::user::Role;
use domain::workflow::{NoStep, Workflow};
use uuid::Uuid;

/// What the reader is, as far as one card is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reader {
    /// Their role in the project.
    pub role: Role,
    /// How they stand to the card.
    pub ground: Ground,
    /// Whether the project is archived.
    pub archived: bool,
}

/// Why that card cannot be moved at all.
pub fn may_move(reader: Reader) -> Result<(), String> {
    if reader.archived {
        return Err("The project is archived: it can be read, but not changed.".into());
    }
    decide(reader.role, Action::MoveIssue, reader.ground).map_err(|denied| denied.sentence())
}

/// Whether the workflow has the step, and where else it leads from there.
pub fn may_step(workflow: &Workflow, from: &str, to: &str) -> Result<(), String> {
    match workflow.step(from, to) {
        Ok(_) => Ok(()),
        Err(NoStep::UnknownStatus) => Err("The workflow no longer has this status.".into()),
        Err(NoStep::NotAllowed(allowed)) => {
            let name = |slug: &str| {
                workflow
                    .status(slug)
                    .map_or_else(|| slug.to_owned(), |s| s.name.clone())
            };
            let names: Vec<String> = allowed.iter().map(|slug| name(slug)).collect();
            Err(match names.as_slice() {
                [] => format!("Nothing leads on from {}.", name(from)),
                names => format!("Not from {}. From there: {}.", name(from), names.join(", ")),
            })
        }
    }
}

/// Whether that change of a card is allowed, and why not. `me` is who asks, `open` whether the card
/// is not done.
pub fn may_refit(reader: Reader, me: Option<Uuid>, open: bool, to: &Refit) -> Result<(), String> {
    let may =
        |action| decide(reader.role, action, reader.ground).map_err(|denied| denied.sentence());
    match to {
        Refit::Assignee(user) => {
            let about_oneself = user.as_ref().is_none_or(|user| Some(user.id) == me);
            may(if about_oneself {
                Action::TakeIssue
            } else {
                Action::AssignOthers
            })
        }
        // Reporters may change it while their issue is open.
        Refit::Priority(_) if open => may(Action::EditIssueText),
        Refit::Priority(_) | Refit::Parent(_) | Refit::Labels { .. } => may(Action::EditIssue),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::workflow::Template;

    fn reader(role: Role, ground: Ground) -> Reader {
        Reader {
            role,
            ground,
            archived: false,
        }
    }

    #[test]
    fn a_developer_moves_their_own_cards_only() {
        assert!(may_move(reader(Role::Developer, Ground::OWN)).is_ok());
        let why = may_move(reader(Role::Developer, Ground::NONE)).unwrap_err();
        assert!(why.contains("You may not move this issue"), "{why}");
        assert!(may_move(reader(Role::Maintainer, Ground::NONE)).is_ok());
    }

    #[test]
    fn who_may_take_a_card_may_not_give_it_to_others() {
        let me = Uuid::from_u128(1);
        let user = |id: u128| {
            let id = Uuid::from_u128(id);
            serde_json::from_value(serde_json::json!({
                "id": id, "username": "u", "display_name": "U", "kind": "human"
            }))
            .unwrap()
        };
        let free = Ground {
            unassigned: true,
            ..Ground::NONE
        };
        let developer = reader(Role::Developer, free);
        let to = |id: u128| Refit::Assignee(Some(user(id)));
        assert!(may_refit(developer, Some(me), true, &to(1)).is_ok());
        let why = may_refit(developer, Some(me), true, &to(2)).unwrap_err();
        assert!(why.contains("You may not assign issues to others"), "{why}");
        let viewer = reader(Role::Viewer, Ground::NONE);
        assert!(may_refit(viewer, Some(me), true, &Refit::Parent(None)).is_err());
    }

    #[test]
    fn an_archived_project_stands_still_for_everybody() {
        let admin = Reader {
            archived: true,
            ..reader(Role::Admin, Ground::NONE)
        };
        assert!(may_move(admin).unwrap_err().contains("archived"));
    }

    #[test]
    fn a_forbidden_step_says_where_else_one_can_go() {
        let workflow = Workflow::template(Template::Feedback);
        assert!(may_step(&workflow, "open", "triaged").is_ok());
        assert!(may_step(&workflow, "open", "open").is_ok());
        assert_eq!(
            may_step(&workflow, "open", "in_progress").unwrap_err(),
            "Not from Open. From there: Triaged, Done."
        );
        assert!(may_step(&workflow, "open", "gone").is_err());
    }
}

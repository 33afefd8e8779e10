//! What somebody is in a project, and why, in a sentence.

use domain::project::{Project, Visibility};
use domain::user::Role;

/// A project and how the reader stands there.
#[derive(Clone, Debug)]
pub struct Here {
    /// The project; its `role` is the reader's.
    pub project: Project,
    /// Whether only their own issues exist for them there.
    pub own_only: bool,
}

/// Who the reader is there, or in general.
#[must_use]
pub fn sentence(account: Role, here: Option<&Here>) -> String {
    let Some(Here { project, own_only }) = here else {
        return match account {
            Role::Admin => "You run the instance: you are an admin everywhere.".into(),
            account => format!(
                "The role of your account is {account}; it counts wherever you are not a member."
            ),
        };
    };
    let role = project.role;
    let why = match (account, project.visibility) {
        (Role::Admin, _) => "because you run the instance",
        (_, Visibility::Private) => "by your membership",
        (account, Visibility::Internal) if account != role => "by your membership",
        (_, Visibility::Internal) => "the same as that of your account",
    };
    let only = if *own_only {
        "; of its issues, your own exist for you"
    } else {
        ""
    };
    format!("In {} your role is {role}, {why}{only}.", project.name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use domain::project::ReportersSee;
    use domain::workflow::Template;
    use uuid::Uuid;

    fn here(role: Role, visibility: Visibility, own_only: bool) -> Here {
        let project: Project = serde_json::from_value(serde_json::json!({
            "id": Uuid::nil(), "key": "APP", "name": "App", "description": "",
            "visibility": visibility, "reporters_see": ReportersSee::Own,
            "template": Template::Feedback, "archived_at": null,
            "created_at": DateTime::<chrono::Utc>::default(),
            "updated_at": DateTime::<chrono::Utc>::default(),
            "version": 1, "role": role, "open_issues": 0, "landing": "issues",
        }))
        .unwrap();
        Here { project, own_only }
    }

    #[test]
    fn the_sentence_says_what_one_is_and_why() {
        let member = here(Role::Lead, Visibility::Private, false);
        assert_eq!(
            sentence(Role::Developer, Some(&member)),
            "In App your role is lead, by your membership."
        );
        let client = here(Role::Reporter, Visibility::Internal, true);
        assert!(sentence(Role::Reporter, Some(&client)).ends_with("your own exist for you."));
        let admin = here(Role::Admin, Visibility::Private, false);
        assert!(sentence(Role::Admin, Some(&admin)).contains("because you run the instance"));
        assert!(sentence(Role::Viewer, None).contains("account is viewer"));
    }
}

//! Why something cannot be done, and where the rule is written.

use domain::paths::page;
use domain::policy::{Action, Denied, Ground, decide};
use domain::user::Role;

/// A refusal, as people read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The sentence.
    pub sentence: String,
    /// The line of the policy table behind it, when it is one of those.
    action: Option<Action>,
    /// Key of the project it happened in.
    project: Option<String>,
}

impl Refusal {
    /// For a reason that is no matter of roles.
    #[must_use]
    pub fn plain(sentence: impl Into<String>) -> Self {
        Self {
            sentence: sentence.into(),
            action: None,
            project: None,
        }
    }

    /// For want of a right.
    #[must_use]
    pub fn of(denied: Denied) -> Self {
        Self {
            sentence: denied.sentence(),
            action: Some(denied.action),
            project: None,
        }
    }

    /// The same, in the project with that key.
    #[must_use]
    pub fn in_project(mut self, key: &str) -> Self {
        self.project = Some(key.to_owned());
        self
    }

    /// The line of the policy page that decides it; nothing when no role would help.
    #[must_use]
    pub fn rule(&self) -> Option<String> {
        let right = self.action?.rule().name;
        Some(page::policy(Some(right), self.project.as_deref()))
    }
}

/// Why that role may not do it, on nothing of its own.
#[must_use]
pub fn refused(role: Role, action: Action) -> Option<Refusal> {
    decide(role, action, Ground::NONE).err().map(Refusal::of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_right_leads_to_its_rule() {
        let refusal = refused(Role::Developer, Action::DeleteIssue).unwrap();
        assert!(refusal.sentence.starts_with("You may not delete issues."));
        assert_eq!(
            refusal.in_project("APP").rule().as_deref(),
            Some("/admin/policy?right=delete_issue&project=APP")
        );
        assert_eq!(refused(Role::Lead, Action::DeleteIssue), None);
        assert_eq!(Refusal::plain("It is archived.").rule(), None);
    }
}

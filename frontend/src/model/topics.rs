//! What a change is about.

use domain::event::LiveEvent;

/// Names of everything that may look different after a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topics(pub Vec<String>);

impl Topics {
    /// Of one event.
    #[must_use]
    pub fn of(event: &LiveEvent) -> Self {
        let noun = event.kind.split('.').next().unwrap_or_default();
        let mut names = vec!["anything".to_owned(), format!("kind:{noun}")];
        names.extend(event.project.as_ref().map(|key| format!("project:{key}")));
        names.extend(event.issue.as_ref().map(|key| format!("issue:{key}")));
        Self(names)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_is_about_its_issue_and_project() {
        let event: LiveEvent = serde_json::from_str(
            r#"{"kind":"comment.created","project":"APP","issue":"APP-1","at":"2026-01-01T00:00:00Z"}"#,
        )
        .unwrap();
        assert_eq!(
            Topics::of(&event).0,
            ["anything", "kind:comment", "project:APP", "issue:APP-1"]
        );
    }
}

//! What a change is about.

use domain::event::{EventKind, LiveEvent};

/// Names of everything that may look different after a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topics(pub Vec<String>);

impl Topics {
    /// Of one event.
    #[must_use]
    pub fn of(event: &LiveEvent) -> Self {
        let noun = event.kind.split('.').next().unwrap_or_default();
        // What is read again is no more than what can look different: who votes or watches touches
        // neither the texts of an issue nor a board, and a saved view touches no issue.
        let about_counts = matches!(
            EventKind::from_slug(&event.kind),
            Some(EventKind::VotesUpdated | EventKind::WatchersUpdated)
        );
        if about_counts {
            let counts = event.issue.as_ref().map(|key| format!("counts:{key}"));
            return Self([format!("kind:{noun}")].into_iter().chain(counts).collect());
        }
        if noun == "view" {
            return Self(vec!["kind:view".to_owned()]);
        }
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
    fn a_vote_is_about_counts_and_a_view_about_views() {
        let topics = |text: &str| Topics::of(&serde_json::from_str(text).unwrap()).0;
        let vote = r#"{"kind":"votes.updated","project":"APP","issue":"APP-1","at":"2026-01-01T00:00:00Z"}"#;
        assert_eq!(topics(vote), ["kind:votes", "counts:APP-1"]);
        let view = r#"{"kind":"view.created","project":"APP","at":"2026-01-01T00:00:00Z"}"#;
        assert_eq!(topics(view), ["kind:view"]);
    }

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

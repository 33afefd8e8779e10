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

/// Fields of an issue that change what a card says, and neither where it stands nor what any other
/// card says.
const ON_THE_CARD: [&str; 12] = [
    "title",
    "description",
    "type",
    "severity",
    "priority",
    "story_points",
    "assignee",
    "labels",
    "start_date",
    "due_date",
    "external_ref",
    "context",
];

/// The issues that changed, when all that was heard of a project are changes of single cards, and few;
/// then these alone are read again. `None` among what was heard: something may have been missed.
#[must_use]
pub fn single_cards(
    heard: &[Option<LiveEvent>],
    project: &str,
    most: usize,
) -> Option<Vec<String>> {
    let mut keys: Vec<String> = Vec::new();
    for event in heard {
        let event = event.as_ref()?;
        if event.project.as_deref() != Some(project) {
            continue;
        }
        let kind = EventKind::from_slug(&event.kind);
        let changed = event.changed.as_deref().unwrap_or_default();
        if kind != Some(EventKind::IssueUpdated) || !ON_THE_CARD.contains(&changed) {
            return None;
        }
        let key = event.issue.clone()?;
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    (!keys.is_empty() && keys.len() <= most).then_some(keys)
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
    fn few_changes_of_single_cards_are_read_alone() {
        let event = |kind: &str, issue: &str, changed: &str| {
            let project = issue.split('-').next();
            serde_json::from_value::<LiveEvent>(serde_json::json!({
                "kind": kind, "project": project, "issue": issue, "changed": changed,
                "at": "2026-01-01T00:00:00Z"
            }))
            .ok()
        };
        let title = event("issue.updated", "APP-1", "title");
        let same = event("issue.updated", "APP-1", "assignee");
        let elsewhere = event("issue.updated", "ENG-1", "status");
        let heard = [title.clone(), same, elsewhere];
        assert_eq!(single_cards(&heard, "APP", 5).unwrap(), ["APP-1"]);
        assert_eq!(single_cards(&heard, "APP", 0), None, "too many");
        for other in [
            event("issue.updated", "APP-2", "status"),
            event("issue.updated", "APP-2", "rank"),
            event("issue.updated", "APP-2", "parent"),
            event("issue.created", "APP-2", ""),
            event("comment.created", "APP-2", ""),
            None,
        ] {
            assert_eq!(single_cards(&[title.clone(), other], "APP", 5), None);
        }
        assert_eq!(single_cards(&[], "APP", 5), None);
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

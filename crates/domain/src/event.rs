//! The append-only log: kinds of events, one event per changed field, and their sentences.

use crate::relation::RelationKind;
use crate::text::spoken;
use crate::user::UserRef;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! kinds {
    ($( $(#[$meta:meta])* $variant:ident = $slug:literal; )+) => {
        /// Everything that can happen, as it is stored and sent.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum EventKind { $( $(#[$meta])* $variant, )+ }

        impl EventKind {
            /// All kinds.
            pub const ALL: &'static [EventKind] = &[ $( EventKind::$variant, )+ ];
            /// `noun.verb`.
            #[must_use]
            pub const fn slug(self) -> &'static str { match self { $( EventKind::$variant => $slug, )+ } }
            /// The kind with that slug.
            #[must_use]
            pub fn from_slug(slug: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|kind| kind.slug() == slug)
            }
        }
    };
}

kinds! {
    /// An issue was reported; `new` holds every field it began with.
    IssueCreated = "issue.created";
    /// One field of an issue changed.
    IssueUpdated = "issue.updated";
    /// An issue was deleted (it can be restored).
    IssueDeleted = "issue.deleted";
    /// A deleted issue came back.
    IssueRestored = "issue.restored";
    /// An issue went to another project, told to the one that it left; `old` has the key it had there.
    IssueLeft = "issue.left";
    /// A comment was written.
    CommentCreated = "comment.created";
    /// A comment was changed; `old` and `new` hold the texts.
    CommentUpdated = "comment.updated";
    /// A comment was deleted; `old` holds the text.
    CommentDeleted = "comment.deleted";
    /// A duplicate was merged: `into` on the duplicate, `from` on what it repeats.
    MergeCreated = "merge.created";
    /// A merge was taken back.
    MergeEnded = "merge.ended";
    /// Something changed of what an issue shows because it is merged into it: a signal to what it
    /// repeats, for whom the duplicate itself may not exist.
    MergeUpdated = "merge.updated";
    /// More or fewer vote for an issue. A signal without an actor: who votes is nobody's business.
    VotesUpdated = "votes.updated";
    /// More or fewer watch an issue. A signal without an actor: who watches is nobody's business.
    WatchersUpdated = "watchers.updated";
    /// A file was added.
    AttachmentCreated = "attachment.created";
    /// A file was removed.
    AttachmentDeleted = "attachment.deleted";
    /// An issue was put in relation to another; `new` says how and to which. Each of the two has its
    /// own event, and nobody hears of one whose other issue does not exist for them.
    RelationCreated = "relation.created";
    /// A relation to another issue was taken back; `old` says how and to which.
    RelationDeleted = "relation.deleted";
    /// A project was made.
    ProjectCreated = "project.created";
    /// One field of a project changed.
    ProjectUpdated = "project.updated";
    /// A project was removed for good, with its history.
    ProjectPurged = "project.purged";
    /// One thing about a project's workflow changed; `field` says which.
    WorkflowUpdated = "workflow.updated";
    /// Somebody joined a project.
    MemberAdded = "member.added";
    /// Somebody's role in a project changed.
    MemberUpdated = "member.updated";
    /// Somebody left a project.
    MemberRemoved = "member.removed";
    /// A label was made.
    LabelCreated = "label.created";
    /// A label was changed.
    LabelUpdated = "label.updated";
    /// A label was removed from the project and its issues.
    LabelDeleted = "label.deleted";
    /// A version was made.
    VersionCreated = "version.created";
    /// A version was changed.
    VersionUpdated = "version.updated";
    /// A version was removed.
    VersionDeleted = "version.deleted";
    /// A view was saved. One that a project shares is told with its name to everybody who sees the
    /// project; a private one is a signal to its owner alone.
    ViewCreated = "view.created";
    /// A saved view was changed, shared or taken back.
    ViewUpdated = "view.updated";
    /// A saved view was deleted.
    ViewDeleted = "view.deleted";
    /// An account was made.
    UserCreated = "user.created";
    /// An account's role, state, password or name changed.
    UserUpdated = "user.updated";
    /// The worker wrote the daily statistics.
    StatsUpdated = "stats.updated";
}

impl EventKind {
    /// Whether it names another issue, under `issue` of what came or went: it may be told only to whom
    /// that one exists for, too.
    #[must_use]
    pub const fn names_another_issue(self) -> bool {
        matches!(
            self,
            EventKind::RelationCreated | EventKind::RelationDeleted
        )
    }

    /// Whether it only makes open pages look again: it is on the stream, and in no history, feed or
    /// export. It tells of what is of now alone, or again of what is told elsewhere.
    #[must_use]
    pub const fn is_signal(self) -> bool {
        matches!(
            self,
            EventKind::VotesUpdated | EventKind::WatchersUpdated | EventKind::MergeUpdated
        )
    }

    /// Whether this may change what somebody can see, so that open streams look again.
    #[must_use]
    pub const fn moves_rights(self) -> bool {
        matches!(
            self,
            EventKind::ProjectCreated
                | EventKind::ProjectUpdated
                | EventKind::ProjectPurged
                | EventKind::MemberAdded
                | EventKind::MemberUpdated
                | EventKind::MemberRemoved
                | EventKind::UserCreated
                | EventKind::UserUpdated
        )
    }
}

/// One entry of an issue's history or of a feed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HistoryEntry {
    /// Id of the event.
    pub id: Uuid,
    /// Kind, `noun.verb`.
    pub kind: String,
    /// Key of the project, when the event belongs to one.
    pub project: Option<String>,
    /// Key of the issue, when the event belongs to one.
    pub issue: Option<String>,
    /// The field that changed.
    pub field: Option<String>,
    /// Its value before.
    #[cfg_attr(feature = "openapi", schema(value_type = serde_json::Value))]
    pub old: Option<serde_json::Value>,
    /// Its value after.
    #[cfg_attr(feature = "openapi", schema(value_type = serde_json::Value))]
    pub new: Option<serde_json::Value>,
    /// Who did it; `null` for the system.
    pub actor: Option<UserRef>,
    /// For whom it was done.
    pub on_behalf_of: Option<UserRef>,
    /// The issue's version after the change.
    pub version: Option<i32>,
    /// When.
    pub at: DateTime<Utc>,
    /// What happened, without the actor's name: "changed severity from Low to High".
    pub sentence: String,
}

/// One event of the live stream: what changed, not its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LiveEvent {
    /// Kind, `noun.verb`.
    pub kind: String,
    /// Key of the project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// Key of the issue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issue: Option<String>,
    /// The issue's version after the change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<i32>,
    /// User name of the actor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// The field that changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

/// A stored event's facts as people read them.
///
/// Values in the log carry their own names (`{"slug": "done", "name": "Done"}`), so a sentence
/// still reads right after a status was renamed or an account deactivated.
#[must_use]
pub fn sentence(
    kind: EventKind,
    field: Option<&str>,
    old: Option<&serde_json::Value>,
    new: Option<&serde_json::Value>,
) -> String {
    let before = old.map(value_name).filter(|s| !s.is_empty());
    let after = new.map(value_name).filter(|s| !s.is_empty());
    match kind {
        EventKind::IssueCreated => "reported it".into(),
        EventKind::IssueUpdated | EventKind::ProjectUpdated | EventKind::UserUpdated => {
            changed(field.unwrap_or("something"), before, after, old, new)
        }
        EventKind::IssueDeleted => "deleted it".into(),
        EventKind::IssueRestored => "restored it".into(),
        EventKind::IssueLeft => with("moved to another project:", before),
        EventKind::CommentCreated => "commented".into(),
        EventKind::CommentUpdated => "edited a comment".into(),
        EventKind::CommentDeleted => "deleted a comment".into(),
        EventKind::MergeCreated | EventKind::MergeEnded => {
            let other = after.unwrap_or_else(|| "another issue".into());
            match (kind, field) {
                (EventKind::MergeCreated, Some("from")) => format!("merged {other} into it"),
                (EventKind::MergeCreated, _) => format!("merged it into {other}"),
                (_, Some("from")) => format!("took {other} out of it again"),
                _ => format!("took it out of {other} again"),
            }
        }
        EventKind::MergeUpdated => "changed something that is merged into it".into(),
        EventKind::VotesUpdated => "changed how many vote for it".into(),
        EventKind::WatchersUpdated => "changed how many watch it".into(),
        EventKind::AttachmentCreated => with("added the file", after),
        EventKind::AttachmentDeleted => with("removed the file", before),
        EventKind::RelationCreated => related(new, true),
        EventKind::RelationDeleted => related(old, false),
        EventKind::ProjectCreated => with("created the project", after),
        EventKind::ProjectPurged => with("purged the project", before),
        EventKind::WorkflowUpdated => workflow_change(field.unwrap_or_default(), before, after),
        EventKind::MemberAdded => with("added the member", after),
        EventKind::MemberUpdated => with("changed the role of", after),
        EventKind::MemberRemoved => with("removed the member", before),
        EventKind::LabelCreated => with("created the label", after),
        EventKind::LabelUpdated => with("changed the label", after),
        EventKind::LabelDeleted => with("deleted the label", before),
        EventKind::VersionCreated => with("created the version", after),
        EventKind::VersionUpdated => with("changed the version", after),
        EventKind::VersionDeleted => with("deleted the version", before),
        EventKind::ViewCreated => with("shared the view", after),
        EventKind::ViewUpdated => with("changed the view", after.or(before)),
        EventKind::ViewDeleted => with("deleted the view", before),
        EventKind::UserCreated => with("created the account", after),
        EventKind::StatsUpdated => "updated the daily statistics".into(),
    }
}

/// A relation in the log: `{"id": …, "kind": "blocks", "issue": {"id": …, "name": "APP-12"}}`.
fn related(value: Option<&serde_json::Value>, made: bool) -> String {
    let kind = value
        .and_then(|v| v.get("kind"))
        .and_then(|kind| kind.as_str())
        .and_then(|kind| kind.parse::<RelationKind>().ok());
    let other = value
        .and_then(|v| v.get("issue"))
        .map(value_name)
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| "another issue".into());
    let stands = match kind {
        Some(RelationKind::Blocks) => format!("blocks {other}"),
        Some(RelationKind::BlockedBy) => format!("is blocked by {other}"),
        Some(RelationKind::Duplicates) => format!("duplicates {other}"),
        Some(RelationKind::DuplicatedBy) => format!("is duplicated by {other}"),
        Some(RelationKind::Causes) => format!("causes {other}"),
        Some(RelationKind::CausedBy) => format!("is caused by {other}"),
        Some(RelationKind::RelatesTo) | None => format!("relates to {other}"),
    };
    if made {
        format!("noted that it {stands}")
    } else {
        format!("took back that it {stands}")
    }
}

fn workflow_change(field: &str, before: Option<String>, after: Option<String>) -> String {
    match (field, before, after) {
        ("status_added", _, Some(name)) => format!("added the status {name}"),
        ("status_removed", Some(name), _) => format!("removed the status {name}"),
        ("status_renamed", Some(old), Some(new)) => format!("renamed the status {old} to {new}"),
        ("status_category", _, Some(name)) => format!("changed the category of the status {name}"),
        ("wip_limit", _, Some(name)) => format!("changed the limit of the status {name}"),
        ("order", ..) => "changed the order of the statuses".into(),
        ("transitions", ..) => "changed the steps of the workflow".into(),
        _ => "changed the workflow".into(),
    }
}

fn with(verb: &str, name: Option<String>) -> String {
    match name {
        Some(name) => format!("{verb} {name}"),
        None => verb.into(),
    }
}

fn changed(
    field: &str,
    before: Option<String>,
    after: Option<String>,
    old: Option<&serde_json::Value>,
    new: Option<&serde_json::Value>,
) -> String {
    let label = field.replace('_', " ");
    match (field, before, after) {
        ("description", ..) => "edited the description".into(),
        ("context", ..) => "changed the context".into(),
        ("rank", ..) => "moved it in the order".into(),
        ("project", Some(before), Some(after)) => {
            format!("moved it from the project {before} to {after}")
        }
        ("password", ..) => "changed the password".into(),
        ("title", _, Some(after)) => format!("renamed it to “{after}”"),
        // In another project the same name is another thing.
        ("status" | "affected_version" | "fixed_version", Some(before), Some(after))
            if before == after =>
        {
            format!("kept {label} {after}")
        }
        ("project", _, Some(after)) => format!("moved it from another project to {after}"),
        ("key", None, Some(after)) => format!("made it {after}"),
        ("status", Some(before), Some(after)) => format!("moved it from {before} to {after}"),
        ("assignee", None, Some(after)) => format!("assigned it to {after}"),
        ("assignee", Some(before), None) => format!("unassigned {before}"),
        ("assignee", Some(before), Some(after)) => {
            format!("assigned it to {after} instead of {before}")
        }
        ("labels", ..) => label_change(old, new),
        (_, None, Some(after)) => format!("set {label} to {after}"),
        (_, Some(before), None) => format!("cleared {label} (was {before})"),
        (_, Some(before), Some(after)) => format!("changed {label} from {before} to {after}"),
        (_, None, None) => format!("changed {label}"),
    }
}

fn names(value: Option<&serde_json::Value>) -> Vec<String> {
    value
        .and_then(|v| v.as_array())
        .map(|items| items.iter().map(value_name).collect())
        .unwrap_or_default()
}

fn label_change(old: Option<&serde_json::Value>, new: Option<&serde_json::Value>) -> String {
    let (old, new) = (names(old), names(new));
    let added: Vec<_> = new
        .iter()
        .filter(|n| !old.contains(n))
        .map(|n| format!("#{n}"))
        .collect();
    let removed: Vec<_> = old
        .iter()
        .filter(|n| !new.contains(n))
        .map(|n| format!("#{n}"))
        .collect();
    match (added.is_empty(), removed.is_empty()) {
        (false, true) => format!("added {}", added.join(", ")),
        (true, false) => format!("removed {}", removed.join(", ")),
        (false, false) => format!(
            "added {} and removed {}",
            added.join(", "),
            removed.join(", ")
        ),
        (true, true) => "kept the labels".into(),
    }
}

/// A stored value for people: its `name`, or the plain value with its first letter raised.
fn value_name(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Object(fields) => fields
            .get("name")
            .and_then(|n| n.as_str())
            .unwrap_or_default()
            .to_string(),
        serde_json::Value::Array(items) => {
            items.iter().map(value_name).collect::<Vec<_>>().join(", ")
        }
        serde_json::Value::String(text) => spoken(text),
        serde_json::Value::Null => String::new(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn say(field: &str, old: serde_json::Value, new: serde_json::Value) -> String {
        sentence(EventKind::IssueUpdated, Some(field), Some(&old), Some(&new))
    }

    #[test]
    fn history_reads_as_sentences() {
        let open = json!({"slug": "open", "name": "Open"});
        let done = json!({"slug": "done", "name": "Done"});
        assert_eq!(say("status", open, done), "moved it from Open to Done");
        assert_eq!(
            say("assignee", json!(null), json!({"name": "lead"})),
            "assigned it to lead"
        );
        assert_eq!(
            say("assignee", json!({"name": "lead"}), json!(null)),
            "unassigned lead"
        );
        assert_eq!(
            say("severity", json!("low"), json!("high")),
            "changed severity from low to high"
        );
        assert_eq!(
            say("story_points", json!(null), json!(5)),
            "set story points to 5"
        );
        assert_eq!(
            say("due_date", json!("2026-01-01"), json!(null)),
            "cleared due date (was 2026-01-01)"
        );
        assert_eq!(
            say(
                "labels",
                json!([{"name": "ui"}]),
                json!([{"name": "ui"}, {"name": "api"}])
            ),
            "added #api"
        );
        assert_eq!(say("title", json!("a"), json!("b")), "renamed it to “b”");
        assert_eq!(
            say("resolution", json!(null), json!("wont_fix")),
            "set resolution to won’t fix"
        );
        let renamed = sentence(
            EventKind::WorkflowUpdated,
            Some("status_renamed"),
            Some(&json!({"slug": "open", "name": "Open"})),
            Some(&json!({"slug": "open", "name": "New"})),
        );
        assert_eq!(renamed, "renamed the status Open to New");
        let blocked = json!({"kind": "blocked_by", "issue": {"name": "APP-2"}});
        assert_eq!(
            sentence(EventKind::RelationCreated, None, None, Some(&blocked)),
            "noted that it is blocked by APP-2"
        );
        assert_eq!(
            sentence(EventKind::RelationDeleted, None, Some(&blocked), None),
            "took back that it is blocked by APP-2"
        );
    }

    #[test]
    fn every_kind_has_a_slug_and_a_sentence() {
        for kind in EventKind::ALL {
            assert_eq!(EventKind::from_slug(kind.slug()), Some(*kind));
            assert!(!sentence(*kind, None, None, None).is_empty());
        }
    }
}

//! Comments and history as one conversation.

use chrono::{DateTime, Utc};
use domain::comment::Comment;
use domain::event::HistoryEntry;
use uuid::Uuid;

/// Which part of it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Both.
    All,
    /// Comments only.
    Comments,
    /// History only.
    History,
}

/// One line of the conversation.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// A comment; the flag says that it answers another.
    Comment(Comment, bool),
    /// The place where an answer to that comment is written.
    Reply(Uuid),
    /// Something that happened.
    Event(HistoryEntry),
}

impl Item {
    /// Changes when the line must be drawn anew.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Comment(comment, _) => {
                format!(
                    "c{}-{}-{}",
                    comment.id,
                    comment.version,
                    comment.deleted_at.is_some()
                )
            }
            Self::Reply(root) => format!("r{root}"),
            Self::Event(entry) => format!("e{}", entry.id),
        }
    }
}

/// The comment that begins a thread.
#[must_use]
pub fn root_of(comment: &Comment) -> Uuid {
    comment.parent.unwrap_or(comment.id)
}

/// In the order of time, with answers below what they answer.
#[must_use]
pub fn conversation(
    comments: &[Comment],
    history: &[HistoryEntry],
    part: Part,
    replying: Option<Uuid>,
) -> Vec<Item> {
    let mut groups: Vec<(DateTime<Utc>, Vec<Item>)> = Vec::new();
    if part != Part::History {
        let is_root = |comment: &&Comment| {
            comment
                .parent
                .is_none_or(|parent| !comments.iter().any(|c| c.id == parent))
        };
        for root in comments.iter().filter(is_root) {
            let mut group = vec![Item::Comment(root.clone(), false)];
            let answers = comments
                .iter()
                .filter(|comment| comment.parent == Some(root.id));
            group.extend(answers.map(|answer| Item::Comment(answer.clone(), true)));
            if replying == Some(root.id) {
                group.push(Item::Reply(root.id));
            }
            groups.push((root.created_at, group));
        }
    }
    if part != Part::Comments {
        // A new comment stands there itself.
        let told = |entry: &&HistoryEntry| part == Part::History || entry.kind != "comment.created";
        groups.extend(
            history
                .iter()
                .filter(told)
                .map(|entry| (entry.at, vec![Item::Event(entry.clone())])),
        );
    }
    groups.sort_by_key(|(at, _)| *at);
    groups.into_iter().flat_map(|(_, group)| group).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn comment(n: u8, parent: Option<u8>, hour: u8) -> Comment {
        let id = |n: u8| format!("00000000-0000-7000-8000-0000000000{n:02}");
        serde_json::from_value(json!({
            "id": id(n), "issue": "APP-1", "author": {"id": id(90), "username": "ann", "display_name": "Ann", "kind": "human"},
            "body": "x", "internal": false, "parent": parent.map(id), "created_at": format!("2026-01-01T{hour:02}:00:00Z"),
            "edited_at": null, "deleted_at": null, "version": 1
        }))
        .unwrap()
    }

    fn event(kind: &str, hour: u8) -> HistoryEntry {
        serde_json::from_value(json!({
            "id": format!("00000000-0000-7000-8000-0000000001{hour:02}"), "kind": kind, "project": "APP", "issue": "APP-1",
            "field": null, "old": null, "new": null, "actor": null, "on_behalf_of": null, "version": 1,
            "at": format!("2026-01-01T{hour:02}:00:00Z"), "sentence": "did"
        }))
        .unwrap()
    }

    #[test]
    fn answers_stand_below_and_a_new_comment_is_not_told_twice() {
        let comments = [
            comment(1, None, 1),
            comment(2, None, 2),
            comment(3, Some(1), 5),
        ];
        let history = [
            event("issue.created", 0),
            event("comment.created", 1),
            event("issue.updated", 3),
        ];
        let all = conversation(&comments, &history, Part::All, Some(comments[0].id));
        let kinds: String = all
            .iter()
            .map(|item| match item {
                Item::Comment(_, false) => 'c',
                Item::Comment(_, true) => 'a',
                Item::Reply(_) => 'r',
                Item::Event(_) => 'e',
            })
            .collect();
        assert_eq!(kinds, "ecarce");
        assert_eq!(
            conversation(&comments, &history, Part::History, None).len(),
            3
        );
        assert_eq!(
            conversation(&comments, &history, Part::Comments, None).len(),
            3
        );
    }
}

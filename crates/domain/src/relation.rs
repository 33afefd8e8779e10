//! How issues hang together: what blocks, duplicates, causes or simply concerns another.

use crate::issue::{IssueType, Resolution, StatusRef};
use crate::user::UserRef;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

words! {
    /// How an issue stands to another, said from its own side.
    RelationKind ("kind") {
        /// The other cannot be finished before this.
        Blocks = "blocks" | "block",
        /// This cannot be finished before the other.
        BlockedBy = "blocked_by" | "is_blocked_by" | "depends_on",
        /// They concern each other.
        RelatesTo = "relates_to" | "relates" | "related" | "related_to",
        /// This says the same as the other.
        Duplicates = "duplicates" | "duplicate_of" | "is_duplicate_of",
        /// The other says the same as this.
        DuplicatedBy = "duplicated_by" | "is_duplicated_by",
        /// The other came of this.
        Causes = "causes" | "cause",
        /// This came of the other.
        CausedBy = "caused_by" | "is_caused_by",
    }
}

impl RelationKind {
    /// The same, said from the other side.
    #[must_use]
    pub const fn inverse(self) -> Self {
        match self {
            Self::Blocks => Self::BlockedBy,
            Self::BlockedBy => Self::Blocks,
            Self::RelatesTo => Self::RelatesTo,
            Self::Duplicates => Self::DuplicatedBy,
            Self::DuplicatedBy => Self::Duplicates,
            Self::Causes => Self::CausedBy,
            Self::CausedBy => Self::Causes,
        }
    }

    /// Whether it is kept in this direction; else its inverse is, from the other issue.
    #[must_use]
    pub const fn is_kept(self) -> bool {
        matches!(
            self,
            Self::Blocks | Self::RelatesTo | Self::Duplicates | Self::Causes
        )
    }

    /// Whether it has a direction, and may not lead back to where it began.
    #[must_use]
    pub const fn is_directed(self) -> bool {
        !matches!(self, Self::RelatesTo)
    }

    /// For people, before the other issue: "Blocks", "Blocked by".
    #[must_use]
    pub const fn says(self) -> &'static str {
        match self {
            Self::Blocks => "Blocks",
            Self::BlockedBy => "Blocked by",
            Self::RelatesTo => "Relates to",
            Self::Duplicates => "Duplicates",
            Self::DuplicatedBy => "Duplicated by",
            Self::Causes => "Causes",
            Self::CausedBy => "Caused by",
        }
    }
}

/// The other issue of a relation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RelatedIssue {
    /// Id.
    pub id: Uuid,
    /// `APP-12`.
    pub key: String,
    /// The project's key.
    pub project: String,
    /// Title.
    pub title: String,
    /// What kind of work it is.
    #[serde(rename = "type")]
    pub type_: IssueType,
    /// Where it stands.
    pub status: StatusRef,
    /// How it ended.
    pub resolution: Option<Resolution>,
}

/// A relation, from the side of the issue it was asked of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Relation {
    /// Id; the same from both sides.
    pub id: Uuid,
    /// How the issue stands to the other.
    pub kind: RelationKind,
    /// The other.
    pub issue: RelatedIssue,
    /// Who said so.
    pub created_by: UserRef,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// `POST /issues/{issue}/relations`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewRelation {
    /// How the issue stands to the other.
    pub kind: RelationKind,
    /// Key or id of the other.
    pub issue: String,
}

/// Most relations of one issue.
pub const RELATIONS_MAX: usize = 200;

/// How far the parts of an issue are: its direct sub-issues that exist for whoever asks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Progress {
    /// How many there are.
    pub total: i32,
    /// How many of them are closed.
    pub done: i32,
}

impl Progress {
    /// Share that is done, in whole percent; 0 when there is nothing.
    #[must_use]
    pub const fn percent(self) -> i32 {
        if self.total == 0 {
            0
        } else {
            self.done * 100 / self.total
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_another_side_and_one_of_both_is_kept() {
        for kind in RelationKind::ALL {
            assert_eq!(kind.inverse().inverse(), *kind);
            assert_eq!(
                kind.is_kept() != kind.inverse().is_kept(),
                kind.is_directed()
            );
        }
    }

    #[test]
    fn kinds_are_read_as_people_write_them() {
        for (word, kind) in [
            ("Blocked By", RelationKind::BlockedBy),
            ("is-blocked-by", RelationKind::BlockedBy),
            ("RELATES_TO", RelationKind::RelatesTo),
            ("duplicate of", RelationKind::Duplicates),
        ] {
            assert_eq!(word.parse(), Ok(kind));
        }
    }
}

//! Moving an issue to another project.

use crate::issue::Issue;
use serde::{Deserialize, Serialize};

/// `POST /issues/{issue}/move`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Relocate {
    /// Key or id of the project to move to.
    pub project: String,
    /// Only says what would happen.
    #[serde(default)]
    pub dry_run: bool,
}

/// What a move does to one thing about the issue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RelocationNote {
    /// The field, or `history` for who will see it all, or `children` for the issues below it.
    pub field: String,
    /// Whether something is lost.
    pub lost: bool,
    /// A sentence for people.
    pub text: String,
}

/// The answer of `POST /issues/{issue}/move`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Relocation {
    /// Whether this only says what would happen.
    pub dry_run: bool,
    /// The key before.
    pub from: String,
    /// The issue as it is now, or would be: its number is the next one, unless somebody is faster.
    pub issue: Issue,
    /// What else changes, what is lost, and who will see the history.
    pub notes: Vec<RelocationNote>,
}

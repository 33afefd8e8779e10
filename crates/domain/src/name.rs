//! Names that issues can be filtered by, over all projects at once.

use crate::workflow::Category;
use serde::{Deserialize, Serialize};

/// Most names of one answer; more of what is typed narrows it.
pub const NAMES_MAX: i64 = 50;

words! {
    /// What projects name each for themselves.
    NameOf ("field") {
        /// Statuses, by slug.
        Status = "status",
        /// Labels.
        Label = "label",
        /// Versions.
        Version = "version",
    }
}

/// A name that one or more of the caller's projects have; letters' case does not tell two apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Name {
    /// What stands in a filter.
    pub value: String,
    /// For people, as most of those projects write it.
    pub name: String,
    /// How many of the caller's projects have it.
    pub projects: i64,
    /// What a status means in most of them.
    pub category: Option<Category>,
    /// `#rrggbb` of a label in most of them.
    pub colour: Option<String>,
}

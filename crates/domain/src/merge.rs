//! Merging a duplicate into the issue that it repeats.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// `POST /issues/{issue}/merge`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewMerge {
    /// Key or id of the issue that this one repeats.
    pub into: String,
}

/// How an issue is merged: the answer of `GET` and `POST /issues/{issue}/merge`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Merged {
    /// Whether it is merged into another issue.
    pub merged: bool,
    /// Key of that issue, when it exists for the caller.
    pub into: Option<String>,
    /// Since when.
    pub since: Option<DateTime<Utc>>,
    /// Keys of the issues that are merged into this one, as far as they exist for the caller.
    pub duplicates: Vec<String>,
}

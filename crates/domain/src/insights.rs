//! Reports over the issues a caller can see.

use serde::{Deserialize, Serialize};

words! {
    /// What `GET /insights/open_by` counts by.
    OpenBy ("by") {
        /// How bad.
        Severity = "severity",
        /// Where it stands.
        Status = "status",
        /// What the status means.
        Category = "category",
        /// What kind of work.
        Type = "type",
        /// How soon.
        Priority = "priority",
        /// Who works on it; `none` for nobody.
        Assignee = "assignee",
        /// Label; an issue with two counts twice.
        Label = "label",
        /// Which project.
        Project = "project",
    }
}

/// One bar: a value and how many open issues have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Count {
    /// The value, as it is written in filters.
    pub value: String,
    /// The value for people.
    pub name: String,
    /// Open issues.
    pub count: i64,
}

/// The answer of `GET /insights/open_by`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpenByReport {
    /// Closed sets (severity, status, category, type, priority) carry every value, also at 0.
    pub items: Vec<Count>,
    /// Open issues counted; with labels less than the sum of the bars may be.
    pub total: i64,
}

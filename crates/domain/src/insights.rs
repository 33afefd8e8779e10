//! Reports over the issues a caller can see.

use chrono::{DateTime, NaiveDate, Utc};
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

/// Most instants in one answer of `GET /insights/moments`.
pub const MOMENTS_MAX: u32 = 1000;

/// Changes of one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DayChanges {
    /// The day, UTC.
    pub day: NaiveDate,
    /// Changes on it.
    pub count: i64,
}

/// The answer of `GET /insights/changes`: how much happened on which day, as far as the caller may
/// see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Changes {
    /// Days with changes between `from` and `to`, ascending.
    pub items: Vec<DayChanges>,
    /// The first change of all, whatever `from` says.
    pub first: Option<DateTime<Utc>>,
    /// The last change of all, whatever `to` says.
    pub last: Option<DateTime<Utc>>,
}

/// The answer of `GET /insights/moments`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Moments {
    /// Instants at which something changed, ascending, each once.
    pub items: Vec<DateTime<Utc>>,
}

//! The daily rollup that the worker writes.

use crate::workflow::Category;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

/// One status of one project on one day (UTC).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DailyStat {
    /// The day, UTC.
    pub day: NaiveDate,
    /// Key of the project.
    pub project: String,
    /// Slug of the status.
    pub status: String,
    /// Name of the status.
    pub name: String,
    /// What the status means.
    pub category: Category,
    /// Issues in that status at the day's end, or now for today.
    pub count: i64,
    /// Issues made that day that began in that status.
    pub created: i64,
    /// Issues closed that day into that status.
    pub resolved: i64,
}

/// The answer of `GET /stats/daily`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DailyStats {
    /// By day, then project, then the workflow's order.
    pub items: Vec<DailyStat>,
    /// When the worker last wrote; `null` when it never did.
    pub computed_at: Option<DateTime<Utc>>,
}

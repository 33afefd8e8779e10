//! Issues: what is reported, triaged, worked on and closed.

use crate::label::LabelRef;
use crate::relation::Progress;
use crate::user::UserRef;
use crate::workflow::Category;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

mod input;
mod words;

pub use input::{
    CONTEXT_MAX, EXTERNAL_REF_MAX, IssueDraft, IssuePatch, LABELS_MAX, POINTS_MAX, label_names,
};
pub use words::{IssueType, Priority, Resolution, Severity};

/// A status as an issue carries it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StatusRef {
    /// Name in the API.
    pub slug: String,
    /// Name for people.
    pub name: String,
    /// What it means.
    pub category: Category,
}

/// One stay of an issue in a category; it lasts until the next one begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Stay {
    /// Where it was.
    pub category: Category,
    /// Since when.
    pub since: DateTime<Utc>,
}

/// An issue in full.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Issue {
    /// Id.
    pub id: Uuid,
    /// `APP-12`.
    pub key: String,
    /// The project's key.
    pub project: String,
    /// The number within the project, from 1, without gaps.
    pub number: i64,
    /// At most 255 characters.
    pub title: String,
    /// Markdown, at most 64 KiB.
    pub description: String,
    /// What kind of work it is.
    #[serde(rename = "type")]
    pub type_: IssueType,
    /// How bad it is.
    pub severity: Severity,
    /// How soon.
    pub priority: Priority,
    /// Size, in points.
    pub story_points: Option<i16>,
    /// Where it stands.
    pub status: StatusRef,
    /// How it ended; only while the status is done.
    pub resolution: Option<Resolution>,
    /// Name of the version it was seen in.
    pub affected_version: Option<String>,
    /// Name of the version that has the remedy.
    pub fixed_version: Option<String>,
    /// Who reported it.
    pub reporter: UserRef,
    /// Who works on it.
    pub assignee: Option<UserRef>,
    /// Key of the parent issue.
    pub parent: Option<String>,
    /// In the order of their names.
    pub labels: Vec<LabelRef>,
    /// When work shall begin.
    pub start_date: Option<NaiveDate>,
    /// When it shall be done.
    pub due_date: Option<NaiveDate>,
    /// Its id in another system.
    pub external_ref: Option<String>,
    /// Recognises the same fault again (set by programs).
    pub fingerprint: Option<String>,
    /// How often it was seen (by programs); 1 unless counted.
    pub occurrences: i32,
    /// What a program wants to remember with it.
    #[cfg_attr(feature = "openapi", schema(value_type = serde_json::Value))]
    pub context: Option<serde_json::Value>,
    /// Its place in the order of its project: compare as bytes.
    pub rank: String,
    /// Its stays per category, oldest first.
    pub life: Vec<Stay>,
    /// Whether the caller watches it.
    pub watching: bool,
    /// How many people watch it.
    pub watchers: i32,
    /// Whether the caller voted for it.
    pub voted: bool,
    /// How many people voted for it.
    pub votes: i32,
    /// Its direct sub-issues that exist for the caller: how many there are, and how many are closed.
    pub sub_issues: Progress,
    /// Whether an open issue that exists for the caller blocks it.
    pub blocked: bool,
    /// Counts changes, for `If-Match`.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Last change.
    pub updated_at: DateTime<Utc>,
    /// When it was last closed; only while the status is done.
    pub resolved_at: Option<DateTime<Utc>>,
    /// Set while deleted; it can be restored.
    pub deleted_at: Option<DateTime<Utc>>,
}

/// An issue as lists show it: without the long texts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IssueRow {
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
    /// How bad it is.
    pub severity: Severity,
    /// How soon.
    pub priority: Priority,
    /// Size, in points.
    pub story_points: Option<i16>,
    /// Where it stands.
    pub status: StatusRef,
    /// How it ended.
    pub resolution: Option<Resolution>,
    /// Name of the version it was seen in.
    pub affected_version: Option<String>,
    /// Name of the version that has the remedy.
    pub fixed_version: Option<String>,
    /// Who reported it.
    pub reporter: UserRef,
    /// Who works on it.
    pub assignee: Option<UserRef>,
    /// Key of the parent issue.
    pub parent: Option<String>,
    /// In the order of their names.
    pub labels: Vec<LabelRef>,
    /// When work shall begin.
    pub start_date: Option<NaiveDate>,
    /// When it shall be done.
    pub due_date: Option<NaiveDate>,
    /// Its place in the order of its project: compare as bytes.
    pub rank: String,
    /// Its stays per category, oldest first.
    pub life: Vec<Stay>,
    /// Whether the caller watches it.
    pub watching: bool,
    /// How many people watch it.
    pub watchers: i32,
    /// Whether the caller voted for it.
    pub voted: bool,
    /// How many people voted for it.
    pub votes: i32,
    /// Its direct sub-issues that exist for the caller: how many there are, and how many are closed.
    pub sub_issues: Progress,
    /// Whether an open issue that exists for the caller blocks it.
    pub blocked: bool,
    /// Counts changes.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Last change.
    pub updated_at: DateTime<Utc>,
    /// When it was last closed.
    pub resolved_at: Option<DateTime<Utc>>,
    /// Set while deleted.
    pub deleted_at: Option<DateTime<Utc>>,
}

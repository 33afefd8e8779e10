//! Comments, replies and internal notes.

use crate::problem::FieldError;
use crate::text;
use crate::user::UserRef;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A comment on an issue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Comment {
    /// Id.
    pub id: Uuid,
    /// Key of the issue.
    pub issue: String,
    /// Who wrote it.
    pub author: UserRef,
    /// Markdown; empty once deleted.
    pub body: String,
    /// True for staff only.
    pub internal: bool,
    /// The comment this one answers.
    pub parent: Option<Uuid>,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// When its author last changed it.
    pub edited_at: Option<DateTime<Utc>>,
    /// When it was deleted; its place stays.
    pub deleted_at: Option<DateTime<Utc>>,
    /// Counts changes, for `If-Match`.
    pub version: i32,
}

/// `POST /issues/{issue}/comments`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewComment {
    /// Markdown, at most 64 KiB.
    #[serde(alias = "content")]
    pub body: String,
    /// The comment to answer; replies to replies join the first level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<Uuid>,
    /// True for staff only.
    #[serde(default)]
    pub internal: bool,
}

impl NewComment {
    /// The same as it is stored.
    ///
    /// # Errors
    /// `required` or `too_long` for the body.
    pub fn check(&self) -> Result<Self, Vec<FieldError>> {
        let body = text::said("body", &self.body).map_err(|e| vec![e])?;
        Ok(Self {
            body,
            ..self.clone()
        })
    }
}

/// `PATCH /comments/{id}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CommentPatch {
    /// Markdown, at most 64 KiB.
    #[serde(alias = "content")]
    pub body: String,
}

impl CommentPatch {
    /// The same as it is stored.
    ///
    /// # Errors
    /// `required` or `too_long` for the body.
    pub fn check(&self) -> Result<Self, Vec<FieldError>> {
        let body = text::said("body", &self.body).map_err(|e| vec![e])?;
        Ok(Self { body })
    }
}

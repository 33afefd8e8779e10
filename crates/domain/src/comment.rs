//! Comments, replies and internal notes.

use crate::attachment;
use crate::problem::FieldError;
use crate::text::{self, Checks};
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
    /// Ids of drafts of this issue, by the same person, that become files of the comment and are seen by
    /// whoever sees it. At most 50.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Uuid>,
}

impl NewComment {
    /// The same as it is stored.
    ///
    /// # Errors
    /// `required` or `too_long` for the body, `too_long` for the files.
    pub fn check(&self) -> Result<Self, Vec<FieldError>> {
        let mut checks = Checks::new();
        let body = checks.take(text::said("body", &self.body));
        let attachments = checks.take(attachment::taken_along(&self.attachments));
        checks.finish(body.zip(attachments).map(|(body, attachments)| Self {
            body,
            attachments,
            ..self.clone()
        }))
    }
}

/// `PATCH /comments/{id}`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CommentPatch {
    /// Markdown, at most 64 KiB.
    #[serde(alias = "content")]
    pub body: String,
    /// Ids of further drafts of the comment's issue that become files of the comment. The files that it
    /// has already stay, named or not; `DELETE /attachments/{id}` removes one. At most 50.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Uuid>,
}

impl CommentPatch {
    /// The same as it is stored.
    ///
    /// # Errors
    /// `required` or `too_long` for the body, `too_long` for the files.
    pub fn check(&self) -> Result<Self, Vec<FieldError>> {
        let mut checks = Checks::new();
        let body = checks.take(text::said("body", &self.body));
        let attachments = checks.take(attachment::taken_along(&self.attachments));
        checks.finish(
            body.zip(attachments)
                .map(|(body, attachments)| Self { body, attachments }),
        )
    }
}

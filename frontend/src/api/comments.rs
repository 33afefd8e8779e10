//! Comments of an issue.

use super::ApiError;
use super::client::{Call, all_pages};
use domain::comment::{Comment, CommentPatch, NewComment};
use domain::event::HistoryEntry;
use domain::paths::api;
use uuid::Uuid;

/// `GET /issues/{issue}/comments`, all of them, oldest first.
pub async fn list(issue: &str) -> Result<Vec<Comment>, ApiError> {
    all_pages(&api::of_issue(issue, "comments")).await
}

/// `POST /issues/{issue}/comments`
pub async fn create(issue: &str, comment: &NewComment) -> Result<Comment, ApiError> {
    Call::post(api::of_issue(issue, "comments"))
        .json(comment)
        .read()
        .await
}

/// `PATCH /comments/{id}`, only while it is still the one that was read.
pub async fn update(comment: &Comment, patch: &CommentPatch) -> Result<Comment, ApiError> {
    Call::patch(api::comment(&comment.id.to_string()))
        .if_match(Some(etag(comment)))
        .json(patch)
        .read()
        .await
}

/// `GET /comments/{id}/events`, all of them, oldest first: with what the comment said before.
pub async fn history(id: Uuid) -> Result<Vec<HistoryEntry>, ApiError> {
    all_pages(&api::comment_events(&id.to_string())).await
}

/// `DELETE /comments/{id}`
pub async fn delete(comment: &Comment) -> Result<(), ApiError> {
    Call::delete(api::comment(&comment.id.to_string()))
        .if_match(Some(etag(comment)))
        .done()
        .await
}

fn etag(comment: &Comment) -> String {
    format!("\"{}\"", comment.version)
}

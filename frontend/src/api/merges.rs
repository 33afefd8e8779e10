//! Duplicates, merged into what they repeat.

use super::ApiError;
use super::client::Call;
use domain::merge::{Merged, NewMerge};
use domain::paths::api;

/// `GET /issues/{issue}/merge`
pub async fn show(key: &str) -> Result<Merged, ApiError> {
    Call::get(api::of_issue(key, "merge")).read().await
}

/// `POST /issues/{issue}/merge`
pub async fn merge(key: &str, into: &str) -> Result<Merged, ApiError> {
    let new = NewMerge {
        into: into.to_owned(),
    };
    Call::post(api::of_issue(key, "merge"))
        .json(&new)
        .read()
        .await
}

/// `POST /issues/{issue}/unmerge`
pub async fn unmerge(key: &str) -> Result<Merged, ApiError> {
    Call::post(api::of_issue(key, "unmerge")).read().await
}

//! Saved views.

use super::ApiError;
use super::client::{Call, all_pages};
use domain::paths::api;
use domain::view::{NewView, View, ViewPatch};
use uuid::Uuid;

/// `GET /views`, all that exist for the reader.
pub async fn all() -> Result<Vec<View>, ApiError> {
    all_pages(&api::views()).await
}

/// `POST /views`
pub async fn create(new: &NewView) -> Result<View, ApiError> {
    Call::post(api::views()).json(new).read().await
}

/// `PATCH /views/{id}`, only while it is still the one that was read.
pub async fn update(view: &View, patch: &ViewPatch) -> Result<View, ApiError> {
    Call::patch(api::view(&view.id.to_string()))
        .if_match(Some(format!("\"{}\"", view.version)))
        .json(patch)
        .read()
        .await
}

/// `DELETE /views/{id}`
pub async fn delete(id: Uuid) -> Result<(), ApiError> {
    Call::delete(api::view(&id.to_string())).done().await
}

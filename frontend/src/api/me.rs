//! The account that is signed in.

use super::ApiError;
use super::client::Call;
use super::client::Tagged;
use domain::paths::api;
use domain::user::{Me, PasswordChange, ProfilePatch, Session};
use uuid::Uuid;

/// `GET /me`
pub async fn show() -> Result<Tagged<Me>, ApiError> {
    Call::get(api::me()).tagged().await
}

/// `PATCH /me`
pub async fn update(patch: &ProfilePatch) -> Result<Me, ApiError> {
    Call::patch(api::me()).json(patch).read().await
}

/// `POST /me/password`
pub async fn change_password(change: &PasswordChange) -> Result<(), ApiError> {
    Call::post(api::my_password())
        .unkeyed()
        .json(change)
        .done()
        .await
}

/// `GET /me/sessions`
pub async fn sessions() -> Result<domain::page::Page<Session>, ApiError> {
    Call::get(api::my_sessions()).read().await
}

/// `DELETE /me/sessions/{id}`
pub async fn revoke_session(id: Uuid) -> Result<(), ApiError> {
    Call::delete(api::my_session(&id.to_string())).done().await
}

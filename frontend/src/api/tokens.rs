//! API tokens: one's own, and those of an account that an admin looks after.

use super::ApiError;
use super::client::{Call, all_pages};
use domain::paths::api;
use domain::token::{ApiToken, MadeToken, NewToken};
use uuid::Uuid;

fn list_of(whose: Option<Uuid>) -> String {
    whose.map_or_else(api::my_tokens, |id| api::tokens_of(&id.to_string()))
}

/// `GET /me/tokens` or `GET /users/{id}/tokens`, all pages.
pub async fn all(whose: Option<Uuid>) -> Result<Vec<ApiToken>, ApiError> {
    all_pages(&list_of(whose)).await
}

/// `POST /me/tokens` or `POST /users/{id}/tokens`. Without a key: a repeated answer would be one
/// without the token.
pub async fn create(whose: Option<Uuid>, new: &NewToken) -> Result<MadeToken, ApiError> {
    Call::post(list_of(whose)).unkeyed().json(new).read().await
}

/// `DELETE /me/tokens/{id}` or `DELETE /users/{id}/tokens/{token}`
pub async fn revoke(whose: Option<Uuid>, token: Uuid) -> Result<(), ApiError> {
    let token = token.to_string();
    let path = match whose {
        None => api::my_token(&token),
        Some(id) => api::token_of(&id.to_string(), &token),
    };
    Call::delete(path).done().await
}

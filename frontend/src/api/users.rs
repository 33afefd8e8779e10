//! Accounts.

use super::ApiError;
use super::client::{Call, Tagged, all_pages_where};
use domain::page::LIMIT_MAX;
use domain::paths::api;
use domain::user::{NewUser, User, UserPatch};
use uuid::Uuid;

/// `GET /users`, all pages. Admins may ask for deactivated accounts too.
pub async fn all(with_inactive: bool) -> Result<Vec<User>, ApiError> {
    let mut query = vec![("limit", LIMIT_MAX.to_string())];
    query.extend(with_inactive.then(|| ("all", "true".to_owned())));
    all_pages_where(&api::users(), &query).await
}

/// `GET /users/{id}`
pub async fn show(id: Uuid) -> Result<Tagged<User>, ApiError> {
    Call::get(api::user(&id.to_string())).tagged().await
}

/// `GET /users/{name}`
pub async fn by_name(name: &str) -> Result<Tagged<User>, ApiError> {
    Call::get(api::user(name)).tagged().await
}

/// `POST /users`
pub async fn create(new: &NewUser) -> Result<User, ApiError> {
    Call::post(api::users()).json(new).read().await
}

/// `PATCH /users/{id}`
pub async fn update(id: Uuid, patch: &UserPatch, etag: Option<String>) -> Result<User, ApiError> {
    Call::patch(api::user(&id.to_string()))
        .if_match(etag)
        .json(patch)
        .read()
        .await
}

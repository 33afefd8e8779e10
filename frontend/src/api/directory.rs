//! What one can name: people, and what projects call their statuses, labels and versions.

use super::ApiError;
use super::client::Call;
use domain::name::{Name, NameOf};
use domain::page::{LIMIT_MAX, Page};
use domain::paths::{api, with_query};
use domain::user::User;

/// `GET /users`: the first of those whose name contains the text.
pub async fn find(text: &str) -> Result<Vec<User>, ApiError> {
    let mut query = vec![("limit", LIMIT_MAX.to_string())];
    if !text.is_empty() {
        query.push(("text", text.to_owned()));
    }
    let page: Page<User> = Call::get(with_query(&api::users(), &query)).read().await?;
    Ok(page.items)
}

/// `GET /names`: the likeliest of those that contain the text.
pub async fn names(of: NameOf, text: &str) -> Result<Vec<Name>, ApiError> {
    let mut query = vec![("field", of.slug().to_owned())];
    if !text.is_empty() {
        query.push(("text", text.to_owned()));
    }
    let page: Page<Name> = Call::get(with_query(&api::names(), &query)).read().await?;
    Ok(page.items)
}

//! The people one can name: the directory of accounts.

use super::ApiError;
use super::client::Call;
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

//! The feed of what happened.

use super::ApiError;
use super::client::Call;
use crate::components::feed::FeedOf;
use domain::event::HistoryEntry;
use domain::page::Page;
use domain::paths::{api, with_query};

/// `GET /activity`, newest first.
pub async fn newest(project: Option<&str>, limit: u32) -> Result<Vec<HistoryEntry>, ApiError> {
    let mut query = vec![("limit", limit.to_string())];
    query.extend(project.map(|key| ("project", key.to_owned())));
    let page: Page<HistoryEntry> = Call::get(with_query(&api::activity(), &query))
        .read()
        .await?;
    Ok(page.items)
}

/// `GET /activity`: one page of somebody's, or of a project's, or of all of it.
pub async fn page(of: &FeedOf, cursor: Option<String>) -> Result<Page<HistoryEntry>, ApiError> {
    let pairs = [
        ("project", of.project.clone()),
        ("user", of.user.clone()),
        ("cursor", cursor),
    ];
    let query: Vec<(&str, String)> = pairs
        .into_iter()
        .filter_map(|(name, value)| value.map(|value| (name, value)))
        .collect();
    Call::get(with_query(&api::activity(), &query)).read().await
}

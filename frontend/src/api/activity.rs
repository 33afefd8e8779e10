//! The feed of what happened.

use super::ApiError;
use super::client::Call;
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

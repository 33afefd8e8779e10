//! Full-text search, and what resembles a title.

use super::ApiError;
use super::client::Call;
use domain::page::Page;
use domain::paths::{api, with_query};
use domain::search::{SearchHit, SimilarIssue};

/// `GET /search`, the best first.
pub async fn find(
    words: &str,
    project: Option<&str>,
    limit: u32,
    cursor: Option<&str>,
) -> Result<Page<SearchHit>, ApiError> {
    let mut query = vec![("q", words.to_owned()), ("limit", limit.to_string())];
    query.extend(project.map(|key| ("project", key.to_owned())));
    query.extend(cursor.map(|cursor| ("cursor", cursor.to_owned())));
    Call::get(with_query(&api::search(), &query)).read().await
}

/// `GET /issues/similar`, the most alike first.
pub async fn similar(project: &str, title: &str) -> Result<Vec<SimilarIssue>, ApiError> {
    let query = [("project", project.to_owned()), ("title", title.to_owned())];
    let page: Page<SimilarIssue> = Call::get(with_query(&api::similar(), &query))
        .read()
        .await?;
    Ok(page.items)
}

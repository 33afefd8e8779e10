//! Projects and what belongs to them.

use super::ApiError;
use super::client::Call;
use domain::page::Page;
use domain::paths::{api, with_query};
use domain::project::Project;

/// `GET /projects`, all pages.
pub async fn all() -> Result<Vec<Project>, ApiError> {
    let mut projects = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let mut query = vec![("limit", domain::page::LIMIT_MAX.to_string())];
        query.extend(cursor.map(|cursor| ("cursor", cursor)));
        let page: Page<Project> = Call::get(with_query(&api::projects(), &query))
            .read()
            .await?;
        projects.extend(page.items);
        cursor = page.next_cursor;
        if cursor.is_none() {
            return Ok(projects);
        }
    }
}

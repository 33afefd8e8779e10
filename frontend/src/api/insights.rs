//! Reports.

use super::ApiError;
use super::client::Call;
use domain::insights::{OpenBy, OpenByReport};
use domain::paths::{api, with_query};

/// `GET /insights/open_by`
pub async fn open_by(by: OpenBy, project: Option<&str>) -> Result<OpenByReport, ApiError> {
    let mut query = vec![("by", by.to_string())];
    query.extend(project.map(|key| ("project", key.to_owned())));
    Call::get(with_query(&api::open_by(), &query)).read().await
}

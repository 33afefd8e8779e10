//! The daily statistics.

use super::ApiError;
use super::client::Call;
use chrono::NaiveDate;
use domain::paths::{api, with_query};
use domain::stats::DailyStats;

/// `GET /stats/daily`
pub async fn daily(
    project: Option<&str>,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<DailyStats, ApiError> {
    let mut query = vec![("from", from.to_string()), ("to", to.to_string())];
    query.extend(project.map(|key| ("project", key.to_owned())));
    Call::get(with_query(&api::daily_stats(), &query))
        .read()
        .await
}

//! The board of a project.

use super::ApiError;
use super::client::Call;
use crate::model::moment;
use chrono::{DateTime, Utc};
use domain::board::Board;
use domain::list::IssueFilter;
use domain::paths::{api, with_query};

/// `GET /projects/{project}/board`, with so many cards of each column, now or as it was then.
pub async fn show(
    project: &str,
    filter: &IssueFilter,
    as_of: Option<DateTime<Utc>>,
    limit: u32,
) -> Result<Board, ApiError> {
    let mut query = filter.to_pairs();
    query.push(("limit", limit.to_string()));
    query.extend(as_of.map(|at| (moment::PARAMETER, moment::write(at))));
    Call::get(with_query(&api::of_project(project, "board"), &query))
        .read()
        .await
}

//! Issues: lists, one of them, its changes and its history.

use super::ApiError;
use super::client::{Call, Tagged, all_pages};
use crate::model::moment;
use chrono::{DateTime, Utc};
use domain::bulk::{Bulk, BulkReport};
use domain::event::HistoryEntry;
use domain::issue::{Issue, IssueDraft, IssuePatch, IssueRow};
use domain::list::{GroupBy, IssueFilter, IssueList};
use domain::page::Page;
use domain::paths::{api, with_query};
use domain::relocation::{Relocate, Relocation};

/// `GET /issues`, one page, now or as it was then.
pub async fn list(
    filter: &IssueFilter,
    limit: u32,
    cursor: Option<&str>,
    as_of: Option<DateTime<Utc>>,
) -> Result<Page<IssueRow>, ApiError> {
    let mut query = filter.to_pairs();
    query.extend(as_of.map(|at| (moment::PARAMETER, moment::write(at))));
    query.push(("limit", limit.to_string()));
    query.extend(cursor.map(|cursor| ("cursor", cursor.to_owned())));
    Call::get(with_query(&api::issues(), &query)).read().await
}

/// `GET /issues`, one page, cut into groups when `by` says so, without the rows of closed ones.
pub async fn grouped(
    filter: &IssueFilter,
    by: Option<GroupBy>,
    closed: &[String],
    limit: u32,
    cursor: Option<&str>,
    as_of: Option<DateTime<Utc>>,
) -> Result<IssueList, ApiError> {
    let mut query = filter.to_pairs();
    query.extend(as_of.map(|at| (moment::PARAMETER, moment::write(at))));
    query.extend(by.map(|by| ("group_by", by.slug().to_owned())));
    if by.is_some() && !closed.is_empty() {
        query.push(("closed", closed.join(",")));
    }
    query.push(("limit", limit.to_string()));
    query.extend(cursor.map(|cursor| ("cursor", cursor.to_owned())));
    Call::get(with_query(&api::issues(), &query)).read().await
}

/// `POST /projects/{project}/issues`
pub async fn create(project: &str, draft: &IssueDraft) -> Result<Issue, ApiError> {
    Call::post(api::of_project(project, "issues"))
        .json(draft)
        .read()
        .await
}

/// `GET /issues/{issue}`
pub async fn show(key: &str) -> Result<Tagged<Issue>, ApiError> {
    Call::get(api::issue(key)).tagged().await
}

/// The same, as it was then; now when there is no moment.
pub async fn show_at(key: &str, as_of: Option<DateTime<Utc>>) -> Result<Tagged<Issue>, ApiError> {
    let query: Vec<_> = as_of
        .map(|at| (moment::PARAMETER, moment::write(at)))
        .into_iter()
        .collect();
    Call::get(with_query(&api::issue(key), &query))
        .tagged()
        .await
}

/// `PATCH /issues/{issue}`, only while it is still the one that was read.
pub async fn update(
    key: &str,
    etag: Option<String>,
    patch: &IssuePatch,
) -> Result<Tagged<Issue>, ApiError> {
    Call::patch(api::issue(key))
        .if_match(etag)
        .json(patch)
        .tagged()
        .await
}

/// `POST /issues/bulk`
pub async fn bulk(asked: &Bulk) -> Result<BulkReport, ApiError> {
    Call::post(api::bulk()).json(asked).read().await
}

/// `DELETE /issues/{issue}`
pub async fn delete(key: &str, etag: Option<String>) -> Result<(), ApiError> {
    Call::delete(api::issue(key)).if_match(etag).done().await
}

/// `POST /issues/{issue}/restore`
pub async fn restore(key: &str) -> Result<(), ApiError> {
    Call::post(api::of_issue(key, "restore")).done().await
}

/// `POST /issues/{issue}/move`, or what it would do.
pub async fn relocate(
    key: &str,
    project: &str,
    etag: Option<String>,
    dry_run: bool,
) -> Result<Relocation, ApiError> {
    let asked = Relocate {
        project: project.to_owned(),
        dry_run,
    };
    let call = Call::post(api::of_issue(key, "move")).if_match(etag);
    // A preview is read anew each time.
    let call = if dry_run { call.unkeyed() } else { call };
    call.json(&asked).read().await
}

/// `GET /issues/{issue}/events`, all of them, oldest first.
pub async fn history(key: &str) -> Result<Vec<HistoryEntry>, ApiError> {
    all_pages(&api::of_issue(key, "events")).await
}

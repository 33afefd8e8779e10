//! The audit log, for admins.

use super::ApiError;
use super::client::Call;
use chrono::{DateTime, Utc};
use domain::audit::{AuditEntry, AuditFilter};
use domain::page::Page;
use domain::paths::{api, with_query};

/// `GET /audit`: one page.
pub async fn page(
    filter: &AuditFilter,
    limit: u32,
    cursor: Option<String>,
) -> Result<Page<AuditEntry>, ApiError> {
    let mut query = filter.pairs();
    query.push(("limit", limit.to_string()));
    query.extend(cursor.map(|cursor| ("cursor", cursor)));
    Call::get(with_query(&api::audit(), &query)).read().await
}

/// Where everything that fits is one CSV file.
#[must_use]
pub fn csv(filter: &AuditFilter) -> String {
    let mut query = filter.pairs();
    query.push(("format", "csv".to_owned()));
    with_query(&api::audit(), &query)
}

/// `DELETE /audit?before=`
pub async fn purge(before: DateTime<Utc>) -> Result<(), ApiError> {
    let before = before.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    Call::delete(with_query(&api::audit(), &[("before", before)]))
        .done()
        .await
}

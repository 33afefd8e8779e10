//! How issues hang together, and what they are to the reader.

use super::ApiError;
use super::client::{Call, all_pages_where};
use crate::model::moment;
use chrono::{DateTime, Utc};
use domain::notes::ReleaseNotes;
use domain::paths::api;
use domain::relation::{NewRelation, Relation};
use uuid::Uuid;

/// `GET /issues/{issue}/relations`, all of them, now or as they were then.
pub async fn list(key: &str, as_of: Option<DateTime<Utc>>) -> Result<Vec<Relation>, ApiError> {
    let query: Vec<_> = as_of
        .map(|at| (moment::PARAMETER, moment::write(at)))
        .into_iter()
        .collect();
    all_pages_where(&api::of_issue(key, "relations"), &query).await
}

/// `POST /issues/{issue}/relations`
pub async fn create(key: &str, new: &NewRelation) -> Result<Relation, ApiError> {
    Call::post(api::of_issue(key, "relations"))
        .json(new)
        .read()
        .await
}

/// `DELETE /issues/{issue}/relations/{id}`
pub async fn delete(key: &str, id: Uuid) -> Result<(), ApiError> {
    Call::delete(api::relation(key, &id.to_string()))
        .done()
        .await
}

/// `PUT` or `DELETE /issues/{issue}/watch` or `…/vote`
pub async fn set(key: &str, what: &str, on: bool) -> Result<(), ApiError> {
    let path = api::of_issue(key, what);
    let call = if on {
        Call::put(path)
    } else {
        Call::delete(path)
    };
    call.done().await
}

/// `GET /projects/{project}/versions/{version}/notes`
pub async fn notes(project: &str, version: Uuid) -> Result<ReleaseNotes, ApiError> {
    Call::get(api::notes(project, &version.to_string()))
        .read()
        .await
}

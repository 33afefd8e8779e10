//! Projects and what belongs to them.

use super::ApiError;
use super::client::{Call, Tagged, all_pages, all_pages_where};
use domain::label::{Label, Version};
use domain::paths::{api, with_query};
use domain::project::{Member, NewProject, Project, ProjectPatch};
use domain::workflow::{Workflow, WorkflowInput};

/// `GET /projects`, all pages.
pub async fn all() -> Result<Vec<Project>, ApiError> {
    all_pages(&api::projects()).await
}

/// `GET /projects` with the archived ones among them.
pub async fn with_archived() -> Result<Vec<Project>, ApiError> {
    let archived = [("archived", "true".to_owned())];
    all_pages_where(&api::projects(), &archived).await
}

/// `GET /projects/{key}`
pub async fn show(key: &str) -> Result<Tagged<Project>, ApiError> {
    Call::get(api::project(key)).tagged().await
}

/// `POST /projects`
pub async fn create(new: &NewProject) -> Result<Project, ApiError> {
    Call::post(api::projects()).json(new).read().await
}

/// `PATCH /projects/{key}`
pub async fn update(
    key: &str,
    patch: &ProjectPatch,
    etag: Option<String>,
) -> Result<Tagged<Project>, ApiError> {
    Call::patch(api::project(key))
        .if_match(etag)
        .json(patch)
        .tagged()
        .await
}

/// Where a project is one JSON document.
#[must_use]
pub fn export(key: &str) -> String {
    api::of_project(key, "export")
}

/// `DELETE /projects/{key}?purge=true`
pub async fn purge(key: &str) -> Result<(), ApiError> {
    let purge = [("purge", "true".to_owned())];
    Call::delete(with_query(&api::project(key), &purge))
        .done()
        .await
}

/// `GET /projects/{project}/workflow`
pub async fn workflow(key: &str) -> Result<Workflow, ApiError> {
    Call::get(api::of_project(key, "workflow")).read().await
}

/// The same, for editing.
pub async fn workflow_tagged(key: &str) -> Result<Tagged<Workflow>, ApiError> {
    Call::get(api::of_project(key, "workflow")).tagged().await
}

/// `PUT /projects/{project}/workflow`
pub async fn set_workflow(
    key: &str,
    workflow: &WorkflowInput,
    etag: Option<String>,
) -> Result<Tagged<Workflow>, ApiError> {
    Call::put(api::of_project(key, "workflow"))
        .if_match(etag)
        .json(workflow)
        .tagged()
        .await
}

/// `GET /projects/{project}/labels`, all of them.
pub async fn labels(key: &str) -> Result<Vec<Label>, ApiError> {
    all_pages(&api::of_project(key, "labels")).await
}

/// `GET /projects/{project}/versions`, all of them.
pub async fn versions(key: &str) -> Result<Vec<Version>, ApiError> {
    all_pages(&api::of_project(key, "versions")).await
}

/// `GET /projects/{project}/members`, all of them.
pub async fn members(key: &str) -> Result<Vec<Member>, ApiError> {
    all_pages(&api::of_project(key, "members")).await
}

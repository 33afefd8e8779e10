//! Projects and what belongs to them.

use super::ApiError;
use super::client::{Call, all_pages};
use domain::label::{Label, Version};
use domain::paths::api;
use domain::project::{Member, Project};
use domain::workflow::Workflow;

/// `GET /projects`, all pages.
pub async fn all() -> Result<Vec<Project>, ApiError> {
    all_pages(&api::projects()).await
}

/// `GET /projects/{project}/workflow`
pub async fn workflow(key: &str) -> Result<Workflow, ApiError> {
    Call::get(api::of_project(key, "workflow")).read().await
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

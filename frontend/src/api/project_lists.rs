//! Changes to what belongs to a project: members, labels, versions.

use super::ApiError;
use super::client::Call;
use domain::label::{Label, LabelPatch, NewLabel, NewVersion, Version, VersionPatch};
use domain::paths::api;
use domain::project::{Member, MemberPatch, NewMember};
use domain::user::Role;
use uuid::Uuid;

/// `POST /projects/{key}/members`
pub async fn add_member(key: &str, new: &NewMember) -> Result<Member, ApiError> {
    Call::post(api::of_project(key, "members"))
        .json(new)
        .read()
        .await
}

/// `PATCH /projects/{key}/members/{user}`
pub async fn set_member_role(key: &str, user: Uuid, role: Role) -> Result<Member, ApiError> {
    Call::patch(api::in_project(key, "members", &user.to_string()))
        .json(&MemberPatch { role })
        .read()
        .await
}

/// `DELETE /projects/{key}/members/{user}`
pub async fn remove_member(key: &str, user: Uuid) -> Result<(), ApiError> {
    Call::delete(api::in_project(key, "members", &user.to_string()))
        .done()
        .await
}

/// `POST /projects/{key}/labels`
pub async fn add_label(key: &str, new: &NewLabel) -> Result<Label, ApiError> {
    Call::post(api::of_project(key, "labels"))
        .json(new)
        .read()
        .await
}

/// `PATCH /projects/{key}/labels/{id}`
pub async fn update_label(key: &str, id: Uuid, patch: &LabelPatch) -> Result<Label, ApiError> {
    Call::patch(api::in_project(key, "labels", &id.to_string()))
        .json(patch)
        .read()
        .await
}

/// `DELETE /projects/{key}/labels/{id}`
pub async fn delete_label(key: &str, id: Uuid) -> Result<(), ApiError> {
    Call::delete(api::in_project(key, "labels", &id.to_string()))
        .done()
        .await
}

/// `POST /projects/{key}/versions`
pub async fn add_version(key: &str, new: &NewVersion) -> Result<Version, ApiError> {
    Call::post(api::of_project(key, "versions"))
        .json(new)
        .read()
        .await
}

/// `PATCH /projects/{key}/versions/{id}`
pub async fn update_version(
    key: &str,
    id: Uuid,
    patch: &VersionPatch,
) -> Result<Version, ApiError> {
    Call::patch(api::in_project(key, "versions", &id.to_string()))
        .json(patch)
        .read()
        .await
}

/// `DELETE /projects/{key}/versions/{id}`
pub async fn delete_version(key: &str, id: Uuid) -> Result<(), ApiError> {
    Call::delete(api::in_project(key, "versions", &id.to_string()))
        .done()
        .await
}

//! One change of many issues: all of them or none.

use crate::filter;
use crate::issue::{Issue, IssuePatch, label_names};
use crate::policy::Action;
use crate::problem::FieldError;
use crate::text::Checks;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Most issues of one change.
pub const BULK_MAX: usize = 500;

/// What is done with each of many issues.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum BulkAction {
    /// It is changed: `patch`, `add_labels`, `remove_labels`.
    #[default]
    Change,
    /// It is deleted.
    Delete,
    /// It comes back.
    Restore,
    /// It is merged, as a duplicate, into the issue that `into` names.
    Merge,
    /// It stands for itself again.
    Unmerge,
}

impl BulkAction {
    /// The right that it takes, beside that to change many issues at once.
    #[must_use]
    pub const fn right(self) -> Action {
        match self {
            Self::Change => Action::BulkEdit,
            Self::Delete => Action::DeleteIssue,
            Self::Restore => Action::RestoreIssue,
            Self::Merge | Self::Unmerge => Action::MergeIssues,
        }
    }

    /// What a report calls the change.
    #[must_use]
    pub const fn changes(self) -> &'static str {
        match self {
            Self::Change => "patch",
            Self::Delete | Self::Restore => "deleted_at",
            Self::Merge | Self::Unmerge => "merged",
        }
    }
}

/// `POST /issues/bulk`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Bulk {
    /// Keys or ids; either these or `q`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issues: Option<Vec<String>>,
    /// Whatever the filter language finds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// Key of the project that `q` looks in; all unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// The versions of `issues`, in their order: one that was changed since is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub versions: Option<Vec<i32>>,
    /// What is done; changed unless given.
    #[serde(default)]
    pub action: BulkAction,
    /// Key or id of the issue into which they are merged; only together with that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub into: Option<String>,
    /// The change, as of one issue; neither `place` nor `external_ref`.
    #[serde(default)]
    pub patch: IssuePatch,
    /// Names of labels that each gets beside those it has; not together with `patch.labels`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub add_labels: Vec<String>,
    /// Names of labels that none keeps; not together with `patch.labels`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remove_labels: Vec<String>,
    /// Only says what would happen.
    #[serde(default)]
    pub dry_run: bool,
}

/// What happened, or would happen, to one issue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BulkItem {
    /// Id.
    pub id: Uuid,
    /// Key.
    pub key: String,
    /// Its title before the change.
    pub title: String,
    /// The fields that change, `deleted_at` or `merged`; none when the issue is like that already.
    pub changed: Vec<String>,
    /// Its version afterwards.
    pub version: i32,
    /// What a PATCH of this issue must carry to take the change back; nothing when it was not changed but
    /// deleted or merged: `restore` and `unmerge` take that back.
    pub undo: IssuePatch,
    /// Why it cannot change; then nothing changes at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

/// The answer of `POST /issues/bulk`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BulkReport {
    /// Whether this only says what would happen.
    pub dry_run: bool,
    /// One entry for each issue, in the order asked for.
    pub items: Vec<BulkItem>,
}

impl Bulk {
    /// The same with every field as it is stored.
    ///
    /// # Errors
    /// All fields that are wrong.
    pub fn check(&self) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        let mut wrong = |field: &str, code: &str, detail: &str| {
            errors.push(FieldError::at(field, code, detail));
        };
        match (&self.issues, &self.q) {
            (Some(issues), None) if issues.is_empty() || issues.len() > BULK_MAX => {
                wrong("issues", "range", "From 1 to 500 issues.");
                return Err(errors);
            }
            (Some(_), None) if self.project.is_some() => {
                wrong("project", "unknown_field", "Only together with q.");
            }
            (Some(_), None) => {}
            (None, Some(text)) => {
                if let Err(mistake) = filter::parse_surely(text) {
                    errors.push(mistake.at("/q"));
                }
            }
            _ => wrong("issues", "required", "Either issues or q."),
        }
        let count = self.issues.as_ref().map(Vec::len);
        if self.versions.is_some() && self.versions.as_ref().map(Vec::len) != count {
            let detail = "One for each of the issues.";
            errors.push(FieldError::at("versions", "range", detail));
        }
        let mut names = Checks::new();
        let add_labels = names.take_all(label_names("add_labels", &self.add_labels));
        let remove_labels = names.take_all(label_names("remove_labels", &self.remove_labels));
        let Ok((add_labels, remove_labels)) = names
            .finish(add_labels.zip(remove_labels))
            .map_err(|wrong| errors.extend(wrong))
        else {
            return Err(errors);
        };
        let relative = !self.add_labels.is_empty() || !self.remove_labels.is_empty();
        if relative && self.patch.labels.is_some() {
            let detail = "Either all labels or those that come and go.";
            errors.push(FieldError::new("/patch/labels".into(), "invalid", detail));
        }
        for (field, given) in [
            ("place", self.patch.place.is_some()),
            ("external_ref", self.patch.external_ref.is_some()),
        ] {
            if given {
                let pointer = format!("/patch/{field}");
                let detail = "Every issue has its own.";
                errors.push(FieldError::new(pointer, "not_for_many", detail));
            }
        }
        let changes = !self.patch.is_empty() || relative;
        match self.action {
            BulkAction::Change if !changes => {
                errors.push(FieldError::at("patch", "required", "What shall change?"));
            }
            BulkAction::Change => {}
            _ if changes => {
                let detail = "Nothing else changes in the same request.";
                errors.push(FieldError::at("patch", "unknown_field", detail));
            }
            _ => {}
        }
        match (self.action, &self.into) {
            (BulkAction::Merge, None) => {
                errors.push(FieldError::at("into", "required", "Into which issue?"));
            }
            (BulkAction::Merge, Some(_)) | (_, None) => {}
            (_, Some(_)) => {
                let detail = "Only when issues are merged.";
                errors.push(FieldError::at("into", "unknown_field", detail));
            }
        }
        match self.patch.check() {
            Ok(patch) if errors.is_empty() => Ok(Self {
                patch,
                add_labels,
                remove_labels,
                ..self.clone()
            }),
            Ok(_) => Err(errors),
            Err(wrong) => {
                errors.extend(wrong.into_iter().map(|error| FieldError {
                    pointer: format!("/patch{}", error.pointer),
                    ..error
                }));
                Err(errors)
            }
        }
    }
}

impl Bulk {
    /// What is asked of that one: the patch, with its own labels when some come and go.
    #[must_use]
    pub fn patch_of(&self, was: &Issue) -> IssuePatch {
        let mut patch = self.patch.clone();
        if self.add_labels.is_empty() && self.remove_labels.is_empty() {
            return patch;
        }
        let same = |a: &str, b: &str| a.to_lowercase() == b.to_lowercase();
        let goes = |name: &str| self.remove_labels.iter().any(|other| same(name, other));
        let names = was.labels.iter().map(|label| label.name.clone());
        let mut labels: Vec<String> = names.filter(|name| !goes(name)).collect();
        for name in &self.add_labels {
            if !labels.iter().any(|other| same(name, other)) {
                labels.push(name.clone());
            }
        }
        patch.labels = Some(labels);
        patch
    }
}

/// The patch that gives an issue back what another one takes.
#[must_use]
pub fn undo(was: &Issue, patch: &IssuePatch) -> IssuePatch {
    let moved = patch.status.is_some() || patch.resolution.is_some();
    IssuePatch {
        title: patch.title.as_ref().map(|_| was.title.clone()),
        description: patch.description.as_ref().map(|_| was.description.clone()),
        type_: patch.type_.map(|_| was.type_),
        severity: patch.severity.map(|_| was.severity),
        priority: patch.priority.map(|_| was.priority),
        status: moved.then(|| was.status.slug.clone()),
        resolution: was.resolution.filter(|_| moved),
        place: None,
        story_points: patch.story_points.map(|_| was.story_points),
        labels: patch
            .labels
            .as_ref()
            .map(|_| was.labels.iter().map(|l| l.name.clone()).collect()),
        assignee: patch
            .assignee
            .as_ref()
            .map(|_| was.assignee.as_ref().map(|a| a.username.clone())),
        parent: patch.parent.as_ref().map(|_| was.parent.clone()),
        affected_version: patch
            .affected_version
            .as_ref()
            .map(|_| was.affected_version.clone()),
        fixed_version: patch
            .fixed_version
            .as_ref()
            .map(|_| was.fixed_version.clone()),
        start_date: patch.start_date.map(|_| was.start_date),
        due_date: patch.due_date.map(|_| was.due_date),
        external_ref: None,
        context: patch.context.as_ref().map(|_| was.context.clone()),
    }
}

//! Making and changing an issue: what a caller sends, checked the same way by form and server.

use super::{IssueType, Priority, Resolution, Severity};
use crate::attachment;
use crate::board::Place;
use crate::problem::FieldError;
use crate::text::{self, Checks};
use crate::wire::{Patch, double_option, present};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// `POST /projects/{project}/issues` and `POST /issues`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IssueDraft {
    /// Key or id of the project; only for `POST /issues`, where a token of one project may leave it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// At most 255 characters.
    pub title: String,
    /// Markdown, at most 64 KiB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// As the project's template says, unless given.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub type_: Option<IssueType>,
    /// `low` unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// 3 unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    /// Slug of the first status; the workflow's first unless given. Maintainers may choose another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Size, 0 to 1000 points.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub story_points: Option<i16>,
    /// Names of the project's labels.
    #[serde(default, alias = "tags", skip_serializing_if = "Option::is_none")]
    pub labels: Option<Vec<String>>,
    /// User name, e-mail address or id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<String>,
    /// Key or id of the parent issue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// Name of the version it was seen in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub affected_version: Option<String>,
    /// Name of the version that shall have the remedy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fixed_version: Option<String>,
    /// When work shall begin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_date: Option<NaiveDate>,
    /// When it shall be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_date: Option<NaiveDate>,
    /// Its id in another system, once in a project. Whoever sees only their own issues cannot give one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_ref: Option<String>,
    /// What a program wants to remember with it; at most 16 KiB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = serde_json::Value))]
    pub context: Option<serde_json::Value>,
    /// Report for somebody else: user name, e-mail address or id.
    #[serde(
        default,
        alias = "reporter_id",
        skip_serializing_if = "Option::is_none"
    )]
    pub on_behalf_of: Option<String>,
    /// Ids of drafts of the project, by the same person, that become files of the issue. At most 50.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Uuid>,
}

/// Longest `external_ref`, in characters.
pub const EXTERNAL_REF_MAX: usize = 200;
/// Largest `context`, in bytes of JSON.
pub const CONTEXT_MAX: usize = 16 * 1024;
/// Most story points.
pub const POINTS_MAX: i16 = 1000;
/// Most labels on one issue.
pub const LABELS_MAX: usize = 20;

fn points(value: i16) -> text::Checked<i16> {
    if (0..=POINTS_MAX).contains(&value) {
        Ok(value)
    } else {
        Err(FieldError::at(
            "story_points",
            "range",
            format!("0 to {POINTS_MAX} points."),
        ))
    }
}

fn dates(start: Option<NaiveDate>, due: Option<NaiveDate>, checks: &mut Checks) {
    for (field, day) in [("start_date", start), ("due_date", due)] {
        if let Some(day) = day {
            checks.take(text::day(field, day));
        }
    }
    if let (Some(start), Some(due)) = (start, due)
        && due < start
    {
        let detail = "The due date is before the start date.";
        checks.push(FieldError::at("due_date", "range", detail));
    }
}

fn context(value: &serde_json::Value) -> text::Checked<serde_json::Value> {
    let written = value.to_string();
    if written.len() > CONTEXT_MAX {
        return Err(FieldError::at(
            "context",
            "too_long",
            format!("At most {CONTEXT_MAX} bytes."),
        ));
    }
    if written.contains("\\u0000") {
        return Err(FieldError::at(
            "context",
            "nul",
            "The NUL character cannot be stored.",
        ));
    }
    Ok(value.clone())
}

/// Names of labels in a field.
///
/// # Errors
/// More than [`LABELS_MAX`], or what is wrong with each.
pub fn label_names(field: &str, names: &[String]) -> Result<Vec<String>, Vec<FieldError>> {
    text::list(field, names, LABELS_MAX, |at, name| text::name(at, name))
}

impl IssueDraft {
    /// The same with every field as it is stored; names are looked up later.
    ///
    /// # Errors
    /// All fields that are wrong.
    pub fn check(&self) -> Result<Self, Vec<FieldError>> {
        let mut checks = Checks::new();
        let title = checks.take(text::title("title", &self.title));
        let description = checks.take(text::markdown(
            "description",
            self.description.as_deref().unwrap_or_default(),
        ));
        let story_points = self.story_points.and_then(|p| checks.take(points(p)));
        let labels = self
            .labels
            .as_ref()
            .and_then(|l| checks.take_all(label_names("labels", l)));
        let external_ref = self
            .external_ref
            .as_ref()
            .and_then(|r| checks.take(text::line("external_ref", r, EXTERNAL_REF_MAX)));
        let context = self.context.as_ref().and_then(|c| checks.take(context(c)));
        let attachments = checks.take(attachment::taken_along(&self.attachments));
        dates(self.start_date, self.due_date, &mut checks);
        let whole = (|| {
            Some(Self {
                title: title?,
                description: Some(description?),
                attachments: attachments?,
                story_points,
                labels,
                external_ref,
                context,
                ..self.clone()
            })
        })();
        checks.finish(whole)
    }
}

/// `PATCH /issues/{issue}`: absent keeps, `null` clears.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IssuePatch {
    /// At most 255 characters.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub title: Option<String>,
    /// Markdown, at most 64 KiB.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub description: Option<String>,
    /// What kind of work it is.
    #[serde(
        default,
        deserialize_with = "present",
        rename = "type",
        skip_serializing_if = "Option::is_none"
    )]
    pub type_: Option<IssueType>,
    /// How bad it is.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub severity: Option<Severity>,
    /// How soon.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub priority: Option<Priority>,
    /// Slug of a status that the workflow allows from here.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub status: Option<String>,
    /// How it ended; only with a done status. `complete` unless given when closing.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub resolution: Option<Resolution>,
    /// Where to put it in the order of its project; takes the right to move it.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub place: Option<Place>,
    /// Size, 0 to 1000 points.
    #[serde(
        default,
        deserialize_with = "double_option",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<i16>))]
    pub story_points: Patch<i16>,
    /// Names of the project's labels; replaces all.
    #[serde(
        default,
        deserialize_with = "present",
        alias = "tags",
        skip_serializing_if = "Option::is_none"
    )]
    pub labels: Option<Vec<String>>,
    /// User name, e-mail address or id.
    #[serde(
        default,
        deserialize_with = "double_option",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub assignee: Patch<String>,
    /// Key or id of the parent issue.
    #[serde(
        default,
        deserialize_with = "double_option",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub parent: Patch<String>,
    /// Name of a version.
    #[serde(
        default,
        deserialize_with = "double_option",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub affected_version: Patch<String>,
    /// Name of a version.
    #[serde(
        default,
        deserialize_with = "double_option",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub fixed_version: Patch<String>,
    /// When work shall begin.
    #[serde(
        default,
        deserialize_with = "double_option",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<NaiveDate>))]
    pub start_date: Patch<NaiveDate>,
    /// When it shall be done.
    #[serde(
        default,
        deserialize_with = "double_option",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<NaiveDate>))]
    pub due_date: Patch<NaiveDate>,
    /// Its id in another system.
    #[serde(
        default,
        deserialize_with = "double_option",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub external_ref: Patch<String>,
    /// What a program wants to remember with it; at most 16 KiB.
    #[serde(
        default,
        deserialize_with = "double_option",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = serde_json::Value))]
    pub context: Patch<serde_json::Value>,
}

impl IssuePatch {
    /// The same with every field as it is stored; names are looked up later.
    ///
    /// # Errors
    /// All fields that are wrong.
    pub fn check(&self) -> Result<Self, Vec<FieldError>> {
        let mut checks = Checks::new();
        let mut patch = self.clone();
        patch.title = self
            .title
            .as_ref()
            .and_then(|t| checks.take(text::title("title", t)));
        patch.description = self
            .description
            .as_ref()
            .and_then(|d| checks.take(text::markdown("description", d)));
        patch.story_points = self
            .story_points
            .map(|p| p.and_then(|p| checks.take(points(p))));
        patch.labels = self
            .labels
            .as_ref()
            .and_then(|l| checks.take_all(label_names("labels", l)));
        patch.external_ref = self.external_ref.as_ref().map(|r| {
            r.as_ref()
                .and_then(|r| checks.take(text::line("external_ref", r, EXTERNAL_REF_MAX)))
        });
        patch.context = self
            .context
            .as_ref()
            .map(|c| c.as_ref().and_then(|c| checks.take(context(c))));
        dates(
            self.start_date.flatten(),
            self.due_date.flatten(),
            &mut checks,
        );
        checks.finish(Some(patch))
    }

    /// Whether nothing is asked for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_keeps_what_was_given_and_names_what_is_wrong() {
        let draft: IssueDraft = serde_json::from_str(
            r#"{"title":" Crash ","tags":["ui"],"start_date":"2026-02-02","due_date":"2026-02-03"}"#,
        )
        .unwrap();
        let checked = draft.check().unwrap();
        assert_eq!(checked.title, "Crash");
        assert_eq!(checked.labels, Some(vec!["ui".to_string()]));
        let wrong = IssueDraft {
            title: String::new(),
            story_points: Some(-1),
            start_date: draft.due_date,
            due_date: draft.start_date,
            context: Some(serde_json::json!({"x": "a\0b"})),
            ..draft
        };
        let pointers: Vec<_> = wrong
            .check()
            .unwrap_err()
            .into_iter()
            .map(|e| e.pointer)
            .collect();
        assert_eq!(
            pointers,
            ["/title", "/story_points", "/context", "/due_date"]
        );
    }

    #[test]
    fn unknown_fields_are_refused() {
        assert!(serde_json::from_str::<IssueDraft>(r#"{"title":"x","number":7}"#).is_err());
        assert!(serde_json::from_str::<IssuePatch>(r#"{"version":7}"#).is_err());
    }

    #[test]
    fn null_is_refused_where_nothing_can_be_cleared() {
        for field in [
            "title",
            "description",
            "type",
            "severity",
            "priority",
            "status",
            "resolution",
            "place",
            "labels",
        ] {
            let body = format!(r#"{{"{field}":null}}"#);
            assert!(
                serde_json::from_str::<IssuePatch>(&body).is_err(),
                "{field}"
            );
        }
        assert_eq!(
            serde_json::from_str::<IssuePatch>("{}").unwrap(),
            IssuePatch::default()
        );
    }

    #[test]
    fn a_patch_clears_with_null() {
        let patch: IssuePatch =
            serde_json::from_str(r#"{"assignee":null,"story_points":5}"#).unwrap();
        let checked = patch.check().unwrap();
        assert_eq!(checked.assignee, Some(None));
        assert_eq!(checked.story_points, Some(Some(5)));
        assert!(!checked.is_empty());
        assert!(IssuePatch::default().is_empty());
    }
}

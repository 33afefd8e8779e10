//! Issues: what is reported, triaged, worked on and closed.

use crate::board::Place;
use crate::label::LabelRef;
use crate::problem::FieldError;
use crate::relation::Progress;
use crate::text::{self, Checks};
use crate::user::UserRef;
use crate::wire::{Patch, double_option, present};
use crate::workflow::Category;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

words! {
    /// What kind of work it is.
    IssueType ("type") {
        /// Something is broken.
        Bug = "bug" | "defect",
        /// Something new.
        Feature = "feature" | "feature_request",
        /// Something to do.
        Task = "task",
        /// Something better.
        Enhancement = "enhancement" | "improvement",
        /// Something promised.
        Requirement = "requirement",
        /// Somebody needs help.
        Support = "support",
        /// A parent of others.
        Epic = "epic",
        /// None of these.
        Other = "other",
    }
}

words! {
    /// How bad it is. Reporters suggest, maintainers decide.
    Severity ("severity") {
        /// A blemish.
        Low = "low" | "minor",
        /// A nuisance.
        Medium = "medium" | "normal" | "warning",
        /// Something important does not work.
        High = "high" | "major" | "error",
        /// Stop and look at this.
        Critical = "critical" | "blocker",
    }
}

words! {
    /// How it ended.
    Resolution ("resolution") {
        /// Done as asked.
        Complete = "complete" | "done" | "fixed",
        /// The same as another.
        Duplicate = "duplicate",
        /// Understood and declined.
        WontFix = "wont_fix" | "wontfix",
        /// Not an issue.
        Invalid = "invalid",
        /// Nobody could make it happen again.
        UnableToReplicate = "unable_to_replicate" | "cannot_reproduce",
        /// No longer matters.
        OvercomeByEvents = "overcome_by_events" | "obsolete",
    }
}

/// How soon: 1 (highest) to 5 (lowest); 3 is normal. A number on the wire; input also takes names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = i16, minimum = 1, maximum = 5))]
pub struct Priority(i16);

impl Priority {
    /// 3.
    pub const NORMAL: Priority = Priority(3);
    /// From the most to the least urgent.
    pub const ALL: &'static [Priority] = &[
        Priority(1),
        Priority(2),
        Priority(3),
        Priority(4),
        Priority(5),
    ];

    /// The priority with that number, when there is one.
    #[must_use]
    pub const fn new(number: i16) -> Option<Self> {
        if number >= 1 && number <= 5 {
            Some(Self(number))
        } else {
            None
        }
    }

    /// 1 to 5.
    #[must_use]
    pub const fn number(self) -> i16 {
        self.0
    }

    /// `highest`, `high`, `normal`, `low`, `lowest`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self.0 {
            1 => "highest",
            2 => "high",
            4 => "low",
            5 => "lowest",
            _ => "normal",
        }
    }
}

impl std::str::FromStr for Priority {
    type Err = crate::wire::UnknownWord;

    fn from_str(input: &str) -> Result<Self, Self::Err> {
        Ok(Self(
            match crate::wire::fold_word(input).trim_start_matches('p') {
                "1" | "highest" | "critical" => 1,
                "2" | "high" => 2,
                "3" | "normal" | "medium" => 3,
                "4" | "low" => 4,
                "5" | "lowest" => 5,
                _ => {
                    return Err(crate::wire::UnknownWord {
                        set: "priority",
                        expected: &[
                            "1", "2", "3", "4", "5", "highest", "high", "normal", "low", "lowest",
                        ],
                    });
                }
            },
        ))
    }
}

impl Serialize for Priority {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i16(self.0)
    }
}

impl<'de> Deserialize<'de> for Priority {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum NumberOrName {
            Number(i64),
            Name(String),
        }
        let text = match NumberOrName::deserialize(deserializer)
            .map_err(|_| serde::de::Error::custom("priority is a number from 1 to 5 or a name"))?
        {
            NumberOrName::Number(number) => number.to_string(),
            NumberOrName::Name(name) => name,
        };
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A status as an issue carries it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StatusRef {
    /// Name in the API.
    pub slug: String,
    /// Name for people.
    pub name: String,
    /// What it means.
    pub category: Category,
}

/// One stay of an issue in a category; it lasts until the next one begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Stay {
    /// Where it was.
    pub category: Category,
    /// Since when.
    pub since: DateTime<Utc>,
}

/// An issue in full.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Issue {
    /// Id.
    pub id: Uuid,
    /// `APP-12`.
    pub key: String,
    /// The project's key.
    pub project: String,
    /// The number within the project, from 1, without gaps.
    pub number: i64,
    /// At most 255 characters.
    pub title: String,
    /// Markdown, at most 64 KiB.
    pub description: String,
    /// What kind of work it is.
    #[serde(rename = "type")]
    pub type_: IssueType,
    /// How bad it is.
    pub severity: Severity,
    /// How soon.
    pub priority: Priority,
    /// Size, in points.
    pub story_points: Option<i16>,
    /// Where it stands.
    pub status: StatusRef,
    /// How it ended; only while the status is done.
    pub resolution: Option<Resolution>,
    /// Name of the version it was seen in.
    pub affected_version: Option<String>,
    /// Name of the version that has the remedy.
    pub fixed_version: Option<String>,
    /// Who reported it.
    pub reporter: UserRef,
    /// Who works on it.
    pub assignee: Option<UserRef>,
    /// Key of the parent issue.
    pub parent: Option<String>,
    /// In the order of their names.
    pub labels: Vec<LabelRef>,
    /// When work shall begin.
    pub start_date: Option<NaiveDate>,
    /// When it shall be done.
    pub due_date: Option<NaiveDate>,
    /// Its id in another system.
    pub external_ref: Option<String>,
    /// Recognises the same fault again (set by programs).
    pub fingerprint: Option<String>,
    /// How often it was seen (by programs); 1 unless counted.
    pub occurrences: i32,
    /// What a program wants to remember with it.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub context: Option<serde_json::Value>,
    /// Its place in the order of its project: compare as bytes.
    pub rank: String,
    /// Its stays per category, oldest first.
    pub life: Vec<Stay>,
    /// Whether the caller watches it.
    pub watching: bool,
    /// How many people watch it.
    pub watchers: i32,
    /// Whether the caller voted for it.
    pub voted: bool,
    /// How many people voted for it.
    pub votes: i32,
    /// Its direct sub-issues that exist for the caller: how many there are, and how many are closed.
    pub sub_issues: Progress,
    /// Whether an open issue that exists for the caller blocks it.
    pub blocked: bool,
    /// Counts changes, for `If-Match`.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Last change.
    pub updated_at: DateTime<Utc>,
    /// When it was last closed; only while the status is done.
    pub resolved_at: Option<DateTime<Utc>>,
    /// Set while deleted; it can be restored.
    pub deleted_at: Option<DateTime<Utc>>,
}

/// An issue as lists show it: without the long texts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IssueRow {
    /// Id.
    pub id: Uuid,
    /// `APP-12`.
    pub key: String,
    /// The project's key.
    pub project: String,
    /// Title.
    pub title: String,
    /// What kind of work it is.
    #[serde(rename = "type")]
    pub type_: IssueType,
    /// How bad it is.
    pub severity: Severity,
    /// How soon.
    pub priority: Priority,
    /// Size, in points.
    pub story_points: Option<i16>,
    /// Where it stands.
    pub status: StatusRef,
    /// How it ended.
    pub resolution: Option<Resolution>,
    /// Who reported it.
    pub reporter: UserRef,
    /// Who works on it.
    pub assignee: Option<UserRef>,
    /// Key of the parent issue.
    pub parent: Option<String>,
    /// In the order of their names.
    pub labels: Vec<LabelRef>,
    /// When it shall be done.
    pub due_date: Option<NaiveDate>,
    /// Its place in the order of its project: compare as bytes.
    pub rank: String,
    /// Its stays per category, oldest first.
    pub life: Vec<Stay>,
    /// Whether the caller watches it.
    pub watching: bool,
    /// How many people watch it.
    pub watchers: i32,
    /// Whether the caller voted for it.
    pub voted: bool,
    /// How many people voted for it.
    pub votes: i32,
    /// Its direct sub-issues that exist for the caller: how many there are, and how many are closed.
    pub sub_issues: Progress,
    /// Whether an open issue that exists for the caller blocks it.
    pub blocked: bool,
    /// Counts changes.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Last change.
    pub updated_at: DateTime<Utc>,
    /// When it was last closed.
    pub resolved_at: Option<DateTime<Utc>>,
    /// Set while deleted.
    pub deleted_at: Option<DateTime<Utc>>,
}

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
    /// Its id in another system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_ref: Option<String>,
    /// What a program wants to remember with it; at most 16 KiB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub context: Option<serde_json::Value>,
    /// Report for somebody else: user name, e-mail address or id.
    #[serde(
        default,
        alias = "reporter_id",
        skip_serializing_if = "Option::is_none"
    )]
    pub on_behalf_of: Option<String>,
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

fn dates(start: Option<NaiveDate>, due: Option<NaiveDate>) -> text::Checked<()> {
    match (start, due) {
        (Some(start), Some(due)) if due < start => Err(FieldError::at(
            "due_date",
            "range",
            "The due date is before the start date.",
        )),
        _ => Ok(()),
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

fn label_names(names: &[String]) -> text::Checked<Vec<String>> {
    if names.len() > LABELS_MAX {
        return Err(FieldError::at(
            "labels",
            "too_long",
            format!("At most {LABELS_MAX} labels."),
        ));
    }
    names
        .iter()
        .map(|name| text::name("labels", name))
        .collect()
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
            .and_then(|l| checks.take(label_names(l)));
        let external_ref = self
            .external_ref
            .as_ref()
            .and_then(|r| checks.take(text::line("external_ref", r, EXTERNAL_REF_MAX)));
        let context = self.context.as_ref().and_then(|c| checks.take(context(c)));
        checks.take(dates(self.start_date, self.due_date));
        let whole = (|| {
            Some(Self {
                title: title?,
                description: Some(description?),
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
    pub assignee: Patch<String>,
    /// Key or id of the parent issue.
    #[serde(
        default,
        deserialize_with = "double_option",
        skip_serializing_if = "Option::is_none"
    )]
    pub parent: Patch<String>,
    /// Name of a version.
    #[serde(
        default,
        deserialize_with = "double_option",
        skip_serializing_if = "Option::is_none"
    )]
    pub affected_version: Patch<String>,
    /// Name of a version.
    #[serde(
        default,
        deserialize_with = "double_option",
        skip_serializing_if = "Option::is_none"
    )]
    pub fixed_version: Patch<String>,
    /// When work shall begin.
    #[serde(
        default,
        deserialize_with = "double_option",
        skip_serializing_if = "Option::is_none"
    )]
    pub start_date: Patch<NaiveDate>,
    /// When it shall be done.
    #[serde(
        default,
        deserialize_with = "double_option",
        skip_serializing_if = "Option::is_none"
    )]
    pub due_date: Patch<NaiveDate>,
    /// Its id in another system.
    #[serde(
        default,
        deserialize_with = "double_option",
        skip_serializing_if = "Option::is_none"
    )]
    pub external_ref: Patch<String>,
    /// What a program wants to remember with it; at most 16 KiB.
    #[serde(
        default,
        deserialize_with = "double_option",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
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
            .and_then(|l| checks.take(label_names(l)));
        patch.external_ref = self.external_ref.as_ref().map(|r| {
            r.as_ref()
                .and_then(|r| checks.take(text::line("external_ref", r, EXTERNAL_REF_MAX)))
        });
        patch.context = self
            .context
            .as_ref()
            .map(|c| c.as_ref().and_then(|c| checks.take(context(c))));
        checks.take(dates(self.start_date.flatten(), self.due_date.flatten()));
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
    fn priority_is_a_number_out_and_a_number_or_name_in() {
        for (input, number) in [
            ("1", 1),
            ("\"critical\"", 1),
            ("\"P2\"", 2),
            ("\"Medium\"", 3),
            ("\"lowest\"", 5),
        ] {
            let priority: Priority = serde_json::from_str(input).unwrap();
            assert_eq!(priority.number(), number, "{input}");
            assert_eq!(
                serde_json::to_string(&priority).unwrap(),
                number.to_string()
            );
        }
        for wrong in ["0", "6", "1e100", "1.5", "null", "\"\"", "-1"] {
            assert!(serde_json::from_str::<Priority>(wrong).is_err(), "{wrong}");
        }
    }

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

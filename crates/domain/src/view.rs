//! Saved views: a filter with a name and a layout.

use crate::filter;
use crate::problem::FieldError;
use crate::text::{self, Checks};
use crate::wire::present;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Most views that one person keeps, and that one project shares.
pub const VIEWS_MAX: i64 = 200;
/// Most columns of a layout.
const COLUMNS_MAX: usize = 50;

/// How a view is shown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Layout {
    /// Names of columns, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    /// Name of a field to group by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_by: Option<String>,
    /// `list`, `board` or what else a client knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display: Option<String>,
    /// Whether issues with the same title are folded into one row.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub fold: bool,
}

/// A saved view.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct View {
    /// Id.
    pub id: Uuid,
    /// Name, unique among its owner's private ones or among those its project shares.
    pub name: String,
    /// The filter, in canonical form.
    pub query: String,
    /// How it is shown.
    pub layout: Layout,
    /// Key of the project it belongs to.
    pub project: Option<String>,
    /// Whether everybody who sees the project has it.
    pub shared: bool,
    /// Whether the caller may change it.
    pub editable: bool,
    /// Counts changes, for `If-Match`.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Last change.
    pub updated_at: DateTime<Utc>,
}

/// `POST /views`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewView {
    /// Name.
    pub name: String,
    /// In the filter language; empty finds everything.
    #[serde(default)]
    pub query: String,
    /// How it is shown.
    #[serde(default)]
    pub layout: Layout,
    /// Key or id of a project.
    #[serde(default)]
    pub project: Option<String>,
    /// Whether everybody who sees the project shall have it; needs a project and a right there.
    #[serde(default)]
    pub shared: bool,
}

/// `PATCH /views/{id}`; absent fields stay.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ViewPatch {
    /// Name.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub name: Option<String>,
    /// In the filter language.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub query: Option<String>,
    /// How it is shown.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub layout: Option<Layout>,
    /// Shares it with everybody who sees its project, or makes it the caller's own again; either needs a
    /// right in the project.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub shared: Option<bool>,
}

fn query(text: &str) -> text::Checked {
    match filter::parse(text) {
        Ok(query) => Ok(query.to_string()),
        Err(mistake) => Err(mistake.at("/query")),
    }
}

fn layout(layout: &Layout) -> text::Checked<Layout> {
    let words = layout
        .columns
        .iter()
        .chain(&layout.group_by)
        .chain(&layout.display);
    let strange =
        |word: &String| word.is_empty() || word.len() > 50 || word.chars().any(char::is_control);
    if layout.columns.len() > COLUMNS_MAX || words.into_iter().any(strange) {
        let detail = "At most 50 columns; names have 1 to 50 bytes, without control characters.";
        return Err(FieldError::at("layout", "invalid", detail));
    }
    Ok(layout.clone())
}

impl NewView {
    /// The same with every field as it is stored.
    ///
    /// # Errors
    /// All fields that are wrong.
    pub fn check(&self) -> Result<Self, Vec<FieldError>> {
        let mut checks = Checks::new();
        let name = checks.take(text::name("name", &self.name));
        let query = checks.take(query(&self.query));
        let layout = checks.take(layout(&self.layout));
        let belongs = if self.shared && self.project.is_none() {
            let detail = "Shared with which project?";
            checks.take(Err(FieldError::at("project", "required", detail)))
        } else {
            Some(self.project.clone())
        };
        let whole = (|| {
            Some(Self {
                name: name?,
                query: query?,
                layout: layout?,
                project: belongs?,
                shared: self.shared,
            })
        })();
        checks.finish(whole)
    }
}

impl ViewPatch {
    /// The same with every field as it is stored.
    ///
    /// # Errors
    /// All fields that are wrong.
    pub fn check(&self) -> Result<Self, Vec<FieldError>> {
        let mut checks = Checks::new();
        let patch = Self {
            name: self
                .name
                .as_ref()
                .and_then(|n| checks.take(text::name("name", n))),
            query: self.query.as_ref().and_then(|q| checks.take(query(q))),
            layout: self.layout.as_ref().and_then(|l| checks.take(layout(l))),
            shared: self.shared,
        };
        checks.finish(Some(patch))
    }
}

//! Labels and versions: the small lists a project keeps.

use crate::problem::FieldError;
use crate::text::{self, Checks};
use crate::wire::{Patch, double_option, present};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Colour of a label when none is given: quiet ink.
pub const COLOUR_DEFAULT: &str = "#64748b";

/// A label of a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Label {
    /// Id.
    pub id: Uuid,
    /// Name, unique in the project without regard to case.
    pub name: String,
    /// `#rrggbb`.
    pub colour: String,
    /// What it is for.
    pub description: String,
}

/// A label as an issue carries it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LabelRef {
    /// Id.
    pub id: Uuid,
    /// Name.
    pub name: String,
    /// `#rrggbb`.
    pub colour: String,
}

/// `POST /projects/{project}/labels`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewLabel {
    /// Name.
    pub name: String,
    /// `#rrggbb`.
    #[serde(default)]
    pub colour: Option<String>,
    /// What it is for.
    #[serde(default)]
    pub description: Option<String>,
}

impl NewLabel {
    /// The same with every field as it is stored.
    ///
    /// # Errors
    /// All fields that are wrong.
    pub fn check(&self) -> Result<Self, Vec<FieldError>> {
        let mut checks = Checks::new();
        let name = checks.take(text::name("name", &self.name));
        let colour = checks.take(text::colour(
            "colour",
            self.colour.as_deref().unwrap_or(COLOUR_DEFAULT),
        ));
        let description = checks.take(text::markdown(
            "description",
            self.description.as_deref().unwrap_or_default(),
        ));
        let whole = (|| {
            Some(Self {
                name: name?,
                colour: Some(colour?),
                description: Some(description?),
            })
        })();
        checks.finish(whole)
    }
}

/// `PATCH /projects/{project}/labels/{label}`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LabelPatch {
    /// Name.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub name: Option<String>,
    /// `#rrggbb`.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub colour: Option<String>,
    /// What it is for.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub description: Option<String>,
}

impl LabelPatch {
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
            colour: self
                .colour
                .as_ref()
                .and_then(|c| checks.take(text::colour("colour", c))),
            description: self
                .description
                .as_ref()
                .and_then(|d| checks.take(text::markdown("description", d))),
        };
        checks.finish(Some(patch))
    }
}

/// A version (release) of what a project makes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Version {
    /// Id.
    pub id: Uuid,
    /// Name, unique in the project.
    pub name: String,
    /// The day it came out.
    pub released_on: Option<NaiveDate>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Open issues that it shall fix, as far as they exist for the caller.
    pub open: i64,
    /// Closed ones, however they ended.
    pub closed: i64,
}

/// `POST /projects/{project}/versions`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewVersion {
    /// Name.
    pub name: String,
    /// The day it came out.
    #[serde(default)]
    pub released_on: Option<NaiveDate>,
}

impl NewVersion {
    /// The same with every field as it is stored.
    ///
    /// # Errors
    /// All fields that are wrong.
    pub fn check(&self) -> Result<Self, Vec<FieldError>> {
        let mut checks = Checks::new();
        let name = checks.take(text::name("name", &self.name));
        let released_on = self.released_on;
        let released_on = released_on.and_then(|day| checks.take(text::day("released_on", day)));
        checks.finish(name.map(|name| Self { name, released_on }))
    }
}

/// `PATCH /projects/{project}/versions/{version}`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VersionPatch {
    /// Name.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub name: Option<String>,
    /// The day it came out; `null` for not yet.
    #[serde(
        default,
        deserialize_with = "double_option",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<NaiveDate>))]
    pub released_on: Patch<NaiveDate>,
}

impl VersionPatch {
    /// The same with every field as it is stored.
    ///
    /// # Errors
    /// All fields that are wrong.
    pub fn check(&self) -> Result<Self, Vec<FieldError>> {
        let mut checks = Checks::new();
        let name = self
            .name
            .as_ref()
            .and_then(|n| checks.take(text::name("name", n)));
        let day = |day| checks.take(text::day("released_on", day));
        let released_on = self.released_on.map(|given| given.and_then(day));
        checks.finish(Some(Self { name, released_on }))
    }
}

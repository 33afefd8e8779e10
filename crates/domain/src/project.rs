//! Projects and their members.

use crate::problem::FieldError;
use crate::text::{self, Checks};
use crate::user::{Role, UserRef};
use crate::wire::present;
use crate::workflow::Template;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

words! {
    /// For whom a project exists.
    Visibility ("visibility") {
        /// For every account, with the account's role.
        Internal = "internal",
        /// For its members only.
        Private = "private",
    }
}

words! {
    /// What a project's reporters see.
    ReportersSee ("reporters_see") {
        /// Every issue.
        All = "all",
        /// Their own issues; the others do not exist for them.
        Own = "own",
    }
}

words! {
    /// The page on which a project opens.
    Landing ("landing") {
        /// The list of issues.
        Issues = "issues",
        /// The board.
        Board = "board",
    }
}

impl Landing {
    /// Where projects of that template open unless told otherwise: who collects requests reads a
    /// list, who develops looks at a board.
    #[must_use]
    pub const fn of_template(template: Template) -> Self {
        match template {
            Template::Feedback | Template::Helpdesk => Self::Issues,
            Template::Software | Template::Service => Self::Board,
        }
    }
}

/// A project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Project {
    /// Id.
    pub id: Uuid,
    /// Key, upper case; the first part of its issues' keys.
    pub key: String,
    /// Name.
    pub name: String,
    /// Markdown.
    pub description: String,
    /// For whom it exists.
    pub visibility: Visibility,
    /// What its reporters see.
    pub reporters_see: ReportersSee,
    /// The template it began with.
    pub template: Template,
    /// The page on which it opens.
    pub landing: Landing,
    /// Set once archived: readable, not writable.
    pub archived_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Last change of these fields.
    pub updated_at: DateTime<Utc>,
    /// Counts changes of these fields, for `If-Match`.
    pub version: i32,
    /// The caller's role there.
    pub role: Role,
    /// Open issues that the caller can see.
    pub open_issues: i64,
}

/// `POST /projects`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewProject {
    /// 2 to 10 letters or digits, beginning with a letter. Cannot be changed later.
    pub key: String,
    /// Name.
    pub name: String,
    /// Markdown.
    #[serde(default)]
    pub description: Option<String>,
    /// `internal` unless given.
    #[serde(default)]
    pub visibility: Option<Visibility>,
    /// `own` for feedback and helpdesk, `all` for the others, unless given.
    #[serde(default)]
    pub reporters_see: Option<ReportersSee>,
    /// `software` unless given.
    #[serde(default)]
    pub template: Option<Template>,
}

impl NewProject {
    /// The same with every field as it is stored.
    ///
    /// # Errors
    /// All fields that are wrong.
    pub fn check(&self) -> Result<Self, Vec<FieldError>> {
        let mut checks = Checks::new();
        let key = checks.take(text::project_key("key", &self.key));
        let name = checks.take(text::name("name", &self.name));
        let description = checks.take(text::markdown(
            "description",
            self.description.as_deref().unwrap_or_default(),
        ));
        let template = self.template.unwrap_or(Template::Software);
        let reporters_see = self.reporters_see.unwrap_or(match template {
            Template::Feedback | Template::Helpdesk => ReportersSee::Own,
            Template::Software | Template::Service => ReportersSee::All,
        });
        let visibility = self.visibility.unwrap_or(Visibility::Internal);
        let whole = (|| {
            Some(Self {
                key: key?,
                name: name?,
                description: Some(description?),
                visibility: Some(visibility),
                reporters_see: Some(reporters_see),
                template: Some(template),
            })
        })();
        checks.finish(whole)
    }
}

/// `PATCH /projects/{project}`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProjectPatch {
    /// Name.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub name: Option<String>,
    /// Markdown.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub description: Option<String>,
    /// For whom it exists.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub visibility: Option<Visibility>,
    /// What its reporters see.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub reporters_see: Option<ReportersSee>,
    /// The page on which it opens.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub landing: Option<Landing>,
    /// Archive (true) or bring back (false).
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub archived: Option<bool>,
}

impl ProjectPatch {
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
            description: self
                .description
                .as_ref()
                .and_then(|d| checks.take(text::markdown("description", d))),
            visibility: self.visibility,
            reporters_see: self.reporters_see,
            landing: self.landing,
            archived: self.archived,
        };
        checks.finish(Some(patch))
    }
}

/// Somebody's place in a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Member {
    /// Who.
    pub user: UserRef,
    /// Role in the project.
    pub role: Role,
    /// Since when.
    pub created_at: DateTime<Utc>,
}

/// `POST /projects/{project}/members`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewMember {
    /// User name or e-mail address.
    pub identifier: String,
    /// Role in the project.
    pub role: Role,
}

/// `PATCH /projects/{project}/members/{user}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MemberPatch {
    /// New role in the project.
    pub role: Role,
}

/// Refuses the one role that no membership has.
///
/// # Errors
/// `unknown_value` for `admin`.
pub fn membership_role(role: Role) -> Result<Role, Vec<FieldError>> {
    if role.for_membership() {
        Ok(role)
    } else {
        Err(vec![FieldError::at(
            "role",
            "unknown_value",
            "An admin is one of the instance; the highest role in a project is lead.",
        )])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_project_takes_the_manners_of_its_template() {
        let new = NewProject {
            key: "app".into(),
            name: " App ".into(),
            description: None,
            visibility: None,
            reporters_see: None,
            template: Some(Template::Helpdesk),
        };
        let checked = new.check().unwrap();
        assert_eq!(checked.key, "APP");
        assert_eq!(checked.name, "App");
        assert_eq!(checked.reporters_see, Some(ReportersSee::Own));
        assert_eq!(checked.visibility, Some(Visibility::Internal));
        assert!(membership_role(Role::Admin).is_err());
    }
}

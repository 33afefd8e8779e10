//! Accounts, their roles, sign-in and sessions.

use crate::token::Scope;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

mod input;
mod sign_in;

pub use input::{
    NewUser, ProfilePatch, Register, UserPatch, no_password_for_services, username_from,
};
pub use sign_in::{Login, PasswordChange, Session, SignedIn, TokenAnswer};

words! {
    /// One ladder of roles, for accounts and for memberships; each includes those before it.
    Role ("role") {
        /// Reads.
        Viewer = "viewer",
        /// Reports issues and comments.
        Reporter = "reporter",
        /// Works on issues of their own or assigned to them.
        Developer = "developer",
        /// Works on every issue.
        Maintainer = "maintainer",
        /// Runs a project. Only a membership can have this role.
        Lead = "lead",
        /// Runs the instance. Only an account can have this role.
        Admin = "admin",
    }
}

impl Role {
    /// Whether an account may have this role (a lead leads a project, not an instance).
    #[must_use]
    pub const fn for_account(self) -> bool {
        !matches!(self, Role::Lead)
    }

    /// Whether a membership may have this role.
    #[must_use]
    pub const fn for_membership(self) -> bool {
        !matches!(self, Role::Admin)
    }
}

words! {
    /// Who is behind an account.
    Kind ("kind") {
        /// A person.
        Human = "human",
        /// A program.
        Service = "service",
    }
}

words! {
    /// The look a person chose.
    Theme ("theme") {
        /// As the device says.
        System = "system",
        /// Light.
        Light = "light",
        /// Dark.
        Dark = "dark",
    }
}

/// A person as others see them beside their work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserRef {
    /// Id.
    pub id: Uuid,
    /// Unique name.
    pub username: String,
    /// Name for people.
    pub display_name: String,
    /// Person or program.
    pub kind: Kind,
}

/// An account. `email`, `role` and the dates are only there for admins and for oneself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct User {
    /// Id.
    pub id: Uuid,
    /// Unique name.
    pub username: String,
    /// Name for people.
    pub display_name: String,
    /// Person or program.
    pub kind: Kind,
    /// False once deactivated.
    pub active: bool,
    /// For admins: registered, and not let in by an admin yet. There when true.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub awaits_admin: bool,
    /// Role of the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// E-mail address, lower case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Last sign-in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_login_at: Option<DateTime<Utc>>,
    /// When the account was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<DateTime<Utc>>,
}

impl User {
    /// The short form.
    #[must_use]
    pub fn reference(&self) -> UserRef {
        UserRef {
            id: self.id,
            username: self.username.clone(),
            display_name: self.display_name.clone(),
            kind: self.kind,
        }
    }
}

/// How a person wants to see things.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Preferences {
    /// BCP 47 language tag, for example `en`.
    pub locale: String,
    /// IANA time zone, for example `Europe/Vienna`; `UTC` unless chosen.
    pub timezone: String,
    /// Light, dark or as the device says.
    pub theme: Theme,
}

/// What somebody is in one project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Standing {
    /// The project's id.
    pub project_id: Uuid,
    /// The project's key.
    pub project: String,
    /// The role that counts there.
    pub role: Role,
    /// True when only their own issues exist for them there.
    pub own_only: bool,
}

/// The answer of `GET /me`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Me {
    /// The account, in full.
    pub user: User,
    /// How they want to see things.
    pub preferences: Preferences,
    /// One entry for each project that exists for them.
    pub standings: Vec<Standing>,
    /// The session behind this request; not there for a token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<Uuid>,
    /// What the token behind this request may do; not there for a session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<Scope>>,
    /// When that token ends; not there for a session, nor when it never ends by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<DateTime<Utc>>,
}

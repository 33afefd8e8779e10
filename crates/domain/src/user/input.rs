//! What is sent about an account, and how it is checked.

use super::{Kind, Role, Theme};
use crate::problem::FieldError;
use crate::text::{self, Checks};
use crate::wire::{Patch, double_option, present};
use serde::{Deserialize, Serialize};

/// `POST /auth/register`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Register {
    /// 3 to 32 letters, digits, underscores; unique without regard to case.
    pub username: String,
    /// E-mail address; unique.
    pub email: String,
    /// At least 10 characters.
    pub password: String,
    /// Name for people; the user name unless given.
    #[serde(default)]
    pub display_name: Option<String>,
}

impl Register {
    /// The same with every field as it is stored.
    ///
    /// # Errors
    /// All fields that are wrong.
    pub fn check(&self) -> Result<Self, Vec<FieldError>> {
        let mut checks = Checks::new();
        let username = checks.take(text::username("username", &self.username));
        let email = checks.take(text::email("email", &self.email));
        let password = checks.take(text::password("password", &self.password));
        let display_name = match self
            .display_name
            .as_deref()
            .filter(|n| !n.trim().is_empty())
        {
            Some(name) => checks.take(text::name("display_name", name)),
            None => username.clone(),
        };
        let whole = (|| {
            Some(Self {
                username: username?,
                email: email?,
                password: password?,
                display_name: Some(display_name?),
            })
        })();
        checks.finish(whole)
    }
}

/// Admin: `POST /users`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewUser {
    /// Unique name; made from the e-mail address unless given.
    #[serde(default)]
    pub username: Option<String>,
    /// E-mail address.
    pub email: String,
    /// First password; left out only for services, which have none.
    #[serde(default)]
    pub password: Option<String>,
    /// Name for people.
    #[serde(default)]
    pub display_name: Option<String>,
    /// Role of the account, `reporter` unless given.
    #[serde(default = "reporter")]
    pub role: Role,
    /// Person or program, `human` unless given.
    #[serde(default = "human")]
    pub kind: Kind,
}

fn reporter() -> Role {
    Role::Reporter
}

fn human() -> Kind {
    Kind::Human
}

fn account_role(field: &str, role: Role) -> text::Checked<Role> {
    if role.for_account() {
        Ok(role)
    } else {
        Err(FieldError::at(
            field,
            "unknown_value",
            "A lead leads a project; choose another role for the account.",
        ))
    }
}

/// A program signs in with tokens alone.
#[must_use]
pub fn no_password_for_services() -> FieldError {
    FieldError::at(
        "password",
        "not_allowed",
        "A service account has no password; make a token for it.",
    )
}

impl NewUser {
    /// The same with every field as it is stored.
    ///
    /// # Errors
    /// All fields that are wrong.
    pub fn check(&self) -> Result<Self, Vec<FieldError>> {
        let mut checks = Checks::new();
        let email = checks.take(text::email("email", &self.email));
        let username = match &self.username {
            Some(name) => checks.take(text::username("username", name)),
            None => checks.take(text::username("username", &username_from(&self.email))),
        };
        let role = checks.take(account_role("role", self.role));
        let password = match (&self.password, self.kind) {
            (Some(_), Kind::Service) => checks.take(Err(no_password_for_services())),
            (Some(password), _) => checks.take(text::password("password", password)).map(Some),
            (None, Kind::Service) => Some(None),
            (None, Kind::Human) => checks.take(Err(FieldError::at(
                "password",
                "required",
                "A person needs a first password.",
            ))),
        };
        let display_name = match self
            .display_name
            .as_deref()
            .filter(|n| !n.trim().is_empty())
        {
            Some(name) => checks.take(text::name("display_name", name)),
            None => username.clone(),
        };
        let kind = self.kind;
        let whole = (|| {
            Some(Self {
                username: Some(username?),
                email: email?,
                password: password?,
                display_name: Some(display_name?),
                role: role?,
                kind,
            })
        })();
        checks.finish(whole)
    }
}

/// A user name made from an e-mail address: its local part, other characters as underscores.
#[must_use]
pub fn username_from(email: &str) -> String {
    let local = email.split('@').next().unwrap_or_default();
    let mut name: String = local
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .take(32)
        .collect();
    while name.len() < 3 {
        name.push('_');
    }
    name
}

/// Admin: `PATCH /users/{id}`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserPatch {
    /// New role of the account.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub role: Option<Role>,
    /// Deactivate or activate.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub active: Option<bool>,
    /// New password; ends all sessions of the account.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub password: Option<String>,
    /// New e-mail address.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub email: Option<String>,
    /// New name for people.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub display_name: Option<String>,
}

impl UserPatch {
    /// The same with every field as it is stored.
    ///
    /// # Errors
    /// All fields that are wrong.
    pub fn check(&self) -> Result<Self, Vec<FieldError>> {
        let mut checks = Checks::new();
        let patch = Self {
            role: self.role.and_then(|r| checks.take(account_role("role", r))),
            active: self.active,
            password: self
                .password
                .as_ref()
                .and_then(|p| checks.take(text::password("password", p))),
            email: self
                .email
                .as_ref()
                .and_then(|e| checks.take(text::email("email", e))),
            display_name: self
                .display_name
                .as_ref()
                .and_then(|n| checks.take(text::name("display_name", n))),
        };
        checks.finish(Some(patch))
    }
}

/// `PATCH /me`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProfilePatch {
    /// Name for people.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub display_name: Option<String>,
    /// E-mail address.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub email: Option<String>,
    /// BCP 47 language tag; `null` for the default.
    #[serde(
        default,
        deserialize_with = "double_option",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub locale: Patch<String>,
    /// IANA time zone; `null` for UTC.
    #[serde(
        default,
        deserialize_with = "double_option",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub timezone: Patch<String>,
    /// Light, dark or system.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub theme: Option<Theme>,
}

fn tag(field: &str, input: &str) -> text::Checked {
    let fits = !input.is_empty()
        && input.len() <= 64
        && input
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'/' | b'+'));
    if fits {
        Ok(input.into())
    } else {
        Err(FieldError::at(
            field,
            "pattern",
            "A name such as en or Europe/Vienna.",
        ))
    }
}

impl ProfilePatch {
    /// The same with every field as it is stored.
    ///
    /// # Errors
    /// All fields that are wrong.
    pub fn check(&self) -> Result<Self, Vec<FieldError>> {
        let mut checks = Checks::new();
        let mut optional = |field: &str, value: &Patch<String>| {
            value
                .as_ref()
                .map(|v| v.as_ref().and_then(|v| checks.take(tag(field, v))))
        };
        let locale = optional("locale", &self.locale);
        let timezone = optional("timezone", &self.timezone);
        let patch = Self {
            display_name: self
                .display_name
                .as_ref()
                .and_then(|n| checks.take(text::name("display_name", n))),
            email: self
                .email
                .as_ref()
                .and_then(|e| checks.take(text::email("email", e))),
            locale,
            timezone,
            theme: self.theme,
        };
        checks.finish(Some(patch))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_with_three_mistakes_says_all_three() {
        let form = Register {
            username: "x".into(),
            email: "x".into(),
            password: "x".into(),
            display_name: None,
        };
        let pointers: Vec<_> = form
            .check()
            .unwrap_err()
            .into_iter()
            .map(|e| e.pointer)
            .collect();
        assert_eq!(pointers, ["/username", "/email", "/password"]);
    }

    #[test]
    fn nobody_registers_as_lead_and_a_person_needs_a_password() {
        let new = NewUser {
            username: None,
            email: "a.b@example.com".into(),
            password: None,
            display_name: None,
            role: Role::Lead,
            kind: Kind::Human,
        };
        let pointers: Vec<_> = new
            .check()
            .unwrap_err()
            .into_iter()
            .map(|e| e.pointer)
            .collect();
        assert_eq!(pointers, ["/role", "/password"]);
        let service = NewUser {
            role: Role::Reporter,
            kind: Kind::Service,
            ..new
        };
        assert_eq!(service.check().unwrap().username.as_deref(), Some("a_b"));
        let with_password = NewUser {
            password: Some("correct horse battery".into()),
            ..service
        };
        assert_eq!(with_password.check().unwrap_err()[0].pointer, "/password");
    }

    #[test]
    fn a_patch_tells_absent_from_null() {
        let patch: ProfilePatch = serde_json::from_str(r#"{"locale":null}"#).unwrap();
        assert_eq!(patch.locale, Some(None));
        assert_eq!(patch.timezone, None);
        assert_eq!(serde_json::to_string(&patch).unwrap(), r#"{"locale":null}"#);
    }

    #[test]
    fn words_are_forgiving_on_input_only() {
        assert_eq!("Maintainer".parse(), Ok(Role::Maintainer));
        assert!(
            "boss"
                .parse::<Role>()
                .unwrap_err()
                .to_string()
                .contains("viewer, reporter")
        );
        assert_eq!(serde_json::to_string(&Role::Admin).unwrap(), "\"admin\"");
    }
}

//! API tokens: programs act with a part of their owner's rights.
//!
//! A token never holds more than its owner. What it holds of that is said by its scopes and,
//! if it has one, its project. Two tables decide: [`OPERATIONS`] says what each address of the API
//! takes (an address that is missing there takes no token at all), and the policy table says which
//! scope each right takes ([`crate::policy::Rule::scope`]), for what only the body shows.

use crate::policy::{self, Action, Denied, Ground};
use crate::problem::FieldError;
use crate::text::{self, Checks};
use crate::user::Role;
use chrono::{DateTime, Datelike, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What every token begins with, so that people and scanners of secrets recognise it.
pub const MARK: &str = "iit_";
/// Characters of a token that are kept and shown, its mark included.
pub const PREFIX_LENGTH: usize = 12;
/// Longest name, in characters.
pub const NAME_MAX: usize = 80;
/// Most tokens of one account that are not revoked.
pub const TOKENS_MAX: usize = 50;
/// Most scopes that are read of a list, which may name one more than once.
const SCOPES_MAX: usize = 20;

words! {
    /// A part of what a token's owner may do.
    Scope ("scope") {
        /// Read what the owner may see.
        Read = "read",
        /// Report, change, move and delete issues, their labels and files. Includes `read`.
        #[cfg_attr(feature = "openapi", schema(rename = "issues:write"))]
        IssuesWrite = "issues:write",
        /// Write, edit and delete comments. Includes `read`.
        #[cfg_attr(feature = "openapi", schema(rename = "comments:write"))]
        CommentsWrite = "comments:write",
        /// Send reports of faults, and nothing else: not even read them.
        Ingest = "ingest",
        /// Beside `issues:write`: report for somebody else.
        OnBehalfOf = "on_behalf_of",
        /// Manage projects, members, accounts and the audit log. Includes `read`.
        Admin = "admin",
    }
}

impl Scope {
    /// For people, after "A token with this scope may …".
    #[must_use]
    pub const fn phrase(self) -> &'static str {
        match self {
            Scope::Read => "read what its owner may see",
            Scope::IssuesWrite => "read, and report and change issues, their labels and files",
            Scope::CommentsWrite => "read, and write comments",
            Scope::Ingest => "send reports of faults, without reading anything",
            Scope::OnBehalfOf => "beside issues:write, report for somebody else",
            Scope::Admin => "read, and manage projects, members and accounts",
        }
    }

    /// Whether any operation or right takes it.
    #[must_use]
    pub fn is_used(self) -> bool {
        OPERATIONS.iter().any(|o| o.need == Need::Scope(self))
            || policy::TABLE.iter().any(|rule| rule.scope == self)
    }

    const fn includes(self, other: Scope) -> bool {
        self as u8 == other as u8
            || matches!(
                (self, other),
                (
                    Scope::IssuesWrite | Scope::CommentsWrite | Scope::Admin,
                    Scope::Read
                )
            )
    }
}

/// Some scopes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Scopes(u8);

impl Scopes {
    /// The scopes themselves, in their order.
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL
            .iter()
            .copied()
            .filter(move |scope| self.0 & (1 << *scope as u8) != 0)
    }

    /// Whether one of them is or includes that one.
    #[must_use]
    pub fn hold(self, wanted: Scope) -> bool {
        self.iter().any(|scope| scope.includes(wanted))
    }

    /// Passes when they hold that one.
    ///
    /// # Errors
    /// [`Refusal::Scope`].
    pub fn need(self, wanted: Scope) -> Result<(), Refusal> {
        if self.hold(wanted) {
            Ok(())
        } else {
            Err(Refusal::Scope(wanted))
        }
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(
            scopes
                .into_iter()
                .fold(0, |set, scope| set | 1 << scope as u8),
        )
    }
}

/// Where a token ends though its owner's rights go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cut {
    /// What it may do.
    pub scopes: Scopes,
    /// The one project that exists for it; all that exist for its owner unless given.
    pub project: Option<Uuid>,
    /// Whether its owner is a program.
    pub service: bool,
}

/// Why a token does not suffice, whatever its owner may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// It lacks this scope.
    Scope(Scope),
    /// It is for one project, and this is not of a project.
    OneProject,
    /// No token may do this.
    Never,
}

impl Refusal {
    /// The sentence for people.
    #[must_use]
    pub fn sentence(self) -> String {
        match self {
            Refusal::Scope(scope) => format!("This takes a token with the scope {scope}."),
            Refusal::OneProject => {
                "This token is for one project only; this takes one for all projects.".into()
            }
            Refusal::Never => "A token may not do this: sign in with a password.".into(),
        }
    }
}

/// What an operation takes of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Nothing: nobody has to be signed in.
    Nothing,
    /// A token of any kind.
    Any,
    /// This scope.
    Scope(Scope),
    /// No token suffices.
    Session,
}

impl Need {
    /// Passes when these scopes suffice.
    ///
    /// # Errors
    /// [`Refusal`] names what is missing.
    pub fn met_by(self, scopes: Scopes) -> Result<(), Refusal> {
        match self {
            Need::Nothing | Need::Any => Ok(()),
            Need::Scope(scope) => scopes.need(scope),
            Need::Session => Err(Refusal::Never),
        }
    }
}

/// One line of the table of operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operation {
    /// HTTP method.
    pub method: &'static str,
    /// Address under [`crate::paths::API`], with its parameters in braces.
    pub path: &'static str,
    /// What it takes.
    pub need: Need,
}

const fn operation(method: &'static str, path: &'static str, need: Need) -> Operation {
    Operation { method, path, need }
}

const READ: Need = Need::Scope(Scope::Read);
const ISSUES: Need = Need::Scope(Scope::IssuesWrite);
const COMMENTS: Need = Need::Scope(Scope::CommentsWrite);
const ADMIN: Need = Need::Scope(Scope::Admin);

#[rustfmt::skip] // It is a table.
/// What each operation takes of a token. Whatever is not here takes no token.
pub const OPERATIONS: &[Operation] = &[
    operation("POST",   "/auth/register",                          Need::Nothing),
    operation("POST",   "/auth/login",                             Need::Nothing),
    operation("POST",   "/auth/token",                             Need::Nothing),
    operation("POST",   "/auth/logout",                            Need::Session),
    operation("GET",    "/me",                                     Need::Any),
    operation("PATCH",  "/me",                                     Need::Session),
    operation("POST",   "/me/password",                            Need::Session),
    operation("GET",    "/me/sessions",                            Need::Session),
    operation("DELETE", "/me/sessions/{id}",                       Need::Session),
    operation("GET",    "/me/tokens",                              Need::Session),
    operation("POST",   "/me/tokens",                              Need::Session),
    operation("GET",    "/me/tokens/{id}",                         Need::Session),
    operation("DELETE", "/me/tokens/{id}",                         Need::Session),
    operation("GET",    "/users",                                  READ),
    operation("POST",   "/users",                                  ADMIN),
    operation("GET",    "/users/{id}",                             READ),
    operation("PATCH",  "/users/{id}",                             ADMIN),
    operation("DELETE", "/users/{id}",                             ADMIN),
    operation("GET",    "/users/{id}/tokens",                      Need::Session),
    operation("POST",   "/users/{id}/tokens",                      Need::Session),
    operation("GET",    "/users/{id}/tokens/{token}",              Need::Session),
    operation("DELETE", "/users/{id}/tokens/{token}",              Need::Session),
    operation("GET",    "/projects",                               READ),
    operation("POST",   "/projects",                               ADMIN),
    operation("GET",    "/projects/{project}",                     READ),
    operation("PATCH",  "/projects/{project}",                     ADMIN),
    operation("DELETE", "/projects/{project}",                     ADMIN),
    operation("GET",    "/projects/{project}/members",             READ),
    operation("POST",   "/projects/{project}/members",             ADMIN),
    operation("GET",    "/projects/{project}/members/{user}",      READ),
    operation("PATCH",  "/projects/{project}/members/{user}",      ADMIN),
    operation("DELETE", "/projects/{project}/members/{user}",      ADMIN),
    operation("GET",    "/projects/{project}/workflow",            READ),
    operation("PUT",    "/projects/{project}/workflow",            ADMIN),
    operation("GET",    "/projects/{project}/board",               READ),
    operation("GET",    "/projects/{project}/export",              READ),
    operation("GET",    "/projects/{project}/labels",              READ),
    operation("POST",   "/projects/{project}/labels",              ADMIN),
    operation("GET",    "/projects/{project}/labels/{label}",      READ),
    operation("PATCH",  "/projects/{project}/labels/{label}",      ADMIN),
    operation("DELETE", "/projects/{project}/labels/{label}",      ADMIN),
    operation("GET",    "/projects/{project}/versions",            READ),
    operation("POST",   "/projects/{project}/versions",            ADMIN),
    operation("GET",    "/projects/{project}/versions/{version}",  READ),
    operation("PATCH",  "/projects/{project}/versions/{version}",  ADMIN),
    operation("DELETE", "/projects/{project}/versions/{version}",  ADMIN),
    operation("GET",    "/projects/{project}/versions/{version}/notes", READ),
    operation("POST",   "/projects/{project}/issues",              ISSUES),
    operation("POST",   "/issues",                                 ISSUES),
    operation("POST",   "/issues/bulk",                            ISSUES),
    operation("GET",    "/issues",                                 READ),
    operation("GET",    "/issues/similar",                         READ),
    operation("GET",    "/search",                                 READ),
    operation("GET",    "/names",                                  READ),
    operation("GET",    "/issues/{issue}",                         READ),
    operation("PATCH",  "/issues/{issue}",                         ISSUES),
    operation("DELETE", "/issues/{issue}",                         ISSUES),
    operation("POST",   "/issues/{issue}/restore",                 ISSUES),
    operation("POST",   "/issues/{issue}/move",                    ISSUES),
    operation("GET",    "/issues/{issue}/merge",                   READ),
    operation("POST",   "/issues/{issue}/merge",                   ISSUES),
    operation("POST",   "/issues/{issue}/unmerge",                 ISSUES),
    operation("GET",    "/issues/{issue}/events",                  READ),
    operation("PUT",    "/issues/{issue}/labels/{label}",          ISSUES),
    operation("DELETE", "/issues/{issue}/labels/{label}",          ISSUES),
    operation("GET",    "/issues/{issue}/relations",               READ),
    operation("POST",   "/issues/{issue}/relations",               ISSUES),
    operation("GET",    "/issues/{issue}/relations/{id}",          READ),
    operation("DELETE", "/issues/{issue}/relations/{id}",          ISSUES),
    operation("PUT",    "/issues/{issue}/watch",                   ISSUES),
    operation("DELETE", "/issues/{issue}/watch",                   ISSUES),
    operation("PUT",    "/issues/{issue}/vote",                    ISSUES),
    operation("DELETE", "/issues/{issue}/vote",                    ISSUES),
    operation("GET",    "/issues/{issue}/comments",                READ),
    operation("POST",   "/issues/{issue}/comments",                COMMENTS),
    operation("GET",    "/comments/{id}",                          READ),
    operation("GET",    "/comments/{id}/events",                   READ),
    operation("PATCH",  "/comments/{id}",                          COMMENTS),
    operation("DELETE", "/comments/{id}",                          COMMENTS),
    operation("GET",    "/issues/{issue}/attachments",             READ),
    operation("POST",   "/issues/{issue}/attachments",             ISSUES),
    operation("POST",   "/projects/{project}/attachments",         ISSUES),
    operation("GET",    "/attachments/{id}",                       READ),
    operation("DELETE", "/attachments/{id}",                       ISSUES),
    operation("GET",    "/views",                                  READ),
    operation("POST",   "/views",                                  ADMIN),
    operation("GET",    "/views/{id}",                             READ),
    operation("PATCH",  "/views/{id}",                             ADMIN),
    operation("DELETE", "/views/{id}",                             ADMIN),
    operation("GET",    "/insights/open_by",                       READ),
    operation("GET",    "/insights/changes",                       READ),
    operation("GET",    "/insights/moments",                       READ),
    operation("GET",    "/stats/daily",                            READ),
    operation("GET",    "/activity",                               READ),
    operation("GET",    "/stream",                                 READ),
    operation("GET",    "/events",                                 READ),
    operation("GET",    "/audit",                                  ADMIN),
    operation("DELETE", "/audit",                                  ADMIN),
    operation("GET",    "/admin/policy",                           ADMIN),
];

/// What that operation takes of a token: no token at all unless the table says otherwise.
///
/// `path` is the address as the API's document has it, with its prefix.
#[must_use]
pub fn need(method: &str, path: &str) -> Need {
    let path = path.strip_prefix(crate::paths::API).unwrap_or_default();
    OPERATIONS
        .iter()
        .find(|o| o.method == method && o.path == path)
        .map_or(Need::Session, |o| o.need)
}

/// Why somebody may not do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotAllowed {
    /// They lack the role.
    Role(Denied),
    /// The token they come with does not suffice.
    Token(Refusal),
}

impl From<Denied> for NotAllowed {
    fn from(denied: Denied) -> Self {
        Self::Role(denied)
    }
}

impl From<Refusal> for NotAllowed {
    fn from(refusal: Refusal) -> Self {
        Self::Token(refusal)
    }
}

/// Whether somebody with that role may do it on that ground, where they come with a token that is
/// cut like that.
///
/// # Errors
/// [`NotAllowed`] names what is missing: the role first.
pub fn decide(
    role: Role,
    action: Action,
    ground: Ground,
    cut: Option<&Cut>,
) -> Result<(), NotAllowed> {
    let Some(cut) = cut else {
        return Ok(policy::decide(role, action, ground)?);
    };
    // A program reports for the people whom it serves: there the scope stands for the role.
    let as_role = if cut.service && action == Action::ReportOnBehalf {
        Action::CreateIssue
    } else {
        action
    };
    policy::decide(role, as_role, ground)?;
    Ok(cut.scopes.need(action.rule().scope)?)
}

/// A token, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApiToken {
    /// Id.
    pub id: Uuid,
    /// What its owner calls it.
    pub name: String,
    /// How the token begins, to recognise it by.
    pub prefix: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// Key of the one project that exists for it; `null`: all that exist for its owner.
    pub project: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ends; `null`: never by itself.
    pub expires_at: Option<DateTime<Utc>>,
    /// Last use, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
}

/// The answer that made a token.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MadeToken {
    /// What was made.
    #[serde(flatten)]
    pub made: ApiToken,
    /// The token itself, this once: it is not kept. Not there when the answer to a repeated request
    /// is given again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

/// Secrets stay out of logs.
impl std::fmt::Debug for MadeToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MadeToken")
            .field("made", &self.made)
            .finish_non_exhaustive()
    }
}

/// `POST /me/tokens` and `POST /users/{id}/tokens`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewToken {
    /// What it is for, 1 to 80 characters.
    pub name: String,
    /// What it may do, at least one.
    pub scopes: Vec<Scope>,
    /// Key or id of the one project that shall exist for it; all that exist for its owner unless
    /// given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// When it ends; never by itself unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<DateTime<Utc>>,
}

impl NewToken {
    /// The same with every field as it is stored: each scope once, in their order.
    ///
    /// # Errors
    /// All fields that are wrong.
    pub fn check(&self, now: DateTime<Utc>) -> Result<Self, Vec<FieldError>> {
        let mut checks = Checks::new();
        let name = checks.take(text::line("name", &self.name, NAME_MAX));
        if self.scopes.len() > SCOPES_MAX {
            let detail = format!("At most {SCOPES_MAX}.");
            checks.push(FieldError::at("scopes", "too_many", detail));
        }
        let scopes: Vec<Scope> = self
            .scopes
            .iter()
            .copied()
            .collect::<Scopes>()
            .iter()
            .collect();
        let scopes = checks.take(if scopes.is_empty() {
            let detail = "Choose at least one scope: without any the token may do nothing.";
            Err(FieldError::at("scopes", "required", detail))
        } else {
            Ok(scopes)
        });
        let expires_at = checks.take(match self.expires_at {
            Some(at) if at <= now => Err(FieldError::at(
                "expires_at",
                "range",
                "That is past; choose an instant to come.",
            )),
            Some(at) if !text::YEARS.contains(&at.year()) => Err(FieldError::at(
                "expires_at",
                "range",
                "At the end of the year 2999 at the latest; leave it out for never.",
            )),
            at => Ok(at),
        });
        let whole = (|| {
            Some(Self {
                name: name?,
                scopes: scopes?,
                project: self.project.clone(),
                expires_at: expires_at?,
            })
        })();
        checks.finish(whole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::TABLE;
    use chrono::TimeDelta;

    fn cut(scopes: &[Scope]) -> Cut {
        Cut {
            scopes: scopes.iter().copied().collect(),
            project: None,
            service: false,
        }
    }

    #[test]
    fn writing_includes_reading_and_nothing_else_does() {
        let holds = |scope: Scope| -> Vec<Scope> {
            let scopes = Scopes::from_iter([scope]);
            let all = Scope::ALL.iter().copied();
            all.filter(|wanted| scopes.hold(*wanted)).collect()
        };
        assert_eq!(holds(Scope::Read), [Scope::Read]);
        assert_eq!(holds(Scope::IssuesWrite), [Scope::Read, Scope::IssuesWrite]);
        assert_eq!(
            holds(Scope::CommentsWrite),
            [Scope::Read, Scope::CommentsWrite]
        );
        assert_eq!(holds(Scope::Ingest), [Scope::Ingest]);
        assert_eq!(holds(Scope::OnBehalfOf), [Scope::OnBehalfOf]);
        assert_eq!(holds(Scope::Admin), [Scope::Read, Scope::Admin]);
        assert!(Scopes::default().iter().next().is_none());
    }

    #[test]
    fn a_token_never_holds_more_than_its_owner() {
        let all = cut(Scope::ALL);
        for rule in TABLE {
            for role in Role::ALL {
                for ground in [Ground::NONE, Ground::OWN] {
                    let owner = policy::decide(*role, rule.action, ground).is_ok();
                    let token = decide(*role, rule.action, ground, Some(&all)).is_ok();
                    assert_eq!(owner, token, "{} {role}", rule.name);
                    let none = cut(&[]);
                    assert!(decide(*role, rule.action, ground, Some(&none)).is_err());
                    for scope in Scope::ALL {
                        let one = cut(&[*scope]);
                        if decide(*role, rule.action, ground, Some(&one)).is_ok() {
                            assert!(owner, "{} {role} {scope}", rule.name);
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn a_program_with_that_scope_reports_for_others_where_it_may_report() {
        let service = |scopes: &[Scope]| Cut {
            service: true,
            ..cut(scopes)
        };
        let ask = |role, cut: &Cut| decide(role, Action::ReportOnBehalf, Ground::NONE, Some(cut));
        let scopes = [Scope::IssuesWrite, Scope::OnBehalfOf];
        assert_eq!(ask(Role::Reporter, &service(&scopes)), Ok(()));
        assert!(ask(Role::Viewer, &service(&scopes)).is_err());
        assert!(ask(Role::Developer, &cut(&scopes)).is_err(), "a person's");
        assert_eq!(ask(Role::Maintainer, &cut(&scopes)), Ok(()));
        assert_eq!(
            ask(Role::Maintainer, &service(&[Scope::IssuesWrite])),
            Err(NotAllowed::Token(Refusal::Scope(Scope::OnBehalfOf)))
        );
    }

    #[test]
    fn what_is_not_in_the_table_takes_no_token() {
        assert_eq!(need("GET", "/api/v1/issues/{issue}"), READ);
        assert_eq!(need("POST", "/api/v1/issues/{issue}"), Need::Session);
        assert_eq!(need("GET", "/issues/{issue}"), Need::Session);
        assert_eq!(need("GET", "/api/v1/nothing"), Need::Session);
        assert_eq!(need("GET", ""), Need::Session);
        let all: Scopes = Scope::ALL.iter().copied().collect();
        assert_eq!(Need::Session.met_by(all), Err(Refusal::Never));
        assert_eq!(Need::Any.met_by(Scopes::default()), Ok(()));
    }

    #[test]
    fn every_operation_stands_there_once() {
        let mut lines: Vec<_> = OPERATIONS.iter().map(|o| (o.path, o.method)).collect();
        let count = lines.len();
        lines.sort_unstable();
        lines.dedup();
        assert_eq!(lines.len(), count);
    }

    #[test]
    fn a_token_has_a_name_a_scope_and_an_end_to_come() {
        let now: DateTime<Utc> = "2026-01-31T12:00:00Z".parse().unwrap();
        let new = NewToken {
            name: "  Nightly ".into(),
            scopes: vec![Scope::IssuesWrite, Scope::Read, Scope::IssuesWrite],
            project: None,
            expires_at: Some(now + TimeDelta::seconds(1)),
        };
        let checked = new.check(now).unwrap();
        assert_eq!(checked.name, "Nightly");
        assert_eq!(checked.scopes, [Scope::Read, Scope::IssuesWrite]);
        let wrong = NewToken {
            name: "x".repeat(81),
            scopes: Vec::new(),
            expires_at: Some(now),
            ..new
        };
        let places: Vec<_> = wrong.check(now).unwrap_err();
        let places: Vec<_> = places.into_iter().map(|e| e.pointer).collect();
        assert_eq!(places, ["/name", "/scopes", "/expires_at"]);
    }

    #[test]
    fn scopes_travel_by_their_names() {
        assert_eq!(
            serde_json::to_string(&Scope::ALL).unwrap(),
            r#"["read","issues:write","comments:write","ingest","on_behalf_of","admin"]"#
        );
    }
}

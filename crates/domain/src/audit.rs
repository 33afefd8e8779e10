//! The audit log: who signed in, who changed whose rights, who took data out or away.
//!
//! Not history: history tells what happened to issues and is kept for ever; the audit log tells what
//! happened to access and is kept as long as the instance wants.

use crate::user::UserRef;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! kinds {
    ($( $(#[$meta:meta])* $variant:ident = $slug:literal, $phrase:literal; )+) => {
        /// Everything that is audited: the one table.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum AuditKind { $( $(#[$meta])* $variant, )+ }

        impl AuditKind {
            /// All kinds.
            pub const ALL: &'static [AuditKind] = &[ $( AuditKind::$variant, )+ ];
            /// The words as they travel, in the same order.
            pub const SLUGS: &'static [&'static str] = &[ $( $slug, )+ ];
            /// `noun.what_happened`.
            #[must_use]
            pub const fn slug(self) -> &'static str { match self { $( AuditKind::$variant => $slug, )+ } }
            /// For people, after the actor's name: "changed the role of".
            #[must_use]
            pub const fn phrase(self) -> &'static str { match self { $( AuditKind::$variant => $phrase, )+ } }
            /// The kind with that slug.
            #[must_use]
            pub fn from_slug(slug: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|kind| kind.slug() == slug)
            }
        }
    };
}

kinds! {
    /// Somebody signed in.
    SignInOk = "sign_in.ok", "signed in";
    /// A sign-in was refused; `detail.reason` is `password`, `unknown`, `deactivated` or `awaits_admin`, or
    /// `session` when whoever was signed in did not know the password.
    SignInFailed = "sign_in.failed", "was refused at sign-in";
    /// Somebody signed out.
    SignOut = "sign_out", "signed out";
    /// A session was ended from another one.
    SessionRevoked = "session.revoked", "ended a session of";
    /// Somebody changed their own password.
    PasswordChanged = "password.changed", "changed their password";
    /// An admin set somebody's password.
    PasswordReset = "password.reset", "set the password of";
    /// A token was made; `detail` has its prefix, scopes, project and end.
    TokenCreated = "token.created", "created a token for";
    /// A token was revoked; `detail.reason` says when it ended with something else.
    TokenRevoked = "token.revoked", "revoked a token of";
    /// An account was made.
    AccountCreated = "account.created", "created the account";
    /// An account's e-mail address, which signs in, changed.
    AccountEmailChanged = "account.email_changed", "changed the e-mail address of";
    /// An account's role changed.
    AccountRoleChanged = "account.role_changed", "changed the role of";
    /// An account was deactivated.
    AccountDeactivated = "account.deactivated", "deactivated";
    /// An account was activated again.
    AccountActivated = "account.activated", "activated";
    /// Somebody became a member of a project.
    MemberAdded = "member.added", "added the member";
    /// A member's role changed.
    MemberRoleChanged = "member.role_changed", "changed the project role of";
    /// Somebody is no longer a member of a project.
    MemberRemoved = "member.removed", "removed the member";
    /// A project was made.
    ProjectCreated = "project.created", "created the project";
    /// A project's settings changed; `detail` has old and new of each.
    ProjectChanged = "project.changed", "changed the settings of the project";
    /// A project was archived.
    ProjectArchived = "project.archived", "archived the project";
    /// An archived project came back.
    ProjectRestored = "project.restored", "brought the project back";
    /// A project was exported as a whole.
    ProjectExported = "project.exported", "exported the project";
    /// A project was purged; `detail` counts what went.
    ProjectPurged = "project.purged", "purged the project";
    /// A project's workflow changed.
    WorkflowChanged = "workflow.changed", "changed the workflow of the project";
    /// A list of issues was taken out as a file; `detail` has what was asked for and how many rows.
    IssuesExported = "issues.exported", "exported issues";
    /// The audit log was exported.
    AuditExported = "audit.exported", "exported the audit log";
    /// Old entries of the audit log were removed; `detail` says how many and until when.
    AuditPurged = "audit.purged", "purged the audit log";
    /// An issue was read, where the instance logs reads.
    Read = "read", "read";
}

/// One entry of the audit log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditEntry {
    /// Id.
    pub id: Uuid,
    /// What happened: one of the kinds.
    pub kind: String,
    /// For people, after the actor's name.
    pub phrase: String,
    /// Who did it; `null` for the system, and for sign-ins under a name that nobody has.
    pub actor: Option<UserRef>,
    /// Whom it concerns.
    pub target: Option<UserRef>,
    /// Key of the project it concerns, also after that was purged.
    pub project: Option<String>,
    /// Address it came from; empty for the system.
    pub ip: String,
    /// What the browser or program called itself.
    pub user_agent: String,
    /// The request, as logs and problems name it.
    pub request_id: String,
    /// Particulars: old and new values, counts. Never a secret.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub detail: serde_json::Value,
    /// When.
    pub at: DateTime<Utc>,
}

/// The questions that `GET /audit` answers, as its query parameters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// `kind`: of these kinds only, with commas between.
    pub kinds: Vec<AuditKind>,
    /// `actor`: user name or id of who did it.
    pub actor: Option<String>,
    /// `target`: user name or id of whom it concerns.
    pub target: Option<String>,
    /// `project`: key or id.
    pub project: Option<String>,
    /// `from`: not before.
    pub from: Option<DateTime<Utc>>,
    /// `to`: before.
    pub to: Option<DateTime<Utc>>,
}

impl AuditFilter {
    /// As query parameters.
    #[must_use]
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        if !self.kinds.is_empty() {
            let kinds: Vec<&str> = self.kinds.iter().map(|k| k.slug()).collect();
            pairs.push(("kind", kinds.join(",")));
        }
        let texts = [
            ("actor", &self.actor),
            ("target", &self.target),
            ("project", &self.project),
        ];
        for (name, text) in texts {
            pairs.extend(text.clone().map(|text| (name, text)));
        }
        for (name, at) in [("from", self.from), ("to", self.to)] {
            pairs.extend(at.map(|at| {
                (
                    name,
                    at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true),
                )
            }));
        }
        pairs
    }
}

/// Entries younger than this many days cannot be purged.
pub const PURGE_DAYS_MIN: i64 = 30;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_own_word_and_a_phrase() {
        let mut slugs = AuditKind::SLUGS.to_vec();
        slugs.sort_unstable();
        slugs.dedup();
        assert_eq!(slugs.len(), AuditKind::ALL.len());
        for kind in AuditKind::ALL {
            assert_eq!(AuditKind::from_slug(kind.slug()), Some(*kind));
            assert!(!kind.phrase().is_empty());
        }
        assert_eq!(AuditKind::from_slug("nothing"), None);
    }

    #[test]
    fn a_filter_becomes_parameters() {
        let filter = AuditFilter {
            kinds: vec![AuditKind::SignInOk, AuditKind::SignOut],
            actor: Some("lead".into()),
            from: Some("2026-01-01T00:00:00Z".parse().unwrap()),
            ..AuditFilter::default()
        };
        assert_eq!(
            filter.pairs(),
            [
                ("kind", "sign_in.ok,sign_out".to_string()),
                ("actor", "lead".to_string()),
                ("from", "2026-01-01T00:00:00Z".to_string()),
            ]
        );
        assert!(AuditFilter::default().pairs().is_empty());
    }
}

//! What can go wrong below: a few meanings, each with one place above that renders it.

use diesel::result::{DatabaseErrorKind, Error as DieselError};

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No such row, or none that the caller may see.
    #[error("not found")]
    NotFound,
    /// The issue has another key now, inside; told only to those for whom it exists.
    #[error("moved to {0}")]
    Moved(String),
    /// A named constraint refused the row; see [`meaning`].
    #[error("constraint {0}")]
    Constraint(String),
    /// The caller's role does not suffice.
    #[error("denied: {}", .0.action.rule().name)]
    Denied(domain::policy::Denied),
    /// The caller's token does not suffice.
    #[error("token: {}", .0.sentence())]
    Token(domain::token::Refusal),
    /// The project is archived and takes no changes.
    #[error("archived")]
    Archived,
    /// The issue is deleted and takes no changes.
    #[error("deleted")]
    Deleted,
    /// The last admin or the last lead would be lost.
    #[error("last one")]
    LastOne,
    /// Another change came first: the row is no longer at the version that was read.
    #[error("stale version")]
    Stale,
    /// Two waited for each other and this one was given up; done again from the start it succeeds.
    #[error("two waited for each other")]
    Deadlock,
    /// The database is away, overloaded, or waited too long for a lock.
    #[error("database unavailable: {0}")]
    Unavailable(String),
    /// Anything else: a fault of ours.
    #[error("database: {0}")]
    Database(String),
    /// The file storage failed.
    #[error("file storage: {0}")]
    Storage(String),
}

/// Short form of results in this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl From<DieselError> for Error {
    fn from(error: DieselError) -> Self {
        match error {
            DieselError::NotFound => Self::NotFound,
            DieselError::DatabaseError(kind, info) => match kind {
                DatabaseErrorKind::UniqueViolation
                | DatabaseErrorKind::ForeignKeyViolation
                | DatabaseErrorKind::CheckViolation => {
                    Self::Constraint(info.constraint_name().unwrap_or("unknown").to_string())
                }
                DatabaseErrorKind::ClosedConnection
                | DatabaseErrorKind::UnableToSendCommand
                | DatabaseErrorKind::SerializationFailure => {
                    Self::Unavailable(info.message().to_string())
                }
                _ => unavailable_or_database(info.message()),
            },
            DieselError::BrokenTransactionManager => {
                Self::Unavailable("broken transaction".to_string())
            }
            other => Self::Database(other.to_string()),
        }
    }
}

/// Postgres reports these by message only through libpq's kinds; they pass and may be tried again.
fn unavailable_or_database(message: &str) -> Error {
    if message.contains("deadlock detected") {
        return Error::Deadlock;
    }
    let passing = [
        "canceling statement due to",
        "terminating connection",
        "the database system is",
        "server closed the connection",
        "could not connect",
        "lock timeout",
        "connection to server",
        "no connection to the server",
        "too many clients",
    ];
    if passing.iter().any(|part| message.contains(part)) {
        Error::Unavailable(message.to_string())
    } else {
        Error::Database(message.to_string())
    }
}

impl From<domain::policy::Denied> for Error {
    fn from(denied: domain::policy::Denied) -> Self {
        Self::Denied(denied)
    }
}

impl From<domain::token::Refusal> for Error {
    fn from(refusal: domain::token::Refusal) -> Self {
        Self::Token(refusal)
    }
}

impl From<domain::token::NotAllowed> for Error {
    fn from(not: domain::token::NotAllowed) -> Self {
        match not {
            domain::token::NotAllowed::Role(denied) => denied.into(),
            domain::token::NotAllowed::Token(refusal) => refusal.into(),
        }
    }
}

impl From<object_store::Error> for Error {
    fn from(error: object_store::Error) -> Self {
        match error {
            object_store::Error::NotFound { .. } => Self::NotFound,
            other => Self::Storage(other.to_string()),
        }
    }
}

/// What a violated constraint means: the field, a stable code and a sentence.
///
/// Constraints that are not listed are faults of ours, not of the caller.
#[must_use]
pub fn meaning(constraint: &str) -> Option<(&'static str, &'static str, &'static str)> {
    let row = match constraint {
        "account_username_key" => ("username", "taken", "That user name is taken."),
        "account_email_key" => ("email", "taken", "That e-mail address is in use."),
        "project_key_key" => ("key", "taken", "That key is taken."),
        "membership_pkey" => ("identifier", "taken", "They are a member already."),
        "label_project_id_name_key"
        | "project_version_project_id_name_key"
        | "saved_view_owner_id_name_key"
        | "saved_view_project_id_name_key" => ("name", "taken", "That name is taken."),
        "issue_project_id_external_ref_key" => (
            "external_ref",
            "taken",
            "Another issue of this project has that reference.",
        ),
        "relation_from_id_to_id_kind_key" => (
            "issue",
            "already_related",
            "They stand in that relation already.",
        ),
        "issue_parent_check" => ("parent", "cycle", "An issue cannot be its own parent."),
        _ => return None,
    };
    Some(row)
}

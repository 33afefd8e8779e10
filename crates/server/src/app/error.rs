//! Why a use case ended without its result. HTTP-free; rendered in `http/problem.rs`.

use domain::problem::{Code, FieldError, Problem};

/// A failure of a use case.
#[derive(Debug)]
pub enum Error {
    /// From below.
    Store(store::Error),
    /// Said by the use case itself.
    Problem(Box<Problem>),
    /// A fault of ours; the text is for the log only.
    Internal(String),
}

/// Short form of results of use cases.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        Self::Store(error)
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self::Problem(Box::new(problem))
    }
}

impl From<domain::policy::Denied> for Error {
    fn from(denied: domain::policy::Denied) -> Self {
        Self::Store(store::Error::Denied(denied))
    }
}

impl From<domain::token::Refusal> for Error {
    fn from(refusal: domain::token::Refusal) -> Self {
        Self::Store(store::Error::Token(refusal))
    }
}

impl From<Vec<FieldError>> for Error {
    fn from(errors: Vec<FieldError>) -> Self {
        Problem::invalid(errors).into()
    }
}

impl From<FieldError> for Error {
    fn from(error: FieldError) -> Self {
        vec![error].into()
    }
}

impl Error {
    /// Nothing to know the caller by, or something that does not hold (any more).
    #[must_use]
    pub fn not_signed(with_bearer: bool) -> Self {
        Problem::new(match with_bearer {
            true => Code::InvalidToken,
            false => Code::NotAuthenticated,
        })
        .into()
    }

    /// Absent or not visible.
    #[must_use]
    pub fn not_found() -> Self {
        Self::Store(store::Error::NotFound)
    }

    /// Busy.
    #[must_use]
    pub fn unavailable() -> Self {
        Problem::new(Code::Unavailable).into()
    }

    /// A fault of ours.
    #[must_use]
    pub fn internal(what: impl Into<String>) -> Self {
        Self::Internal(what.into())
    }

    /// A key used for two different requests.
    #[must_use]
    pub fn idempotency_mismatch() -> Self {
        Problem::new(Code::IdempotencyMismatch)
            .detail("The key was used before with another body; use a new one.")
            .into()
    }

    /// The state does not take this change.
    #[must_use]
    pub fn conflict(detail: &str) -> Self {
        Problem::new(Code::Conflict).detail(detail).into()
    }

    /// As the problem that the caller sees.
    #[must_use]
    pub fn problem(&self) -> Problem {
        match self {
            Self::Problem(problem) => (**problem).clone(),
            Self::Internal(_) => Problem::new(Code::Internal),
            Self::Store(error) => of_store(error),
        }
    }
}

fn of_store(error: &store::Error) -> Problem {
    match error {
        store::Error::NotFound => Problem::new(Code::NotFound),
        store::Error::Denied(denied) => {
            let mut problem = Problem::new(Code::Forbidden).detail(denied.sentence());
            problem.missing = Some(denied.missing());
            problem
        }
        store::Error::Token(refusal) => {
            Problem::new(Code::TokenNotEnough).detail(refusal.sentence())
        }
        store::Error::Moved(key) => {
            Problem::new(Code::Moved).detail(format!("The issue is {key} now."))
        }
        store::Error::Archived => Problem::new(Code::Conflict)
            .detail("The project is archived; a lead can bring it back."),
        store::Error::Deleted => Problem::new(Code::Conflict)
            .detail("The issue is deleted; restore it before you change it."),
        store::Error::LastOne => Problem::new(Code::LastOne),
        store::Error::Stale => Problem::new(Code::EditConflict),
        store::Error::Constraint(name) => match store::error::meaning(name) {
            Some((field, code, detail)) => {
                let mut problem = Problem::new(Code::AlreadyExists).detail(detail);
                problem.errors = vec![FieldError::at(field, code, detail)];
                problem
            }
            None => Problem::new(Code::Internal),
        },
        store::Error::Unavailable(_) | store::Error::Deadlock => Problem::new(Code::Unavailable),
        store::Error::Database(_) | store::Error::Storage(_) => Problem::new(Code::Internal),
    }
}

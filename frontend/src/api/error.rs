//! What can go wrong between a click and its answer.

use domain::problem::{Code, Problem};

/// Why a call did not do what was asked.
#[derive(Clone, Debug, PartialEq)]
pub enum ApiError {
    /// The server refused, and says why.
    Problem(Box<Problem>),
    /// No answer came.
    Network,
    /// An answer came that makes no sense here.
    Decode(String),
}

impl ApiError {
    /// Reads a refusal.
    #[must_use]
    pub fn from_answer(status: u16, text: &str) -> Self {
        if let Ok(problem) = serde_json::from_str::<Problem>(text) {
            return Self::Problem(Box::new(problem));
        }
        // A proxy in between has its own pages for "nobody answers".
        if matches!(status, 0 | 502 | 504) {
            Self::Network
        } else {
            Self::Decode(format!("HTTP {status}"))
        }
    }

    /// Whether it is a problem of that kind.
    #[must_use]
    pub fn is(&self, code: Code) -> bool {
        matches!(self, Self::Problem(problem) if problem.is(code))
    }

    /// Whether the server no longer knows who we are.
    #[must_use]
    pub fn ends_session(&self) -> bool {
        self.is(Code::NotAuthenticated)
    }

    /// Whether trying again can help.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Network => true,
            Self::Problem(problem) => problem.status >= 500 || problem.is(Code::TooManyRequests),
            Self::Decode(_) => false,
        }
    }

    /// One sentence for people.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Problem(problem) => {
                let text = problem.to_string();
                match &problem.missing {
                    Some(missing) => format!("{} The smallest role that may is {}.", stopped(&text), missing.role),
                    None => stopped(&text),
                }
            }
            Self::Network => "The server cannot be reached. Check the connection and try again.".into(),
            Self::Decode(_) => "The server's answer could not be understood. Reload the page; it may have been updated.".into(),
        }
    }

    /// The id under which the server's log knows the request.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Problem(problem) if !problem.request_id.is_empty() => Some(&problem.request_id),
            _ => None,
        }
    }

    /// The line of the policy page that refused it, when a right was missing.
    #[must_use]
    pub fn rule(&self) -> Option<String> {
        match self {
            Self::Problem(problem) => {
                let missing = problem.missing.as_ref()?;
                Some(domain::paths::page::policy(Some(&missing.action), None))
            }
            _ => None,
        }
    }

    /// What is wrong with one field of the form.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<String> {
        let Self::Problem(problem) = self else {
            return None;
        };
        problem
            .errors
            .iter()
            .find(|error| {
                error
                    .pointer
                    .strip_prefix('/')
                    .is_some_and(|at| at == name || at.starts_with(&format!("{name}/")))
            })
            .map(|error| error.detail.clone())
    }
}

/// A sentence ends with a full stop.
fn stopped(text: &str) -> String {
    if text.ends_with(['.', '!', '?']) {
        text.into()
    } else {
        format!("{text}.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::problem::FieldError;

    #[test]
    fn a_problem_is_said_in_one_sentence_and_at_its_field() {
        let problem =
            Problem::invalid(vec![FieldError::at("title", "required", "This is needed.")]);
        let text = serde_json::to_string(&problem).unwrap();
        let error = ApiError::from_answer(422, &text);
        assert!(error.is(Code::InvalidInput));
        assert_eq!(error.field("title").as_deref(), Some("This is needed."));
        assert_eq!(error.field("tit"), None);
        assert_eq!(error.sentence(), "This is needed.");
        assert!(!error.may_pass());
    }

    #[test]
    fn a_gateway_without_a_server_is_no_connection() {
        assert_eq!(ApiError::from_answer(502, "<html>"), ApiError::Network);
        assert!(matches!(
            ApiError::from_answer(500, "oops"),
            ApiError::Decode(_)
        ));
    }
}

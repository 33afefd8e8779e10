//! Why a command did not do what was asked, for people, with an exit code for scripts.

use crate::text::plain;
use domain::filter::Mistake;
use domain::problem::{FieldError, Problem};

/// A command that did not do what was asked.
#[derive(Debug)]
pub struct Failure {
    text: String,
    code: u8,
    /// The server has nothing like what was named.
    absent: bool,
}

impl Failure {
    /// The command line makes no sense.
    #[must_use]
    pub fn usage(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            code: 2,
            absent: false,
        }
    }

    /// There is nothing like that.
    #[must_use]
    pub fn refused(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            code: 1,
            absent: false,
        }
    }

    /// A mistake in a filter, marked in it.
    #[must_use]
    pub fn filter(query: &str, mistake: &Mistake) -> Self {
        let before: String = query.chars().take(mistake.position).collect();
        let marked: String = query
            .chars()
            .skip(mistake.position)
            .take(mistake.length.max(1))
            .collect();
        let width = unicode_width::UnicodeWidthStr::width;
        Self::usage(format!(
            "{mistake}\n  {query}\n  {}{}",
            " ".repeat(width(before.as_str())),
            "^".repeat(width(marked.as_str()).max(1))
        ))
    }

    /// Says what is not there.
    #[must_use]
    pub(crate) fn about(self, subject: Option<&str>) -> Self {
        let text = match subject.filter(|_| self.absent) {
            Some(subject) => format!("{subject}: it does not exist, or you cannot see it"),
            None => self.text,
        };
        Self { text, ..self }
    }

    /// What a script gets.
    #[must_use]
    pub fn code(&self) -> u8 {
        self.code
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "error: {}", plain(&self.text))
    }
}

impl From<client::Error> for Failure {
    fn from(error: client::Error) -> Self {
        let code = match error {
            client::Error::Setting(_) => 2,
            client::Error::Refused(_) => 1,
            client::Error::Unreachable { .. } | client::Error::NotThisApi { .. } => 3,
        };
        let text = match &error {
            client::Error::Refused(problem) => said(problem),
            _ => error.to_string(),
        };
        let absent = matches!(&error, client::Error::Refused(problem) if problem.status == 404);
        Self { text, code, absent }
    }
}

/// A problem with what helps to mend it.
fn said(problem: &Problem) -> String {
    let field = |pointer: &str| {
        let name = pointer.trim_start_matches(['/', '?']);
        (!name.is_empty()).then(|| format!("{name}: "))
    };
    // What is wrong with one field alone is the whole sentence; then it says which.
    let mut lines = match problem.errors.as_slice() {
        [one] if Some(&one.detail) == problem.detail.as_ref() => {
            let name = field(&one.pointer).unwrap_or_default();
            vec![format!("{name}{}", one.detail)]
        }
        errors => {
            let line = |error: &FieldError| {
                let name = field(&error.pointer).unwrap_or_default();
                format!("  {name}{}", error.detail)
            };
            let mut lines = vec![problem.to_string()];
            lines.extend(errors.iter().map(line));
            lines
        }
    };
    if let Some(allowed) = &problem.allowed {
        lines.push(format!("  From here it can go to: {}", allowed.join(", ")));
    }
    if problem.status == 401 {
        lines.push("  Set IIT_TOKEN to an API token: Settings, Tokens in the browser.".into());
    }
    lines.join("\n")
}

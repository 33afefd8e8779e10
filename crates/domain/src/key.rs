//! An issue's address: its key (`APP-12`) or its id.

use std::str::FromStr;
use uuid::Uuid;

/// An issue as it is named in a path. `app-12`, `APP-0012` and `APP-12` are the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IssueRef {
    /// By its id.
    Id(Uuid),
    /// By project key and number.
    Key {
        /// The project's key, upper case.
        project: String,
        /// The number within the project, from 1.
        number: i64,
    },
}

/// A project as it is named in a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProjectRef {
    /// By its id.
    Id(Uuid),
    /// By its key, upper case.
    Key(String),
}

/// What cannot be an address; the caller sees "not found".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAnAddress;

impl FromStr for IssueRef {
    type Err = NotAnAddress;

    fn from_str(input: &str) -> Result<Self, Self::Err> {
        if let Ok(id) = Uuid::try_parse(input) {
            return Ok(Self::Id(id));
        }
        let (project, number) = input.rsplit_once('-').ok_or(NotAnAddress)?;
        let project = crate::text::project_key("key", project).map_err(|_| NotAnAddress)?;
        if number.is_empty() || number.len() > 18 || !number.bytes().all(|b| b.is_ascii_digit()) {
            return Err(NotAnAddress);
        }
        let number = number.parse().map_err(|_| NotAnAddress)?;
        Ok(Self::Key { project, number })
    }
}

impl FromStr for ProjectRef {
    type Err = NotAnAddress;

    fn from_str(input: &str) -> Result<Self, Self::Err> {
        if let Ok(id) = Uuid::try_parse(input) {
            return Ok(Self::Id(id));
        }
        crate::text::project_key("key", input)
            .map(Self::Key)
            .map_err(|_| NotAnAddress)
    }
}

/// The key of an issue.
#[must_use]
pub fn issue_key(project: &str, number: i64) -> String {
    format!("{project}-{number}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_forgiving_and_everything_else_is_not_an_address() {
        let app12 = IssueRef::Key {
            project: "APP".into(),
            number: 12,
        };
        for text in ["APP-12", "app-12", "App-0012"] {
            assert_eq!(text.parse(), Ok(app12.clone()), "{text}");
        }
        for text in [
            "APP",
            "APP-",
            "APP--1",
            "APP-1x",
            "-1",
            "APP-99999999999999999999",
            "APP-+1",
        ] {
            assert_eq!(text.parse::<IssueRef>(), Err(NotAnAddress), "{text}");
        }
    }
}

//! What is chosen for a new issue besides its text.

use domain::issue::{IssueType, Priority, Severity};
use domain::workflow::Template;
use serde::{Deserialize, Serialize};

/// The chosen facts; what is not chosen is left to the project.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// Key of the project.
    pub project: Option<String>,
    /// Type.
    #[serde(rename = "type")]
    pub type_: Option<IssueType>,
    /// Severity.
    pub severity: Option<Severity>,
    /// Priority.
    pub priority: Option<Priority>,
    /// User name.
    pub assignee: Option<String>,
    /// Names of labels.
    pub labels: Vec<String>,
}

/// The type an issue gets when nobody chooses one.
#[must_use]
pub const fn usual_type(template: Template) -> IssueType {
    match template {
        Template::Feedback => IssueType::Bug,
        Template::Helpdesk => IssueType::Support,
        Template::Service | Template::Software => IssueType::Task,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_of_an_older_shape_is_still_read() {
        let facts: Facts = serde_json::from_str(r#"{"project":"APP","severity":"high"}"#).unwrap();
        assert_eq!(facts.severity, Some(Severity::High));
        assert!(facts.labels.is_empty());
        assert_eq!(usual_type(Template::Helpdesk), IssueType::Support);
    }
}

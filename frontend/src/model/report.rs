//! What is chosen for a new issue besides its text.

use chrono::NaiveDate;
use domain::issue::{IssueDraft, IssueType, Priority, Severity};
use domain::problem::FieldError;
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
    /// Name of the version it was seen in.
    pub affected: Option<String>,
    /// Name of the version that shall have the remedy.
    pub fixed: Option<String>,
    /// What is typed for its size.
    pub points: String,
    /// What is typed for the key of its parent.
    pub parent: String,
    /// When work shall begin, as typed.
    pub start: String,
    /// When it shall be done, as typed.
    pub due: String,
}

impl Facts {
    /// Whether something of the plan is chosen.
    #[must_use]
    pub fn has_plan(&self) -> bool {
        let typed = [&self.points, &self.parent, &self.start, &self.due];
        self.affected.is_some() || self.fixed.is_some() || typed.iter().any(|t| !t.is_empty())
    }

    /// Puts the plan into a draft; what makes no sense is named by its field.
    pub fn plan(&self, draft: &mut IssueDraft) -> Result<(), Vec<FieldError>> {
        let mut wrong = Vec::new();
        let mut refuse = |name: &str, why: &str| {
            wrong.push(FieldError::at(name, "format", why.to_owned()));
        };
        draft.affected_version = self.affected.clone();
        draft.fixed_version = self.fixed.clone();
        let parent = self.parent.trim().to_ascii_uppercase();
        draft.parent = Some(parent).filter(|key| !key.is_empty());
        match self.points.trim() {
            "" => {}
            text => match text.parse() {
                Ok(points) => draft.story_points = Some(points),
                Err(_) => refuse("story_points", "A whole number, 0 to 1000."),
            },
        }
        let mut day = |name: &str, text: &str| match text.trim() {
            "" => None,
            text => {
                let read: Option<NaiveDate> = text.parse().ok();
                if read.is_none() {
                    refuse(name, "A day, as in 2026-12-31.");
                }
                read
            }
        };
        draft.start_date = day("start_date", &self.start);
        draft.due_date = day("due_date", &self.due);
        if wrong.is_empty() { Ok(()) } else { Err(wrong) }
    }
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
    fn a_plan_is_read_and_what_makes_no_sense_is_named() {
        let facts = Facts {
            points: "5".into(),
            parent: " app-7 ".into(),
            due: "2026-12-31".into(),
            fixed: Some("4.2".into()),
            ..Facts::default()
        };
        let mut draft = IssueDraft::default();
        facts.plan(&mut draft).unwrap();
        assert_eq!(draft.story_points, Some(5));
        assert_eq!(draft.parent.as_deref(), Some("APP-7"));
        assert_eq!(draft.fixed_version.as_deref(), Some("4.2"));
        assert_eq!(draft.due_date, NaiveDate::from_ymd_opt(2026, 12, 31));
        assert!(facts.has_plan() && !Facts::default().has_plan());
        let wrong = Facts {
            points: "many".into(),
            start: "soon".into(),
            ..Facts::default()
        };
        let wrong = wrong.plan(&mut IssueDraft::default()).unwrap_err();
        let named: Vec<&str> = wrong.iter().map(|e| e.pointer.as_str()).collect();
        assert_eq!(named, ["/story_points", "/start_date"]);
    }

    #[test]
    fn a_draft_of_an_older_shape_is_still_read() {
        let facts: Facts = serde_json::from_str(r#"{"project":"APP","severity":"high"}"#).unwrap();
        assert_eq!(facts.severity, Some(Severity::High));
        assert!(facts.labels.is_empty());
        assert_eq!(usual_type(Template::Helpdesk), IssueType::Support);
    }
}

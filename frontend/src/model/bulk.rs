//! One change of many issues: what it asks of each, how it looks, how it is taken back.

use super::change::Field;
use super::facet::word;
use domain::issue::{Issue, IssuePatch, Priority, Resolution, Severity, StatusRef};
use domain::label::LabelRef;
use domain::user::UserRef;

/// What all of them get.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// A status; a done one with how it ended.
    Status(StatusRef, Option<Resolution>),
    /// How soon.
    Priority(Priority),
    /// How bad.
    Severity(Severity),
    /// Somebody, or nobody.
    Assignee(Option<UserRef>),
    /// One label more.
    Label(LabelRef),
}

impl Change {
    /// The field it is about.
    #[must_use]
    pub const fn field(&self) -> Field {
        match self {
            Self::Status(..) => Field::Status,
            Self::Priority(_) => Field::Priority,
            Self::Severity(_) => Field::Severity,
            Self::Assignee(_) => Field::Assignee,
            Self::Label(_) => Field::Labels,
        }
    }

    /// As the end of a sentence: "3 issues: priority P1".
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Status(status, _) => format!("status {}", status.name),
            Self::Priority(priority) => format!("priority P{}", priority.number()),
            Self::Severity(severity) => format!("severity {}", severity.slug()),
            Self::Assignee(Some(user)) => format!("assigned to {}", user.display_name),
            Self::Assignee(None) => "assigned to nobody".into(),
            Self::Label(label) => format!("label {}", word(&label.name)),
        }
    }

    /// Shows it.
    pub fn show(&self, issue: &mut Issue) {
        match self {
            Self::Status(status, resolution) => {
                issue.resolution = match status.category.is_open() {
                    true => None,
                    false => resolution.or(Some(Resolution::Complete)),
                };
                issue.status = status.clone();
            }
            Self::Priority(priority) => issue.priority = *priority,
            Self::Severity(severity) => issue.severity = *severity,
            Self::Assignee(user) => issue.assignee.clone_from(user),
            Self::Label(label) => {
                if !issue.labels.iter().any(|other| other.id == label.id) {
                    issue.labels.push(label.clone());
                }
            }
        }
    }

    /// Whether the issue is like that already.
    #[must_use]
    pub fn is_so(&self, issue: &Issue) -> bool {
        let mut after = issue.clone();
        self.show(&mut after);
        after == *issue
    }

    /// What it asks of an issue.
    #[must_use]
    pub fn patch(&self, issue: &Issue) -> IssuePatch {
        let mut after = issue.clone();
        self.show(&mut after);
        to_be(self.field(), &after)
    }
}

/// What makes that field of an issue as it is in `wanted`.
#[must_use]
pub fn to_be(field: Field, wanted: &Issue) -> IssuePatch {
    let mut patch = IssuePatch::default();
    match field {
        Field::Status => {
            patch.status = Some(wanted.status.slug.clone());
            patch.resolution = wanted.resolution;
        }
        Field::Priority => patch.priority = Some(wanted.priority),
        Field::Severity => patch.severity = Some(wanted.severity),
        Field::Assignee => {
            patch.assignee = Some(wanted.assignee.as_ref().map(|user| user.username.clone()));
        }
        Field::Labels => {
            let names = wanted.labels.iter().map(|label| label.name.clone());
            patch.labels = Some(names.collect());
        }
        _ => {}
    }
    patch
}

/// Puts that field back to what it was.
pub fn put_back(field: Field, issue: &mut Issue, before: &Issue) {
    match field {
        Field::Status => {
            issue.status = before.status.clone();
            issue.resolution = before.resolution;
        }
        Field::Priority => issue.priority = before.priority,
        Field::Severity => issue.severity = before.severity,
        Field::Assignee => issue.assignee.clone_from(&before.assignee),
        Field::Labels => issue.labels.clone_from(&before.labels),
        _ => {}
    }
}

/// "1 issue", "5 issues".
#[must_use]
pub fn issues(count: usize) -> String {
    if count == 1 {
        "1 issue".into()
    } else {
        format!("{count} issues")
    }
}

#[cfg(test)]
mod tests {
    use super::super::change::tests::issue;
    use super::*;
    use domain::workflow::Category;

    fn done() -> StatusRef {
        StatusRef {
            slug: "done".into(),
            name: "Done".into(),
            category: Category::Done,
        }
    }

    #[test]
    fn a_change_and_its_way_back() {
        let before = issue();
        let change = Change::Status(done(), Some(Resolution::WontFix));
        let patch = change.patch(&before);
        assert_eq!(patch.status.as_deref(), Some("done"));
        assert_eq!(patch.resolution, Some(Resolution::WontFix));
        let mut now = before.clone();
        change.show(&mut now);
        assert!(change.is_so(&now) && !change.is_so(&before));
        let back = to_be(change.field(), &before);
        assert_eq!(back.status.as_deref(), Some("open"));
        assert_eq!(back.resolution, None);
        put_back(change.field(), &mut now, &before);
        assert_eq!(now, before);
    }

    #[test]
    fn a_label_is_added_to_those_there_are() {
        let label = |n: u128, name: &str| LabelRef {
            id: uuid::Uuid::from_u128(n),
            name: name.into(),
            colour: String::new(),
        };
        let mut before = issue();
        before.labels.push(label(1, "ui"));
        let change = Change::Label(label(2, "api"));
        let names = change.patch(&before).labels.unwrap_or_default();
        assert_eq!(names, ["ui", "api"]);
        assert!(Change::Label(label(1, "ui")).is_so(&before));
    }

    #[test]
    fn nobody_is_an_assignee_too() {
        let patch = Change::Assignee(None).patch(&issue());
        assert_eq!(patch.assignee, Some(None));
    }
}

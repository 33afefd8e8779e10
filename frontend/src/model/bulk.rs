//! One change of many issues: what it asks of each, what it would do, how it is taken back.

use super::facet::word;
use domain::bulk::{Bulk, BulkItem, BulkReport};
use domain::issue::{IssuePatch, IssueType, Priority, Resolution, Severity, StatusRef};
use domain::problem::Problem;
use domain::user::UserRef;
use domain::workflow::Workflow;

/// What all of them get.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// A status; a done one with how it ended.
    Status(StatusRef, Option<Resolution>),
    /// How soon.
    Priority(Priority),
    /// How bad.
    Severity(Severity),
    /// What kind of work.
    Type(IssueType),
    /// Somebody, or nobody.
    Assignee(Option<UserRef>),
    /// One label more.
    Label(String),
    /// One label less.
    NoLabel(String),
}

/// Which issues.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Those with these keys.
    These(Vec<String>),
    /// All that a filter finds.
    Matching {
        /// In the filter language.
        q: String,
        /// Key of the project it looks in.
        project: Option<String>,
    },
}

impl Change {
    /// As the end of a sentence: "3 issues: priority P1".
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Status(status, None) => format!("status {}", status.name),
            Self::Status(status, Some(how)) => {
                format!(
                    "status {}, {}",
                    status.name,
                    word(how.slug()).to_lowercase()
                )
            }
            Self::Priority(priority) => format!("priority P{}", priority.number()),
            Self::Severity(severity) => format!("severity {}", severity.slug()),
            Self::Type(kind) => format!("type {}", kind.slug()),
            Self::Assignee(Some(user)) => format!("assigned to {}", user.display_name),
            Self::Assignee(None) => "assigned to nobody".into(),
            Self::Label(name) => format!("label {name}"),
            Self::NoLabel(name) => format!("without label {name}"),
        }
    }

    /// What it makes of the field, in a word.
    #[must_use]
    pub fn now(&self) -> String {
        match self {
            Self::Status(status, _) => status.name.clone(),
            Self::Priority(priority) => format!("P{}", priority.number()),
            Self::Severity(severity) => word(severity.slug()),
            Self::Type(kind) => word(kind.slug()),
            Self::Assignee(Some(user)) => user.display_name.clone(),
            Self::Assignee(None) => "nobody".into(),
            Self::Label(name) => format!("with {name}"),
            Self::NoLabel(name) => format!("without {name}"),
        }
    }

    /// What is asked of the server.
    #[must_use]
    pub fn asked(&self, reach: &Reach, dry_run: bool) -> Bulk {
        let mut asked = blank(reach);
        asked.dry_run = dry_run;
        let patch = &mut asked.patch;
        match self {
            Self::Status(status, resolution) => {
                patch.status = Some(status.slug.clone());
                patch.resolution = match status.category.is_open() {
                    true => None,
                    false => resolution.or(Some(Resolution::Complete)),
                };
            }
            Self::Priority(priority) => patch.priority = Some(*priority),
            Self::Severity(severity) => patch.severity = Some(*severity),
            Self::Type(kind) => patch.type_ = Some(*kind),
            Self::Assignee(user) => {
                patch.assignee = Some(user.as_ref().map(|user| user.username.clone()));
            }
            Self::Label(name) => asked.add_labels.push(name.clone()),
            Self::NoLabel(name) => asked.remove_labels.push(name.clone()),
        }
        asked
    }

    /// What the field was before, in a word. People are told by their user names.
    #[must_use]
    pub fn was(&self, item: &BulkItem, workflow: Option<&Workflow>) -> String {
        let undo = &item.undo;
        let text = match self {
            Self::Status(..) => undo.status.as_ref().map(|slug| {
                let known = workflow.and_then(|workflow| {
                    let mut all = workflow.statuses.iter();
                    all.find(|status| status.slug == *slug)
                });
                known.map_or_else(|| word(slug), |status| status.name.clone())
            }),
            Self::Priority(_) => undo.priority.map(|was| format!("P{}", was.number())),
            Self::Severity(_) => undo.severity.map(|was| word(was.slug())),
            Self::Type(_) => undo.type_.map(|was| word(was.slug())),
            Self::Assignee(_) => undo
                .assignee
                .clone()
                .map(|was| was.unwrap_or("nobody".into())),
            Self::Label(_) | Self::NoLabel(_) => undo.labels.as_ref().map(|was| match was.len() {
                0 => "no labels".to_owned(),
                _ => was.join(", "),
            }),
        };
        text.unwrap_or_default()
    }
}

fn blank(reach: &Reach) -> Bulk {
    let (issues, q, project) = match reach {
        Reach::These(keys) => (Some(keys.clone()), None, None),
        Reach::Matching { q, project } => (None, Some(q.clone()), project.clone()),
    };
    Bulk {
        issues,
        q,
        project,
        versions: None,
        patch: IssuePatch::default(),
        add_labels: Vec::new(),
        remove_labels: Vec::new(),
        dry_run: false,
    }
}

/// What would happen, sorted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outlook {
    /// Those that would change.
    pub changed: Vec<BulkItem>,
    /// Those that cannot.
    pub refused: Vec<BulkItem>,
    /// How many are like that already.
    pub same: usize,
}

impl Outlook {
    /// Of a report.
    #[must_use]
    pub fn of(report: BulkReport) -> Self {
        let mut outlook = Self::default();
        for item in report.items {
            if item.refused.is_some() {
                outlook.refused.push(item);
            } else if item.changed.is_empty() {
                outlook.same += 1;
            } else {
                outlook.changed.push(item);
            }
        }
        outlook
    }

    /// The keys of those that would change.
    #[must_use]
    pub fn keys(&self) -> Vec<String> {
        self.changed.iter().map(|item| item.key.clone()).collect()
    }

    /// In a sentence or three.
    #[must_use]
    pub fn sentence(&self) -> String {
        let mut text = match self.changed.len() {
            0 => "Nothing would change.".to_owned(),
            n => format!("{} would change.", issues(n)),
        };
        match self.same {
            0 => {}
            1 => text.push_str(" One is like that already."),
            n => text.push_str(&format!(" {n} are like that already.")),
        }
        match self.refused.len() {
            0 => {}
            1 => text.push_str(" One cannot change."),
            n => text.push_str(&format!(" {n} cannot change.")),
        }
        text
    }
}

/// What takes a change back: issues that get the same back go together, and only while nobody changed
/// them since.
#[must_use]
pub fn way_back(items: &[BulkItem]) -> Vec<Bulk> {
    let mut all: Vec<Bulk> = Vec::new();
    for item in items.iter().filter(|item| !item.changed.is_empty()) {
        let known = all.iter().position(|one| one.patch == item.undo);
        let at = known.unwrap_or_else(|| {
            let mut one = blank(&Reach::These(Vec::new()));
            one.patch = item.undo.clone();
            all.push(one);
            all.len() - 1
        });
        let Some(one) = all.get_mut(at) else { continue };
        one.issues.get_or_insert_default().push(item.key.clone());
        one.versions.get_or_insert_default().push(item.version);
    }
    all
}

/// The same without those that the answer refuses; nothing when none is left, or none was named.
#[must_use]
pub fn without_refused(asked: &Bulk, problem: &Problem) -> Option<Bulk> {
    let refused: Vec<usize> = problem
        .errors
        .iter()
        .filter_map(|error| error.pointer.strip_prefix("/issues/")?.parse().ok())
        .collect();
    let stays = |at: &usize| !refused.contains(at);
    let keys: Vec<String> = asked.issues.iter().flatten().cloned().collect();
    let versions: Vec<i32> = asked.versions.iter().flatten().copied().collect();
    let at: Vec<usize> = (0..keys.len()).filter(stays).collect();
    let fewer = !refused.is_empty() && at.len() < keys.len() && !at.is_empty();
    fewer.then(|| Bulk {
        issues: Some(at.iter().filter_map(|at| keys.get(*at).cloned()).collect()),
        versions: Some(
            at.iter()
                .filter_map(|at| versions.get(*at).copied())
                .collect(),
        ),
        ..asked.clone()
    })
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
    use super::*;
    use domain::problem::{Code, FieldError};
    use domain::workflow::Category;

    fn item(n: u128, undo: serde_json::Value, refused: Option<&str>) -> BulkItem {
        let changed: &[&str] = if refused.is_some() {
            &[]
        } else {
            &["severity"]
        };
        serde_json::from_value(serde_json::json!({
            "id": uuid::Uuid::from_u128(n), "key": format!("APP-{n}"), "title": "t", "changed": changed,
            "version": n, "undo": undo, "refused": refused,
        }))
        .unwrap()
    }

    fn low() -> serde_json::Value {
        serde_json::json!({"severity": "low"})
    }

    #[test]
    fn what_is_asked_of_the_server() {
        let done = StatusRef {
            slug: "done".into(),
            name: "Done".into(),
            category: Category::Done,
        };
        let these = Reach::These(vec!["APP-1".into()]);
        let asked = Change::Status(done, None).asked(&these, true);
        assert_eq!(asked.patch.resolution, Some(Resolution::Complete));
        assert!(asked.dry_run && asked.check().is_ok());
        let matching = Reach::Matching {
            q: "is:open".into(),
            project: Some("APP".into()),
        };
        let asked = Change::NoLabel("later".into()).asked(&matching, false);
        assert_eq!(
            (asked.remove_labels.as_slice(), asked.issues.as_ref()),
            (["later".to_owned()].as_slice(), None)
        );
        assert!(asked.check().is_ok());
        assert_eq!(
            Change::Assignee(None).asked(&these, false).patch.assignee,
            Some(None)
        );
    }

    #[test]
    fn the_outlook_says_how_many_of_which_kind() {
        let mut same = item(3, low(), None);
        same.changed.clear();
        let items = vec![item(1, low(), None), item(2, low(), Some("No.")), same];
        let outlook = Outlook::of(BulkReport {
            dry_run: true,
            items,
        });
        assert_eq!(outlook.keys(), ["APP-1"]);
        assert_eq!(
            outlook.sentence(),
            "1 issue would change. One is like that already. One cannot change."
        );
        let change = Change::Severity(Severity::High);
        assert_eq!(change.was(&outlook.changed[0], None), "Low");
    }

    #[test]
    fn what_gets_the_same_back_goes_together_with_its_versions() {
        let high = serde_json::json!({"severity": "high"});
        let items = [
            item(1, low(), None),
            item(2, high, None),
            item(3, low(), None),
        ];
        let back = way_back(&items);
        assert_eq!(back.len(), 2);
        assert_eq!(
            back[0].issues.as_deref(),
            Some(&["APP-1".to_owned(), "APP-3".to_owned()][..])
        );
        assert_eq!(back[0].versions.as_deref(), Some(&[1, 3][..]));
        assert!(back.iter().all(|one| one.check().is_ok()));

        // One was changed since: the others go back without it.
        let mut problem = Problem::new(Code::Conflict);
        problem.errors = vec![FieldError::new(
            "/issues/0".into(),
            "refused",
            "APP-1: changed",
        )];
        let fewer = without_refused(&back[0], &problem).unwrap();
        assert_eq!(fewer.issues.as_deref(), Some(&["APP-3".to_owned()][..]));
        assert_eq!(fewer.versions.as_deref(), Some(&[3][..]));
        assert_eq!(without_refused(&fewer, &problem), None);
        assert_eq!(
            without_refused(&back[0], &Problem::new(Code::Conflict)),
            None
        );
    }
}

//! One change of many issues: what it asks of each, what it would do, how it is taken back.

use super::change::Field;
use super::facet::word;
use chrono::NaiveDate;
use domain::bulk::{Bulk, BulkAction, BulkItem, BulkReport};
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
    /// How it ended, of those that are done.
    Resolution(Resolution),
    /// A size, or none.
    Points(Option<i16>),
    /// The issue that they are parts of, by its key, or none.
    Parent(Option<String>),
    /// The version that they were seen in, or none.
    Affected(Option<String>),
    /// The version that has the remedy, or none.
    Fixed(Option<String>),
    /// The day they begin, or none.
    Start(Option<NaiveDate>),
    /// The day they are due, or none.
    Due(Option<NaiveDate>),
    /// They go.
    Delete,
    /// They are duplicates of the issue with this key.
    Merge(String),
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

fn day(date: NaiveDate) -> String {
    date.format("%-d %b %Y").to_string()
}

impl Change {
    /// What was typed for that field.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn typed(field: Field, text: &str) -> Result<Self, String> {
        let date = || {
            let date = text.trim().parse::<NaiveDate>();
            date.map_err(|_| "A day, as in 2026-12-31.".to_owned())
        };
        match field {
            Field::Start => Ok(Self::Start(Some(date()?))),
            Field::Due => Ok(Self::Due(Some(date()?))),
            _ => {
                let points = text.trim().parse::<i16>().ok();
                let points = points.filter(|points| (0..=1000).contains(points));
                let points = points.ok_or_else(|| "A whole number, 0 to 1000.".to_owned())?;
                Ok(Self::Points(Some(points)))
            }
        }
    }

    /// Leaves nothing in that field, and the words for it; of the fields that can be empty.
    #[must_use]
    pub fn clearing(field: Field) -> Option<(Self, &'static str)> {
        match field {
            Field::Start => Some((Self::Start(None), "No start date")),
            Field::Due => Some((Self::Due(None), "No due date")),
            Field::Points => Some((Self::Points(None), "No points")),
            Field::Parent => Some((Self::Parent(None), "No parent")),
            Field::Affected => Some((Self::Affected(None), "No version")),
            Field::Fixed => Some((Self::Fixed(None), "No version")),
            _ => None,
        }
    }

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
            Self::Resolution(how) => format!("resolution {}", word(how.slug()).to_lowercase()),
            Self::Points(Some(1)) => "1 point".into(),
            Self::Points(Some(points)) => format!("{points} points"),
            Self::Points(None) => "no points".into(),
            Self::Parent(Some(key)) => format!("part of {key}"),
            Self::Parent(None) => "no parent".into(),
            Self::Affected(Some(name)) => format!("seen in {name}"),
            Self::Affected(None) => "seen in no version".into(),
            Self::Fixed(Some(name)) => format!("fixed in {name}"),
            Self::Fixed(None) => "fixed in no version".into(),
            Self::Start(Some(date)) => format!("start {}", day(*date)),
            Self::Start(None) => "no start date".into(),
            Self::Due(Some(date)) => format!("due {}", day(*date)),
            Self::Due(None) => "no due date".into(),
            Self::Delete => "delete".into(),
            Self::Merge(into) => format!("merge into {into}"),
        }
    }

    /// What was done, with the number of issues: "3 issues: priority P1."
    #[must_use]
    pub fn done(&self, count: usize) -> String {
        match self {
            Self::Delete => format!("{} deleted.", issues(count)),
            Self::Merge(into) => format!("{} merged into {into}.", issues(count)),
            _ => format!("{}: {}.", issues(count), self.words()),
        }
    }

    /// What is done to an issue, in the words of a button.
    #[must_use]
    pub const fn verb(&self) -> &'static str {
        match self {
            Self::Delete => "Delete",
            Self::Merge(_) => "Merge",
            _ => "Change",
        }
    }

    /// What to know before it is done, when it is more than a field.
    #[must_use]
    pub const fn note(&self) -> Option<&'static str> {
        match self {
            Self::Delete => Some("They can be restored."),
            Self::Merge(_) => Some(
                "Each is closed as a duplicate. Its comments and files are shown with the other issue, too; internal notes stay internal. It can be taken back at any time.",
            ),
            _ => None,
        }
    }

    /// The same of many: "3 issues would change".
    const fn would(&self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Delete => ("would be deleted", "deleted already", "cannot be deleted"),
            Self::Merge(_) => ("would be merged", "merged already", "cannot be merged"),
            _ => ("would change", "like that already", "cannot change"),
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
            Self::Resolution(how) => word(how.slug()),
            Self::Points(points) => points.map_or("no points".into(), |points| points.to_string()),
            Self::Parent(key) => key.clone().unwrap_or("no parent".into()),
            Self::Affected(name) | Self::Fixed(name) => name.clone().unwrap_or("no version".into()),
            Self::Start(date) | Self::Due(date) => date.map_or("no day".into(), day),
            Self::Delete => "deleted".into(),
            Self::Merge(into) => format!("duplicate of {into}"),
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
            Self::Resolution(how) => patch.resolution = Some(*how),
            Self::Points(points) => patch.story_points = Some(*points),
            Self::Parent(key) => patch.parent = Some(key.clone()),
            Self::Affected(name) => patch.affected_version = Some(name.clone()),
            Self::Fixed(name) => patch.fixed_version = Some(name.clone()),
            Self::Start(date) => patch.start_date = Some(*date),
            Self::Due(date) => patch.due_date = Some(*date),
            Self::Delete => asked.action = BulkAction::Delete,
            Self::Merge(into) => {
                asked.action = BulkAction::Merge;
                asked.into = Some(into.clone());
            }
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
            Self::Resolution(_) => undo.resolution.map(|was| word(was.slug())),
            Self::Points(_) => undo.story_points.map(|was| Self::Points(was).now()),
            Self::Parent(_) => undo.parent.clone().map(|was| Self::Parent(was).now()),
            Self::Affected(_) => {
                let was = undo.affected_version.clone();
                was.map(|was| Self::Affected(was).now())
            }
            Self::Fixed(_) => {
                let was = undo.fixed_version.clone();
                was.map(|was| Self::Fixed(was).now())
            }
            Self::Start(_) => undo.start_date.map(|was| Self::Start(was).now()),
            Self::Due(_) => undo.due_date.map(|was| Self::Due(was).now()),
            Self::Delete | Self::Merge(_) => None,
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
        action: BulkAction::Change,
        into: None,
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
    pub fn sentence(&self, change: &Change) -> String {
        let (would, already, cannot) = change.would();
        let mut text = match self.changed.len() {
            0 => "Nothing would change.".to_owned(),
            n => format!("{} {would}.", issues(n)),
        };
        match self.same {
            0 => {}
            1 => text.push_str(&format!(" One is {already}.")),
            n => text.push_str(&format!(" {n} are {already}.")),
        }
        match self.refused.len() {
            0 => {}
            1 => text.push_str(&format!(" One {cannot}.")),
            n => text.push_str(&format!(" {n} {cannot}.")),
        }
        text
    }
}

/// What takes a change back: issues that get the same back go together, and only while nobody changed
/// them since. A merge is taken back whatever happened since: what happened stays.
#[must_use]
pub fn way_back(change: &Change, items: &[BulkItem]) -> Vec<Bulk> {
    let action = match change {
        Change::Delete => BulkAction::Restore,
        Change::Merge(_) => BulkAction::Unmerge,
        _ => BulkAction::Change,
    };
    let mut all: Vec<Bulk> = Vec::new();
    for item in items.iter().filter(|item| !item.changed.is_empty()) {
        let known = all.iter().position(|one| one.patch == item.undo);
        let at = known.unwrap_or_else(|| {
            let mut one = blank(&Reach::These(Vec::new()));
            one.patch = item.undo.clone();
            one.action = action;
            all.push(one);
            all.len() - 1
        });
        let Some(one) = all.get_mut(at) else { continue };
        one.issues.get_or_insert_default().push(item.key.clone());
        if action != BulkAction::Unmerge {
            one.versions.get_or_insert_default().push(item.version);
        }
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
    let at: Vec<usize> = (0..keys.len()).filter(stays).collect();
    let fewer = !refused.is_empty() && at.len() < keys.len() && !at.is_empty();
    let versions = asked.versions.as_ref();
    fewer.then(|| Bulk {
        issues: Some(at.iter().filter_map(|at| keys.get(*at).cloned()).collect()),
        versions: versions.map(|all| at.iter().filter_map(|at| all.get(*at).copied()).collect()),
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
            outlook.sentence(&Change::Delete),
            "1 issue would be deleted. One is deleted already. One cannot be deleted."
        );
        let change = Change::Severity(Severity::High);
        assert_eq!(
            outlook.sentence(&change),
            "1 issue would change. One is like that already. One cannot change."
        );
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
        let back = way_back(&Change::Severity(Severity::High), &items);
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

    #[test]
    fn what_is_typed_becomes_a_change_or_a_reason() {
        let due = Change::typed(Field::Due, "2026-12-24").unwrap();
        assert_eq!(due.words(), "due 24 Dec 2026");
        let these = Reach::These(vec!["APP-1".into()]);
        let asked = due.asked(&these, true);
        assert_eq!(
            asked.patch.due_date.flatten().map(day).unwrap(),
            "24 Dec 2026"
        );
        for (field, text) in [
            (Field::Due, ""),
            (Field::Start, "tomorrow"),
            (Field::Points, "-1"),
            (Field::Points, "1001"),
        ] {
            assert!(Change::typed(field, text).is_err(), "{text}");
        }
        let fields = [
            Field::Due,
            Field::Start,
            Field::Points,
            Field::Parent,
            Field::Fixed,
            Field::Affected,
        ];
        for field in fields {
            let (change, _) = Change::clearing(field).unwrap();
            let asked = change.asked(&these, false);
            assert!(asked.check().is_ok());
            assert_eq!(field.asked(&asked.patch).as_deref(), Some(""), "{field:?}");
            // What it was, as the answer's way back says it.
            let undo = serde_json::to_value(&asked.patch).unwrap();
            assert_eq!(change.was(&item(1, undo, None), None), change.now());
        }
        assert!(Change::clearing(Field::Status).is_none());
    }

    #[test]
    fn what_was_deleted_is_restored_and_what_was_merged_stands_for_itself_again() {
        let items = [
            item(1, serde_json::json!({}), None),
            item(2, serde_json::json!({}), None),
        ];
        let these = Reach::These(vec!["APP-1".into(), "APP-2".into()]);
        let (delete, merge) = (Change::Delete, Change::Merge("APP-9".into()));
        assert!(delete.asked(&these, true).check().is_ok());
        assert!(merge.asked(&these, true).check().is_ok());
        assert_eq!(merge.done(2), "2 issues merged into APP-9.");
        let back = way_back(&delete, &items);
        assert_eq!((back.len(), back[0].action), (1, BulkAction::Restore));
        assert_eq!(back[0].versions.as_deref(), Some(&[1, 2][..]));
        let back = way_back(&merge, &items);
        assert_eq!((back.len(), back[0].action), (1, BulkAction::Unmerge));
        assert_eq!(back[0].versions, None);
        assert!(back[0].check().is_ok());
        let mut problem = Problem::new(Code::Conflict);
        let pointer = "/issues/0".to_owned();
        problem.errors = vec![FieldError::new(pointer, "refused", "APP-1: deleted")];
        let fewer = without_refused(&back[0], &problem).unwrap();
        assert_eq!(fewer.versions, None);
        assert!(fewer.check().is_ok());
    }
}

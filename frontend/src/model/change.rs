//! The fields of an issue that can be changed: what is asked, what is, and where two people meet.

use super::facet::word;
use domain::issue::{Issue, IssuePatch};

/// One field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// Title.
    Title,
    /// Description.
    Description,
    /// Type.
    Type,
    /// Severity.
    Severity,
    /// Priority.
    Priority,
    /// Status.
    Status,
    /// Resolution.
    Resolution,
    /// Story points.
    Points,
    /// Labels.
    Labels,
    /// Assignee.
    Assignee,
    /// Parent.
    Parent,
    /// Version it was seen in.
    Affected,
    /// Version that has the remedy.
    Fixed,
    /// Start date.
    Start,
    /// Due date.
    Due,
}

impl Field {
    /// All of them.
    pub const ALL: [Self; 15] = [
        Self::Title,
        Self::Description,
        Self::Type,
        Self::Severity,
        Self::Priority,
        Self::Status,
        Self::Resolution,
        Self::Points,
        Self::Labels,
        Self::Assignee,
        Self::Parent,
        Self::Affected,
        Self::Fixed,
        Self::Start,
        Self::Due,
    ];

    /// The word for people.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Title => "Title",
            Self::Description => "Description",
            Self::Type => "Type",
            Self::Severity => "Severity",
            Self::Priority => "Priority",
            Self::Status => "Status",
            Self::Resolution => "Resolution",
            Self::Points => "Points",
            Self::Labels => "Labels",
            Self::Assignee => "Assignee",
            Self::Parent => "Parent",
            Self::Affected => "Seen in",
            Self::Fixed => "Fixed in",
            Self::Start => "Start",
            Self::Due => "Due",
        }
    }

    /// What the patch asks for; nothing when it leaves the field alone.
    #[must_use]
    pub fn asked(self, patch: &IssuePatch) -> Option<String> {
        fn maybe<T: ToString>(value: &Option<Option<T>>) -> Option<String> {
            value
                .as_ref()
                .map(|value| value.as_ref().map(ToString::to_string).unwrap_or_default())
        }
        match self {
            Self::Title => patch.title.clone(),
            Self::Description => patch.description.clone(),
            Self::Type => patch.type_.map(|t| t.to_string()),
            Self::Severity => patch.severity.map(|s| s.to_string()),
            Self::Priority => patch.priority.map(|p| p.number().to_string()),
            Self::Status => patch.status.clone(),
            Self::Resolution => patch.resolution.map(|r| r.to_string()),
            Self::Points => maybe(&patch.story_points),
            Self::Labels => patch.labels.clone().map(names),
            Self::Assignee => maybe(&patch.assignee),
            Self::Parent => maybe(&patch.parent),
            Self::Affected => maybe(&patch.affected_version),
            Self::Fixed => maybe(&patch.fixed_version),
            Self::Start => maybe(&patch.start_date),
            Self::Due => maybe(&patch.due_date),
        }
    }

    /// What the issue has, in the same words as [`Field::asked`].
    #[must_use]
    pub fn of(self, issue: &Issue) -> String {
        fn maybe<T: ToString>(value: &Option<T>) -> String {
            value.as_ref().map(ToString::to_string).unwrap_or_default()
        }
        match self {
            Self::Title => issue.title.clone(),
            Self::Description => issue.description.clone(),
            Self::Type => issue.type_.to_string(),
            Self::Severity => issue.severity.to_string(),
            Self::Priority => issue.priority.number().to_string(),
            Self::Status => issue.status.slug.clone(),
            Self::Resolution => maybe(&issue.resolution),
            Self::Points => maybe(&issue.story_points),
            Self::Labels => names(issue.labels.iter().map(|l| l.name.clone()).collect()),
            Self::Assignee => issue
                .assignee
                .as_ref()
                .map(|u| u.username.clone())
                .unwrap_or_default(),
            Self::Parent => maybe(&issue.parent),
            Self::Affected => maybe(&issue.affected_version),
            Self::Fixed => maybe(&issue.fixed_version),
            Self::Start => maybe(&issue.start_date),
            Self::Due => maybe(&issue.due_date),
        }
    }

    /// The same patch without the field.
    pub fn leave(self, patch: &mut IssuePatch) {
        match self {
            Self::Title => patch.title = None,
            Self::Description => patch.description = None,
            Self::Type => patch.type_ = None,
            Self::Severity => patch.severity = None,
            Self::Priority => patch.priority = None,
            Self::Status => {
                patch.status = None;
                patch.resolution = None;
            }
            Self::Resolution => patch.resolution = None,
            Self::Points => patch.story_points = None,
            Self::Labels => patch.labels = None,
            Self::Assignee => patch.assignee = None,
            Self::Parent => patch.parent = None,
            Self::Affected => patch.affected_version = None,
            Self::Fixed => patch.fixed_version = None,
            Self::Start => patch.start_date = None,
            Self::Due => patch.due_date = None,
        }
    }

    /// A value as people read it.
    #[must_use]
    pub fn words(self, value: &str) -> String {
        match self {
            _ if value.is_empty() => "nothing".into(),
            Self::Type | Self::Severity | Self::Status | Self::Resolution => word(value),
            Self::Priority => format!("P{value}"),
            _ => value.to_owned(),
        }
    }
}

fn names(mut names: Vec<String>) -> String {
    names.sort();
    names.join(", ")
}

/// The fields a patch speaks about.
#[must_use]
pub fn fields(patch: &IssuePatch) -> Vec<Field> {
    Field::ALL
        .into_iter()
        .filter(|field| field.asked(patch).is_some())
        .collect()
}

/// What takes the patch back: the same fields, as the issue had them.
#[must_use]
pub fn way_back(patch: &IssuePatch, before: &Issue) -> IssuePatch {
    let mut back = IssuePatch::default();
    for field in fields(patch) {
        match field {
            Field::Title => back.title = Some(before.title.clone()),
            Field::Description => back.description = Some(before.description.clone()),
            Field::Type => back.type_ = Some(before.type_),
            Field::Severity => back.severity = Some(before.severity),
            Field::Priority => back.priority = Some(before.priority),
            Field::Status => {
                back.status = Some(before.status.slug.clone());
                back.resolution = before.resolution;
            }
            // Who opens an issue again takes its resolution away.
            Field::Resolution => back.resolution = before.resolution,
            Field::Points => back.story_points = Some(before.story_points),
            Field::Labels => {
                back.labels = Some(before.labels.iter().map(|l| l.name.clone()).collect());
            }
            Field::Assignee => {
                back.assignee = Some(before.assignee.as_ref().map(|u| u.username.clone()));
            }
            Field::Parent => back.parent = Some(before.parent.clone()),
            Field::Affected => back.affected_version = Some(before.affected_version.clone()),
            Field::Fixed => back.fixed_version = Some(before.fixed_version.clone()),
            Field::Start => back.start_date = Some(before.start_date),
            Field::Due => back.due_date = Some(before.due_date),
        }
    }
    back
}

/// The fields of the patch that somebody else changed since `base`, to something else.
#[must_use]
pub fn conflicts(patch: &IssuePatch, base: &Issue, now: &Issue) -> Vec<Field> {
    fields(patch)
        .into_iter()
        .filter(|field| {
            let now = field.of(now);
            field.of(base) != now && field.asked(patch).is_some_and(|asked| asked != now)
        })
        .collect()
}

#[cfg(test)]
pub mod tests {
    use super::*;

    pub fn issue() -> Issue {
        serde_json::from_str(
            r##"{"id":"00000000-0000-7000-8000-000000000001","key":"APP-1","project":"APP","number":1,"title":"A",
            "description":"d","type":"bug","severity":"low","priority":3,"story_points":null,
            "status":{"slug":"open","name":"Open","category":"triage"},"resolution":null,"affected_version":null,
            "fixed_version":null,"reporter":{"id":"00000000-0000-7000-8000-000000000002","username":"ann",
            "display_name":"Ann","kind":"human"},"assignee":null,"parent":null,"labels":[],"start_date":null,
            "due_date":null,"external_ref":null,"fingerprint":null,"occurrences":1,"context":null,
            "rank":"4000000001000000","life":[{"category":"triage","since":"2026-01-01T00:00:00Z"}],"watching":false,"watchers":0,
            "voted":false,"votes":0,"sub_issues":{"total":0,"done":0},"blocked":false,"version":1,
            "created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z","resolved_at":null,
            "deleted_at":null}"##,
        )
        .unwrap()
    }

    #[test]
    fn only_fields_that_both_changed_are_in_conflict() {
        let base = issue();
        let mut now = base.clone();
        now.title = "B".into();
        now.severity = domain::issue::Severity::High;
        let patch = IssuePatch {
            title: Some("C".into()),
            description: Some("e".into()),
            ..IssuePatch::default()
        };
        assert_eq!(conflicts(&patch, &base, &now), [Field::Title]);
        let same = IssuePatch {
            title: Some("B".into()),
            ..IssuePatch::default()
        };
        assert!(
            conflicts(&same, &base, &now).is_empty(),
            "both wrote the same"
        );
    }

    #[test]
    fn every_field_finds_its_way_back() {
        let before = issue();
        let patch: IssuePatch = serde_json::from_str(
            r#"{"title":"x","type":"task","severity":"high","priority":1,"status":"done","resolution":"wont_fix",
            "story_points":5,"labels":["b"],"assignee":"bob","parent":"APP-9","fixed_version":"1",
            "due_date":"2026-01-01"}"#,
        )
        .unwrap();
        let back = way_back(&patch, &before);
        for field in Field::ALL {
            let expected = field.asked(&patch).map(|_| field.of(&before));
            let expected = expected.filter(|_| field != Field::Resolution);
            assert_eq!(field.asked(&back), expected, "{field:?}");
        }
        // What was closed is closed again as it was.
        let closed = Issue {
            resolution: Some(domain::issue::Resolution::Duplicate),
            ..issue()
        };
        let opened = IssuePatch {
            status: Some("open".into()),
            ..IssuePatch::default()
        };
        assert_eq!(way_back(&opened, &closed).resolution, closed.resolution);
    }

    #[test]
    fn every_field_can_be_left_out() {
        let patch: IssuePatch = serde_json::from_str(
            r#"{"title":"x","description":"y","type":"bug","severity":"low","priority":1,"status":"done",
            "resolution":"complete","story_points":null,"labels":["b","a"],"assignee":null,"parent":null,
            "affected_version":"1","fixed_version":null,"start_date":null,"due_date":"2026-01-01"}"#,
        )
        .unwrap();
        assert_eq!(fields(&patch).len(), Field::ALL.len());
        assert_eq!(Field::Labels.asked(&patch).as_deref(), Some("a, b"));
        let mut left = patch;
        for field in Field::ALL {
            field.leave(&mut left);
        }
        assert!(left.is_empty());
    }
}

//! Reports count exactly what the caller could list.

use crate::world::world;
use domain::insights::OpenBy;
use domain::issue::{IssueType, Priority, Severity};
use domain::workflow::Category;
use std::collections::BTreeMap;
use store::issues::StoredIssue;
use store::{access, insights, projects};
use uuid::Uuid;

fn values(issue: &StoredIssue, by: OpenBy, keys: &BTreeMap<Uuid, &str>) -> Vec<String> {
    match by {
        OpenBy::Severity => vec![issue.severity.to_string()],
        OpenBy::Priority => vec![issue.priority.number().to_string()],
        OpenBy::Type => vec![issue.type_.to_string()],
        OpenBy::Status => vec![issue.status.slug.clone()],
        OpenBy::Category => vec![issue.status.category.to_string()],
        OpenBy::Assignee => vec![
            issue
                .assignee
                .as_ref()
                .map_or("none".into(), |a| a.username.clone()),
        ],
        OpenBy::Label => issue.labels.iter().map(|l| l.name.clone()).collect(),
        OpenBy::Project => vec![keys[&issue.project_id].to_string()],
    }
}

#[test]
fn open_issues_are_counted_by_each_field_as_far_as_they_exist_for_the_caller() {
    let world = world(11);
    let cast = &world.cast;
    let keys = BTreeMap::from([(cast.app, "APP"), (cast.eng, "ENG"), (cast.sec, "SEC")]);
    for who in [&cast.admin, &cast.viewer, &cast.reporter] {
        let scope = world.db.read(|conn| access::scope(conn, who)).unwrap();
        let mine: Vec<&StoredIssue> = world
            .truth
            .iter()
            .filter(|i| i.deleted_at.is_none() && i.status.category.is_open())
            .filter(|i| {
                scope.all.contains(&i.project_id)
                    || (scope.own.contains(&i.project_id) && i.reporter.id == who.id)
            })
            .collect();
        for by in OpenBy::ALL {
            let mut expected: BTreeMap<String, i64> = BTreeMap::new();
            for value in mine.iter().flat_map(|i| values(i, *by, &keys)) {
                *expected.entry(value).or_default() += 1;
            }
            let report = world
                .db
                .read(|conn| insights::open_by(conn, &scope, *by, None, None))
                .unwrap();
            assert_eq!(report.total, i64::try_from(mine.len()).unwrap());
            let mut counted: BTreeMap<String, i64> = BTreeMap::new();
            for item in &report.items {
                assert!(!item.name.is_empty(), "{by} {}", item.value);
                *counted.entry(item.value.clone()).or_default() += item.count;
            }
            counted.retain(|_, count| *count > 0);
            assert_eq!(counted, expected, "{by} for {}", who.username);
        }
        let counts = world
            .db
            .read(|conn| projects::open_counts(conn, &scope))
            .unwrap();
        for (project, count) in counts {
            let expected = mine.iter().filter(|i| i.project_id == project).count();
            assert_eq!(count, i64::try_from(expected).unwrap());
        }
    }
}

#[test]
fn closed_sets_carry_every_value_also_at_nought() {
    let test = testkit::TestDb::new();
    let db = test.db();
    let scope = access::Scope::default();
    let items = |by| {
        let report = db
            .read(|conn| insights::open_by(conn, &scope, by, None, None))
            .unwrap();
        assert_eq!(report.total, 0);
        assert!(report.items.iter().all(|item| item.count == 0));
        let values: Vec<String> = report.items.into_iter().map(|item| item.value).collect();
        values
    };
    assert_eq!(
        items(OpenBy::Severity),
        ["critical", "high", "medium", "low"]
    );
    assert_eq!(items(OpenBy::Severity).len(), Severity::ALL.len());
    assert_eq!(items(OpenBy::Priority).len(), Priority::ALL.len());
    assert_eq!(items(OpenBy::Type), IssueType::SLUGS);
    assert_eq!(
        items(OpenBy::Category).len(),
        Category::ALL.len() - 1,
        "open is not done"
    );
    assert!(items(OpenBy::Assignee).is_empty());
}

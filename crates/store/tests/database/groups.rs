//! Lists in groups: every page joins the next, and each group holds exactly its issues in the
//! list's order.

use crate::world::{World, world};
use domain::issue::IssueRow;
use domain::list::{Group, GroupBy, IssueFilter};
use store::access::{self, Scope};
use store::issues::{self, Asked, Position};

/// All rows, and the groups that every page must tell.
fn pages(
    world: &World,
    scope: &Scope,
    filter: &IssueFilter,
    group_by: Option<GroupBy>,
    closed: &[String],
    size: i64,
) -> (Vec<IssueRow>, Vec<Group>) {
    let mut rows = Vec::new();
    let mut groups: Option<Vec<Group>> = None;
    let mut after: Option<Position> = None;
    loop {
        let asked = Asked {
            group_by,
            closed,
            after: after.as_ref(),
            ..Asked::now(filter, size)
        };
        let page = world
            .db
            .read(|conn| issues::list(conn, scope, &asked))
            .unwrap();
        rows.extend(page.rows);
        if let (Some(before), Some(now)) = (&groups, &page.groups) {
            assert_eq!(before, now);
        }
        groups = page.groups;
        let Some(position) = page.next else {
            return (rows, groups.unwrap_or_default());
        };
        assert!(position.fits(filter.sort.field, group_by));
        let written = serde_json::to_string(&position).unwrap();
        after = Some(serde_json::from_str(&written).unwrap());
    }
}

/// The groups in which a row stands; what its version is, rows do not tell: nobody has one.
fn values(row: &IssueRow, by: GroupBy) -> Vec<String> {
    let one = match by {
        GroupBy::Status => row.status.slug.clone(),
        GroupBy::Category => row.status.category.to_string(),
        GroupBy::Type => row.type_.to_string(),
        GroupBy::Severity => row.severity.to_string(),
        GroupBy::Priority => row.priority.number().to_string(),
        GroupBy::Resolution => row.resolution.map_or("none".into(), |r| r.to_string()),
        GroupBy::Assignee => row
            .assignee
            .as_ref()
            .map_or("none".into(), |a| a.username.clone()),
        GroupBy::Reporter => row.reporter.username.clone(),
        GroupBy::Project => row.project.clone(),
        GroupBy::FixedVersion => "none".into(),
        GroupBy::Label if row.labels.is_empty() => "none".into(),
        GroupBy::Label => return row.labels.iter().map(|l| l.name.clone()).collect(),
    };
    vec![one]
}

fn ids(rows: &[IssueRow]) -> Vec<String> {
    rows.iter().map(|r| r.key.clone()).collect()
}

#[test]
fn each_group_holds_its_issues_in_the_order_of_the_list() {
    let world = world(11);
    let lead = &world.cast.lead;
    let everything = world.db.read(|conn| access::scope(conn, lead)).unwrap();
    for (project, sort) in [(None, "-updated"), (Some("ENG"), "due"), (None, "-title")] {
        let filter = IssueFilter {
            sort: sort.parse().unwrap(),
            ..IssueFilter::default()
        };
        let scope = match project {
            None => everything.clone(),
            Some(key) => world
                .db
                .read(|conn| access::list_scope(conn, lead, Some(key)))
                .unwrap(),
        };
        let (plain, none) = pages(&world, &scope, &filter, None, &[], 100);
        assert!(none.is_empty() && plain.len() > 20);
        for by in GroupBy::ALL {
            let (rows, groups) = pages(&world, &scope, &filter, Some(*by), &[], 7);
            let mut expected = Vec::new();
            for group in &groups {
                let members: Vec<IssueRow> = plain
                    .iter()
                    .filter(|row| values(row, *by).contains(&group.value))
                    .cloned()
                    .collect();
                assert_eq!(members.len() as i64, group.count, "{by} {}", group.value);
                assert!(group.count > 0 && !group.label.is_empty());
                expected.extend(ids(&members));
            }
            assert_eq!(ids(&rows), expected, "{by} {sort}");
            let in_groups: usize = plain.iter().map(|row| values(row, *by).len()).sum();
            assert_eq!(rows.len(), in_groups, "{by}: nobody is left out");

            // Closed groups take no places, and are counted all the same.
            let ends: Vec<String> = [groups.first(), groups.last()]
                .into_iter()
                .flatten()
                .map(|group| group.value.clone())
                .collect();
            let (open, all) = pages(&world, &scope, &filter, Some(*by), &ends, 7);
            assert_eq!(all, groups);
            let mut expected = Vec::new();
            for group in groups.iter().filter(|group| !ends.contains(&group.value)) {
                let members = plain
                    .iter()
                    .filter(|row| values(row, *by).contains(&group.value));
                expected.extend(members.map(|row| row.key.clone()));
            }
            assert_eq!(ids(&open), expected, "{by} {sort}");
        }
    }
}

#[test]
fn groups_stand_in_the_order_of_their_meaning_and_nothing_last() {
    let world = world(12);
    let admin = &world.cast.admin;
    let scope = world
        .db
        .read(|conn| access::list_scope(conn, admin, Some("ENG")))
        .unwrap();
    let filter = IssueFilter::default();
    let order = |by| -> Vec<String> {
        let (_, groups) = pages(&world, &scope, &filter, Some(by), &[], 50);
        groups.into_iter().map(|g| g.value).collect()
    };
    assert_eq!(
        order(GroupBy::Severity),
        ["critical", "high", "medium", "low"]
    );
    assert_eq!(order(GroupBy::Priority), ["1", "2", "3", "4", "5"]);
    let statuses = order(GroupBy::Status);
    let workflow = testkit::work::workflow(&world.db, world.cast.eng).workflow;
    let mut expected: Vec<String> = workflow.statuses.into_iter().map(|s| s.slug).collect();
    expected.retain(|slug| statuses.contains(slug));
    assert_eq!(statuses, expected);
    for by in [GroupBy::Assignee, GroupBy::Label, GroupBy::Resolution] {
        assert_eq!(order(by).last().map(String::as_str), Some("none"));
    }
}

/// Forty times as many issues, in the same projects and groups.
fn many_more(world: &World) {
    testkit::sql::run(
        &mut world._test.superuser(),
        "insert into issue (id, project_id, number, title, description, type, severity, priority,
             story_points, status_id, resolution, reporter_id, assignee_id, label_ids, due_date, life,
             version, created_at, updated_at, resolved_at, rank, votes)
         select gen_random_uuid(), project_id, number + 1000 * n, title, description, type, severity,
             priority, story_points, status_id, resolution, reporter_id, assignee_id, label_ids,
             due_date, life, version, created_at, updated_at + n * interval '1 s', resolved_at,
             rank || lpad(n::text, 4, '0'), votes
         from issue, generate_series(1, 40) n where deleted_at is null",
    )
    .unwrap();
}

#[test]
fn groups_of_thousands_page_in_the_same_order() {
    let world = world(13);
    many_more(&world);
    let lead = &world.cast.lead;
    let scope = world.db.read(|conn| access::scope(conn, lead)).unwrap();
    for (by, sort) in [
        (GroupBy::Severity, "-updated"),
        (GroupBy::Category, "due"),
        (GroupBy::Priority, "title"),
    ] {
        let filter = IssueFilter {
            sort: sort.parse().unwrap(),
            ..IssueFilter::default()
        };
        let (plain, _) = pages(&world, &scope, &filter, None, &[], 200);
        let (rows, groups) = pages(&world, &scope, &filter, Some(by), &[], 200);
        assert!(groups.iter().any(|group| group.count > 1_000));
        let mut expected = Vec::new();
        for group in &groups {
            let members = plain
                .iter()
                .filter(|row| values(row, by).contains(&group.value));
            expected.extend(members.map(|row| row.key.clone()));
        }
        assert_eq!(rows.len(), plain.len(), "{by}: nobody is left out");
        assert!(ids(&rows) == expected, "{by} {sort}");
    }
}

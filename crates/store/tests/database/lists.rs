//! Lists: whatever the order and the filter, the pages together are exactly the rows that match.

use crate::world::{World, world};
use chrono::NaiveDate;
use domain::issue::{IssueRow, IssueType, Priority, Resolution, Severity};
use domain::list::{IssueFilter, Sort, SortField};
use domain::page::Total;
use domain::workflow::Category;
use std::cmp::Ordering;
use store::access::{self, Actor, Scope};
use store::issues::{self, Asked, Position, PositionValue, StoredIssue};
use testkit::{TestDb, sql};
use uuid::Uuid;

fn scope(world: &World, who: &Actor) -> Scope {
    world.db.read(|conn| access::scope(conn, who)).unwrap()
}

/// All pages, and the total that every page must name.
fn pages(world: &World, scope: &Scope, filter: &IssueFilter, size: i64) -> (Vec<IssueRow>, i64) {
    let mut rows: Vec<IssueRow> = Vec::new();
    let mut after: Option<Position> = None;
    loop {
        let page = world
            .db
            .read(|conn| {
                issues::list(
                    conn,
                    scope,
                    &Asked {
                        after: after.as_ref(),
                        ..Asked::now(filter, size)
                    },
                )
            })
            .unwrap();
        assert!(page.rows.len() <= usize::try_from(size).unwrap());
        assert!(page.total.exact);
        rows.extend(page.rows);
        let Some(position) = page.next else {
            return (rows, page.total.count);
        };
        assert!(position.fits(filter.sort.field, None));
        // As it travels in a cursor.
        let written = serde_json::to_string(&position).unwrap();
        after = Some(serde_json::from_str(&written).unwrap());
    }
}

fn ids(rows: &[IssueRow]) -> Vec<Uuid> {
    rows.iter().map(|r| r.id).collect()
}

/// What stands where nothing is set: after everything, in both directions.
fn nothing_last<T: Ord>(a: Option<T>, b: Option<T>, descending: bool) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) if descending => b.cmp(&a),
        (Some(a), Some(b)) => a.cmp(&b),
        (a, b) => a.is_none().cmp(&b.is_none()),
    }
}

fn in_order(a: &StoredIssue, b: &StoredIssue, sort: Sort) -> Ordering {
    let turned = |order: Ordering| {
        if sort.descending {
            order.reverse()
        } else {
            order
        }
    };
    let by_field = match sort.field {
        SortField::Updated => turned(a.updated_at.cmp(&b.updated_at)),
        SortField::Created => turned(a.created_at.cmp(&b.created_at)),
        SortField::Priority => turned(a.priority.cmp(&b.priority)),
        SortField::Severity => turned(a.severity.cmp(&b.severity)),
        SortField::Key => turned(a.number.cmp(&b.number)),
        SortField::Title => turned(a.title.to_lowercase().cmp(&b.title.to_lowercase())),
        SortField::Due => nothing_last(a.due_date, b.due_date, sort.descending),
        SortField::Points => nothing_last(a.story_points, b.story_points, sort.descending),
        SortField::Votes => turned(a.plan.votes.cmp(&b.plan.votes)),
    };
    by_field.then_with(|| turned(a.id.cmp(&b.id)))
}

/// Lists of one project, of several, of own issues beside others, and of more projects than have a
/// branch of their own.
fn scopes(world: &World) -> [Scope; 4] {
    let everything = scope(world, &world.cast.admin);
    let one = Scope {
        all: vec![world.cast.eng],
        ..everything.clone()
    };
    let mut many = everything.clone();
    many.all.extend((0..100).map(|_| Uuid::now_v7()));
    [everything, one, scope(world, &world.cast.reporter), many]
}

#[test]
fn in_every_order_the_pages_join_without_gap_or_overlap() {
    let world = world(1);
    for (scope, field) in scopes(&world)
        .iter()
        .flat_map(|scope| SortField::ALL.iter().map(move |field| (scope, field)))
    {
        let exists = |i: &&StoredIssue| {
            let own = scope.own.contains(&i.project_id) && i.reporter.id == scope.me;
            i.deleted_at.is_none() && (own || scope.all.contains(&i.project_id))
        };
        for descending in [false, true] {
            let sort = Sort {
                field: *field,
                descending,
            };
            let filter = IssueFilter {
                sort,
                ..IssueFilter::default()
            };
            let mut expected: Vec<&StoredIssue> = world.truth.iter().filter(exists).collect();
            expected.sort_by(|a, b| in_order(a, b, sort));
            let expected: Vec<Uuid> = expected.into_iter().map(|i| i.id).collect();
            assert!(expected.len() > 10, "{}", expected.len());
            for size in [7, 100] {
                let (rows, total) = pages(&world, scope, &filter, size);
                assert_eq!(ids(&rows), expected, "{sort} by {size}");
                assert_eq!(total, i64::try_from(expected.len()).unwrap());
            }
        }
    }
}

/// The first rows of a list, by pages, and the total of the last page.
fn first_rows(
    world: &World,
    scope: &Scope,
    filter: &IssueFilter,
    count: usize,
) -> (Vec<IssueRow>, Total) {
    let mut rows: Vec<IssueRow> = Vec::new();
    let mut after = None;
    loop {
        let asked = Asked {
            after: after.as_ref(),
            ..Asked::now(filter, 90)
        };
        let page = world
            .db
            .read(|conn| issues::list(conn, scope, &asked))
            .unwrap();
        rows.extend(page.rows);
        after = page.next;
        if rows.len() >= count || after.is_none() {
            rows.truncate(count);
            return (rows, page.total);
        }
    }
}

#[test]
fn words_that_stand_in_very_many_page_in_the_same_order() {
    let world = world(7);
    sql::run(
        &mut world._test.superuser(),
        "insert into issue (id, project_id, number, title, description, type, severity, priority,
             story_points, status_id, resolution, reporter_id, assignee_id, label_ids, due_date, life,
             version, created_at, updated_at, resolved_at, rank, votes)
         select gen_random_uuid(), project_id, number + 1000 * n,
             title || case when n % 8 = 0 then ' thread' else ' needle' end, description, type, severity,
             priority, story_points, status_id, resolution, reporter_id, assignee_id, label_ids,
             due_date, life, version, created_at, updated_at + n * interval '1 s', resolved_at,
             rank || lpad(n::text, 4, '0'), votes
         from issue, generate_series(1, 110) n where deleted_at is null",
    )
    .unwrap();
    let mut capped = 0;
    for scope in scopes(&world) {
        for sort in ["-updated", "due", "-points", "title"] {
            let all = IssueFilter {
                sort: sort.parse().unwrap(),
                ..IssueFilter::default()
            };
            let (filter, _) = IssueFilter::from_pairs([("q", "needl"), ("sort", sort)]).unwrap();
            let (rows, total) = first_rows(&world, &scope, &filter, 250);
            let (plain, _) = first_rows(&world, &scope, &all, 900);
            let mut expected = ids(&plain
                .into_iter()
                .filter(|row| row.title.ends_with("needle"))
                .collect::<Vec<_>>());
            assert!(expected.len() >= 250, "{}", expected.len());
            expected.truncate(250);
            assert_eq!(ids(&rows), expected, "{sort}");
            capped += usize::from(!total.exact);
        }
    }
    // Both ways were gone: there are more than are counted in everything, fewer in one project.
    assert!((4..=12).contains(&capped), "{capped}");
}

#[test]
fn a_row_shows_what_the_issue_is() {
    let world = world(2);
    let scope = scope(&world, &world.cast.admin);
    let (rows, _) = pages(&world, &scope, &IssueFilter::default(), 100);
    for row in rows {
        let issue = world.truth.iter().find(|i| i.id == row.id).unwrap();
        let full = testkit::work::load(&world.db, row.id).render();
        assert_eq!((&row.key, &row.project), (&full.key, &full.project));
        assert_eq!((&row.title, row.type_), (&full.title, full.type_));
        assert_eq!((row.severity, row.priority), (full.severity, full.priority));
        assert_eq!(
            (&row.status, row.resolution),
            (&full.status, full.resolution)
        );
        assert_eq!(
            (&row.reporter, &row.assignee),
            (&full.reporter, &full.assignee)
        );
        assert_eq!((&row.labels, row.due_date), (&full.labels, full.due_date));
        assert_eq!((&row.life, row.version), (&full.life, issue.version));
        assert_eq!(row.story_points, full.story_points);
        assert_eq!(
            (
                row.created_at,
                row.updated_at,
                row.resolved_at,
                row.deleted_at
            ),
            (full.created_at, full.updated_at, full.resolved_at, None)
        );
    }
}

type Test = fn(&StoredIssue) -> bool;

fn assigned(issue: &StoredIssue, name: &str) -> bool {
    issue.assignee.as_ref().is_some_and(|a| a.username == name)
}

fn labelled(issue: &StoredIssue, name: &str) -> bool {
    issue.labels.iter().any(|l| l.name == name)
}

/// Parameters as in the address bar, and what they must find among all that is not deleted. Asked
/// by `lead`.
const FILTERS: &[(&[(&str, &str)], Test)] = &[
    (&[], |_| true),
    (&[("state", "all")], |_| true),
    (&[("state", "open")], |i| i.status.category.is_open()),
    (&[("state", "closed")], |i| !i.status.category.is_open()),
    (&[("status", "open,in_progress")], |i| {
        matches!(i.status.slug.as_str(), "open" | "in_progress")
    }),
    (&[("status", "nowhere")], |_| false),
    (&[("category", "active,waiting")], |i| {
        matches!(i.status.category, Category::Active | Category::Waiting)
    }),
    (&[("type", "bug")], |i| i.type_ == IssueType::Bug),
    (&[("severity", "high,critical")], |i| {
        i.severity >= Severity::High
    }),
    (&[("priority", "1,lowest")], |i| {
        i.priority == Priority::ALL[0] || i.priority == Priority::ALL[4]
    }),
    (&[("resolution", "duplicate,wont_fix")], |i| {
        matches!(
            i.resolution,
            Some(Resolution::Duplicate | Resolution::WontFix)
        )
    }),
    (&[("assignee", "Developer")], |i| assigned(i, "developer")),
    (&[("assignee", "@me")], |i| assigned(i, "lead")),
    (&[("assignee", "none")], |i| i.assignee.is_none()),
    (&[("assignee", "none,@me,maintainer")], |i| {
        !assigned(i, "developer")
    }),
    (&[("assignee", "nobody_of_that_name")], |_| false),
    (&[("reporter", "reporter,REPORTER2")], |i| {
        i.reporter.username != "lead"
    }),
    (&[("reporter", "@me")], |i| i.reporter.username == "lead"),
    (&[("label", "UI")], |i| labelled(i, "ui")),
    (&[("label", "ui,api")], |i| {
        labelled(i, "ui") || labelled(i, "API")
    }),
    (&[("label", "none")], |i| i.labels.is_empty()),
    (&[("label", "none,later")], |i| {
        i.labels.is_empty() || labelled(i, "later")
    }),
    (&[("label", "unheard_of")], |_| false),
    (&[("text", "blank")], |i| {
        i.title.to_lowercase().contains("blank")
    }),
    (&[("text", "50%")], |i| i.title.contains("50%")),
    (&[("text", "r_s")], |i| i.title.contains("r_s")),
    (&[("text", "\\")], |i| i.title.contains('\\')),
    (&[("text", "7")], |i| i.title.contains('7') || i.number == 7),
    (&[("text", "#12")], |i| i.number == 12),
    (&[("text", "'; drop table issue; --")], |_| false),
    (
        &[("state", "open"), ("severity", "low"), ("label", "ui")],
        |i| i.status.category.is_open() && i.severity == Severity::Low && labelled(i, "ui"),
    ),
];

#[test]
fn every_filter_finds_exactly_what_it_says() {
    let world = world(3);
    let scope = scope(&world, &world.cast.lead);
    let mut found_any = 0;
    for (pairs, test) in FILTERS {
        let (filter, unknown) = IssueFilter::from_pairs(pairs.iter().copied()).unwrap();
        assert!(unknown.is_empty());
        for deleted in [false, true] {
            let filter = IssueFilter {
                deleted,
                ..filter.clone()
            };
            let (rows, total) = pages(&world, &scope, &filter, 50);
            let mut expected: Vec<&StoredIssue> = world
                .truth
                .iter()
                .filter(|i| i.deleted_at.is_some() == deleted && test(i))
                .collect();
            expected.sort_by(|a, b| in_order(a, b, filter.sort));
            let expected: Vec<Uuid> = expected.iter().map(|i| i.id).collect();
            assert_eq!(ids(&rows), expected, "{pairs:?}, deleted {deleted}");
            assert_eq!(total, i64::try_from(expected.len()).unwrap(), "{pairs:?}");
            found_any += usize::from(!expected.is_empty());
        }
    }
    assert!(found_any > FILTERS.len(), "the filters find something");
}

#[test]
fn a_key_finds_its_issue() {
    let world = world(4);
    let scope = scope(&world, &world.cast.admin);
    let (filter, _) = IssueFilter::from_pairs([("text", "app-3")]).unwrap();
    let (rows, _) = pages(&world, &scope, &filter, 50);
    let keys: Vec<&str> = rows.iter().map(|r| r.key.as_str()).collect();
    let third = world
        .truth
        .iter()
        .find(|i| i.project_id == world.cast.app && i.number == 3)
        .unwrap();
    let expected: &[&str] = if third.deleted_at.is_none() {
        &["APP-3"]
    } else {
        &[]
    };
    assert_eq!(keys, expected);
}

#[test]
fn everybody_sees_what_exists_for_them_and_nothing_else() {
    let world = world(5);
    let cast = &world.cast;
    let (app, eng) = (cast.app, cast.eng);
    // Written down by hand: who sees what in APP (own), ENG (all), SEC (private).
    type Sees = fn(&StoredIssue, Uuid, Uuid) -> bool;
    let table: [(&Actor, Sees); 7] = [
        (&cast.admin, |_, _, _| true),
        (&cast.lead, |_, _, _| true),
        (&cast.developer, |_, _, _| true),
        (&cast.maintainer, |i, app, eng| {
            i.project_id == app || i.project_id == eng
        }),
        (&cast.viewer, |i, app, eng| {
            i.project_id == app || i.project_id == eng
        }),
        (&cast.reporter, |i, app, eng| {
            i.project_id == eng || (i.project_id == app && i.reporter.username == "reporter")
        }),
        (&cast.reporter2, |i, app, eng| {
            i.project_id == eng || (i.project_id == app && i.reporter.username == "reporter2")
        }),
    ];
    for (who, sees) in table {
        let everything = scope(&world, who);
        for deleted in [false, true] {
            let filter = IssueFilter {
                deleted,
                ..IssueFilter::default()
            };
            // Deleted issues exist for leads and admins.
            let may = !deleted || matches!(who.username.as_str(), "lead" | "admin");
            let expected = |project: Option<Uuid>| {
                let mut ids: Vec<Uuid> = world
                    .truth
                    .iter()
                    .filter(|i| i.deleted_at.is_some() == deleted && may && sees(i, app, eng))
                    .filter(|i| project.is_none_or(|p| p == i.project_id))
                    .map(|i| i.id)
                    .collect();
                ids.sort_unstable();
                ids
            };
            let found = |scope: &Scope| {
                let (rows, total) = pages(&world, scope, &filter, 100);
                assert_eq!(total, i64::try_from(rows.len()).unwrap());
                let mut ids = ids(&rows);
                ids.sort_unstable();
                ids
            };
            assert_eq!(found(&everything), expected(None), "{}", who.username);
            for (key, project) in [("APP", app), ("ENG", eng)] {
                let scope = world
                    .db
                    .read(|conn| access::list_scope(conn, who, Some(key)))
                    .unwrap();
                assert_eq!(
                    found(&scope),
                    expected(Some(project)),
                    "{} {key}",
                    who.username
                );
            }
        }
    }
}

#[test]
fn a_position_of_another_order_does_not_fit() {
    let id = Uuid::nil();
    let day = NaiveDate::from_ymd_opt(2026, 1, 1);
    let at = Position(PositionValue::At(chrono::Utc::now()), id, None);
    let number = Position(PositionValue::Number(1), id, None);
    let text = Position(PositionValue::Text("a".into()), id, None);
    for field in SortField::ALL {
        use SortField::{Created, Due, Key, Points, Priority, Severity, Title, Updated, Votes};
        assert_eq!(at.fits(*field, None), matches!(field, Updated | Created));
        assert_eq!(
            number.fits(*field, None),
            matches!(field, Priority | Severity | Key | Points | Votes)
        );
        assert_eq!(text.fits(*field, None), matches!(field, Title));
        let day = Position(PositionValue::Day(day), id, None);
        assert_eq!(day.fits(*field, None), matches!(field, Due));
    }
}

#[test]
fn every_order_that_is_offered_is_one_that_an_index_has_by_project() {
    let test = TestDb::new();
    let mut conn = test.superuser();
    for field in SortField::ALL {
        let key = match field {
            SortField::Updated => "updated_at, id",
            SortField::Created => "created_at, id",
            SortField::Priority => "priority, id",
            SortField::Severity => "severity, id",
            // Unique, so nothing follows it.
            SortField::Key => "number",
            SortField::Title => "lower(title), id",
            SortField::Due => "due_date, id",
            SortField::Points => "story_points, id",
            SortField::Votes => "votes, id",
        };
        let query = format!(
            "select count(*) from pg_indexes where tablename = 'issue'
             and indexdef like '%(project_id, {key})%'"
        );
        assert!(sql::number(&mut conn, &query) > 0, "{field:?}");
    }
}

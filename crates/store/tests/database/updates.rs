//! Two who change the same issue: nobody's change is lost without a word.

use domain::issue::{Resolution, Severity};
use domain::workflow::Category;
use std::sync::Barrier;
use std::thread;
use store::Error;
use testkit::{TestDb, cast, sql, work};

#[test]
fn of_two_changes_to_the_same_version_exactly_one_wins_and_the_other_is_told() {
    const ROUNDS: i32 = 200;
    let test = TestDb::new();
    let db = test.db();
    let cast = cast::stage(&db);
    let issue = work::issue(&db, cast.eng, &cast.lead, "Wanted by two");
    for round in 1..=ROUNDS {
        let was = work::load(&db, issue.id);
        assert_eq!(was.issue.version, round);
        let together = Barrier::new(2);
        let results: Vec<_> = thread::scope(|scope| {
            let both = [&cast.lead, &cast.maintainer].map(|who| {
                let (db, was, together) = (&db, &was, &together);
                scope.spawn(move || {
                    together.wait();
                    let title = format!("{} in round {round}", who.username);
                    let result =
                        work::change_from(db, None, who, was, |f| f.title.clone_from(&title));
                    (title, result)
                })
            });
            both.into_iter().map(|t| t.join().unwrap()).collect()
        });
        let (winners, losers): (Vec<_>, Vec<_>) = results.into_iter().partition(|r| r.1.is_ok());
        assert_eq!(winners.len(), 1, "round {round}");
        assert!(matches!(losers[0].1, Err(Error::Stale)), "{:?}", losers[0]);
        let now = work::load(&db, issue.id).issue;
        assert_eq!((now.version, &now.title), (round + 1, &winners[0].0));
    }
    let mut conn = test.superuser();
    for (what, expected) in [
        (
            "select count(*) from event where kind = 'issue.updated'",
            ROUNDS,
        ),
        ("select count(*) from issue_version", ROUNDS + 1),
        (
            "select count(distinct version) from event where issue_id is not null",
            ROUNDS + 1,
        ),
        (
            "select count(*) from issue_version where valid_to is null",
            1,
        ),
    ] {
        assert_eq!(sql::number(&mut conn, what), i64::from(expected), "{what}");
    }
}

#[test]
fn closing_sets_date_and_resolution_and_reopening_clears_both() {
    let test = TestDb::new();
    let db = test.db();
    let cast = cast::stage(&db);
    let issue = work::issue(&db, cast.ops, &cast.reporter, "Disk full");
    let closed = work::move_to(&db, None, &cast.maintainer, issue.id, "resolved");
    let now = work::load(&db, issue.id).issue;
    assert_eq!(now.resolved_at, Some(closed.1));
    assert_eq!(now.resolution, Some(Resolution::Complete));
    // From one finished status to another: it was finished then, not now.
    work::move_to(&db, None, &cast.maintainer, issue.id, "closed");
    assert_eq!(work::load(&db, issue.id).issue.resolved_at, Some(closed.1));
    let reopened = work::move_to(&db, None, &cast.maintainer, issue.id, "in_progress");
    let now = work::load(&db, issue.id).issue;
    assert_eq!((now.resolved_at, now.resolution), (None, None));
    let stays: Vec<_> = now.life.iter().map(|s| (s.category, s.since)).collect();
    assert_eq!(
        stays,
        [
            (Category::Triage, issue.created_at),
            (Category::Done, closed.1),
            (Category::Active, reopened.1)
        ]
    );
}

#[test]
fn a_change_pretended_earlier_than_the_last_one_still_comes_after_it() {
    let test = TestDb::new();
    let db = test.db();
    let cast = cast::stage(&db);
    let issue = work::issue(&db, cast.eng, &cast.lead, "Clocks differ");
    let past = issue.created_at - chrono::Duration::days(1);
    let (version, at) = work::change(&db, Some(past), &cast.lead, issue.id, |f| {
        f.severity = Severity::High;
    })
    .unwrap();
    assert_eq!(version, 2);
    assert_eq!(at, issue.created_at + chrono::Duration::microseconds(1));
}

#[test]
fn a_history_of_the_past_is_told_at_its_own_time() {
    let test = TestDb::new();
    let db = test.db();
    let cast = cast::stage(&db);
    let then = "2025-03-01T10:00:00Z".parse().unwrap();
    let fields = work::fields(&db, cast.app, "Long ago");
    let issue = work::insert(&db, Some(then), cast.app, &cast.reporter, &fields).unwrap();
    assert_eq!(issue.created_at, then);
    let later = "2025-03-05T10:00:00Z".parse().unwrap();
    work::move_to(&db, Some(later), &cast.maintainer, issue.id, "done");
    let now = work::load(&db, issue.id).issue;
    assert_eq!((now.created_at, now.resolved_at), (then, Some(later)));
    let mut conn = test.superuser();
    assert_eq!(
        sql::rows(
            &mut conn,
            "select to_char(at at time zone 'UTC', 'YYYY-MM-DD HH24:MI') from event where issue_id is not null order by at"
        ),
        ["2025-03-01 10:00", "2025-03-05 10:00", "2025-03-05 10:00"],
        "reported, moved, resolved"
    );
}

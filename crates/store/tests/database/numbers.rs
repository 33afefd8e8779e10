//! Issue numbers: from 1, without gaps, without duplicates, whatever happens at once.

use std::sync::Barrier;
use std::thread;
use store::{Db, DbConfig, Error, issues};
use testkit::{Cast, TestDb, cast, sql, work};
use uuid::Uuid;

const PEOPLE: usize = 64;

fn stage(test: &TestDb) -> (Db, Cast) {
    let db = Db::open(&DbConfig {
        pool_size: 32,
        ..test.config()
    });
    let cast = cast::stage(&db);
    (db, cast)
}

/// Reports issues by 64 threads that begin together; gives the numbers that came about, in order.
fn all_at_once(one: impl Fn(usize) -> store::Result<i64> + Sync) -> Vec<i64> {
    let begin = Barrier::new(PEOPLE);
    let mut numbers: Vec<i64> = thread::scope(|scope| {
        let people: Vec<_> = (0..PEOPLE)
            .map(|person| {
                let (begin, one) = (&begin, &one);
                scope.spawn(move || {
                    begin.wait();
                    work::patiently(|| one(person))
                })
            })
            .collect();
        people
            .into_iter()
            .filter_map(|person| person.join().unwrap().ok())
            .collect()
    });
    numbers.sort_unstable();
    numbers
}

fn report(db: &Db, cast: &Cast, project: Uuid) -> store::Result<i64> {
    let fields = work::fields(db, project, "At the same moment");
    Ok(work::insert(db, None, project, &cast.reporter, &fields)?.number)
}

#[test]
fn sixty_four_issues_at_once_are_numbered_1_to_64() {
    let test = TestDb::new();
    let (db, cast) = stage(&test);
    let numbers = all_at_once(|_| report(&db, &cast, cast.app));
    assert_eq!(numbers, (1..=64).collect::<Vec<i64>>());
}

#[test]
fn a_report_that_fails_or_is_rolled_back_takes_no_number() {
    let test = TestDb::new();
    let (db, cast) = stage(&test);
    let mut taken = work::fields(&db, cast.app, "The first of that reference");
    taken.external_ref = Some("CRM-1".into());
    work::insert(&db, None, cast.app, &cast.reporter, &taken).unwrap();
    let numbers = all_at_once(|person| {
        if person % 10 == 0 {
            // The row is refused after the number was taken.
            let again = work::insert(&db, None, cast.app, &cast.reporter, &taken);
            let refused = again.unwrap_err();
            if let Error::Constraint(name) = &refused {
                assert_eq!(name, "issue_project_id_external_ref_key");
            }
            Err(refused)
        } else if person % 5 == 0 {
            // Something after the report fails, in the same transaction.
            let fields = work::fields(&db, cast.app, "Never happened");
            let by = issues::By {
                actor: cast.reporter.id,
                on_behalf_of: None,
            };
            db.write(|tx| {
                let decided = store::access::now_at(tx, cast.app)?;
                issues::insert(
                    tx,
                    decided,
                    cast.reporter.id,
                    by,
                    &fields,
                    domain::workflow::Category::Triage,
                    work::snapshot(&fields),
                )?;
                Err(Error::Stale)
            })
        } else {
            report(&db, &cast, cast.app)
        }
    });
    // 13 of 64 failed; number 1 was there before.
    assert_eq!(numbers, (2..=52).collect::<Vec<i64>>());
    let mut conn = test.superuser();
    assert_eq!(sql::number(&mut conn, "select count(*) from issue"), 52);
    assert_eq!(
        sql::number(&mut conn, "select max(last_number) from issue_counter"),
        52
    );
    assert_eq!(
        sql::number(
            &mut conn,
            "select count(*) from event where kind = 'issue.created'"
        ),
        52,
        "what did not happen is not in the log"
    );
}

#[test]
fn an_open_report_in_one_project_holds_up_no_other_project() {
    let test = TestDb::new();
    let (db, cast) = stage(&test);
    let fields = work::fields(&db, cast.app, "Slow");
    let by = issues::By {
        actor: cast.reporter.id,
        on_behalf_of: None,
    };
    db.write(|tx| {
        let decided = store::access::now_at(tx, cast.app)?;
        let slow = issues::insert(
            tx,
            decided,
            cast.reporter.id,
            by,
            &fields,
            domain::workflow::Category::Triage,
            work::snapshot(&fields),
        )?;
        assert_eq!(slow.number, 1);
        // The transaction above is still open.
        assert_eq!(report(&db, &cast, cast.eng)?, 1);
        assert_eq!(report(&db, &cast, cast.eng)?, 2);
        Ok::<_, Error>(())
    })
    .unwrap();
    assert_eq!(report(&db, &cast, cast.app).unwrap(), 2);
}

#[test]
fn a_deleted_issue_keeps_its_number() {
    let test = TestDb::new();
    let (db, cast) = stage(&test);
    let first = work::issue(&db, cast.app, &cast.reporter, "Away");
    work::delete_or_restore(&db, None, &cast.lead, &work::load(&db, first.id)).unwrap();
    assert_eq!(report(&db, &cast, cast.app).unwrap(), 2);
}

#[test]
fn numbers_taken_in_other_ways_would_be_found_out() {
    let test = TestDb::new();
    let mut conn = test.superuser();
    sql::run(
        &mut conn,
        "create sequence usual; create table usual_way (number bigint unique);
         grant all on usual_way to iit_app; grant usage on usual to iit_app",
    )
    .unwrap();
    let numbered = |next: &'static str, test: &TestDb| {
        all_at_once(|person| {
            let mut conn = test.application();
            let end = if person % 5 == 0 {
                "rollback"
            } else {
                "commit"
            };
            let all = format!("begin; insert into usual_way select {next}; {end}");
            let done = sql::run(&mut conn, &all);
            if end == "rollback" || done.is_err() {
                return Err(Error::Stale);
            }
            Ok(0)
        })
        .len()
    };
    let committed = numbered("nextval('usual')", &test);
    let last = sql::number(&mut conn, "select max(number) from usual_way");
    assert_eq!(committed, 51);
    assert!(last > 51, "a sequence leaves gaps: {last}");
    sql::run(&mut conn, "truncate usual_way").unwrap();
    // Two that look at the same moment take the same number; here they are made to.
    let mut first = test.application();
    sql::run(
        &mut first,
        "begin; insert into usual_way select count(*) + 1 from usual_way",
    )
    .unwrap();
    let mut second = test.application();
    sql::run(&mut second, "set lock_timeout = 0").unwrap();
    let collided = thread::scope(|scope| {
        let second = scope.spawn(move || {
            sql::run(
                &mut second,
                "insert into usual_way select count(*) + 1 from usual_way",
            )
        });
        while sql::number(
            &mut conn,
            "select count(*) from pg_stat_activity
             where datname = current_database() and wait_event_type = 'Lock'",
        ) == 0
        {
            thread::yield_now();
        }
        sql::run(&mut first, "commit").unwrap();
        second.join().unwrap()
    });
    assert!(collided.is_err(), "looking for the largest collides");
}

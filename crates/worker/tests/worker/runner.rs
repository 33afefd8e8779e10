//! The runner: due jobs run once, failures hold up nobody and are tried again later.

use crate::{until, worker, worker_with};
use chrono::{DateTime, Duration, Utc};
use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use store::blobs::Blobs;
use store::jobs::{self, JobRow};
use store::{Db, DbConfig, Error, Result, Tx};
use testkit::{TestDb, sql};
use worker::jobs::{ALL, Every, Job, Reach};
use worker::runner::{Outcome, Stop};

const HOUR: Every = Every::Fixed(std::time::Duration::from_secs(3600));

fn well(_: &mut Tx<'_>, _: &Reach<'_>) -> Result<usize> {
    Ok(7)
}

/// Writes something first, which must not stay.
fn badly(tx: &mut Tx<'_>, _: &Reach<'_>) -> Result<usize> {
    jobs::ensure(tx, &["written by a job that failed"])?;
    Err(Error::Storage("the disk is on fire".into()))
}

const fn a_job(name: &'static str, run: fn(&mut Tx<'_>, &Reach<'_>) -> Result<usize>) -> Job {
    Job {
        name,
        about: "",
        every: HOUR,
        run,
    }
}

const BAD: Job = a_job("bad", badly);
const GOOD: Job = a_job("good", well);

fn row(db: &Db, name: &str) -> JobRow {
    let rows = db.read(jobs::list).unwrap();
    rows.into_iter().find(|row| row.name == name).unwrap()
}

fn from_now(at: DateTime<Utc>) -> i64 {
    (at - Utc::now()).num_seconds()
}

#[test]
fn a_job_that_fails_holds_up_no_other_and_leaves_nothing_behind() {
    let test = TestDb::new();
    let db = test.db();
    let mut worker = worker(&db, Blobs::in_memory());
    assert!(!worker.once(&[BAD, GOOD]), "one failed");
    assert_eq!(row(&db, "good").last_outcome.as_deref(), Some("ok"));
    let bad = row(&db, "bad");
    assert!(bad.last_outcome.unwrap().contains("on fire"));
    assert_eq!(bad.attempts, 1);
    let rows = db.read(jobs::list).unwrap();
    assert!(rows.iter().all(|row| !row.name.contains("failed")));
    assert!(worker.once(&[GOOD]));
}

#[test]
fn each_failure_in_a_row_waits_longer_and_a_success_starts_anew() {
    let test = TestDb::new();
    let db = test.db();
    db.write(|tx| jobs::ensure(tx, &["bad"])).unwrap();
    let worker = worker(&db, Blobs::in_memory());
    for (failures, least, most) in [(1, 8, 13), (2, 17, 25), (3, 35, 50), (4, 70, 100)] {
        assert!(matches!(worker.run(&BAD, true), Outcome::Failed(_)));
        let row = row(&db, "bad");
        assert_eq!(row.attempts, failures);
        let wait = from_now(row.next_run_at);
        assert!((least..=most).contains(&wait), "{failures}: {wait}");
    }
    assert_eq!(
        worker.run(&BAD, false),
        Outcome::NotNow,
        "it waits its turn"
    );
    assert_eq!(worker.run(&a_job("bad", well), true), Outcome::Ran(7));
    let recovered = row(&db, "bad");
    assert_eq!(recovered.attempts, 0);
    assert!((3500..=3600).contains(&from_now(recovered.next_run_at)));
}

#[test]
fn of_two_workers_one_gets_the_job_that_is_due() {
    let test = TestDb::new();
    let db = test.db();
    db.write(|tx| jobs::ensure(tx, &["good"])).unwrap();
    for _ in 0..10 {
        db.write(|tx| jobs::finish(tx, "good", "ok", false, Duration::seconds(-1)))
            .unwrap();
        let together = Barrier::new(2);
        let outcomes = thread::scope(|scope| {
            let both = [0, 1].map(|_| {
                let (db, together) = (&db, &together);
                scope.spawn(move || {
                    let worker = worker(db, Blobs::in_memory());
                    together.wait();
                    worker.run(&GOOD, false)
                })
            });
            both.map(|t| t.join().unwrap())
        });
        let ran = outcomes.iter().filter(|o| **o == Outcome::Ran(7)).count();
        assert_eq!(ran, 1, "{outcomes:?}");
    }
}

static RUNS: AtomicU32 = AtomicU32::new(0);

fn count(_: &mut Tx<'_>, _: &Reach<'_>) -> Result<usize> {
    RUNS.fetch_add(1, Ordering::AcqRel);
    Ok(1)
}

#[test]
fn it_goes_on_at_its_pace_until_told_to_stop() {
    let test = TestDb::new();
    let db = test.db();
    let stop = Stop::default();
    let mut worker = worker_with(&db, Blobs::in_memory(), stop.clone());
    let often = Job {
        every: Every::Fixed(std::time::Duration::from_millis(1)),
        ..a_job("often", count)
    };
    thread::scope(|scope| {
        let running = scope.spawn(move || worker.forever(&[often, BAD, GOOD]));
        until("three runs", || RUNS.load(Ordering::Acquire) >= 3);
        until("the others too", || {
            row(&db, "bad").attempts == 1 && row(&db, "good").last_outcome.is_some()
        });
        stop.ask();
        running.join().unwrap();
    });
    assert_eq!(row(&db, "bad").attempts, 1, "it waits its time");
}

#[test]
fn told_to_stop_it_begins_nothing_new() {
    let test = TestDb::new();
    let db = test.db();
    let stop = Stop::default();
    let mut worker = worker_with(&db, Blobs::in_memory(), stop.clone());
    stop.ask();
    assert!(worker.once(ALL));
    worker.forever(ALL);
    let rows = db.read(jobs::list).unwrap();
    assert!(rows.iter().all(|row| row.last_outcome.is_none()));
}

#[test]
fn it_waits_for_a_database_that_is_away_and_can_be_stopped_meanwhile() {
    let db = Db::open(&DbConfig::new("postgres://nobody@%2Fnowhere/nothing"));
    let stop = Stop::default();
    let metrics = worker::metrics::Metrics::new().unwrap();
    let pace = std::time::Duration::from_secs(1);
    let mut worker =
        worker::runner::Runner::new(db, Blobs::in_memory(), metrics, pace, stop.clone()).unwrap();
    assert!(!worker.once(ALL));
    thread::scope(|scope| {
        let waiting = scope.spawn(move || worker.forever(ALL));
        stop.ask();
        waiting.join().unwrap();
    });
}

#[test]
fn a_job_whose_row_is_held_elsewhere_is_left_alone() {
    let test = TestDb::new();
    let db = test.db();
    let mut worker = worker(&db, Blobs::in_memory());
    let mut conn = test.superuser();
    sql::run(
        &mut conn,
        "begin; select 1 from job where name = 'rollup' for update",
    )
    .unwrap();
    assert_eq!(worker.run(crate::job("rollup"), true), Outcome::NotNow);
    assert!(worker.once(ALL), "no failure");
    sql::run(&mut conn, "rollback").unwrap();
    assert!(matches!(
        worker.run(crate::job("rollup"), true),
        Outcome::Ran(_)
    ));
}

#[test]
fn a_shorter_interval_holds_from_the_next_start_but_not_for_what_failed() {
    let test = TestDb::new();
    let db = test.db();
    let daily = |name| Job {
        every: Every::Fixed(std::time::Duration::from_secs(86_400)),
        ..a_job(name, well)
    };
    let mut worker = worker(&db, Blobs::in_memory());
    assert!(worker.once(&[daily("good"), daily("bad")]));
    db.write(|tx| jobs::finish(tx, "bad", "failed", true, Duration::hours(24)))
        .unwrap();
    assert!(from_now(row(&db, "good").next_run_at) > 80_000);
    let stop = Stop::default();
    let mut again = worker_with(&db, Blobs::in_memory(), stop.clone());
    thread::scope(|scope| {
        let running = scope.spawn(move || again.forever(&[GOOD, BAD]));
        until("it is brought forward", || {
            from_now(row(&db, "good").next_run_at) <= 3600
        });
        stop.ask();
        running.join().unwrap();
    });
    assert!(from_now(row(&db, "bad").next_run_at) > 80_000);
}

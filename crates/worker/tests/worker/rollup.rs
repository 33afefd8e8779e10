//! The daily statistics: right, complete, and the same however often and by however many they
//! are written.

use crate::past::{self, Project, Told};
use crate::{job, until, worker};
use chrono::{DateTime, Duration, NaiveDate, Utc};
use diesel::pg::PgConnection;
use domain::stats::DailyStat;
use std::process::{Command, Stdio};
use std::sync::Barrier;
use std::thread;
use store::access::{self, Actor};
use store::blobs::Blobs;
use store::{Db, Error, stats};
use testkit::{Cast, TestDb, cast, sql, work};
use worker::runner::Outcome;

const DAYS: i64 = 12;

struct Stage {
    test: TestDb,
    db: Db,
    cast: Cast,
    told: Vec<Told>,
    projects: Vec<Project>,
    begin: DateTime<Utc>,
}

/// Twelve days of history, the last of them today.
fn stage(seed: u64) -> Stage {
    let test = TestDb::new();
    let db = test.db();
    let now = Utc::now();
    let begin = now - Duration::days(DAYS);
    let cast = cast::stage_since(&db, begin);
    let told = past::tell(&db, &cast, seed, begin, now - Duration::minutes(2));
    let projects = past::projects(&db, &cast);
    Stage {
        test,
        db,
        cast,
        told,
        projects,
        begin,
    }
}

impl Stage {
    fn run(&self) -> Outcome {
        worker(&self.db, Blobs::in_memory()).run(job("rollup"), true)
    }

    /// The days there are.
    fn days(&self) -> (NaiveDate, NaiveDate) {
        (self.begin.date_naive(), Utc::now().date_naive())
    }

    fn daily(&self, who: &Actor) -> Vec<DailyStat> {
        let (from, to) = self.days();
        self.db
            .read(|conn| {
                let scope = access::scope(conn, who)?;
                stats::daily(conn, &scope, from, to)
            })
            .unwrap()
            .items
    }
}

/// The whole table.
fn digest(test: &TestDb) -> String {
    test.digests()["daily_stat"].clone()
}

fn rows(conn: &mut PgConnection) -> i64 {
    sql::number(conn, "select count(*) from daily_stat")
}

#[test]
fn every_status_of_every_project_has_a_row_for_every_day_also_at_nought() {
    let stage = stage(1);
    let Outcome::Ran(written) = stage.run() else {
        panic!("failed")
    };
    let statuses: usize = stage.projects.iter().map(|p| p.2.ids.len()).sum();
    let (from, to) = stage.days();
    let days = usize::try_from((to - from).num_days()).unwrap() + 1;
    assert_eq!(written, statuses * days);
    let mut conn = stage.test.superuser();
    assert_eq!(rows(&mut conn), i64::try_from(written).unwrap());
    let help = stage.daily(&stage.cast.admin);
    let help = help.iter().filter(|item| item.project == "HELP");
    assert!(
        help.clone()
            .all(|i| (i.count, i.created, i.resolved) == (0, 0, 0))
    );
    assert_eq!(help.count(), 4 * days);
}

#[test]
fn the_figures_are_those_of_a_count_issue_by_issue() {
    for seed in 1..=3 {
        let stage = stage(seed);
        stage.run();
        let expected = past::counted(&stage.told, &stage.projects, stage.days(), |_| true);
        assert_eq!(stage.daily(&stage.cast.admin), expected, "seed {seed}");
        assert!(
            expected.iter().any(|i| i.resolved > 0),
            "the history tells something"
        );
    }
}

#[test]
fn where_reporters_see_their_own_their_figures_are_those_of_their_own() {
    let stage = stage(5);
    stage.run();
    let cast = &stage.cast;
    for who in [&cast.reporter, &cast.viewer] {
        let private = |p: &Project| p.0 == "SEC";
        let visible: Vec<Project> = stage
            .projects
            .iter()
            .filter(|p| !private(p))
            .map(|(key, id, workflow)| (*key, *id, workflow.clone()))
            .collect();
        let everything = who.id == cast.viewer.id;
        let expected = past::counted(&stage.told, &visible, stage.days(), |t| {
            everything || !t.is_in(cast.app) || t.is_of(who.id)
        });
        assert_eq!(stage.daily(who), expected, "{}", who.username);
    }
}

#[test]
fn running_again_changes_nothing() {
    let stage = stage(1);
    stage.run();
    let once = digest(&stage.test);
    let events = |conn: &mut PgConnection| {
        sql::number(
            conn,
            "select count(*) from event where kind = 'stats.updated' and project_id is null",
        )
    };
    let mut conn = stage.test.superuser();
    assert_eq!(events(&mut conn), 1, "open dashboards hear of it");
    for _ in 0..3 {
        assert_eq!(stage.run(), Outcome::Ran(0));
    }
    assert_eq!(digest(&stage.test), once);
    assert_eq!(events(&mut conn), 1, "nothing changed, nothing told");
    work::issue(&stage.db, stage.cast.app, &stage.cast.reporter, "One more");
    assert_eq!(stage.run(), Outcome::Ran(1));
    assert_eq!(events(&mut conn), 2);
    let computed = stage
        .db
        .read(|conn| {
            stats::daily(
                conn,
                &access::Scope::default(),
                stage.days().0,
                stage.days().1,
            )
        })
        .unwrap()
        .computed_at;
    assert!(Utc::now() - computed.unwrap() < Duration::minutes(5));
}

#[test]
fn several_at_once_come_to_the_same() {
    let stage = stage(2);
    stage.run();
    let alone = digest(&stage.test);
    for _ in 0..5 {
        sql::run(&mut stage.test.superuser(), "delete from daily_stat").unwrap();
        let together = Barrier::new(3);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    together.wait();
                    stage.run();
                });
            }
            // Not even the row of the job keeps this one apart from them.
            scope.spawn(|| {
                together.wait();
                stage.db.write(stats::recompute).unwrap();
            });
        });
        assert_eq!(digest(&stage.test), alone);
    }
}

#[test]
fn given_up_midway_it_has_not_happened_and_happens_later() {
    let stage = stage(3);
    stage.run();
    let whole = digest(&stage.test);
    let mut conn = stage.test.superuser();
    sql::run(&mut conn, "delete from daily_stat").unwrap();
    let broken: Result<(), Error> = stage.db.write(|tx| {
        assert!(store::jobs::take(tx, "rollup", true)?);
        assert!(stats::recompute(tx)? > 0);
        Err(Error::Unavailable("killed".into()))
    });
    assert!(broken.is_err());
    assert_eq!(rows(&mut conn), 0);
    stage.run();
    assert_eq!(digest(&stage.test), whole);
}

#[test]
fn killed_in_the_middle_of_its_work_it_leaves_nothing_half_done() {
    let stage = stage(4);
    stage.run();
    let whole = digest(&stage.test);
    let mut conn = stage.test.superuser();
    for _ in 0..3 {
        sql::run(
            &mut conn,
            "delete from daily_stat where day > (select min(day) from daily_stat);
             update daily_stat set count = count + 1;
             begin; lock table daily_stat in access exclusive mode",
        )
        .unwrap();
        let mut program = Command::new(env!("CARGO_BIN_EXE_iit-worker"))
            .arg("--once")
            .env("DATABASE_URL", &stage.test.config().url)
            .env("IIT_STORAGE", storage())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // It has taken its job and waits for the table.
        let mut other = stage.test.superuser();
        until("the worker waits", || {
            sql::number(
                &mut other,
                "select count(*) from pg_stat_activity
                 where application_name = 'iit-worker' and wait_event_type = 'Lock'",
            ) > 0
        });
        program.kill().unwrap();
        program.wait().unwrap();
        sql::run(&mut conn, "commit").unwrap();
        until("the worker's connection is gone", || {
            sql::number(
                &mut other,
                "select count(*) from pg_stat_activity where application_name = 'iit-worker'",
            ) == 0
        });
        assert!(matches!(stage.run(), Outcome::Ran(1..)));
        assert_eq!(digest(&stage.test), whole);
    }
}

fn storage() -> String {
    format!(
        "file:{}",
        std::env::temp_dir().join("iit-worker-test").display()
    )
}

#[test]
fn figures_of_past_days_stay_what_they_were() {
    let stage = stage(6);
    stage.run();
    let mut conn = stage.test.superuser();
    let past = "select md5(string_agg(d::text, e'\\n' order by d::text)) from daily_stat d
                where day < (now() at time zone 'UTC')::date";
    let before = sql::value(&mut conn, past);
    let today = digest(&stage.test);
    for told in &stage.told {
        let was = work::load(&stage.db, told.issue);
        if was.issue.number % 3 == 0 || was.issue.deleted_at.is_some() {
            work::delete_or_restore(&stage.db, None, &stage.cast.lead, &was).unwrap();
        } else {
            let workflow = work::workflow(&stage.db, was.issue.project_id);
            let to = *workflow.ids.last().unwrap();
            work::change(&stage.db, None, &stage.cast.lead, told.issue, |f| {
                f.status_id = to;
                f.title.push('!');
            })
            .unwrap();
        }
    }
    // Not only today: everything again from the first day.
    stage
        .db
        .write(|tx| stats::recompute_from(tx, stage.begin.date_naive(), Utc::now()))
        .unwrap();
    assert_eq!(sql::value(&mut conn, past), before);
    assert_ne!(digest(&stage.test), today, "today's did change");
}

#[test]
fn after_days_without_a_worker_the_days_between_are_filled() {
    let stage = stage(7);
    stage.run();
    let never_away = digest(&stage.test);
    let mut conn = stage.test.superuser();
    sql::run(&mut conn, "delete from daily_stat").unwrap();
    // The last run was four days ago, at noon or so: that day was not over.
    let last = Utc::now() - Duration::days(4);
    stage
        .db
        .write(|tx| stats::recompute_from(tx, stage.begin.date_naive(), last))
        .unwrap();
    assert_eq!(
        sql::value(&mut conn, "select max(day) from daily_stat"),
        last.date_naive().to_string()
    );
    stage.run();
    assert_eq!(digest(&stage.test), never_away);
}

#[test]
fn a_history_that_came_in_late_is_counted_from_the_day_it_began() {
    let stage = stage(8);
    stage.run();
    let told = past::tell(
        &stage.db,
        &stage.cast,
        9,
        stage.begin,
        Utc::now() - Duration::minutes(2),
    );
    // The usual run looks at today only …
    stage.run();
    let all: Vec<Told> = stage.told.into_iter().chain(told).collect();
    let stage = Stage { told: all, ..stage };
    let expected = past::counted(&stage.told, &stage.projects, stage.days(), |_| true);
    assert_ne!(stage.daily(&stage.cast.admin), expected);
    // … so whoever brings history says since when.
    stage
        .db
        .write(|tx| stats::recompute_from(tx, stage.begin.date_naive(), Utc::now()))
        .unwrap();
    assert_eq!(stage.daily(&stage.cast.admin), expected);
}

#[test]
fn without_projects_there_is_nothing_to_write() {
    let test = TestDb::new();
    let db = test.db();
    let outcome = worker(&db, Blobs::in_memory()).run(job("rollup"), true);
    assert_eq!(outcome, Outcome::Ran(0));
}

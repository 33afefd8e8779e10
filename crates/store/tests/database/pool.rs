//! Connections and transactions when things go wrong.

use domain::event::EventKind;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};
use store::db::Lock;
use store::events::{self, NewEvent};
use store::{Db, DbConfig, Error, jobs};
use testkit::{TestDb, cast, sql, work};

fn count(db: &Db) -> store::Result<usize> {
    db.read(|conn| Ok(jobs::list(conn)?.len()))
}

fn ensure(db: &Db, name: &str) -> store::Result<()> {
    db.write(|tx| jobs::ensure(tx, &[name]))
}

#[test]
fn after_the_database_cut_all_connections_the_pool_recovers_by_itself() {
    let test = TestDb::new();
    let db = test.db();
    // Some connections, all idle.
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| count(&db).unwrap());
        }
    });
    let mut conn = test.superuser();
    sql::run(
        &mut conn,
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid()",
    )
    .unwrap();
    let mut failures = 0;
    let end = Instant::now() + Duration::from_secs(20);
    while let Err(error) = ensure(&db, "job") {
        assert!(matches!(error, Error::Unavailable(_)), "{error}");
        failures += 1;
        assert!(Instant::now() < end);
    }
    assert!(
        failures <= test.config().pool_size,
        "each dead connection is met once at most"
    );
    assert_eq!(count(&db).unwrap(), 1);
}

#[test]
fn a_database_that_is_away_is_said_to_be_and_nobody_hangs() {
    let db = Db::open(&DbConfig::new("postgres://nobody@%2Fnowhere/nothing"));
    let begin = Instant::now();
    assert!(matches!(count(&db), Err(Error::Unavailable(_))));
    assert!(begin.elapsed() < Duration::from_secs(15));
    let config = DbConfig::new("postgres://nobody@%2Fnowhere/nothing");
    assert!(matches!(config.connect(), Err(Error::Unavailable(_))));
    assert!(store::listen::Listener::connect(&config).is_err());
}

#[test]
fn when_all_connections_are_in_use_the_next_caller_is_told_after_a_second() {
    let test = TestDb::new();
    let db = Db::open(&DbConfig {
        pool_size: 1,
        ..test.config()
    });
    db.read(|_held| {
        assert_eq!(db.pool_state(), (1, 1));
        assert!(matches!(count(&db), Err(Error::Unavailable(_))));
        Ok::<_, Error>(())
    })
    .unwrap();
    assert_eq!(db.pool_state(), (0, 1));
    assert_eq!(count(&db).unwrap(), 0);
    assert!(format!("{db:?}").starts_with("Db"));
}

#[test]
fn a_statement_that_takes_too_long_is_cut_off_and_may_be_tried_again() {
    let test = TestDb::new();
    let patient = test.db();
    let hasty = Db::open(&DbConfig {
        statement_timeout_ms: 100,
        ..test.config()
    });
    patient
        .write(|tx| {
            tx.lock(Lock::Admins)?;
            let waited = hasty.write(|tx| tx.lock(Lock::Admins));
            assert!(matches!(waited, Err(Error::Unavailable(_))), "{waited:?}");
            Ok::<_, Error>(())
        })
        .unwrap();
    hasty.write(|tx| tx.lock(Lock::Admins)).unwrap();
}

#[test]
fn a_failed_write_leaves_nothing_and_its_connection_can_be_used_on() {
    let test = TestDb::new();
    let db = Db::open(&DbConfig {
        pool_size: 1,
        ..test.config()
    });
    let failed: Result<(), Error> = db.write(|tx| {
        jobs::ensure(tx, &["never"])?;
        tx.record(NewEvent::new(EventKind::StatsUpdated, None));
        Err(Error::Stale)
    });
    assert!(matches!(failed, Err(Error::Stale)));
    // A statement that the database refuses spoils the transaction, not the connection.
    let refused = db.write(|tx| {
        jobs::ensure(tx, &["never"])?;
        store::projects::add_member(
            tx,
            uuid::Uuid::new_v4(),
            uuid::Uuid::new_v4(),
            domain::user::Role::Viewer,
        )
    });
    assert!(matches!(refused, Err(Error::Constraint(_))));
    assert_eq!(count(&db).unwrap(), 0);
    ensure(&db, "job").unwrap();
    assert_eq!(count(&db).unwrap(), 1);
}

#[test]
fn a_panic_in_a_write_leaves_nothing_either() {
    let test = TestDb::new();
    let db = Db::open(&DbConfig {
        pool_size: 1,
        ..test.config()
    });
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let _: Result<(), Error> = db.write(|tx| {
            jobs::ensure(tx, &["never"])?;
            panic!("on purpose")
        });
    }));
    assert!(panicked.is_err());
    let end = Instant::now() + Duration::from_secs(20);
    loop {
        match count(&db) {
            Ok(jobs) => break assert_eq!(jobs, 0),
            Err(error) => assert!(Instant::now() < end, "{error}"),
        }
    }
    ensure(&db, "job").unwrap();
}

#[test]
fn a_single_statement_write_takes_a_single_statement() {
    let test = TestDb::new();
    let db = test.db();
    let cast = cast::stage(&db);
    let second = db.write_one(|tx| {
        jobs::ensure(tx, &["first"])?;
        jobs::ensure(tx, &["second"])
    });
    assert!(matches!(second, Err(Error::Database(_))));
    work::issue(
        &db,
        cast.app,
        &cast.reporter,
        "Row, number, version and event at once",
    );
    db.write(events::stamp).unwrap();
    assert_eq!(db.read(events::last_seq).unwrap(), 1);
}

#[test]
fn what_is_pretended_counts_and_otherwise_the_databases_clock() {
    let test = TestDb::new();
    let db = test.db();
    let then = "2020-01-01T00:00:00Z".parse().unwrap();
    db.write(|tx| {
        assert_eq!(tx.at(), None);
        tx.pretend_it_is(then);
        assert_eq!(tx.at(), Some(then));
        assert!(tx.now()? > then);
        tx.record(NewEvent::new(EventKind::StatsUpdated, None));
        Ok::<_, Error>(())
    })
    .unwrap();
    db.write(events::stamp).unwrap();
    let told = db.read(|conn| events::read_after(conn, 0)).unwrap();
    assert_eq!(told[0].at, then);
    assert_eq!(told[0].kind, "stats.updated");
}

//! The order of delivery: whoever remembers the last place and asks for what comes after misses
//! nothing and sees nothing twice.

use domain::event::EventKind;
use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use store::events::{self, Delivered, NewEvent};
use store::listen::Listener;
use store::{Db, DbConfig, Error};
use testkit::{TestDb, cast, work};
use uuid::Uuid;

fn stamp(db: &Db) -> usize {
    work::patiently(|| db.write(events::stamp)).unwrap()
}

/// Everything after that place, page by page.
fn after(db: &Db, mut cursor: i64) -> Vec<Delivered> {
    let mut all = Vec::new();
    loop {
        let page = work::patiently(|| db.read(|conn| events::read_after(conn, cursor))).unwrap();
        let more = page.len() == events::PAGE;
        cursor = page.last().map_or(cursor, |event| event.seq);
        all.extend(page);
        if !more {
            return all;
        }
    }
}

fn note(tx: &mut store::Tx<'_>, id: Uuid) {
    tx.record(NewEvent::new(EventKind::ProjectUpdated, None).project(id));
}

fn projects(events: &[Delivered]) -> Vec<Uuid> {
    events.iter().filter_map(|e| e.project_id).collect()
}

#[test]
fn a_slow_transaction_that_began_first_is_delivered_too() {
    let test = TestDb::new();
    let db = test.db();
    let cast = cast::stage(&db);
    let fields = work::fields(&db, cast.app, "Slow");
    let by = store::issues::By {
        actor: cast.reporter.id,
        on_behalf_of: None,
    };
    let mut seen = Vec::new();
    db.write(|slow| {
        // Written, with its instant, and not committed.
        let decided = store::access::now_at(slow, cast.app)?;
        store::issues::insert(
            slow,
            decided,
            cast.reporter.id,
            by,
            &fields,
            domain::workflow::Category::Triage,
            work::snapshot(&fields),
        )?;
        work::issue(&db, cast.eng, &cast.reporter, "Fast");
        stamp(&db);
        seen.extend(after(&db, 0));
        Ok::<_, Error>(())
    })
    .unwrap();
    assert_eq!(projects(&seen), [cast.eng], "nobody waits for the slow one");
    let cursor = seen[0].seq;
    assert!(after(&db, cursor).is_empty(), "committed, not yet in order");
    stamp(&db);
    let late = after(&db, cursor);
    assert_eq!(projects(&late), [cast.app]);
    assert!(
        late[0].at < seen[0].at,
        "it happened before, and is told after"
    );
    assert_eq!(late[0].project.as_deref(), Some("APP"));
    assert_eq!((late[0].number, late[0].version), (Some(1), Some(1)));
    assert_eq!(late[0].actor.as_deref(), Some("reporter"));
    assert_eq!(late[0].reporter_id, Some(cast.reporter.id));
}

#[test]
fn with_many_writers_and_many_stampers_everything_is_delivered_once_and_in_order() {
    const WRITERS: usize = 4;
    const EACH: usize = 50;
    let test = TestDb::new();
    let db = Db::open(&DbConfig {
        pool_size: 12,
        ..test.config()
    });
    let writing = AtomicUsize::new(WRITERS);
    let (written, read) = thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|_| {
                let (db, writing) = (&db, &writing);
                scope.spawn(move || {
                    let mut written = Vec::new();
                    for n in 0..EACH {
                        let ids = [Uuid::new_v4(), Uuid::new_v4()];
                        let result = work::patiently(|| {
                            db.write(|tx| {
                                ids.iter().for_each(|id| note(tx, *id));
                                // Some commit late, and some not at all.
                                if n % 3 == 0 {
                                    tx.now()?;
                                }
                                if n % 7 == 0 {
                                    Err(Error::Stale)
                                } else {
                                    Ok(())
                                }
                            })
                        });
                        if result.is_ok() {
                            written.extend(ids);
                        }
                    }
                    writing.fetch_sub(1, Ordering::Release);
                    written
                })
            })
            .collect();
        for _ in 0..3 {
            let (db, writing) = (&db, &writing);
            scope.spawn(
                move || {
                    while stamp(db) > 0 || writing.load(Ordering::Acquire) > 0 {}
                },
            );
        }
        let reader = {
            let (db, writing) = (&db, &writing);
            scope.spawn(move || {
                let mut read: Vec<Delivered> = Vec::new();
                loop {
                    let over = writing.load(Ordering::Acquire) == 0;
                    if over {
                        // Whatever the stampers still leave.
                        while stamp(db) > 0 {}
                    }
                    let cursor = read.last().map_or(0, |e| e.seq);
                    read.extend(after(db, cursor));
                    if over {
                        return read;
                    }
                }
            })
        };
        let written: Vec<Uuid> = writers
            .into_iter()
            .flat_map(|w| w.join().unwrap())
            .collect();
        (written, reader.join().unwrap())
    });
    assert!(read.windows(2).all(|pair| pair[0].seq < pair[1].seq));
    let delivered = projects(&read);
    let once: HashSet<Uuid> = delivered.iter().copied().collect();
    assert_eq!(once.len(), delivered.len(), "nothing twice");
    assert_eq!(
        once,
        written.into_iter().collect(),
        "nothing lost, nothing invented"
    );
}

#[test]
fn stamping_that_fails_halfway_loses_nothing() {
    let test = TestDb::new();
    let db = test.db();
    let id = Uuid::new_v4();
    db.write(|tx| {
        note(tx, id);
        Ok::<_, Error>(())
    })
    .unwrap();
    let failed: Result<(), Error> = db.write(|tx| {
        assert_eq!(events::stamp(tx)?, 1);
        Err(Error::Stale)
    });
    assert!(failed.is_err());
    assert!(after(&db, 0).is_empty());
    assert_eq!(stamp(&db), 1);
    assert_eq!(projects(&after(&db, 0)), [id]);
}

#[test]
fn a_flood_is_stamped_a_thousand_at_a_time_in_the_order_it_happened() {
    let test = TestDb::new();
    let db = test.db();
    let ids: Vec<Uuid> = (0..2_500).map(|_| Uuid::new_v4()).collect();
    for part in ids.chunks(500) {
        db.write(|tx| {
            part.iter().for_each(|id| note(tx, *id));
            Ok::<_, Error>(())
        })
        .unwrap();
    }
    assert_eq!(
        [stamp(&db), stamp(&db), stamp(&db), stamp(&db)],
        [1_000, 1_000, 500, 0]
    );
    let read = after(&db, 0);
    assert_eq!(projects(&read), ids, "ids are drawn in the order of events");
    let last = db.read(events::last_seq).unwrap();
    assert_eq!(read.last().map(|e| e.seq), Some(last));
}

#[test]
fn the_lag_is_the_age_of_what_waits_longest() {
    let test = TestDb::new();
    let db = test.db();
    let lag = || db.read(events::lag_seconds).unwrap();
    assert_eq!(lag(), 0.0);
    db.write(|tx| {
        tx.pretend_it_is(chrono::Utc::now() - chrono::Duration::seconds(90));
        note(tx, Uuid::new_v4());
        Ok::<_, Error>(())
    })
    .unwrap();
    assert!((90.0..300.0).contains(&lag()), "{}", lag());
    stamp(&db);
    assert_eq!(lag(), 0.0);
}

#[test]
fn other_instances_hear_the_bell_after_stamping() {
    let test = TestDb::new();
    let db = test.db();
    let mut listener = Listener::connect(&test.config()).unwrap();
    assert!(!listener.rang().unwrap());
    stamp(&db);
    assert!(!listener.rang().unwrap(), "nothing to tell");
    db.write(|tx| {
        note(tx, Uuid::new_v4());
        Ok::<_, Error>(())
    })
    .unwrap();
    stamp(&db);
    let end = Instant::now() + Duration::from_secs(20);
    while !listener.rang().unwrap() {
        assert!(Instant::now() < end, "the bell never rang");
        thread::yield_now();
    }
    assert!(!listener.rang().unwrap(), "once is enough");
}

#[test]
fn the_own_bell_rings_after_commits_that_wrote_events_and_only_then() {
    let test = TestDb::new();
    let db = test.db();
    let bell = db.bell();
    let no_time = Duration::ZERO;
    db.write(|tx| {
        let nothing: Vec<&str> = vec!["a job"];
        store::jobs::ensure(tx, &nothing)
    })
    .unwrap();
    let failed: Result<(), Error> = db.write(|tx| {
        note(tx, Uuid::new_v4());
        Err(Error::Stale)
    });
    assert!(failed.is_err());
    assert!(!bell.wait(no_time), "nothing was told");
    db.write(|tx| {
        note(tx, Uuid::new_v4());
        Ok::<_, Error>(())
    })
    .unwrap();
    assert!(bell.wait(no_time));
    assert!(!bell.wait(no_time), "heard");
    let cast = cast::stage(&db);
    work::issue(&db, cast.app, &cast.reporter, "One statement");
    assert!(bell.wait(no_time));
}

#[test]
fn a_listener_whose_connection_was_cut_says_so() {
    let test = TestDb::new();
    let mut listener = Listener::connect(&test.config()).unwrap();
    testkit::sql::run(
        &mut test.superuser(),
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid()",
    )
    .unwrap();
    let end = Instant::now() + Duration::from_secs(20);
    while listener.rang().is_ok() {
        assert!(Instant::now() < end, "it listens to nobody for ever");
        thread::yield_now();
    }
}

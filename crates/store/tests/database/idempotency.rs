//! The first answer to a key is the only one.

use std::sync::Barrier;
use std::thread;
use store::idempotency::{self, StoredAnswer};
use store::{Db, Error, Result};
use testkit::{TestDb, cast, sql, work};
use uuid::Uuid;

fn answer() -> StoredAnswer {
    StoredAnswer {
        request_hash: "hash".into(),
        status: 201,
        location: Some("/api/v1/issues/APP-1".into()),
        etag: Some("\"1\"".into()),
        body: "{}".into(),
    }
}

fn once(db: &Db, who: Uuid, work: impl FnOnce(&mut store::Tx<'_>) -> Result<()>) -> Result<()> {
    db.write(|tx| {
        work(tx)?;
        idempotency::keep(tx, who, "POST /issues", "key", &answer())
    })
}

fn refused(result: &Result<()>) -> bool {
    matches!(result, Err(Error::Constraint(name)) if name == "idempotency_key_pkey")
}

#[test]
fn thirty_two_at_once_with_one_key_do_it_once() {
    let test = TestDb::new();
    let db = Db::open(&store::DbConfig {
        pool_size: 16,
        ..test.config()
    });
    let cast = cast::stage(&db);
    let together = Barrier::new(32);
    let done: Vec<Result<()>> = thread::scope(|scope| {
        let all: Vec<_> = (0..32)
            .map(|_| {
                let (db, cast, together) = (&db, &cast, &together);
                scope.spawn(move || {
                    together.wait();
                    work::patiently(|| {
                        once(db, cast.reporter.id, |tx| {
                            tx.record(store::events::NewEvent::new(
                                domain::event::EventKind::StatsUpdated,
                                None,
                            ));
                            Ok(())
                        })
                    })
                })
            })
            .collect();
        all.into_iter().map(|t| t.join().unwrap()).collect()
    });
    assert_eq!(done.iter().filter(|r| r.is_ok()).count(), 1);
    assert_eq!(done.iter().filter(|r| refused(r)).count(), 31);
    let mut conn = test.superuser();
    assert_eq!(sql::number(&mut conn, "select count(*) from event"), 1);
    let kept = db
        .read(|conn| idempotency::answer(conn, cast.reporter.id, "POST /issues", "key"))
        .unwrap();
    assert_eq!(kept, Some(answer()));
}

#[test]
fn what_failed_may_be_tried_again_with_the_same_key() {
    let test = TestDb::new();
    let db = test.db();
    let me = cast::stage(&db).reporter.id;
    let failed = once(&db, me, |_| Err(Error::Stale));
    assert!(matches!(failed, Err(Error::Stale)));
    let found = || {
        db.read(|conn| idempotency::answer(conn, me, "POST /issues", "key"))
            .unwrap()
    };
    assert_eq!(found(), None);
    once(&db, me, |_| Ok(())).unwrap();
    assert!(found().is_some());
    assert!(refused(&once(&db, me, |_| Ok(()))));
}

#[test]
fn a_key_belongs_to_one_account_and_one_route() {
    let test = TestDb::new();
    let db = test.db();
    let cast = cast::stage(&db);
    let keep = |who, route| db.write(|tx| idempotency::keep(tx, who, route, "key", &answer()));
    keep(cast.reporter.id, "POST /issues").unwrap();
    keep(cast.reporter2.id, "POST /issues").unwrap();
    keep(cast.reporter.id, "POST /projects").unwrap();
    assert!(refused(&keep(cast.reporter.id, "POST /issues")));
}

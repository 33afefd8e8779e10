//! Rows of jobs: taken by one worker at a time.

use chrono::{Duration, Utc};
use domain::token::{NewToken, Scope};
use store::{Db, Error, jobs, tokens};
use testkit::{TestDb, cast, sql, work};

fn stage() -> (TestDb, Db) {
    let test = TestDb::new();
    let db = test.db();
    for _ in 0..2 {
        db.write(|tx| jobs::ensure(tx, &["rollup", "sweep"]))
            .unwrap();
    }
    (test, db)
}

fn finish(db: &Db, outcome: &str, failed: bool, next: Duration) {
    db.write(|tx| jobs::finish(tx, "rollup", outcome, failed, next))
        .unwrap();
}

#[test]
fn a_new_job_is_due_at_once_and_then_after_its_time() {
    let (_test, db) = stage();
    let take = |force| db.write(|tx| jobs::take(tx, "rollup", force)).unwrap();
    assert!(take(false));
    finish(&db, "ok", false, Duration::hours(1));
    assert!(!take(false), "not due");
    assert!(take(true), "asked for");
    finish(&db, "ok", false, Duration::seconds(-1));
    assert!(take(false));
    let unknown = db.write(|tx| jobs::take(tx, "unknown", true)).unwrap();
    assert!(!unknown);
}

#[test]
fn while_one_worker_is_at_a_job_no_other_gets_it_or_waits_for_it() {
    let (_test, db) = stage();
    db.write(|tx| {
        assert!(jobs::take(tx, "rollup", false)?);
        let other = db.write(|other| jobs::take(other, "rollup", true))?;
        assert!(!other);
        let next = db.write(|other| jobs::take(other, "sweep", false))?;
        assert!(next, "another job is free");
        Ok::<_, Error>(())
    })
    .unwrap();
}

#[test]
fn failures_are_counted_until_the_next_success() {
    let (_test, db) = stage();
    let attempts = || db.read(|conn| jobs::attempts(conn, "rollup")).unwrap();
    assert_eq!(attempts(), 0);
    finish(&db, "disk full", true, Duration::seconds(10));
    finish(&db, "disk full", true, Duration::seconds(20));
    assert_eq!(attempts(), 2);
    let rows = db.read(jobs::list).unwrap();
    let names: Vec<&str> = rows.iter().map(|r| r.name.as_str()).collect();
    assert_eq!(names, ["rollup", "sweep"]);
    assert_eq!(rows[0].last_outcome.as_deref(), Some("disk full"));
    assert!(rows[0].next_run_at > Utc::now() && rows[0].last_finished_at.is_some());
    assert_eq!(rows[1].last_outcome, None);
    finish(&db, "ok", false, Duration::seconds(10));
    assert_eq!(attempts(), 0);
    assert_eq!(db.read(|conn| jobs::attempts(conn, "unknown")).unwrap(), 0);
}

#[test]
fn only_what_is_long_over_is_pruned() {
    let (test, db) = stage();
    let cast = cast::stage(&db);
    let keep = |key| {
        db.write(|tx| work::keep_answer(tx, cast.lead.id, key))
            .unwrap();
    };
    keep("old");
    keep("new");
    for (n, name) in ["gone", "revoked", "held"].into_iter().enumerate() {
        let new = NewToken {
            name: name.into(),
            scopes: vec![Scope::Read],
            project: None,
            expires_at: None,
        };
        let digest = [u8::try_from(n).unwrap(); 32];
        db.write(|tx| tokens::insert(tx, cast.lead.id, &new, None, "iit_", digest))
            .unwrap();
    }
    let mut conn = test.superuser();
    sql::run(
        &mut conn,
        &format!(
            "update api_token set revoked_at = now() - interval '91 days' where name = 'gone';
             update api_token set revoked_at = now() - interval '89 days' where name = 'revoked';
             update idempotency_key set created_at = now() - interval '25 hours' where key = 'old';
             update session set expires_at = now() - interval '91 days' where id = '{}';
             update session set expires_at = now() - interval '89 days' where id = '{}'",
            cast.viewer.session, cast.reporter.session
        ),
    )
    .unwrap();
    assert_eq!(db.write(jobs::prune).unwrap(), 3);
    assert_eq!(
        sql::rows(&mut conn, "select name from api_token order by id"),
        ["revoked", "held"]
    );
    assert_eq!(
        sql::rows(&mut conn, "select key from idempotency_key"),
        ["new"]
    );
    assert_eq!(sql::number(&mut conn, "select count(*) from session"), 6);
    assert_eq!(db.write(jobs::prune).unwrap(), 0);
}

//! Files: not there until their bytes are, and gone before their bytes go.

use chrono::{Duration, Utc};
use store::attachments::{self, Pending};
use store::{Db, Error};
use testkit::{Cast, TestDb, cast, sql, work};
use uuid::Uuid;

fn stage() -> (TestDb, Db, Cast, Uuid) {
    let test = TestDb::new();
    let db = test.db();
    let cast = cast::stage(&db);
    let issue = work::issue(&db, cast.app, &cast.reporter, "With files").id;
    (test, db, cast, issue)
}

fn begin(db: &Db, cast: &Cast, issue: Uuid, age: Duration) -> Pending {
    db.write(|tx| {
        tx.pretend_it_is(Utc::now() - age);
        attachments::begin(tx, issue, cast.reporter.id, "../../etc/passwd.png")
    })
    .unwrap()
}

fn finish(db: &Db, id: Uuid) -> store::Result<()> {
    db.write(|tx| attachments::finish(tx, id, "image/png", 68, "abc"))
}

#[test]
fn a_file_is_seen_from_the_moment_its_bytes_are_there_until_it_is_deleted() {
    let (_test, db, cast, issue) = stage();
    let list = || db.read(|conn| attachments::list(conn, issue)).unwrap();
    let one = |id| db.read(|conn| attachments::by_id(conn, id));
    let pending = begin(&db, &cast, issue, Duration::zero());
    assert!(list().is_empty());
    assert!(matches!(one(pending.id), Err(Error::NotFound)));
    finish(&db, pending.id).unwrap();
    assert!(
        matches!(finish(&db, pending.id), Err(Error::NotFound)),
        "once"
    );
    let shown = one(pending.id).unwrap().render("APP-1");
    assert_eq!(
        (shown.size, shown.media_type.as_str(), shown.sha256.as_str()),
        (68, "image/png", "abc")
    );
    assert_eq!(
        (shown.issue.as_str(), shown.uploader.username.as_str()),
        ("APP-1", "reporter")
    );
    assert_eq!(list().len(), 1);
    let delete = || db.write(|tx| attachments::delete(tx, pending.id));
    delete().unwrap();
    assert!(list().is_empty());
    assert!(matches!(one(pending.id), Err(Error::NotFound)));
    assert!(matches!(delete(), Err(Error::NotFound)), "once");
}

#[test]
fn where_bytes_go_is_random_and_nothing_of_the_name() {
    let (_test, db, cast, issue) = stage();
    let keys: Vec<String> = (0..20)
        .map(|_| begin(&db, &cast, issue, Duration::zero()).storage_key)
        .collect();
    for key in &keys {
        let (folder, name) = key.split_once('/').unwrap();
        assert_eq!((folder.len(), name.len()), (2, 32));
        assert!(
            key.chars().all(|c| c.is_ascii_hexdigit() || c == '/'),
            "{key}"
        );
    }
    let mut distinct = keys.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), keys.len());
}

#[test]
fn what_can_be_swept_is_deleted_or_was_never_finished() {
    let (test, db, cast, issue) = stage();
    let day = Duration::hours(24);
    let fresh = begin(&db, &cast, issue, Duration::hours(23));
    let stale = begin(&db, &cast, issue, Duration::hours(25));
    let ready = begin(&db, &cast, issue, Duration::hours(50));
    let deleted = begin(&db, &cast, issue, Duration::zero());
    for id in [ready.id, deleted.id] {
        finish(&db, id).unwrap();
    }
    db.write(|tx| attachments::delete(tx, deleted.id)).unwrap();
    let mut found = db.read(|conn| attachments::sweepable(conn, day)).unwrap();
    found.sort();
    let mut expected = vec![
        (stale.id, stale.storage_key.clone()),
        (deleted.id, deleted.storage_key.clone()),
    ];
    expected.sort();
    assert_eq!(found, expected);
    for id in [stale.id, deleted.id, ready.id] {
        db.write(|tx| attachments::forget(tx, id)).unwrap();
    }
    let mut conn = test.superuser();
    let mut left = sql::rows(&mut conn, "select id from attachment");
    left.sort();
    let mut expected = [fresh.id.to_string(), ready.id.to_string()];
    expected.sort();
    assert_eq!(left, expected, "a file that is ready is never forgotten");
}

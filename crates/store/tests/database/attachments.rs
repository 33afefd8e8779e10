//! Files: not there until their bytes are, and gone before their bytes go.

use chrono::{Duration, Utc};
use store::attachments::{self, Becomes, Contents, Pending, Taker};
use store::{Db, Error, comments};
use testkit::{Cast, TestDb, cast, sql, work};
use uuid::Uuid;

fn stage() -> (TestDb, Db, Cast, Uuid) {
    let test = TestDb::new();
    let db = test.db();
    let cast = cast::stage(&db);
    let issue = work::issue(&db, cast.app, &cast.reporter, "With files").id;
    (test, db, cast, issue)
}

fn begin(db: &Db, cast: &Cast, age: Duration) -> Pending {
    db.write(|tx| {
        tx.pretend_it_is(Utc::now() - age);
        attachments::begin(tx, cast.reporter.id, "../../etc/passwd.png")
    })
    .unwrap()
}

fn finish(db: &Db, id: Uuid, age: Duration, becomes: Becomes) -> store::Result<()> {
    let contents = Contents {
        media_type: "image/png".into(),
        size: 68,
        sha256: "abc".into(),
    };
    db.write(|tx| {
        tx.pretend_it_is(Utc::now() - age);
        attachments::finish(tx, id, &contents, becomes)
    })
}

#[test]
fn a_file_is_seen_from_the_moment_its_bytes_are_there_until_it_is_deleted() {
    let (_test, db, cast, issue) = stage();
    let list = || {
        db.read(|conn| attachments::list(conn, issue, false))
            .unwrap()
    };
    let finish = |id| finish(&db, id, Duration::zero(), Becomes::FileOf(issue));
    let one = |id| db.read(|conn| attachments::by_id(conn, id));
    let pending = begin(&db, &cast, Duration::zero());
    assert!(list().is_empty());
    assert!(matches!(one(pending.id), Err(Error::NotFound)));
    finish(pending.id).unwrap();
    assert!(matches!(finish(pending.id), Err(Error::NotFound)), "once");
    let shown = one(pending.id).unwrap().render(Some("APP-1"));
    assert_eq!(
        (shown.size, shown.media_type.as_str(), shown.sha256.as_str()),
        (68, "image/png", "abc")
    );
    assert_eq!(
        (shown.issue.as_deref(), shown.uploader.username.as_str()),
        (Some("APP-1"), "reporter")
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
    let (_test, db, cast, _) = stage();
    let keys: Vec<String> = (0..20)
        .map(|_| begin(&db, &cast, Duration::zero()).storage_key)
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
fn what_can_be_swept_is_deleted_or_was_never_finished_or_sent() {
    let (test, db, cast, issue) = stage();
    let hours = Duration::hours;
    let file = Becomes::FileOf(issue);
    let fresh = begin(&db, &cast, hours(23));
    let stale = begin(&db, &cast, hours(25));
    let ready = begin(&db, &cast, hours(50));
    finish(&db, ready.id, hours(50), file).unwrap();
    let deleted = begin(&db, &cast, hours(0));
    finish(&db, deleted.id, hours(0), file).unwrap();
    db.write(|tx| attachments::delete(tx, deleted.id)).unwrap();
    let kept = begin(&db, &cast, hours(23));
    finish(&db, kept.id, hours(23), Becomes::DraftOf(issue)).unwrap();
    let old = begin(&db, &cast, hours(25));
    finish(&db, old.id, hours(25), Becomes::DraftIn(cast.app)).unwrap();
    let mut found = db.write(attachments::sweepable).unwrap();
    found.sort();
    let mut expected = [&stale, &deleted, &old].map(|f| (f.id, f.storage_key.clone()));
    expected.sort();
    assert_eq!(found, expected);
    for id in [stale.id, deleted.id, old.id, ready.id, kept.id] {
        db.write(|tx| attachments::forget(tx, id)).unwrap();
    }
    let mut conn = test.superuser();
    let mut left = sql::rows(&mut conn, "select id from attachment");
    left.sort();
    let mut expected = [fresh.id, ready.id, kept.id].map(|id| id.to_string());
    expected.sort();
    assert_eq!(left, expected, "what is ready or waits is never forgotten");
}

#[test]
fn what_is_being_swept_can_be_neither_finished_nor_sent_also_when_the_sweep_fails() {
    let (_test, db, cast, issue) = stage();
    let day = Duration::hours(24) + Duration::minutes(1);
    let pending = begin(&db, &cast, day);
    let draft = begin(&db, &cast, day);
    finish(&db, draft.id, day, Becomes::DraftOf(issue)).unwrap();
    let swept: store::Result<()> = db.write(|tx| {
        assert_eq!(attachments::sweepable(tx)?.len(), 2);
        // Its bytes are gone by now, and then it is stopped.
        Err(Error::NotFound)
    });
    swept.unwrap_err();
    let late = finish(&db, pending.id, Duration::zero(), Becomes::FileOf(issue));
    assert!(matches!(late, Err(Error::NotFound)));
    let taken = db.write(|tx| {
        let id = comments::insert(tx, issue, cast.reporter.id, None, "Text", false)?;
        let taker = Taker::Comment {
            id,
            issue,
            internal: false,
        };
        attachments::take(tx, cast.reporter.id, &[draft.id], taker)
    });
    assert_eq!(taken.unwrap(), []);
}

#[test]
fn a_draft_becomes_a_file_of_what_takes_it_and_of_nothing_else() {
    let (test, db, cast, issue) = stage();
    let other = work::issue(&db, cast.app, &cast.reporter, "Another").id;
    let zero = Duration::zero();
    let draft = |becomes| {
        let begun = begin(&db, &cast, zero);
        finish(&db, begun.id, zero, becomes).unwrap();
        begun.id
    };
    let mine = draft(Becomes::DraftOf(issue));
    let elsewhere = draft(Becomes::DraftOf(other));
    let of_project = draft(Becomes::DraftIn(cast.app));
    let ready = draft(Becomes::FileOf(issue));
    let all = [of_project, ready, elsewhere, mine];
    let note = |who: Uuid, ids: &[Uuid]| {
        db.write(|tx| {
            let id = comments::insert(tx, issue, who, None, "Note", true)?;
            let taker = Taker::Comment {
                id,
                issue,
                internal: true,
            };
            attachments::take(tx, who, ids, taker)
        })
    };
    assert_eq!(note(cast.lead.id, &all).unwrap(), [], "somebody else's");
    let taken = note(cast.reporter.id, &all).unwrap();
    assert_eq!(taken.iter().map(|f| f.id).collect::<Vec<_>>(), [mine]);
    let seen = |internals| {
        let list = db.read(|conn| attachments::list(conn, issue, internals));
        let ids = list.unwrap().into_iter().map(|f| f.id);
        ids.collect::<Vec<_>>()
    };
    assert_eq!(seen(false), [ready]);
    assert_eq!(seen(true), [ready, mine]);
    // As its comment, also when that changes: the database sees to it.
    let mut conn = test.superuser();
    sql::run(&mut conn, "update comment set internal = false").unwrap();
    assert_eq!(seen(false), [ready, mine]);
    let moved = format!("update attachment set issue_id = '{other}' where id = '{mine}'");
    assert!(sql::run(&mut conn, &moved).is_err());
    let taker = Taker::Issue {
        id: other,
        project: cast.app,
    };
    let taken = db.write(|tx| attachments::take(tx, cast.reporter.id, &all, taker));
    assert_eq!(taken.unwrap().len(), 1, "that of the project");
}

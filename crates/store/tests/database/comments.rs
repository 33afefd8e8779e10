//! Comments: in order, staff notes apart, never lost without a word.

use store::comments::{self, StoredComment};
use store::{Db, Error};
use testkit::{Cast, TestDb, cast, work};
use uuid::Uuid;

fn stage() -> (TestDb, Db, Cast, Uuid) {
    let test = TestDb::new();
    let db = test.db();
    let cast = cast::stage(&db);
    let issue = work::issue(&db, cast.app, &cast.reporter, "Talked about").id;
    (test, db, cast, issue)
}

fn write(db: &Db, issue: Uuid, author: Uuid, body: &str, internal: bool) -> Uuid {
    db.write(|tx| comments::insert(tx, issue, author, None, body, internal))
        .unwrap()
}

fn load(db: &Db, id: Uuid) -> StoredComment {
    db.read(|conn| comments::by_id(conn, id)).unwrap()
}

#[test]
fn comments_come_in_pages_oldest_first_and_notes_only_for_staff() {
    let (_test, db, cast, issue) = stage();
    for n in 0..7 {
        write(&db, issue, cast.lead.id, &format!("{n}"), n % 3 == 1);
    }
    let read = |internals| {
        let mut bodies: Vec<String> = Vec::new();
        let mut after = None;
        loop {
            let page = db
                .read(|conn| comments::list(conn, issue, internals, after, 2))
                .unwrap();
            let Some(last) = page.last() else {
                return bodies.concat();
            };
            after = Some((last.created_at, last.id));
            bodies.extend(page.into_iter().map(|c| c.body));
        }
    };
    assert_eq!(
        (read(true).as_str(), read(false).as_str()),
        ("0123456", "02356")
    );
    let count = |internals| {
        db.read(|conn| comments::count(conn, issue, internals))
            .unwrap()
    };
    assert_eq!((count(true), count(false)), (7, 5));
    let elsewhere = work::issue(&db, cast.app, &cast.reporter, "Silent").id;
    assert_eq!(
        db.read(|conn| comments::count(conn, elsewhere, true))
            .unwrap(),
        0
    );
}

#[test]
fn a_reply_names_what_it_answers() {
    let (_test, db, cast, issue) = stage();
    let first = write(&db, issue, cast.reporter.id, "Why?", false);
    let then = "2026-01-01T00:00:00Z".parse().unwrap();
    let reply = db
        .write(|tx| {
            tx.pretend_it_is(then);
            comments::insert(tx, issue, cast.lead.id, Some(first), "Because.", true)
        })
        .unwrap();
    let shown = load(&db, reply).render("APP-1");
    assert_eq!((shown.parent, shown.created_at), (Some(first), then));
    assert_eq!(
        (shown.issue.as_str(), shown.author.username.as_str()),
        ("APP-1", "lead")
    );
    assert!(shown.internal && shown.edited_at.is_none());
    let absent = db.read(|conn| comments::by_id(conn, Uuid::new_v4()));
    assert!(matches!(absent, Err(Error::NotFound)));
}

#[test]
fn of_two_edits_of_the_same_text_one_is_told_that_it_came_late() {
    let (_test, db, cast, issue) = stage();
    let id = write(&db, issue, cast.reporter.id, "First", false);
    let was = load(&db, id);
    db.write(|tx| comments::edit(tx, &was, "Second")).unwrap();
    let late = db.write(|tx| comments::edit(tx, &was, "Third"));
    assert!(matches!(late, Err(Error::Stale)));
    let late = db.write(|tx| comments::delete(tx, &was));
    assert!(matches!(late, Err(Error::Stale)));
    let now = load(&db, id);
    assert_eq!((now.body.as_str(), now.version), ("Second", 2));
    assert!(now.edited_at.is_some());
}

#[test]
fn a_deleted_comment_keeps_its_place_and_loses_its_text() {
    let (_test, db, cast, issue) = stage();
    let id = write(&db, issue, cast.reporter.id, "Regrettable", false);
    let was = load(&db, id);
    db.write(|tx| comments::delete(tx, &was)).unwrap();
    let now = load(&db, id);
    assert_eq!((now.body.as_str(), now.version), ("", 2));
    assert!(now.deleted_at.is_some());
    for again in [
        db.write(|tx| comments::delete(tx, &now)),
        db.write(|tx| comments::edit(tx, &now, "Back")),
    ] {
        assert!(matches!(again, Err(Error::Stale)));
    }
    let page = db
        .read(|conn| comments::list(conn, issue, false, None, 10))
        .unwrap();
    assert_eq!(page.len(), 1);
}

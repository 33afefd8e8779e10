//! History of an issue and the feed of what happened.

use chrono::{DateTime, TimeDelta, Utc};
use domain::event::EventKind;
use store::access::{self, Actor, Scope};
use store::db::Conn;
use store::events::NewEvent;
use store::feed::{self, Wanted};
use store::history::{self, Fact, Reader};
use store::moments::Strip;
use store::{Db, Error, Result};
use testkit::{Cast, TestDb, cast, work};
use uuid::Uuid;

fn stage() -> (TestDb, Db, Cast) {
    let test = TestDb::new();
    let db = test.db();
    let cast = cast::stage(&db);
    (test, db, cast)
}

type Place = Option<(DateTime<Utc>, Uuid)>;

/// All pages of two.
fn whole(page: impl Fn(Place) -> Vec<Fact>) -> Vec<Fact> {
    let mut facts: Vec<Fact> = Vec::new();
    loop {
        let next = page(facts.last().map(|f| (f.at, f.id)));
        assert!(next.len() <= 2);
        if next.is_empty() {
            return facts;
        }
        facts.extend(next);
    }
}

#[test]
fn the_history_of_an_issue_is_told_oldest_first_without_notes_for_those_who_see_none() {
    let (_test, db, cast) = stage();
    let issue = work::issue(&db, cast.app, &cast.reporter, "Watched").id;
    work::move_to(&db, None, &cast.maintainer, issue, "done");
    db.write(|tx| {
        tx.record(
            NewEvent::new(EventKind::CommentCreated, Some(cast.lead.id))
                .project(cast.app)
                .issue(issue)
                .change("body", serde_json::Value::Null, "Psst".into())
                .internal(true),
        );
        Ok::<_, Error>(())
    })
    .unwrap();
    let scope = db
        .read(|conn| store::access::scope(conn, &cast.lead))
        .unwrap();
    let reader = |internals| Reader {
        scope: &scope,
        internals,
        ranks: false,
    };
    let history = |internals| {
        whole(|after| {
            db.read(|conn| history::issue_history(conn, issue, reader(internals), after, 2))
                .unwrap()
        })
    };
    let kinds = |facts: &[Fact]| -> Vec<String> {
        facts
            .iter()
            .map(|f| format!("{} {}", f.kind, f.field.as_deref().unwrap_or("-")))
            .collect()
    };
    let told = history(true);
    assert_eq!(
        kinds(&told),
        [
            "issue.created -",
            "issue.updated status",
            "issue.updated resolution",
            "comment.created body"
        ]
    );
    assert_eq!(kinds(&history(false)), kinds(&told)[..3]);
    assert_eq!(
        (told[1].actor_id, told[1].version),
        (Some(cast.maintainer.id), Some(2))
    );
    assert_eq!(
        (told[0].project.as_deref(), told[0].number),
        (Some("APP"), Some(1))
    );
    let count = |internals| {
        db.read(|conn| history::count_history(conn, issue, reader(internals)))
            .unwrap()
    };
    assert_eq!((count(true), count(false)), (4, 3));
}

fn feed(db: &Db, who: &Actor) -> Vec<String> {
    let scope = db.read(|conn| access::scope(conn, who)).unwrap();
    let facts = whole(|before| {
        let wanted = Wanted {
            by: None,
            before,
            limit: 2,
        };
        db.read(|conn| feed::page(conn, &scope, wanted)).unwrap()
    });
    facts
        .iter()
        .map(|f| format!("{}-{}", f.project.as_deref().unwrap(), f.number.unwrap()))
        .collect()
}

#[test]
fn the_feed_tells_newest_first_what_exists_for_the_reader() {
    let (_test, db, cast) = stage();
    for (project, who) in [
        (cast.app, &cast.reporter),
        (cast.sec, &cast.lead),
        (cast.app, &cast.reporter2),
        (cast.eng, &cast.lead),
    ] {
        work::issue(&db, project, who, "Something");
    }
    assert_eq!(feed(&db, &cast.admin), ["ENG-1", "APP-2", "SEC-1", "APP-1"]);
    assert_eq!(feed(&db, &cast.viewer), ["ENG-1", "APP-2", "APP-1"]);
    assert_eq!(feed(&db, &cast.reporter), ["ENG-1", "APP-1"]);
}

#[test]
fn a_deleted_issue_with_much_history_does_not_hide_what_lies_behind_it() {
    let (_test, db, cast) = stage();
    work::issue(&db, cast.app, &cast.reporter, "Old and still there");
    let spam = work::issue(&db, cast.app, &cast.reporter, "Spam").id;
    for n in 0..5 {
        work::change(&db, None, &cast.lead, spam, |f| {
            f.title = format!("Spam {n}")
        })
        .unwrap();
    }
    work::delete_or_restore(&db, None, &cast.lead, &work::load(&db, spam)).unwrap();
    assert_eq!(feed(&db, &cast.admin), ["APP-1"]);
    assert_eq!(feed(&db, &cast.reporter), ["APP-1"]);
}

#[test]
fn the_fields_that_changed_since_a_version_are_known() {
    let (_test, db, cast) = stage();
    let issue = work::issue(&db, cast.app, &cast.reporter, "Busy").id;
    work::change(&db, None, &cast.lead, issue, |f| f.title = "2".into()).unwrap();
    work::move_to(&db, None, &cast.lead, issue, "done");
    work::change(&db, None, &cast.lead, issue, |f| f.title = "4".into()).unwrap();
    work::delete_or_restore(&db, None, &cast.lead, &work::load(&db, issue)).unwrap();
    let since = |version| {
        db.read(|conn| history::changed_since(conn, issue, version))
            .unwrap()
    };
    assert_eq!(since(1), ["issue.deleted", "resolution", "status", "title"]);
    assert_eq!(since(3), ["issue.deleted", "title"]);
    assert!(since(5).is_empty());
}

#[test]
fn an_event_about_somebody_names_them() {
    let (test, db, cast) = stage();
    db.write(|tx| {
        tx.record(
            NewEvent::new(EventKind::MemberRemoved, Some(cast.lead.id))
                .project(cast.app)
                .concerning(cast.viewer.id)
                .was("viewer".into())
                .is(serde_json::Value::Null),
        );
        Ok::<_, Error>(())
    })
    .unwrap();
    let whom = testkit::sql::value(
        &mut test.superuser(),
        "select on_behalf_of_id from event where kind = 'member.removed' and old = '\"viewer\"'",
    );
    assert_eq!(whom, cast.viewer.id.to_string());
}

/// Rows that are read when something is asked for somebody.
fn rows_read(db: &Db, who: &Actor, ask: impl Fn(&mut Conn, &Scope) -> Result<()>) -> i64 {
    let scope = db.read(|conn| access::scope(conn, who)).unwrap();
    db.write(|tx| {
        let before = tx.rows_read()?;
        ask(tx, &scope)?;
        Ok::<_, Error>(tx.rows_read()? - before)
    })
    .unwrap()
}

/// A world of many issues, a few of which have a long history that names others.
fn long_log() -> (TestDb, Db, Cast) {
    let (test, db, cast) = stage();
    let mut superuser = test.superuser();
    for project in cast.projects() {
        let quiet = work::issue(&db, project, &cast.lead, "Quiet").id;
        // So many that it is seen when all of them are read for the sake of some.
        work::twins(&mut superuser, quiet, 3_600);
        work::issue(&db, project, &cast.lead, "Busy");
    }
    work::issue(&db, cast.app, &cast.reporter, "The only one of theirs");
    testkit::sql::run(
        &mut superuser,
        "insert into event (id, project_id, issue_id, actor_id, kind, field, old, new, version, at)
         select gen_random_uuid(), i.project_id, i.id, i.reporter_id, 'issue.updated', 'priority', '1'::jsonb, '2'::jsonb, 2,
                now() - n * interval '1 second'
         from issue i, generate_series(1, 8000) n where i.title <> 'Quiet'
         union all
         select gen_random_uuid(), i.project_id, i.id, i.reporter_id, 'relation.created', null, null::jsonb,
                jsonb_build_object('kind', 'blocks', 'issue', jsonb_build_object('id', o.id)), null,
                now() - n * interval '5 seconds'
         from issue i join issue o on o.project_id = i.project_id and o.number = 7, generate_series(1, 1600) n
         where i.title <> 'Quiet';
         analyze event, issue",
    )
    .unwrap();
    (test, db, cast)
}

#[test]
fn a_page_of_a_feed_reads_no_more_than_a_page_however_long_the_log_is() {
    let (_test, db, cast) = long_log();
    let limit = 3_000;
    for (who, by) in [
        (&cast.admin, None),
        (&cast.viewer, None),
        (&cast.reporter, None),
        (&cast.admin, Some(cast.reporter.id)),
        (&cast.admin, Some(cast.viewer.id)),
    ] {
        let rows = rows_read(&db, who, |conn, scope| {
            let wanted = Wanted {
                by,
                before: None,
                limit: 51,
            };
            feed::page(conn, scope, wanted).map(drop)
        });
        assert!(rows < limit, "{} {by:?}: {rows} rows", who.username);
    }
}

#[test]
fn the_first_moments_of_a_long_log_are_found_at_its_beginning() {
    let (_test, db, cast) = long_log();
    // A thousand in each of five projects, each with its issue.
    let limit = 16_000;
    for who in [&cast.admin, &cast.viewer] {
        let rows = rows_read(&db, who, |conn, scope| {
            let strip = Strip {
                scope,
                issue: None,
                from: Utc::now() - TimeDelta::days(1),
                to: Utc::now(),
            };
            strip.moments(conn, 10).map(drop)
        });
        assert!(rows < limit, "{}: {rows} rows", who.username);
    }
}

//! The audit log can be added to and read; by age it goes through one door, and so does a project.

use chrono::{Duration, Utc};
use diesel::pg::PgConnection;
use domain::audit::AuditKind;
use store::audit::{self, NewEntry, Origin, Wanted};
use store::projects::{self, NotPurged};
use store::{Db, Error};
use testkit::{Cast, TestDb, cast, sql, work};

struct Stage {
    test: TestDb,
    db: Db,
    cast: Cast,
}

fn stage() -> Stage {
    let test = TestDb::new();
    let db = test.db();
    let cast = cast::stage(&db);
    work::issue(&db, cast.app, &cast.reporter, "Evidence");
    for days in [1000, 40, 10, 0] {
        db.write(|tx| {
            tx.pretend_it_is(Utc::now() - Duration::days(days));
            tx.comes_from(Origin {
                ip: "127.0.0.1".into(),
                user_agent: "test".into(),
                request_id: "one".into(),
            });
            tx.audit(NewEntry::new(AuditKind::SignOut, Some(cast.lead.id)));
            Ok::<_, Error>(())
        })
        .unwrap();
    }
    Stage { test, db, cast }
}

fn digest(stage: &Stage) -> String {
    sql::value(
        &mut stage.test.superuser(),
        "select md5(string_agg(e::text, '' order by id)) || (select md5(string_agg(event::text, '' order by id)) from event)
         from audit_entry e",
    )
}

fn refused(stage: &Stage, conn: &mut PgConnection, statement: &str) {
    let before = digest(stage);
    assert!(sql::run(conn, statement).is_err(), "accepted: {statement}");
    sql::run(conn, "rollback").unwrap();
    assert_eq!(before, digest(stage), "{statement}");
}

const TAMPERING: &[&str] = &[
    "update audit_entry set actor_id = null",
    "delete from audit_entry",
    "delete from audit_entry where at < clock_timestamp() - interval '1 year'",
    "truncate audit_entry",
    "truncate audit_entry, purging cascade",
    "delete from event where project_id is not null",
];

#[test]
fn nobody_changes_the_audit_log() {
    let stage = stage();
    let mut application = stage.test.application();
    let mut owner = stage.test.owner();
    for statement in TAMPERING {
        refused(&stage, &mut application, statement);
        refused(&stage, &mut owner, statement);
    }
    // The door is not the application's: it cannot even look at it.
    for statement in [
        "insert into purging (project_id) select id from project limit 1",
        "select * from purging",
        "alter table audit_entry disable trigger all",
        "create or replace function audit_is_append_only() returns trigger language plpgsql as 'begin return old; end'",
        "begin; insert into purging (audit_before) values (now()); delete from audit_entry; commit",
        "select purge_audit(clock_timestamp() - interval '29 days', gen_random_uuid(), null, '', '', '')",
        "select purge_audit(null, gen_random_uuid(), null, '', '', '')",
    ] {
        refused(&stage, &mut application, statement);
    }
}

#[test]
fn replication_does_not_put_the_guard_to_sleep() {
    let stage = stage();
    let mut conn = stage.test.superuser();
    for statement in ["delete from audit_entry", "truncate audit_entry"] {
        let whole = format!("set session_replication_role = replica; {statement}");
        refused(&stage, &mut conn, &whole);
    }
}

#[test]
fn the_door_leads_to_old_entries_only_and_is_closed_behind() {
    let stage = stage();
    let until = Utc::now() - Duration::days(30);
    let gone = stage
        .db
        .write(|tx| audit::purge(tx, until, Some(stage.cast.admin.id)));
    assert_eq!(gone.unwrap(), 2);
    let list = |wanted: &Wanted| {
        stage
            .db
            .read(|conn| audit::list(conn, wanted, None, 10))
            .unwrap()
    };
    let left = list(&Wanted::default());
    let kinds: Vec<&str> = left.iter().map(|e| e.kind.as_str()).collect();
    assert_eq!(kinds, ["audit.purged", "sign_out", "sign_out"]);
    let by_lead = Wanted {
        actor: Some(stage.cast.lead.id),
        ..Wanted::default()
    };
    assert_eq!(list(&by_lead).len(), 2);
    assert_eq!(list(&by_lead)[0].ip, "127.0.0.1");
    // The worker's look that finds nothing is no news.
    let again = stage.db.write(|tx| audit::purge(tx, until, None)).unwrap();
    assert_eq!((again, list(&Wanted::default()).len()), (0, 3));
    let near = stage.db.write(|tx| audit::purge(tx, Utc::now(), None));
    assert!(near.is_err());
    let mut owner = stage.test.owner();
    assert_eq!(sql::number(&mut owner, "select count(*) from purging"), 0);
    assert!(sql::run(&mut owner, "delete from audit_entry").is_err());
}

#[test]
fn a_project_goes_only_archived_and_exported_with_every_event() {
    let stage = stage();
    let (project, admin) = (stage.cast.app, stage.cast.admin.id);
    let purge = || {
        stage
            .db
            .write(|tx| projects::purge(tx, project, admin))
            .unwrap()
    };
    assert_eq!(purge(), Err(NotPurged::NotArchived));
    let mut conn = stage.test.superuser();
    let archive = format!("update project set archived_at = now() where id = '{project}'");
    sql::run(&mut conn, &archive).unwrap();
    assert_eq!(purge(), Err(NotPurged::NotExported));
    let exported = |events: i64| {
        stage
            .db
            .write(|tx| {
                let detail = serde_json::json!({"events": events});
                let entry = NewEntry::new(AuditKind::ProjectExported, Some(admin));
                tx.audit(entry.project(project, "APP").detail(detail));
                Ok::<_, Error>(())
            })
            .unwrap();
    };
    let events = sql::number(
        &mut conn,
        &format!("select count(*) from event where project_id = '{project}'"),
    );
    exported(events - 1);
    assert_eq!(purge(), Err(NotPurged::NotExported));
    exported(events);
    assert_eq!(purge(), Ok(()));
    assert_eq!(purge(), Err(NotPurged::Unknown));
    let others = sql::number(&mut conn, "select count(*) from project");
    assert_eq!(others, 4);
    // What else is in the log stays, and the door is closed.
    assert_eq!(sql::number(&mut conn, "select count(*) from purging"), 0);
}

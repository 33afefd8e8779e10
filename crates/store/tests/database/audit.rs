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
fn replication_does_not_get_past_the_guard() {
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

/// A purge for which everything is ready.
fn ready_to_go(stage: &Stage, conn: &mut PgConnection) {
    let project = stage.cast.app;
    let archive = format!("update project set archived_at = now() where id = '{project}'");
    sql::run(conn, &archive).unwrap();
    let events = sql::number(
        conn,
        &format!("select count(*) from event where project_id = '{project}'"),
    );
    stage
        .db
        .write(|tx| {
            let entry = NewEntry::new(AuditKind::ProjectExported, Some(stage.cast.admin.id));
            let detail = serde_json::json!({ "events": events });
            tx.audit(entry.project(project, "APP").detail(detail));
            Ok::<_, Error>(())
        })
        .unwrap();
}

/// Tables that refer to projects or issues, as far as no test filled them before: how to put a row
/// into each. A new table fails the test below until it stands here and its rows go with a project.
const ROWS: &[(&str, &str)] = &[
    (
        "attachment",
        "insert into attachment (id, issue_id, uploader_id, file_name, media_type, storage_key)
         select gen_random_uuid(), id, reporter_id, 'a.txt', 'text/plain', 'a' from issue limit 1;
         insert into attachment (id, project_id, uploader_id, file_name, media_type, storage_key, state)
         select gen_random_uuid(), project_id, reporter_id, 'b.txt', 'text/plain', 'b', 'draft' from issue limit 1",
    ),
    (
        "comment",
        "insert into comment (id, issue_id, author_id, body, created_at)
         select gen_random_uuid(), id, reporter_id, 'Said', now() from issue limit 1;
         insert into comment (id, issue_id, author_id, body, created_at, parent_id)
         select gen_random_uuid(), issue_id, author_id, 'Answered', now(), id from comment limit 1",
    ),
    (
        "label",
        "insert into label (id, project_id, name, colour) select gen_random_uuid(), project_id, 'ui', '#112233' from issue limit 1",
    ),
    (
        "project_version",
        "insert into project_version (id, project_id, name) select gen_random_uuid(), project_id, '1.0' from issue limit 1;
         update issue set fixed_version_id = (select id from project_version limit 1)",
    ),
    (
        "api_token",
        "insert into api_token (id, account_id, name, prefix, digest, scopes, project_id)
         select gen_random_uuid(), reporter_id, 'Program', 'iit_abcdefgh', decode(repeat('ab', 32), 'hex'), '{read}', project_id
         from issue limit 1",
    ),
    (
        "relation",
        "insert into relation (id, kind, from_id, to_id, created_by)
         select gen_random_uuid(), 'blocks', one.id, other.id, one.reporter_id
         from issue one, issue other where one.id < other.id limit 1",
    ),
    (
        "vote",
        "insert into vote (issue_id, account_id) select id, reporter_id from issue limit 1",
    ),
    (
        "saved_view",
        "insert into saved_view (id, owner_id, project_id, name, query, layout, shared)
         select gen_random_uuid(), reporter_id, project_id, 'Mine', '', '{}', false from issue limit 1",
    ),
    (
        "merge",
        "insert into merge (id, issue_id, into_id, merged_by, former_status_id, closed_status_id)
         select gen_random_uuid(), i.id, o.id, i.reporter_id, i.status_id, i.status_id
         from issue i join issue o on o.id <> i.id and o.project_id = i.project_id limit 1;
         update vote set merged_from = (select issue_id from merge limit 1);
         update watch set merged_from = (select issue_id from merge limit 1)",
    ),
    (
        "former_key",
        "insert into former_key (project_id, number, issue_id) select project_id, 1000, id from issue limit 1",
    ),
];

/// Columns that name a project or an issue, whatever they are called: by name or by foreign key.
const REFERENCES: &str = "select c.table_name || ' ' || c.column_name
     from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
     where c.table_schema = 'public' and t.table_type = 'BASE TABLE'
       and c.table_name not in ('audit_entry', 'purging')
       and (c.column_name ~ '(project|issue)_id$' or exists (
           select 1 from pg_constraint k join pg_attribute a on a.attrelid = k.conrelid and a.attnum = any(k.conkey)
           join pg_class r on r.oid = k.conrelid
           where k.contype = 'f' and r.relname = c.table_name
             and k.confrelid in ('project'::regclass, 'issue'::regclass) and a.attname = c.column_name))";

#[test]
fn nothing_that_refers_to_a_purged_project_is_left_in_any_table() {
    let stage = stage();
    let mut conn = stage.test.superuser();
    let below = work::issue(&stage.db, stage.cast.app, &stage.cast.reporter, "Below");
    let parent = format!(
        "update issue set parent_id = (select id from issue where id <> '{0}' limit 1) where id = '{0}'",
        below.id
    );
    sql::run(&mut conn, &parent).unwrap();
    for (table, row) in ROWS {
        sql::run(&mut conn, row).unwrap_or_else(|e| panic!("{table}: {e}"));
    }
    stage.db.write(store::stats::recompute).unwrap();
    // And the same of a project that stays.
    work::issue(&stage.db, stage.cast.eng, &stage.cast.lead, "Stays");
    let app = format!(
        "select '{0}'::uuid union select id from issue where project_id = '{0}'",
        stage.cast.app
    );
    let ids = sql::rows(&mut conn, &app);
    let ids = format!("('{}')", ids.join("', '"));
    let columns = sql::rows(&mut conn, REFERENCES);
    assert!(columns.len() >= 16, "{columns:?}");
    let left = |conn: &mut PgConnection, column: &str| {
        let (table, column) = column.split_once(' ').unwrap();
        let count = format!("select count(*) from \"{table}\" where \"{column}\" in {ids}");
        sql::number(conn, &count)
    };
    for column in &columns {
        assert!(
            left(&mut conn, column) > 0,
            "{column} is empty: a row for it belongs into ROWS, and the purge of a project must remove it"
        );
    }
    ready_to_go(&stage, &mut conn);
    let purged = stage
        .db
        .write(|tx| projects::purge(tx, stage.cast.app, stage.cast.admin.id));
    assert_eq!(purged.unwrap(), Ok(()));
    for column in &columns {
        assert_eq!(left(&mut conn, column), 0, "{column}");
    }
    assert_eq!(sql::number(&mut conn, "select count(*) from issue"), 1);
}

#[test]
fn the_application_lacks_the_right_even_where_the_trigger_is_gone() {
    let stage = stage();
    let mut superuser = stage.test.superuser();
    for table in ["audit_entry", "event", "issue_version"] {
        let off = format!("alter table {table} disable trigger all");
        sql::run(&mut superuser, &off).unwrap();
        let mut application = stage.test.application();
        for statement in [
            format!("delete from {table}"),
            format!("truncate {table}"),
            format!("update {table} set project_id = null"),
        ] {
            let refusal = sql::run(&mut application, &statement).unwrap_err();
            assert!(
                refusal.to_string().contains("permission denied"),
                "{statement}: {refusal}"
            );
        }
    }
}

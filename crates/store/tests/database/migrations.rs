//! The schema: forth, back and forth again, also with data in it.

use diesel::pg::PgConnection;
use domain::event::EventKind;
use domain::token::{NewToken, Scope};
use store::events::NewEvent;
use store::migrate::{self, SchemaState};
use store::{Db, DbConfig, Error, comments};
use testkit::{APPLICATION, TestDb, cast, sql, work};

/// Everything that makes up the schema, as text.
fn schema(conn: &mut PgConnection) -> Vec<String> {
    sql::rows(
        conn,
        "select * from (
             select format('column %s.%s %s %s %s', table_name, column_name, data_type, is_nullable, column_default)
             from information_schema.columns where table_schema = 'public'
             union all
             select format('constraint %s on %s: %s', conname, conrelid::regclass, pg_get_constraintdef(oid))
             from pg_constraint where connamespace = 'public'::regnamespace
             union all
             select 'index ' || indexdef from pg_indexes where schemaname = 'public'
             union all
             select format('trigger %s %s', tgenabled, pg_get_triggerdef(oid)) from pg_trigger where not tgisinternal
             union all
             select 'function ' || pg_get_functiondef(oid) from pg_proc where pronamespace = 'public'::regnamespace
             union all
             select 'sequence ' || sequencename from pg_sequences where schemaname = 'public'
             union all
             select format('right %s on %s for %s', privilege_type, table_name, grantee)
             from information_schema.table_privileges where table_schema = 'public'
             union all
             select format('right %s on %s.%s for %s', privilege_type, table_name, column_name, grantee)
             from information_schema.column_privileges where table_schema = 'public'
         ) parts(part) order by 1",
    )
}

fn populate(db: &Db) {
    let cast = cast::stage(db);
    let issue = work::issue(db, cast.app, &cast.reporter, "Kept in mind").id;
    work::move_to(db, None, &cast.maintainer, issue, "done");
    db.write(|tx| {
        comments::insert(tx, issue, cast.lead.id, None, "Text", false)?;
        store::attachments::begin(tx, cast.lead.id, "a.txt")?;
        work::keep_answer(tx, cast.lead.id, "key")?;
        store::jobs::ensure(tx, &["rollup"])?;
        let token = NewToken {
            name: "A program".into(),
            scopes: vec![Scope::Read],
            project: None,
            expires_at: None,
        };
        store::tokens::insert(tx, cast.lead.id, &token, Some(cast.app), "iit_", [7; 32])?;
        store::stats::recompute(tx)?;
        Ok::<_, Error>(())
    })
    .unwrap();
    db.write(store::events::stamp).unwrap();
}

#[test]
fn down_and_up_again_on_a_populated_database_gives_the_same_schema() {
    let test = TestDb::new();
    let db = test.db();
    populate(&db);
    let mut conn = test.superuser();
    let before = schema(&mut conn);
    assert!(before.len() > 200, "{}", before.len());
    let reverted = migrate::revert_all(&test.owner_config()).unwrap();
    let left = sql::rows(
        &mut conn,
        "select tablename from pg_tables where schemaname = 'public'",
    );
    assert_eq!(left, ["__diesel_schema_migrations"]);
    let applied = migrate::migrate(&test.owner_config(), APPLICATION).unwrap();
    assert_eq!(applied.len(), reverted);
    assert_eq!(schema(&mut conn), before);
    populate(&test.db());
}

#[test]
fn what_was_told_of_another_project_than_its_issues_is_told_where_it_belongs() {
    let test = TestDb::new();
    let db = test.db();
    let cast = cast::stage(&db);
    let issue = work::issue(&db, cast.sec, &cast.lead, "A duplicate").id;
    let event = |kind: EventKind| {
        let event = NewEvent::new(kind, Some(cast.lead.id));
        let event = event.project(cast.eng).issue(issue);
        db.write(|tx| {
            tx.record(event.clone());
            Ok::<_, Error>(())
        })
        .unwrap();
    };
    event(EventKind::CommentDeleted);
    event(EventKind::AttachmentDeleted);
    let mut conn = test.owner();
    let told = "select string_agg(kind, ' ' order by kind) from event e join project p on p.id = e.project_id
                where p.key = 'SEC' and e.issue_id is not null";
    assert_eq!(sql::value(&mut conn, told), "issue.created");
    let up = include_str!("../../../../migrations/2026-11-21-000025_files/up.sql");
    let begins = up.find("alter table event disable").unwrap();
    let ends = up.find("-- As before, and drafts").unwrap();
    sql::run(&mut conn, &up[begins..ends]).unwrap();
    assert_eq!(
        sql::value(&mut conn, told),
        "attachment.deleted comment.deleted issue.created"
    );
    assert!(sql::run(&mut conn, "update event set kind = 'x'").is_err());
}

#[test]
fn two_who_migrate_at_once_migrate_once() {
    let test = TestDb::new();
    migrate::revert_all(&test.owner_config()).unwrap();
    let run = |_| {
        migrate::migrate(&test.owner_config(), APPLICATION)
            .unwrap()
            .len()
    };
    let mut applied: Vec<usize> = std::thread::scope(|scope| {
        let both = [1, 2].map(|n| scope.spawn(move || run(n)));
        both.into_iter().map(|t| t.join().unwrap()).collect()
    });
    applied.sort_unstable();
    assert_eq!(applied[0], 0);
    assert!(applied[1] >= 5);
}

#[test]
fn the_application_sees_whether_the_schema_is_behind_current_or_ahead() {
    let test = TestDb::new();
    let db = test.db();
    let state = || db.read(migrate::state).unwrap();
    assert_eq!(state(), SchemaState::Current);
    let mut conn = test.owner();
    sql::run(
        &mut conn,
        "insert into __diesel_schema_migrations (version) values ('99991231000001')",
    )
    .unwrap();
    assert_eq!(state(), SchemaState::Ahead);
    sql::run(
        &mut conn,
        "delete from __diesel_schema_migrations
         where version in ('99991231000001', (select min(version) from __diesel_schema_migrations))",
    )
    .unwrap();
    assert_eq!(state(), SchemaState::Behind);
    sql::run(&mut conn, "drop table __diesel_schema_migrations").unwrap();
    assert_eq!(state(), SchemaState::Behind, "never migrated");
}

#[test]
fn where_one_role_does_both_no_rights_need_to_be_given() {
    let test = TestDb::new();
    let applied = migrate::migrate(&test.owner_config(), testkit::OWNER).unwrap();
    assert!(applied.is_empty());
    let db = Db::open(&DbConfig {
        pool_size: 2,
        ..test.owner_config()
    });
    populate(&db);
}

#[test]
fn a_migration_without_the_right_to_it_changes_nothing() {
    let test = TestDb::new();
    let mut conn = test.superuser();
    migrate::revert_all(&test.owner_config()).unwrap();
    let before = schema(&mut conn);
    assert!(migrate::migrate(&test.config(), APPLICATION).is_err());
    assert_eq!(schema(&mut conn), before);
}

#[test]
fn every_migration_has_a_version_of_its_own() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations");
    let names = std::fs::read_dir(folder).unwrap();
    let mut versions: Vec<String> = names
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .map(|name| name.split('_').next().unwrap().replace('-', ""))
        .collect();
    versions.sort();
    let all = versions.len();
    versions.dedup();
    assert_eq!(
        versions.len(),
        all,
        "two with one version: only one of them runs"
    );
}

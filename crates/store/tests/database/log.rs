//! The log of events cannot be changed: not by the application, not by the tables' owner.

use diesel::pg::PgConnection;
use domain::event::EventKind;
use store::events::{self, NewEvent};
use testkit::{TestDb, cast, sql, work};

struct Stage {
    test: TestDb,
    before: String,
}

/// A log with events that have their place and events that wait for one.
fn stage() -> Stage {
    let test = TestDb::new();
    let db = test.db();
    let cast = cast::stage(&db);
    let issue = work::issue(&db, cast.app, &cast.reporter, "Evidence");
    work::move_to(&db, None, &cast.maintainer, issue.id, "done");
    db.write(events::stamp).unwrap();
    work::change(&db, None, &cast.maintainer, issue.id, |f| {
        f.title = "Altered evidence".into();
    })
    .unwrap();
    db.write(|tx| {
        tx.record(NewEvent::new(EventKind::StatsUpdated, None));
        Ok::<_, store::Error>(())
    })
    .unwrap();
    let before = digest(&mut test.superuser());
    Stage { test, before }
}

fn digest(conn: &mut PgConnection) -> String {
    sql::value(
        conn,
        "select md5(string_agg(event::text, e'\\n' order by id)) from event",
    )
}

fn refused(stage: &Stage, conn: &mut PgConnection, statement: &str) {
    let result = sql::run(conn, statement);
    assert!(result.is_err(), "accepted: {statement}");
    sql::run(conn, "rollback").unwrap();
    let after = digest(&mut stage.test.superuser());
    assert_eq!(after, stage.before, "changed the log: {statement}");
}

/// What nobody may do.
const TAMPERING: &[&str] = &[
    "update event set kind = 'issue.deleted'",
    "update event set actor_id = null, new = null where seq is not null",
    "update event set at = at - interval '1 day'",
    "delete from event",
    "delete from event where seq is null",
    "truncate event",
    "truncate event cascade",
    "truncate issue, event restart identity cascade",
    // The place in the order of delivery is given once, and nothing else with it.
    "update event set seq = seq + 100 where seq is not null",
    "update event set seq = null where seq is not null",
    "update event set seq = 1000, kind = 'issue.deleted' where seq is null",
    "update event set seq = 1000, new = '{}' where seq is null and field = 'title'",
    // Triggers sleep in this mode unless they are told not to; only superusers may choose it.
    "set session_replication_role = replica; delete from event",
    "insert into event select * from event on conflict (id) do update set kind = 'issue.deleted'",
    "merge into event e using event o on o.id = e.id when matched then delete",
    "with gone as (delete from event returning 1) select count(*) from gone",
];

#[test]
fn the_application_cannot_change_the_log() {
    let stage = stage();
    let mut conn = stage.test.application();
    for statement in TAMPERING {
        refused(&stage, &mut conn, statement);
    }
    for statement in [
        "alter table event disable trigger event_no_change",
        "alter table event disable trigger all",
        "drop trigger event_no_change on event",
        "drop table event",
        "drop table event cascade",
        "alter table event rename to event_old",
        "create or replace function event_is_append_only() returns trigger language plpgsql as 'begin return new; end'",
        "create rule quiet as on delete to event do instead nothing",
        "create table public.event_copy as select * from event",
        "alter table event owner to iit_app",
        "grant all on event to iit_app; delete from event",
        "set role iit_owner",
        "delete from issue_version",
        "update issue_version set title = 'Something else'",
        "truncate issue_version",
    ] {
        refused(&stage, &mut conn, statement);
    }
}

#[test]
fn the_owner_of_the_tables_cannot_change_the_log_either() {
    let stage = stage();
    let mut conn = stage.test.owner();
    for statement in TAMPERING {
        refused(&stage, &mut conn, statement);
    }
}

#[test]
fn even_replication_does_not_get_past_the_guards() {
    let stage = stage();
    let mut conn = stage.test.superuser();
    for statement in [
        "delete from event",
        "truncate event",
        "update event set kind = ''",
    ] {
        let whole = format!("set session_replication_role = replica; {statement}");
        refused(&stage, &mut conn, &whole);
    }
}

#[test]
fn taking_the_guard_away_is_what_it_takes() {
    let stage = stage();
    let mut conn = stage.test.owner();
    sql::run(
        &mut conn,
        "alter table event disable trigger event_no_change",
    )
    .unwrap();
    sql::run(&mut conn, "delete from event").unwrap();
    assert_eq!(sql::number(&mut conn, "select count(*) from event"), 0);
}

#[test]
fn history_outlives_the_rows_it_speaks_of() {
    let stage = stage();
    let mut conn = stage.test.superuser();
    sql::run(
        &mut conn,
        "delete from issue_version; delete from issue; delete from membership; delete from transition;
         delete from status; delete from issue_counter; delete from project; delete from session; delete from account",
    )
    .unwrap();
    assert_eq!(digest(&mut conn), stage.before);
}

#[test]
fn a_place_in_the_order_is_given_once() {
    let stage = stage();
    let mut conn = stage.test.application();
    sql::run(
        &mut conn,
        "update event set seq = nextval('event_seq') where seq is null",
    )
    .unwrap();
    assert!(sql::run(&mut conn, "update event set seq = nextval('event_seq')").is_err());
}

//! The law: what the log tells of an issue, folded, is the issue; its open version is the issue;
//! and whatever it was at an instant of the past can still be read.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use diesel::pg::PgConnection;
use domain::board::Place;
use domain::issue::{IssueType, Priority, Severity};
use serde_json::{Map, Value, json};
use std::thread;
use store::access::Actor;
use store::issues::IssueFields;
use store::{Db, Error, Result, labels};
use testkit::{Cast, Dice, TestDb, cast, sql, work};
use uuid::Uuid;

/// What random programs draw from.
struct World {
    db: Db,
    cast: Cast,
    homes: Vec<Home>,
    issues: Vec<Uuid>,
}

/// A project, and what belongs to it.
struct Home {
    project: Uuid,
    statuses: Vec<Uuid>,
    labels: Vec<Uuid>,
    versions: Vec<Uuid>,
}

fn home(db: &Db, project: Uuid) -> Home {
    let (labels, versions) = db
        .write(|tx| {
            let mut ids = (Vec::new(), Vec::new());
            for name in ["ui", "api", "urgent"] {
                let new = domain::label::NewLabel {
                    name: name.into(),
                    colour: None,
                    description: None,
                };
                ids.0.push(labels::insert_label(tx, project, &new)?.id);
                let new = domain::label::NewVersion {
                    name: name.into(),
                    released_on: None,
                };
                ids.1.push(labels::insert_version(tx, project, &new)?.id);
            }
            Ok::<_, Error>(ids)
        })
        .unwrap();
    Home {
        project,
        statuses: work::workflow(db, project).ids,
        labels,
        versions,
    }
}

fn world(test: &TestDb, issues: usize) -> World {
    let db = test.db();
    let cast = cast::stage(&db);
    let homes = [cast.eng, cast.ops]
        .map(|project| home(&db, project))
        .into();
    let issues = (0..issues)
        .map(|n| work::issue(&db, cast.eng, &cast.reporter, &format!("Issue {n}")).id)
        .collect();
    World {
        db,
        cast,
        homes,
        issues,
    }
}

fn maybe<T: Copy>(dice: &mut Dice, from: &[T]) -> Option<T> {
    (!dice.one_in(3)).then(|| *dice.pick(from))
}

fn edit(world: &World, home: &Home, dice: &mut Dice, me: Uuid, f: &mut IssueFields) {
    let day = |dice: &mut Dice| {
        NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + Duration::days(dice.below(300) as i64)
    };
    for _ in 0..=dice.below(3) {
        match dice.below(14) {
            0 => f.title = format!("Title {}", dice.below(9)),
            1 => f.description = format!("*Text* {} \u{1F980}", dice.below(9)),
            2 => f.type_ = *dice.pick(IssueType::ALL),
            3 => f.severity = *dice.pick(Severity::ALL),
            4 => f.priority = *dice.pick(Priority::ALL),
            5 => f.story_points = maybe(dice, &[1, 2, 3, 5, 8]),
            6 | 7 => f.status_id = *dice.pick(&home.statuses),
            8 => {
                f.label_ids = home.labels.clone();
                f.label_ids.retain(|_| dice.one_in(2));
            }
            9 => f.assignee_id = maybe(dice, &world.cast.people().map(|p| p.id)),
            10 => {
                // Of the same project, as the statement itself demands.
                let home = |id: Uuid| work::load(&world.db, id).issue.project_id;
                f.parent_id = maybe(dice, &world.issues)
                    .filter(|parent| *parent != me && home(*parent) == home(me));
            }
            11 => f.due_date = (!dice.one_in(3)).then(|| day(dice)),
            12 => {
                f.fixed_version_id = maybe(dice, &home.versions);
                f.affected_version_id = maybe(dice, &home.versions);
            }
            _ => {
                f.context = (!dice.one_in(3)).then(|| json!({"host": dice.below(9)}));
                f.start_date = (!dice.one_in(3)).then(|| day(dice));
            }
        }
    }
}

/// One random operation: the issue, and whether it changed. `Stale` when somebody else was faster.
fn step(
    world: &World,
    dice: &mut Dice,
    actor: &Actor,
    at: Option<DateTime<Utc>>,
) -> Result<(Uuid, bool)> {
    let issue = *dice.pick(&world.issues);
    let was = work::load(&world.db, issue);
    if dice.one_in(6) {
        let other = dice.pick(&world.issues).to_string();
        let place = match dice.below(4) {
            0 => Place::Top,
            1 => Place::Bottom,
            2 => Place::Before(other),
            _ => Place::After(other),
        };
        return Ok((issue, work::place(&world.db, at, actor, issue, &place)?));
    }
    let (here, elsewhere) = match &world.homes[..] {
        [a, b] if a.project == was.issue.project_id => (a, b),
        [a, b] => (b, a),
        _ => unreachable!("two projects"),
    };
    if dice.one_in(8) {
        work::relocate(&world.db, at, actor, &was, elsewhere.project)?;
    } else if dice.one_in(8) || was.issue.deleted_at.is_some() {
        work::delete_or_restore(&world.db, at, actor, &was)?;
    } else {
        work::change_from(&world.db, at, actor, &was, |f| {
            let before = f.clone();
            // A change that changes nothing is none; the use cases leave it out too.
            while *f == before {
                edit(world, here, dice, issue, f);
            }
        })?;
    }
    Ok((issue, true))
}

/// The issue as the log tells it, and every place where the log contradicts itself.
fn fold(
    conn: &mut PgConnection,
    issue: Uuid,
    wrong: &mut Vec<String>,
) -> (Map<String, Value>, bool) {
    let number = sql::number(
        conn,
        &format!(
            "select number from issue_version where issue_id = '{issue}' and version = 1
             union all select number from issue where id = '{issue}' limit 1"
        ),
    );
    let project = sql::value(
        conn,
        &format!(
            "select project_id from event where issue_id = '{issue}' and kind = 'issue.created'"
        ),
    );
    let events = sql::rows(
        conn,
        &format!(
            "select jsonb_build_array(kind, field, old, new, version)
             from event where issue_id = '{issue}' order by at, id"
        ),
    );
    let mut fields = Map::new();
    let mut deleted = false;
    let mut last = 0;
    for event in events {
        let event: Value = serde_json::from_str(&event).unwrap();
        let version = event[4].as_i64().unwrap();
        if version != last && version != last + 1 {
            wrong.push(format!("{issue}: version {version} after {last}"));
        }
        last = version;
        match (event[0].as_str().unwrap(), event[1].as_str()) {
            ("issue.created", None) => {
                fields = event[3].as_object().unwrap().clone();
                // The number is taken in the statement that writes the event.
                fields.insert("rank".into(), domain::rank::initial(number).into());
                fields.insert("project".into(), project.clone().into());
                fields.insert("key".into(), format!("{project}-{number}").into());
            }
            ("issue.deleted", None) => deleted = true,
            ("issue.restored", None) => deleted = false,
            ("issue.updated", Some(field)) => {
                let before = fields.insert(field.to_string(), event[3].clone());
                if before.as_ref() != Some(&event[2]) {
                    wrong.push(format!("{issue}: {field} was {before:?}, not {}", event[2]));
                }
            }
            other => wrong.push(format!("{issue}: {other:?}")),
        }
    }
    (fields, deleted)
}

/// Everything that breaks the law.
fn violations(db: &Db, conn: &mut PgConnection) -> Vec<String> {
    let mut wrong = Vec::new();
    for issue in sql::rows(conn, "select id from issue") {
        let issue = issue.parse().unwrap();
        let (told, deleted) = fold(conn, issue, &mut wrong);
        let row = work::load(db, issue).issue;
        let mut is = work::state(&IssueFields::from(&row));
        is["project"] = json!(row.project_id);
        is["key"] = json!(format!("{}-{}", row.project_id, row.number));
        if Value::Object(told.clone()) != is || deleted != row.deleted_at.is_some() {
            wrong.push(format!("{issue}: the log tells {told:?}, but it is {is}"));
        }
        let last = sql::number(
            conn,
            &format!("select max(version) from event where issue_id = '{issue}'"),
        );
        if last != i64::from(row.version) {
            wrong.push(format!("{issue}: log at {last}, row at {}", row.version));
        }
    }
    for (what, query) in [
        (
            "the open version is not the row",
            "select i.id from issue i left join issue_version v on v.issue_id = i.id and v.valid_to is null
             where to_jsonb(i) - 'id' - 'search' - 'votes' is distinct from to_jsonb(v) - 'issue_id' - 'valid_from' - 'valid_to'",
        ),
        (
            "there is not exactly one open version",
            "select i.id from issue i where 1 <> (
                 select count(*) from issue_version v where v.issue_id = i.id and v.valid_to is null)",
        ),
        (
            "versions are not 1, 2, 3 …",
            "select issue_id from issue_version group by issue_id
             having min(version) <> 1 or max(version) <> count(*)",
        ),
        (
            "a version does not begin where the one before ended",
            "select issue_id from (
                 select issue_id, valid_from, valid_to,
                        lead(valid_from) over (partition by issue_id order by version) as next
                 from issue_version) chain
             where valid_to is distinct from next or valid_from >= next",
        ),
        (
            "a version begins at another instant than it was written",
            "select issue_id from issue_version where valid_from <> updated_at
                or (version = 1 and valid_from <> created_at)",
        ),
        (
            "a change without an event",
            "select issue_id from issue_version v where not exists (
                 select 1 from event e where e.issue_id = v.issue_id and e.version = v.version)",
        ),
        (
            "the votes are not those that were given",
            "select i.id from issue i where i.votes <> (select count(*) from vote v where v.issue_id = i.id)",
        ),
        (
            "numbers have a gap, or one stands for two issues",
            "select c.project_id from issue_counter c left join (
                 select project_id, number from issue union all select project_id, number from former_key) taken
                 on taken.project_id = c.project_id
             group by c.project_id, c.last_number
             having count(taken.number) <> c.last_number or coalesce(max(taken.number), 0) <> c.last_number
                 or count(distinct taken.number) <> c.last_number",
        ),
        (
            "the life does not end where the issue is",
            "select i.id from issue i join status s on s.id = i.status_id
             where i.life -> -1 ->> 'category' <> s.category",
        ),
    ] {
        for id in sql::rows(conn, query) {
            wrong.push(format!("{id}: {what}"));
        }
    }
    wrong
}

fn row_now(conn: &mut PgConnection, issue: Uuid) -> String {
    sql::value(
        conn,
        &format!(
            "select to_jsonb(i) - 'id' - 'search' - 'votes' from issue i where id = '{issue}'"
        ),
    )
}

/// The row as it was at an instant.
fn row_as_of(conn: &mut PgConnection, issue: Uuid, at: &str) -> String {
    sql::value(
        conn,
        &format!(
            "select to_jsonb(v) - 'issue_id' - 'valid_from' - 'valid_to' from issue_version v
             where issue_id = '{issue}' and valid_from <= '{at}' and (valid_to is null or valid_to > '{at}')"
        ),
    )
}

#[test]
fn after_any_program_of_changes_the_log_the_row_and_every_past_version_agree() {
    for seed in 1..=4 {
        let test = TestDb::new();
        let world = world(&test, 4);
        let mut conn = test.superuser();
        let mut dice = Dice::new(seed);
        let mut clock: DateTime<Utc> = Utc::now();
        let mut was: Vec<(Uuid, String, String)> = Vec::new();
        for _ in 0..150 {
            let actor = world.cast.people()[dice.below(7)].clone();
            // Half of them as an import tells them: at given instants, now and then out of order.
            clock += Duration::seconds(dice.below(100) as i64 - 20);
            let at = dice.one_in(2).then_some(clock);
            let (issue, _) = step(&world, &mut dice, &actor, at).unwrap();
            let row = row_now(&mut conn, issue);
            let value: Value = serde_json::from_str(&row).unwrap();
            was.push((issue, value["updated_at"].as_str().unwrap().into(), row));
        }
        assert_eq!(
            violations(&world.db, &mut conn),
            Vec::<String>::new(),
            "seed {seed}"
        );
        for (issue, at, row) in was {
            assert_eq!(row_as_of(&mut conn, issue, &at), row, "seed {seed}, {at}");
        }
    }
}

#[test]
fn the_same_holds_when_many_change_the_same_issues_at_once() {
    let test = TestDb::new();
    let world = world(&test, 2);
    let done: usize = thread::scope(|scope| {
        let threads: Vec<_> = (0..4_u64)
            .map(|n| {
                let world = &world;
                scope.spawn(move || {
                    let mut dice = Dice::new(100 + n);
                    let actor = world.cast.people()[n as usize].clone();
                    let results = (0..75).map(|_| step(world, &mut dice, &actor, None));
                    results
                        .filter(|result| match result {
                            Ok((_, changed)) => *changed,
                            Err(Error::Stale) => false,
                            Err(other) => panic!("{other}"),
                        })
                        .count()
                })
            })
            .collect();
        threads.into_iter().map(|t| t.join().unwrap()).sum()
    });
    let mut conn = test.superuser();
    assert_eq!(violations(&world.db, &mut conn), Vec::<String>::new());
    let versions = sql::number(&mut conn, "select count(*) from issue_version");
    assert_eq!(
        versions,
        done as i64 + 2,
        "each change that was accepted is there"
    );
}

#[test]
fn a_change_behind_the_stores_back_is_found_out() {
    for tampering in [
        "update issue set title = 'Another'",
        "update issue set version = version + 1",
        "update issue set label_ids = array[gen_random_uuid()]",
        "update issue_version set valid_to = valid_to + interval '1 second' where version = 1",
        "delete from issue_version where version = 1",
        "update issue set rank = '4000000001000001'",
        "update issue set votes = 1",
        "insert into event (id, issue_id, kind, field, old, new, version, at)
         select gen_random_uuid(), id, 'issue.updated', 'title', '\"x\"', '\"y\"', version, now() from issue",
    ] {
        let test = TestDb::new();
        let world = world(&test, 1);
        let mut dice = Dice::new(7);
        for _ in 0..3 {
            step(&world, &mut dice, &world.cast.lead, None).unwrap();
        }
        let mut conn = test.superuser();
        assert_eq!(violations(&world.db, &mut conn), Vec::<String>::new());
        sql::run(&mut conn, tampering).unwrap();
        assert!(!violations(&world.db, &mut conn).is_empty(), "{tampering}");
    }
}

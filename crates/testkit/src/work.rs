//! What the cast does with issues: through the store's own functions, with an event for each
//! changed field, now or at an instant of the past.

use crate::sql;
use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use domain::board::Place;
use domain::issue::{IssueType, Priority, Resolution, Severity};
use domain::key::IssueRef;
use domain::policy::Action;
use domain::workflow::Category;
use serde_json::{Map, Value, json};
use store::access::{self, Actor, IssueAccess};
use store::idempotency::StoredAnswer;
use store::issues::{
    By, Change, Closing, Created, Dates, Deleting, Home, IssueFields, Spot, Updated,
};
use store::projects::StoredWorkflow;
use store::{Db, Error, Result, Tx, issues, projects};
use uuid::Uuid;

/// A version and when it began.
pub type Version = (i32, DateTime<Utc>);

/// A project's workflow.
///
/// # Panics
/// When the database is away.
#[must_use]
pub fn workflow(db: &Db, project: Uuid) -> StoredWorkflow {
    db.read(|conn| projects::workflow(conn, project))
        .expect("a workflow")
}

/// The id of a project's status.
///
/// # Panics
/// When it has none of that name.
#[must_use]
pub fn status(db: &Db, project: Uuid, slug: &str) -> Uuid {
    workflow(db, project).id(slug).expect("a status")
}

/// Fields of a plain issue in the project's first status.
#[must_use]
pub fn fields(db: &Db, project: Uuid, title: &str) -> IssueFields {
    plain(workflow(db, project).ids[0], title)
}

/// Fields of a plain issue in that status.
#[must_use]
pub fn plain(status: Uuid, title: &str) -> IssueFields {
    IssueFields {
        title: title.into(),
        description: String::new(),
        type_: IssueType::Task,
        severity: Severity::Low,
        priority: Priority::NORMAL,
        story_points: None,
        status_id: status,
        resolution: None,
        affected_version_id: None,
        fixed_version_id: None,
        assignee_id: None,
        parent_id: None,
        label_ids: Vec::new(),
        start_date: None,
        due_date: None,
        external_ref: None,
        context: None,
        rank: String::new(),
    }
}

/// Every field with its name in the log and its value.
#[must_use]
pub fn facts(f: &IssueFields) -> Vec<(&'static str, Value)> {
    vec![
        ("title", json!(f.title)),
        ("description", json!(f.description)),
        ("type", json!(f.type_)),
        ("severity", json!(f.severity)),
        ("priority", json!(f.priority)),
        ("story_points", json!(f.story_points)),
        ("status", json!(f.status_id)),
        ("resolution", json!(f.resolution)),
        ("affected_version", json!(f.affected_version_id)),
        ("fixed_version", json!(f.fixed_version_id)),
        ("assignee", json!(f.assignee_id)),
        ("parent", json!(f.parent_id)),
        ("labels", json!(f.label_ids)),
        ("start_date", json!(f.start_date)),
        ("due_date", json!(f.due_date)),
        ("external_ref", json!(f.external_ref)),
        ("context", json!(f.context)),
        ("rank", json!(f.rank)),
    ]
}

/// Every field as one object, as the log tells it when it is read to its end.
#[must_use]
pub fn state(f: &IssueFields) -> Value {
    facts(f)
        .into_iter()
        .map(|(name, value)| (name.to_string(), value))
        .collect::<Map<String, Value>>()
        .into()
}

/// Every field as one object, as the first event of an issue tells it: the rank follows from the
/// number.
#[must_use]
pub fn snapshot(f: &IssueFields) -> Value {
    let object: Map<String, Value> = facts(f)
        .into_iter()
        .filter(|(name, _)| *name != "rank")
        .map(|(name, value)| (name.into(), value))
        .collect();
    Value::Object(object)
}

/// The fields in which they differ.
#[must_use]
pub fn changes(was: &IssueFields, now: &IssueFields) -> Vec<Change> {
    facts(was)
        .into_iter()
        .zip(facts(now))
        .filter(|((_, old), (_, new))| old != new)
        .map(|((name, old), (_, new))| (name, old, new))
        .collect()
}

fn by(actor: &Actor) -> By {
    By {
        actor: actor.id,
        on_behalf_of: None,
    }
}

/// Reports a plain issue.
///
/// # Panics
/// When it is refused.
pub fn issue(db: &Db, project: Uuid, reporter: &Actor, title: &str) -> Created {
    insert(db, None, project, reporter, &fields(db, project, title)).expect("an issue")
}

/// Reports an issue, at an instant if one is given.
///
/// # Errors
/// What the store says.
pub fn insert(
    db: &Db,
    at: Option<DateTime<Utc>>,
    project: Uuid,
    reporter: &Actor,
    fields: &IssueFields,
) -> Result<Created> {
    let workflow = workflow(db, project);
    let category = category(&workflow, fields.status_id);
    let write = |tx: &mut store::Tx<'_>| {
        if let Some(at) = at {
            tx.pretend_it_is(at);
        }
        let decided = access::now_at(tx, project)?;
        issues::insert(
            tx,
            decided,
            reporter.id,
            by(reporter),
            fields,
            category,
            snapshot(fields),
        )
    };
    db.write_one(write)
}

/// Gives an issue so many twins, each with its newest version but without a history: where the number
/// of issues matters.
///
/// # Panics
/// When the database refuses them.
pub fn twins(conn: &mut PgConnection, issue: Uuid, count: usize) {
    let mut columns = |table: &str, apart: &str| {
        sql::value(
            conn,
            &format!(
                "select string_agg(quote_ident(column_name), ', ') from information_schema.columns
                 where table_name = '{table}' and is_generated = 'NEVER' and column_name not in ({apart})"
            ),
        )
    };
    let own = columns("issue", "'id', 'number', 'rank'");
    let kept = columns("issue_version", "'issue_id', 'valid_from', 'valid_to'");
    let statements = format!(
        "insert into issue (id, number, rank, {own})
         select gen_random_uuid(), taken + n, to_hex(4611686018427387904 + (taken + n) * 16777216), {own}
         from issue cross join lateral (
             select c.last_number as taken from issue_counter c where c.project_id = issue.project_id
         ) counter, generate_series(1, {count}) n
         where issue.id = '{issue}';
         insert into issue_version (issue_id, valid_from, {kept})
         select id, updated_at, {kept} from issue
         where not exists (select from issue_version v where v.issue_id = issue.id);
         update issue_counter c set last_number = (select max(number) from issue i where i.project_id = c.project_id)
         where c.last_number < (select max(number) from issue i where i.project_id = c.project_id);
         analyze issue, issue_version"
    );
    sql::run(conn, &statements).expect("twins");
}

/// The issue as an admin would find it.
///
/// # Panics
/// When there is none.
#[must_use]
pub fn load(db: &Db, issue: Uuid) -> IssueAccess {
    db.read(|conn| {
        access::issue(
            conn,
            &everything(),
            &IssueRef::Id(issue),
            Action::SeeProject,
        )
    })
    .expect("the issue")
}

/// Somebody without an account for whom everything exists.
#[must_use]
pub fn everything() -> Actor {
    Actor {
        id: Uuid::nil(),
        username: "everything".into(),
        display_name: "Everything".into(),
        role: domain::user::Role::Admin,
        session: Uuid::nil(),
        token: None,
    }
}

fn category(workflow: &StoredWorkflow, status: Uuid) -> Category {
    let place = workflow.ids.iter().position(|id| *id == status);
    workflow.workflow.statuses[place.expect("a status of the project")].category
}

/// Changes fields of an issue. Closing and reopening follow from the status.
///
/// # Errors
/// [`Error::Stale`] when somebody was faster.
pub fn change(
    db: &Db,
    at: Option<DateTime<Utc>>,
    actor: &Actor,
    issue: Uuid,
    edit: impl FnOnce(&mut IssueFields),
) -> Result<Version> {
    change_from(db, at, actor, &load(db, issue), edit)
}

/// The same, from the version that was read.
///
/// # Errors
/// [`Error::Stale`] when somebody was faster.
pub fn change_from(
    db: &Db,
    at: Option<DateTime<Utc>>,
    actor: &Actor,
    was: &IssueAccess,
    edit: impl FnOnce(&mut IssueFields),
) -> Result<Version> {
    let workflow = workflow(db, was.issue.project_id);
    let before = IssueFields::from(&was.issue);
    let mut after = before.clone();
    edit(&mut after);
    let from = category(&workflow, before.status_id);
    let to = category(&workflow, after.status_id);
    let closing = match (from.is_open(), to.is_open()) {
        (true, false) => Closing::Close,
        (false, true) => Closing::Reopen,
        _ => Closing::Keep,
    };
    after.resolution = match closing {
        Closing::Close => after.resolution.or(Some(Resolution::Complete)),
        Closing::Reopen => None,
        Closing::Keep => after.resolution,
    };
    let what = Updated::Fields(changes(&before, &after));
    let enters = (from != to).then_some(to);
    write(db, at, |tx| {
        issues::update(
            tx,
            was.access.at_revision(),
            &was.issue,
            &after,
            Dates {
                enters,
                closing,
                deleting: Deleting::Keep,
            },
            by(actor),
            what,
        )
    })
}

/// Moves an issue to a status.
///
/// # Panics
/// When it is refused.
pub fn move_to(
    db: &Db,
    at: Option<DateTime<Utc>>,
    actor: &Actor,
    issue: Uuid,
    slug: &str,
) -> Version {
    let to = status(db, load(db, issue).issue.project_id, slug);
    change(db, at, actor, issue, |f| f.status_id = to).expect("a move")
}

/// Puts an issue somewhere in the order of its project. Neighbours go by their ids.
///
/// # Errors
/// [`Error::Stale`] when somebody was faster.
///
/// # Panics
/// When a neighbour is not an id.
pub fn place(
    db: &Db,
    at: Option<DateTime<Utc>>,
    actor: &Actor,
    issue: Uuid,
    place: &Place,
) -> Result<bool> {
    db.write(|tx| {
        if let Some(at) = at {
            tx.pretend_it_is(at);
        }
        let look = |tx: &mut store::Tx<'_>, id| {
            let all = everything();
            access::issue(tx, &all, &IssueRef::Id(id), Action::SeeProject).map(|found| found.issue)
        };
        let was = look(tx, issue)?;
        let order = issues::order(tx, was.project_id)?;
        let id = |word: &str| word.parse::<Uuid>().expect("an id");
        let rank = match place {
            Place::Before(word) => {
                let other = look(tx, id(word))?;
                order.rank(tx, &was, Spot::Before(&other))?
            }
            Place::After(word) => {
                let other = look(tx, id(word))?;
                order.rank(tx, &was, Spot::After(&other))?
            }
            Place::Top => order.rank(tx, &was, Spot::Top)?,
            Place::Bottom => order.rank(tx, &was, Spot::Bottom)?,
        };
        let Some(rank) = rank else { return Ok(false) };
        let before = IssueFields::from(&was);
        let after = IssueFields {
            rank,
            ..before.clone()
        };
        let what = Updated::Fields(changes(&before, &after));
        let decided = access::now_at(tx, was.project_id)?;
        issues::update(tx, decided, &was, &after, Dates::KEEP, by(actor), what)?;
        Ok(true)
    })
}

/// Moves an issue to another project, without what belongs to the one it leaves: into the first status
/// that means the same, or the first of all. Gives its new number.
///
/// # Errors
/// [`Error::Stale`] when somebody was faster.
pub fn relocate(
    db: &Db,
    at: Option<DateTime<Utc>>,
    actor: &Actor,
    was: &IssueAccess,
    target: Uuid,
) -> Result<i64> {
    let there = workflow(db, target);
    let from = was.issue.status.category;
    let place = |wanted| {
        let statuses = &there.workflow.statuses;
        statuses.iter().position(|s| s.category == wanted)
    };
    let place = place(from).unwrap_or(0);
    let to = there.workflow.statuses[place].category;
    db.write(|tx| {
        if let Some(at) = at {
            tx.pretend_it_is(at);
        }
        let number = issues::take_number(tx, target)?;
        let before = IssueFields::from(&was.issue);
        let after = IssueFields {
            status_id: there.ids[place],
            affected_version_id: None,
            fixed_version_id: None,
            label_ids: Vec::new(),
            rank: domain::rank::initial(number),
            ..before.clone()
        };
        let project = |id: Uuid| json!(id);
        let key = |id: Uuid, number: i64| json!(format!("{id}-{number}"));
        let mut told = vec![
            ("project", project(was.issue.project_id), project(target)),
            (
                "key",
                key(was.issue.project_id, was.issue.number),
                key(target, number),
            ),
        ];
        told.extend(changes(&before, &after));
        let dates = Dates {
            enters: (from != to).then_some(to),
            ..Dates::KEEP
        };
        let home = Home {
            project: target,
            number,
        };
        issues::relocate(tx, &was.issue, home, &after, dates, by(actor), told)?;
        Ok(number)
    })
}

/// Deletes an issue, or restores it.
///
/// # Errors
/// [`Error::Stale`] when somebody was faster.
pub fn delete_or_restore(
    db: &Db,
    at: Option<DateTime<Utc>>,
    actor: &Actor,
    was: &IssueAccess,
) -> Result<Version> {
    let (deleting, kind) = if was.issue.deleted_at.is_none() {
        (Deleting::Delete, domain::event::EventKind::IssueDeleted)
    } else {
        (Deleting::Restore, domain::event::EventKind::IssueRestored)
    };
    let fields = IssueFields::from(&was.issue);
    write(db, at, |tx| {
        issues::update(
            tx,
            was.access.at_revision(),
            &was.issue,
            &fields,
            Dates {
                deleting,
                ..Dates::KEEP
            },
            by(actor),
            Updated::Whole(kind),
        )
    })
}

fn write<T>(
    db: &Db,
    at: Option<DateTime<Utc>>,
    f: impl FnOnce(&mut store::Tx<'_>) -> Result<T>,
) -> Result<T> {
    db.write_one(|tx| {
        if let Some(at) = at {
            tx.pretend_it_is(at);
        }
        f(tx)
    })
}

/// Tries again while no connection could be had: many threads on a busy machine.
///
/// # Errors
/// Whatever else is wrong.
pub fn patiently<T>(mut f: impl FnMut() -> Result<T>) -> Result<T> {
    for _ in 0..60 {
        match f() {
            Err(Error::Unavailable(why)) if why.contains("timed out waiting") => {}
            other => return other,
        }
    }
    f()
}

/// Keeps an answer under an idempotency key.
///
/// # Errors
/// When the key is taken.
pub fn keep_answer(tx: &mut Tx<'_>, account: Uuid, key: &str) -> Result<()> {
    let answer = StoredAnswer {
        request_hash: "hash".into(),
        status: 201,
        location: None,
        etag: None,
        body: "{}".into(),
    };
    store::idempotency::keep(tx, account, "POST /x", key, &answer)
}

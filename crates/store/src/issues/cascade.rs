//! What all issues of a project lose at once because it goes itself: a label, a version, somebody they are
//! assigned to, a status. Each issue gets its next version and its events like by any other change, but
//! all of them in one statement.

use super::write::{By, Closing, kept_columns};
use crate::db::{Tx, new_id};
use crate::error::Result;
use crate::statement::{Fragment, Value};
use diesel::RunQueryDsl;
use diesel::sql_types::BigInt;
use domain::workflow::Category;
use uuid::Uuid;

/// What goes.
#[derive(Debug, Clone, Copy)]
pub enum Lost<'a> {
    /// A label.
    Label(Uuid),
    /// A version, where it was seen as where it was fixed.
    Version(Uuid),
    /// Whoever works on them, as the log tells it.
    Assignee(Uuid, &'a serde_json::Value),
    /// A status, also of deleted issues.
    Status(Uuid, &'a Move<'a>),
}

/// Where issues go whose status is removed.
#[derive(Debug)]
pub struct Move<'a> {
    /// The status that takes them.
    pub to: Uuid,
    /// Its category, in which what is done has a resolution.
    pub category: Category,
    /// The category they were in.
    pub from: Category,
    /// Both statuses, as the log tells them.
    pub told: (&'a serde_json::Value, &'a serde_json::Value),
}

impl Move<'_> {
    fn closing(&self) -> Closing {
        match (self.from.is_open(), self.category.is_open()) {
            (true, false) => Closing::Close,
            (false, true) => Closing::Reopen,
            _ => Closing::Keep,
        }
    }
}

/// The instant of the change: later than the one before.
const INSTANT: &str = "greatest(now.at, i.updated_at + interval '1 microsecond')";

impl Lost<'_> {
    /// The condition for the issues `i` that have it.
    fn had(self, f: &mut Fragment) {
        match self {
            Self::Label(id) => {
                f.sql("i.label_ids @> array[")
                    .bind(Value::Uuid(id))
                    .sql("]");
            }
            Self::Version(id) => {
                f.sql("(i.affected_version_id = ")
                    .bind(Value::Uuid(id))
                    .sql(" or i.fixed_version_id = ")
                    .bind(Value::Uuid(id))
                    .sql(")");
            }
            Self::Assignee(id, _) => {
                f.sql("i.assignee_id = ").bind(Value::Uuid(id));
            }
            Self::Status(id, _) => {
                f.sql("i.status_id = ").bind(Value::Uuid(id));
            }
        }
    }

    /// What becomes of their columns.
    fn set(self, f: &mut Fragment) {
        match self {
            Self::Label(id) => {
                f.sql("label_ids = array_remove(i.label_ids, ")
                    .bind(Value::Uuid(id))
                    .sql(")");
            }
            Self::Version(id) => {
                f.sql("affected_version_id = nullif(i.affected_version_id, ")
                    .bind(Value::Uuid(id))
                    .sql("), fixed_version_id = nullif(i.fixed_version_id, ")
                    .bind(Value::Uuid(id))
                    .sql(")");
            }
            Self::Assignee(..) => {
                f.sql("assignee_id = null");
            }
            Self::Status(_, to) => {
                f.sql("status_id = ")
                    .bind(Value::Uuid(to.to))
                    .sql(", resolution = ")
                    .sql(match to.category.is_open() {
                        true => "null",
                        false => "coalesce(i.resolution, 'complete')",
                    });
                if to.category != to.from {
                    f.sql(", life = i.life || jsonb_build_array(jsonb_build_object('category', ")
                        .bind(Value::Text(to.category.slug().to_string()))
                        .sql("::text, 'since', ")
                        .sql(INSTANT)
                        .sql("))");
                }
                match to.closing() {
                    Closing::Keep => {}
                    Closing::Close => {
                        f.sql(", resolved_at = ").sql(INSTANT);
                    }
                    Closing::Reopen => {
                        f.sql(", resolved_at = null");
                    }
                }
            }
        }
    }

    /// Their events, as rows of field, before and after, of the issue `c` as it is, which carries what it
    /// had.
    fn told(self, f: &mut Fragment) {
        match self {
            Self::Label(_) => {
                f.sql("select 1, 'labels', ");
                label_facts(f, "c.had_labels");
                f.sql(", ");
                label_facts(f, "c.label_ids");
            }
            Self::Version(id) => {
                f.sql(
                    "select w.place, w.field, jsonb_build_object('id', v.id, 'name', v.name), 'null'::jsonb
                     from (values (1, 'affected_version', c.had_affected), (2, 'fixed_version', c.had_fixed)) w(place, field, id)
                     join project_version v on v.id = w.id where v.id = ",
                )
                .bind(Value::Uuid(id));
            }
            Self::Assignee(_, fact) => {
                f.sql("select 1, 'assignee', ");
                json(f, fact);
                f.sql(", 'null'::jsonb");
            }
            Self::Status(_, to) => {
                f.sql("select 1, 'status', ");
                json(f, to.told.0);
                f.sql(", ");
                json(f, to.told.1);
                f.sql(
                    " union all select 2, 'resolution', coalesce(to_jsonb(c.had_resolution), 'null'), coalesce(to_jsonb(c.resolution), 'null')
                      where c.had_resolution is distinct from c.resolution",
                );
            }
        }
    }
}

fn json(f: &mut Fragment, value: &serde_json::Value) {
    f.bind(Value::Text(value.to_string())).sql("::text::jsonb");
}

/// Labels as the log keeps them, by name.
fn label_facts(f: &mut Fragment, ids: &'static str) {
    f.sql("coalesce((select jsonb_agg(jsonb_build_object('id', l.id, 'name', l.name) order by lower(l.name)) from label l where l.id = any(")
        .sql(ids)
        .sql(")), '[]')");
}

/// Takes it from every issue of a project. Gives how many there were.
///
/// The project is held already, so that no issue comes to have it meanwhile. The issues are locked first,
/// in one order for everybody; what writes them then sees the newest version of each.
///
/// # Errors
/// [`crate::Error::Deadlock`] when somebody holds one of them and waits for another, to be tried again.
pub fn lose(tx: &mut Tx<'_>, project: Uuid, by: By, lost: Lost<'_>) -> Result<i64> {
    let having = |f: &mut Fragment| {
        f.sql("i.project_id = ")
            .bind(Value::Uuid(project))
            .sql(" and ");
        lost.had(f);
    };
    let mut f = Fragment::default();
    f.sql("select count(*) from (select from issue i where ");
    having(&mut f);
    f.sql(" order by i.id for no key update) locked");
    let count: i64 = f.query::<BigInt>().get_result(tx.pg())?;
    if count == 0 {
        return Ok(0);
    }

    let mut f = Fragment::default();
    f.sql("with now as (select ");
    match tx.at() {
        Some(at) => f.bind(Value::At(at)).sql("::timestamptz"),
        None => f.sql("clock_timestamp()"),
    };
    f.sql(
        " as at), had as (
             select i.id, i.label_ids as had_labels, i.affected_version_id as had_affected, i.fixed_version_id as had_fixed,
                    i.resolution as had_resolution
             from issue i where ",
    );
    having(&mut f);
    f.sql("), changed as (update issue i set ");
    lost.set(&mut f);
    f.sql(", version = i.version + 1, updated_at = ")
        .sql(INSTANT)
        .sql(
            " from had, now where i.id = had.id
              returning i.*, had.had_labels, had.had_affected, had.had_fixed, had.had_resolution
            ), ended as (
                update issue_version v set valid_to = c.updated_at
                from changed c where v.issue_id = c.id and v.version = c.version - 1
            ), kept as (
                insert into issue_version (issue_id, ",
        )
        .sql(kept_columns!())
        .sql(", valid_from) select id, ")
        .sql(kept_columns!())
        .sql(
            ", updated_at from changed
            ), logged as (
                insert into event (id, project_id, issue_id, actor_id, on_behalf_of_id, kind, field, old, new, version, at)
                select ",
        );
    numbered_id(&mut f);
    f.sql(", c.project_id, c.id, ")
        .bind(Value::Uuid(by.actor))
        .sql(", ");
    match by.on_behalf_of {
        Some(id) => f.bind(Value::Uuid(id)),
        None => f.sql("null"),
    };
    f.sql(", 'issue.updated', t.field, t.old, t.new, c.version, c.updated_at from changed c cross join lateral (");
    lost.told(&mut f);
    f.sql(") t(place, field, old, new)) select count(*) from changed");
    Ok(f.query::<BigInt>().get_result(tx.writing(true)?)?)
}

/// The id of an event: of now like every other, and within this statement by number and place, so that
/// events of one instant stand in the order in which they are told.
fn numbered_id(f: &mut Fragment) {
    let now = new_id().to_string();
    let prefix: String = now.chars().take("00000000-0000-7000".len()).collect();
    f.sql("(").bind(Value::Text(prefix)).sql(
        "::text || regexp_replace(
              lpad(to_hex(row_number() over (order by c.number, t.place)), 6, '0') || right(replace(gen_random_uuid()::text, '-', ''), 9),
              '^(.{3})', '-8\\1-'))::uuid",
    );
}

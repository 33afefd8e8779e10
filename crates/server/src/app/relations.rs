//! Relations between issues.

use super::{Error, Result};
use chrono::{DateTime, Utc};
use domain::event::EventKind;
use domain::key::{IssueRef, issue_key};
use domain::policy::Action;
use domain::problem::{Code, FieldError, Problem};
use domain::relation::{NewRelation, RELATIONS_MAX, Relation, RelationKind};
use serde_json::{Value, json};
use store::access::{self, Actor, IssueAccess};
use store::db::{Conn, Lock, Tx};
use store::events::NewEvent;
use store::relations::{self, StoredRelation};
use uuid::Uuid;

/// Relations of an issue, now or at an instant of the past, as far as the others exist for the caller.
///
/// # Errors
/// 404.
pub fn list(
    conn: &mut Conn,
    actor: &Actor,
    which: &IssueRef,
    as_of: Option<DateTime<Utc>>,
) -> Result<Vec<Relation>> {
    let found = access::issue(conn, actor, which, Action::SeeProject)?;
    let scope = access::scope(conn, actor)?;
    let rows = relations::of_issue(conn, &scope, found.issue.id, as_of)?;
    Ok(rows.into_iter().map(StoredRelation::render).collect())
}

/// One relation of an issue, from its side.
///
/// # Errors
/// 404, also when the other issue does not exist for the caller.
pub fn one(conn: &mut Conn, actor: &Actor, which: &IssueRef, id: Uuid) -> Result<Relation> {
    list(conn, actor, which, None)?
        .into_iter()
        .find(|relation| relation.id == id)
        .ok_or_else(Error::not_found)
}

fn unknown() -> FieldError {
    FieldError::at("issue", "unknown_value", "There is no such issue.")
}

/// Puts an issue in relation to another. That takes the right to edit the one in the address, and to
/// see the other.
///
/// # Errors
/// 403, 404, 409 when they stand in that relation already or it would lead back to where it began,
/// 422 for an issue that does not exist for the caller, or itself.
pub fn create(
    tx: &mut Tx<'_>,
    actor: &Actor,
    which: &IssueRef,
    new: &NewRelation,
) -> Result<Relation> {
    let found = access::issue(tx, actor, which, Action::SeeProject)?;
    found.allow(Action::EditIssue)?;
    let word: IssueRef = new.issue.trim().parse().map_err(|_| unknown())?;
    let other = match access::named_issue(tx, actor, &word, Action::SeeProject) {
        // What is deleted is no partner, not even for those who see it.
        Ok(other) if other.issue.deleted_at.is_none() => other,
        Ok(_) | Err(store::Error::NotFound | store::Error::Denied(_)) => {
            return Err(unknown().into());
        }
        Err(error) => return Err(error.into()),
    };
    access::hold_all(tx, &mut [&found.access, &other.access])?;
    let id = relate(tx, actor, &found, new.kind, &other, "issue")?;
    let scope = access::scope(tx, actor)?;
    relations::of_issue(tx, &scope, found.issue.id, None)?
        .into_iter()
        .find(|relation| relation.id == id)
        .map(StoredRelation::render)
        .ok_or_else(Error::not_found)
}

/// Puts one issue in relation to another, both looked up and the first one allowed to change; gives
/// the id of the relation. A refusal points to `field`, in which the caller named the other. Takes a
/// transaction.
///
/// # Errors
/// 409 as [`create`], 422 when both are the same.
pub fn relate(
    tx: &mut Tx<'_>,
    actor: &Actor,
    one: &IssueAccess,
    kind: RelationKind,
    other: &IssueAccess,
    field: &str,
) -> Result<Uuid> {
    if one.issue.id == other.issue.id {
        let detail = "An issue stands in no relation to itself.";
        return Err(FieldError::at(field, "itself", detail).into());
    }
    // One at a time: two new relations that are harmless alone may close a circle together.
    tx.lock(Lock::Relations)?;
    access::hold_issues(tx, &mut [one, other])?;
    for side in [one, other] {
        let count = relations::count(tx, side.issue.id)?;
        if usize::try_from(count).unwrap_or(usize::MAX) >= RELATIONS_MAX {
            let detail = format!(
                "{} has {RELATIONS_MAX} relations, which is all it can have.",
                key(side)
            );
            return Err(conflict(field, "too_many", detail));
        }
    }
    if kind.is_directed() {
        let (from, to, kept) = relations::kept(one.issue.id, kind, other.issue.id);
        if let Some(way) = relations::way(tx, kept, to, from)? {
            return Err(circle(tx, actor, kept, &way, field)?);
        }
    }
    let id =
        relations::insert(tx, actor.id, one.issue.id, kind, other.issue.id).map_err(
            |e| match e {
                store::Error::Constraint(name) if name.starts_with("relation_from_id_to_id") => {
                    let detail = format!(
                        "{} and {} stand in that relation already.",
                        key(one),
                        key(other)
                    );
                    conflict(field, "already_related", detail)
                }
                other => other.into(),
            },
        )?;
    tell(tx, actor, EventKind::RelationCreated, id, kind, one, other);
    Ok(id)
}

fn conflict(field: &str, code: &str, detail: String) -> Error {
    let mut problem = Problem::new(Code::Conflict).detail(detail.clone());
    problem.errors = vec![FieldError::at(field, code, detail)];
    problem.into()
}

/// 409 with the way from the one that would come to stand behind itself. What does not exist for the
/// caller has no name there.
fn circle(
    tx: &mut Tx<'_>,
    actor: &Actor,
    kind: RelationKind,
    way: &[Uuid],
    field: &str,
) -> Result<Error> {
    let scope = access::scope(tx, actor)?;
    let names = relations::keys(tx, &scope, way)?;
    let verb = match kind {
        RelationKind::Duplicates => "duplicates",
        RelationKind::Causes => "causes",
        _ => "blocks",
    };
    let named: Vec<&str> = way
        .iter()
        .map(|id| {
            names
                .get(id)
                .map_or("an issue you cannot see", String::as_str)
        })
        .collect();
    let chain = named.join(&format!(" {verb} "));
    Ok(conflict(
        field,
        "cycle",
        format!("That would lead in a circle: {chain} already."),
    ))
}

fn key(found: &IssueAccess) -> String {
    issue_key(&found.access.project.key, found.issue.number)
}

fn fact(id: Uuid, kind: RelationKind, other: &IssueAccess) -> Value {
    json!({"id": id, "kind": kind, "issue": {"id": other.issue.id, "name": key(other)}})
}

/// Each of the two issues has its own event, told from its side.
fn tell(
    tx: &mut Tx<'_>,
    actor: &Actor,
    event: EventKind,
    id: Uuid,
    kind: RelationKind,
    one: &IssueAccess,
    other: &IssueAccess,
) {
    for (this, kind, that) in [(one, kind, other), (other, kind.inverse(), one)] {
        let told = NewEvent::new(event, Some(actor.id))
            .project(this.access.project.id)
            .issue(this.issue.id);
        let fact = fact(id, kind, that);
        tx.record(match event {
            EventKind::RelationDeleted => told.was(fact),
            _ => told.is(fact),
        });
    }
}

/// Takes a relation back, from either side.
///
/// # Errors
/// 403, 404 also when the issue has no such relation for the caller, 409 in an archived project.
pub fn delete(tx: &mut Tx<'_>, actor: &Actor, which: &IssueRef, id: Uuid) -> Result<()> {
    let found = access::issue(tx, actor, which, Action::SeeProject)?;
    found.allow(Action::EditIssue)?;
    found.writable()?;
    let scope = access::scope(tx, actor)?;
    let relation = relations::of_issue(tx, &scope, found.issue.id, None)?
        .into_iter()
        .find(|relation| relation.id == id)
        .ok_or_else(Error::not_found)?;
    let other = access::issue(
        tx,
        actor,
        &IssueRef::Id(relation.other_id),
        Action::SeeProject,
    )?;
    access::hold_all(tx, &mut [&found.access, &other.access])?;
    unrelate(tx, actor, id, &found, relation.kind(), &other)
}

/// Ends a relation, both issues looked up, and tells both.
///
/// # Errors
/// 404 when it has ended already.
pub fn unrelate(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: Uuid,
    one: &IssueAccess,
    kind: RelationKind,
    other: &IssueAccess,
) -> Result<()> {
    relations::end(tx, id)?;
    tell(tx, actor, EventKind::RelationDeleted, id, kind, one, other);
    Ok(())
}

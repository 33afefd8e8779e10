//! Comments, replies and internal notes.

use super::{Error, Result, personal};
use domain::comment::{Comment, CommentPatch, NewComment};
use domain::event::EventKind;
use domain::key::IssueRef;
use domain::policy::{Action, Ground};
use domain::problem::{Code, FieldError, Problem};
use serde_json::json;
use store::access::{self, Actor, IssueAccess};
use store::comments::{self, StoredComment};
use store::db::{Conn, Tx};
use store::events::NewEvent;
use store::merges;
use uuid::Uuid;

fn key(found: &IssueAccess) -> String {
    domain::key::issue_key(&found.access.project.key, found.issue.number)
}

/// The key of a comment's own issue, also when it is shown with another.
fn own_key(conn: &mut Conn, comment: &StoredComment, found: &IssueAccess) -> Result<String> {
    if comment.issue_id == found.issue.id {
        return Ok(key(found));
    }
    let mut family = merges::family(conn, found.issue.id)?;
    family
        .remove(&comment.issue_id)
        .ok_or_else(Error::not_found)
}

/// A comment that exists for the caller, with its issue, or one with which it is shown.
fn lookup(conn: &mut Conn, actor: &Actor, id: Uuid) -> Result<(StoredComment, IssueAccess)> {
    let comment = comments::by_id(conn, id)?;
    let found = super::merges::shown_with(conn, actor, comment.issue_id)?;
    if comment.internal && !found.sees_internal() {
        return Err(Error::not_found());
    }
    Ok((comment, found))
}

/// The issue of a comment that exists for the caller.
///
/// # Errors
/// 404.
pub fn issue_of(conn: &mut Conn, actor: &Actor, id: Uuid) -> Result<IssueAccess> {
    Ok(lookup(conn, actor, id)?.1)
}

fn allow(
    found: &IssueAccess,
    comment: &StoredComment,
    actor: &Actor,
    action: Action,
) -> Result<()> {
    let ground = Ground {
        own: comment.author.id == actor.id,
        ..Ground::NONE
    };
    Ok(found.access.allow_on(action, ground)?)
}

/// One comment.
///
/// # Errors
/// 404.
pub fn one(conn: &mut Conn, actor: &Actor, id: Uuid) -> Result<Comment> {
    let (comment, found) = lookup(conn, actor, id)?;
    let key = own_key(conn, &comment, &found)?;
    Ok(comment.render(&key))
}

/// Writes a comment. `new` has passed its check.
///
/// # Errors
/// 403, 404, 409 on a deleted issue or in an archived project, 422 for a foreign parent.
pub fn create(
    tx: &mut Tx<'_>,
    actor: &Actor,
    which: &IssueRef,
    new: &NewComment,
) -> Result<Comment> {
    let found = access::issue(tx, actor, which, Action::Comment)?;
    found.writable()?;
    let mut internal = new.internal;
    let parent = match new.parent {
        None => None,
        Some(id) => {
            let family = merges::family(tx, found.issue.id)?;
            let above = comments::by_id(tx, id).ok().filter(|c| {
                family.contains_key(&c.issue_id) && (!c.internal || found.sees_internal())
            });
            let above = above.ok_or_else(|| {
                FieldError::at("parent", "unknown_value", "This issue has no such comment.")
            })?;
            // What answers a note for staff is for staff.
            internal |= above.internal;
            Some(above.parent_id.unwrap_or(above.id))
        }
    };
    if internal {
        found.allow(Action::WriteInternalNote)?;
    }
    // Not for a note among staff: how many watch is told to everybody, and would tell of it.
    let follows = !internal;
    if follows {
        personal::hold_duplicate(tx, found.issue.id)?;
    }
    let id = comments::insert(tx, found.issue.id, actor.id, parent, &new.body, internal)?;
    tx.record(
        event(EventKind::CommentCreated, actor, &found, internal)
            .issue(found.issue.id)
            .is(json!({"id": id})),
    );
    super::merges::tell_above(tx, actor, found.issue.id, internal)?;
    if follows {
        personal::take_part(tx, actor, found.issue.id)?;
    }
    one(tx, actor, id)
}

fn event(kind: EventKind, actor: &Actor, found: &IssueAccess, internal: bool) -> NewEvent {
    NewEvent::new(kind, Some(actor.id))
        .project(found.access.project.id)
        .internal(internal)
}

fn for_change(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: Uuid,
    action: Action,
    seen: Option<i32>,
) -> Result<(StoredComment, IssueAccess)> {
    let (comment, found) = lookup(tx, actor, id)?;
    allow(&found, &comment, actor, action)?;
    found.writable()?;
    if comment.deleted_at.is_some() {
        return Err(Error::conflict("The comment is deleted."));
    }
    if seen.is_some_and(|version| version != comment.version) {
        return Err(stale(comment, &found));
    }
    Ok((comment, found))
}

fn stale(comment: StoredComment, found: &IssueAccess) -> Error {
    let mut problem = Problem::new(Code::EditConflict);
    problem.current = serde_json::to_value(comment.render(&key(found))).ok();
    problem.into()
}

/// Changes one's own comment.
///
/// # Errors
/// 403, 404, 409 when it is deleted, 412.
pub fn update(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: Uuid,
    patch: &CommentPatch,
    seen: Option<i32>,
) -> Result<Comment> {
    let (comment, found) = for_change(tx, actor, id, Action::EditComment, seen)?;
    if comment.body != patch.body {
        comments::edit(tx, &comment, &patch.body)?;
        tx.record(
            event(EventKind::CommentUpdated, actor, &found, comment.internal)
                .issue(comment.issue_id)
                .was(json!({"id": id, "body": comment.body}))
                .is(json!({"id": id, "body": patch.body})),
        );
        super::merges::tell_above(tx, actor, comment.issue_id, comment.internal)?;
    }
    one(tx, actor, id)
}

/// Deletes a comment; its place stays, its text only in the log.
///
/// # Errors
/// 403, 404, 409 when it is deleted already, 412.
pub fn delete(tx: &mut Tx<'_>, actor: &Actor, id: Uuid, seen: Option<i32>) -> Result<()> {
    let (comment, found) = for_change(tx, actor, id, Action::DeleteComment, seen)?;
    comments::delete(tx, &comment)?;
    tx.record(
        event(EventKind::CommentDeleted, actor, &found, comment.internal)
            .issue(comment.issue_id)
            .was(json!({"id": id, "body": comment.body})),
    );
    super::merges::tell_above(tx, actor, comment.issue_id, comment.internal)
}

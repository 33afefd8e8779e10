//! Comments, replies and internal notes.
//!
//! A comment of a duplicate is read with the issue that it is merged into, by whoever sees that one. It
//! stays a comment of its own issue all the same: changing it, what it said before, and its events go by
//! that issue and its project, and a note among staff is for the staff of that project.

use super::{Error, Precondition, Result, attachments, personal};
use chrono::{DateTime, Utc};
use domain::comment::{Comment, CommentPatch, NewComment};
use domain::event::EventKind;
use domain::key::{IssueRef, issue_key};
use domain::policy::{Action, Ground};
use domain::problem::FieldError;
use serde_json::json;
use store::access::{self, Actor, IssueAccess};
use store::attachments::Taker;
use store::comments::{self, StoredComment};
use store::db::{Conn, Tx};
use store::events::NewEvent;
use uuid::Uuid;

fn key(found: &IssueAccess) -> String {
    issue_key(&found.access.project.key, found.issue.number)
}

/// A comment that exists for the caller, with its own issue.
///
/// # Errors
/// 404.
pub fn own(conn: &mut Conn, actor: &Actor, id: Uuid) -> Result<(StoredComment, IssueAccess)> {
    let comment = comments::by_id(conn, id)?;
    let own = IssueRef::Id(comment.issue_id);
    let found = access::issue(conn, actor, &own, Action::SeeProject)?;
    if comment.internal && !found.sees_internal() {
        return Err(Error::not_found());
    }
    Ok((comment, found))
}

/// A comment that the caller may read: of an issue that exists for them, or shown with one; with the key
/// of its own issue.
fn readable(conn: &mut Conn, actor: &Actor, id: Uuid) -> Result<(StoredComment, String)> {
    let comment = comments::by_id(conn, id)?;
    let found = super::merges::shown_with(conn, actor, comment.issue_id)?;
    if comment.internal && !found.internals_of(comment.issue_id) {
        return Err(Error::not_found());
    }
    let key = found.own_key(conn, comment.issue_id)?;
    Ok((comment, key))
}

/// One page of the comments of an issue and of what is merged into it, oldest first, and how many there
/// are.
///
/// # Errors
/// 404.
pub fn list(
    conn: &mut Conn,
    actor: &Actor,
    which: &IssueRef,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: i64,
) -> Result<(Vec<Comment>, i64)> {
    let found = access::issue(conn, actor, which, Action::SeeProject)?;
    let family = super::merges::read_together(conn, actor, &found)?;
    let (rows, count) = if let [id] = family.ids()[..] {
        let internals = family.internals_of(id);
        let rows = comments::list(conn, id, internals, after, limit)?;
        (rows, comments::count(conn, id, internals)?)
    } else {
        let mut count = 0;
        for id in family.ids() {
            count += comments::count(conn, id, family.internals_of(id))?;
        }
        let rows = comments::list_all(conn, family.ids(), family.internals(), after, limit)?;
        (rows, count)
    };
    let items = rows
        .into_iter()
        .filter_map(|c| family.key(c.issue_id).map(|key| c.clone().render(key)))
        .collect();
    Ok((items, count))
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
    let (mut comment, key) = readable(conn, actor, id)?;
    // It may answer what was said on a duplicate, which need not be shown here any more.
    if let Some(parent) = comment.parent_id {
        let above = comments::by_id(conn, parent)?;
        let hidden = above.issue_id != comment.issue_id
            && matches!(
                readable(conn, actor, parent),
                Err(Error::Store(store::Error::NotFound))
            );
        comment.parent_id = Some(parent).filter(|_| !hidden);
    }
    Ok(comment.render(&key))
}

/// Writes a comment. `new` has passed its check.
///
/// # Errors
/// 403, 404, 409 on a deleted issue or in an archived project, 422 for a foreign parent, or files that
/// are no drafts of the caller of that very issue.
pub fn create(
    tx: &mut Tx<'_>,
    actor: &Actor,
    which: &IssueRef,
    new: &NewComment,
) -> Result<Comment> {
    let found = access::issue(tx, actor, which, Action::Comment)?;
    found.access.hold(tx)?;
    let mut internal = new.internal;
    let parent = match new.parent {
        None => None,
        Some(id) => {
            let family = super::merges::read_together(tx, actor, &found)?;
            let above = comments::by_id(tx, id).ok().filter(|c| {
                family.key(c.issue_id).is_some() && (!c.internal || family.internals_of(c.issue_id))
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
    found.hold(tx)?;
    let id = comments::insert(tx, found.issue.id, actor.id, parent, &new.body, internal)?;
    tx.record(
        event(EventKind::CommentCreated, actor, &found, internal)
            .issue(found.issue.id)
            .is(json!({"id": id})),
    );
    let taker = Taker::Comment {
        id,
        issue: found.issue.id,
        internal,
    };
    attachments::take_along(tx, actor, &found, &new.attachments, taker)?;
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
    seen: Precondition,
) -> Result<(StoredComment, IssueAccess)> {
    let (comment, found) = own(tx, actor, id)?;
    allow(&found, &comment, actor, action)?;
    found.hold(tx)?;
    if comment.deleted_at.is_some() {
        return Err(Error::conflict("The comment is deleted."));
    }
    seen.demand_version(comment.version, || Ok(comment.clone().render(&key(&found))))?;
    Ok((comment, found))
}

/// Changes one's own comment, to which further files may come.
///
/// # Errors
/// 403, 404, 409 when it is deleted, 412, 422 as [`create`].
pub fn update(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: Uuid,
    patch: &CommentPatch,
    seen: Precondition,
) -> Result<Comment> {
    let (comment, found) = for_change(tx, actor, id, Action::EditComment, seen)?;
    let taker = Taker::Comment {
        id,
        issue: comment.issue_id,
        internal: comment.internal,
    };
    attachments::take_along(tx, actor, &found, &patch.attachments, taker)?;
    if comment.body != patch.body {
        comments::edit(tx, &comment, &patch.body)?;
        tx.record(
            event(EventKind::CommentUpdated, actor, &found, comment.internal)
                .issue(comment.issue_id)
                .was(json!({"id": id, "body": comment.body}))
                .is(json!({"id": id, "body": patch.body})),
        );
    }
    if comment.body != patch.body || !patch.attachments.is_empty() {
        super::merges::tell_above(tx, actor, comment.issue_id, comment.internal)?;
    }
    one(tx, actor, id)
}

/// Deletes a comment with its files; its place stays, its text only in the log.
///
/// # Errors
/// 403, 404, 409 when it is deleted already, 412.
pub fn delete(tx: &mut Tx<'_>, actor: &Actor, id: Uuid, seen: Precondition) -> Result<()> {
    let (comment, found) = for_change(tx, actor, id, Action::DeleteComment, seen)?;
    comments::delete(tx, &comment)?;
    attachments::delete_with(tx, actor, &found, id, comment.internal)?;
    tx.record(
        event(EventKind::CommentDeleted, actor, &found, comment.internal)
            .issue(comment.issue_id)
            .was(json!({"id": id, "body": comment.body})),
    );
    super::merges::tell_above(tx, actor, comment.issue_id, comment.internal)
}

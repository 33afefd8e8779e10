//! Files on issues and in comments, and the drafts that they begin as.
//!
//! A file is seen by whoever sees what it was put into: one of an internal note does not exist for others.
//! A draft is there for its uploader alone, until a comment or a new issue takes it along.
//!
//! A file of a duplicate is read with the issue that it is merged into, by whoever sees that one. It stays
//! a file of its own issue all the same: removing it and its events go by that issue and its project.

use super::uploads::Upload;
use super::{Error, Result, merges};
use domain::attachment::Attachment;
use domain::event::EventKind;
use domain::key::{IssueRef, ProjectRef, issue_key};
use domain::policy::{Action, Ground};
use domain::problem::{Code, FieldError, Problem};
use serde_json::{Value, json};
use store::access::{self, Actor, IssueAccess, ProjectAccess};
use store::attachments::{self, Becomes, FileFact, StoredAttachment, Taker};
use store::db::{Conn, Tx};
use store::events::NewEvent;
use uuid::Uuid;

/// Where a file is, as far as that exists for the caller.
enum Place {
    Issue(Box<IssueAccess>),
    /// Of an issue that is still to be reported.
    Project(Box<ProjectAccess>),
}

/// A file or draft that exists for the caller, with its own issue or project.
fn own(conn: &mut Conn, actor: &Actor, id: Uuid) -> Result<(StoredAttachment, Place)> {
    let file = attachments::by_id(conn, id)?;
    if file.draft && file.uploader.id != actor.id {
        return Err(Error::not_found());
    }
    let place = match (file.issue_id, file.project_id) {
        (Some(issue), _) => {
            let found = access::issue(conn, actor, &IssueRef::Id(issue), Action::SeeProject)?;
            if file.internal && !found.sees_internal() {
                return Err(Error::not_found());
            }
            Place::Issue(Box::new(found))
        }
        (None, Some(project)) => {
            let project = ProjectRef::Id(project);
            let found = access::project(conn, actor, &project, Action::SeeProject)?;
            Place::Project(Box::new(found))
        }
        (None, None) => return Err(Error::not_found()),
    };
    Ok((file, place))
}

/// A file or draft that the caller may read: a file of an issue that exists for them or is shown with one,
/// a draft of their own.
///
/// # Errors
/// 404.
pub fn readable(conn: &mut Conn, actor: &Actor, id: Uuid) -> Result<StoredAttachment> {
    let file = attachments::by_id(conn, id)?;
    let Some(issue) = file.issue_id.filter(|_| !file.draft) else {
        return Ok(own(conn, actor, id)?.0);
    };
    let shown = merges::shown_with(conn, actor, issue)?;
    if file.internal && !shown.internals_of(issue) {
        return Err(Error::not_found());
    }
    Ok(file)
}

/// Files of an issue and of what is merged into it, oldest first.
///
/// # Errors
/// 404.
pub fn list(conn: &mut Conn, actor: &Actor, which: &IssueRef) -> Result<Vec<Attachment>> {
    let found = access::issue(conn, actor, which, Action::SeeProject)?;
    let family = merges::read_together(conn, actor, &found)?;
    let mut files = Vec::new();
    for issue in family.ids() {
        let of_issue = attachments::list(conn, issue, family.internals_of(issue))?;
        let key = family.key(issue);
        files.extend(of_issue.into_iter().map(|f| f.render(key)));
    }
    files.sort_by_key(|f| (f.created_at, f.id));
    Ok(files)
}

/// The issue to which the caller may add files.
///
/// # Errors
/// 403, 404, 409 on a deleted issue or in an archived project.
pub fn place(conn: &mut Conn, actor: &Actor, which: &IssueRef) -> Result<IssueAccess> {
    let found = access::issue(conn, actor, which, Action::Attach)?;
    found.writable()?;
    Ok(found)
}

/// The project in which the caller may report an issue with files.
///
/// # Errors
/// 403, 404, 409 in an archived project.
pub fn project(conn: &mut Conn, actor: &Actor, which: &ProjectRef) -> Result<ProjectAccess> {
    let access = access::project(conn, actor, which, Action::CreateIssue)?;
    access.allow(Action::Attach)?;
    access.writable()?;
    Ok(access)
}

/// Adds uploads to an issue: as files for everybody who sees it, or as drafts of the caller.
///
/// # Errors
/// 403, 404, 409 on a deleted issue or in an archived project.
pub fn add(
    tx: &mut Tx<'_>,
    actor: &Actor,
    which: &IssueRef,
    uploads: &[Upload],
    draft: bool,
) -> Result<Vec<Attachment>> {
    let found = place(tx, actor, which)?;
    found.hold(tx)?;
    let key = issue_key(&found.access.project.key, found.issue.number);
    if draft {
        return become_drafts(tx, uploads, Becomes::DraftOf(found.issue.id), Some(&key));
    }
    put_on(tx, actor, &found, uploads)?;
    super::merges::tell_above(tx, actor, found.issue.id, false)?;
    let added = uploads.iter().map(|upload| {
        let file = attachments::by_id(tx, upload.id)?;
        Ok(file.render(Some(&key)))
    });
    added.collect()
}

/// Keeps uploads as drafts of the caller, for an issue of that project that is still to be reported.
///
/// # Errors
/// 403, 404, 409 in an archived project.
pub fn add_drafts(
    tx: &mut Tx<'_>,
    actor: &Actor,
    which: &ProjectRef,
    uploads: &[Upload],
) -> Result<Vec<Attachment>> {
    let access = project(tx, actor, which)?;
    access.hold(tx)?;
    become_drafts(tx, uploads, Becomes::DraftIn(access.project.id), None)
}

fn become_drafts(
    tx: &mut Tx<'_>,
    uploads: &[Upload],
    drafts: Becomes,
    key: Option<&str>,
) -> Result<Vec<Attachment>> {
    let mut kept = Vec::with_capacity(uploads.len());
    for upload in uploads {
        attachments::finish(tx, upload.id, &upload.contents, drafts)?;
        kept.push(attachments::by_id(tx, upload.id)?.render(key));
    }
    Ok(kept)
}

/// Makes uploads files of an issue to which the caller may add some.
///
/// # Errors
/// 404 when one was swept meanwhile.
pub fn put_on(
    tx: &mut Tx<'_>,
    actor: &Actor,
    found: &IssueAccess,
    uploads: &[Upload],
) -> Result<()> {
    for upload in uploads {
        let becomes = Becomes::FileOf(found.issue.id);
        attachments::finish(tx, upload.id, &upload.contents, becomes)?;
        let file = FileFact {
            id: upload.id,
            file_name: upload.file_name.clone(),
            size: upload.contents.size,
        };
        tell(tx, EventKind::AttachmentCreated, actor, found, &file, false);
    }
    Ok(())
}

/// Makes drafts of the caller files of what takes them along. Files that a comment has already may be
/// named again.
///
/// # Errors
/// 403, 422 naming the first that is no draft of theirs of that very issue or project.
pub fn take_along(
    tx: &mut Tx<'_>,
    actor: &Actor,
    found: &IssueAccess,
    ids: &[Uuid],
    taker: Taker,
) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    found.allow(Action::Attach)?;
    let (mut known, internal) = match taker {
        Taker::Comment { id, internal, .. } => (attachments::already_of(tx, id, ids)?, internal),
        Taker::Issue { .. } => (Vec::new(), false),
    };
    let taken = attachments::take(tx, actor.id, ids, taker)?;
    for file in &taken {
        tell(
            tx,
            EventKind::AttachmentCreated,
            actor,
            found,
            file,
            internal,
        );
    }
    known.extend(taken.iter().map(|file| file.id));
    match ids.iter().position(|id| !known.contains(id)) {
        None => Ok(()),
        Some(n) => {
            let detail =
                "You have no such draft here; it may have been sent or removed, or be too old.";
            Err(FieldError::new(format!("/attachments/{n}"), "unknown_value", detail).into())
        }
    }
}

/// Takes a file or draft away, if `seen` says that its digest is the one that the caller means; the worker
/// removes its bytes.
///
/// # Errors
/// 403, 404, 409 on a deleted issue or in an archived project, 412.
pub fn delete(tx: &mut Tx<'_>, actor: &Actor, id: Uuid, seen: impl Fn(&str) -> bool) -> Result<()> {
    let (file, place) = own(tx, actor, id)?;
    let ground = Ground {
        own: file.uploader.id == actor.id,
        ..Ground::NONE
    };
    let access = match &place {
        Place::Issue(found) => &found.access,
        Place::Project(access) => access,
    };
    access.allow_on(Action::DeleteAttachment, ground)?;
    if let Place::Issue(found) = &place
        && !file.draft
    {
        found.hold(tx)?;
    }
    if !seen(&file.sha256) {
        let key = match &place {
            Place::Issue(found) => Some(issue_key(&found.access.project.key, found.issue.number)),
            Place::Project(_) => None,
        };
        let mut problem = Problem::new(Code::EditConflict);
        problem.current = serde_json::to_value(file.render(key.as_deref())).ok();
        return Err(problem.into());
    }
    attachments::delete(tx, id)?;
    let Place::Issue(found) = place else {
        return Ok(());
    };
    // Of a draft nobody heard.
    if file.draft {
        return Ok(());
    }
    let fact = FileFact {
        id,
        file_name: file.file_name,
        size: file.size,
    };
    tell(
        tx,
        EventKind::AttachmentDeleted,
        actor,
        &found,
        &fact,
        file.internal,
    );
    merges::tell_above(tx, actor, found.issue.id, file.internal)
}

/// Takes the files of a comment away, which goes by the right to that.
///
/// # Errors
/// When the database is away.
pub fn delete_with(
    tx: &mut Tx<'_>,
    actor: &Actor,
    found: &IssueAccess,
    comment: Uuid,
    internal: bool,
) -> Result<()> {
    for file in attachments::delete_of(tx, comment)? {
        tell(
            tx,
            EventKind::AttachmentDeleted,
            actor,
            found,
            &file,
            internal,
        );
    }
    Ok(())
}

/// Tells of a file in its own project, to those who may see it.
fn tell(
    tx: &mut Tx<'_>,
    kind: EventKind,
    actor: &Actor,
    found: &IssueAccess,
    file: &FileFact,
    internal: bool,
) {
    let fact: Value = json!({"id": file.id, "name": file.file_name, "size": file.size});
    let event = NewEvent::new(kind, Some(actor.id))
        .project(found.access.project.id)
        .issue(found.issue.id)
        .internal(internal);
    tx.record(match kind {
        EventKind::AttachmentDeleted => event.was(fact),
        _ => event.is(fact),
    });
}

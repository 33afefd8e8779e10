//! A whole project as one document, in parts, so that memory does not grow with it.

use super::Result;
use super::history::{self, Part};
use chrono::{DateTime, Utc};
use domain::attachment::Attachment;
use domain::audit::AuditKind;
use domain::comment::Comment;
use domain::issue::Issue;
use domain::key::{ProjectRef, issue_key};
use domain::policy::Action;
use domain::relation::Relation;
use serde::Serialize;
use serde_json::{Value, json};
use store::access::{self, Actor, ProjectAccess};
use store::audit::NewEntry;
use store::db::{Conn, Tx};
use store::relations::{self, StoredRelation};
use store::{attachments, comments, issues, labels, projects};
use uuid::Uuid;

/// Issues or events in one part.
const PART: i64 = 100;
/// Comments of one issue that an export holds.
const COMMENTS_MAX: i64 = 100_000;

/// An issue with what belongs to it.
#[derive(Debug, Serialize)]
pub struct ExportedIssue {
    #[serde(flatten)]
    issue: Issue,
    comments: Vec<Comment>,
    attachments: Vec<Attachment>,
    relations: Vec<Relation>,
}

fn project(conn: &mut Conn, actor: &Actor, id: Uuid) -> Result<ProjectAccess> {
    Ok(access::project(
        conn,
        actor,
        &ProjectRef::Id(id),
        Action::ExportProject,
    )?)
}

/// Begins an export: an entry of the audit log, and everything but issues and events, with the id of
/// the project.
///
/// # Errors
/// 403, 404.
pub fn begin(tx: &mut Tx<'_>, actor: &Actor, which: &ProjectRef) -> Result<(Uuid, String, Value)> {
    let access = access::project(tx, actor, which, Action::ExportProject)?;
    let id = access.project.id;
    let key = access.project.key.clone();
    tx.audit(
        NewEntry::new(AuditKind::ProjectExported, Some(actor.id))
            .project(id, &key)
            .detail(json!({"state": "begun"})),
    );
    let head = json!({
        "format": "iit-project-1",
        "exported_at": tx.now()?,
        "workflow": projects::workflow(tx, id)?.workflow,
        "members": projects::members(tx, id)?,
        "labels": labels::labels(tx, id)?,
        "versions": labels::versions(tx, id)?,
        "project": super::projects::one(tx, actor, &ProjectRef::Id(id))?,
    });
    Ok((id, key, head))
}

/// The next issues, deleted ones too, after that number; empty at the end.
///
/// # Errors
/// 403 or 404 when the right was lost on the way.
pub fn issues_after(
    conn: &mut Conn,
    actor: &Actor,
    id: Uuid,
    after: i64,
) -> Result<Vec<(i64, ExportedIssue)>> {
    let access = project(conn, actor, id)?;
    let scope = access::scope(conn, actor)?;
    let mut part = Vec::new();
    for (issue, number) in issues::in_project(conn, id, after, PART)? {
        let key = issue_key(&access.project.key, number);
        let said = comments::list(conn, issue, true, None, COMMENTS_MAX)?;
        let files = attachments::list(conn, issue, true)?;
        let related = relations::of_issue(conn, &scope, issue, None)?;
        let exported = ExportedIssue {
            issue: access::any_issue(conn, &access, issue)?.render(),
            comments: said.into_iter().map(|c| c.render(&key)).collect(),
            attachments: files.into_iter().map(|f| f.render(Some(&key))).collect(),
            relations: related.into_iter().map(StoredRelation::render).collect(),
        };
        part.push((number, exported));
    }
    Ok(part)
}

/// The next events after a position; empty at the end.
///
/// # Errors
/// 403 or 404 when the right was lost on the way.
pub fn events_after(
    conn: &mut Conn,
    actor: &Actor,
    id: Uuid,
    after: Option<(DateTime<Utc>, Uuid)>,
) -> Result<Part> {
    project(conn, actor, id)?;
    history::of_project(conn, actor, id, after, PART)
}

/// Notes that an export is complete, with how much it holds: what a purge asks for.
///
/// # Errors
/// 403 or 404 when the right was lost on the way.
pub fn finish(tx: &mut Tx<'_>, actor: &Actor, id: Uuid, issues: i64, events: i64) -> Result<()> {
    let access = project(tx, actor, id)?;
    tx.audit(
        NewEntry::new(AuditKind::ProjectExported, Some(actor.id))
            .project(id, &access.project.key)
            .detail(json!({"state": "complete", "issues": issues, "events": events})),
    );
    Ok(())
}

//! What changes in issues because something else did: a label or a status is removed, somebody leaves,
//! a duplicate is merged. No step of the workflow and no right over the issue is needed for it, but
//! otherwise these are changes like every other.

use super::create::status_fact;
use super::{by, names};
use crate::app::Result;
use domain::issue::Resolution;
use domain::workflow::Category;
use serde_json::{Value, json};
use store::access::{self, Actor, IssueAccess, ProjectAccess};
use store::db::Tx;
use store::issues::{self, Change, Closing, Dates, IssueFields, Updated};
use store::{labels, projects};
use uuid::Uuid;

/// Takes a label from all issues of a project, each with its event.
///
/// # Errors
/// When the database is away.
pub fn remove_label_everywhere(
    tx: &mut Tx<'_>,
    actor: &Actor,
    access: &ProjectAccess,
    label: Uuid,
) -> Result<()> {
    for id in labels::issues_with_label(tx, access.project.id, label)? {
        let found = access::any_issue(tx, access, id)?;
        let mut fields = IssueFields::from(&found.issue);
        fields.label_ids.retain(|l| *l != label);
        let facts = |keep: &dyn Fn(Uuid) -> bool| {
            names::label_facts(
                found
                    .issue
                    .labels
                    .iter()
                    .filter(|l| keep(l.id))
                    .map(|l| (l.id, l.name.as_str())),
            )
        };
        let change = ("labels", facts(&|_| true), facts(&|l| l != label));
        write(tx, actor, &found, &fields, change)?;
    }
    Ok(())
}

/// Gives back all issues of a project that are assigned to somebody who leaves.
///
/// # Errors
/// When the database is away.
pub fn unassign_all(
    tx: &mut Tx<'_>,
    actor: &Actor,
    access: &ProjectAccess,
    account: Uuid,
) -> Result<()> {
    for id in issues::assigned_to(tx, access.project.id, account)? {
        let found = access::any_issue(tx, access, id)?;
        let mut fields = IssueFields::from(&found.issue);
        fields.assignee_id = None;
        let old = found
            .issue
            .assignee
            .as_ref()
            .map(|a| names::person_fact(a.id, &a.username));
        write(
            tx,
            actor,
            &found,
            &fields,
            ("assignee", json!(old), Value::Null),
        )?;
    }
    Ok(())
}

fn write(
    tx: &mut Tx<'_>,
    actor: &Actor,
    found: &IssueAccess,
    fields: &IssueFields,
    change: Change,
) -> Result<()> {
    let what = Updated::Fields(vec![change]);
    let decided = found.access.at_revision();
    issues::update(
        tx,
        decided,
        &found.issue,
        fields,
        Dates::KEEP,
        by(actor),
        what,
    )?;
    Ok(())
}

/// Moves an issue, also a deleted one, into a status because the one it is in is removed.
///
/// # Errors
/// When the database is away.
pub fn move_into(
    tx: &mut Tx<'_>,
    actor: &Actor,
    access: &ProjectAccess,
    issue: Uuid,
    (status, target, category): (&Value, Uuid, Category),
) -> Result<()> {
    let found = access::any_issue(tx, access, issue)?;
    let to = Standing {
        status: target,
        resolution: None,
    };
    Ok(stand(tx, actor, &found, (status, category), to)?)
}

/// Where an issue is put, beside the workflow's steps.
#[derive(Debug, Clone, Copy)]
pub struct Standing {
    /// The status, one of the project's.
    pub status: Uuid,
    /// How it ended, if that status is a done one.
    pub resolution: Option<Resolution>,
}

/// Puts an issue where a merge wants it. Where it stands already, nothing changes.
///
/// # Errors
/// To be tried again when somebody was faster.
pub fn restand(
    tx: &mut Tx<'_>,
    actor: &Actor,
    found: &IssueAccess,
    workflow: &projects::StoredWorkflow,
    to: Standing,
) -> Result<()> {
    let at = workflow.ids.iter().position(|id| *id == to.status);
    let category = at
        .and_then(|at| workflow.workflow.statuses.get(at))
        .map_or(found.issue.status.category, |s| s.category);
    let status = status_fact(workflow, to.status);
    Ok(stand(tx, actor, found, (&status, category), to)?)
}

/// Puts an issue into a status, which the log shall tell as `status`. What is done has a resolution: the
/// one that is asked for, else its own, else complete.
fn stand(
    tx: &mut Tx<'_>,
    actor: &Actor,
    found: &IssueAccess,
    (status, category): (&Value, Category),
    to: Standing,
) -> Result<(), store::Error> {
    let i = &found.issue;
    let mut fields = IssueFields::from(i);
    let mut changes: Vec<Change> = Vec::new();
    if to.status != i.status.id {
        let s = &i.status;
        let old = json!({"id": s.id, "slug": s.slug, "name": s.name, "category": s.category});
        changes.push(("status", old, status.clone()));
        fields.status_id = to.status;
    }
    fields.resolution = (!category.is_open()).then(|| {
        let asked = to.resolution.or(i.resolution);
        asked.unwrap_or(Resolution::Complete)
    });
    if fields.resolution != i.resolution {
        changes.push(("resolution", json!(i.resolution), json!(fields.resolution)));
    }
    if changes.is_empty() {
        return Ok(());
    }
    let dates = Dates {
        enters: Some(category).filter(|c| *c != i.status.category),
        closing: match (i.status.category.is_open(), category.is_open()) {
            (true, false) => Closing::Close,
            (false, true) => Closing::Reopen,
            _ => Closing::Keep,
        },
        ..Dates::KEEP
    };
    let what = Updated::Fields(changes);
    issues::update(
        tx,
        found.access.at_revision(),
        i,
        &fields,
        dates,
        by(actor),
        what,
    )?;
    Ok(())
}

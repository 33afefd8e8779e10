//! What changes in issues because something else did: a label or a status is removed, somebody leaves,
//! a duplicate is merged. No step of the workflow and no right over the issue is needed for it, but
//! otherwise these are changes like every other.

use super::by;
use super::create::status_fact;
use crate::app::Result;
use domain::issue::Resolution;
use domain::workflow::Category;
use serde_json::{Value, json};
use store::access::{Actor, IssueAccess};
use store::db::Tx;
use store::issues::{self, Change, Closing, Dates, IssueFields, Updated};
use store::projects;
use uuid::Uuid;

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

//! A new issue.

use super::names;
use crate::app::uploads::Upload;
use crate::app::{Error, Result, attachments};
use domain::issue::{IssueDraft, IssueType, Priority, Resolution, Severity};
use domain::key::{IssueRef, ProjectRef};
use domain::policy::{Action, Ground};
use domain::problem::FieldError;
use domain::workflow::{Category, Template};
use serde_json::{Value, json};
use store::access::{self, Actor, IssueAccess, ProjectAccess};
use store::attachments::Taker;
use store::db::Tx;
use store::issues::{self, By, IssueFields};
use store::projects::{self, StoredWorkflow};

/// Reports an issue, with the files that came with it and the drafts that it takes along. The draft has
/// passed its check. Without files this is one statement.
///
/// # Errors
/// 403, 404, 409 in an archived project, 422 for names that do not exist, or files that are no drafts of
/// the caller of that very project.
pub fn create(
    tx: &mut Tx<'_>,
    actor: &Actor,
    which: &ProjectRef,
    draft: &IssueDraft,
    uploads: &[Upload],
) -> Result<IssueAccess> {
    let access = access::project(tx, actor, which, Action::CreateIssue)?;
    access.writable()?;
    let on_behalf_of = match &draft.on_behalf_of {
        None => None,
        Some(word) => {
            access.allow(Action::ReportOnBehalf)?;
            Some(names::person(tx, &access, "on_behalf_of", word)?)
        }
    };
    // A reference is taken once in the whole project: whoever sees only their own issues would learn of
    // others by asking for it.
    if draft.external_ref.is_some() && access.own_only {
        access.allow(Action::EditIssue)?;
    }
    let workflow = projects::workflow(tx, access.project.id)?;
    let (status_at, category) = first_status(&workflow, &access, draft)?;
    let assignee = match &draft.assignee {
        None => None,
        Some(word) => Some(names::assignee(tx, actor, &access, TO_BE_REPORTED, word)?),
    };
    let assignee = match assignee {
        None => None,
        Some(account) => Some((account.id, account.render()?.username)),
    };
    let parent = match &draft.parent {
        None => None,
        Some(word) => Some(names::parent(tx, actor, &access, word, None)?),
    };
    let labels = names::label_list(tx, &access, draft.labels.as_deref().unwrap_or_default())?;
    let affected = draft
        .affected_version
        .as_deref()
        .map(|v| names::version(tx, &access, "affected_version", v))
        .transpose()?;
    let fixed = draft
        .fixed_version
        .as_deref()
        .map(|v| names::version(tx, &access, "fixed_version", v))
        .transpose()?;

    let fields = IssueFields {
        title: draft.title.clone(),
        description: draft.description.clone().unwrap_or_default(),
        type_: draft
            .type_
            .unwrap_or_else(|| usual_type(access.project.template)),
        severity: draft.severity.unwrap_or(Severity::Low),
        priority: draft.priority.unwrap_or(Priority::NORMAL),
        story_points: draft.story_points,
        status_id: status_at,
        resolution: (category == Category::Done).then_some(Resolution::Complete),
        affected_version_id: affected.as_ref().map(|v| v.id),
        fixed_version_id: fixed.as_ref().map(|v| v.id),
        assignee_id: assignee.as_ref().map(|a| a.0),
        parent_id: parent.map(|p| p.0),
        label_ids: labels.iter().map(|l| l.id).collect(),
        start_date: draft.start_date,
        due_date: draft.due_date,
        external_ref: draft.external_ref.clone(),
        context: draft.context.clone(),
        rank: String::new(),
    };
    let status = status_fact(&workflow, status_at);
    let snapshot = json!({
        "title": fields.title,
        "description": fields.description,
        "type": fields.type_,
        "severity": fields.severity,
        "priority": fields.priority,
        "story_points": fields.story_points,
        "status": status,
        "resolution": fields.resolution,
        "affected_version": affected.map(|v| json!({"id": v.id, "name": v.name})),
        "fixed_version": fixed.map(|v| json!({"id": v.id, "name": v.name})),
        "assignee": assignee.map(|(id, name)| names::person_fact(id, &name)),
        "parent": parent.map(|(id, number)| json!({"id": id, "name": domain::key::issue_key(&access.project.key, number)})),
        "labels": names::label_facts(labels.iter().map(|l| (l.id, l.name.as_str()))),
        "start_date": fields.start_date,
        "due_date": fields.due_date,
        "external_ref": fields.external_ref,
        "context": fields.context,
    });
    let reporter = on_behalf_of.as_ref().map_or(actor.id, |a| a.id);
    let by = By {
        actor: actor.id,
        on_behalf_of: on_behalf_of.map(|a| a.id),
    };
    let created = issues::insert(
        tx,
        access.at_revision(),
        reporter,
        by,
        &fields,
        category,
        snapshot,
    )?;
    let id = IssueRef::Id(created.id);
    let found = access::issue(tx, actor, &id, Action::SeeProject)?;
    if !uploads.is_empty() {
        found.allow(Action::Attach)?;
        attachments::put_on(tx, actor, &found, uploads)?;
    }
    let taker = Taker::Issue {
        id: created.id,
        project: found.access.project.id,
    };
    attachments::take_along(tx, actor, &found, &draft.attachments, taker)?;
    Ok(found)
}

/// How the caller stands to the issue that they are about to report.
const TO_BE_REPORTED: Ground = Ground {
    own: true,
    assigned: false,
    unassigned: true,
};

const fn usual_type(template: Template) -> IssueType {
    match template {
        Template::Feedback => IssueType::Bug,
        Template::Helpdesk => IssueType::Support,
        Template::Software | Template::Service => IssueType::Task,
    }
}

/// Where the issue begins. Another status than the first takes the right to move issues.
fn first_status(
    workflow: &StoredWorkflow,
    access: &ProjectAccess,
    draft: &IssueDraft,
) -> Result<(uuid::Uuid, Category)> {
    let first = workflow
        .workflow
        .first()
        .ok_or_else(|| Error::internal("a project without statuses"))?;
    let status = match draft.status.as_deref() {
        None => first,
        Some(slug) if slug == first.slug => first,
        Some(slug) => {
            access.allow_on(Action::MoveIssue, Ground::OWN)?;
            let status = workflow.workflow.status(slug);
            status.ok_or_else(|| unknown_status(workflow))?
        }
    };
    let id = workflow
        .id(&status.slug)
        .ok_or_else(|| Error::internal("a status without id"))?;
    Ok((id, status.category))
}

/// 422 with the statuses there are.
pub(super) fn unknown_status(workflow: &StoredWorkflow) -> FieldError {
    let slugs: Vec<&str> = workflow
        .workflow
        .statuses
        .iter()
        .map(|s| s.slug.as_str())
        .collect();
    FieldError::at(
        "status",
        "unknown_value",
        format!("One of {}.", slugs.join(", ")),
    )
}

/// A status as the log keeps it: with its name and meaning of that moment.
pub(super) fn status_fact(workflow: &StoredWorkflow, id: uuid::Uuid) -> Value {
    let at = workflow.ids.iter().position(|i| *i == id);
    match at.and_then(|at| workflow.workflow.statuses.get(at)) {
        Some(s) => json!({"id": id, "slug": s.slug, "name": s.name, "category": s.category}),
        None => json!({"id": id}),
    }
}

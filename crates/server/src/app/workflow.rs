//! Changing a project's workflow: statuses, steps, and where the issues of a removed status go.

use super::issues::by;
use super::{Precondition, Result, projects as settings};
use domain::audit::AuditKind;
use domain::event::EventKind;
use domain::key::ProjectRef;
use domain::policy::Action;
use domain::problem::FieldError;
use domain::workflow::{Status, Workflow, WorkflowInput, WorkflowPlan};
use serde_json::{Value, json};
use std::collections::HashMap;
use store::access::{self, Actor, ProjectAccess};
use store::audit::NewEntry;
use store::db::Tx;
use store::events::NewEvent;
use store::issues::{Lost, Move, lose};
use store::projects::StoredWorkflow;
use store::{projects, workflow};
use uuid::Uuid;

/// A workflow with its version, for entity tags.
pub type Versioned = (Workflow, i32);

/// Replaces a project's workflow. Issues of a removed status move as ordinary changes, each with its
/// events; the removed status stays readable in history.
///
/// # Errors
/// 403, 404, 409 in an archived project, 412, 422 with the place of each mistake.
pub fn replace(
    tx: &mut Tx<'_>,
    actor: &Actor,
    which: &ProjectRef,
    input: &WorkflowInput,
    seen: Precondition,
) -> Result<Versioned> {
    let mut access = access::project(tx, actor, which, Action::EditWorkflow)?;
    access.writable()?;
    access.claim(tx)?;
    let id = access.project.id;
    let version = workflow::version(tx, id)?;
    let was = projects::workflow(tx, id)?;
    seen.demand_version(version, || Ok(was.workflow.clone()))?;
    let plan = input.check(&was.workflow)?;
    if plan.workflow == was.workflow {
        return Ok((plan.workflow, version));
    }
    let known = known_statuses(tx, id, &was, &plan)?;
    let leaving = leaving(tx, &was, &plan)?;
    let ids = workflow::write(tx, id, &plan.workflow, &known)?;
    for (status, target) in &leaving {
        let target = target
            .as_ref()
            .and_then(|slug| Some((plan.workflow.status(slug)?, *ids.get(slug)?)));
        if let Some((target, target_id)) = target {
            let target = StatusOf {
                id: target_id,
                status: target,
            };
            let going = Move {
                to: target_id,
                category: target.status.category,
                from: status.status.category,
                told: (&status.fact(), &target.fact()),
            };
            lose(tx, id, by(actor), Lost::Status(status.id, &going))?;
        }
    }
    let gone: Vec<Uuid> = leaving.iter().map(|l| l.0.id).collect();
    workflow::remove(tx, &gone)?;
    let version = workflow::count_change(tx, id, version)?;
    record(tx, actor, &access, &was, &plan, &ids);
    settings::workflow(tx, actor, &ProjectRef::Id(id)).map(|(workflow, _)| (workflow, version))
}

/// A status with its id, as the log tells it.
struct StatusOf<'a> {
    id: Uuid,
    status: &'a Status,
}

impl StatusOf<'_> {
    fn fact(&self) -> Value {
        let s = self.status;
        json!({"id": self.id, "slug": s.slug, "name": s.name, "category": s.category})
    }
}

/// Ids of the statuses that the project has or had. Refuses another category for one that was used:
/// what happened in it would become something else.
fn known_statuses(
    tx: &mut Tx<'_>,
    project: Uuid,
    was: &StoredWorkflow,
    plan: &WorkflowPlan,
) -> Result<HashMap<String, Uuid>> {
    let removed = workflow::removed(tx, project)?;
    let mut known: HashMap<String, Uuid> = HashMap::new();
    let mut errors = Vec::new();
    for (i, status) in plan.workflow.statuses.iter().enumerate() {
        let (id, recategorised) = match (was.id(&status.slug), removed.get(&status.slug)) {
            (Some(id), _) => (id, plan.recategorised.contains(&i)),
            (None, Some((id, category))) => (*id, *category != status.category),
            (None, None) => continue,
        };
        if recategorised && workflow::ever_used(tx, project, id)? {
            errors.push(FieldError::at(
                &format!("statuses/{i}/category"),
                "in_use",
                "Issues were in this status; add another one and move them there.",
            ));
        }
        known.insert(status.slug.clone(), id);
    }
    if errors.is_empty() {
        Ok(known)
    } else {
        Err(errors.into())
    }
}

/// A status that goes, the slug of the one that takes its issues, and these.
type Leaving<'a> = (StatusOf<'a>, Option<String>);

/// The statuses that go with their issues; asks for a target where there are some.
fn leaving<'a>(
    tx: &mut Tx<'_>,
    was: &'a StoredWorkflow,
    plan: &WorkflowPlan,
) -> Result<Vec<Leaving<'a>>> {
    let mut leaving = Vec::new();
    let mut errors = Vec::new();
    for (slug, target) in &plan.removed {
        let (Some(status), Some(id)) = (was.workflow.status(slug), was.id(slug)) else {
            continue;
        };
        let issues = workflow::issues_in(tx, id)?;
        if target.is_none() && issues > 0 {
            errors.push(FieldError::at(
                &format!("moves/{slug}"),
                "required",
                format!(
                    "Issues in {}, deleted ones included: {}. Say which status takes them.",
                    status.name, issues
                ),
            ));
        }
        leaving.push((StatusOf { id, status }, target.clone()));
    }
    if errors.is_empty() {
        Ok(leaving)
    } else {
        Err(errors.into())
    }
}

/// One event for each thing that changed, and one entry of the audit log.
fn record(
    tx: &mut Tx<'_>,
    actor: &Actor,
    access: &ProjectAccess,
    was: &StoredWorkflow,
    plan: &WorkflowPlan,
    ids: &HashMap<String, Uuid>,
) {
    let changes = changes(was, plan, ids);
    let fields: Vec<&str> = changes.iter().map(|c| c.0).collect();
    let (id, key) = (access.project.id, &access.project.key);
    tx.audit(
        NewEntry::new(AuditKind::WorkflowChanged, Some(actor.id))
            .project(id, key)
            .detail(json!({"changed": fields})),
    );
    for (field, old, new) in changes {
        tx.record(
            NewEvent::new(EventKind::WorkflowUpdated, Some(actor.id))
                .project(id)
                .change(field, old, new),
        );
    }
}

fn changes(
    was: &StoredWorkflow,
    plan: &WorkflowPlan,
    ids: &HashMap<String, Uuid>,
) -> Vec<(&'static str, Value, Value)> {
    let (old, new) = (&was.workflow, &plan.workflow);
    let mut changes = Vec::new();
    let fact = |status: &Status| {
        let id = ids
            .get(&status.slug)
            .copied()
            .or_else(|| was.id(&status.slug));
        json!({"id": id, "slug": status.slug, "name": status.name,
               "category": status.category, "wip_limit": status.wip_limit})
    };
    for (slug, _) in &plan.removed {
        changes.extend(
            old.status(slug)
                .map(|s| ("status_removed", fact(s), Value::Null)),
        );
    }
    for status in &new.statuses {
        let Some(before) = old.status(&status.slug) else {
            changes.push(("status_added", Value::Null, fact(status)));
            continue;
        };
        let mut differs = |field, differs: bool| {
            if differs {
                changes.push((field, fact(before), fact(status)));
            }
        };
        differs("status_renamed", before.name != status.name);
        differs("status_category", before.category != status.category);
        differs("wip_limit", before.wip_limit != status.wip_limit);
    }
    let order = |of: &Workflow, other: &Workflow| -> Vec<String> {
        let both = of
            .statuses
            .iter()
            .filter(|s| other.status(&s.slug).is_some());
        both.map(|s| s.slug.clone()).collect()
    };
    let (before, after) = (order(old, new), order(new, old));
    if before != after {
        changes.push(("order", json!(before), json!(after)));
    }
    let steps = |of: &Workflow| -> Vec<String> {
        let mut steps: Vec<String> = of
            .transitions
            .iter()
            .map(|t| format!("{} \u{2192} {}", t.from, t.to))
            .collect();
        steps.sort();
        steps
    };
    let (before, after) = (steps(old), steps(new));
    if before != after {
        changes.push(("transitions", json!(before), json!(after)));
    }
    changes
}

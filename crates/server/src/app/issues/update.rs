//! Changing an issue: from a patch to one event per changed field.

use super::create::{status_fact, unknown_status};
use super::{by, for_change, lost_race, names};
use crate::app::{Precondition, Result};
use domain::board::Place;
use domain::issue::{IssuePatch, LABELS_MAX, Resolution};
use domain::key::IssueRef;
use domain::policy::{Action, Denied};
use domain::problem::{Code, FieldError, Problem};
use domain::workflow::{Category, NoStep};
use serde_json::{Value, json};
use store::access::{self, Actor, IssueAccess};
use store::db::Tx;
use store::issues::{self, Change, Closing, Dates, IssueFields, Spot, Updated};
use store::projects;
use uuid::Uuid;

/// A change in the making: the fields as they will be, and what differs.
struct Draft {
    fields: IssueFields,
    changes: Vec<Change>,
    enters: Option<Category>,
    closing: Closing,
}

impl Draft {
    fn put(&mut self, field: &'static str, old: Value, new: Value) -> bool {
        let differs = old != new;
        if differs {
            self.changes.push((field, old, new));
        }
        differs
    }
}

/// Changes an issue. The patch has passed its check.
///
/// # Errors
/// 403 naming the missing right, 404, 409 for a step the workflow does not have, 412, 422.
pub fn update(
    tx: &mut Tx<'_>,
    actor: &Actor,
    which: &IssueRef,
    patch: &IssuePatch,
    seen: Precondition,
) -> Result<IssueAccess> {
    let found = for_change(tx, actor, which, seen)?;
    let mut draft = Draft {
        fields: IssueFields::from(&found.issue),
        changes: Vec::new(),
        enters: None,
        closing: Closing::Keep,
    };
    text_fields(&found, patch, &mut draft)?;
    plain_fields(&found, patch, &mut draft)?;
    looked_up_fields(tx, actor, &found, patch, &mut draft)?;
    status(tx, &found, patch, &mut draft)?;
    assignee(tx, actor, &found, patch, &mut draft)?;
    place(tx, actor, &found, patch, &mut draft)?;
    if draft.changes.is_empty() {
        return Ok(found);
    }
    issues::update(
        tx,
        found.access.at_revision(),
        &found.issue,
        &draft.fields,
        Dates {
            enters: draft.enters,
            closing: draft.closing,
            ..Dates::KEEP
        },
        by(actor),
        Updated::Fields(draft.changes),
    )
    .map_err(|error| lost_race(tx, actor, which, seen, error))?;
    // By its id: it may have moved in the meantime.
    let id = IssueRef::Id(found.issue.id);
    Ok(access::issue(tx, actor, &id, Action::SeeProject)?)
}

/// Title, description and priority: reporters may change those of their own issue while it is open.
fn text_fields(found: &IssueAccess, patch: &IssuePatch, draft: &mut Draft) -> Result<()> {
    let i = &found.issue;
    let mut changed = false;
    if let Some(title) = &patch.title {
        changed |= draft.put("title", json!(i.title), json!(title));
        draft.fields.title.clone_from(title);
    }
    if let Some(description) = &patch.description {
        changed |= draft.put("description", json!(i.description), json!(description));
        draft.fields.description.clone_from(description);
    }
    if let Some(priority) = patch.priority {
        changed |= draft.put("priority", json!(i.priority), json!(priority));
        draft.fields.priority = priority;
    }
    if !changed {
        return Ok(());
    }
    found.allow(Action::EditIssueText)?;
    let only_as_reporter = found.allow(Action::EditIssue).is_err();
    if only_as_reporter && !i.status.category.is_open() {
        return Err(Denied {
            action: Action::EditIssue,
            needs: domain::user::Role::Maintainer,
        }
        .into());
    }
    Ok(())
}

fn plain_fields(found: &IssueAccess, patch: &IssuePatch, draft: &mut Draft) -> Result<()> {
    let i = &found.issue;
    let before = draft.changes.len();
    macro_rules! take {
        ($name:literal, $field:ident) => {
            if let Some(value) = &patch.$field {
                draft.put($name, json!(i.$field), json!(value));
                draft.fields.$field = value.clone();
            }
        };
    }
    take!("type", type_);
    take!("severity", severity);
    take!("story_points", story_points);
    take!("start_date", start_date);
    take!("due_date", due_date);
    take!("external_ref", external_ref);
    take!("context", context);
    if draft.changes.len() == before {
        return Ok(());
    }
    found.allow(Action::EditIssue)?;
    if let (Some(start), Some(due)) = (draft.fields.start_date, draft.fields.due_date)
        && due < start
    {
        let field = if patch.due_date.is_some() {
            "due_date"
        } else {
            "start_date"
        };
        return Err(
            FieldError::at(field, "range", "The due date is before the start date.").into(),
        );
    }
    Ok(())
}

/// Fields whose values are names of other things.
fn looked_up_fields(
    tx: &mut Tx<'_>,
    actor: &Actor,
    found: &IssueAccess,
    patch: &IssuePatch,
    draft: &mut Draft,
) -> Result<()> {
    let i = &found.issue;
    let access = &found.access;
    let looks_up = patch.labels.is_some()
        || patch.affected_version.is_some()
        || patch.fixed_version.is_some()
        || patch.parent.is_some();
    if looks_up {
        // Before anything is looked up: what there is, is no matter for those who may not use it.
        found.allow(Action::EditIssue)?;
    }
    if let Some(names) = &patch.labels {
        let new = names::label_list(tx, access, names)?;
        if new.len() > LABELS_MAX {
            let detail = format!("An issue has at most {LABELS_MAX} labels.");
            return Err(FieldError::at("labels", "too_many", detail).into());
        }
        let old = names::label_facts(i.labels.iter().map(|l| (l.id, l.name.as_str())));
        draft.put(
            "labels",
            old,
            names::label_facts(new.iter().map(|l| (l.id, l.name.as_str()))),
        );
        draft.fields.label_ids = new.iter().map(|l| l.id).collect();
    }
    let fact = |id: Option<Uuid>, name: &Option<String>| {
        json!(id.map(|id| json!({"id": id, "name": name})))
    };
    if let Some(name) = &patch.affected_version {
        let new = name
            .as_deref()
            .map(|n| names::version(tx, access, "affected_version", n))
            .transpose()?;
        let new = (new.as_ref().map(|v| v.id), new.map(|v| v.name));
        draft.put(
            "affected_version",
            fact(i.affected_version_id, &i.affected_version),
            fact(new.0, &new.1),
        );
        draft.fields.affected_version_id = new.0;
    }
    if let Some(name) = &patch.fixed_version {
        let new = name
            .as_deref()
            .map(|n| names::version(tx, access, "fixed_version", n))
            .transpose()?;
        let new = (new.as_ref().map(|v| v.id), new.map(|v| v.name));
        draft.put(
            "fixed_version",
            fact(i.fixed_version_id, &i.fixed_version),
            fact(new.0, &new.1),
        );
        draft.fields.fixed_version_id = new.0;
    }
    if let Some(word) = &patch.parent {
        let new = word
            .as_deref()
            .map(|w| names::parent(tx, actor, access, w, Some(i.id)))
            .transpose()?;
        let key = |number: i64| domain::key::issue_key(&access.project.key, number);
        let old = fact(i.parent_id, &i.parent_number.map(key));
        draft.put(
            "parent",
            old,
            fact(new.map(|p| p.0), &new.map(|p| key(p.1))),
        );
        draft.fields.parent_id = new.map(|p| p.0);
    }
    Ok(())
}

/// Status and resolution: only along the workflow; closing needs a resolution, reopening clears it.
fn status(
    tx: &mut Tx<'_>,
    found: &IssueAccess,
    patch: &IssuePatch,
    draft: &mut Draft,
) -> Result<()> {
    let i = &found.issue;
    let mut category = i.status.category;
    if let Some(slug) = patch.status.as_ref().filter(|s| **s != i.status.slug) {
        found.allow(Action::MoveIssue)?;
        let workflow = projects::workflow(tx, found.access.project.id)?;
        let target = match workflow.workflow.step(&i.status.slug, slug) {
            Ok(target) => target,
            Err(NoStep::UnknownStatus) => return Err(unknown_status(&workflow).into()),
            Err(NoStep::NotAllowed(allowed)) => {
                return Err(no_such_step(&i.status.name, slug, allowed).into());
            }
        };
        if let Some(id) = workflow.id(&target.slug).filter(|id| *id != i.status.id) {
            draft.put(
                "status",
                status_fact(&workflow, i.status.id),
                status_fact(&workflow, id),
            );
            draft.fields.status_id = id;
            if target.category != category {
                draft.enters = Some(target.category);
            }
            category = target.category;
        }
    }
    let was_open = i.status.category.is_open();
    let resolution = match (category.is_open(), patch.resolution) {
        (true, None) => None,
        (true, Some(_)) => {
            return Err(FieldError::at(
                "resolution",
                "not_done",
                "Only a closed issue has a resolution.",
            )
            .into());
        }
        (false, given) => given.or(i.resolution).or(Some(Resolution::Complete)),
    };
    if draft.put("resolution", json!(i.resolution), json!(resolution)) {
        found.allow(Action::MoveIssue)?;
    }
    draft.fields.resolution = resolution;
    draft.closing = match (was_open, category.is_open()) {
        (true, false) => Closing::Close,
        (false, true) => Closing::Reopen,
        _ => Closing::Keep,
    };
    Ok(())
}

fn no_such_step(from: &str, to: &str, allowed: Vec<String>) -> Problem {
    let mut problem = Problem::new(Code::TransitionNotAllowed)
        .detail(format!("The workflow has no step from {from} to {to}."));
    problem.allowed = Some(allowed);
    problem
}

/// Taking an issue and giving it back is one right; giving it to others is another.
fn assignee(
    tx: &mut Tx<'_>,
    actor: &Actor,
    found: &IssueAccess,
    patch: &IssuePatch,
    draft: &mut Draft,
) -> Result<()> {
    let Some(word) = &patch.assignee else {
        return Ok(());
    };
    let i = &found.issue;
    let new = match word {
        None if i.assignee.is_none() => return Ok(()),
        None => {
            found.allow(Action::TakeIssue)?;
            None
        }
        // What everybody sees of the issue already is no change, whoever says it.
        Some(word) if i.assignee.as_ref().is_some_and(|a| a.username == *word) => return Ok(()),
        Some(word) => {
            let account = names::assignee(tx, actor, &found.access, found.ground, word)?;
            Some((account.id, account.render()?.username))
        }
    };
    let fact = |id, name: &str| names::person_fact(id, name);
    let old = i.assignee.as_ref().map(|a| fact(a.id, &a.username));
    let now = new.as_ref().map(|(id, name)| fact(*id, name));
    draft.put("assignee", json!(old), json!(now));
    draft.fields.assignee_id = new.map(|n| n.0);
    Ok(())
}

/// The place in the project's order. Others wait until it is taken.
fn place(
    tx: &mut Tx<'_>,
    actor: &Actor,
    found: &IssueAccess,
    patch: &IssuePatch,
    draft: &mut Draft,
) -> Result<()> {
    let Some(place) = &patch.place else {
        return Ok(());
    };
    found.allow(Action::MoveIssue)?;
    let order = issues::order(tx, found.issue.project_id)?;
    let neighbour = match place {
        Place::Before(word) => Some(neighbour(tx, actor, found, "before", word)?),
        Place::After(word) => Some(neighbour(tx, actor, found, "after", word)?),
        Place::Top | Place::Bottom => None,
    };
    let spot = match (place, &neighbour) {
        (Place::Before(_), Some(other)) => Spot::Before(&other.issue),
        (Place::After(_), Some(other)) => Spot::After(&other.issue),
        (Place::Bottom, _) => Spot::Bottom,
        _ => Spot::Top,
    };
    if let Some(rank) = order.rank(tx, &found.issue, spot)? {
        draft.put("rank", json!(found.issue.rank), json!(rank));
        draft.fields.rank = rank;
    }
    Ok(())
}

fn neighbour(
    tx: &mut Tx<'_>,
    actor: &Actor,
    found: &IssueAccess,
    side: &str,
    word: &str,
) -> Result<IssueAccess> {
    let pointer = format!("place/{side}");
    let unknown = || FieldError::at(&pointer, "unknown_value", "There is no such issue here.");
    let which: IssueRef = word.parse().map_err(|_| unknown())?;
    match access::named_issue(tx, actor, &which, Action::SeeProject) {
        Ok(other) if other.issue.project_id == found.issue.project_id => Ok(other),
        Ok(_) | Err(store::Error::NotFound) => Err(unknown().into()),
        Err(error) => Err(error.into()),
    }
}

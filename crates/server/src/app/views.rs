//! Saved views.

use super::{Error, Precondition, Result};
use domain::event::EventKind;
use domain::key::ProjectRef;
use domain::policy::{Action, Ground};
use domain::problem::FieldError;
use domain::token;
use domain::view::{NewView, VIEWS_MAX, View, ViewPatch};
use serde_json::json;
use store::access::{self, Actor};
use store::db::{Conn, Tx};
use store::events::NewEvent;
use store::views::{self, StoredView};
use uuid::Uuid;

/// Whether somebody may change a view: their own, or one of a project whose views they keep.
fn editable(conn: &mut Conn, actor: &Actor, view: &StoredView) -> Result<bool> {
    match (view.shared, view.project_id) {
        (true, Some(project)) => {
            let which = ProjectRef::Id(project);
            let access = access::project(conn, actor, &which, Action::SeeProject)?;
            Ok(access.allow(Action::ManageSharedViews).is_ok())
        }
        _ => Ok(view.owner_id == actor.id),
    }
}

/// Views that exist for the caller, of one project or of all.
///
/// # Errors
/// 404 for a project that does not exist for them.
pub fn list(conn: &mut Conn, actor: &Actor, project: Option<&str>) -> Result<Vec<View>> {
    let scope = access::list_scope(conn, actor, project)?;
    let standings = access::standings(conn, actor)?;
    let keeps = |id: Uuid| {
        standings.iter().any(|s| {
            s.project_id == id
                && token::decide(s.role, Action::ManageSharedViews, Ground::NONE, actor.cut())
                    .is_ok()
        })
    };
    let found = views::list(conn, &scope)?;
    Ok(found
        .into_iter()
        .filter(|view| project.is_none() || view.project_id.is_some())
        // What is of no project does not exist for a token of one.
        .filter(|view| view.project_id.is_some() || actor.not_bound().is_ok())
        .map(|view| {
            let editable = match (view.shared, view.project_id) {
                (true, Some(project)) => keeps(project),
                _ => true,
            };
            view.render(editable)
        })
        .collect())
}

fn load(conn: &mut Conn, actor: &Actor, id: Uuid) -> Result<StoredView> {
    let view = views::by_id(conn, id, actor.id)?;
    match view.project_id {
        Some(project) => {
            access::project(conn, actor, &ProjectRef::Id(project), Action::SeeProject)?;
        }
        None if actor.not_bound().is_err() => return Err(Error::not_found()),
        None => {}
    }
    Ok(view)
}

/// One view.
///
/// # Errors
/// 404.
pub fn get(conn: &mut Conn, actor: &Actor, id: Uuid) -> Result<View> {
    let view = load(conn, actor, id)?;
    let editable = editable(conn, actor, &view)?;
    Ok(view.render(editable))
}

/// Saves a view. `new` has passed its check.
///
/// # Errors
/// 403, 404, 409 when the name is taken or there are too many.
pub fn create(tx: &mut Tx<'_>, actor: &Actor, new: &NewView) -> Result<View> {
    let project = match &new.project {
        None => {
            actor.not_bound()?;
            None
        }
        Some(word) => {
            let which: ProjectRef = word.parse().map_err(|_| unknown_project())?;
            let action = if new.shared {
                Action::ManageSharedViews
            } else {
                Action::SeeProject
            };
            let access = access::project(tx, actor, &which, action)?;
            if new.shared {
                access.hold(tx)?;
            }
            Some(access.project.id)
        }
    };
    room(tx, actor, project.filter(|_| new.shared))?;
    let id = views::insert(tx, actor.id, project, new)?;
    let made = views::by_id(tx, id, actor.id)?;
    tell(tx, actor, EventKind::ViewCreated, None, Some(&made));
    get(tx, actor, id)
}

/// Tells everybody who sees the project of a view that is or was shared, by its name while it was; of a
/// private one nobody but its owner, and nothing of what it says.
fn tell(
    tx: &mut Tx<'_>,
    actor: &Actor,
    kind: EventKind,
    was: Option<&StoredView>,
    now: Option<&StoredView>,
) {
    let shared = |view: Option<&StoredView>| {
        let shared = view.filter(|view| view.shared);
        shared.map(|view| json!({"id": view.id, "name": view.name}))
    };
    let mut event = NewEvent::new(kind, Some(actor.id));
    event.project = was.or(now).and_then(|view| view.project_id);
    (event.old, event.new) = (shared(was), shared(now));
    if event.old.is_none() && event.new.is_none() {
        event = event.only_for(actor.id);
    }
    tx.record(event);
}

/// Whether there is room for one more: among the caller's own, or among those that a project shares.
fn room(tx: &mut Tx<'_>, actor: &Actor, shared_with: Option<Uuid>) -> Result<()> {
    if views::count(tx, actor.id, shared_with)? >= VIEWS_MAX {
        return Err(Error::conflict(
            "There are 200 views already; delete some first.",
        ));
    }
    Ok(())
}

fn no_project() -> FieldError {
    let detail = "It is of all projects; one of a single project can be shared.";
    FieldError::at("shared", "invalid", detail)
}

fn unknown_project() -> FieldError {
    FieldError::at("project", "unknown_value", "There is no such project.")
}

/// The view, when the caller may change it and it still is what they saw.
fn for_change(tx: &mut Tx<'_>, actor: &Actor, id: Uuid, seen: Precondition) -> Result<StoredView> {
    let view = load(tx, actor, id)?;
    if let (true, Some(project)) = (view.shared, view.project_id) {
        let which = ProjectRef::Id(project);
        access::project(tx, actor, &which, Action::ManageSharedViews)?.hold(tx)?;
    }
    seen.demand_version(view.version, || Ok(view.clone().render(true)))?;
    Ok(view)
}

/// Changes a view. The patch has passed its check.
///
/// # Errors
/// 403, 404, 409 when the name is taken, 412.
pub fn update(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: Uuid,
    patch: &ViewPatch,
    seen: Precondition,
) -> Result<View> {
    let was = for_change(tx, actor, id, seen)?;
    if let Some(shared) = patch.shared.filter(|shared| *shared != was.shared) {
        let place = was.project_id.filter(|_| shared);
        if shared {
            let project = was.project_id.ok_or_else(no_project)?;
            let which = ProjectRef::Id(project);
            access::project(tx, actor, &which, Action::ManageSharedViews)?.hold(tx)?;
        }
        room(tx, actor, place)?;
    }
    views::update(tx, &was, patch, actor.id)?;
    let now = views::by_id(tx, id, actor.id)?;
    tell(tx, actor, EventKind::ViewUpdated, Some(&was), Some(&now));
    get(tx, actor, id)
}

/// Deletes a view.
///
/// # Errors
/// 403, 404, 412.
pub fn delete(tx: &mut Tx<'_>, actor: &Actor, id: Uuid, seen: Precondition) -> Result<()> {
    let was = for_change(tx, actor, id, seen)?;
    views::delete(tx, &was)?;
    tell(tx, actor, EventKind::ViewDeleted, Some(&was), None);
    Ok(())
}

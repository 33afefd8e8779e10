//! Projects and their settings.

use super::{Error, Precondition, Result};
use domain::audit::AuditKind;
use domain::event::EventKind;
use domain::key::ProjectRef;
use domain::policy::Action;
use domain::project::{NewProject, Project, ProjectPatch};
use domain::workflow::Workflow;
use serde_json::{Value, json};
use store::access::{self, Actor, ProjectAccess, Scope};
use store::audit::NewEntry;
use store::db::{Conn, Tx};
use store::events::NewEvent;
use store::projects::{self, NotPurged};
use store::workflow;

/// The projects that exist for the caller, by key.
///
/// # Errors
/// When the database is away.
pub fn list(conn: &mut Conn, actor: &Actor, archived: bool) -> Result<Vec<Project>> {
    let standings = access::standings(conn, actor)?;
    let scope = access::scope(conn, actor)?;
    let counts = projects::open_counts(conn, &scope)?;
    let ids = standings.iter().map(|s| s.project_id).collect();
    let rows = projects::by_ids(conn, ids, archived)?;
    Ok(rows
        .into_iter()
        .filter_map(|p| {
            let role = standings.iter().find(|s| s.project_id == p.id)?.role;
            let open = counts.get(&p.id).copied().unwrap_or(0);
            Some(p.render(role, open))
        })
        .collect())
}

fn render(conn: &mut Conn, actor: &Actor, access: ProjectAccess) -> Result<Project> {
    let counts = projects::open_counts(conn, &Scope::of(&access, actor))?;
    let open = counts.get(&access.project.id).copied().unwrap_or(0);
    Ok(access.project.render(access.role, open))
}

/// One project.
///
/// # Errors
/// 404.
pub fn one(conn: &mut Conn, actor: &Actor, which: &ProjectRef) -> Result<Project> {
    let access = access::project(conn, actor, which, Action::SeeProject)?;
    render(conn, actor, access)
}

/// Makes a project; its creator becomes its lead. `new` has passed its check.
///
/// # Errors
/// 403, 409 when the key is taken.
pub fn create(tx: &mut Tx<'_>, actor: &Actor, new: &NewProject) -> Result<Project> {
    actor.allow(Action::CreateProject)?;
    let id = projects::insert(tx, new, actor.id)?;
    tx.record(
        NewEvent::new(EventKind::ProjectCreated, Some(actor.id))
            .project(id)
            .is(json!({"id": id, "key": new.key, "name": new.name})),
    );
    tx.audit(NewEntry::new(AuditKind::ProjectCreated, Some(actor.id)).project(id, &new.key));
    one(tx, actor, &ProjectRef::Id(id))
}

/// Changes a project's settings. The patch has passed its check.
///
/// # Errors
/// 403, 404, 409 in an archived project that does not come back with this, 412 with the project as it
/// is now.
pub fn update(
    tx: &mut Tx<'_>,
    actor: &Actor,
    which: &ProjectRef,
    patch: &ProjectPatch,
    seen: Precondition,
) -> Result<Project> {
    let mut access = access::project(tx, actor, which, Action::EditProject)?;
    access.claim(tx)?;
    let id = access.project.id;
    let (version, whole) = (access.project.version, access.clone());
    seen.demand_version(version, || render(tx, actor, whole))?;
    let comes_back = patch.archived == Some(false);
    if !comes_back {
        access.writable()?;
    }
    projects::update(tx, &access, patch)?;
    let p = &access.project;
    let mut settings = serde_json::Map::new();
    let mut note = |field: &'static str, old: Value, new: Option<Value>| {
        if let Some(new) = new.filter(|new| *new != old) {
            // Long texts are in the log of events; here it matters that somebody changed them.
            let told = match field {
                "description" => json!({}),
                _ => json!({"old": old, "new": new}),
            };
            settings.insert(field.to_string(), told);
            tx.record(
                NewEvent::new(EventKind::ProjectUpdated, Some(actor.id))
                    .project(id)
                    .change(field, old, new),
            );
        }
    };
    note("name", json!(p.name), patch.name.as_ref().map(|v| json!(v)));
    note(
        "description",
        json!(p.description),
        patch.description.as_ref().map(|v| json!(v)),
    );
    note(
        "visibility",
        json!(p.visibility),
        patch.visibility.map(|v| json!(v)),
    );
    note(
        "reporters_see",
        json!(p.reporters_see),
        patch.reporters_see.map(|v| json!(v)),
    );
    note("landing", json!(p.landing), patch.landing.map(|v| json!(v)));
    note(
        "archived",
        json!(p.archived_at.is_some()),
        patch.archived.map(|v| json!(v)),
    );
    let archived = settings.remove("archived").map(|_| patch.archived);
    let mut audited = |kind: AuditKind, detail: Value| {
        let entry = NewEntry::new(kind, Some(actor.id)).project(id, &p.key);
        tx.audit(entry.detail(detail));
    };
    if !settings.is_empty() {
        audited(AuditKind::ProjectChanged, Value::Object(settings));
    }
    match archived.flatten() {
        Some(true) => audited(AuditKind::ProjectArchived, json!({})),
        Some(false) => audited(AuditKind::ProjectRestored, json!({})),
        None => {}
    }
    one(tx, actor, &ProjectRef::Id(id))
}

/// The statuses of a project and the steps between them, with their version.
///
/// # Errors
/// 404.
pub fn workflow(conn: &mut Conn, actor: &Actor, which: &ProjectRef) -> Result<(Workflow, i32)> {
    let access = access::project(conn, actor, which, Action::SeeProject)?;
    let id = access.project.id;
    let version = workflow::version(conn, id)?;
    Ok((projects::workflow(conn, id)?.workflow, version))
}

/// Removes a project for good, with its history: only when it is archived and was exported as it is.
///
/// # Errors
/// 403, 404, 409 saying what to do first.
pub fn purge(tx: &mut Tx<'_>, actor: &Actor, which: &ProjectRef) -> Result<()> {
    let mut access = access::project(tx, actor, which, Action::PurgeProject)?;
    access.claim(tx)?;
    let p = &access.project;
    let refused = match projects::purge(tx, p.id, actor.id)? {
        Ok(()) => {
            tx.record(
                NewEvent::new(EventKind::ProjectPurged, Some(actor.id))
                    .was(json!({"id": p.id, "key": p.key, "name": p.name})),
            );
            return Ok(());
        }
        Err(refused) => refused,
    };
    Err(match refused {
        NotPurged::Unknown => Error::not_found(),
        NotPurged::NotArchived => {
            Error::conflict("Archive the project first, then export it, then purge it.")
        }
        NotPurged::NotExported => Error::conflict(
            "Export the project first: nothing may have happened in it since its last complete export.",
        ),
    })
}

/// The standing of an account in a project, to see whether something there can be given to them.
///
/// # Errors
/// When the database is away.
pub fn exists_for(
    conn: &mut Conn,
    access: &ProjectAccess,
    account: &store::accounts::StoredAccount,
) -> Result<bool> {
    if !account.active {
        return Ok(false);
    }
    let role = account.role().map_err(Error::from)?;
    let standings = access::standings_of(conn, account.id, role, None)?;
    Ok(standings.iter().any(|s| s.project_id == access.project.id))
}

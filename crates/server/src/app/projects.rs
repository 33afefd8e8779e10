//! Projects and their settings.

use super::{Error, Result};
use domain::event::EventKind;
use domain::key::ProjectRef;
use domain::policy::{self, Action, Ground};
use domain::problem::{Code, Problem};
use domain::project::{NewProject, Project, ProjectPatch};
use domain::workflow::Workflow;
use serde_json::{Value, json};
use store::access::{self, Actor, ProjectAccess, Scope};
use store::db::{Conn, Tx};
use store::events::NewEvent;
use store::projects;

/// The projects that exist for the caller, by key.
///
/// # Errors
/// When the database is away.
pub fn list(conn: &mut Conn, actor: &Actor, archived: bool) -> Result<Vec<Project>> {
    let standings = access::standings(conn, actor.id, actor.role)?;
    let scope = access::scope(conn, actor.id, actor.role)?;
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
    policy::decide(actor.role, Action::CreateProject, Ground::NONE)?;
    let id = projects::insert(tx, new, actor.id)?;
    tx.record(
        NewEvent::new(EventKind::ProjectCreated, Some(actor.id))
            .project(id)
            .is(json!({"id": id, "key": new.key, "name": new.name})),
    );
    one(tx, actor, &ProjectRef::Id(id))
}

/// Changes a project's settings. The patch has passed its check.
///
/// # Errors
/// 403, 404, 412 with the project as it is now.
pub fn update(
    tx: &mut Tx<'_>,
    actor: &Actor,
    which: &ProjectRef,
    patch: &ProjectPatch,
    expected: Option<i32>,
) -> Result<Project> {
    let access = access::project(tx, actor, which, Action::EditProject)?;
    let id = access.project.id;
    if expected.is_some_and(|version| version != access.project.version) {
        let mut problem = Problem::new(Code::EditConflict);
        problem.current = serde_json::to_value(render(tx, actor, access)?).ok();
        return Err(problem.into());
    }
    projects::update(tx, &access, patch)?;
    let p = &access.project;
    let mut note = |field: &'static str, old: Value, new: Option<Value>| {
        if let Some(new) = new.filter(|new| *new != old) {
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
    one(tx, actor, &ProjectRef::Id(id))
}

/// The statuses of a project and the steps between them.
///
/// # Errors
/// 404.
pub fn workflow(conn: &mut Conn, actor: &Actor, which: &ProjectRef) -> Result<Workflow> {
    let access = access::project(conn, actor, which, Action::SeeProject)?;
    Ok(projects::workflow(conn, access.project.id)?.workflow)
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
    let standings = access::standings(conn, account.id, account.role().map_err(Error::from)?)?;
    Ok(standings.iter().any(|s| s.project_id == access.project.id))
}

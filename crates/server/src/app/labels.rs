//! Labels and versions of a project.

use super::{Precondition, Result, issues};
use domain::event::EventKind;
use domain::key::ProjectRef;
use domain::label::{Label, LabelPatch, NewLabel, NewVersion, Version, VersionPatch};
use domain::notes::{self, NOTES_MAX, ReleaseNotes};
use domain::policy::Action;
use serde_json::{Value, json};
use store::access::{self, Actor, ProjectAccess};
use store::db::{Conn, Tx};
use store::events::NewEvent;
use store::issues::{Lost, lose};
use store::labels::{self, Counted};

/// The project, claimed: its issues name its labels and versions, and none begins to while one of them
/// is changed or goes.
fn managed(tx: &mut Tx<'_>, actor: &Actor, which: &ProjectRef) -> Result<ProjectAccess> {
    let mut access = access::project(tx, actor, which, Action::ManageLabels)?;
    access.writable()?;
    access.claim(tx)?;
    Ok(access)
}

fn fact(label: &Label) -> Value {
    json!({"id": label.id, "name": label.name, "colour": label.colour, "description": label.description})
}

/// Labels of a project, by name.
///
/// # Errors
/// 404.
pub fn list(conn: &mut Conn, actor: &Actor, which: &ProjectRef) -> Result<Vec<Label>> {
    let access = access::project(conn, actor, which, Action::SeeProject)?;
    Ok(labels::labels(conn, access.project.id)?)
}

/// One label of a project.
///
/// # Errors
/// 404.
pub fn one(conn: &mut Conn, actor: &Actor, which: &ProjectRef, word: &str) -> Result<Label> {
    let access = access::project(conn, actor, which, Action::SeeProject)?;
    Ok(labels::label(conn, access.project.id, word)?)
}

/// Adds a label. `new` has passed its check.
///
/// # Errors
/// 403, 404, 409 when the name is taken.
pub fn create(tx: &mut Tx<'_>, actor: &Actor, which: &ProjectRef, new: &NewLabel) -> Result<Label> {
    let access = managed(tx, actor, which)?;
    let label = labels::insert_label(tx, access.project.id, new)?;
    tx.record(
        NewEvent::new(EventKind::LabelCreated, Some(actor.id))
            .project(access.project.id)
            .is(fact(&label)),
    );
    Ok(label)
}

/// Changes a label; the issues that carry it show the new name at once.
///
/// # Errors
/// 403, 404, 409 when the name is taken.
pub fn update(
    tx: &mut Tx<'_>,
    actor: &Actor,
    which: &ProjectRef,
    word: &str,
    patch: &LabelPatch,
    seen: Precondition,
) -> Result<Label> {
    let access = managed(tx, actor, which)?;
    let was = labels::label(tx, access.project.id, word)?;
    seen.demand(&was)?;
    let label = labels::update_label(tx, &was, patch)?;
    tx.record(
        NewEvent::new(EventKind::LabelUpdated, Some(actor.id))
            .project(access.project.id)
            .was(fact(&was))
            .is(fact(&label)),
    );
    Ok(label)
}

/// Removes a label, first from every issue that carries it, each with its event.
///
/// # Errors
/// 403, 404.
pub fn delete(
    tx: &mut Tx<'_>,
    actor: &Actor,
    which: &ProjectRef,
    word: &str,
    seen: Precondition,
) -> Result<()> {
    let access = managed(tx, actor, which)?;
    let label = labels::label(tx, access.project.id, word)?;
    seen.demand(&label)?;
    lose(
        tx,
        access.project.id,
        issues::by(actor),
        Lost::Label(label.id),
    )?;
    labels::delete_label(tx, label.id)?;
    tx.record(
        NewEvent::new(EventKind::LabelDeleted, Some(actor.id))
            .project(access.project.id)
            .was(fact(&label)),
    );
    Ok(())
}

fn version_fact(version: &Version) -> Value {
    json!({"id": version.id, "name": version.name, "released_on": version.released_on})
}

/// Versions of a project: unreleased first, then newest first.
///
/// # Errors
/// 404.
pub fn versions(conn: &mut Conn, actor: &Actor, which: &ProjectRef) -> Result<Vec<Version>> {
    let access = access::project(conn, actor, which, Action::SeeProject)?;
    let counted = Counted::of(&access, actor);
    Ok(labels::versions_for(conn, access.project.id, counted)?)
}

/// One version of a project.
///
/// # Errors
/// 404.
pub fn one_version(
    conn: &mut Conn,
    actor: &Actor,
    which: &ProjectRef,
    word: &str,
) -> Result<Version> {
    let access = access::project(conn, actor, which, Action::SeeProject)?;
    let counted = Counted::of(&access, actor);
    Ok(labels::version_for(conn, access.project.id, word, counted)?)
}

/// Release notes of a version: what it fixes, as far as that exists for the caller.
///
/// # Errors
/// 404.
pub fn notes(
    conn: &mut Conn,
    actor: &Actor,
    which: &ProjectRef,
    word: &str,
) -> Result<ReleaseNotes> {
    let access = access::project(conn, actor, which, Action::SeeProject)?;
    let counted = Counted::of(&access, actor);
    let version = labels::version_for(conn, access.project.id, word, counted)?;
    let (fixed, issues) = labels::fixed_by(conn, version.id, counted, NOTES_MAX)?;
    Ok(ReleaseNotes {
        markdown: notes::markdown(&access.project.name, &version, &fixed, issues),
        version,
        issues,
    })
}

/// Adds a version.
///
/// # Errors
/// 403, 404, 409 when the name is taken.
pub fn create_version(
    tx: &mut Tx<'_>,
    actor: &Actor,
    which: &ProjectRef,
    new: &NewVersion,
) -> Result<Version> {
    let access = managed(tx, actor, which)?;
    let version = labels::insert_version(tx, access.project.id, new)?;
    tx.record(
        NewEvent::new(EventKind::VersionCreated, Some(actor.id))
            .project(access.project.id)
            .is(version_fact(&version)),
    );
    Ok(version)
}

/// Passes when a version is still what the caller saw, with its counts of issues.
fn as_seen(
    tx: &mut Tx<'_>,
    actor: &Actor,
    access: &ProjectAccess,
    word: &str,
    seen: Precondition,
) -> Result<()> {
    if !seen.is_given() {
        return Ok(());
    }
    let counted = Counted::of(access, actor);
    seen.demand(&labels::version_for(tx, access.project.id, word, counted)?)
}

/// Changes a version.
///
/// # Errors
/// 403, 404, 409 when the name is taken.
pub fn update_version(
    tx: &mut Tx<'_>,
    actor: &Actor,
    which: &ProjectRef,
    word: &str,
    patch: &VersionPatch,
    seen: Precondition,
) -> Result<Version> {
    let access = managed(tx, actor, which)?;
    let was = labels::version(tx, access.project.id, word)?;
    as_seen(tx, actor, &access, word, seen)?;
    let version = labels::update_version(tx, &was, patch)?;
    tx.record(
        NewEvent::new(EventKind::VersionUpdated, Some(actor.id))
            .project(access.project.id)
            .was(version_fact(&was))
            .is(version_fact(&version)),
    );
    Ok(version)
}

/// Removes a version, first from every issue that names it, each with its events.
///
/// # Errors
/// 403, 404.
pub fn delete_version(
    tx: &mut Tx<'_>,
    actor: &Actor,
    which: &ProjectRef,
    word: &str,
    seen: Precondition,
) -> Result<()> {
    let access = managed(tx, actor, which)?;
    let version = labels::version(tx, access.project.id, word)?;
    as_seen(tx, actor, &access, word, seen)?;
    lose(
        tx,
        access.project.id,
        issues::by(actor),
        Lost::Version(version.id),
    )?;
    labels::delete_version(tx, version.id)?;
    tx.record(
        NewEvent::new(EventKind::VersionDeleted, Some(actor.id))
            .project(access.project.id)
            .was(version_fact(&version)),
    );
    Ok(())
}

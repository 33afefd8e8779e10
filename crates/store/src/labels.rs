//! Labels and versions of a project.

use crate::db::{Conn, Tx, new_id};
use crate::error::{Error, Result};
use crate::schema::{issue, label, project_version};
use chrono::{NaiveDate, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Text;
use domain::label::{Label, LabelPatch, NewLabel, NewVersion, Version, VersionPatch};
use uuid::Uuid;

type LabelRow = (Uuid, String, String, String);

fn render_label((id, name, colour, description): LabelRow) -> Label {
    Label {
        id,
        name,
        colour,
        description,
    }
}

/// Labels of a project, by name.
///
/// # Errors
/// When the database is away.
pub fn labels(conn: &mut Conn, project: Uuid) -> Result<Vec<Label>> {
    let rows: Vec<LabelRow> = label::table
        .filter(label::project_id.eq(project))
        .order(sql::<Text>("lower(name)"))
        .select((label::id, label::name, label::colour, label::description))
        .load(conn.pg())?;
    Ok(rows.into_iter().map(render_label).collect())
}

/// One label of a project, by name or id.
///
/// # Errors
/// [`Error::NotFound`].
pub fn label(conn: &mut Conn, project: Uuid, word: &str) -> Result<Label> {
    let id = Uuid::try_parse(word).unwrap_or_else(|_| Uuid::nil());
    if word.contains('\0') {
        return Err(Error::NotFound);
    }
    let row: LabelRow = label::table
        .filter(label::project_id.eq(project))
        .filter(
            sql::<Text>("lower(name)")
                .eq(word.to_lowercase())
                .or(label::id.eq(id)),
        )
        .select((label::id, label::name, label::colour, label::description))
        .first(conn.pg())?;
    Ok(render_label(row))
}

/// Adds a label that passed [`NewLabel::check`].
///
/// # Errors
/// [`Error::Constraint`] when the name is taken.
pub fn insert_label(tx: &mut Tx<'_>, project: Uuid, new: &NewLabel) -> Result<Label> {
    let row = diesel::insert_into(label::table)
        .values((
            label::id.eq(new_id()),
            label::project_id.eq(project),
            label::name.eq(&new.name),
            label::colour.eq(new
                .colour
                .as_deref()
                .unwrap_or(domain::label::COLOUR_DEFAULT)),
            label::description.eq(new.description.as_deref().unwrap_or_default()),
        ))
        .returning((label::id, label::name, label::colour, label::description))
        .get_result(tx.writing(false)?)?;
    Ok(render_label(row))
}

/// Changes a label.
///
/// # Errors
/// [`Error::Constraint`] when the name is taken.
pub fn update_label(tx: &mut Tx<'_>, was: &Label, patch: &LabelPatch) -> Result<Label> {
    let row = diesel::update(label::table.find(was.id))
        .set((
            label::name.eq(patch.name.as_ref().unwrap_or(&was.name)),
            label::colour.eq(patch.colour.as_ref().unwrap_or(&was.colour)),
            label::description.eq(patch.description.as_ref().unwrap_or(&was.description)),
        ))
        .returning((label::id, label::name, label::colour, label::description))
        .get_result(tx.writing(false)?)?;
    Ok(render_label(row))
}

/// Removes a label that no issue carries any more.
///
/// # Errors
/// [`Error::NotFound`].
pub fn delete_label(tx: &mut Tx<'_>, id: Uuid) -> Result<()> {
    let removed = diesel::delete(label::table.find(id)).execute(tx.writing(false)?)?;
    if removed == 1 {
        Ok(())
    } else {
        Err(Error::NotFound)
    }
}

/// Ids of the issues that carry a label.
///
/// # Errors
/// When the database is away.
pub fn issues_with_label(conn: &mut Conn, project: Uuid, id: Uuid) -> Result<Vec<Uuid>> {
    Ok(issue::table
        .filter(issue::project_id.eq(project))
        .filter(issue::label_ids.contains(vec![id]))
        .order(issue::number)
        .select(issue::id)
        .load(conn.pg())?)
}

/// The project's labels with those names, locked against removal until the transaction ends. A name
/// that the project does not have is given back as the error.
///
/// # Errors
/// The first unknown name, inside.
pub fn by_names(
    conn: &mut Conn,
    project: Uuid,
    names: &[String],
) -> Result<Result<Vec<Label>, String>> {
    let folded: Vec<String> = names.iter().map(|n| n.to_lowercase()).collect();
    let rows: Vec<LabelRow> = label::table
        .filter(label::project_id.eq(project))
        .filter(sql::<Text>("lower(name)").eq_any(&folded))
        .select((label::id, label::name, label::colour, label::description))
        .for_key_share()
        .load(conn.pg())?;
    let missing = names
        .iter()
        .find(|n| !rows.iter().any(|r| r.1.to_lowercase() == n.to_lowercase()));
    if let Some(name) = missing {
        return Ok(Err(name.clone()));
    }
    let mut found: Vec<Label> = rows.into_iter().map(render_label).collect();
    found.sort_by_key(|l| l.name.to_lowercase());
    Ok(Ok(found))
}

type VersionRow = (Uuid, String, Option<NaiveDate>, chrono::DateTime<Utc>);

fn render_version((id, name, released_on, created_at): VersionRow) -> Version {
    Version {
        id,
        name,
        released_on,
        created_at,
    }
}

/// Versions of a project: unreleased first, then newest first.
///
/// # Errors
/// When the database is away.
pub fn versions(conn: &mut Conn, project: Uuid) -> Result<Vec<Version>> {
    let rows: Vec<VersionRow> = project_version::table
        .filter(project_version::project_id.eq(project))
        .order((
            project_version::released_on.desc().nulls_first(),
            project_version::created_at.desc(),
        ))
        .select((
            project_version::id,
            project_version::name,
            project_version::released_on,
            project_version::created_at,
        ))
        .load(conn.pg())?;
    Ok(rows.into_iter().map(render_version).collect())
}

/// One version of a project, by name or id.
///
/// # Errors
/// [`Error::NotFound`].
pub fn version(conn: &mut Conn, project: Uuid, word: &str) -> Result<Version> {
    if word.contains('\0') {
        return Err(Error::NotFound);
    }
    let id = Uuid::try_parse(word).unwrap_or_else(|_| Uuid::nil());
    let row: VersionRow = project_version::table
        .filter(project_version::project_id.eq(project))
        .filter(
            sql::<Text>("lower(name)")
                .eq(word.to_lowercase())
                .or(project_version::id.eq(id)),
        )
        .select((
            project_version::id,
            project_version::name,
            project_version::released_on,
            project_version::created_at,
        ))
        .first(conn.pg())?;
    Ok(render_version(row))
}

/// Adds a version.
///
/// # Errors
/// [`Error::Constraint`] when the name is taken.
pub fn insert_version(tx: &mut Tx<'_>, project: Uuid, new: &NewVersion) -> Result<Version> {
    let row = diesel::insert_into(project_version::table)
        .values((
            project_version::id.eq(new_id()),
            project_version::project_id.eq(project),
            project_version::name.eq(&new.name),
            project_version::released_on.eq(new.released_on),
        ))
        .returning((
            project_version::id,
            project_version::name,
            project_version::released_on,
            project_version::created_at,
        ))
        .get_result(tx.writing(false)?)?;
    Ok(render_version(row))
}

/// Changes a version.
///
/// # Errors
/// [`Error::Constraint`] when the name is taken.
pub fn update_version(tx: &mut Tx<'_>, was: &Version, patch: &VersionPatch) -> Result<Version> {
    let row = diesel::update(project_version::table.find(was.id))
        .set((
            project_version::name.eq(patch.name.as_ref().unwrap_or(&was.name)),
            project_version::released_on.eq(patch.released_on.unwrap_or(was.released_on)),
        ))
        .returning((
            project_version::id,
            project_version::name,
            project_version::released_on,
            project_version::created_at,
        ))
        .get_result(tx.writing(false)?)?;
    Ok(render_version(row))
}

/// Removes a version that no issue names any more.
///
/// # Errors
/// [`Error::Constraint`] when one does.
pub fn delete_version(tx: &mut Tx<'_>, id: Uuid) -> Result<()> {
    let removed = diesel::delete(project_version::table.find(id)).execute(tx.writing(false)?)?;
    if removed == 1 {
        Ok(())
    } else {
        Err(Error::NotFound)
    }
}

/// Whether an issue names a version.
///
/// # Errors
/// When the database is away.
pub fn version_in_use(conn: &mut Conn, id: Uuid) -> Result<bool> {
    Ok(diesel::select(diesel::dsl::exists(
        issue::table.filter(
            issue::affected_version_id
                .eq(id)
                .or(issue::fixed_version_id.eq(id)),
        ),
    ))
    .get_result(conn.pg())?)
}

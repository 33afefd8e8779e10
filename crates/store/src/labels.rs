//! Labels and versions of a project.

use crate::access::{Actor, ProjectAccess, stored};
use crate::db::{Conn, Tx, new_id};
use crate::error::{Error, Result};
use crate::schema::{label, project_version};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Date, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use domain::key::issue_key;
use domain::label::{Label, LabelPatch, NewLabel, NewVersion, Version, VersionPatch};
use domain::notes::Fixed;
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

/// The project's labels with those names. A name that the project does not have is given back as the
/// error.
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

type VersionRow = (Uuid, String, Option<NaiveDate>, DateTime<Utc>, i64, i64);
type VersionSql = (SqlUuid, Text, Nullable<Date>, Timestamptz, BigInt, BigInt);

fn render_version((id, name, released_on, created_at, open, closed): VersionRow) -> Version {
    Version {
        id,
        name,
        released_on,
        created_at,
        open,
        closed,
    }
}

/// Versions of a project with the counts of issues that they shall fix, as far as those exist for
/// somebody.
macro_rules! versions_select {
    ($condition:literal) => {
        concat!(
            "select v.id, v.name, v.released_on, v.created_at, fixed.open, fixed.closed
             from project_version v
             cross join lateral (
                 select count(*) filter (where i.resolved_at is null) as open, count(i.resolved_at) as closed
                 from issue i where i.fixed_version_id = v.id and i.deleted_at is null
                   and (not {own_only} or i.reporter_id = {me})
             ) fixed
             where v.project_id = {project} ", $condition, "
             order by v.released_on desc nulls first, v.created_at desc")
    };
}

statement! {
    /// Versions of a project: unreleased first, then newest first.
    VersionsOf { project: Uuid => SqlUuid, own_only: bool => Bool, me: Uuid => SqlUuid } -> VersionSql :
    versions_select!("")
}

statement! {
    /// One of them, by name or id.
    VersionOf { project: Uuid => SqlUuid, own_only: bool => Bool, me: Uuid => SqlUuid, name: String => Text, id: Uuid => SqlUuid } -> VersionSql :
    versions_select!("and (lower(v.name) = {name} or v.id = {id})")
}

/// For whom the issues of a version are counted.
#[derive(Debug, Clone, Copy)]
pub struct Counted {
    /// Only their own issues exist for them.
    pub own_only: bool,
    /// Who.
    pub me: Uuid,
}

impl Counted {
    /// Every issue.
    pub const ALL: Counted = Counted {
        own_only: false,
        me: Uuid::nil(),
    };

    /// Those that exist for somebody in a project.
    #[must_use]
    pub fn of(access: &ProjectAccess, actor: &Actor) -> Self {
        Self {
            own_only: access.own_only,
            me: actor.id,
        }
    }
}

/// Versions of a project: unreleased first, then newest first; every issue counts.
///
/// # Errors
/// When the database is away.
pub fn versions(conn: &mut Conn, project: Uuid) -> Result<Vec<Version>> {
    versions_for(conn, project, Counted::ALL)
}

/// The same, counted for somebody.
///
/// # Errors
/// When the database is away.
pub fn versions_for(conn: &mut Conn, project: Uuid, counted: Counted) -> Result<Vec<Version>> {
    let Counted { own_only, me } = counted;
    let statement = VersionsOf {
        project,
        own_only,
        me,
    };
    let rows: Vec<VersionRow> = statement.load(conn.pg())?;
    Ok(rows.into_iter().map(render_version).collect())
}

/// One version of a project, by name or id; every issue counts.
///
/// # Errors
/// [`Error::NotFound`].
pub fn version(conn: &mut Conn, project: Uuid, word: &str) -> Result<Version> {
    version_for(conn, project, word, Counted::ALL)
}

/// The same, counted for somebody.
///
/// # Errors
/// [`Error::NotFound`].
pub fn version_for(
    conn: &mut Conn,
    project: Uuid,
    word: &str,
    counted: Counted,
) -> Result<Version> {
    if word.contains('\0') {
        return Err(Error::NotFound);
    }
    let Counted { own_only, me } = counted;
    let statement = VersionOf {
        project,
        own_only,
        me,
        name: word.to_lowercase(),
        id: Uuid::try_parse(word).unwrap_or_else(|_| Uuid::nil()),
    };
    let rows: Vec<VersionRow> = statement.load(conn.pg())?;
    // A name that reads like the id of another wins.
    let row = rows.into_iter().next().ok_or(Error::NotFound)?;
    Ok(render_version(row))
}

statement! {
    /// Issues that a version fixes, by number, and how many there are.
    FixedBy { version: Uuid => SqlUuid, own_only: bool => Bool, me: Uuid => SqlUuid, limit: i64 => BigInt }
    -> (Text, Text, BigInt, Text, BigInt) :
    "select i.type, p.key, i.number, i.title, count(*) over ()
     from issue i join project p on p.id = i.project_id
     where i.fixed_version_id = {version} and i.deleted_at is null and i.resolution = 'complete'
       and (not {own_only} or i.reporter_id = {me})
     order by i.number limit {limit}"
}

/// Issues that a version fixes (closed as complete), by number, and how many there are in all.
///
/// # Errors
/// When the database is away.
pub fn fixed_by(
    conn: &mut Conn,
    version: Uuid,
    counted: Counted,
    limit: i64,
) -> Result<(Vec<Fixed>, i64)> {
    let Counted { own_only, me } = counted;
    let statement = FixedBy {
        version,
        own_only,
        me,
        limit,
    };
    let rows: Vec<(String, String, i64, String, i64)> = statement.load(conn.pg())?;
    let count = rows.first().map_or(0, |row| row.4);
    let fixed = rows
        .into_iter()
        .map(|(type_, project, number, title, _)| {
            Ok(Fixed {
                type_: stored(&type_)?,
                key: issue_key(&project, number),
                title,
            })
        })
        .collect::<Result<_>>()?;
    Ok((fixed, count))
}

/// Adds a version; no issue names it yet.
///
/// # Errors
/// [`Error::Constraint`] when the name is taken.
pub fn insert_version(tx: &mut Tx<'_>, project: Uuid, new: &NewVersion) -> Result<Version> {
    let (id, name, released_on, created_at) = diesel::insert_into(project_version::table)
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
    Ok(render_version((id, name, released_on, created_at, 0, 0)))
}

/// Changes a version; its counts stay.
///
/// # Errors
/// [`Error::Constraint`] when the name is taken.
pub fn update_version(tx: &mut Tx<'_>, was: &Version, patch: &VersionPatch) -> Result<Version> {
    let (id, name, released_on, created_at) = diesel::update(project_version::table.find(was.id))
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
    Ok(render_version((
        id,
        name,
        released_on,
        created_at,
        was.open,
        was.closed,
    )))
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

//! Changing a project's workflow while people work with it.
//!
//! Whoever changes one has claimed its project (`access::hold`): until they are done, no issue enters or
//! leaves a status.

use crate::access::stored;
use crate::db::{Conn, Tx, new_id};
use crate::error::{Error, Result};
use crate::schema::{issue, project, status, transition};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Uuid as SqlUuid};
use domain::workflow::{Category, Status, Workflow};
use std::collections::HashMap;
use uuid::Uuid;

/// The version of a project's workflow.
///
/// # Errors
/// When the database is away.
pub fn version(conn: &mut Conn, project_id: Uuid) -> Result<i32> {
    Ok(project::table
        .find(project_id)
        .select(project::workflow_version)
        .get_result(conn.pg())?)
}

/// How many issues are in a status, deleted ones too.
///
/// # Errors
/// When the database is away.
pub fn issues_in(conn: &mut Conn, status_id: Uuid) -> Result<i64> {
    Ok(issue::table
        .filter(issue::status_id.eq(status_id))
        .count()
        .get_result(conn.pg())?)
}

statement! {
    /// Whether any issue ever was in a status.
    EverUsed { project: Uuid => SqlUuid, status: Uuid => SqlUuid } -> Bool :
    "select exists (select 1 from issue_version where project_id = {project} and status_id = {status})"
}

/// Whether any issue ever was in that status: then its category is part of history.
///
/// # Errors
/// When the database is away.
pub fn ever_used(conn: &mut Conn, project: Uuid, status: Uuid) -> Result<bool> {
    Ok(EverUsed { project, status }.get_result(conn.pg())?)
}

/// Statuses that were removed, by slug: one that comes back is the same one.
///
/// # Errors
/// When the database is away.
pub fn removed(tx: &mut Tx<'_>, project_id: Uuid) -> Result<HashMap<String, (Uuid, Category)>> {
    let rows: Vec<(String, Uuid, String)> = status::table
        .filter(status::project_id.eq(project_id))
        .filter(status::removed_at.is_not_null())
        .select((status::slug, status::id, status::category))
        .load(tx.pg())?;
    rows.into_iter()
        .map(|(slug, id, category)| Ok((slug, (id, stored(&category)?))))
        .collect()
}

/// Writes the statuses that stay or come, in order, and all steps. Gives the id of each status.
///
/// `known` has the ids of the statuses that the project has or had.
///
/// # Errors
/// When the database is away.
pub fn write(
    tx: &mut Tx<'_>,
    project_id: Uuid,
    workflow: &Workflow,
    known: &HashMap<String, Uuid>,
) -> Result<HashMap<String, Uuid>> {
    let mut ids = HashMap::new();
    for (position, wanted) in workflow.statuses.iter().enumerate() {
        let position = i16::try_from(position).unwrap_or(i16::MAX);
        let id = write_status(tx, project_id, wanted, position, known.get(&wanted.slug))?;
        ids.insert(wanted.slug.clone(), id);
    }
    let conn = tx.writing(false)?;
    diesel::delete(transition::table.filter(transition::project_id.eq(project_id)))
        .execute(conn)?;
    let steps: Vec<_> = workflow
        .transitions
        .iter()
        .filter_map(|t| {
            Some((
                transition::project_id.eq(project_id),
                transition::from_status_id.eq(*ids.get(&t.from)?),
                transition::to_status_id.eq(*ids.get(&t.to)?),
            ))
        })
        .collect();
    diesel::insert_into(transition::table)
        .values(steps)
        .execute(conn)?;
    Ok(ids)
}

fn write_status(
    tx: &mut Tx<'_>,
    project_id: Uuid,
    wanted: &Status,
    position: i16,
    known: Option<&Uuid>,
) -> Result<Uuid> {
    let values = (
        status::position.eq(position),
        status::name.eq(&wanted.name),
        status::category.eq(wanted.category.slug()),
        status::wip_limit.eq(wanted.wip_limit),
    );
    let conn = tx.writing(false)?;
    if let Some(id) = known {
        let back = status::removed_at.eq(None::<chrono::DateTime<chrono::Utc>>);
        diesel::update(status::table.find(id))
            .set((values, back))
            .execute(conn)?;
        return Ok(*id);
    }
    let id = new_id();
    diesel::insert_into(status::table)
        .values((
            status::id.eq(id),
            status::project_id.eq(project_id),
            status::slug.eq(&wanted.slug),
            values,
        ))
        .execute(conn)?;
    Ok(id)
}

/// Takes statuses without issues out of the workflow; their rows stay for history.
///
/// # Errors
/// When the database is away.
pub fn remove(tx: &mut Tx<'_>, ids: &[Uuid]) -> Result<()> {
    let at = match tx.at() {
        Some(at) => at,
        None => tx.now()?,
    };
    diesel::update(status::table.filter(status::id.eq_any(ids)))
        .set(status::removed_at.eq(Some(at)))
        .execute(tx.writing(false)?)?;
    Ok(())
}

/// Counts a change of the workflow.
///
/// # Errors
/// [`Error::Stale`] when it is not at that version any more.
pub fn count_change(tx: &mut Tx<'_>, project_id: Uuid, version: i32) -> Result<i32> {
    let changed = diesel::update(
        project::table
            .find(project_id)
            .filter(project::workflow_version.eq(version)),
    )
    .set(project::workflow_version.eq(version + 1))
    .execute(tx.writing(false)?)?;
    if changed == 1 {
        Ok(version + 1)
    } else {
        Err(Error::Stale)
    }
}

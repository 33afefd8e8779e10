//! The audit log, as admins ask for it.

use super::Result;
use chrono::{DateTime, Duration, Utc};
use domain::audit::{AuditEntry, AuditFilter, AuditKind, PURGE_DAYS_MIN};
use domain::key::ProjectRef;
use domain::policy::Action;
use domain::problem::FieldError;
use serde_json::json;
use store::access::Actor;
use store::accounts;
use store::audit::{self, NewEntry, Wanted};
use store::db::{Conn, Tx};
use uuid::Uuid;

/// Position in the log: instant and id.
pub type At = (DateTime<Utc>, Uuid);

fn may(actor: &Actor) -> Result<()> {
    Ok(actor.allow(Action::SeeAudit)?)
}

/// Somebody by name, or by an id that need not be an account's any more.
fn person(conn: &mut Conn, field: &str, word: Option<&str>) -> Result<Option<Uuid>> {
    let Some(word) = word else {
        return Ok(None);
    };
    if let Ok(id) = Uuid::try_parse(word) {
        return Ok(Some(id));
    }
    let found = accounts::find(conn, word)?;
    let unknown = || FieldError::query(field, "unknown_value", "There is nobody of that name.");
    Ok(Some(found.ok_or_else(unknown)?.id))
}

fn wanted(conn: &mut Conn, filter: &AuditFilter) -> Result<Wanted> {
    let project: Option<ProjectRef> = match &filter.project {
        None => None,
        Some(word) => Some(word.parse().map_err(|_| {
            FieldError::query("project", "invalid", "Expected a key or id of a project.")
        })?),
    };
    Ok(Wanted {
        kinds: filter.kinds.clone(),
        actor: person(conn, "actor", filter.actor.as_deref())?,
        target: person(conn, "target", filter.target.as_deref())?,
        project_key: project.as_ref().and_then(|p| match p {
            ProjectRef::Key(key) => Some(key.clone()),
            ProjectRef::Id(_) => None,
        }),
        project_id: project.and_then(|p| match p {
            ProjectRef::Id(id) => Some(id),
            ProjectRef::Key(_) => None,
        }),
        from: filter.from,
        to: filter.to,
    })
}

/// One page, newest first, and how many there are.
///
/// # Errors
/// 403; 422 for a name that nobody has.
pub fn list(
    conn: &mut Conn,
    actor: &Actor,
    filter: &AuditFilter,
    before: Option<At>,
    limit: i64,
) -> Result<(Vec<AuditEntry>, i64)> {
    may(actor)?;
    let wanted = wanted(conn, filter)?;
    let count = audit::count(conn, &wanted)?;
    Ok((audit::list(conn, &wanted, before, limit)?, count))
}

/// Notes that the log is being exported, and gives the instant up to which.
///
/// # Errors
/// 403; 422 for a name that nobody has.
pub fn begin_export(tx: &mut Tx<'_>, actor: &Actor, filter: &AuditFilter) -> Result<DateTime<Utc>> {
    may(actor)?;
    wanted(tx, filter)?;
    let asked: serde_json::Map<String, serde_json::Value> = filter
        .pairs()
        .into_iter()
        .map(|(name, value)| (name.to_string(), json!(value)))
        .collect();
    tx.audit(NewEntry::new(AuditKind::AuditExported, Some(actor.id)).detail(json!(asked)));
    Ok(tx.now()?)
}

/// One part of an export.
///
/// # Errors
/// 403.
pub fn part(
    conn: &mut Conn,
    actor: &Actor,
    filter: &AuditFilter,
    before: Option<At>,
    limit: i64,
) -> Result<Vec<AuditEntry>> {
    may(actor)?;
    let wanted = wanted(conn, filter)?;
    Ok(audit::list(conn, &wanted, before, limit)?)
}

/// Removes the entries from before an instant; history is not touched.
///
/// # Errors
/// 403; 422 when the instant is less than 30 days back.
pub fn purge(tx: &mut Tx<'_>, actor: &Actor, before: DateTime<Utc>) -> Result<i64> {
    may(actor)?;
    if before > tx.now()? - Duration::days(PURGE_DAYS_MIN) {
        let detail = format!("At least {PURGE_DAYS_MIN} days back.");
        return Err(FieldError::query("before", "range", detail).into());
    }
    Ok(audit::purge(tx, before, Some(actor.id))?)
}

/// Notes that a list of issues leaves as a file.
pub fn issues_leave(tx: &mut Tx<'_>, actor: &Actor, asked: &[(&str, String)], rows: usize) {
    let asked: serde_json::Map<String, serde_json::Value> = asked
        .iter()
        .map(|(name, value)| ((*name).to_string(), json!(value)))
        .collect();
    let detail = json!({"asked": asked, "rows": rows});
    tx.audit(NewEntry::new(AuditKind::IssuesExported, Some(actor.id)).detail(detail));
}

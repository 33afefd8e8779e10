//! Looking back: which instants can be asked for.

use super::Result;
use chrono::{DateTime, Utc};
use domain::problem::FieldError;
use store::access::{Actor, Scope};
use store::db::Conn;

/// Refuses an instant that is still to come, by the database's clock: what it shows could change.
///
/// # Errors
/// 422 naming the parameter.
pub fn check(conn: &mut Conn, as_of: Option<DateTime<Utc>>) -> Result<()> {
    let Some(at) = as_of else {
        return Ok(());
    };
    if at > conn.now()? {
        let detail = "That instant is still to come.";
        return Err(FieldError::query("as_of", "range", detail).into());
    }
    Ok(())
}

/// The scope in which somebody asks for an instant that passed [`check`].
///
/// # Errors
/// When the database is away.
pub fn scope(
    conn: &mut Conn,
    actor: &Actor,
    scope: Scope,
    as_of: Option<DateTime<Utc>>,
) -> Result<Scope> {
    let narrow = scope.all.len() + scope.own.len() == 1;
    if as_of.is_some() && narrow {
        return Ok(scope.looking_back(conn, actor)?);
    }
    Ok(scope)
}

//! API tokens: one's own, and those of programs.

use super::accounts::is_admin;
use super::{Error, Result};
use crate::auth::token::Presented;
use domain::audit::AuditKind;
use domain::key::ProjectRef;
use domain::policy::Action;
use domain::problem::FieldError;
use domain::token::{ApiToken, NewToken, TOKENS_MAX};
use domain::user::{Kind, User};
use serde_json::{Value, json};
use store::access::{self, Actor};
use store::accounts::{self, StoredAccount};
use store::audit::NewEntry;
use store::db::{Conn, Tx};
use store::tokens;
use uuid::Uuid;

/// Whose tokens are meant: one's own, or those of an account that an admin names.
fn owner(conn: &mut Conn, actor: &Actor, word: Option<&str>) -> Result<StoredAccount> {
    let Some(word) = word else {
        return Ok(accounts::by_id(conn, actor.id)?);
    };
    is_admin(actor)?;
    let found = accounts::find(conn, word)?.filter(|_| !word.contains('@'));
    found.ok_or_else(Error::not_found)
}

/// Tokens of an account that are not revoked, newest first.
///
/// # Errors
/// 403 when it is another's, 404.
pub fn list(conn: &mut Conn, actor: &Actor, whose: Option<&str>) -> Result<Vec<ApiToken>> {
    let owner = owner(conn, actor, whose)?;
    Ok(tokens::list(conn, owner.id)?)
}

/// One token of an account that is not revoked.
///
/// # Errors
/// 403 when it is another's, 404.
pub fn one(conn: &mut Conn, actor: &Actor, whose: Option<&str>, id: Uuid) -> Result<ApiToken> {
    let owner = owner(conn, actor, whose)?;
    Ok(tokens::one(conn, owner.id, id)?)
}

/// Makes a token, whose secret was made outside. `new` has passed its check.
///
/// # Errors
/// 403 when it is another's, 404, 409 when there are too many or it is for somebody else who is a
/// person, 422 for a project that does not exist for its owner.
pub fn create(
    tx: &mut Tx<'_>,
    actor: &Actor,
    whose: Option<&str>,
    new: &NewToken,
    kept: &Presented,
) -> Result<ApiToken> {
    let owner = owner(tx, actor, whose)?;
    // Two at once do not both take the last place.
    let owner = accounts::by_id_for_update(tx, owner.id)?;
    let user = owner.render()?;
    if owner.id != actor.id && user.kind == Kind::Human {
        return Err(Error::conflict(
            "People make their own tokens; only those of service accounts are made for them.",
        ));
    }
    if !owner.active {
        return Err(Error::conflict(
            "The account is deactivated; activate it first.",
        ));
    }
    if tokens::count(tx, owner.id)? >= i64::try_from(TOKENS_MAX).unwrap_or(i64::MAX) {
        return Err(Error::conflict(
            "There are 50 tokens already; revoke some first.",
        ));
    }
    let project = match &new.project {
        None => None,
        Some(word) => Some(project_of(tx, actor, &user, word)?),
    };
    let id = tokens::insert(tx, owner.id, new, project, &kept.prefix, kept.digest)?;
    let made = tokens::one(tx, owner.id, id)?;
    let mut detail = particulars(&made);
    if let Some(detail) = detail.as_object_mut() {
        detail.insert("expires_at".into(), json!(made.expires_at));
    }
    let mut entry = NewEntry::new(AuditKind::TokenCreated, Some(actor.id)).about(owner.id);
    if let (Some(id), Some(key)) = (project, &made.project) {
        entry = entry.project(id, key);
    }
    tx.audit(entry.detail(detail));
    Ok(made)
}

/// The project that a token shall be bound to: one that exists for its owner.
fn project_of(tx: &mut Tx<'_>, actor: &Actor, owner: &User, word: &str) -> Result<Uuid> {
    let detail = if owner.id == actor.id {
        "There is no such project."
    } else {
        "No such project exists for them; make them a member first."
    };
    let unknown = || FieldError::at("project", "unknown_value", detail);
    let which: ProjectRef = word.parse().map_err(|_| unknown())?;
    let as_owner = Actor {
        id: owner.id,
        username: owner.username.clone(),
        display_name: owner.display_name.clone(),
        role: owner.role.unwrap_or(actor.role),
        session: Uuid::nil(),
        token: None,
    };
    let found = access::project(tx, &as_owner, &which, Action::SeeProject);
    match found {
        Err(store::Error::NotFound) => Err(unknown().into()),
        found => Ok(found?.project.id),
    }
}

fn particulars(token: &ApiToken) -> Value {
    json!({
        "token": token.id,
        "name": token.name,
        "prefix": token.prefix,
        "scopes": token.scopes,
        "project": token.project,
    })
}

/// Revokes a token.
///
/// # Errors
/// 403 when it is another's, 404.
pub fn revoke(tx: &mut Tx<'_>, actor: &Actor, whose: Option<&str>, id: Uuid) -> Result<()> {
    let owner = owner(tx, actor, whose)?;
    let token = tokens::one(tx, owner.id, id)?;
    tokens::revoke(tx, owner.id, id)?;
    let entry = NewEntry::new(AuditKind::TokenRevoked, Some(actor.id)).about(owner.id);
    tx.audit(entry.detail(particulars(&token)));
    Ok(())
}

/// Revokes all tokens of an account, because of what happened to it.
///
/// # Errors
/// When the database is away.
pub fn revoke_all(tx: &mut Tx<'_>, actor: &Actor, owner: Uuid, reason: &str) -> Result<()> {
    let held = tokens::list(tx, owner)?;
    if held.is_empty() {
        return Ok(());
    }
    tokens::revoke_all(tx, owner)?;
    for token in held {
        let mut detail = particulars(&token);
        if let Some(detail) = detail.as_object_mut() {
            detail.insert("reason".into(), json!(reason));
        }
        let entry = NewEntry::new(AuditKind::TokenRevoked, Some(actor.id)).about(owner);
        tx.audit(entry.detail(detail));
    }
    Ok(())
}

//! Accounts: oneself, the directory, and what admins do.

use super::{Error, Precondition, Result, tokens};
use domain::audit::AuditKind;
use domain::event::EventKind;
use domain::policy::Action;
use domain::problem::{Code, FieldError, Problem};
use domain::token::Refusal;
use domain::user::{
    Kind, Me, NewUser, ProfilePatch, Role, User, UserPatch, no_password_for_services,
};
use serde_json::{Value, json};
use store::access::{self, Actor};
use store::accounts::{self, AccountChange, NewAccount, StoredAccount};
use store::audit::NewEntry;
use store::db::{Conn, Lock, Tx};
use store::events::NewEvent;
use uuid::Uuid;

/// Oneself, with what one is in each project.
///
/// # Errors
/// When the database is away.
pub fn me(conn: &mut Conn, actor: &Actor) -> Result<Me> {
    let account = accounts::by_id(conn, actor.id)?;
    Ok(Me {
        user: account.render()?,
        preferences: account.preferences()?,
        standings: access::standings(conn, actor)?,
        session_id: actor.token.is_none().then_some(actor.session),
        scopes: actor.cut().map(|cut| cut.scopes.iter().collect()),
        expires_at: actor.token.as_ref().and_then(|held| held.expires_at),
    })
}

/// Changes one's own profile. The patch has passed its check.
///
/// # Errors
/// 409 when the address is taken.
pub fn update_me(
    tx: &mut Tx<'_>,
    actor: &Actor,
    patch: &ProfilePatch,
    seen: Precondition,
) -> Result<Me> {
    let was = accounts::by_id_for_update(tx, actor.id)?.render()?;
    if seen.is_given() {
        seen.demand(&me(tx, actor)?)?;
    }
    let mut change = AccountChange {
        display_name: patch.display_name.as_deref(),
        email: patch.email.as_deref(),
        locale: patch.locale.as_ref().map(|l| l.as_deref().unwrap_or("en")),
        timezone: patch
            .timezone
            .as_ref()
            .map(|t| t.as_deref().unwrap_or("UTC")),
        ..AccountChange::default()
    };
    change.theme(patch.theme);
    accounts::update(tx, actor.id, &change)?;
    if let Some(name) = &patch.display_name {
        note(
            tx,
            actor,
            &was,
            "display_name",
            json!(was.display_name),
            json!(name),
        );
    }
    if let Some(email) = &patch.email {
        note(tx, actor, &was, "email", json!(was.email), json!(email));
        if Some(email) != was.email.as_ref() {
            let kind = AuditKind::AccountEmailChanged;
            audited(
                tx,
                actor,
                &was,
                kind,
                json!({"old": was.email, "new": email}),
            );
        }
    }
    me(tx, actor)
}

/// Sets a new password; `hash` was made outside. Ends all other sessions, and revokes all tokens:
/// who changes a password may doubt who else has come in.
///
/// # Errors
/// When the database is away.
pub fn set_my_password(tx: &mut Tx<'_>, actor: &Actor, hash: &str) -> Result<()> {
    let was = accounts::by_id_for_update(tx, actor.id)?.render()?;
    accounts::update(
        tx,
        actor.id,
        &AccountChange {
            password_hash: Some(hash),
            ..AccountChange::default()
        },
    )?;
    accounts::revoke_sessions(tx, actor.id, Some(actor.session))?;
    tokens::revoke_all(tx, actor, actor.id, "password")?;
    note(tx, actor, &was, "password", Value::Null, Value::Null);
    audited(tx, actor, &was, AuditKind::PasswordChanged, json!({}));
    Ok(())
}

/// Passes for who manages accounts.
///
/// # Errors
/// 403.
pub(super) fn is_admin(actor: &Actor) -> Result<()> {
    Ok(actor.allow(Action::ManageAccounts)?)
}

/// As the caller may see it.
fn shown(account: &StoredAccount, actor: &Actor) -> Result<User> {
    let whole = is_admin(actor).is_ok() || account.id == actor.id;
    Ok(if whole {
        account.render()?
    } else {
        account.render_public()?
    })
}

/// One page of the directory: those whom the caller can meet in a project. Only admins see deactivated accounts, and only if asked for.
///
/// # Errors
/// When the database is away.
pub fn list(
    conn: &mut Conn,
    actor: &Actor,
    text: Option<&str>,
    all: bool,
    after: Option<&str>,
    limit: i64,
) -> Result<(Vec<User>, i64)> {
    let active_only = !(all && is_admin(actor).is_ok());
    let circle = access::circle(conn, actor)?;
    let rows = accounts::list(conn, &circle, text, active_only, after, limit)?;
    let count = accounts::count(conn, &circle, text, active_only)?;
    let users = rows
        .iter()
        .map(|a| shown(a, actor))
        .collect::<Result<_>>()?;
    Ok((users, count))
}

/// Somebody of whom the caller learns, by id or user name. E-mail addresses find nobody, lest they can be
/// guessed.
///
/// # Errors
/// When the database is away.
pub(super) fn met(conn: &mut Conn, actor: &Actor, word: &str) -> Result<Option<StoredAccount>> {
    let Some(account) = accounts::find(conn, word)?.filter(|_| !word.contains('@')) else {
        return Ok(None);
    };
    let circle = access::circle(conn, actor)?;
    let within = accounts::is_within(conn, &circle, account.id)?;
    Ok(within.then_some(account))
}

/// One account, by id or user name.
///
/// # Errors
/// 404; e-mail addresses find nobody, lest they can be guessed.
pub fn one(conn: &mut Conn, actor: &Actor, word: &str) -> Result<User> {
    let account = met(conn, actor, word)?.ok_or_else(Error::not_found)?;
    shown(&account, actor)
}

/// Admin: makes an account. `new` has passed its check; `hash` is of its password.
///
/// # Errors
/// 403; 409 when name or address is taken.
pub fn create(tx: &mut Tx<'_>, actor: &Actor, new: &NewUser, hash: Option<&str>) -> Result<User> {
    is_admin(actor)?;
    let id = insert(tx, new, hash)?;
    let name = new.username.as_deref().unwrap_or_default();
    tx.record(
        NewEvent::new(EventKind::UserCreated, Some(actor.id)).is(json!({"id": id, "name": name})),
    );
    let made = accounts::by_id(tx, id)?.render()?;
    let detail = json!({"role": new.role, "kind": new.kind});
    audited(tx, actor, &made, AuditKind::AccountCreated, detail);
    Ok(made)
}

/// Inserts an account that passed [`NewUser::check`].
///
/// # Errors
/// 409 when name or address is taken.
pub fn insert(tx: &mut Tx<'_>, new: &NewUser, hash: Option<&str>) -> Result<Uuid> {
    let username = new.username.as_deref().unwrap_or_default();
    Ok(accounts::insert(
        tx,
        &NewAccount {
            username,
            email: &new.email,
            display_name: new.display_name.as_deref().unwrap_or(username),
            role: new.role,
            kind: new.kind,
            password_hash: hash,
            awaits_admin: false,
        },
    )?)
}

/// Whether this change would take the last admin away.
fn loses_an_admin(was: &User, patch: &UserPatch) -> bool {
    let is_one = was.role == Some(Role::Admin) && was.active && was.kind == Kind::Human;
    let stays_one = patch.role.is_none_or(|r| r == Role::Admin) && patch.active != Some(false);
    is_one && !stays_one
}

/// Admin: changes an account. The patch has passed its check; `hash` is of its new password.
///
/// Role, password and state count from the next request on: sessions end where they must.
///
/// # Errors
/// 403, 404, 409 when the last admin would be lost or the address is taken.
pub fn update(
    tx: &mut Tx<'_>,
    actor: &Actor,
    word: &str,
    patch: &UserPatch,
    hash: Option<&str>,
    seen: Precondition,
) -> Result<User> {
    is_admin(actor)?;
    // One change of admins at a time, so that two cannot demote each other.
    tx.lock(Lock::Admins)?;
    let id = accounts::find(tx, word)?.ok_or_else(Error::not_found)?.id;
    // A token must not become more, or outlive what it was given by, by way of its owner's account.
    if actor.token.is_some() && id == actor.id {
        return Err(Refusal::Never.into());
    }
    let was = accounts::by_id_for_update(tx, id)?.render()?;
    seen.demand(&was)?;
    if hash.is_some() && was.kind == Kind::Service {
        return Err(no_password_for_services().into());
    }
    if loses_an_admin(&was, patch) && accounts::count_active_admins(tx)? <= 1 {
        return Err(last_admin());
    }
    let change = AccountChange {
        display_name: patch.display_name.as_deref(),
        email: patch.email.as_deref(),
        role: patch.role.map(Role::slug),
        active: patch.active,
        awaits_admin: patch.active.filter(|active| *active).map(|_| false),
        password_hash: hash,
        ..AccountChange::default()
    };
    accounts::update(tx, id, &change)?;
    if hash.is_some() || patch.active == Some(false) {
        let keep = Some(actor.session).filter(|_| id == actor.id);
        accounts::revoke_sessions(tx, id, keep)?;
        let reason = if hash.is_some() {
            "password"
        } else {
            "deactivated"
        };
        tokens::revoke_all(tx, actor, id, reason)?;
    }
    if let Some(role) = patch.role.filter(|r| Some(*r) != was.role) {
        note(tx, actor, &was, "role", json!(was.role), json!(role));
        let detail = json!({"old": was.role, "new": role});
        audited(tx, actor, &was, AuditKind::AccountRoleChanged, detail);
    }
    if let Some(active) = patch.active.filter(|a| *a != was.active) {
        note(tx, actor, &was, "active", json!(was.active), json!(active));
        let kind = if active {
            AuditKind::AccountActivated
        } else {
            AuditKind::AccountDeactivated
        };
        audited(tx, actor, &was, kind, json!({}));
    }
    if let Some(email) = patch
        .email
        .as_ref()
        .filter(|e| Some(*e) != was.email.as_ref())
    {
        note(tx, actor, &was, "email", json!(was.email), json!(email));
        let kind = AuditKind::AccountEmailChanged;
        audited(
            tx,
            actor,
            &was,
            kind,
            json!({"old": was.email, "new": email}),
        );
    }
    if let Some(name) = patch
        .display_name
        .as_ref()
        .filter(|n| **n != was.display_name)
    {
        note(
            tx,
            actor,
            &was,
            "display_name",
            json!(was.display_name),
            json!(name),
        );
    }
    if hash.is_some() {
        note(tx, actor, &was, "password", Value::Null, Value::Null);
        audited(tx, actor, &was, AuditKind::PasswordReset, json!({}));
    }
    Ok(accounts::by_id(tx, id)?.render()?)
}

fn last_admin() -> Error {
    Problem::new(Code::LastOne)
        .detail("This is the last active admin; make another one first.")
        .into()
}

/// An event about an account belongs to no project: only admins hear it.
fn note(tx: &mut Tx<'_>, actor: &Actor, whom: &User, field: &'static str, old: Value, new: Value) {
    tx.record(
        NewEvent::new(EventKind::UserUpdated, Some(actor.id))
            .change(field, old, new)
            .concerning(whom.id),
    );
}

/// An entry of the audit log about an account.
fn audited(tx: &mut Tx<'_>, actor: &Actor, whom: &User, kind: AuditKind, detail: Value) {
    let entry = NewEntry::new(kind, Some(actor.id)).about(whom.id);
    tx.audit(entry.detail(detail));
}

/// A field error for somebody who cannot be found.
#[must_use]
pub fn nobody(field: &str) -> FieldError {
    FieldError::at(field, "unknown_value", "There is nobody of that name here.")
}

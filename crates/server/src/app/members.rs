//! Members of a project.

use super::accounts::nobody;
use super::issues::names::person_fact;
use super::{Error, Precondition, Result, issues};
use domain::audit::AuditKind;
use domain::event::EventKind;
use domain::key::ProjectRef;
use domain::policy::Action;
use domain::problem::{Code, Problem};
use domain::project::{Member, NewMember, membership_role};
use domain::user::Role;
use serde_json::json;
use store::access::{self, Actor, ProjectAccess};
use store::audit::NewEntry;
use store::db::{Conn, Tx};
use store::events::NewEvent;
use store::issues::{Lost, lose};
use store::{accounts, projects};
use uuid::Uuid;

/// A project's members, by user name, as far as the caller meets them.
///
/// # Errors
/// 404.
pub fn list(conn: &mut Conn, actor: &Actor, which: &ProjectRef) -> Result<Vec<Member>> {
    let access = access::project(conn, actor, which, Action::SeeProject)?;
    let mut members = projects::members(conn, access.project.id)?;
    members.retain(|member| is_met(&access, actor, member));
    Ok(members)
}

/// Whoever sees only their own issues meets those who see all, and no other reporter.
fn is_met(access: &ProjectAccess, actor: &Actor, member: &Member) -> bool {
    !access.own_only || member.role != Role::Reporter || member.user.id == actor.id
}

/// One member, by user name or id.
///
/// # Errors
/// 404; e-mail addresses find nobody, lest they can be guessed.
pub fn one(conn: &mut Conn, actor: &Actor, which: &ProjectRef, word: &str) -> Result<Member> {
    let access = access::project(conn, actor, which, Action::SeeProject)?;
    let account = accounts::find(conn, word)?
        .filter(|_| !word.contains('@'))
        .ok_or_else(Error::not_found)?;
    let member = member(conn, access.project.id, account.id)?;
    if is_met(&access, actor, &member) {
        Ok(member)
    } else {
        Err(Error::not_found())
    }
}

fn member(conn: &mut Conn, project: Uuid, account: Uuid) -> Result<Member> {
    projects::members(conn, project)?
        .into_iter()
        .find(|m| m.user.id == account)
        .ok_or_else(Error::not_found)
}

/// Makes somebody a member, by user name or e-mail address.
///
/// # Errors
/// 403, 404, 409 when they are one already, 422 when there is nobody of that name.
pub fn add(tx: &mut Tx<'_>, actor: &Actor, which: &ProjectRef, new: &NewMember) -> Result<Member> {
    let mut access = access::project(tx, actor, which, Action::ManageMembers)?;
    access.writable()?;
    access.claim(tx)?;
    let role = membership_role(new.role)?;
    let account = accounts::find(tx, &new.identifier)?
        .filter(|a| a.active)
        .ok_or_else(|| nobody("identifier"))?;
    projects::add_member(tx, access.project.id, account.id, role)?;
    let added = member(tx, access.project.id, account.id)?;
    tx.record(
        NewEvent::new(EventKind::MemberAdded, Some(actor.id))
            .project(access.project.id)
            .concerning(account.id)
            .is(json!({"id": account.id, "name": added.user.username, "role": role})),
    );
    audited(
        tx,
        actor,
        &access,
        AuditKind::MemberAdded,
        account.id,
        json!({"new": role}),
    );
    Ok(added)
}

/// An entry of the audit log about a member.
fn audited(
    tx: &mut Tx<'_>,
    actor: &Actor,
    access: &ProjectAccess,
    kind: AuditKind,
    whom: Uuid,
    detail: serde_json::Value,
) {
    let entry = NewEntry::new(kind, Some(actor.id)).about(whom);
    let entry = entry.project(access.project.id, &access.project.key);
    tx.audit(entry.detail(detail));
}

/// A member by id, with their role.
type Membership = (Uuid, Role);

/// Who is meant in `…/members/{user}`, with every member's role; the project is claimed.
fn meant(
    tx: &mut Tx<'_>,
    access: &ProjectAccess,
    word: &str,
) -> Result<(Membership, Vec<Membership>)> {
    let account = accounts::find(tx, word)?.ok_or_else(Error::not_found)?;
    let all = projects::roles(tx, access.project.id)?;
    let meant = all
        .iter()
        .copied()
        .find(|m| m.0 == account.id)
        .ok_or_else(Error::not_found)?;
    Ok((meant, all))
}

fn keep_a_lead(all: &[Membership], leaving: Uuid) -> Result<()> {
    if all
        .iter()
        .any(|(id, role)| *role == Role::Lead && *id != leaving)
    {
        return Ok(());
    }
    Err(Problem::new(Code::LastOne)
        .detail("This is the project's last lead; make another one first.")
        .into())
}

/// Changes a member's role.
///
/// # Errors
/// 403, 404, 409 when the last lead would be lost.
pub fn update(
    tx: &mut Tx<'_>,
    actor: &Actor,
    which: &ProjectRef,
    word: &str,
    role: Role,
    seen: Precondition,
) -> Result<Member> {
    let mut access = access::project(tx, actor, which, Action::ManageMembers)?;
    access.writable()?;
    access.claim(tx)?;
    let role = membership_role(role)?;
    let ((id, was), all) = meant(tx, &access, word)?;
    seen.demand(&member(tx, access.project.id, id)?)?;
    if was == Role::Lead && role != Role::Lead {
        keep_a_lead(&all, id)?;
    }
    projects::set_member_role(tx, access.project.id, id, role)?;
    let changed = member(tx, access.project.id, id)?;
    let name = &changed.user.username;
    tx.record(
        NewEvent::new(EventKind::MemberUpdated, Some(actor.id))
            .project(access.project.id)
            .concerning(id)
            .was(json!({"id": id, "name": name, "role": was}))
            .is(json!({"id": id, "name": name, "role": role})),
    );
    let detail = json!({"old": was, "new": role});
    audited(tx, actor, &access, AuditKind::MemberRoleChanged, id, detail);
    Ok(changed)
}

/// Ends a membership and gives back the issues assigned to it. Members may leave by themselves.
///
/// # Errors
/// 403, 404, 409 when the last lead would be lost.
pub fn remove(
    tx: &mut Tx<'_>,
    actor: &Actor,
    which: &ProjectRef,
    word: &str,
    seen: Precondition,
) -> Result<()> {
    let mut access = access::project(tx, actor, which, Action::SeeProject)?;
    let leaving = accounts::find(tx, word)?.is_some_and(|a| a.id == actor.id);
    if !leaving {
        access.allow(Action::ManageMembers)?;
    }
    access.writable()?;
    access.claim(tx)?;
    let ((id, was), all) = meant(tx, &access, word)?;
    seen.demand(&member(tx, access.project.id, id)?)?;
    if was == Role::Lead {
        keep_a_lead(&all, id)?;
    }
    let gone = member(tx, access.project.id, id)?;
    let fact = person_fact(id, &gone.user.username);
    let lost = Lost::Assignee(id, &fact);
    lose(tx, access.project.id, issues::by(actor), lost)?;
    projects::remove_member(tx, access.project.id, id)?;
    tx.record(
        NewEvent::new(EventKind::MemberRemoved, Some(actor.id))
            .project(access.project.id)
            .concerning(id)
            .was(json!({"id": id, "name": gone.user.username, "role": was})),
    );
    audited(
        tx,
        actor,
        &access,
        AuditKind::MemberRemoved,
        id,
        json!({"old": was}),
    );
    Ok(())
}

//! From the names in a request to the things they mean, within what the caller can see.

use crate::app::accounts::nobody;
use crate::app::{Result, projects};
use domain::key::IssueRef;
use domain::label::{Label, Version};
use domain::policy::{Action, Ground};
use domain::problem::FieldError;
use serde_json::{Value, json};
use store::access::{self, Actor, ProjectAccess};
use store::accounts::{self, StoredAccount};
use store::db::{Conn, Lock};
use store::labels;
use uuid::Uuid;

fn unknown(field: &str, detail: String) -> FieldError {
    FieldError::at(field, "unknown_value", detail)
}

/// Somebody who can be given an issue here: active, and the project exists for them.
pub fn person(
    conn: &mut Conn,
    access: &ProjectAccess,
    field: &str,
    word: &str,
) -> Result<StoredAccount> {
    let account = accounts::find(conn, word)?.ok_or_else(|| nobody(field))?;
    if projects::exists_for(conn, access, &account)? {
        Ok(account)
    } else {
        Err(nobody(field).into())
    }
}

/// Whom an issue of that ground may be given to by the caller. Whoever may only take issues learns
/// nothing of others: no word but one for themselves is looked up.
///
/// # Errors
/// 403 naming the missing right, 422 when there is nobody of that name here.
pub fn assignee(
    conn: &mut Conn,
    actor: &Actor,
    access: &ProjectAccess,
    ground: Ground,
    word: &str,
) -> Result<StoredAccount> {
    let Err(denied) = access.allow_on(Action::AssignOthers, ground) else {
        return person(conn, access, "assignee", word);
    };
    access.allow_on(Action::TakeIssue, ground)?;
    let me = accounts::by_id(conn, actor.id)?;
    if me.is_meant_by(word) {
        Ok(me)
    } else {
        Err(denied.into())
    }
}

/// Labels by name; unknown ones are named in the error.
pub fn label_list(conn: &mut Conn, access: &ProjectAccess, names: &[String]) -> Result<Vec<Label>> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let found = labels::by_names(conn, access.project.id, names)?;
    found.map_err(|name| unknown("labels", format!("This project has no label “{name}”.")).into())
}

/// A version by name.
pub fn version(
    conn: &mut Conn,
    access: &ProjectAccess,
    field: &str,
    name: &str,
) -> Result<Version> {
    match labels::version(conn, access.project.id, name) {
        Ok(version) => Ok(version),
        Err(store::Error::NotFound) => Err(unknown(
            field,
            format!("This project has no version “{}”.", name.trim()),
        )
        .into()),
        Err(error) => Err(error.into()),
    }
}

/// A parent: an issue of the same project that the caller can see and that is not below `child`.
pub fn parent(
    conn: &mut Conn,
    actor: &Actor,
    access: &ProjectAccess,
    word: &str,
    child: Option<Uuid>,
) -> Result<(Uuid, i64)> {
    let wrong = || unknown("parent", "This project has no such issue.".to_string());
    let which: IssueRef = word.parse().map_err(|_| wrong())?;
    let found = match access::named_issue(conn, actor, &which, Action::SeeProject) {
        Ok(found)
            if found.access.project.id == access.project.id && found.issue.deleted_at.is_none() =>
        {
            found.issue
        }
        Ok(_) | Err(store::Error::NotFound | store::Error::Denied(_)) => return Err(wrong().into()),
        Err(error) => return Err(error.into()),
    };
    if child.is_some() {
        // One at a time: two new parents that are harmless alone may close a circle together.
        conn.lock(Lock::Parents)?;
    }
    let mut above = Some(found.id);
    let mut steps = 0;
    while let Some(id) = above {
        if Some(id) == child || steps > 50 {
            return Err(
                FieldError::at("parent", "cycle", "An issue cannot be below itself.").into(),
            );
        }
        steps += 1;
        above = store::issues::parent_of(conn, id)?;
    }
    Ok((found.id, found.number))
}

/// A person as the log keeps them.
pub fn person_fact(id: Uuid, name: &str) -> Value {
    json!({"id": id, "name": name})
}

/// Labels as the log keeps them.
pub fn label_facts<'a>(labels: impl Iterator<Item = (Uuid, &'a str)>) -> Value {
    labels
        .map(|(id, name)| json!({"id": id, "name": name}))
        .collect()
}

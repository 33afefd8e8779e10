//! History of an issue and feed of what happened: the log, as people read it.

use super::Result;
use chrono::{DateTime, Utc};
use domain::event::{self, EventKind, HistoryEntry};
use domain::key::{IssueRef, issue_key};
use domain::policy::Action;
use domain::problem::FieldError;
use serde_json::Value;
use store::access::{self, Actor};
use store::accounts;
use store::db::Conn;
use store::feed::{self, Wanted};
use store::history::{self, Fact, Reader};
use store::relations;
use uuid::Uuid;

/// Position in a history: instant and id.
pub type At = (DateTime<Utc>, Uuid);

/// One page of an issue's history, oldest first, and how many entries there are.
///
/// # Errors
/// 404.
pub fn of_issue(
    conn: &mut Conn,
    actor: &Actor,
    which: &IssueRef,
    ranks: bool,
    after: Option<At>,
    limit: i64,
) -> Result<(Vec<HistoryEntry>, i64)> {
    let found = access::issue(conn, actor, which, Action::SeeProject)?;
    let scope = access::scope(conn, actor)?;
    let reader = Reader {
        scope: &scope,
        internals: found.sees_internal(),
        ranks,
    };
    // The former text of a comment is for those who run the project.
    let former_texts = found.allow(Action::SeeFormerTexts).is_ok();
    let facts = history::issue_history(conn, found.issue.id, reader, after, limit)?;
    let count = history::count_history(conn, found.issue.id, reader)?;
    let own_only = found.access.own_only;
    let mut entries = render(conn, facts, former_texts)?;
    hide_other_projects(conn, actor, &mut entries)?;
    if own_only {
        entries.iter_mut().for_each(hide_other_issues);
    }
    Ok((entries, count))
}

/// Keys of other issues do not exist for somebody who sees only their own.
fn hide_other_issues(entry: &mut HistoryEntry) {
    if entry.field.as_deref() == Some("parent") {
        entry.old = None;
        entry.new = None;
        entry.sentence = "changed parent".to_string();
    }
    let merge = [EventKind::MergeCreated, EventKind::MergeEnded];
    let merge = merge.into_iter().find(|kind| kind.slug() == entry.kind);
    if let Some(kind) = merge {
        entry.new = None;
        entry.sentence = event::sentence(kind, entry.field.as_deref(), None, None);
    }
    if let Some(Value::Object(fields)) = &mut entry.new {
        fields.remove("parent");
    }
}

/// The other issue of which an entry tells, as `{id, name}`: of a relation, or of a merge.
fn other_issue(entry: &mut HistoryEntry) -> Option<(EventKind, &mut Value)> {
    let kind = EventKind::from_slug(&entry.kind)?;
    let value = entry.new.as_mut().or(entry.old.as_mut())?;
    match kind {
        EventKind::MergeCreated | EventKind::MergeEnded => Some((kind, value)),
        kind if kind.names_another_issue() => Some((kind, value.get_mut("issue")?)),
        _ => None,
    }
}

fn id_of(other: &Value) -> Option<Uuid> {
    Uuid::try_parse(other.get("id")?.as_str()?).ok()
}

/// Another issue is known by its id, not by its key: that may be another issue's by now, or name a
/// project that the issue has left and that does not exist for the reader. One that does not exist for them
/// is not told; one that is called otherwise today is called so where `hidden` says that its name is.
fn other_issues(
    conn: &mut Conn,
    actor: &Actor,
    entries: &mut [HistoryEntry],
    hidden: impl Fn(&str) -> bool,
) -> Result<()> {
    let ids: Vec<Uuid> = entries
        .iter_mut()
        .filter_map(|entry| id_of(other_issue(entry)?.1))
        .collect();
    if ids.is_empty() {
        return Ok(());
    }
    let scope = access::scope(conn, actor)?;
    let seen = relations::keys(conn, &scope, &ids)?;
    for entry in entries {
        let Some((kind, other)) = other_issue(entry) else {
            continue;
        };
        let today = id_of(other).and_then(|id| seen.get(&id));
        let named = other.get("name").and_then(Value::as_str);
        let project = named.and_then(|name| Some(name.rsplit_once('-')?.0));
        match today {
            Some(_) if !project.is_some_and(&hidden) => continue,
            Some(today) => other["name"] = today.as_str().into(),
            // What a relation tells of both ends was left out already where the other is not seen.
            None => *other = Value::Null,
        }
        entry.new = entry.new.take().filter(|new| !new.is_null());
        let (old, new) = (entry.old.as_ref(), entry.new.as_ref());
        entry.sentence = event::sentence(kind, entry.field.as_deref(), old, new);
    }
    Ok(())
}

/// The project in whose name an entry speaks of another value: that of a key, or the value itself.
fn named_project<'v>(field: &str, value: &'v Value) -> Option<&'v str> {
    let name = match value {
        Value::String(name) => name,
        other => other.get("name")?.as_str()?,
    };
    match field {
        "project" => Some(name),
        _ => name.rsplit_once('-').map(|(project, _)| project),
    }
}

/// An issue that moved brings its history along, but not the name of a project that does not exist
/// for the reader.
fn hide_other_projects(conn: &mut Conn, actor: &Actor, entries: &mut [HistoryEntry]) -> Result<()> {
    const FIELDS: &[&str] = &["project", "key", "parent"];
    let elsewhere = |entry: &HistoryEntry, field: &str, value: &Option<Value>| {
        let named = value.as_ref().and_then(|v| named_project(field, v));
        named.is_some_and(|named| entry.project.as_deref() != Some(named))
    };
    let parent = |entry: &HistoryEntry| -> Option<Value> {
        entry
            .new
            .as_ref()
            .and_then(|new| new.get("parent").cloned())
    };
    let speaks_of_others = |entry: &HistoryEntry| match entry.field.as_deref() {
        Some(field) if FIELDS.contains(&field) => {
            elsewhere(entry, field, &entry.old) || elsewhere(entry, field, &entry.new)
        }
        Some(_) => false,
        None => elsewhere(entry, "parent", &parent(entry)),
    };
    let tells_of_others = entries.iter_mut().any(|entry| other_issue(entry).is_some());
    if !tells_of_others && !entries.iter().any(speaks_of_others) {
        return Ok(());
    }
    let standings = access::standings(conn, actor)?;
    let unknown = |project: &str| standings.iter().all(|s| s.project != project);
    other_issues(conn, actor, entries, unknown)?;
    let hidden = |field: &str, value: &Option<Value>| {
        let named = value.as_ref().and_then(|v| named_project(field, v));
        named.is_some_and(unknown)
    };
    for entry in entries {
        let Some(field) = entry.field.clone().filter(|f| FIELDS.contains(&f.as_str())) else {
            let gone = entry.field.is_none() && hidden("parent", &parent(entry));
            if let Some(Value::Object(fields)) = entry.new.as_mut().filter(|_| gone) {
                fields.remove("parent");
            }
            continue;
        };
        let before = hidden(&field, &entry.old);
        let after = hidden(&field, &entry.new);
        if before {
            entry.old = None;
        }
        if after {
            entry.new = None;
        }
        if let Some(kind) = EventKind::from_slug(&entry.kind).filter(|_| before || after) {
            let (old, new) = (entry.old.as_ref(), entry.new.as_ref());
            entry.sentence = event::sentence(kind, Some(&field), old, new);
        }
    }
    Ok(())
}

/// What happened to one comment, oldest first, with what it said: for those who run the project.
///
/// # Errors
/// 403, 404.
pub fn of_comment(conn: &mut Conn, actor: &Actor, id: Uuid) -> Result<Vec<HistoryEntry>> {
    let (_, found) = super::comments::own(conn, actor, id)?;
    found.allow(Action::SeeFormerTexts)?;
    let facts = history::comment_history(conn, found.issue.id, id)?;
    render(conn, facts, true)
}

/// One part of everything that happened in a project.
#[derive(Debug)]
pub struct Part {
    /// What the caller may be told of it, oldest first.
    pub entries: Vec<HistoryEntry>,
    /// How many events it is.
    pub events: usize,
    /// Where it ends; nothing at the end of the log.
    pub last: Option<At>,
}

/// One part of everything that happened in a project, oldest first: for its export. What names an
/// issue of another project that does not exist for the caller is counted, but not told.
///
/// # Errors
/// When the database is away.
pub fn of_project(
    conn: &mut Conn,
    actor: &Actor,
    project: Uuid,
    after: Option<At>,
    limit: i64,
) -> Result<Part> {
    let mut facts = history::project_history(conn, project, after, limit)?;
    let (events, last) = (facts.len(), facts.last().map(|fact| (fact.at, fact.id)));
    let named = |fact: &Fact| {
        let kind = EventKind::from_slug(&fact.kind);
        kind.filter(|kind| kind.names_another_issue())?;
        let value = fact.new.as_ref().or(fact.old.as_ref())?;
        Uuid::try_parse(value.get("issue")?.get("id")?.as_str()?).ok()
    };
    let ids: Vec<Uuid> = facts.iter().filter_map(named).collect();
    if !ids.is_empty() {
        let scope = access::scope(conn, actor)?;
        let seen = relations::keys(conn, &scope, &ids)?;
        facts.retain(|fact| named(fact).is_none_or(|id| seen.contains_key(&id)));
    }
    let mut entries = render(conn, facts, true)?;
    hide_other_projects(conn, actor, &mut entries)?;
    Ok(Part {
        entries,
        events,
        last,
    })
}

/// One page of what happened around the issues that exist for the caller, newest first; only what
/// one person did, when they are named.
///
/// # Errors
/// 404 when the named project does not exist for the caller, 422 when there is nobody of that name.
pub fn activity(
    conn: &mut Conn,
    actor: &Actor,
    project: Option<&str>,
    user: Option<&str>,
    before: Option<At>,
    limit: i64,
) -> Result<Vec<HistoryEntry>> {
    let scope = access::list_scope(conn, actor, project)?;
    let by = match user {
        None => None,
        Some(word) => {
            let found = super::accounts::met(conn, actor, word)?;
            let unknown =
                || FieldError::query("user", "unknown_value", "There is nobody of that name.");
            Some(found.ok_or_else(unknown)?.id)
        }
    };
    let facts = feed::page(conn, &scope, Wanted { by, before, limit })?;
    let mut entries = render(conn, facts, false)?;
    hide_other_projects(conn, actor, &mut entries)?;
    // A feed says what happened; what a field held is on the issue.
    for entry in &mut entries {
        if entry.kind == EventKind::IssueCreated.slug() {
            entry.new = None;
        }
        hide_other_issues(entry);
    }
    Ok(entries)
}

fn render(conn: &mut Conn, facts: Vec<Fact>, former_texts: bool) -> Result<Vec<HistoryEntry>> {
    let people = facts
        .iter()
        .flat_map(|f| [f.actor_id, f.on_behalf_of_id])
        .flatten()
        .collect();
    let people = accounts::names(conn, people)?;
    Ok(facts
        .into_iter()
        .filter_map(|f| {
            let kind = EventKind::from_slug(&f.kind)?;
            let sentence =
                event::sentence(kind, f.field.as_deref(), f.old.as_ref(), f.new.as_ref());
            let hide = !former_texts
                && matches!(kind, EventKind::CommentUpdated | EventKind::CommentDeleted);
            let issue = f
                .project
                .as_ref()
                .zip(f.number)
                .map(|(project, number)| issue_key(project, number));
            Some(HistoryEntry {
                id: f.id,
                kind: f.kind,
                project: f.project,
                issue,
                field: f.field,
                old: f.old.filter(|_| !hide),
                new: f.new.filter(|_| !hide),
                actor: f.actor_id.and_then(|id| people.get(&id).cloned()),
                on_behalf_of: f.on_behalf_of_id.and_then(|id| people.get(&id).cloned()),
                version: f.version,
                at: f.at,
                sentence,
            })
        })
        .collect())
}

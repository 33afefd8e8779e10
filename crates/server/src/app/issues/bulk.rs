//! One change of many issues, by the same rules as of one.

use super::update::update;
use super::{delete, edit_conflict, restore};
use crate::app::{Error, Precondition, Result, merges};
use domain::bulk::{self, BULK_MAX, Bulk, BulkAction, BulkItem, BulkReport};
use domain::filter;
use domain::issue::Issue;
use domain::key::IssueRef;
use domain::merge::NewMerge;
use domain::policy::Action;
use domain::problem::{Code, FieldError, Problem};
use store::access::{self, Actor, IssueAccess, ProjectAccess};
use store::db::{Lock, Tx};
use store::{history, issues};
use uuid::Uuid;

/// Changes, deletes or merges many issues or takes that back, or says what would happen. What is asked
/// has passed its check.
///
/// # Errors
/// 403 and 404 when one of them is not for the caller; 409 with the reason of each issue that cannot
/// change; 422. Then nothing was changed.
pub fn bulk(tx: &mut Tx<'_>, actor: &Actor, asked: &Bulk) -> Result<BulkReport> {
    let found = find(tx, actor, asked)?;
    let into = match &asked.into {
        Some(word) => Some(target(tx, actor, word)?),
        None => None,
    };
    hold(tx, &found, into.as_ref())?;
    let into = into.map(|found| found.issue.id);
    take_turns(tx, &found, asked, into)?;
    let change = |tx: &mut Tx<'_>| -> Result<Vec<BulkItem>> {
        found
            .iter()
            .map(|(f, seen)| {
                tx.still_wanted()?;
                one(tx, actor, &IssueRef::Id(f.issue.id), *seen, asked, into)
            })
            .collect()
    };
    if asked.dry_run {
        let items = tx.trial(change)?;
        return Ok(BulkReport {
            dry_run: true,
            items,
        });
    }
    let items = change(tx)?;
    if items.iter().any(|item| item.refused.is_some()) {
        return Err(refusal(&items).into());
    }
    Ok(BulkReport {
        dry_run: false,
        items,
    })
}

/// The issues, each once, with what they must still be.
fn find(tx: &mut Tx<'_>, actor: &Actor, asked: &Bulk) -> Result<Vec<(IssueAccess, Precondition)>> {
    let refs: Vec<IssueRef> = match (&asked.issues, &asked.q) {
        (Some(words), _) => words
            .iter()
            .map(|word| word.parse().map_err(|_| Error::not_found()))
            .collect::<Result<_>>()?,
        (None, Some(text)) => {
            let scope = access::list_scope(tx, actor, asked.project.as_deref())?;
            // Changed is only what was surely meant.
            let query =
                filter::parse_surely(text).map_err(|mistake| Error::from(mistake.at("/q")))?;
            let limit = i64::try_from(BULK_MAX).unwrap_or(i64::MAX) + 1;
            let ids = issues::matching(tx, &scope, query.expr.as_ref(), None, limit)?;
            if ids.len() > BULK_MAX {
                let detail = "That finds more than 500 issues; narrow it.";
                return Err(FieldError::at("q", "too_many", detail).into());
            }
            ids.into_iter().map(IssueRef::Id).collect()
        }
        (None, None) => Vec::new(),
    };
    let mut versions = asked.versions.iter().flatten().copied();
    let mut found: Vec<(IssueAccess, Precondition)> = Vec::with_capacity(refs.len());
    for which in refs {
        tx.still_wanted()?;
        let seen = versions
            .next()
            .map_or(Precondition::NONE, Precondition::version);
        let issue = access::named_issue(tx, actor, &which, Action::BulkEdit)?;
        issue.allow(asked.action.right())?;
        if found.iter().all(|(f, _)| f.issue.id != issue.issue.id) {
            found.push((issue, seen));
        }
    }
    Ok(found)
}

/// The issue into which they are merged.
fn target(tx: &mut Tx<'_>, actor: &Actor, word: &str) -> Result<IssueAccess> {
    let into = merges::original(tx, actor, word)?;
    into.allow(Action::MergeIssues)?;
    into.writable()?;
    Ok(into)
}

/// Keeps their projects as they were read, before any of the issues. Archived ones are left to be
/// refused issue by issue.
fn hold(
    tx: &mut Tx<'_>,
    found: &[(IssueAccess, Precondition)],
    into: Option<&IssueAccess>,
) -> Result<()> {
    let all = found.iter().map(|(f, _)| &f.access);
    let mut projects: Vec<&ProjectAccess> = all
        .chain(into.map(|f| &f.access))
        .filter(|access| access.writable().is_ok())
        .collect();
    projects.sort_unstable_by_key(|access| access.project.id);
    projects.dedup_by_key(|access| access.project.id);
    Ok(access::hold_all(tx, &mut projects)?)
}

/// Keeps others away from all of them, in one order everywhere, so that two such changes do not wait for
/// each other.
fn take_turns(
    tx: &mut Tx<'_>,
    found: &[(IssueAccess, Precondition)],
    asked: &Bulk,
    into: Option<Uuid>,
) -> Result<()> {
    let mut ids: Vec<Uuid> = found.iter().map(|(f, _)| f.issue.id).collect();
    // Before the issues, as in a change of one: else two could wait for each other.
    if asked.patch.parent.is_some() {
        tx.lock(Lock::Parents)?;
    }
    if matches!(asked.action, BulkAction::Merge | BulkAction::Unmerge) {
        tx.lock(Lock::Relations)?;
    }
    if asked.action == BulkAction::Unmerge {
        // The others too: votes of the duplicates are counted in their rows.
        for (f, _) in found {
            ids.extend(store::merges::way_up(tx, f.issue.id)?);
        }
    }
    ids.extend(into);
    ids.sort_unstable();
    ids.dedup();
    Ok(issues::lock(tx, &ids)?)
}

/// What happens to one issue. Only what the rules refuse is told; what breaks is an error.
fn one(
    tx: &mut Tx<'_>,
    actor: &Actor,
    which: &IssueRef,
    seen: Precondition,
    asked: &Bulk,
    into: Option<Uuid>,
) -> Result<BulkItem> {
    let was = access::issue(tx, actor, which, Action::BulkEdit)?.render();
    let patch = asked.patch_of(&was);
    let mut item = BulkItem {
        id: was.id,
        key: was.key.clone(),
        title: was.title.clone(),
        changed: Vec::new(),
        version: was.version,
        undo: bulk::undo(&was, &patch),
        refused: None,
    };
    let outcome = match asked.action {
        BulkAction::Change => update(tx, actor, which, &patch, seen).map(|now| {
            item.version = now.issue.version;
        }),
        action => whole(tx, actor, action, &was, seen, into).map(|happened| {
            item.changed
                .extend(happened.then(|| action.changes().to_owned()));
        }),
    };
    match outcome {
        Ok(()) if asked.action == BulkAction::Change => {
            item.changed = history::changed_since(tx, was.id, was.version)?;
        }
        Ok(()) => {
            let now = access::issue(tx, actor, which, Action::SeeProject)?;
            item.version = now.issue.version;
        }
        Err(error) => {
            let problem = error.problem();
            let beaten = matches!(error, Error::Store(store::Error::Stale));
            if problem.status >= 500 || beaten {
                return Err(error);
            }
            item.refused = Some(problem.to_string());
        }
    }
    Ok(item)
}

/// Deletes or merges an issue as a whole, or takes that back; whether that was still to do.
fn whole(
    tx: &mut Tx<'_>,
    actor: &Actor,
    action: BulkAction,
    was: &Issue,
    seen: Precondition,
    into: Option<Uuid>,
) -> Result<bool> {
    let which = IssueRef::Id(was.id);
    let merged = store::merges::of_issue(tx, was.id)?.map(|merge| merge.into_id);
    let done = match action {
        BulkAction::Change => true,
        BulkAction::Delete => was.deleted_at.is_some(),
        BulkAction::Restore => was.deleted_at.is_none(),
        BulkAction::Merge => merged.is_some() && merged == into,
        BulkAction::Unmerge => merged.is_none(),
    };
    if done {
        return Ok(false);
    }
    if !seen.allows(was.version) {
        let found = access::issue(tx, actor, &which, Action::SeeProject)?;
        return Err(edit_conflict(tx, found, seen));
    }
    match action {
        BulkAction::Change => {}
        BulkAction::Delete => delete(tx, actor, &which, seen)?,
        BulkAction::Restore => {
            restore(tx, actor, &which)?;
        }
        BulkAction::Merge => {
            let into = into.map(|id| id.to_string()).unwrap_or_default();
            merges::merge(tx, actor, &which, &NewMerge { into })?;
        }
        BulkAction::Unmerge => {
            merges::unmerge(tx, actor, &which)?;
        }
    }
    Ok(true)
}

fn refusal(items: &[BulkItem]) -> Problem {
    let refused: Vec<FieldError> = items
        .iter()
        .enumerate()
        .filter_map(|(n, item)| {
            let why = item.refused.as_ref()?;
            let pointer = format!("/issues/{n}");
            let detail = format!("{}: {why}", item.key);
            Some(FieldError::new(pointer, "refused", detail))
        })
        .collect();
    let mut problem = Problem::new(Code::Conflict).detail(format!(
        "{} of {} issues cannot change that way, so nothing was changed.",
        refused.len(),
        items.len()
    ));
    problem.errors = refused;
    problem
}

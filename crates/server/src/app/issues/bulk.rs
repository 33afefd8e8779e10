//! One change of many issues, by the same rules as of one.

use super::Precondition;
use super::update::update;
use crate::app::{Error, Result};
use domain::bulk::{self, BULK_MAX, Bulk, BulkItem, BulkReport};
use domain::filter;
use domain::key::IssueRef;
use domain::policy::Action;
use domain::problem::{Code, FieldError, Problem};
use store::access::{self, Actor, IssueAccess};
use store::db::{Lock, Tx};
use store::{events, issues};

/// Changes many issues, or says what would happen. What is asked has passed its check.
///
/// # Errors
/// 403 and 404 when one of them is not for the caller; 409 with the reason of each issue that cannot
/// change; 422. Then nothing was changed.
pub fn bulk(tx: &mut Tx<'_>, actor: &Actor, asked: &Bulk) -> Result<BulkReport> {
    let found = find(tx, actor, asked)?;
    let mut ids: Vec<_> = found.iter().map(|(f, _)| f.issue.id).collect();
    // In one order everywhere, so that two such changes do not wait for each other.
    ids.sort_unstable();
    if asked.patch.parent.is_some() {
        // Before the issues, as in a change of one: else two could wait for each other.
        tx.lock(Lock::Parents)?;
    }
    issues::lock(tx, &ids)?;
    let change = |tx: &mut Tx<'_>| -> Result<Vec<BulkItem>> {
        found
            .iter()
            .map(|(f, seen)| one(tx, actor, &IssueRef::Id(f.issue.id), *seen, asked))
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
            let query = filter::parse(text).map_err(|mistake| Error::from(mistake.at("/q")))?;
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
        let seen = versions
            .next()
            .map_or(Precondition::None, Precondition::Version);
        let issue = access::named_issue(tx, actor, &which, Action::BulkEdit)?;
        if found.iter().all(|(f, _)| f.issue.id != issue.issue.id) {
            found.push((issue, seen));
        }
    }
    Ok(found)
}

/// What a change does to one issue. Only what the rules refuse is told; what breaks is an error.
fn one(
    tx: &mut Tx<'_>,
    actor: &Actor,
    which: &IssueRef,
    seen: Precondition,
    asked: &Bulk,
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
    match update(tx, actor, which, &patch, seen) {
        Ok(now) => {
            item.version = now.issue.version;
            item.changed = events::changed_since(tx, was.id, was.version)?;
        }
        Err(error) => {
            let problem = error.problem();
            if problem.status >= 500 {
                return Err(error);
            }
            item.refused = Some(problem.to_string());
        }
    }
    Ok(item)
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

//! One label put on an issue or taken from it: a change of its labels, whatever the others are.

use super::for_change;
use super::update::update;
use crate::app::{Precondition, Result};
use domain::issue::IssuePatch;
use domain::key::IssueRef;
use domain::label::Label;
use domain::policy::Action;
use domain::problem::{Code, Problem};
use store::access::{Actor, IssueAccess};
use store::db::Tx;
use store::labels;

fn with_labels(
    tx: &mut Tx<'_>,
    actor: &Actor,
    found: &IssueAccess,
    names: Vec<String>,
) -> Result<()> {
    let which = IssueRef::Id(found.issue.id);
    let patch = IssuePatch {
        labels: Some(names),
        ..IssuePatch::default()
    };
    update(
        tx,
        actor,
        &which,
        &patch,
        Precondition::version(found.issue.version),
    )?;
    Ok(())
}

fn label_names(found: &IssueAccess) -> Vec<String> {
    found.issue.labels.iter().map(|l| l.name.clone()).collect()
}

/// The label of that name in the issue's project, which may be another than whoever asks believes.
fn label(tx: &mut Tx<'_>, found: &IssueAccess, word: &str) -> Result<Label> {
    match labels::label(tx, found.access.project.id, word) {
        Err(store::Error::NotFound) => {
            let key = &found.access.project.key;
            let detail = format!("{key} has no label “{word}”.");
            Err(Problem::new(Code::NotFound).detail(detail).into())
        }
        found => Ok(found?),
    }
}

/// Puts a label on an issue; one that it has already changes nothing.
///
/// # Errors
/// 403, 404 also when the project has no such label.
pub fn put_label(tx: &mut Tx<'_>, actor: &Actor, which: &IssueRef, word: &str) -> Result<()> {
    let found = for_change(tx, actor, which, Precondition::NONE)?;
    found.allow(Action::EditIssue)?;
    let label = label(tx, &found, word)?;
    let mut names = label_names(&found);
    if names.contains(&label.name) {
        return Ok(());
    }
    names.push(label.name);
    IssuePatch {
        labels: Some(names.clone()),
        ..IssuePatch::default()
    }
    .check()?;
    retry_on_race(with_labels(tx, actor, &found, names))
}

/// Takes a label from an issue; one that it does not have changes nothing.
///
/// # Errors
/// 403, 404 also when the project has no such label.
pub fn remove_label(tx: &mut Tx<'_>, actor: &Actor, which: &IssueRef, word: &str) -> Result<()> {
    let found = for_change(tx, actor, which, Precondition::NONE)?;
    found.allow(Action::EditIssue)?;
    let label = label(tx, &found, word)?;
    let mut names = label_names(&found);
    names.retain(|name| *name != label.name);
    retry_on_race(with_labels(tx, actor, &found, names))
}

/// A conflict of our own making is a lost race, to be tried again from the start.
fn retry_on_race(result: Result<()>) -> Result<()> {
    result.map_err(|error| {
        if error.problem().is(Code::EditConflict) {
            store::Error::Stale.into()
        } else {
            error
        }
    })
}

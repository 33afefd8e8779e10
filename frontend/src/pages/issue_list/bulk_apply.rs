//! One change of many rows: first what would happen, then all of it, and the way back.

use super::List;
use super::rows::Row;
use crate::api;
use crate::model::bulk::{Change, issues, put_back, to_be};
use crate::model::change::Field;
use crate::pages::issue::{IssueState, right_to};
use crate::state::Toasts;
use domain::issue::Issue;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// What a change would do.
#[derive(Clone)]
pub struct Plan {
    /// What is asked.
    pub change: Change,
    /// The issues that would change.
    pub rows: Vec<IssueState>,
    /// How many are like that already.
    pub same: usize,
    /// Keys of those that cannot change, and why.
    pub refused: Vec<(String, String)>,
}

impl Plan {
    /// What would happen, in a sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        let what = self.change.words();
        let mut text = match self.rows.len() {
            0 => format!("Nothing would change to {what}."),
            n => format!("{} would change: {what}.", issues(n)),
        };
        if self.same > 0 {
            text.push_str(&format!(" {} like that already.", are(self.same)));
        }
        text.push_str(" These stay as they are:");
        text
    }
}

fn are(count: usize) -> String {
    if count == 1 {
        "One is".into()
    } else {
        format!("{count} are")
    }
}

/// Asks the rules about every selected row.
#[must_use]
pub fn plan(list: List, change: Change) -> Plan {
    let mut plan = Plan {
        change,
        rows: Vec::new(),
        same: 0,
        refused: Vec::new(),
    };
    for row in untrack(|| list.selected()) {
        let state = list.edits.of(&row);
        let issue = state.shown.get_untracked();
        if plan.change.is_so(&issue) {
            plan.same += 1;
            continue;
        }
        match untrack(|| allowed(state, &issue, &plan.change)) {
            Ok(()) => plan.rows.push(state),
            Err(why) => plan.refused.push((issue.key, why)),
        }
    }
    plan
}

fn allowed(state: IssueState, issue: &Issue, change: &Change) -> Result<(), String> {
    if let Change::Assignee(user) = change {
        let whom = user.as_ref().map(|user| user.id);
        return state.rights.may_assign(whom).map_err(|why| why.sentence);
    }
    right_to(state, change.field()).map_err(|why| why.sentence)?;
    if let Change::Status(status, _) = change {
        let workflow = state.catalogue.workflow.value.get().flatten();
        let step = workflow.map(|workflow| workflow.step(&issue.status.slug, &status.slug).is_ok());
        if step == Some(false) {
            return Err(format!(
                "The workflow has no step from {} to {}.",
                issue.status.name, status.name
            ));
        }
    }
    Ok(())
}

/// Changes all of them at once on the screen; the server hears of each, and says what it refuses.
pub fn carry_out(list: List, toasts: Toasts, plan: Plan) {
    let field = plan.change.field();
    let mut done: Vec<(IssueState, Issue)> = Vec::new();
    for state in &plan.rows {
        let before = state.shown.get_untracked();
        let change = plan.change.clone();
        state.change(plan.change.patch(&before), move |issue| change.show(issue));
        done.push((*state, before));
    }
    list.selection
        .update(|selection| *selection = Default::default());
    let words = format!("{}: {}.", issues(done.len()), plan.change.words());
    if done.is_empty() {
        toasts.done(format!(
            "Nothing to change: {} already.",
            plan.change.words()
        ));
        return;
    }
    toasts.undo(words, move || {
        for (state, before) in &done {
            take_back(*state, field, before.clone(), toasts);
        }
    });
}

/// On the screen when the list is still there, else at the server alone.
fn take_back(state: IssueState, field: Field, before: Issue, toasts: Toasts) {
    let patch = to_be(field, &before);
    if state.base.try_with_untracked(|_| ()).is_some() {
        state.change(patch, move |issue| put_back(field, issue, &before));
        return;
    }
    spawn_local(async move {
        let answer = match api::issues::show(&before.key).await {
            Ok(now) => api::issues::update(&before.key, now.etag, &patch).await,
            Err(error) => Err(error),
        };
        if let Err(error) = answer {
            toasts.failed(&format!("{} was not changed back.", before.key), &error);
        }
    });
}

/// Deletes the selected ones; the message brings them back.
pub fn remove_all(list: List, toasts: Toasts) {
    let rows: Vec<Row> = untrack(|| list.selected());
    list.selection
        .update(|selection| *selection = Default::default());
    spawn_local(async move {
        let mut gone: Vec<String> = Vec::new();
        for row in rows {
            let (key, tag) = row
                .row
                .with_untracked(|row| (row.key.clone(), crate::model::partial::tag_of(row)));
            match api::issues::delete(&key, tag).await {
                Ok(()) => gone.push(key),
                Err(error) => toasts.failed(&format!("{key} was not deleted."), &error),
            }
        }
        list.rows.page.reload();
        if !gone.is_empty() {
            toasts.undo(format!("{} deleted.", issues(gone.len())), move || {
                let gone = gone.clone();
                spawn_local(async move {
                    for key in gone {
                        if let Err(error) = api::issues::restore(&key).await {
                            toasts.failed(&format!("{key} is still deleted."), &error);
                        }
                    }
                    list.rows.page.reload();
                });
            });
        }
    });
}

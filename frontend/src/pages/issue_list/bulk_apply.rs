//! One change of many issues: first what would happen, then all of it or nothing, and the way back.

use super::List;
use super::rows::{Row, Rows};
use crate::api::{self, ApiError};
use crate::model::bulk::{Change, Outlook, Reach, issues, way_back, without_refused};
use crate::state::Toasts;
use domain::bulk::{Bulk, BulkItem};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// A change that was chosen and not made yet.
#[derive(Clone, Copy)]
pub struct Deal {
    /// What is chosen; none while nothing is.
    pub change: RwSignal<Option<(Change, Reach)>>,
    /// What would happen, once that is known.
    pub outlook: RwSignal<Option<Outlook>>,
    /// Why it is not known, or was not done.
    pub error: RwSignal<Option<ApiError>>,
    /// Whether it is being done.
    pub busy: RwSignal<bool>,
    list: List,
    messages: Toasts,
}

impl Deal {
    /// None yet.
    #[must_use]
    pub fn new(list: List, messages: Toasts) -> Self {
        Self {
            change: RwSignal::new(None),
            outlook: RwSignal::new(None),
            error: RwSignal::new(None),
            busy: RwSignal::new(false),
            list,
            messages,
        }
    }

    /// Asks what would happen.
    pub fn begin(self, change: Change) {
        self.error.set(None);
        self.change
            .set(Some((change, untrack(|| self.list.reach()))));
        self.look();
    }

    fn look(self) {
        let Some((change, reach)) = self.change.get_untracked() else {
            return;
        };
        self.outlook.set(None);
        spawn_local(async move {
            let answer = api::issues::bulk(&change.asked(&reach, true)).await;
            // Given up meanwhile, or something else was chosen.
            if self.change.try_get_untracked().flatten() != Some((change, reach)) {
                return;
            }
            match answer {
                Ok(report) => self.outlook.set(Some(Outlook::of(report))),
                Err(error) => self.error.set(Some(error)),
            }
        });
    }

    /// Does it to those that would change: to all of them, or to none.
    pub fn carry_out(self) {
        let Some((change, _)) = self.change.get_untracked() else {
            return;
        };
        let keys = self
            .outlook
            .with_untracked(|outlook| outlook.as_ref().map(Outlook::keys));
        let Some(keys) = keys.filter(|_| !self.busy.get_untracked()) else {
            return;
        };
        self.busy.set(true);
        self.error.set(None);
        spawn_local(async move {
            let answer = api::issues::bulk(&change.asked(&Reach::These(keys), false)).await;
            let _ = self.busy.try_set(false);
            match answer {
                Ok(report) => self.done(&change, report.items),
                Err(error) => {
                    let _ = self.error.try_set(Some(error));
                    // What would happen is not what it was a moment ago.
                    if self.outlook.try_get_untracked().is_some() {
                        self.look();
                    }
                }
            }
        });
    }

    fn done(self, change: &Change, items: Vec<BulkItem>) {
        let _ = self.change.try_set(None);
        let _ = self.outlook.try_set(None);
        self.list.choose_none();
        let (rows, toasts) = (self.list.rows, self.messages);
        rows.refresh();
        let words = format!("{}: {}.", issues(items.len()), change.words());
        toasts.undo(words, move || take_back(rows, toasts, items.clone()));
    }
}

/// Gives each issue back what it had, unless somebody has changed it since.
fn take_back(rows: Rows, toasts: Toasts, items: Vec<BulkItem>) {
    spawn_local(async move {
        let (mut back, mut left) = (0, Vec::new());
        for asked in way_back(&items) {
            match restore(asked).await {
                Ok((count, reasons)) => {
                    back += count;
                    left.extend(reasons);
                }
                Err(error) => toasts.failed("Not all of them were changed back.", &error),
            }
        }
        rows.refresh();
        if !left.is_empty() {
            let kept = left.len();
            left.truncate(3);
            toasts.refused(format!(
                "{} changed back; {} stayed. {}",
                issues(back),
                issues(kept),
                left.join(" ")
            ));
        } else if back > 0 {
            toasts.done(format!("{} changed back.", issues(back)));
        }
    });
}

/// How many went back, and why the others did not.
async fn restore(mut asked: Bulk) -> Result<(usize, Vec<String>), ApiError> {
    let mut reasons = Vec::new();
    loop {
        match api::issues::bulk(&asked).await {
            Ok(report) => return Ok((report.items.len(), reasons)),
            Err(ApiError::Problem(problem)) if !problem.errors.is_empty() => {
                let told = problem.errors.iter().map(|error| error.detail.clone());
                reasons.extend(told);
                match without_refused(&asked, &problem) {
                    Some(fewer) => asked = fewer,
                    None => return Ok((0, reasons)),
                }
            }
            Err(error) => return Err(error),
        }
    }
}

/// Deletes the selected ones; the message brings them back.
pub fn remove_all(list: List, toasts: Toasts) {
    let rows: Vec<Row> = untrack(|| list.selected());
    list.choose_none();
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

//! One change of many issues: first what would happen, then all of it or nothing, and the way back.

use super::List;
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
        let mut reach = untrack(|| self.list.reach());
        if let (Change::Merge(into), Reach::These(keys)) = (&change, &mut reach) {
            // The one that the others repeat may be among those that are chosen.
            keys.retain(|key| key != into);
            if keys.is_empty() {
                self.messages.refused("An issue is no duplicate of itself.");
                return;
            }
        }
        self.error.set(None);
        self.change.set(Some((change, reach)));
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
        let (list, toasts) = (self.list, self.messages);
        read_again(list, change);
        let change = change.clone();
        toasts.undo(change.done(items.len()), move || {
            take_back(list, toasts, change.clone(), items.clone());
        });
    }
}

/// What was deleted leaves the list, and what came back returns to it; other rows stay in their places.
fn read_again(list: List, change: &Change) {
    match change {
        Change::Delete => list.rows.page.reload(),
        _ => list.rows.refresh(),
    }
}

/// Gives each issue back what it had, unless somebody has changed it since.
fn take_back(list: List, toasts: Toasts, change: Change, items: Vec<BulkItem>) {
    spawn_local(async move {
        let (mut back, mut left) = (0, Vec::new());
        for asked in way_back(&change, &items) {
            match restore(asked).await {
                Ok((count, reasons)) => {
                    back += count;
                    left.extend(reasons);
                }
                Err(error) => toasts.failed("Not all of them were changed back.", &error),
            }
        }
        read_again(list, &change);
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

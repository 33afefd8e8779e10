//! The issue on the screen: what the server said, and what was changed since, at once and in order.

use super::rights::Rights;
use crate::api::{self, ApiError, Tagged};
use crate::model::change::{Field, conflicts, fields, way_back};
use crate::state::{Catalogue, Moment, Toasts, toasts};
use chrono::{DateTime, Utc};
use domain::issue::{Issue, IssuePatch};
use domain::problem::Code;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::collections::VecDeque;
use std::sync::Arc;

/// Shows a change before the server has confirmed it.
pub type Preview = Arc<dyn Fn(&mut Issue) + Send + Sync>;

/// A change that waits for its answer.
#[derive(Clone)]
struct Pending {
    id: u32,
    patch: IssuePatch,
    base: Issue,
    preview: Preview,
}

/// Two people changed the same field.
#[derive(Clone)]
pub struct Conflict {
    /// What the reader wanted.
    pub patch: IssuePatch,
    /// Where the two meet.
    pub fields: Vec<Field>,
    /// The issue as it is now.
    pub theirs: Tagged<Issue>,
    /// Called once it is settled and saved.
    pub settled: Option<Callback<()>>,
    /// Called when the reader goes on writing, now on top of what the other one wrote.
    pub back: Option<Callback<Tagged<Issue>>>,
}

/// How a save ended.
pub enum Outcome {
    /// It is saved.
    Saved,
    /// Somebody else changed the same fields.
    Conflict(Box<Conflict>),
    /// It was refused.
    Failed(ApiError),
}

/// The issue, in the context of the page's parts.
#[derive(Clone, Copy)]
pub struct IssueState {
    /// What the server said last.
    pub base: RwSignal<Tagged<Issue>>,
    /// The same with the changes that wait for their answers.
    pub shown: Memo<Issue>,
    /// What the reader may do.
    pub rights: Rights,
    /// What can be chosen.
    pub catalogue: Catalogue,
    /// A conflict to be settled.
    pub conflict: RwSignal<Option<Conflict>>,
    /// Whether title and description are being edited.
    pub editing: RwSignal<bool>,
    /// The moment that is looked at; none for now.
    pub as_of: Signal<Option<DateTime<Utc>>>,
    was_past: StoredValue<bool>,
    pending: RwSignal<Vec<Pending>>,
    queue: StoredValue<VecDeque<Pending>>,
    running: StoredValue<bool>,
    next: StoredValue<u32>,
    messages: Toasts,
}

impl IssueState {
    /// Takes up what was read.
    #[must_use]
    pub fn of(base: RwSignal<Tagged<Issue>>) -> Self {
        let project = Memo::new(move |_| base.with(|base| base.value.project.clone()));
        Self::with(base, Catalogue::of(move || Some(project.get())))
    }

    /// The same with the choices of its project known already.
    #[must_use]
    pub fn with(base: RwSignal<Tagged<Issue>>, catalogue: Catalogue) -> Self {
        let as_of = Moment::here();
        let pending = RwSignal::new(Vec::<Pending>::new());
        let shown = Memo::new(move |_| {
            let mut issue = base.with(|base| base.value.clone());
            pending.with(|pending| {
                for change in pending {
                    (change.preview)(&mut issue);
                }
            });
            issue
        });
        Self {
            base,
            shown,
            rights: Rights::on(
                Signal::derive(move || base.with(|base| base.value.clone())),
                Signal::derive(move || as_of.get().is_some()),
            ),
            catalogue,
            conflict: RwSignal::new(None),
            editing: RwSignal::new(false),
            as_of,
            was_past: StoredValue::new(as_of.get_untracked().is_some()),
            pending,
            queue: StoredValue::new(VecDeque::new()),
            running: StoredValue::new(false),
            next: StoredValue::new(0),
            messages: toasts(),
        }
    }

    /// The key.
    #[must_use]
    pub fn key(self) -> String {
        self.base.with_untracked(|base| base.value.key.clone())
    }

    /// A part of the issue as it is shown. Tracked.
    #[must_use]
    pub fn get<T: PartialEq + Send + Sync + 'static>(
        self,
        part: impl Fn(&Issue) -> T + Send + Sync + 'static,
    ) -> Memo<T> {
        Memo::new(move |_| self.shown.with(&part))
    }

    /// Whether that field waits for its answer. Tracked.
    #[must_use]
    pub fn is_pending(self, field: Field) -> bool {
        self.pending.with(|pending| {
            pending
                .iter()
                .any(|change| field.asked(&change.patch).is_some())
        })
    }

    /// Takes up what was read for the moment that is looked at: on the way through time an older
    /// answer is as good as a newer one.
    pub fn look_at(self, answer: Tagged<Issue>) {
        let past = self.as_of.get_untracked().is_some();
        if past || self.was_past.get_value() {
            self.was_past.set_value(past);
            self.base.set(answer);
        } else {
            self.take(answer);
        }
    }

    /// Takes up an answer, unless a newer one is known.
    pub fn take(self, answer: Tagged<Issue>) {
        let newer = self
            .base
            .try_with_untracked(|base| answer.value.version >= base.value.version);
        if newer == Some(true) {
            self.base.set(answer);
        }
    }

    /// Changes the issue: on the screen at once, at the server in the order of the changes.
    pub fn change(self, patch: IssuePatch, preview: impl Fn(&mut Issue) + Send + Sync + 'static) {
        // The page may be gone while a message still offered to try again.
        let Some(id) = self.next.try_get_value() else {
            return;
        };
        self.next.set_value(id.wrapping_add(1));
        let change = Pending {
            id,
            patch,
            base: self.shown.get_untracked(),
            preview: Arc::new(preview),
        };
        self.pending.update(|pending| pending.push(change.clone()));
        self.queue.update_value(|queue| queue.push_back(change));
        if !self.running.get_value() {
            self.running.set_value(true);
            spawn_local(self.drain());
        }
    }

    async fn drain(self) {
        while let Some(change) = self.queue.try_update_value(VecDeque::pop_front).flatten() {
            let etag = self
                .base
                .try_with_untracked(|base| base.etag.clone())
                .flatten();
            let outcome = self.send(change.patch.clone(), &change.base, etag).await;
            let _ = self
                .pending
                .try_update(|pending| pending.retain(|other| other.id != change.id));
            match outcome {
                Outcome::Saved => self.remember(&change),
                Outcome::Conflict(conflict) => {
                    let _ = self.conflict.try_set(Some(*conflict));
                }
                Outcome::Failed(error) => self.tell(&change, &error),
            }
        }
        let _ = self.running.try_set_value(false);
    }

    /// A change that is saved can be taken back, also from another page.
    fn remember(self, change: &Pending) {
        let Some(after) = self.base.try_get_untracked() else {
            return;
        };
        let back = way_back(&change.patch, &change.base);
        let key = after.value.key.clone();
        let names: Vec<&str> = fields(&back).iter().map(|field| field.label()).collect();
        let names = names.join(", ");
        let toasts = self.messages;
        toasts.remember(move || {
            let (back, after, key, names) =
                (back.clone(), after.clone(), key.clone(), names.clone());
            spawn_local(async move {
                match self.send(back, &after.value, after.etag).await {
                    Outcome::Saved => toasts.done(format!("{names} of {key} is as it was.")),
                    Outcome::Conflict(_) => toasts.refused(format!(
                        "{names} of {key} was not taken back: somebody changed it meanwhile."
                    )),
                    Outcome::Failed(error) => {
                        toasts.failed(&format!("{names} of {key} was not taken back."), &error);
                    }
                }
            });
        });
    }

    fn tell(self, change: &Pending, error: &ApiError) {
        let Some(toasts) = self.toasts() else { return };
        let names: Vec<&str> = fields(&change.patch)
            .iter()
            .map(|field| field.label())
            .collect();
        let what = format!("{} was not changed.", names.join(", "));
        if error.may_pass() {
            let (patch, preview) = (change.patch.clone(), change.preview.clone());
            toasts.retry(&what, error, move || {
                let preview = preview.clone();
                self.change(patch.clone(), move |issue| preview(issue));
            });
        } else {
            toasts.failed(&what, error);
        }
    }

    fn toasts(self) -> Option<Toasts> {
        // The page may be gone while an answer was on its way; then there is nobody to tell.
        self.base.try_with_untracked(|_| ())?;
        Some(self.messages)
    }

    /// Sends a change that was begun on `base`. Changes of other fields by other people do not
    /// stand in its way.
    pub async fn send(self, patch: IssuePatch, base: &Issue, etag: Option<String>) -> Outcome {
        let key = base.key.clone();
        let mut etag = etag;
        for _ in 0..4 {
            match api::issues::update(&key, etag, &patch).await {
                Ok(answer) => {
                    self.take(answer);
                    return Outcome::Saved;
                }
                Err(error) if error.is(Code::EditConflict) => {}
                Err(error) => return Outcome::Failed(error),
            }
            let now = match api::issues::show(&key).await {
                Ok(now) => now,
                Err(error) => return Outcome::Failed(error),
            };
            self.take(now.clone());
            let fields = conflicts(&patch, base, &now.value);
            if !fields.is_empty() {
                return Outcome::Conflict(Box::new(Conflict {
                    patch,
                    fields,
                    theirs: now,
                    settled: None,
                    back: None,
                }));
            }
            etag = now.etag;
        }
        Outcome::Failed(ApiError::Network)
    }
}

//! Short messages at the lower left: what was done, with a way back, and what failed.

use crate::api::ApiError;
use leptos::prelude::*;
use std::sync::Arc;
use std::time::Duration;

/// How long a message stays. It waits while the pointer or the focus is on it.
const STAY: Duration = Duration::from_secs(10);
/// How long a change that is not told of can be taken back.
const MEMORY: f64 = 60_000.0;
const REMEMBERED: usize = 20;
const AT_MOST: usize = 3;
const UNDO: &str = "Undo";

/// What a message offers to do.
#[derive(Clone)]
pub struct ToastAction {
    /// The word on the button.
    pub label: &'static str,
    /// What it does; it outlives the page that offered it.
    pub act: Arc<dyn Fn() + Send + Sync>,
}

/// One message.
#[derive(Clone)]
pub struct Toast {
    /// Tells messages apart.
    pub id: u32,
    /// Whether it reports a failure; those stay until they are closed.
    pub failed: bool,
    /// What it says.
    pub text: String,
    /// What it offers.
    pub action: Option<ToastAction>,
}

/// The messages, in the context of every component.
#[derive(Clone, Copy)]
pub struct Toasts {
    list: RwSignal<Vec<Toast>>,
    next: StoredValue<u32>,
    held: RwSignal<Option<u32>>,
    quiet: StoredValue<Vec<Quiet>>,
}

/// A change that shows where it was made, and needs no message: its key takes it back all the same.
#[derive(Clone)]
struct Quiet {
    id: u32,
    at: f64,
    back: Arc<dyn Fn() + Send + Sync>,
}

impl Toasts {
    /// Makes the place for them.
    pub fn provide() -> Self {
        let toasts = Self {
            list: RwSignal::new(Vec::new()),
            next: StoredValue::new(1),
            held: RwSignal::new(None),
            quiet: StoredValue::new(Vec::new()),
        };
        provide_context(toasts);
        toasts
    }

    /// The messages now.
    #[must_use]
    pub fn list(self) -> Vec<Toast> {
        self.list.get()
    }

    /// Something was done.
    pub fn done(self, text: impl Into<String>) {
        self.show(false, text.into(), None);
    }

    /// Something was done that can be taken back.
    pub fn undo(self, text: impl Into<String>, undo: impl Fn() + Send + Sync + 'static) {
        let undo = ToastAction {
            label: UNDO,
            act: Arc::new(undo),
        };
        self.show(false, text.into(), Some(undo));
    }

    /// Something was done that everybody sees; the key that undoes takes it back for a minute.
    pub fn remember(self, back: impl Fn() + Send + Sync + 'static) {
        let quiet = Quiet {
            id: self.number(),
            at: js_sys::Date::now(),
            back: Arc::new(back),
        };
        self.quiet.update_value(|all| {
            all.push(quiet);
            let extra = all.len().saturating_sub(REMEMBERED);
            all.drain(..extra);
        });
    }

    /// Something failed.
    pub fn failed(self, what: &str, error: &ApiError) {
        self.show(true, format!("{what} {}", error.sentence()), None);
    }

    /// Something was refused, in words of its own.
    pub fn refused(self, text: impl Into<String>) {
        self.show(true, text.into(), None);
    }

    /// Something failed and can be tried again.
    pub fn retry(self, what: &str, error: &ApiError, again: impl Fn() + Send + Sync + 'static) {
        let text = format!("{what} {}", error.sentence());
        self.show(
            true,
            text,
            Some(ToastAction {
                label: "Try again",
                act: Arc::new(again),
            }),
        );
    }

    /// Takes the newest change back: the one that a message offers, or one that needed no message.
    pub fn take_back(self) {
        let newest = self.list.with_untracked(|list| {
            let offers = |toast: &&Toast| toast.action.as_ref().is_some_and(|a| a.label == UNDO);
            list.iter().rev().find(offers).cloned()
        });
        let told = newest.as_ref().map(|toast| toast.id);
        let quiet = self.quiet.try_update_value(|all| {
            all.retain(|one| js_sys::Date::now() - one.at < MEMORY);
            all.pop_if(|last| told.is_none_or(|told| last.id > told))
        });
        if let Some(quiet) = quiet.flatten() {
            (quiet.back)();
            return;
        }
        if let Some((id, action)) = newest.and_then(|toast| Some((toast.id, toast.action?))) {
            self.close(id);
            (action.act)();
        }
    }

    /// Takes a message away.
    pub fn close(self, id: u32) {
        self.list.update(|list| list.retain(|toast| toast.id != id));
    }

    /// Keeps a message while it is looked at.
    pub fn hold(self, id: Option<u32>) {
        self.held.set(id);
    }

    fn number(self) -> u32 {
        let id = self.next.get_value();
        self.next.set_value(id.wrapping_add(1));
        id
    }

    fn show(self, failed: bool, text: String, action: Option<ToastAction>) {
        let id = self.number();
        self.list.update(|list| {
            list.push(Toast {
                id,
                failed,
                text,
                action,
            });
            let extra = list.len().saturating_sub(AT_MOST);
            list.drain(..extra);
        });
        if !failed {
            self.expire(id);
        }
    }

    fn expire(self, id: u32) {
        set_timeout(
            move || {
                if self.held.try_get_untracked() == Some(Some(id)) {
                    self.expire(id);
                } else if let Some(true) = self
                    .list
                    .try_with_untracked(|list| list.iter().any(|t| t.id == id))
                {
                    self.close(id);
                }
            },
            STAY,
        );
    }
}

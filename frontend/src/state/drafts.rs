//! What was typed and not sent yet survives a reload and a crash.

use super::storage;
use leptos::prelude::*;

const PREFIX: &str = "draft:";

/// A text that is kept under that name until [`Draft::clear`].
#[derive(Clone, Copy)]
pub struct Draft {
    /// What is typed.
    pub text: RwSignal<String>,
    name: StoredValue<String>,
}

impl Draft {
    /// Takes up the draft of that name, or begins one with `start`.
    #[must_use]
    pub fn open(name: &str, start: &str) -> Self {
        let key = format!("{PREFIX}{name}");
        let text = RwSignal::new(storage::get(&key).unwrap_or_else(|| start.to_owned()));
        let start = start.to_owned();
        let kept = key.clone();
        Effect::watch(
            move || text.get(),
            move |now, _, _| {
                if now.is_empty() || *now == start {
                    storage::remove(&kept);
                } else {
                    storage::set(&kept, now);
                }
            },
            false,
        );
        Self {
            text,
            name: StoredValue::new(key),
        }
    }

    /// Forgets it: it was sent or thrown away.
    pub fn clear(self) {
        self.name.with_value(|key| storage::remove(key));
        self.text.set(String::new());
    }

    /// Forgets what is kept, but leaves the text on the screen.
    pub fn forget(self) {
        self.name.with_value(|key| storage::remove(key));
    }
}

/// Forgets every draft: the next person at this browser must not find them.
pub fn clear_all() {
    storage::remove_all(PREFIX);
}

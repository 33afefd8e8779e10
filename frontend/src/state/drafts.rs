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
    on_the_way: StoredValue<bool>,
}

impl Draft {
    /// Takes up the draft of that name, or begins one with `start`.
    #[must_use]
    pub fn open(name: &str, start: &str) -> Self {
        let key = format!("{PREFIX}{name}");
        let text = RwSignal::new(storage::get(&key).unwrap_or_else(|| start.to_owned()));
        let start = start.to_owned();
        let kept = key.clone();
        let on_the_way = StoredValue::new(false);
        Effect::watch(
            move || text.get(),
            move |now, _, _| {
                if now.is_empty() && on_the_way.get_value() {
                    on_the_way.set_value(false);
                } else if now.is_empty() || *now == start {
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
            on_the_way,
        }
    }

    /// Empties the field, but remembers the text until [`Draft::arrived`].
    #[must_use]
    pub fn take(self) -> String {
        let text = self.text.get_untracked();
        self.on_the_way.set_value(true);
        self.text.set(String::new());
        text
    }

    /// Forgets it: it was sent or thrown away.
    pub fn clear(self) {
        self.name.with_value(|key| storage::remove(key));
        self.text.set(String::new());
    }

    /// After [`Draft::take`]: the text arrived. What was typed since then stays remembered. The
    /// page may be gone by now, hence the name.
    pub fn arrived(self, name: &str) {
        if self
            .text
            .try_with_untracked(String::is_empty)
            .unwrap_or(true)
        {
            forget(name);
        }
    }
}

/// The draft of that name, if anything is in it.
#[must_use]
pub fn kept(name: &str) -> Option<String> {
    storage::get(&format!("{PREFIX}{name}")).filter(|text| !text.trim().is_empty())
}

/// Keeps a text under that name for the next visit.
pub fn put(name: &str, text: &str) {
    if !text.is_empty() {
        storage::set(&format!("{PREFIX}{name}"), text);
    }
}

/// Forgets the draft of that name, but leaves the text on the screen. Works without the page.
pub fn forget(name: &str) {
    storage::remove(&format!("{PREFIX}{name}"));
}

/// Forgets every draft: the next person at this browser must not find them.
pub fn clear_all() {
    storage::remove_all(PREFIX);
}

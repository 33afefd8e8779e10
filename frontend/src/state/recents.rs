//! The issues that were looked at last, in this browser.

use super::storage;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

const NAME: &str = "recent";
const AT_MOST: usize = 8;

/// Their keys, the latest first.
#[must_use]
pub fn keys() -> Vec<String> {
    let text = storage::get(NAME).unwrap_or_default();
    text.split(',')
        .filter(|key| !key.is_empty())
        .map(ToOwned::to_owned)
        .collect()
}

/// Remembers every issue whose page is opened.
pub fn follow() {
    let location = use_location();
    Effect::new(move |_| {
        let path = location.pathname.get();
        let key = path.strip_prefix("/issues/").map(str::to_ascii_uppercase);
        let Some(key) = key.filter(|key| key.contains('-') && !key.contains(['/', ','])) else {
            return;
        };
        let mut keys = keys();
        keys.retain(|other| *other != key);
        keys.insert(0, key);
        keys.truncate(AT_MOST);
        storage::set(NAME, &keys.join(","));
    });
}

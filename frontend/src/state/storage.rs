//! The browser's local storage; where it is switched off, nothing is remembered and nothing breaks.

fn storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}

/// What is remembered under that name.
#[must_use]
pub fn get(key: &str) -> Option<String> {
    storage()?.get_item(key).ok().flatten()
}

/// Remembers it.
pub fn set(key: &str, value: &str) {
    if let Some(storage) = storage() {
        // Full or forbidden storage must not stop anybody from working.
        let _ = storage.set_item(key, value);
    }
}

/// Forgets it.
pub fn remove(key: &str) {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(key);
    }
}

/// Forgets everything whose name begins so.
pub fn remove_all(prefix: &str) {
    let Some(storage) = storage() else { return };
    let count = storage.length().unwrap_or(0);
    let names: Vec<String> = (0..count)
        .filter_map(|i| storage.key(i).ok().flatten())
        .filter(|name| name.starts_with(prefix))
        .collect();
    for name in names {
        let _ = storage.remove_item(&name);
    }
}

//! The issues that were set aside in triage, in this browser: nobody else's queue changes by it.

use super::storage;

fn name(project: &str) -> String {
    format!("later:{project}")
}

/// Their keys in that project, the one that was set aside first in front.
#[must_use]
pub fn keys(project: &str) -> Vec<String> {
    let text = storage::get(&name(project)).unwrap_or_default();
    let keys = text.split(',').filter(|key| !key.is_empty());
    keys.map(ToOwned::to_owned).collect()
}

/// Remembers them.
pub fn keep(project: &str, keys: &[String]) {
    if keys.is_empty() {
        storage::remove(&name(project));
    } else {
        storage::set(&name(project), &keys.join(","));
    }
}

//! Texts that were thrown away come back when that is undone.

use super::{Toasts, drafts};
use leptos::prelude::*;
use std::time::Duration;

/// Says that texts were thrown away, and offers to take that back: each, named as its draft, is a draft
/// again, and `open` shows the editor, whose page may be gone; then they wait for the next visit.
///
/// `close` takes an editor away that is open again by then. What was typed there since is not lost
/// either: the same offer is made for it.
pub fn offer_back(
    toasts: Toasts,
    words: impl Into<String>,
    texts: Vec<(String, String)>,
    close: impl Fn() + Clone + Send + Sync + 'static,
    open: impl Fn() + Clone + Send + Sync + 'static,
) {
    toasts.undo(words, move || {
        let newer = |(name, text): &(String, String)| {
            let now = drafts::kept(name).filter(|now| now != text)?;
            Some((name.clone(), now))
        };
        let newer: Vec<_> = texts.iter().filter_map(newer).collect();
        close();
        let (texts, open) = (texts.clone(), open.clone());
        // An editor that stood open reads its drafts only when it opens.
        let reopen = {
            let open = open.clone();
            move || {
                for (name, text) in &texts {
                    drafts::put(name, text);
                }
                open();
            }
        };
        set_timeout(reopen, Duration::ZERO);
        if !newer.is_empty() {
            let words = "The earlier text is back in place of what you typed since.";
            offer_back(toasts, words, newer, close.clone(), open);
        }
    });
}

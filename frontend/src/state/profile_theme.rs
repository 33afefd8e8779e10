//! The theme goes with the account: a new browser takes it up, a choice here is kept there.

use super::{Look, Session, Toasts, storage};
use crate::api;
use domain::user::{ProfilePatch, Theme};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Keeps the look of this browser and the account's profile in step.
pub fn follow(session: Session, look: Look, toasts: Toasts) {
    let kept = Memo::new(move |_| session.me().map(|me| me.preferences.theme));
    Effect::new(move |_| {
        if let Some(theme) = kept.get() {
            // What was chosen in this browser stays.
            let chosen = storage::get("theme").is_some();
            if !chosen && theme != Theme::System && look.theme.get_untracked() != theme {
                look.theme.set(theme);
            }
        }
    });
    Effect::watch(
        move || look.theme.get(),
        move |theme, _, _| {
            let theme = *theme;
            if kept.get_untracked().is_none_or(|kept| kept == theme) {
                return;
            }
            spawn_local(async move {
                let patch = ProfilePatch {
                    theme: Some(theme),
                    ..ProfilePatch::default()
                };
                match api::me::update(&patch).await {
                    Ok(me) => session.enter(me),
                    Err(error) => toasts.failed("The theme is only kept in this browser.", &error),
                }
            });
        },
        false,
    );
}

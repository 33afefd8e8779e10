//! The issue is not here any more: what was typed for it is.

use crate::components::{IconName, SmallIcon};
use crate::state::clipboard::copy;
use crate::state::{drafts, toasts};
use leptos::prelude::*;

/// Texts for that issue that were never sent, with a way to take them along.
#[component]
pub(super) fn KeptTexts(
    /// Key of the issue.
    key: String,
) -> impl IntoView {
    let names = [
        (format!("comment:{key}"), "Your comment"),
        (format!("edit:{key}:title"), "Your title"),
        (format!("edit:{key}:description"), "Your description"),
    ];
    let kept: Vec<(&'static str, String)> = names
        .into_iter()
        .filter_map(|(name, label)| drafts::kept(&name).map(|text| (label, text)))
        .collect();
    (!kept.is_empty()).then(|| {
        view! {
            <section class="mx-auto flex max-w-xl flex-col gap-3 px-4 pb-10">
                <p class="text-sm text-ink-2">"What you typed here was not sent. It is kept in this browser, and comes back with the issue."</p>
                {kept.into_iter().map(|(label, text)| view! { <KeptText label text /> }).collect_view()}
            </section>
        }
    })
}

#[component]
fn KeptText(label: &'static str, text: String) -> impl IntoView {
    let toasts = toasts();
    let taken = text.clone();
    view! {
        <div class="rounded-lg border border-edge p-3 text-sm" role="group" aria-label=label>
            <div class="flex items-center gap-2 pb-1">
                <h3 class="text-xs font-medium">{label}</h3>
                <button
                    type="button"
                    class="btn btn-xs btn-ghost ml-auto"
                    on:click=move |_| copy(toasts, taken.clone(), "Your text is copied.".to_owned())
                >
                    <SmallIcon name=IconName::Copy />
                    "Copy"
                </button>
            </div>
            <p class="wrap-anywhere whitespace-pre-wrap text-ink-2">{text}</p>
        </div>
    }
}

//! Before something that nobody can bring back: its name has to be typed.

use super::{BusyButton, ErrorNote, Field};
use crate::api::ApiError;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

/// The end of a dialog: a field for the word, and the button that does it once the word is right.
#[component]
pub fn TypedConfirm(
    /// Id of the field; unique on the page.
    id: &'static str,
    /// What has to be typed.
    #[prop(into)]
    word: Signal<String>,
    /// The words on the button.
    words: &'static str,
    /// Whether it is under way.
    busy: RwSignal<bool>,
    /// Why it was refused.
    #[prop(into)]
    error: Signal<Option<ApiError>>,
    /// Whether anything else stands in its way.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// The dialog.
    open: RwSignal<bool>,
    /// Does it.
    on_yes: Callback<()>,
) -> impl IntoView {
    let typed = RwSignal::new(String::new());
    let right = move || typed.with(|typed| typed.trim() == word.get()) && !disabled.get();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if untrack(right) && !busy.get_untracked() {
            on_yes.run(());
        }
    };
    view! {
        <form class="flex flex-col gap-4" novalidate on:submit=submit>
            <ErrorNote error />
            <div class="flex flex-col gap-1">
                <p class="text-sm text-ink-2">"Type " <b class="ii-key text-base-content">{move || word.get()}</b> " to go on."</p>
                <Field id label="Confirmation" value=typed required=true />
            </div>
            <div class="flex justify-end gap-2">
                <button type="button" class="btn btn-sm btn-ghost" on:click=move |_| open.set(false)>"Cancel"</button>
                <BusyButton busy class="btn btn-sm btn-error" disabled=Signal::derive(move || !right())>{words}</BusyButton>
            </div>
        </form>
    }
}

//! A question before something that cannot be taken back.

use super::dialog::Dialog;
use leptos::prelude::*;

/// Asks, and acts on yes.
#[component]
pub fn Confirm(
    /// Whether it is asked.
    open: RwSignal<bool>,
    /// The question.
    #[prop(into)]
    title: Signal<String>,
    /// Id of the question; unique on the page.
    id: &'static str,
    /// What will happen.
    text: &'static str,
    /// The words on the button that does it.
    words: &'static str,
    /// Does it.
    on_yes: Callback<()>,
) -> impl IntoView {
    let yes = move |_| {
        open.set(false);
        on_yes.run(());
    };
    view! {
        <Dialog open title id narrow=true>
            <p class="text-sm text-ink-2">{text}</p>
            <div class="flex justify-end gap-2">
                <button type="button" class="btn btn-sm btn-ghost" on:click=move |_| open.set(false)>"Cancel"</button>
                <button type="button" class="btn btn-sm btn-error" on:click=yes>{words}</button>
            </div>
        </Dialog>
    }
}

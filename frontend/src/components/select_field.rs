//! A labelled list of a few words to choose from.

use super::field::FieldNote;
use leptos::prelude::*;

/// One choice: what is handed back, and the words.
pub type SelectChoice = (&'static str, &'static str);

/// A labelled `<select>`.
#[component]
pub fn SelectField(
    /// Id of the control; unique on the page.
    id: &'static str,
    /// Words above it.
    label: &'static str,
    /// The choices.
    choices: Vec<SelectChoice>,
    /// The chosen one.
    value: RwSignal<String>,
    /// What is wrong.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// What the chosen one means.
    #[prop(optional, into)]
    hint: Signal<Option<String>>,
    /// Not to be changed.
    #[prop(optional, into)]
    disabled: Signal<bool>,
) -> impl IntoView {
    let described = format!("{id}-hint {id}-note");
    view! {
        <div class="flex flex-col gap-1">
            <label for=id class="text-xs text-ink-2">{label}</label>
            <select
                id=id
                name=id
                class="select select-sm w-full"
                aria-describedby=described
                aria-invalid=move || error.get().is_some().then_some("true")
                disabled=move || disabled.get()
                on:change=move |event| value.set(event_target_value(&event))
            >
                {choices
                    .into_iter()
                    .map(|(slug, words)| {
                        view! { <option value=slug prop:selected=move || value.with(|value| value == slug)>{words}</option> }
                    })
                    .collect_view()}
            </select>
            <p id=format!("{id}-hint") class="text-xs text-ink-3 empty:hidden">{move || hint.get()}</p>
            <FieldNote id=format!("{id}-note") error />
        </div>
    }
}

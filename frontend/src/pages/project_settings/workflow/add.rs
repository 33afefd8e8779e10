//! One more status.

use super::editor::Editor;
use super::statuses::MEANINGS;
use domain::workflow::Category;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

/// Its name, what it means, and the button.
#[component]
pub(super) fn AddStatus() -> impl IntoView {
    let editor = expect_context::<Editor>();
    let name = RwSignal::new(String::new());
    let meaning = RwSignal::new(Category::Active);
    let add = move || {
        let typed = name.get_untracked();
        if typed.trim().is_empty() {
            return;
        }
        editor
            .draft
            .update(|draft| _ = draft.add(&typed, meaning.get_untracked()));
        editor.said.set(format!("{} was added.", typed.trim()));
        name.set(String::new());
    };
    // Enter adds the status; it must not save the whole form.
    let keys = move |event: KeyboardEvent| {
        if event.key() == "Enter" {
            event.prevent_default();
            add();
        }
    };
    view! {
        <div class="grid items-end gap-2 sm:grid-cols-[minmax(0,1fr)_192px_auto]" role="group" aria-label="Add a status">
            <label class="flex flex-col gap-1 text-xs text-ink-2">
                "New status"
                <input class="input input-sm w-full" autocomplete="off" bind:value=name on:keydown=keys />
            </label>
            <label class="flex flex-col gap-1 text-xs text-ink-2">
                "Means"
                <select
                    class="select select-sm w-full"
                    on:change=move |event| {
                        if let Ok(category) = event_target_value(&event).parse() {
                            meaning.set(category);
                        }
                    }
                >
                    {MEANINGS
                        .into_iter()
                        .map(|(word, words)| view! { <option value=word.slug() prop:selected=move || meaning.get() == word>{words}</option> })
                        .collect_view()}
                </select>
            </label>
            <button type="button" class="btn btn-sm btn-line" disabled=move || name.with(|name| name.trim().is_empty()) on:click=move |_| add()>
                "Add status"
            </button>
        </div>
    }
}

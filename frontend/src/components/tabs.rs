//! Tabs above one panel.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// One tab.
#[derive(Clone)]
pub struct Tab {
    /// What is handed back.
    pub value: &'static str,
    /// The words.
    pub label: Signal<String>,
}

/// A row of tabs. The panel has `role="tabpanel"`, the id `{id}-panel` and
/// `aria-labelledby="{id}-{value}"`.
#[component]
pub fn Tabs(
    /// Prefix of the ids.
    id: &'static str,
    /// Name of the row.
    label: &'static str,
    /// The tabs.
    tabs: Vec<Tab>,
    /// The chosen one.
    value: RwSignal<&'static str>,
) -> impl IntoView {
    let values: Vec<&'static str> = tabs.iter().map(|tab| tab.value).collect();
    let keys = move |event: KeyboardEvent| {
        let at = values
            .iter()
            .position(|v| *v == value.get_untracked())
            .unwrap_or(0);
        let count = values.len();
        let to = match event.key().as_str() {
            "ArrowRight" => (at + 1) % count.max(1),
            "ArrowLeft" => (at + count.saturating_sub(1)) % count.max(1),
            _ => return,
        };
        event.prevent_default();
        if let Some(next) = values.get(to) {
            value.set(next);
            let tab = document().get_element_by_id(&format!("{id}-{next}"));
            if let Some(tab) = tab.and_then(|tab| tab.dyn_into::<web_sys::HtmlElement>().ok()) {
                let _ = tab.focus();
            }
        }
    };
    view! {
        <div role="tablist" aria-label=label class="tabs tabs-border border-b border-base-300" on:keydown=keys>
            {tabs
                .into_iter()
                .map(|tab| {
                    let chosen = move || value.get() == tab.value;
                    view! {
                        <button
                            type="button"
                            role="tab"
                            id=format!("{id}-{}", tab.value)
                            class="tab"
                            aria-controls=format!("{id}-panel")
                            aria-selected=move || if chosen() { "true" } else { "false" }
                            tabindex=move || if chosen() { "0" } else { "-1" }
                            on:click=move |_| value.set(tab.value)
                        >
                            {move || tab.label.get()}
                        </button>
                    }
                })
                .collect_view()}
        </div>
    }
}

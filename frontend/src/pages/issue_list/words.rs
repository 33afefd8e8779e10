//! The field for words.

use super::List;
use crate::components::{IconName, SmallIcon};
use crate::state::on_command;
use leptos::html;
use leptos::prelude::*;
use std::time::Duration;

/// Words in the title, or a key; asked a moment after the last key press.
#[component]
pub fn Words() -> impl IntoView {
    let list = expect_context::<List>();
    let field = NodeRef::<html::Input>::new();
    let asked = Memo::new(move |_| {
        list.listing
            .with(|listing| listing.filter.text.clone().unwrap_or_default())
    });
    let typed = RwSignal::new(asked.get_untracked());
    // Back and forward change the field, typing does not fight with itself.
    Effect::new(move |_| {
        let asked = asked.get();
        if typed.with_untracked(|typed| typed.trim() != asked) {
            typed.set(asked);
        }
    });
    let turn = StoredValue::new(0_u32);
    let send = move || {
        let text = typed.get_untracked().trim().to_owned();
        if text != asked.get_untracked() {
            let text = Some(text).filter(|text| !text.is_empty());
            let to = list
                .listing
                .get_untracked()
                .with(|filter| filter.text = text);
            list.go.run((to, true));
        }
    };
    let input = move |event| {
        typed.set(event_target_value(&event));
        let mine = turn.try_update_value(|turn| {
            *turn = turn.wrapping_add(1);
            *turn
        });
        set_timeout(
            move || {
                if turn.try_get_value() == mine {
                    send();
                }
            },
            Duration::from_millis(250),
        );
    };
    let keys = move |event: leptos::ev::KeyboardEvent| match event.key().as_str() {
        "Enter" => {
            event.prevent_default();
            send();
        }
        "Escape" => {
            if typed.with_untracked(String::is_empty) {
                if let Some(field) = field.get_untracked() {
                    let _ = field.blur();
                }
            } else {
                typed.set(String::new());
                send();
            }
        }
        _ => {}
    };
    on_command("filter", move || {
        if let Some(field) = field.get_untracked() {
            let _ = field.focus();
            field.select();
        }
    });
    view! {
        <label class="input input-sm min-w-0 flex-1">
            <SmallIcon name=IconName::Funnel />
            <span class="sr-only">"Words in the title, or a key"</span>
            <input
                node_ref=field
                type="search"
                placeholder="Words in the title, or a key"
                autocomplete="off"
                prop:value=move || typed.get()
                on:input=input
                on:keydown=keys
            />
            <kbd class="kbd hidden lg:inline-flex" aria-hidden="true">"/"</kbd>
        </label>
    }
}

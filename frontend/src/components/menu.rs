//! A small menu: links, commands and choices below a button. Arrow keys move, Tab leaves.

use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// The list inside a popover of kind `menu`. Its items carry `role="menuitem"` (or `…radio`).
#[component]
pub fn Menu(
    /// Name of the menu.
    label: &'static str,
    /// The items.
    children: Children,
) -> impl IntoView {
    let node = NodeRef::<html::Div>::new();
    node.on_load(|menu| {
        request_animation_frame(move || {
            let _ = item(&menu, 0).map(|first| first.focus());
        });
    });
    let keys = move |event: KeyboardEvent| {
        let Some(menu) = node.get_untracked() else {
            return;
        };
        let items = items(&menu);
        let count = items.len();
        let active = document().active_element();
        let at = items
            .iter()
            .position(|item| active.as_ref() == Some(item.as_ref()));
        let to = match event.key().as_str() {
            "ArrowDown" => at.map_or(0, |at| (at + 1) % count.max(1)),
            "ArrowUp" => at.map_or(0, |at| (at + count.saturating_sub(1)) % count.max(1)),
            "Home" => 0,
            "End" => count.saturating_sub(1),
            _ => return,
        };
        event.prevent_default();
        event.stop_propagation();
        if let Some(item) = items.get(to) {
            let _ = item.focus();
        }
    };
    view! {
        <div node_ref=node class="ii-menu" role="menu" aria-label=label on:keydown=keys>
            {children()}
        </div>
    }
}

fn items(menu: &web_sys::HtmlElement) -> Vec<web_sys::HtmlElement> {
    let Ok(list) = menu.query_selector_all("[role^=menuitem]") else {
        return Vec::new();
    };
    (0..list.length())
        .filter_map(|i| list.get(i))
        .filter_map(|node| node.dyn_into().ok())
        .collect()
}

fn item(menu: &web_sys::HtmlElement, index: usize) -> Option<web_sys::HtmlElement> {
    items(menu).get(index).cloned()
}

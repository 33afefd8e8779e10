//! What opens at something that is no button of its own: the panel of a popover alone.

use super::popover::{keep_focus, keep_inside};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// A panel below its parent element. It is there as long as it is rendered; `on_close` says that it
/// should go: Escape, a press elsewhere, or the focus went elsewhere.
#[component]
pub fn Floating(
    /// Called when it should go.
    on_close: Callback<()>,
    /// Classes of the panel.
    #[prop(default = "ii-float ii-pop w-60 p-1.5 text-left font-normal")]
    class: &'static str,
    /// What is in it.
    children: Children,
) -> impl IntoView {
    let panel = NodeRef::<html::Div>::new();
    panel.on_load(|panel| {
        // Before its content takes the focus, so that the page never scrolls towards it.
        keep_inside(&panel, false);
        request_animation_frame(move || keep_inside(&panel, false));
    });
    let holds = move |target: Option<web_sys::EventTarget>| {
        let node = target.and_then(|target| target.dyn_into::<web_sys::Node>().ok());
        let around = panel
            .get_untracked()
            .and_then(|panel| panel.parent_element());
        around
            .zip(node)
            .is_some_and(|(around, node)| around.contains(Some(&node)) || !node.is_connected())
    };
    let outside = window_event_listener(leptos::ev::pointerdown, move |event| {
        if !holds(event.target()) {
            on_close.run(());
        }
    });
    on_cleanup(move || outside.remove());
    let keys = move |event: leptos::ev::KeyboardEvent| {
        // What is pressed in here is not for the list behind it.
        event.stop_propagation();
        if event.key() == "Escape" {
            event.prevent_default();
            on_close.run(());
        }
    };
    let left = move |event: leptos::ev::FocusEvent| {
        if event.related_target().is_some() && !holds(event.related_target()) {
            on_close.run(());
        }
    };
    view! {
        <div node_ref=panel class=class on:mousedown=keep_focus on:keydown=keys on:focusout=left>
            {children()}
        </div>
    }
}

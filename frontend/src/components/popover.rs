//! Something that opens at a button: floats, stays inside the window, closes on Escape, on a click
//! elsewhere and when the focus leaves it.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// A button and what opens at it. The focus goes back to the button when it closes.
#[component]
pub fn Popover(
    /// Whether it is open.
    open: RwSignal<bool>,
    /// What kind of thing opens: `listbox`, `menu` or `dialog`.
    #[prop(default = "dialog")]
    kind: &'static str,
    /// Name of the button, when its content has no words of its own or needs more of them.
    #[prop(optional, into)]
    label: Signal<Option<String>>,
    /// What the button says when the pointer rests on it.
    #[prop(optional, into)]
    title: Signal<Option<String>>,
    /// Classes of the button.
    #[prop(default = "btn btn-sm btn-ghost")]
    class: &'static str,
    /// Classes of what opens.
    #[prop(default = "ii-float ii-pop w-60 p-1.5")]
    panel_class: &'static str,
    /// Opens upwards, at the lower end of the window.
    #[prop(default = false)]
    upwards: bool,
    /// What is on the button.
    #[prop(into)]
    trigger: ViewFn,
    /// What opens.
    children: ChildrenFn,
) -> impl IntoView {
    let wrap = NodeRef::<html::Span>::new();
    let button = NodeRef::<html::Button>::new();
    let panel = NodeRef::<html::Div>::new();
    let children = StoredValue::new(children);

    let close = move |give_back: bool| {
        open.set(false);
        if give_back && let Some(button) = button.get_untracked() {
            let _ = button.focus();
        }
    };
    let outside = window_event_listener(leptos::ev::pointerdown, move |event| {
        if open.get_untracked() && !holds(wrap, event.target()) {
            close(false);
        }
    });
    on_cleanup(move || outside.remove());

    Effect::new(move |_| {
        if let Some(panel) = panel.get() {
            // Before its content takes the focus, so that the page never scrolls towards it.
            keep_inside(&panel, upwards);
            request_animation_frame(move || keep_inside(&panel, upwards));
        }
    });

    // Choosing something closes the panel under the focus; then the button has it again.
    Effect::watch(
        move || open.get(),
        move |is_open, was_open, _| {
            if !*is_open && was_open == Some(&true) {
                request_animation_frame(move || {
                    let nobody = document()
                        .active_element()
                        .is_none_or(|active| active.tag_name() == "BODY");
                    if nobody && let Some(button) = button.try_get_untracked().flatten() {
                        let _ = button.focus();
                    }
                });
            }
        },
        false,
    );

    let keys = move |event: leptos::ev::KeyboardEvent| {
        if event.key() == "Escape" && open.get_untracked() {
            event.stop_propagation();
            event.prevent_default();
            close(true);
        }
    };
    let left = move |event: leptos::ev::FocusEvent| {
        if event.related_target().is_some() && !holds(wrap, event.related_target()) {
            open.set(false);
        }
    };
    view! {
        <span node_ref=wrap class="relative inline-flex min-w-0" on:keydown=keys on:focusout=left>
            <button
                node_ref=button
                type="button"
                class=class
                aria-haspopup=kind
                aria-expanded=move || if open.get() { "true" } else { "false" }
                aria-label=move || label.get()
                title=move || title.get()
                on:click=move |_| open.update(|open| *open = !*open)
            >
                {trigger.run()}
            </button>
            <Show when=move || open.get()>
                <div node_ref=panel class=panel_class on:mousedown=keep_focus>
                    {children.with_value(|children| children())}
                </div>
            </Show>
        </span>
    }
}

fn holds(wrap: NodeRef<html::Span>, target: Option<web_sys::EventTarget>) -> bool {
    let (Some(wrap), Some(target)) = (wrap.get_untracked(), target) else {
        return false;
    };
    target
        .dyn_ref::<web_sys::Node>()
        .is_some_and(|node| wrap.contains(Some(node)) || !node.is_connected())
}

/// Pressing something that takes no focus must not take it from the panel: that would close it
/// before the click arrives.
pub(super) fn keep_focus(event: leptos::ev::MouseEvent) {
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let takes = target.is_some_and(|target| {
        let found = target.closest("input, textarea, select, button, a, label");
        found.ok().flatten().is_some()
    });
    if !takes {
        event.prevent_default();
    }
}

/// Moves the panel below (or above) its button and back into the window.
pub(super) fn keep_inside(panel: &web_sys::HtmlElement, upwards: bool) {
    const GAP: f64 = 12.0;
    let style = panel.style();
    let Some(root) = document().document_element() else {
        return;
    };
    let (width, height) = (
        f64::from(root.client_width()),
        f64::from(root.client_height()),
    );
    // Of both it would get a height.
    let (side, other) = if upwards {
        ("bottom", "top")
    } else {
        ("top", "bottom")
    };
    let _ = style.remove_property(other);
    let _ = style.set_property(side, "calc(100% + 4px)");
    let _ = style.set_property("left", "0");
    let place = panel.get_bounding_client_rect();
    let over = place.right() - (width - GAP);
    let shift = if over > 0.0 { -over } else { 0.0 };
    let shift = shift.max(GAP - place.left());
    let _ = style.set_property("left", &format!("{shift}px"));
    // The navigation at the lower edge of small screens would cover it.
    let dock = document().query_selector(".ii-dock").ok().flatten();
    let dock = dock.map_or(0.0, |dock| dock.get_bounding_client_rect().height());
    let floor = height - dock;
    if !upwards && place.bottom() > floor && place.top() > floor / 2.0 {
        let _ = style.remove_property("top");
        let _ = style.set_property("bottom", "calc(100% + 4px)");
    }
}

//! A dialog: the browser's own `<dialog>`, which keeps the focus in and gives it back.

use super::icon::SmallIcon;
use super::icon_paths::IconName;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// Shows its children above the page while `open`. Escape and the ground close it.
#[component]
pub fn Dialog(
    /// Whether it is shown.
    open: RwSignal<bool>,
    /// Its title.
    #[prop(into)]
    title: Signal<String>,
    /// Id of the title; unique on the page.
    id: &'static str,
    /// A short question instead of a form.
    #[prop(default = false)]
    narrow: bool,
    /// The content below the title.
    children: ChildrenFn,
) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    let children = StoredValue::new(children);
    Effect::new(move |_| {
        let wanted = open.get();
        let Some(dialog) = node.get() else { return };
        if wanted && !dialog.open() {
            let _ = dialog.show_modal();
            request_animation_frame(move || focus_first_field(&dialog));
        } else if !wanted && dialog.open() {
            dialog.close();
        }
    });
    let ground = move |event: leptos::ev::MouseEvent| {
        let on_ground = node.get_untracked().is_some_and(|dialog| {
            event.target().is_some_and(|target| {
                let dialog: &web_sys::EventTarget = dialog.as_ref();
                *dialog == target
            })
        });
        if on_ground {
            open.set(false);
        }
    };
    let class = if narrow {
        "ii-dialog narrow"
    } else {
        "ii-dialog"
    };
    view! {
        <dialog node_ref=node class=class aria-labelledby=id on:close=move |_| open.set(false) on:mousedown=ground>
            <Show when=move || open.get()>
                <div class="flex flex-col gap-4 p-5">
                    <div class="flex items-start gap-3">
                        <h2 id=id class="text-lg">{move || title.get()}</h2>
                        <button
                            type="button"
                            class="btn btn-ghost btn-xs btn-square -mr-1 ml-auto"
                            aria-label="Close"
                            on:click=move |_| open.set(false)
                        >
                            <SmallIcon name=IconName::X />
                        </button>
                    </div>
                    {children.with_value(|children| children())}
                </div>
            </Show>
        </dialog>
    }
}

/// The first field has the focus, where there is one and the content has not chosen another place; the
/// browser would give it to the cross.
fn focus_first_field(dialog: &web_sys::HtmlDialogElement) {
    let now = document().active_element();
    if now.is_some_and(|now| now.get_attribute("aria-label").as_deref() != Some("Close")) {
        return;
    }
    const FIELDS: &str =
        "input:not([type=checkbox], [type=radio], [type=hidden]), select, textarea";
    let field = dialog.query_selector(FIELDS).ok().flatten();
    if let Some(field) = field.and_then(|field| field.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = field.focus();
    }
}

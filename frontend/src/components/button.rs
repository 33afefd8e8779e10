//! A button that shows when its work is under way.

use leptos::prelude::*;

/// A submit or action button; while `busy` it turns a spinner, keeps its words and ignores clicks.
#[component]
pub fn BusyButton(
    /// Whether the work is under way.
    #[prop(into)]
    busy: Signal<bool>,
    /// Classes of the button.
    #[prop(default = "btn btn-sm btn-primary")]
    class: &'static str,
    /// A button that submits its form, unless it has something of its own to do.
    #[prop(optional, into)]
    on_click: Option<Callback<()>>,
    /// Not possible now; say why beside it.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// The words.
    children: Children,
) -> impl IntoView {
    let kind = if on_click.is_some() {
        "button"
    } else {
        "submit"
    };
    let click = move |event: leptos::ev::MouseEvent| {
        if busy.get_untracked() {
            event.prevent_default();
        } else if let Some(act) = on_click {
            act.run(());
        }
    };
    view! {
        <button type=kind class=class aria-busy=move || busy.get().then_some("true") disabled=move || disabled.get() on:click=click>
            <Show when=move || busy.get()>
                <span class="loading loading-spinner loading-xs" aria-hidden="true"></span>
            </Show>
            {children()}
        </button>
    }
}

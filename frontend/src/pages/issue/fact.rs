//! One line of the facts panel.

use super::rights::Right;
use super::state::IssueState;
use crate::components::Why;
use crate::components::popover::Popover;
use crate::model::change::Field;
use crate::state::toasts;
use leptos::prelude::*;

/// A fact that is edited in place: its value is the button that opens what changes it.
#[component]
pub fn Fact(
    /// Its name.
    label: &'static str,
    /// The key that opens it.
    #[prop(default = None, into)]
    shortcut: Option<&'static str>,
    /// Whether it is being edited.
    open: RwSignal<bool>,
    /// The field behind it.
    field: Field,
    /// Whether the reader may change it.
    #[prop(into)]
    right: Signal<Right>,
    /// What it shows.
    #[prop(into)]
    value: ViewFn,
    /// Beside the value, outside its button.
    #[prop(optional, into)]
    beside: ViewFn,
    /// What changes it.
    children: ChildrenFn,
) -> impl IntoView {
    let state = expect_context::<IssueState>();
    let may = Memo::new(move |_| right.get().is_ok());
    // A key must not open what the reader may not change, but says why.
    let toasts = toasts();
    Effect::new(move |_| {
        if open.get() && !may.get() {
            open.set(false);
            if let Err(refusal) = right.get_untracked() {
                toasts.refused(refusal.sentence);
            }
        }
    });
    let children = StoredValue::new(children);
    let shown = value.clone();
    view! {
        <div class="ii-fact" class:at=move || open.get()>
            <dt>{label}</dt>
            <dd class="flex min-w-0 flex-wrap items-center gap-1.5" class:ii-pend=move || state.is_pending(field)>
                {move || {
                    let value = value.clone();
                    if may.get() {
                        view! {
                            <Popover
                                open
                                class="ii-edit"
                                trigger=move || {
                                    let value = value.clone();
                                    view! {
                                        <span class="sr-only">{format!("Change {}, now ", label.to_lowercase())}</span>
                                        {value.run()}
                                    }
                                }
                            >
                                {children.with_value(|children| children())}
                            </Popover>
                            {shortcut.map(|key| view! { <kbd class="kbd" aria-hidden="true">{key}</kbd> })}
                        }
                            .into_any()
                    } else {
                        let refused = Signal::derive(move || right.get().err());
                        let what = format!("Change {}", label.to_lowercase());
                        view! {
                            <span class="flex min-w-0 flex-wrap items-center gap-1.5">{shown.run()}</span>
                            <Why what refused />
                        }
                            .into_any()
                    }
                }}
                {beside.run()}
            </dd>
        </div>
    }
}

/// A fact that nobody changes.
#[component]
pub fn Plain(
    /// Its name.
    label: &'static str,
    /// What it shows.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="ii-fact">
            <dt>{label}</dt>
            <dd class="flex min-w-0 flex-wrap items-center gap-1.5">{children()}</dd>
        </div>
    }
}

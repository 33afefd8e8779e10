//! The button that adds something around an issue: what it opens where that is allowed, else why not.

use super::rights::Right;
use crate::components::popover::Popover;
use crate::components::{GuardedButton, IconName, SmallIcon};
use leptos::prelude::*;

const BUTTON: &str = "btn btn-xs btn-ghost h-7";

/// The button.
#[component]
pub(super) fn Adder(
    /// Whether it may be used.
    right: Memo<Right>,
    /// What it says.
    words: &'static str,
    /// Whether the form is open.
    open: RwSignal<bool>,
    /// The form.
    children: ChildrenFn,
) -> impl IntoView {
    let children = StoredValue::new(children);
    let face = move || view! { <SmallIcon name=IconName::Plus />{words} };
    move || match right.get() {
        Err(refusal) => {
            let refused = Signal::stored(Some(refusal));
            view! {
                <GuardedButton refused class=BUTTON on_click=Callback::new(|()| ())>
                    {face()}
                </GuardedButton>
            }
            .into_any()
        }
        Ok(()) => view! {
            <Popover open class=BUTTON panel_class="ii-float ii-pop w-72 p-1.5" trigger=face>
                {children.read_value()()}
            </Popover>
        }
        .into_any(),
    }
}

//! Where the messages appear.

use super::icon::Icon;
use super::icon_paths::IconName;
use crate::state::toasts::Toast;
use crate::state::{on_command, toasts};
use leptos::prelude::*;

/// The messages, newest below. Good news waits its turn, failures are said at once.
#[component]
pub fn ToastStack() -> impl IntoView {
    let toasts = toasts();
    on_command("undo", move || toasts.take_back());
    let list = move |failed: bool| {
        toasts
            .list()
            .into_iter()
            .filter(move |toast| toast.failed == failed)
            .collect::<Vec<_>>()
    };
    view! {
        <div class="ii-toasts">
            <div role="alert" class="contents">
                <For each=move || list(true) key=|toast| toast.id let:toast>
                    <OneToast toast />
                </For>
            </div>
            <div role="status" class="contents">
                <For each=move || list(false) key=|toast| toast.id let:toast>
                    <OneToast toast />
                </For>
            </div>
        </div>
    }
}

#[component]
fn OneToast(toast: Toast) -> impl IntoView {
    let toasts = toasts();
    let id = toast.id;
    let icon = if toast.failed {
        IconName::TriangleAlert
    } else {
        IconName::Check
    };
    view! {
        <div
            class="ii-toast"
            on:mouseenter=move |_| toasts.hold(Some(id))
            on:mouseleave=move |_| toasts.hold(None)
            on:focusin=move |_| toasts.hold(Some(id))
            on:focusout=move |_| toasts.hold(None)
        >
            <Icon name=icon />
            <span class="min-w-0 wrap-anywhere">{toast.text}</span>
            <span class="ml-auto flex shrink-0 items-center gap-1">
                {toast
                    .action
                    .map(|action| {
                        view! {
                            <button
                                type="button"
                                class="min-h-6 px-1"
                                on:click=move |_| {
                                    toasts.close(id);
                                    (action.act)();
                                }
                            >
                                {action.label}
                            </button>
                        }
                    })}
                <button type="button" class="grid size-6 place-items-center" aria-label="Close this message" on:click=move |_| toasts.close(id)>
                    <Icon name=IconName::X />
                </button>
            </span>
        </div>
    }
}

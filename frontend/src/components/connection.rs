//! Whether changes of other people arrive. Shown where it matters, or when something is wrong.

use crate::state::live;
use crate::state::live::Link;
use leptos::prelude::*;

/// The state of the connection.
#[component]
pub fn Connection(
    /// Also say it when everything is well.
    #[prop(default = false)]
    always: bool,
) -> impl IntoView {
    let live = live();
    let content = move || match live.link() {
        Link::Open if always => Some(
            view! { <span class="flex items-center gap-2 text-xs text-ink-2"><span class="ii-dot" aria-hidden="true"></span>"Live"</span> },
        ),
        Link::Open | Link::Starting => None,
        Link::Lost => Some(
            view! { <span class="flex items-center gap-2 text-xs text-ink-2"><span class="ii-dot off" aria-hidden="true"></span>"Reconnecting"</span> },
        ),
    };
    view! { <span role="status">{content}</span> }
}

//! What people did lately.

use super::Scope;
use crate::api;
use crate::components::AsyncView;
use crate::components::feed_entry::FeedEntry;
use crate::state::live::Link;
use crate::state::{Loaded, live};
use leptos::prelude::*;

const ENTRIES: u32 = 7;

/// The newest events, as sentences.
#[component]
pub(super) fn Feed(scope: Scope) -> impl IntoView {
    let loaded = Loaded::fresh(
        move || (scope.project.get(), scope.changed.get()),
        |key: Option<String>| async move { api::activity::newest(key.as_deref(), ENTRIES).await },
    );
    let live = live();
    view! {
        <section class="flex flex-col gap-3">
            <div class="flex min-h-7 items-center gap-2">
                <h2 class="text-sm">"Activity"</h2>
                <span class="ml-auto text-xs text-ink-3">{move || (live.link() == Link::Open).then_some("live")}</span>
            </div>
            <AsyncView
                loaded
                what="The activity"
                loading="Loading the activity"
                skeleton=|| {
                    ["80%", "64%", "72%", "58%", "76%", "66%"]
                        .map(|width| view! { <div class="flex h-9 items-center border-b border-base-300"><span class="ii-skel" style:width=width></span></div> })
                        .into_iter()
                        .collect_view()
                        .into_any()
                }
                let:entries
            >
                <Show
                    when=move || entries.with(|entries| !entries.is_empty())
                    fallback=|| view! { <p class="py-2 text-sm text-ink-2">"Nothing happened yet. Reports, changes and comments show up here."</p> }
                >
                    <ul class="flex flex-col">
                        <For each=move || entries.get() key=|entry| entry.id let:entry>
                            <FeedEntry entry />
                        </For>
                    </ul>
                </Show>
            </AsyncView>
        </section>
    }
}

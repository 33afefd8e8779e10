//! What a comment said before it was edited or deleted, for those who run the project.

use crate::api;
use crate::components::skeleton::SkeletonText;
use crate::components::{AsyncView, Dialog, MarkdownView, Time};
use crate::state::Loaded;
use domain::event::HistoryEntry;
use leptos::prelude::*;
use uuid::Uuid;

/// The button that opens the former texts.
#[component]
pub(super) fn FormerTexts(
    /// The comment.
    id: Uuid,
    /// The words on the button.
    words: &'static str,
) -> impl IntoView {
    let open = RwSignal::new(false);
    view! {
        <button type="button" class="link min-h-6 cursor-pointer" aria-haspopup="dialog" on:click=move |_| open.set(true)>
            {words}
        </button>
        <Dialog open title="Former texts" id="former-title">
            <Texts id />
        </Dialog>
    }
}

#[component]
fn Texts(id: Uuid) -> impl IntoView {
    let loaded = Loaded::keep(
        || (),
        move |()| async move { api::comments::history(id).await },
    );
    view! {
        <AsyncView
            loaded
            what="The former texts"
            loading="Loading the former texts"
            skeleton=|| view! { <SkeletonText /> }.into_any()
            let:events
        >
            <ol class="flex flex-col gap-4">
                {move || events.get().into_iter().filter_map(text).collect_view()}
            </ol>
        </AsyncView>
    }
}

/// The text that an event put away.
fn text(event: HistoryEntry) -> Option<impl IntoView> {
    let old = event.old?;
    let plain = old.as_str().or_else(|| old.get("body")?.as_str());
    let source = Signal::stored(plain?.to_owned());
    let what = if event.kind == "comment.deleted" {
        "deleted by "
    } else {
        "edited by "
    };
    let who = event.actor.map(|actor| actor.display_name);
    Some(view! {
        <li class="flex flex-col gap-1 border-b border-base-300 pb-4 last:border-0">
            <p class="text-xs text-ink-3">"Until " {what} {who} " " <Time at=event.at sentence=true /></p>
            <MarkdownView source />
        </li>
    })
}

//! What is to be said about the edited workflow before it is saved.

use super::editor::Editor;
use crate::components::{ErrorNote, IconName, SmallIcon};
use crate::model::flow_draft::FlowDraft;
use leptos::prelude::*;

/// What is wrong, what met, and what is probably not meant.
#[component]
pub(super) fn Notes(editor: Editor) -> impl IntoView {
    let advice = Memo::new(move |_| editor.draft.with(FlowDraft::advice));
    let wrong = Memo::new(move |_| editor.mistakes.get());
    view! {
        <div class="flex flex-col gap-2">
            <ErrorNote error=Signal::derive(move || editor.error.get().filter(|_| wrong.with(Vec::is_empty))) />
            <div role="alert" class="empty:hidden">
                {move || {
                    wrong
                        .get()
                        .into_iter()
                        .map(|mistake| {
                            let status = mistake.at.and_then(|(id, _)| editor.draft.with(|draft| draft.row(id).map(|row| row.name.clone())));
                            let before = status.filter(|name| !name.is_empty()).map(|name| format!("{name}: "));
                            view! {
                                <p class="flex items-start gap-1 text-sm text-error">
                                    <span class="pt-0.5"><SmallIcon name=IconName::CircleAlert /></span>
                                    <span>{before} {mistake.detail}</span>
                                </p>
                            }
                        })
                        .collect_view()
                }}
            </div>
            <Show when=move || editor.conflict.get()>
                <p role="alert" class="ii-note px-4 py-2 pl-5 text-sm">
                    "Somebody else changed the workflow meanwhile. What you edited is still here, and the statuses they added came in. Saving again puts this in place of theirs; discarding shows theirs."
                </p>
            </Show>
            {move || {
                advice
                    .get()
                    .into_iter()
                    .map(|text| {
                        view! {
                            <p class="flex items-start gap-1 text-xs text-ink-2">
                                <SmallIcon name=IconName::TriangleAlert />
                                {text}
                            </p>
                        }
                    })
                    .collect_view()
            }}
        </div>
    }
}

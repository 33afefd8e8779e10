//! The statuses of a project and the steps between them: edited by those who may, read by all.

mod add;
mod editor;
mod notes;
mod read;
mod removal;
mod statuses;
mod steps;

use super::{Here, ReadOnly};
use crate::api;
use crate::components::AsyncView;
use crate::components::skeleton::SkeletonRows;
use crate::state::Loaded;
use domain::policy::Action;
use editor::EditorView;
use leptos::prelude::*;
use read::ReadTable;

/// The editor, or the table.
#[component]
pub(super) fn WorkflowTab(here: Here) -> impl IntoView {
    let loaded = Loaded::keep(
        move || (here.key.get(), here.changed.get()),
        |(key, _)| async move { api::projects::workflow_tagged(&key).await },
    );
    let may = Memo::new(move |_| here.refused(Action::EditWorkflow).is_none());
    view! {
        <ReadOnly here action=Action::EditWorkflow />
        <p class="max-w-2xl text-sm text-ink-2">
            "The statuses in the order of the board. What a status means decides how it is counted; its name is free."
        </p>
        <AsyncView
            loaded
            what="The workflow"
            loading="Loading the workflow"
            skeleton=|| view! { <div class="-mx-4 lg:-mx-6"><SkeletonRows rows=5 /></div> }.into_any()
            let:workflow
        >
            {move || {
                if may.get() {
                    view! { <EditorView here workflow /> }.into_any()
                } else {
                    view! { {move || view! { <ReadTable workflow=workflow.get().value /> }} }.into_any()
                }
            }}
        </AsyncView>
    }
}

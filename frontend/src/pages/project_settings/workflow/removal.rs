//! Statuses that go: where their issues end up, and the way back.

use super::editor::Editor;
use crate::components::{Dialog, IconName, SmallIcon};
use crate::model::flow_draft::{Gone, Row, RowId};
use leptos::prelude::*;

/// Asks where the issues of a status go.
#[component]
pub(super) fn RemoveDialog() -> impl IntoView {
    let editor = expect_context::<Editor>();
    let open = RwSignal::new(false);
    Effect::new(move |_| open.set(editor.removing.with(Option::is_some)));
    Effect::new(move |_| {
        if !open.get() && editor.removing.with_untracked(Option::is_some) {
            editor.removing.set(None);
        }
    });
    let title = Signal::derive(move || {
        let id = editor.removing.get();
        let row = id.and_then(|id| editor.draft.with(|draft| draft.row(id).cloned()));
        format!("Remove {}?", row.map(|row| row.name).unwrap_or_default())
    });
    view! {
        <Dialog open title id="remove-status-title" narrow=true>
            <RemoveForm open />
        </Dialog>
    }
}

#[component]
fn RemoveForm(open: RwSignal<bool>) -> impl IntoView {
    let editor = expect_context::<Editor>();
    let Some(id) = editor.removing.get_untracked() else {
        return ().into_any();
    };
    let rows = editor.draft.with_untracked(|draft| draft.rows.clone());
    let at = rows.iter().position(|row| row.id == id).unwrap_or(0);
    let others: Vec<Row> = rows.iter().filter(|row| row.id != id).cloned().collect();
    // The status before it is the likeliest place; the first one's is the next.
    let likely = rows.get(at.wrapping_sub(1)).or_else(|| others.first());
    let target = RwSignal::new(likely.map_or(0, |row| row.id));
    let is_new = rows.iter().any(|row| row.id == id && row.slug.is_none());
    let remove = move |_| {
        editor
            .draft
            .update(|draft| draft.remove(id, target.get_untracked()));
        open.set(false);
    };
    let choose = move |event| {
        if let Ok(chosen) = event_target_value(&event).parse::<RowId>() {
            target.set(chosen);
        }
    };
    let options = others
        .into_iter()
        .map(|row| {
            let value = row.id;
            view! { <option value=value.to_string() prop:selected=move || target.get() == value>{row.name}</option> }
        })
        .collect_view();
    view! {
        {if is_new {
            view! { <p class="text-sm text-ink-2">"It was never saved, so no issue is in it."</p> }.into_any()
        } else {
            view! {
                <label class="flex flex-col gap-1 text-xs text-ink-2">
                    "Its issues go to"
                    <select class="select select-sm w-full" on:change=choose>{options}</select>
                </label>
                <p class="text-xs text-ink-3">"They move when the workflow is saved. What happened in this status stays in their history."</p>
            }
                .into_any()
        }}
        <div class="flex justify-end gap-2">
            <button type="button" class="btn btn-sm btn-ghost" on:click=move |_| open.set(false)>"Keep it"</button>
            <button type="button" class="btn btn-sm btn-primary" on:click=remove>"Remove status"</button>
        </div>
    }
    .into_any()
}

/// What will go with the next save.
#[component]
pub(super) fn GoneList() -> impl IntoView {
    let editor = expect_context::<Editor>();
    let gone = Memo::new(move |_| editor.draft.with(|draft| draft.gone.clone()));
    let line = move |Gone { row, target, .. }: Gone| {
        let to = editor
            .draft
            .with(|draft| draft.row(target).map(|row| row.name.clone()));
        let id = row.id;
        view! {
            <li class="flex items-center gap-2 py-1 text-sm">
                <SmallIcon name=IconName::Trash2 />
                <span>
                    <b class="font-medium">{row.name.clone()}</b>
                    " goes; its issues move to "
                    <b class="font-medium">{to}</b>
                    "."
                </span>
                <button
                    type="button"
                    class="btn btn-xs btn-ghost"
                    aria-label=format!("Put {} back", row.name)
                    on:click=move |_| editor.draft.update(|draft| draft.restore(id))
                >
                    "Put back"
                </button>
            </li>
        }
    };
    view! {
        <Show when=move || gone.with(|gone| !gone.is_empty())>
            <ul class="flex flex-col" aria-label="Statuses that go">{move || gone.get().into_iter().map(line).collect_view()}</ul>
        </Show>
    }
}

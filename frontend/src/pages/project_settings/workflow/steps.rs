//! The allowed steps as a matrix of boxes: from the left, to the top.

use super::editor::Editor;
use crate::model::flow_draft::{Row, RowId};
use leptos::prelude::*;

/// The matrix.
#[component]
pub(super) fn Steps() -> impl IntoView {
    let editor = expect_context::<Editor>();
    let rows = Memo::new(move |_| editor.draft.with(|draft| draft.rows.clone()));
    let ids =
        Memo::new(move |_| rows.with(|rows| rows.iter().map(|row| row.id).collect::<Vec<_>>()));
    let name = move |id: RowId| {
        Memo::new(move |_| {
            let found = rows.with(|rows| rows.iter().find(|row| row.id == id).cloned());
            found.map(|row: Row| row.name).unwrap_or_default()
        })
    };
    view! {
        <section class="flex flex-col gap-2">
            <h2 class="text-sm">"Steps"</h2>
            <p class="text-xs text-ink-3">"A tick allows the step from the status at the left to the one above."</p>
            <div class="overflow-x-auto" tabindex="0" role="region" aria-label="Steps, scrolls sideways">
                <table class="table table-xs ii-steps">
                    <caption class="sr-only">"Allowed steps: rows are left, columns are entered"</caption>
                    <thead>
                        <tr>
                            <th scope="col" class="ii-sticky">"From \\ to"</th>
                            <For each=move || ids.get() key=|id| *id let:id>
                                <th scope="col"><span>{name(id)}</span></th>
                            </For>
                        </tr>
                    </thead>
                    <tbody>
                        <For each=move || ids.get() key=|id| *id let:from>
                            <tr>
                                <th scope="row" class="ii-sticky ii-plain">{name(from)}</th>
                                <For each=move || ids.get() key=|id| *id let:to>
                                    <td><Step from to from_name=name(from) to_name=name(to) /></td>
                                </For>
                            </tr>
                        </For>
                    </tbody>
                </table>
            </div>
        </section>
    }
}

#[component]
fn Step(from: RowId, to: RowId, from_name: Memo<String>, to_name: Memo<String>) -> impl IntoView {
    let editor = expect_context::<Editor>();
    if from == to {
        return view! { <span class="text-ink-3" aria-hidden="true">"·"</span> }.into_any();
    }
    let allowed = Memo::new(move |_| editor.draft.with(|draft| draft.steps.contains(&(from, to))));
    view! {
        <label class="inline-grid size-7 place-items-center">
            <input
                type="checkbox"
                class="checkbox checkbox-sm checkbox-primary"
                aria-label=move || format!("From {} to {}", from_name.get(), to_name.get())
                prop:checked=move || allowed.get()
                on:change=move |_| editor.draft.update(|draft| draft.toggle(from, to))
            />
        </label>
    }
    .into_any()
}

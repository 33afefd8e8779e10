//! The statuses in their order: each edited in place, moved by buttons or keys.

use super::editor::Editor;
use crate::components::glyph::{StatusGlyph, StatusLook};
use crate::components::{FieldNote, Icon, IconName};
use crate::model::flow_draft::{FlowDraft, RowId};
use domain::workflow::Category;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

pub(super) const MEANINGS: [(Category, &str); 5] = [
    (Category::Triage, "triage: not looked at"),
    (Category::Backlog, "backlog: accepted"),
    (Category::Active, "active: worked on"),
    (Category::Waiting, "waiting"),
    (Category::Done, "done"),
];

/// How a status looks: active ones after the first are fuller.
fn look(draft: &FlowDraft, id: RowId) -> StatusLook {
    let category = draft.row(id).map_or(Category::Triage, |row| row.category);
    let first = draft
        .rows
        .iter()
        .find(|row| row.category == Category::Active);
    StatusLook {
        late: category == Category::Active && first.is_some_and(|first| first.id != id),
        ..StatusLook::plain(category)
    }
}

/// The list.
#[component]
pub(super) fn Statuses() -> impl IntoView {
    let editor = expect_context::<Editor>();
    let ids = Memo::new(move |_| {
        editor
            .draft
            .with(|draft| draft.rows.iter().map(|row| row.id).collect::<Vec<_>>())
    });
    view! {
        <section class="flex flex-col gap-2">
            <h2 class="text-sm">"Statuses"</h2>
            <p class="text-xs text-ink-3">
                "Issues begin in the first. Alt with the arrow keys moves a status. One that ever held an issue keeps its meaning."
            </p>
            <ol class="flex flex-col" aria-label="Statuses in order">
                <For each=move || ids.get() key=|id| *id let:id>
                    <OneStatus id />
                </For>
            </ol>
        </section>
    }
}

#[component]
fn OneStatus(id: RowId) -> impl IntoView {
    let editor = expect_context::<Editor>();
    let draft = editor.draft;
    let row = Memo::new(move |_| draft.with(|draft| draft.row(id).cloned()));
    let text = move |part: fn(&crate::model::flow_draft::Row) -> String| {
        Memo::new(move |_| row.with(|row| row.as_ref().map(part).unwrap_or_default()))
    };
    let (name, limit) = (text(|row| row.name.clone()), text(|row| row.limit.clone()));
    let category = Memo::new(move |_| row.with(|row| row.as_ref().map(|row| row.category)));
    let place = Memo::new(move |_| {
        let at = draft.with(|draft| draft.rows.iter().position(|row| row.id == id));
        (at.unwrap_or(0), draft.with(|draft| draft.rows.len()))
    });
    let shift = move |by: isize, focus: &'static str| {
        let moved = draft.try_update(|draft| draft.shift(id, by)).flatten();
        if let Some(to) = moved {
            let (name, (_, all)) = (name.get_untracked(), place.get_untracked());
            editor.said.set(format!("{name} is now {to} of {all}."));
            keep_focus(id, focus);
        }
    };
    let keys = move |event: KeyboardEvent| {
        let by = match event.key().as_str() {
            "ArrowUp" if event.alt_key() => -1,
            "ArrowDown" if event.alt_key() => 1,
            _ => return,
        };
        event.prevent_default();
        shift(by, "name");
    };
    let named = move |what: &'static str| {
        move || {
            let name = name.get();
            let name = if name.is_empty() {
                "the new status".into()
            } else {
                name
            };
            what.replace("{}", &name)
        }
    };
    let error = move |field: &'static str| Signal::derive(move || editor.mistake(id, field));
    let choose = move |event| {
        if let Ok(category) = event_target_value(&event).parse() {
            draft.update(|draft| draft.edit(id, |row| row.category = category));
        }
    };
    view! {
        <li class="ii-flowrow" on:keydown=keys>
            <span class="flex" style:grid-area="m">
                <button
                    type="button"
                    id=format!("flow-{id}-up")
                    class="btn btn-ghost btn-xs btn-square"
                    aria-label=named("Move {} up")
                    disabled=move || place.get().0 == 0
                    on:click=move |_| shift(-1, "up")
                >
                    <Icon name=IconName::ArrowUp />
                </button>
                <button
                    type="button"
                    id=format!("flow-{id}-down")
                    class="btn btn-ghost btn-xs btn-square"
                    aria-label=named("Move {} down")
                    disabled=move || { let (at, all) = place.get(); at + 1 == all }
                    on:click=move |_| shift(1, "down")
                >
                    <Icon name=IconName::ArrowDown />
                </button>
            </span>
            <span style:grid-area="g" class=move || format!("ii-st {}", draft.with(|draft| look(draft, id)).class())>
                {move || view! { <StatusGlyph look=draft.with(|draft| look(draft, id)) /> }}
            </span>
            <input
                style:grid-area="n"
                id=format!("flow-{id}-name")
                class="input input-sm w-full"
                aria-label=named("Name of {}")
                aria-invalid=move || error("name").get().map(|_| "true")
                aria-describedby=format!("flow-{id}-note")
                autocomplete="off"
                prop:value=move || name.get()
                on:input=move |event| draft.update(|draft| draft.edit(id, |row| row.name = event_target_value(&event)))
            />
            <select
                style:grid-area="c"
                class="select select-sm w-full"
                aria-label=named("What {} means")
                aria-invalid=move || error("category").get().map(|_| "true")
                aria-describedby=format!("flow-{id}-note")
                on:change=choose
            >
                {MEANINGS
                    .into_iter()
                    .map(|(word, words)| view! { <option value=word.slug() prop:selected=move || category.get() == Some(word)>{words}</option> })
                    .collect_view()}
            </select>
            <label style:grid-area="l" class="input input-sm">
                <span class="text-xs text-ink-3">"at most"</span>
                <input
                    inputmode="numeric"
                    aria-label=named("Most issues in {} at once")
                    aria-invalid=move || error("wip_limit").get().map(|_| "true")
                    aria-describedby=format!("flow-{id}-note")
                    placeholder="any"
                    autocomplete="off"
                    prop:value=move || limit.get()
                    on:input=move |event| draft.update(|draft| draft.edit(id, |row| row.limit = event_target_value(&event)))
                />
            </label>
            <button
                style:grid-area="x"
                type="button"
                class="btn btn-ghost btn-xs btn-square"
                aria-label=named("Remove {}")
                disabled=move || place.get().1 < 2
                on:click=move |_| editor.removing.set(Some(id))
            >
                <Icon name=IconName::Trash2 />
            </button>
            <div style:grid-area="e" class="empty:hidden">
                <FieldNote
                    id=format!("flow-{id}-note")
                    error=Signal::derive(move || ["name", "category", "wip_limit"].into_iter().find_map(|field| editor.mistake(id, field)))
                />
            </div>
        </li>
    }
}

/// A moved line is taken out of the page for a moment; the focus goes along with it.
fn keep_focus(id: RowId, part: &'static str) {
    request_animation_frame(move || {
        let other = if part == "up" { "down" } else { "up" };
        for part in [part, other] {
            let found = document().get_element_by_id(&format!("flow-{id}-{part}"));
            let found = found.and_then(|found| found.dyn_into::<web_sys::HtmlElement>().ok());
            if let Some(found) = found.filter(|found| !found.has_attribute("disabled")) {
                let _ = found.focus();
                return;
            }
        }
    });
}

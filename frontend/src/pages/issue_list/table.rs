//! Heads and rows of the list, and the keys that move through it.

use super::List;
use super::rows::Row;
use crate::components::issue_row::IssueCells;
use crate::components::{IconName, SmallIcon};
use crate::model::listing::first_direction;
use crate::state::on_command;
use domain::list::{Sort, SortField};
use domain::paths::page;
use leptos::html;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use wasm_bindgen::JsCast;

/// The list.
#[component]
pub fn Table() -> impl IntoView {
    let list = expect_context::<List>();
    let rows = list.rows;
    let grid = NodeRef::<html::Div>::new();
    let at = RwSignal::new(None::<usize>);
    let hovered = RwSignal::new(false);
    let focused = RwSignal::new(false);
    Effect::new(move |_| rows.in_use.set(hovered.get() || focused.get()));
    on_cleanup(move || rows.in_use.set(false));

    let step = move |down: bool| {
        let last = rows.shown.with_untracked(Vec::len).saturating_sub(1);
        let to = match (at.get_untracked(), down) {
            (None, _) => 0,
            (Some(at), true) => (at + 1).min(last),
            (Some(at), false) => at.saturating_sub(1),
        };
        at.set(Some(to));
        if let Some(link) = link_of(grid, to) {
            let _ = link.focus();
        }
    };
    on_command("next", move || step(true));
    on_command("previous", move || step(false));
    let navigate = use_navigate();
    on_command("open", move || {
        let row = at
            .get_untracked()
            .and_then(|at| rows.shown.with_untracked(|rows| rows.get(at).cloned()));
        if let Some(row) = row {
            let key = row.row.with_untracked(|row| row.key.clone());
            navigate(&page::issue(&key), NavigateOptions::default());
        }
    });
    let arrows = move |event: leptos::ev::KeyboardEvent| {
        let plain = !(event.ctrl_key() || event.meta_key() || event.alt_key());
        match event.key().as_str() {
            "ArrowDown" if plain => step(true),
            "ArrowUp" if plain => step(false),
            _ => return,
        }
        event.prevent_default();
    };
    view! {
        <Waiting />
        <div
            node_ref=grid
            role="grid"
            aria-label="Issues"
            aria-busy=move || rows.page.busy.get().then_some("true")
            on:mouseenter=move |_| hovered.set(true)
            on:mouseleave=move |_| hovered.set(false)
            on:focusin=move |_| focused.set(true)
            on:focusout=move |_| focused.set(false)
            on:keydown=arrows
        >
            <div role="rowgroup">
                <Heads />
            </div>
            <div role="rowgroup" class:opacity-60=move || rows.page.busy.get() && rows.page.value.with(Option::is_some)>
                <ForEnumerate each=move || rows.shown.get() key=|row| row.id children=move |index, row| view! { <OneRow row index at /> } />
            </div>
        </div>
    }
}

#[component]
fn OneRow(row: Row, index: ReadSignal<usize>, at: RwSignal<Option<usize>>) -> impl IntoView {
    let list = expect_context::<List>();
    let id = row.id;
    let cells = row.row;
    view! {
        <div
            role="row"
            class="ii-row ii-issue"
            class:at=move || at.get() == Some(index.get())
            class:live=move || list.rows.marked.with(|marked| marked.contains(&id))
            on:focusin=move |_| at.set(Some(index.get_untracked()))
        >
            <IssueCells row=cells />
        </div>
    }
}

#[component]
fn Heads() -> impl IntoView {
    view! {
        <div role="row" class="ii-row ii-issue ii-head">
            <Head class="a-p" field=SortField::Priority label="Pri" />
            <Head class="a-k" field=SortField::Key label="Key" />
            <span role="columnheader" class="a-s"><span class="sr-only">"Status"</span></span>
            <Head class="a-t" field=SortField::Title label="Title" />
            <span role="columnheader" class="a-l">"Life"</span>
            <Head class="a-v" field=SortField::Severity label="Severity" />
            <Head class="a-n num" field=SortField::Points label="Pts" />
            <span role="columnheader" class="a-a"><span class="sr-only">"Assignee"</span></span>
            <Head class="a-u num" field=SortField::Updated label="Updated" />
        </div>
    }
}

#[component]
fn Head(class: &'static str, field: SortField, label: &'static str) -> impl IntoView {
    let list = expect_context::<List>();
    let sort = Memo::new(move |_| list.listing.with(|listing| listing.filter.sort));
    let mine = move || Some(sort.get()).filter(|sort| sort.field == field);
    let click = move |_| {
        let next = match sort.get_untracked() {
            now if now.field == field => Sort {
                field,
                descending: !now.descending,
            },
            _ => first_direction(field),
        };
        let to = list
            .listing
            .get_untracked()
            .with(|filter| filter.sort = next);
        list.go.run((to, false));
    };
    let direction = move || {
        mine().map(|sort| {
            if sort.descending {
                "descending"
            } else {
                "ascending"
            }
        })
    };
    view! {
        <span role="columnheader" class=class aria-sort=direction>
            <button type="button" on:click=click>
                {label}
                {move || {
                    mine().map(|sort| {
                        let name = if sort.descending { IconName::ArrowDown } else { IconName::ArrowUp };
                        view! { <SmallIcon name /> }
                    })
                }}
            </button>
        </span>
    }
}

/// "3 new", floating above the rows until it is pressed.
#[component]
fn Waiting() -> impl IntoView {
    let list = expect_context::<List>();
    let rows = list.rows;
    let count = Memo::new(move |_| {
        rows.waiting
            .with(|waiting| waiting.as_ref().map(|(_, count)| *count))
    });
    view! {
        <div class="ii-waiting" role="status">
            {move || {
                count.get().map(|count| {
                    view! {
                        <button type="button" class="ii-live" on:click=move |_| rows.show_waiting()>
                            <SmallIcon name=IconName::ArrowUp />
                            {format!("{count} new")}
                        </button>
                    }
                })
            }}
        </div>
    }
}

fn link_of(grid: NodeRef<html::Div>, index: usize) -> Option<web_sys::HtmlElement> {
    let links = grid
        .get_untracked()?
        .query_selector_all(".ii-issue a.t")
        .ok()?;
    let link = links.get(u32::try_from(index).ok()?)?;
    link.dyn_into().ok()
}

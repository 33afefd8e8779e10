//! The heads of the columns: what they are, and the order of the list.

use super::List;
use crate::components::{IconName, SmallIcon};
use crate::model::columns::Column;
use crate::model::groups;
use crate::model::listing::first_direction;
use crate::model::query_edit::with_sort;
use domain::list::{Sort, SortField};
use leptos::html;
use leptos::prelude::*;

const fn sort_of(column: Column) -> Option<SortField> {
    match column {
        Column::Priority => Some(SortField::Priority),
        Column::Key => Some(SortField::Key),
        Column::Title => Some(SortField::Title),
        Column::Severity => Some(SortField::Severity),
        Column::Points => Some(SortField::Points),
        Column::Votes => Some(SortField::Votes),
        Column::Due => Some(SortField::Due),
        Column::Created => Some(SortField::Created),
        Column::Updated => Some(SortField::Updated),
        _ => None,
    }
}

/// The word in the head; narrow columns have a short one, or none for the eye.
const fn short(column: Column) -> Option<&'static str> {
    match column {
        Column::Priority => Some("Pri"),
        Column::Points => Some("Pts"),
        Column::Project => Some("Proj"),
        Column::Status | Column::Assignee | Column::Reporter => None,
        _ => Some(column.label()),
    }
}

const fn class_of(column: Column) -> &'static str {
    match column {
        Column::Points
        | Column::Votes
        | Column::Start
        | Column::Due
        | Column::Created
        | Column::Updated => "num",
        _ => "",
    }
}

/// The line of heads.
#[component]
pub fn Heads() -> impl IntoView {
    let list = expect_context::<List>();
    view! {
        <div role="row" class="ii-row ii-issue ii-head">
            <AllBox />
            {move || list.columns.get().into_iter().map(|column| view! { <Head column /> }).collect_view()}
        </div>
    }
}

/// Selects every row on the screen, or none.
#[component]
fn AllBox() -> impl IntoView {
    let list = expect_context::<List>();
    let node = NodeRef::<html::Input>::new();
    let chosen = Memo::new(move |_| {
        let (all, some) = (
            list.folds.lines.with(Vec::len),
            list.selection.with(|s| s.len()),
        );
        (some > 0 && some >= all, some > 0 && some < all)
    });
    Effect::new(move |_| {
        let (all, some) = chosen.get();
        if let Some(node) = node.get() {
            node.set_checked(all);
            node.set_indeterminate(some);
        }
    });
    view! {
        <span role="columnheader" class="a-c">
            {match list.is_past() {
                true => view! { <span class="sr-only">"Selected"</span> }.into_any(),
                false => {
                    view! {
                        <input
                            node_ref=node
                            type="checkbox"
                            class="checkbox checkbox-sm checkbox-primary"
                            aria-label="Select all rows"
                            on:change=move |_| {
                                list.all.set(false);
                                list.selection.update(|s| s.all(&list.folds.order()));
                            }
                        />
                    }
                        .into_any()
                }
            }}
        </span>
    }
}

#[component]
fn Head(column: Column) -> impl IntoView {
    let list = expect_context::<List>();
    let by = groups::of_column(column);
    let lift = move |event: leptos::ev::DragEvent| {
        if let Some(data) = event.data_transfer() {
            let _ = data.set_data("text/plain", column.name());
        }
        list.dragged.set(by);
    };
    let drop = move |_| list.dragged.set(None);
    let draggable = by.map(|_| "true");
    let Some(field) = sort_of(column) else {
        let word = match short(column) {
            Some(word) => word.into_any(),
            None => view! { <span class="sr-only">{column.label()}</span> }.into_any(),
        };
        return view! {
            <span role="columnheader" class=class_of(column) draggable=draggable on:dragstart=lift on:dragend=drop>{word}</span>
        }
        .into_any();
    };
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
        list.ask(false, |query| with_sort(query, next));
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
        <span
            role="columnheader"
            class=class_of(column)
            aria-sort=direction
            draggable=draggable
            on:dragstart=lift
            on:dragend=drop
        >
            <button type="button" on:click=click>
                {short(column)}
                {move || {
                    mine().map(|sort| {
                        let name = if sort.descending { IconName::ArrowDown } else { IconName::ArrowUp };
                        view! { <SmallIcon name /> }
                    })
                }}
            </button>
        </span>
    }
    .into_any()
}

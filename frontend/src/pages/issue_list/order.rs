//! The order of the list.

use super::List;
use crate::components::picker::{Choice, Picker};
use crate::components::popover::Popover;
use crate::components::{IconName, SmallIcon};
use crate::model::listing::first_direction;
use crate::model::query_edit::with_sort;
use domain::list::{Sort, SortField};
use leptos::prelude::*;

const fn sort_name(field: SortField) -> &'static str {
    match field {
        SortField::Updated => "Updated",
        SortField::Created => "Created",
        SortField::Priority => "Priority",
        SortField::Severity => "Severity",
        SortField::Key => "Key",
        SortField::Title => "Title",
        SortField::Due => "Due date",
        SortField::Points => "Points",
        SortField::Votes => "Votes",
    }
}

/// The field, and the way to another; the same again turns it round.
#[component]
pub fn SortMenu() -> impl IntoView {
    let list = expect_context::<List>();
    let open = RwSignal::new(false);
    let sort = Memo::new(move |_| list.listing.with(|listing| listing.filter.sort));
    let choices: Vec<Choice> = SortField::ALL
        .iter()
        .map(|field| Choice::plain(field.slug(), sort_name(*field)))
        .collect();
    let pick = Callback::new(move |slug: String| {
        open.set(false);
        let Ok(field) = slug.parse::<SortField>() else {
            return;
        };
        let next = match sort.get_untracked() {
            now if now.field == field => Sort {
                field,
                descending: !now.descending,
            },
            _ => first_direction(field),
        };
        list.ask(false, |query| with_sort(query, next));
    });
    let words = move || {
        let sort = sort.get();
        let name = if sort.descending {
            IconName::ArrowDown
        } else {
            IconName::ArrowUp
        };
        view! {
            <SmallIcon name />
            <span class="sr-only">{if sort.descending { "Descending by " } else { "Ascending by " }}</span>
            {sort_name(sort.field)}
        }
    };
    view! {
        <Popover open kind="listbox" class="btn btn-ghost btn-xs h-7" trigger=move || view! { {words} }>
            <Picker
                id="sort-fields"
                label="Order by"
                choices=choices.clone()
                chosen=Signal::derive(move || vec![sort.get().field.slug().to_owned()])
                on_pick=pick
            />
        </Popover>
    }
}

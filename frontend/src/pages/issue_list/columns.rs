//! How the list looks: its columns, and whether the same titles are folded.

use super::List;
use crate::components::popover::Popover;
use crate::components::{IconName, SmallIcon};
use crate::model::columns::{Column, Columns};
use leptos::prelude::*;

/// A box for each column, and one for folding.
#[component]
pub fn LookMenu() -> impl IntoView {
    let list = expect_context::<List>();
    let open = RwSignal::new(false);
    let columns = Memo::new(move |_| list.listing.with(|listing| listing.look.columns.clone()));
    let fold = Memo::new(move |_| list.listing.with(|listing| listing.look.fold));
    let no_room = move |column: Column| {
        columns.with(|columns| columns.has(column))
            && list.columns.with(|shown| !shown.contains(&column))
    };
    let choose = move |chosen: Columns| {
        let to = list
            .listing
            .get_untracked()
            .looking(|look| look.columns = chosen);
        list.go.run((to, true));
    };
    let turn = move |_| {
        let to = list
            .listing
            .get_untracked()
            .looking(|look| look.fold = !look.fold);
        list.go.run((to, true));
    };
    let one = move |column: Column| {
        view! {
            <label class="ii-opt cursor-pointer">
                <input
                    type="checkbox"
                    class="checkbox checkbox-sm checkbox-primary"
                    prop:checked=move || columns.with(|columns| columns.has(column))
                    on:change=move |_| choose(columns.get_untracked().toggle(column))
                />
                {column.label()}
                <Show when=move || no_room(column)>
                    <span class="ml-auto shrink-0 pr-1 text-xs text-ink-3">"no room"</span>
                </Show>
            </label>
        }
    };
    let usual = move || columns.with(|columns| *columns == Columns::default());
    view! {
        <Popover
            open
            class="btn btn-ghost btn-xs h-7"
            panel_class="ii-float ii-pop w-[min(22rem,calc(100vw-24px))] p-1.5"
            trigger=|| view! { <SmallIcon name=IconName::Columns3Cog /> "Columns" }
        >
            <div class="flex flex-col" role="group" aria-label="Columns and folding">
                <div class="grid grid-cols-2">
                    {Column::ALL
                        .into_iter()
                        .filter(|column| *column != Column::Title)
                        .map(one)
                        .collect_view()}
                </div>
                <Show when=move || columns.with(|all| all.list().iter().any(|one| no_room(*one)))>
                    <p class="px-2 pt-1 text-xs text-ink-3">"The titles leave no room for all of them here."</p>
                </Show>
                <button
                    type="button"
                    class="btn btn-ghost btn-xs mt-1 h-7 self-start"
                    disabled=usual
                    on:click=move |_| choose(Columns::default())
                >
                    "The usual columns"
                </button>
                <label class="ii-opt mt-1 cursor-pointer border-t border-base-300 pt-1">
                    <input
                        type="checkbox"
                        class="toggle toggle-sm toggle-primary"
                        prop:checked=move || fold.get()
                        on:change=turn
                    />
                    "Fold the same titles"
                </label>
            </div>
        </Popover>
    }
}

//! The filter: chips, the menu that adds one, state, order, words.

use super::facets::{active, choices_of, offered, words};
use super::order::SortMenu;
use super::words::Words;
use super::{GroupMenu, List, LookMenu};
use crate::components::picker::{Choice, Picker};
use crate::components::popover::Popover;
use crate::components::segments::{Segment, Segments};
use crate::components::shell::Place;
use crate::components::{IconName, SmallIcon};
use crate::model::facet::{Facet, summary, word};
use domain::list::State;
use leptos::prelude::*;

/// Two lines above the rows.
#[component]
pub fn FilterBar() -> impl IntoView {
    let list = expect_context::<List>();
    let facets = Memo::new(move |_| {
        let in_project = list.project.get().is_some();
        list.listing
            .with(|listing| active(in_project, &listing.filter))
    });
    let clear = move |_| {
        let to = list.listing.get_untracked().with(|filter| {
            for facet in Facet::ALL {
                *filter = facet.set(filter, &[]);
            }
            filter.text = None;
            filter.project = list.project.get_untracked();
        });
        list.go.run((to, false));
    };
    let many = move || facets.with(|facets| facets.len() > 1);
    view! {
        <div class="ii-sub">
            <For each=move || facets.get() key=|facet| facet.name() let:facet>
                <Chip facet />
            </For>
            <AddFilter />
            <Show when=many>
                <button type="button" class="btn btn-ghost btn-xs h-7" on:click=clear>"Clear"</button>
            </Show>
            <div class="ml-auto flex items-center gap-2">
                <StateSegments />
                <SortMenu />
                <GroupMenu />
                <LookMenu />
            </div>
        </div>
        <div class="ii-sub py-1.5">
            <Words />
        </div>
    }
}

/// The same for a board: columns take the place of state and order.
#[component]
pub fn BoardFilters(
    /// At the end of the line.
    children: Children,
) -> impl IntoView {
    let list = expect_context::<List>();
    let facets = Memo::new(move |_| list.listing.with(|listing| active(true, &listing.filter)));
    view! {
        <div class="ii-sub">
            <For each=move || facets.get() key=|facet| facet.name() let:facet>
                <Chip facet />
            </For>
            <AddFilter />
            <div class="flex min-w-48 max-w-sm flex-1"><Words /></div>
            <div class="ml-auto flex items-center gap-2">{children()}</div>
        </div>
    }
}

#[component]
fn Chip(facet: Facet) -> impl IntoView {
    let list = expect_context::<List>();
    let place = expect_context::<Place>();
    let open = RwSignal::new(false);
    let values = Memo::new(move |_| list.listing.with(|listing| facet.values(&listing.filter)));
    let shown = move || {
        let words: Vec<String> = values
            .get()
            .iter()
            .map(|value| words(facet, value, list))
            .collect();
        summary(&words)
    };
    let remove = move |_| {
        let to = list
            .listing
            .get_untracked()
            .with(|filter| *filter = facet.set(filter, &[]));
        list.go.run((to, false));
    };
    view! {
        <span class="ii-chip overflow-visible">
            <Popover
                open
                kind="listbox"
                class="ii-chip-parts"
                trigger=move || {
                    view! {
                        <span>{facet.label()}</span>
                        <span class="op">"is"</span>
                        <span class="truncate font-medium">{shown}</span>
                    }
                }
            >
                <Picker
                    id=facet.name()
                    label=facet.label()
                    choices=Signal::derive(move || choices_of(facet, list, place))
                    chosen=values
                    on_pick=toggle(list, facet)
                    typed=list.catalogue.typed
                />
            </Popover>
            <button type="button" class="x" aria-label=format!("Remove the filter {}", facet.label()) on:click=remove>
                <SmallIcon name=IconName::X />
            </button>
        </span>
    }
}

fn toggle(list: List, facet: Facet) -> Callback<String> {
    Callback::new(move |value: String| {
        let to = list.listing.get_untracked().with(|filter| {
            *filter = facet.toggle(filter, &value);
            // Statuses and labels of another project mean nothing here.
            if facet == Facet::Project {
                filter.status.clear();
                filter.label.clear();
            }
        });
        list.go.run((to, false));
    })
}

/// First the field, then its values.
#[component]
fn AddFilter() -> impl IntoView {
    let list = expect_context::<List>();
    let place = expect_context::<Place>();
    let open = RwSignal::new(false);
    let stage = RwSignal::new(None::<Facet>);
    Effect::new(move |_| {
        if !open.get() {
            stage.set(None);
        }
    });
    let fields = Signal::derive(move || {
        let in_project = list.project.get().is_some();
        list.listing
            .with(|listing| offered(in_project, &listing.filter))
            .into_iter()
            .map(|facet| Choice::plain(facet.name(), facet.label()))
            .collect::<Vec<_>>()
    });
    let choose = Callback::new(move |name: String| {
        stage.set(Facet::ALL.into_iter().find(|facet| facet.name() == name));
    });
    view! {
        <Popover
            open
            kind="listbox"
            class="btn btn-ghost btn-xs h-7"
            trigger=|| view! { <SmallIcon name=IconName::Plus /> "Filter" }
        >
            {move || match stage.get() {
                None => {
                    view! { <Picker id="filter-fields" label="Filter by" choices=fields chosen=Vec::new() on_pick=choose /> }
                        .into_any()
                }
                Some(facet) => {
                    view! {
                        <Picker
                            id="filter-values"
                            label=facet.label()
                            choices=Signal::derive(move || choices_of(facet, list, place))
                            chosen=Signal::derive(move || list.listing.with(|listing| facet.values(&listing.filter)))
                            on_pick=toggle(list, facet)
                            typed=list.catalogue.typed
                        />
                    }
                        .into_any()
                }
            }}
        </Popover>
    }
}

#[component]
fn StateSegments() -> impl IntoView {
    let list = expect_context::<List>();
    let state = Memo::new(move |_| {
        list.listing
            .with(|listing| listing.filter.state.unwrap_or(State::All))
    });
    let segments = Signal::derive(move || {
        let total = list.rows.total.get();
        State::ALL
            .iter()
            .map(|one| {
                let count = total
                    .filter(|_| state.get() == *one)
                    .map_or_else(String::new, |total| {
                        format!(" {}{}", total.count, if total.exact { "" } else { "+" })
                    });
                Segment::new(one.slug(), format!("{}{count}", word(one.slug())))
            })
            .collect::<Vec<_>>()
    });
    let change = Callback::new(move |slug: String| {
        let to = list
            .listing
            .get_untracked()
            .with(|filter| filter.state = slug.parse().ok());
        list.go.run((to, false));
    });
    view! { <Segments label="State" segments value=Signal::derive(move || state.get().slug().to_owned()) on_change=change /> }
}

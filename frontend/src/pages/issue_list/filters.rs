//! The filter: chips, the menu that adds one, state, order, words.

use super::List;
use super::facets::{active, choices_of, offered, words};
use crate::components::picker::{Choice, Picker};
use crate::components::popover::Popover;
use crate::components::segments::{Segment, Segments};
use crate::components::shell::Place;
use crate::components::{IconName, SmallIcon};
use crate::model::facet::{Facet, summary, word};
use crate::model::listing::first_direction;
use crate::state::on_command;
use domain::list::{Sort, SortField, State};
use leptos::html;
use leptos::prelude::*;
use std::time::Duration;

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
            </div>
        </div>
        <div class="ii-sub py-1.5">
            <Words />
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
                class="flex h-full max-w-64 items-center gap-1.5 px-2"
                trigger=move || {
                    view! {
                        <span>{facet.label()}</span>
                        <span class="text-ink-3">"is"</span>
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
    }
}

#[component]
fn SortMenu() -> impl IntoView {
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
        let to = list
            .listing
            .get_untracked()
            .with(|filter| filter.sort = next);
        list.go.run((to, false));
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

/// Words in the title, or a key; asked a moment after the last key press.
#[component]
fn Words() -> impl IntoView {
    let list = expect_context::<List>();
    let field = NodeRef::<html::Input>::new();
    let asked = Memo::new(move |_| {
        list.listing
            .with(|listing| listing.filter.text.clone().unwrap_or_default())
    });
    let typed = RwSignal::new(asked.get_untracked());
    // Back and forward change the field, typing does not fight with itself.
    Effect::new(move |_| {
        let asked = asked.get();
        if typed.with_untracked(|typed| typed.trim() != asked) {
            typed.set(asked);
        }
    });
    let turn = StoredValue::new(0_u32);
    let send = move || {
        let text = typed.get_untracked().trim().to_owned();
        if text != asked.get_untracked() {
            let text = Some(text).filter(|text| !text.is_empty());
            let to = list
                .listing
                .get_untracked()
                .with(|filter| filter.text = text);
            list.go.run((to, true));
        }
    };
    let input = move |event| {
        typed.set(event_target_value(&event));
        let mine = turn.try_update_value(|turn| {
            *turn = turn.wrapping_add(1);
            *turn
        });
        set_timeout(
            move || {
                if turn.try_get_value() == mine {
                    send();
                }
            },
            Duration::from_millis(250),
        );
    };
    let keys = move |event: leptos::ev::KeyboardEvent| match event.key().as_str() {
        "Enter" => {
            event.prevent_default();
            send();
        }
        "Escape" => {
            if typed.with_untracked(String::is_empty) {
                if let Some(field) = field.get_untracked() {
                    let _ = field.blur();
                }
            } else {
                typed.set(String::new());
                send();
            }
        }
        _ => {}
    };
    on_command("filter", move || {
        if let Some(field) = field.get_untracked() {
            let _ = field.focus();
            field.select();
        }
    });
    view! {
        <label class="input input-sm min-w-0 flex-1">
            <SmallIcon name=IconName::Funnel />
            <span class="sr-only">"Words in the title, or a key"</span>
            <input
                node_ref=field
                type="search"
                placeholder="Words in the title, or a key"
                autocomplete="off"
                prop:value=move || typed.get()
                on:input=input
                on:keydown=keys
            />
            <kbd class="kbd hidden lg:inline-flex" aria-hidden="true">"/"</kbd>
        </label>
    }
}

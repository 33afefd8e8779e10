//! Column heads, tabs of small screens, lanes.

use super::card::address;
use super::cell::Cell;
use super::state::BoardState;
use crate::components::glyph::StatusLook;
use crate::components::marks::StatusText;
use crate::components::{IconName, SmallIcon};
use crate::model::board::Column;
use crate::model::board_query::BoardQuery;
use crate::model::lanes::Lane;
use crate::pages::issue_list::look_in;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// Whether a small screen shows that column. Tracked.
#[must_use]
pub fn is_only(state: BoardState, column: usize) -> bool {
    only(state) == column
}

fn only(state: BoardState) -> usize {
    let wanted = state.query.with(|query| query.column.clone());
    state.shown.with(|shown| {
        let named = wanted.and_then(|slug| shown.columns.iter().position(|c| c.slug == slug));
        // Without a wish: the first column where something is.
        named
            .or_else(|| shown.columns.iter().position(|column| column.count > 0))
            .unwrap_or(0)
    })
}

fn look_of(state: BoardState, column: &Column) -> StatusLook {
    let workflow = state.catalogue.workflow.value.get().flatten();
    workflow.map_or_else(
        || StatusLook::plain(column.category),
        |workflow| look_in(&workflow, &column.slug),
    )
}

/// The heads, sticky above the cards.
#[component]
pub fn Heads() -> impl IntoView {
    let state = expect_context::<BoardState>();
    let columns = Memo::new(move |_| {
        state.shown.with(|shown| {
            let without_cards = |column: &Column| Column {
                cards: Vec::new(),
                ..column.clone()
            };
            shown.columns.iter().map(without_cards).collect::<Vec<_>>()
        })
    });
    let heads = move || {
        let one = |(number, column): (usize, Column)| {
            let look = look_of(state, &column);
            let over = column.is_over();
            let limit = column.limit.map(|limit| {
                if over {
                    view! {
                        <span class="ml-auto flex items-center gap-1 text-xs font-semibold text-error">
                            <SmallIcon name=IconName::TriangleAlert />
                            <span>"over limit " {limit}</span>
                        </span>
                    }
                    .into_any()
                } else {
                    view! { <span class="ml-auto text-xs text-ink-3">"limit " {limit}</span> }.into_any()
                }
            });
            view! {
                <div class="ii-colhead" class:over=over class:only=move || is_only(state, number)>
                    <StatusText look name=column.name />
                    <span class="text-ink-3" aria-label=format!("{} cards", column.count) role="img">{column.count}</span>
                    {limit}
                </div>
            }
        };
        columns
            .get()
            .into_iter()
            .enumerate()
            .map(one)
            .collect_view()
    };
    view! { <div class="ii-cols ii-colh">{heads}</div> }
}

/// One tab for each column, on small screens.
#[component]
pub fn ColumnTabs() -> impl IntoView {
    let state = expect_context::<BoardState>();
    let columns = Memo::new(move |_| {
        state.shown.with(|shown| {
            let part = |c: &Column| (c.slug.clone(), c.name.clone(), c.count);
            shown.columns.iter().map(part).collect::<Vec<_>>()
        })
    });
    let choose = move |slug: String| {
        let now = state.query.get_untracked();
        state.go.run((
            BoardQuery {
                column: Some(slug),
                ..now
            },
            true,
        ));
    };
    let keys = move |event: KeyboardEvent| {
        let columns = columns.get_untracked();
        let count = columns.len().max(1);
        let at = untrack(|| only(state));
        let to = match event.key().as_str() {
            "ArrowRight" => (at + 1) % count,
            "ArrowLeft" => (at + count - 1) % count,
            _ => return,
        };
        event.prevent_default();
        if let Some((slug, _, _)) = columns.get(to) {
            choose(slug.clone());
            let tab = document().get_element_by_id(&format!("column-{slug}"));
            if let Some(tab) = tab.and_then(|tab| tab.dyn_into::<web_sys::HtmlElement>().ok()) {
                let _ = tab.focus();
            }
        }
    };
    view! {
        <div role="tablist" aria-label="Column" class="ii-coltabs tabs tabs-border" on:keydown=keys>
            <ForEnumerate
                each=move || columns.get()
                key=Clone::clone
                children=move |number, (slug, name, count)| {
                    let chosen = move || only(state) == number.get();
                    let (id, tab) = (format!("column-{slug}"), slug.clone());
                    view! {
                        <button
                            type="button"
                            role="tab"
                            id=id
                            class="tab gap-1 whitespace-nowrap"
                            data-tab=tab
                            aria-controls="board-columns"
                            aria-selected=move || if chosen() { "true" } else { "false" }
                            tabindex=move || if chosen() { "0" } else { "-1" }
                            on:click=move |_| choose(slug.clone())
                        >
                            {name}
                            <span class="font-normal text-ink-3">{count}</span>
                        </button>
                    }
                }
            />
        </div>
    }
}

/// All lanes.
#[component]
pub fn LaneList() -> impl IntoView {
    let state = expect_context::<BoardState>();
    let keys = Memo::new(move |_| {
        state.lanes.with(|lanes| {
            let part = |lane: &Lane| (lane.key.clone(), lane.name.clone());
            lanes.iter().map(part).collect::<Vec<_>>()
        })
    });
    view! {
        <For each=move || keys.get() key=Clone::clone let:lane>
            <OneLane key=lane.0 name=lane.1 />
        </For>
    }
}

#[component]
fn OneLane(key: String, name: String) -> impl IntoView {
    let state = expect_context::<BoardState>();
    let folded = state.folded;
    let (own, key_of_lane) = (key.clone(), key.clone());
    let number = Memo::new(move |_| {
        let at = state
            .lanes
            .with(|lanes| lanes.iter().position(|lane| lane.key == own));
        at.unwrap_or(usize::MAX)
    });
    let count = Memo::new(move |_| {
        state
            .lanes
            .with(|lanes| lanes.get(number.get()).map_or(0, Lane::count))
    });
    let is_folded = {
        let key = key.clone();
        Memo::new(move |_| folded.with(|folded| folded.contains(&key)))
    };
    let fold = move |_| {
        folded.update(|folded| {
            if !folded.remove(&key) {
                folded.insert(key.clone());
            }
        });
    };
    let columns = Memo::new(move |_| {
        state.shown.with(|shown| {
            shown
                .columns
                .iter()
                .map(|c| (c.slug.clone(), c.name.clone()))
                .collect::<Vec<_>>()
        })
    });
    let divided = !name.is_empty();
    let lane_name = StoredValue::new(name.clone());
    let section_name = divided.then(|| name.clone());
    let parent = {
        let key = key_of_lane.clone();
        Memo::new(move |_| {
            let by = state.query.with(|query| query.lanes);
            state.lanes.with(|lanes| {
                let lane = lanes.iter().find(|lane| lane.key == key)?;
                lane.parent(by).map(ToOwned::to_owned)
            })
        })
    };
    let title = move || {
        let key = parent.get()?;
        let titles = state.titles.value.get()?;
        titles.get(&key).cloned()
    };
    let head = divided.then(|| {
        let label = name.clone();
        view! {
            <h2 class="ii-swimh">
                <button
                    type="button"
                    class="btn btn-ghost btn-xs btn-square"
                    aria-expanded=move || if is_folded.get() { "false" } else { "true" }
                    aria-label=format!("Fold {label}")
                    on:click=fold
                >
                    {move || {
                        let name = if is_folded.get() { IconName::ChevronRight } else { IconName::ChevronDown };
                        view! { <SmallIcon name /> }
                    }}
                </button>
                {move || match parent.get() {
                    Some(key) => view! {
                        <a class="inline-flex min-h-6 min-w-0 items-center gap-2 hover:underline" href=address(state, &key)>
                            <span class="ii-key">{key.clone()}</span>
                            <span class="max-w-[min(60ch,50vw)] truncate">{title}</span>
                        </a>
                    }
                    .into_any(),
                    None => name.clone().into_any(),
                }}
                <span class="font-normal text-ink-3">{count}</span>
            </h2>
        }
    });
    view! {
        <section class="ii-swim" class:whole=!divided aria-label=section_name>
            {head}
            <Show when=move || !is_folded.get()>
                <div class="ii-cols">
                    {move || {
                        columns
                            .get()
                            .into_iter()
                            .enumerate()
                            .map(|(column, (slug, name))| {
                                let label = Signal::derive(move || match lane_name.get_value() {
                                    lane if lane.is_empty() => name.clone(),
                                    lane => format!("{name}, {lane}"),
                                });
                                view! { <Cell lane=number column slug label /> }
                            })
                            .collect_view()
                    }}
                </div>
            </Show>
        </section>
    }
}

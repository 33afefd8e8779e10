//! The filter: chips, the menu that adds one, state, order, words.

use super::facets::{choices_of, offered, typed_for, words};
use super::order::SortMenu;
use super::query_field::QueryField;
use super::{GroupMenu, List, LookMenu};
use crate::components::picker::{Choice, Picker};
use crate::components::popover::Popover;
use crate::components::segments::{Segment, Segments};
use crate::components::shell::Place;
use crate::components::views::{Desk, ViewMenu, ViewNotice};
use crate::components::{IconName, SmallIcon};
use crate::model::facet::{Facet, summary, word};
use crate::model::moment;
use crate::model::query_edit::{
    READY, listed, parts, state, toggle, values, with, with_state, without,
};
use domain::filter::{Expr, Query};
use domain::list::State;
use domain::paths::{api, with_query};
use leptos::prelude::*;

/// A condition as a chip.
#[derive(Clone, PartialEq)]
struct Shown {
    /// Its place in the filter.
    index: usize,
    /// The condition in the language.
    text: String,
    /// The field whose values can be chosen; none for what only the text can say.
    facet: Option<Facet>,
}

/// Two lines above the rows: the filter as chips, and the same filter as text.
#[component]
pub fn FilterBar() -> impl IntoView {
    let list = expect_context::<List>();
    let desk = use_context::<Desk>();
    let clear = move |_| {
        list.ask(false, |query| {
            let bare = Query {
                expr: None,
                sort: query.sort.clone(),
            };
            with_state(&bare, state(query))
        });
    };
    let many = move || {
        let bare = |query: &Query| parts(&with_state(query, State::All)).len();
        list.listing.with(|listing| bare(&listing.query())) > 1
    };
    let pointed = RwSignal::new(None);
    view! {
        <div class="ii-sub">
            <Chips pointed />
            <AddFilter />
            <Show when=many>
                <button type="button" class="btn btn-ghost btn-xs h-7" on:click=clear>"Clear"</button>
            </Show>
            <div class="ml-auto flex flex-wrap items-center gap-2">
                <StateSegments />
                <SortMenu />
                <GroupMenu />
                <LookMenu />
                <Download />
                {desk.map(|desk| view! { <ViewMenu desk command="views" /> })}
            </div>
        </div>
        <div class="ii-sub py-1.5">
            <QueryField pointed />
        </div>
        {desk.map(|desk| view! { <ViewNotice desk /> })}
    }
}

/// The same for a board: columns take the place of state and order.
#[component]
pub fn BoardFilters(
    /// At the end of the line.
    children: Children,
) -> impl IntoView {
    let pointed = RwSignal::new(None);
    view! {
        <div class="ii-sub">
            <Chips pointed />
            <AddFilter />
            <div class="flex min-w-48 max-w-lg flex-1 flex-wrap items-center gap-2"><QueryField pointed /></div>
            <div class="ml-auto flex items-center gap-2">{children()}</div>
        </div>
    }
}

/// The conditions, one after the other; open and closed have buttons of their own.
#[component]
fn Chips(
    /// The condition that the text is asked to point at.
    pointed: RwSignal<Option<String>>,
) -> impl IntoView {
    let list = expect_context::<List>();
    let shown = Memo::new(move |_| {
        let parts = list.listing.with(|listing| parts(&listing.query()));
        let all = parts.iter().enumerate();
        all.filter(|(_, part)| {
            let text = part.to_string();
            text != "is:open" && text != "is:closed"
        })
        .map(|(index, part)| Shown {
            index,
            text: chip_text(part),
            facet: listed(part).map(|(facet, _)| facet),
        })
        .collect::<Vec<_>>()
    });
    let key = |chip: &Shown| {
        let text = chip.facet.is_none().then(|| chip.text.clone());
        (chip.index, chip.facet.map(Facet::name), text)
    };
    view! {
        <For each=move || shown.get() key=key let:chip>
            {match chip.facet {
                Some(facet) => view! { <Chip facet index=chip.index /> }.into_any(),
                None => view! { <TextChip text=chip.text index=chip.index pointed /> }.into_any(),
            }}
        </For>
    }
}

fn chip_text(part: &Expr) -> String {
    match part {
        Expr::Or(_) => format!("({part})"),
        other => other.to_string(),
    }
}

/// The present list as a file.
#[component]
fn Download() -> impl IntoView {
    let list = expect_context::<List>();
    let href = move || {
        let (mut pairs, as_of) = list
            .listing
            .with(|listing| (listing.filter.to_pairs(), listing.as_of));
        pairs.push(("format", "csv".to_owned()));
        pairs.extend(as_of.map(|at| (moment::PARAMETER, moment::write(at))));
        with_query(&api::issues(), &pairs)
    };
    view! {
        <a class="btn btn-ghost btn-xs btn-square h-7" href=href download="issues.csv" rel="external" aria-label="Download this list as CSV" title="Download this list as CSV">
            <SmallIcon name=IconName::Download />
        </a>
    }
}

/// A condition that is more than a list of values: taken away here, and changed in the text, where
/// pressing it selects it.
#[component]
fn TextChip(text: String, index: usize, pointed: RwSignal<Option<String>>) -> impl IntoView {
    let list = expect_context::<List>();
    let remove = move |_| list.ask(false, |query| without(query, index));
    let name = format!("Remove the filter {text}");
    let (title, wanted) = (text.clone(), text.clone());
    view! {
        <span class="ii-chip">
            <button type="button" class="max-w-64 px-2" title=title on:click=move |_| pointed.set(Some(wanted.clone()))>
                <span class="sr-only">"Change the filter "</span>
                <span class="min-w-0 truncate font-mono">{text}</span>
            </button>
            <button type="button" class="x" aria-label=name on:click=remove>
                <SmallIcon name=IconName::X />
            </button>
        </span>
    }
}

#[component]
fn Chip(facet: Facet, index: usize) -> impl IntoView {
    let list = expect_context::<List>();
    let place = expect_context::<Place>();
    let open = RwSignal::new(false);
    let values = Memo::new(move |_| list.listing.with(|listing| values(&listing.query(), facet)));
    let shown = move || {
        let words: Vec<String> = values
            .get()
            .iter()
            .map(|value| words(facet, value, list))
            .collect();
        summary(&words)
    };
    let remove = move |_| list.ask(false, |query| without(query, index));
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
                    on_pick=toggle_in(list, facet)
                    typed=typed_for(facet, list)
                />
            </Popover>
            <button type="button" class="x" aria-label=format!("Remove the filter {}", facet.label()) on:click=remove>
                <SmallIcon name=IconName::X />
            </button>
        </span>
    }
}

fn toggle_in(list: List, facet: Facet) -> Callback<String> {
    Callback::new(move |value: String| list.ask(false, |query| toggle(query, facet, &value)))
}

/// First the field, then its values; or a condition that is ready.
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
            .with(|listing| offered(in_project, &listing.query()))
            .into_iter()
            .map(|facet| (facet.name(), facet.label()))
            .chain(READY)
            .map(|(name, label)| Choice::plain(name, label))
            .collect::<Vec<_>>()
    });
    let choose = Callback::new(move |name: String| {
        let facet = Facet::ALL.into_iter().find(|facet| facet.name() == name);
        if facet.is_none() {
            list.ask(false, |query| with(query, &name));
            open.set(false);
        }
        stage.set(facet);
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
                            chosen=Signal::derive(move || list.listing.with(|listing| values(&listing.query(), facet)))
                            on_pick=toggle_in(list, facet)
                            typed=typed_for(facet, list)
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
    let state = Memo::new(move |_| list.listing.with(|listing| state(&listing.query())));
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
        let wanted = slug.parse().unwrap_or(State::All);
        list.ask(false, |query| with_state(query, wanted));
    });
    view! { <Segments label="State" segments value=Signal::derive(move || state.get().slug().to_owned()) on_change=change /> }
}

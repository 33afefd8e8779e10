//! Groups of the list: how they are chosen, and their heads.

use super::List;
use super::facets::look_in;
use crate::components::glyph::StatusLook;
use crate::components::marks::{PriorityTile, SeverityPill, StatusText};
use crate::components::picker::{Choice, Picker};
use crate::components::popover::Popover;
use crate::components::{IconName, SmallIcon};
use crate::model::groups::{label, name};
use crate::model::listing::Listing;
use domain::list::{Group, GroupBy};
use domain::workflow::Category;
use leptos::prelude::*;

impl List {
    fn group_by(self, by: Option<GroupBy>) {
        let to = self.listing.get_untracked().grouped(by);
        self.go.run((to, false));
    }
}

/// What the list is cut into.
#[component]
pub fn GroupMenu() -> impl IntoView {
    let list = expect_context::<List>();
    let open = RwSignal::new(false);
    let by = Memo::new(move |_| list.listing.with(|listing| listing.group));
    let choices = move || {
        let in_project = list.project.get().is_some();
        let fits = |by: &&GroupBy| !in_project || **by != GroupBy::Project;
        let fields = GroupBy::ALL.iter().filter(fits);
        let mut all = vec![Choice::plain("", "No groups")];
        all.extend(fields.map(|by| Choice::plain(by.slug(), label(*by))));
        all
    };
    let pick = Callback::new(move |slug: String| {
        open.set(false);
        list.group_by(slug.parse().ok());
    });
    view! {
        <Popover
            open
            kind="listbox"
            class="btn btn-ghost btn-xs h-7"
            trigger=move || {
                view! {
                    <SmallIcon name=IconName::Rows3 />
                    {move || by.get().map_or("Group", label)}
                }
            }
        >
            <Picker
                id="group-fields"
                label="Group by"
                choices=Signal::derive(choices)
                chosen=Signal::derive(move || vec![by.get().map(GroupBy::slug).unwrap_or_default().to_owned()])
                on_pick=pick
            />
        </Popover>
    }
}

/// Where a column's head is dropped to group by it; there while one is dragged.
#[component]
pub fn GroupZone() -> impl IntoView {
    let list = expect_context::<List>();
    let over = RwSignal::new(false);
    move || {
        list.dragged.get().map(|by| {
            view! {
                <div
                    class="ii-groupzone"
                    class:over=move || over.get()
                    on:dragover=move |event| {
                        event.prevent_default();
                        over.set(true);
                    }
                    on:dragleave=move |_| over.set(false)
                    on:drop=move |event| {
                        event.prevent_default();
                        over.set(false);
                        list.dragged.set(None);
                        list.group_by(Some(by));
                    }
                >
                    {format!("Drop here to group by {}", label(by).to_lowercase())}
                </div>
            }
        })
    }
}

/// The head of one group: its name, how many, and whether it is open.
#[component]
pub fn GroupHead(
    /// Its place among the groups.
    at: usize,
) -> impl IntoView {
    let list = expect_context::<List>();
    let group = Memo::new(move |_| list.rows.groups.with(|groups| groups.get(at).cloned()));
    let by = Memo::new(move |_| list.listing.with(|listing| listing.group));
    let closed = Memo::new(move |_| {
        let group = group.get();
        list.listing
            .with(|listing| group.is_some_and(|group| listing.look.closed.contains(&group.value)))
    });
    let turn = move |_| {
        let Some(group) = group.get_untracked() else {
            return;
        };
        let to = list.listing.get_untracked().looking(|look| {
            if closed.get_untracked() {
                look.closed.retain(|value| *value != group.value);
            } else {
                look.closed.push(group.value.clone());
            }
        });
        // Other rows come into their places: from the first page.
        let to = Listing {
            cursors: Vec::new(),
            ..to
        };
        list.go.run((to, true));
    };
    view! {
        <div role="row" class="ii-group">
            <span role="gridcell" class="flex min-w-0 items-center gap-2">
                <button
                    type="button"
                    class="flex min-h-6 min-w-0 items-center gap-2 font-medium"
                    aria-expanded=move || if closed.get() { "false" } else { "true" }
                    on:click=turn
                >
                    {move || {
                        let name = if closed.get() { IconName::ChevronRight } else { IconName::ChevronDown };
                        view! { <SmallIcon name /> }
                    }}
                    {move || by.get().zip(group.get()).map(|(by, group)| shown(list, by, &group))}
                </button>
                <span class="num text-ink-3">{move || group.get().map(|group| group.count)}</span>
            </span>
        </div>
    }
}

/// The value as people know it from the rows.
fn shown(list: List, by: GroupBy, group: &Group) -> AnyView {
    let words = name(by, group);
    match by {
        GroupBy::Priority => {
            let tile = group.value.parse().ok();
            let tile = tile.map(|priority| view! { <PriorityTile priority /> });
            view! { {tile} {words} }.into_any()
        }
        GroupBy::Severity => match group.value.parse() {
            Ok(severity) => view! { <SeverityPill severity /> }.into_any(),
            Err(_) => words.into_any(),
        },
        GroupBy::Status => {
            let workflow = list.catalogue.workflow.value.get().flatten();
            match workflow {
                Some(workflow) => {
                    let look = look_in(&workflow, &group.value);
                    view! { <StatusText look name=words /> }.into_any()
                }
                None => words.into_any(),
            }
        }
        GroupBy::Category => match group.value.parse::<Category>() {
            Ok(category) => {
                view! { <StatusText look=StatusLook::plain(category) name=words /> }.into_any()
            }
            Err(_) => words.into_any(),
        },
        _ => words.into_any(),
    }
}

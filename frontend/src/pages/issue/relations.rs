//! What the issue stands in relation to.

use super::adder::Adder;
use super::finder::Finder;
use super::state::IssueState;
use crate::api;
use crate::components::glyph::StatusLook;
use crate::components::marks::StatusMark;
use crate::components::{GuardedButton, Icon, IconName};
use crate::state::{Loaded, live, toasts};
use domain::issue::{Resolution, StatusRef};
use domain::paths::page;
use domain::policy::Action;
use domain::relation::{NewRelation, Relation, RelationKind};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The look of another issue's status.
#[must_use]
pub fn look(status: &StatusRef, resolution: Option<Resolution>) -> StatusLook {
    StatusLook {
        dropped: resolution.is_some_and(|r| r != Resolution::Complete),
        ..StatusLook::plain(status.category)
    }
}

/// Relations by kind, and a way to add one.
#[component]
pub fn Relations() -> impl IntoView {
    let state = expect_context::<IssueState>();
    let live = live();
    let key = state.key();
    // The others' titles and statuses are shown, too: what happens to them is followed.
    let others = RwSignal::new(Vec::<String>::new());
    let relations = Loaded::keep(
        {
            let key = key.clone();
            move || {
                let ticks = others.with(|others| others.iter().map(|k| live.issue(k)).sum::<u64>());
                (live.issue(&key), ticks, state.as_of.get())
            }
        },
        {
            let key = key.clone();
            move |(_, _, as_of)| {
                let key = key.clone();
                async move { api::relations::list(&key, as_of).await }
            }
        },
    );
    Effect::new(move |_| {
        let keys = relations.value.with(|list| {
            let list = list.iter().flatten();
            list.map(|r| r.issue.key.clone()).collect::<Vec<_>>()
        });
        if others.with_untracked(|others| *others != keys) {
            others.set(keys);
        }
    });
    let right = Memo::new(move |_| state.rights.may(Action::EditIssue));
    let groups = move || {
        let list = relations.value.get().unwrap_or_default();
        RelationKind::ALL
            .iter()
            .filter_map(|kind| {
                let of: Vec<Relation> = list.iter().filter(|r| r.kind == *kind).cloned().collect();
                (!of.is_empty()).then_some((*kind, of))
            })
            .collect::<Vec<_>>()
    };
    let none = move || {
        relations
            .value
            .with(|list| list.as_ref().is_some_and(Vec::is_empty))
    };
    view! {
        <section class="flex flex-col gap-2" aria-labelledby="relations-title">
            <div class="flex items-center gap-2">
                <h2 id="relations-title" class="text-sm font-semibold">"Relations"</h2>
                <span class="ml-auto"><Add right relations /></span>
            </div>
            <For each=groups key=|(kind, list)| (*kind, list.clone().into_iter().map(|r| (r.id, r.issue.title, r.issue.status.slug)).collect::<Vec<_>>()) let:group>
                <div class="flex flex-col">
                    <h3 class="text-xs text-ink-3">{group.0.says()}</h3>
                    <ul class="flex flex-col">
                        {group
                            .1
                            .into_iter()
                            .map(|relation| view! { <One relation right relations /> })
                            .collect_view()}
                    </ul>
                </div>
            </For>
            <Show when=none>
                <p class="text-sm text-ink-3">"Nothing blocks it, and it stands in relation to no other issue."</p>
            </Show>
            {move || {
                relations
                    .error
                    .get()
                    .map(|error| {
                        view! {
                            <p class="text-xs text-error" role="alert">
                                "The relations could not be loaded. " {error.sentence()} " "
                                <button type="button" class="link" on:click=move |_| relations.reload()>"Try again"</button>
                            </p>
                        }
                    })
            }}
        </section>
    }
}

#[component]
fn One(
    relation: Relation,
    right: Memo<super::rights::Right>,
    relations: Loaded<Vec<Relation>>,
) -> impl IntoView {
    let state = expect_context::<IssueState>();
    let toasts = toasts();
    let other = relation.issue.clone();
    let remove = {
        let relation = relation.clone();
        Callback::new(move |()| {
            let (key, relation) = (state.key(), relation.clone());
            let other = relation.issue.key.clone();
            spawn_local(async move {
                match api::relations::delete(&key, relation.id).await {
                    Ok(()) => {
                        relations.reload();
                        let new = NewRelation {
                            kind: relation.kind,
                            issue: other.clone(),
                        };
                        toasts.undo(format!("The relation to {other} is gone."), move || {
                            let (key, new) = (key.clone(), new.clone());
                            spawn_local(async move {
                                if let Err(error) = api::relations::create(&key, &new).await {
                                    toasts.failed("The relation is not back.", &error);
                                }
                                relations.reload();
                            });
                        });
                    }
                    Err(error) => toasts.failed("The relation is as it was.", &error),
                }
            });
        })
    };
    let label = format!("Remove the relation to {}", other.key);
    view! {
        <li class="flex min-h-8 items-center gap-2 text-sm">
            <StatusMark look=look(&other.status, other.resolution) name=other.status.name.clone() />
            <span class="ii-key shrink-0">{other.key.clone()}</span>
            <a class="link-hover min-w-0 wrap-anywhere" href=page::issue(&other.key)>{other.title.clone()}</a>
            <span class="ml-auto shrink-0">
                <GuardedButton
                    refused=Signal::derive(move || right.get().err())
                    class="btn btn-ghost btn-xs btn-square"
                    label=Some(label)
                    on_click=remove
                >
                    <Icon name=IconName::X />
                </GuardedButton>
            </span>
        </li>
    }
}

#[component]
fn Add(right: Memo<super::rights::Right>, relations: Loaded<Vec<Relation>>) -> impl IntoView {
    let state = expect_context::<IssueState>();
    let toasts = toasts();
    let open = RwSignal::new(false);
    let kind = RwSignal::new(RelationKind::Blocks.slug().to_owned());
    let pick = Callback::new(move |other: String| {
        open.set(false);
        let Ok(kind) = kind.get_untracked().parse::<RelationKind>() else {
            return;
        };
        let key = state.key();
        spawn_local(async move {
            let new = NewRelation {
                kind,
                issue: other.clone(),
            };
            match api::relations::create(&key, &new).await {
                Ok(_) => {
                    let says = kind.says().to_lowercase();
                    toasts.done(format!("{key} {says} {other}."));
                }
                Err(error) => toasts.failed("The relation was not added.", &error),
            }
            relations.reload();
        });
    });
    view! {
        <Adder right words="Add relation" open>
            <div class="flex flex-col gap-1.5">
                <select
                    class="select select-sm w-full"
                    aria-label="How they stand to each other"
                    on:change=move |event| kind.set(event_target_value(&event))
                >
                    {RelationKind::ALL
                        .iter()
                        .map(|each| {
                            let slug = each.slug();
                            view! { <option value=slug prop:selected=move || kind.with(|kind| kind == slug)>{each.says()}</option> }
                        })
                        .collect_view()}
                </select>
                <Finder id="related" label="Key or title of the other issue" project=None on_pick=pick />
            </div>
        </Adder>
    }
}

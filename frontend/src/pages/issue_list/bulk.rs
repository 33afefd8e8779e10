//! The bar for the selected rows.

use super::List;
use super::bulk_apply::{Plan, carry_out, plan, remove_all};
use super::bulk_choices::choices_for;
use crate::components::picker::Picker;
use crate::components::popover::Popover;
use crate::components::{Dialog, IconName, SmallIcon};
use crate::model::bulk::{Change, issues};
use crate::model::change::Field;
use crate::state::toasts;
use domain::policy::{Action, Ground, decide};
use leptos::prelude::*;

/// "2 selected", and what can be done with them. Each button opens a list to choose from.
#[component]
pub fn BulkBar() -> impl IntoView {
    let list = expect_context::<List>();
    let count = Memo::new(move |_| list.selection.with(|selection| selection.len()));
    let doubtful = RwSignal::new(None::<Plan>);
    provide_context(doubtful);
    view! {
        <div class="sr-only" role="status">
            {move || Some(count.get()).filter(|n| *n > 0).map(|n| format!("{} selected", issues(n)))}
        </div>
        <Show when=move || count.get() != 0>
            <div class="ii-bulk" role="toolbar" aria-label="Selected issues" on:keydown=along>
                <span class="px-1 text-sm font-semibold whitespace-nowrap">{move || count.get()} " selected"</span>
                <Act field=Field::Status label="Status" icon=IconName::CircleDot key=Some("s") />
                <Act field=Field::Priority label="Priority" icon=IconName::Signal key=Some("p") />
                <Act field=Field::Severity label="Severity" icon=IconName::TriangleAlert key=None />
                <Act field=Field::Assignee label="Assign" icon=IconName::UserPlus key=Some("a") />
                <Act field=Field::Labels label="Label" icon=IconName::Tag key=Some("l") />
                <DeleteAll />
                <button
                    type="button"
                    class="btn btn-sm btn-ghost btn-square"
                    aria-label="Clear the selection"
                    on:click=move |_| list.selection.set(crate::model::selection::Selection::default())
                >
                    <SmallIcon name=IconName::X />
                </button>
            </div>
        </Show>
        <Preview doubtful />
    }
}

#[component]
fn Act(
    field: Field,
    label: &'static str,
    icon: IconName,
    key: Option<&'static str>,
) -> impl IntoView {
    let list = expect_context::<List>();
    let toasts = toasts();
    let doubtful = expect_context::<RwSignal<Option<Plan>>>();
    let open = RwSignal::new(false);
    let wanted = list.bulk;
    Effect::new(move |_| {
        if wanted.get() == Some(field) {
            wanted.set(None);
            open.set(true);
        }
    });
    let ending = RwSignal::new(None::<Change>);
    Effect::new(move |_| {
        if !open.get() {
            ending.set(None);
        }
    });
    let go = move |change: Change| {
        open.set(false);
        let plan = plan(list, change);
        if plan.refused.is_empty() {
            carry_out(list, toasts, plan);
        } else {
            doubtful.set(Some(plan));
        }
    };
    let choices = Signal::derive(move || choices_for(list, field, ending.get().as_ref()));
    let pick = Callback::new(move |value: String| {
        let found = choices.with_untracked(|choices| {
            let chosen = choices.iter().find(|(choice, _)| choice.value == value);
            chosen.map(|(_, change)| change.clone())
        });
        match found {
            Some(Change::Status(status, None)) if !status.category.is_open() => {
                ending.set(Some(Change::Status(status, None)));
            }
            Some(change) => go(change),
            None => {}
        }
    });
    let shown = Signal::derive(move || {
        let all = choices.get().into_iter();
        all.map(|(choice, _)| choice).collect::<Vec<_>>()
    });
    view! {
        <Popover
            open
            kind="listbox"
            upwards=true
            class="btn btn-sm btn-ghost"
            panel_class="ii-float ii-pop w-60 p-1.5"
            trigger=move || {
                view! {
                    <SmallIcon name=icon />
                    {label}
                    {key.map(|key| view! { <kbd class="kbd hidden lg:inline-flex" aria-hidden="true">{key}</kbd> })}
                }
            }
        >
            {move || {
                let (id, label) = match ending.with(Option::is_some) {
                    true => ("bulk-endings", "How did they end?"),
                    false => ("bulk-choices", label),
                };
                view! {
                    <Picker
                        id
                        label
                        choices=shown
                        chosen=Vec::new()
                        on_pick=pick
                        nothing="Nothing to choose: the selected issues are in several projects."
                    />
                }
            }}
        </Popover>
    }
}

#[component]
fn DeleteAll() -> impl IntoView {
    let list = expect_context::<List>();
    let session = crate::state::session();
    let toasts = toasts();
    let allowed = Memo::new(move |_| {
        list.selected().iter().all(|row| {
            let project = row.row.with(|row| row.project.clone());
            let standing = session.standing(&project);
            standing.is_some_and(|s| decide(s.role, Action::DeleteIssue, Ground::NONE).is_ok())
        })
    });
    view! {
        <Show when=move || allowed.get()>
            <button type="button" class="btn btn-sm btn-ghost text-error" on:click=move |_| remove_all(list, toasts)>
                <SmallIcon name=IconName::Trash2 />
                "Delete"
            </button>
        </Show>
    }
}

/// What would change and what would not, before it happens.
#[component]
fn Preview(doubtful: RwSignal<Option<Plan>>) -> impl IntoView {
    let list = expect_context::<List>();
    let toasts = toasts();
    let open = RwSignal::new(false);
    Effect::new(move |_| open.set(doubtful.with(Option::is_some)));
    Effect::new(move |_| {
        if !open.get() && doubtful.with_untracked(Option::is_some) {
            doubtful.set(None);
        }
    });
    let can = move || doubtful.with(|plan| plan.as_ref().map_or(0, |plan| plan.rows.len()));
    let go = move |_| {
        if let Some(plan) = doubtful.get_untracked() {
            doubtful.set(None);
            carry_out(list, toasts, plan);
        }
    };
    view! {
        <Dialog open title="Not all of them can change" id="bulk-preview">
            <p class="text-sm">
                {move || doubtful.with(|plan| plan.as_ref().map(Plan::sentence))}
            </p>
            <ul class="flex max-h-72 flex-col overflow-y-auto text-sm">
                {move || {
                    let refused = doubtful.get().map(|plan| plan.refused).unwrap_or_default();
                    refused
                        .into_iter()
                        .map(|(key, why)| {
                            view! {
                                <li class="flex gap-3 border-b border-base-300 py-1.5">
                                    <span class="ii-key shrink-0">{key}</span>
                                    <span class="text-ink-2">{why}</span>
                                </li>
                            }
                        })
                        .collect_view()
                }}
            </ul>
            <div class="flex justify-end gap-2">
                <button type="button" class="btn btn-sm btn-ghost" on:click=move |_| open.set(false)>"Cancel"</button>
                <Show when=move || can() != 0>
                    <button type="button" class="btn btn-sm btn-primary" on:click=go>
                        {move || format!("Change {}", issues(can()))}
                    </button>
                </Show>
            </div>
        </Dialog>
    }
}

/// Left and right move along the bar.
fn along(event: leptos::ev::KeyboardEvent) {
    let right = match event.key().as_str() {
        "ArrowRight" => true,
        "ArrowLeft" => false,
        _ => return,
    };
    super::keys::across_within(&event, "[role=toolbar]", right);
}

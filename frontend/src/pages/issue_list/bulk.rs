//! The bar for the selected rows.

use super::List;
use super::bulk_apply::{Deal, remove_all};
use super::bulk_choices::{choices_for, chosen};
use super::bulk_preview::Preview;
use crate::components::picker::Picker;
use crate::components::popover::Popover;
use crate::components::{GuardedButton, IconName, SmallIcon};
use crate::model::bulk::{Change, issues};
use crate::model::change::Field;
use crate::model::refusal::Refusal;
use crate::model::selection::Selection;
use crate::state::toasts;
use domain::bulk::BULK_MAX;
use domain::policy::{Action, Ground, decide};
use leptos::prelude::*;

/// "2 selected", and what can be done with them. Each button opens a list to choose from.
#[component]
pub fn BulkBar() -> impl IntoView {
    let list = expect_context::<List>();
    let count = Memo::new(move |_| list.chosen_count());
    let toasts = toasts();
    let deal = Deal::new(list, toasts);
    provide_context(deal);
    let refused = Memo::new(move |_| list.may_bulk().err());
    Effect::new(move |_| {
        let refusal = list.bulk.get().and_then(|_| refused.get_untracked());
        if let Some(refusal) = refusal {
            list.bulk.set(None);
            toasts.refused(refusal.sentence);
        }
    });
    view! {
        <div class="sr-only" role="status">
            {move || Some(count.get()).filter(|n| *n > 0).map(|n| format!("{} selected", issues(n)))}
        </div>
        <Show when=move || count.get() != 0>
            <div class="ii-bulk" role="toolbar" aria-label="Selected issues" on:keydown=along>
                <span class="px-1 text-sm font-semibold whitespace-nowrap">{move || count.get()} " selected"</span>
                <Show
                    when=move || refused.with(Option::is_none)
                    fallback=move || {
                        view! {
                            <GuardedButton refused upwards=true class="btn btn-sm btn-ghost" on_click=Callback::new(|()| ())>
                                "Change together"
                            </GuardedButton>
                        }
                    }
                >
                    <AllThatMatch />
                    <Act field=Field::Status label="Status" icon=IconName::CircleDot key=Some("s") />
                    <Act field=Field::Priority label="Priority" icon=IconName::Signal key=Some("p") />
                    <Act field=Field::Severity label="Severity" icon=IconName::TriangleAlert key=None />
                    <Act field=Field::Type label="Type" icon=IconName::Layers key=None />
                    <Act field=Field::Assignee label="Assign" icon=IconName::UserPlus key=Some("a") />
                    <Act field=Field::Labels label="Label" icon=IconName::Tag key=Some("l") />
                </Show>
                <DeleteAll />
                <button
                    type="button"
                    class="btn btn-sm btn-ghost btn-square"
                    aria-label="Clear the selection"
                    on:click=move |_| list.choose_none()
                >
                    <SmallIcon name=IconName::X />
                </button>
            </div>
        </Show>
        <Preview deal />
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
    let deal = expect_context::<Deal>();
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
        deal.begin(change);
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
    let nothing = move || {
        let of_project = matches!(field, Field::Status | Field::Labels);
        match of_project && list.one_project().is_none() {
            true => "Nothing to choose: these issues are in several projects.",
            false => "Nothing of that name.",
        }
    };
    let face = move || {
        view! {
            <SmallIcon name=icon />
            {label}
            {key.map(|key| view! { <kbd class="kbd hidden xl:inline-flex" aria-hidden="true">{key}</kbd> })}
        }
    };
    view! {
        <Popover
            open
            kind="listbox"
            upwards=true
            class="btn btn-sm btn-ghost"
            panel_class="ii-float ii-pop w-60 p-1.5"
            trigger=face
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
                        chosen=Signal::derive(move || chosen(list, field))
                        on_pick=pick
                        nothing=nothing()
                    />
                }
            }}
        </Popover>
    }
}

/// From the rows on the screen to all that the filter finds, and back.
#[component]
fn AllThatMatch() -> impl IntoView {
    let list = expect_context::<List>();
    let total = move || {
        list.rows
            .total
            .get()
            .filter(|_| list.listing.with(|listing| !listing.filter.deleted))
    };
    let more = Memo::new(move |_| {
        let here = list.selection.with(Selection::len);
        total().filter(|total| usize::try_from(total.count).is_ok_and(|count| count > here))
    });
    let too_many = Signal::derive(move || {
        let total = more.get()?;
        let fits = total.exact && usize::try_from(total.count).is_ok_and(|count| count <= BULK_MAX);
        let why = || {
            Refusal::plain(format!(
                "At most {BULK_MAX} issues change at once. Narrow the filter."
            ))
        };
        (!fits).then(why)
    });
    let words = move || {
        more.get().map(|total| {
            format!(
                "All {}{} that match",
                total.count,
                if total.exact { "" } else { "+" }
            )
        })
    };
    move || {
        if list.all.get() {
            return view! {
                <button type="button" class="btn btn-sm btn-ghost" on:click=move |_| list.all.set(false)>
                    {move || format!("Only these {}", list.selection.with(Selection::len))}
                </button>
            }
            .into_any();
        }
        view! {
            <Show when=move || more.with(Option::is_some)>
                <GuardedButton refused=too_many upwards=true class="btn btn-sm btn-ghost" on_click=Callback::new(move |()| list.all.set(true))>
                    {words}
                </GuardedButton>
            </Show>
        }
        .into_any()
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
        <Show when=move || allowed.get() && !list.all.get()>
            <button type="button" class="btn btn-sm btn-ghost text-error" on:click=move |_| remove_all(list, toasts)>
                <SmallIcon name=IconName::Trash2 />
                "Delete"
            </button>
        </Show>
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

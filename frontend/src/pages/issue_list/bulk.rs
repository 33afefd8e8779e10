//! The bar for the selected rows.

use super::List;
use super::bulk_apply::Deal;
use super::bulk_choices::originals;
use super::bulk_chooser::Chooser;
use super::bulk_preview::Preview;
use crate::components::picker::{Choice, Picker};
use crate::components::popover::Popover;
use crate::components::{GuardedButton, IconName, SmallIcon};
use crate::model::bulk::{Change, issues};
use crate::model::change::Field;
use crate::model::refusal::Refusal;
use crate::model::selection::Selection;
use crate::pages::issue::Finder;
use crate::state::toasts;
use domain::bulk::BULK_MAX;
use leptos::prelude::*;

const ACT: &str = "btn btn-sm btn-ghost ii-act";
const ACT_ERROR: &str = "btn btn-sm btn-ghost ii-act text-error";

/// Fields without a button of their own.
const RARE: [Field; 8] = [
    Field::Severity,
    Field::Type,
    Field::Resolution,
    Field::Points,
    Field::Start,
    Field::Fixed,
    Field::Affected,
    Field::Parent,
];

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
                <button
                    type="button"
                    class="btn btn-sm btn-ghost btn-square"
                    aria-label="Clear the selection"
                    title="Clear the selection"
                    on:click=move |_| list.choose_none()
                >
                    <SmallIcon name=IconName::X />
                </button>
                <span class="pr-1 text-sm font-semibold whitespace-nowrap">{move || count.get()} " selected"</span>
                <AllThatMatch />
                <div class="ii-bulk-acts">
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
                        <Act field=Field::Status label="Status" icon=IconName::CircleDot key=Some("s") />
                        <Act field=Field::Priority label="Priority" icon=IconName::Signal key=Some("p") />
                        <Act field=Field::Assignee label="Assign" icon=IconName::UserPlus key=Some("a") />
                        <Act field=Field::Labels label="Label" icon=IconName::Tag key=Some("l") />
                        <Act field=Field::Due label="Due" icon=IconName::Calendar key=Some("d") />
                        <More />
                        <MergeAll />
                        <DeleteAll />
                    </Show>
                </div>
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
    view! {
        <Popover
            open
            kind="dialog"
            title=Some(label.to_owned())
            upwards=true
            class=ACT
            trigger=move || {
                view! {
                    <Face icon label />
                    {key.map(|key| view! { <kbd class="kbd hidden xl:inline-flex" aria-hidden="true">{key}</kbd> })}
                }
            }
        >
            <Chooser field on_choose=Callback::new(move |change| { open.set(false); deal.begin(change); }) />
        </Popover>
    }
}

/// An icon, and its words where there is room for them.
#[component]
fn Face(icon: IconName, label: &'static str) -> impl IntoView {
    view! {
        <SmallIcon name=icon />
        <span class="sr-only lg:not-sr-only">{label}</span>
    }
}

/// The fields that are changed less often: first which, then what it becomes.
#[component]
fn More() -> impl IntoView {
    let deal = expect_context::<Deal>();
    let open = RwSignal::new(false);
    let field = RwSignal::new(None::<Field>);
    Effect::new(move |_| {
        if !open.get() {
            field.set(None);
        }
    });
    let one = |field: &Field| Choice::plain(field.label(), field.label());
    let fields: Vec<Choice> = RARE.iter().map(one).collect();
    let pick = Callback::new(move |label: String| {
        field.set(RARE.into_iter().find(|field| field.label() == label));
    });
    view! {
        <Popover
            open
            kind="dialog"
            title=Some("More fields".to_owned())
            upwards=true
            class=ACT
            trigger=|| view! { <Face icon=IconName::Ellipsis label="More" /> }
        >
            {
                let fields = StoredValue::new(fields.clone());
                move || match field.get() {
                    None => {
                        view! {
                            <Picker
                                id="bulk-fields"
                                label="Change which field?"
                                choices=Signal::derive(move || fields.get_value())
                                chosen=Vec::new()
                                on_pick=pick
                            />
                        }
                            .into_any()
                    }
                    Some(field) => {
                        view! { <Chooser field on_choose=Callback::new(move |change| { open.set(false); deal.begin(change); }) /> }
                            .into_any()
                    }
                }
            }
        </Popover>
    }
}

/// Closes them as duplicates of one issue, which may be one of them.
#[component]
fn MergeAll() -> impl IntoView {
    let list = expect_context::<List>();
    let deal = expect_context::<Deal>();
    let open = RwSignal::new(false);
    let pick = Callback::new(move |key: String| {
        open.set(false);
        deal.begin(Change::Merge(key));
    });
    view! {
        <Popover
            open
            kind="dialog"
            title=Some("Mark as duplicates of another issue".to_owned())
            upwards=true
            class=ACT
            panel_class="ii-float ii-pop w-80 p-1.5"
            trigger=|| view! { <Face icon=IconName::Copy label="Duplicates of…" /> }
        >
            <Finder
                id="bulk-merge"
                label="The issue that they repeat"
                project=None
                first=Signal::derive(move || originals(list))
                on_pick=pick
            />
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
    let deal = expect_context::<Deal>();
    let refused = Signal::derive(move || list.may_delete().err());
    view! {
        <GuardedButton
            refused
            upwards=true
            class=ACT_ERROR
            on_click=Callback::new(move |()| deal.begin(Change::Delete))
        >
            <Face icon=IconName::Trash2 label="Delete" />
        </GuardedButton>
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

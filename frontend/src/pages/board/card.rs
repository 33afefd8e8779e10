//! One card: priority, key, type, assignee · title · severity, label, points, age · life line.

use super::pointer::Hand;
use super::state::BoardState;
use crate::components::glyph::{SeverityGlyph, severity_class};
use crate::components::issue_row::plan_marks;
use crate::components::marks::{PriorityTile, TypeMark, severity_name};
use crate::components::{Avatar, Icon, IconName, LabelTag, LifeLine};
use crate::model::moment::{self, READ_ONLY};
use crate::model::time::age;
use crate::state::clock;
use domain::issue::{IssueRow, Severity};
use domain::paths::{page, with_query};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use uuid::Uuid;

/// A card in its column.
#[component]
pub fn Card(
    /// Id of its issue.
    id: Uuid,
    /// Its place in the cell, from 1, and how many there are.
    place: Signal<(usize, usize)>,
) -> impl IntoView {
    let state = expect_context::<BoardState>();
    let hand = expect_context::<Hand>();
    let navigate = use_navigate();
    let Some(row) = state.row(id) else {
        return ().into_any();
    };
    let name = {
        let row = row.clone();
        move || row.with(|row| format!("{} {}", row.key, row.title))
    };
    let is_entry = Memo::new(move |_| state.entry.get() == Some(id));
    let at = Memo::new(move |_| state.cursor.get() == Some(id));
    let in_hand = Memo::new(move |_| {
        state
            .carried
            .with(|carried| carried.is_some_and(|c| c.card == id))
    });
    let by_pointer = Memo::new(move |_| {
        state
            .carried
            .with(|carried| carried.is_some_and(|c| c.card == id && c.grip.is_some()))
    });
    let live = Memo::new(move |_| state.marked.with(|marked| marked.contains(&id)));
    let pending = Memo::new(move |_| {
        state
            .pending
            .with(|list| list.iter().any(|one| one.step.card == id))
    });
    let open_menu = {
        let row = row.clone();
        move || format!("Move {} to", row.with(|row| row.key.clone()))
    };
    let go = {
        let row = row.clone();
        move |event: leptos::ev::MouseEvent| {
            if hand.dropped.get_value() {
                event.prevent_default();
                event.stop_propagation();
                return;
            }
            let plain = !(event.ctrl_key()
                || event.meta_key()
                || event.shift_key()
                || event.default_prevented());
            if plain && !on_control(&event) {
                navigate(
                    &address(state, &row.with_untracked(|row| row.key.clone())),
                    NavigateOptions::default(),
                );
            }
        }
    };
    let leave = move |_| {
        if state.hovered.get_untracked() == Some(id) {
            state.hovered.set(None);
        }
    };
    on_cleanup(move || {
        if state.hovered.try_get_untracked().flatten() == Some(id) {
            state.hovered.set(None);
        }
    });
    view! {
        <li
            class="ii-card"
            class:at=at
            class:ghost=by_pointer
            class:lifted=move || in_hand.get() && !by_pointer.get()
            class:live=live
            class:wait=pending
            data-card=id.to_string()
            tabindex=move || if is_entry.get() { "0" } else { "-1" }
            aria-label=name
            aria-describedby="board-keys"
            aria-posinset=move || place.get().0.to_string()
            aria-setsize=move || place.get().1.to_string()
            on:focusin=move |_| state.cursor.set(Some(id))
            on:pointerenter=move |event| {
                if event.pointer_type() != "touch" {
                    state.hovered.set(Some(id));
                }
            }
            on:pointerleave=leave
            on:pointerdown=move |event| hand.down(id, &event)
            on:dragstart=move |event| event.prevent_default()
            on:click=go
        >
            <Face row=row.clone() link=true />
            <button
                type="button"
                class="ii-cardmenu"
                tabindex=move || if is_entry.get() { "0" } else { "-1" }
                aria-haspopup="menu"
                aria-label=open_menu
                disabled=move || state.is_past()
                title=move || state.is_past().then_some(READ_ONLY)
                on:click=move |event| {
                    event.stop_propagation();
                    state.cursor.set(Some(id));
                    state.menu.set(Some(id));
                }
            >
                <Icon name=IconName::Ellipsis />
            </button>
        </li>
    }
    .into_any()
}

/// The issue's page, at the moment that the board shows. Tracked.
#[must_use]
pub fn address(state: BoardState, key: &str) -> String {
    let as_of = state.query.with(|query| query.as_of);
    let pairs: Vec<_> = as_of
        .map(|at| (moment::PARAMETER, moment::write(at)))
        .into_iter()
        .collect();
    with_query(&page::issue(key), &pairs)
}

/// Links and buttons do what they do; the rest of the card opens the issue.
fn on_control(event: &leptos::ev::MouseEvent) -> bool {
    use wasm_bindgen::JsCast;
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    target.is_some_and(|target| target.closest("a, button").ok().flatten().is_some())
}

/// What a card shows; also on the one that follows the pointer.
#[component]
pub fn Face(
    /// The issue.
    row: ArcRwSignal<IssueRow>,
    /// Whether the title leads to the issue.
    link: bool,
) -> impl IntoView {
    let clock = clock();
    let state = expect_context::<BoardState>();
    move || {
        let IssueRow {
            key,
            title,
            type_,
            severity,
            priority,
            story_points,
            assignee,
            labels,
            created_at,
            life,
            due_date,
            status,
            ..
        } = row.get();
        let overdue =
            status.category.is_open() && due_date.is_some_and(|due| due < clock.now().date_naive());
        let marks = row.with(plan_marks);
        let more = labels.len().saturating_sub(1);
        view! {
            <span class="flex items-center gap-2">
                <PriorityTile priority />
                <span class="ii-key">{key.clone()}</span>
                <TypeMark kind=type_ />
                <span class="ii-who"><Avatar user=assignee /></span>
            </span>
            {if link {
                view! { <a class="ii-cardtitle" href=address(state, &key) tabindex="-1">{title}</a> }.into_any()
            } else {
                view! { <span class="ii-cardtitle">{title}</span> }.into_any()
            }}
            <span class="flex flex-wrap items-center gap-1.5">
                {severity_mark(severity)}
                {labels.into_iter().next().map(|label| view! { <LabelTag label /> })}
                {(more > 0).then(|| view! { <span class="text-xs text-ink-3">{format!("+{more}")}</span> })}
                {overdue.then(|| view! { <span class="text-xs text-error">"overdue"</span> })}
                {marks}
                <span class="ml-auto flex items-center gap-2 text-xs whitespace-nowrap text-ink-3">
                    {story_points.map(|points| view! { <span>{points} " pt"</span> })}
                    <span title="Age">{age(created_at, clock.now())}</span>
                </span>
            </span>
            <LifeLine life />
        }
    }
}

/// Nothing for low, the shape for medium and high, shape and word for critical.
fn severity_mark(severity: Severity) -> Option<impl IntoView> {
    let words = format!("Severity {}", severity_name(severity).to_lowercase());
    let class = format!("badge badge-sm ii-pill {}", severity_class(severity));
    match severity {
        Severity::Low => None,
        Severity::Critical => Some(view! { <span class=class><SeverityGlyph severity />"Critical"</span> }.into_any()),
        Severity::Medium | Severity::High => {
            Some(view! { <span class=class style:padding-inline="2px" role="img" aria-label=words.clone() title=words><SeverityGlyph severity /></span> }.into_any())
        }
    }
}

//! Where the issue stands: status, how it ended, how soon, who.

use super::fact::Fact;
use super::fact_pickers::{AssigneePicker, StatusPicker};
use super::facts::look_of;
use super::state::IssueState;
use crate::components::marks::{PriorityTile, StatusPill, priority_name};
use crate::components::picker::Picker;
use crate::components::{NobodyHere, Person, choices};
use crate::model::change::Field;
use crate::model::facet::word;
use crate::model::time::duration;
use crate::state::{clock, on_command};
use domain::event::HistoryEntry;
use domain::issue::{IssuePatch, Priority, Resolution};
use domain::policy::Action;
use leptos::prelude::*;

/// Status, and since when.
#[component]
pub fn StatusFact(history: Signal<Vec<HistoryEntry>>) -> impl IntoView {
    let state = expect_context::<IssueState>();
    let clock = clock();
    let open = RwSignal::new(false);
    on_command("edit_status", move || open.set(true));
    let since = Memo::new(move |_| {
        let moved = history.with(|history| {
            history
                .iter()
                .rev()
                .find(|e| e.field.as_deref() == Some("status"))
                .map(|e| e.at)
        });
        moved.unwrap_or_else(|| state.shown.with(|issue| issue.created_at))
    });
    let lasted = move || {
        format!(
            "for {}",
            duration((clock.now() - since.get()).num_seconds().max(0))
        )
    };
    view! {
        <Fact
            label="Status"
            shortcut="s"
            open
            field=Field::Status
            right=Signal::derive(move || state.rights.may(Action::MoveIssue))
            value=move || {
                view! {
                    {move || {
                        let issue = state.shown.get();
                        view! { <StatusPill look=look_of(&issue, state) name=issue.status.name /> }
                    }}
                    <span class="text-xs text-ink-3">{lasted}</span>
                }
            }
        >
            <StatusPicker open />
        </Fact>
    }
}

/// How it ended; only while it is done.
#[component]
pub fn ResolutionFact() -> impl IntoView {
    let state = expect_context::<IssueState>();
    let open = RwSignal::new(false);
    let resolution = state.get(|issue| issue.resolution);
    let words = move || resolution.get().map(|r| word(r.slug()));
    let pick = Callback::new(move |slug: String| {
        open.set(false);
        let Ok(chosen) = slug.parse::<Resolution>() else {
            return;
        };
        let patch = IssuePatch {
            resolution: Some(chosen),
            ..IssuePatch::default()
        };
        state.change(patch, move |issue| issue.resolution = Some(chosen));
    });
    view! {
        <Show when=move || resolution.get().is_some()>
            <Fact
                label="Resolution"
                open
                field=Field::Resolution
                right=Signal::derive(move || state.rights.may(Action::MoveIssue))
                value=move || view! { {words} }
            >
                <Picker
                    id="resolutions"
                    label="Resolution"
                    choices=choices::resolutions()
                    chosen=Signal::derive(move || resolution.get().map(|r| r.slug().to_owned()).into_iter().collect::<Vec<_>>())
                    on_pick=pick
                />
            </Fact>
        </Show>
    }
}

/// How soon.
#[component]
pub fn PriorityFact() -> impl IntoView {
    let state = expect_context::<IssueState>();
    let open = RwSignal::new(false);
    on_command("edit_priority", move || open.set(true));
    let priority = state.get(|issue| issue.priority);
    let pick = Callback::new(move |number: String| {
        open.set(false);
        let Ok(chosen) = number.parse::<Priority>() else {
            return;
        };
        let patch = IssuePatch {
            priority: Some(chosen),
            ..IssuePatch::default()
        };
        state.change(patch, move |issue| issue.priority = chosen);
    });
    view! {
        <Fact
            label="Priority"
            shortcut="p"
            open
            field=Field::Priority
            right=Signal::derive(move || state.rights.may_text())
            value=move || {
                view! {
                    {move || {
                        view! { <PriorityTile priority=priority.get() /> {priority_name(priority.get().number())} }
                    }}
                }
            }
        >
            <Picker
                id="priorities"
                label="Priority"
                choices=choices::priorities()
                chosen=Signal::derive(move || vec![priority.get().number().to_string()])
                on_pick=pick
            />
        </Fact>
    }
}

/// Who works on it.
#[component]
pub fn AssigneeFact() -> impl IntoView {
    let state = expect_context::<IssueState>();
    let open = RwSignal::new(false);
    on_command("edit_assignee", move || open.set(true));
    let assignee = state.get(|issue| issue.assignee.clone());
    view! {
        <Fact
            label="Assignee"
            shortcut="a"
            open
            field=Field::Assignee
            right=Signal::derive(move || state.rights.may_assign_any())
            value=move || {
                view! {
                    {move || match assignee.get() {
                        Some(user) => view! { <Person user /> }.into_any(),
                        None => view! { <NobodyHere /> }.into_any(),
                    }}
                }
            }
        >
            <AssigneePicker open />
        </Fact>
    }
}

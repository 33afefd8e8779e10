//! Fields of a new issue beside title and description.

use super::new_issue::{Report, type_here};
use crate::components::choices;
use crate::components::marks::{priority_name, severity_name, type_name};
use crate::components::picker::{Choice, Picker};
use crate::components::popover::Popover;
use crate::components::{FieldNote, IconName, LabelTag, NobodyHere, Person, SmallIcon};
use crate::state::session;
use domain::issue::{IssueType, Priority, Severity};
use domain::label::LabelRef;
use domain::policy::{Action, Ground, decide};
use leptos::prelude::*;

/// Where it is reported.
#[component]
pub fn ProjectField() -> impl IntoView {
    let report = expect_context::<Report>();
    let change = move |event| {
        let key = event_target_value(&event);
        report.facts.update(|facts| {
            facts.project = Some(key);
            // Labels and people of another project mean nothing here.
            facts.labels.clear();
            facts.assignee = None;
            facts.type_ = None;
            facts.affected = None;
            facts.fixed = None;
            facts.parent.clear();
        });
    };
    view! {
        <div class="flex max-w-80 flex-col gap-1">
            <label for="project" class="text-xs text-ink-2">"Project"</label>
            <select id="project" class="select select-sm w-full" on:change=change>
                {move || {
                    let chosen = report.project.get().map(|project| project.key);
                    report
                        .projects
                        .get()
                        .into_iter()
                        .map(|project| {
                            let selected = chosen.as_ref() == Some(&project.key);
                            view! { <option value=project.key.clone() selected=selected>{format!("{} ({})", project.name, project.key)}</option> }
                        })
                        .collect_view()
                }}
            </select>
        </div>
    }
}

/// Type, severity, priority.
#[component]
pub fn WordFields() -> impl IntoView {
    let report = expect_context::<Report>();
    let facts = report.facts;
    let types = IssueType::ALL
        .iter()
        .map(|t| (t.slug().to_owned(), type_name(*t).to_owned()))
        .collect();
    let severities = Severity::ALL
        .iter()
        .rev()
        .map(|s| (s.slug().to_owned(), severity_name(*s).to_owned()))
        .collect();
    let priorities = Priority::ALL
        .iter()
        .map(|p| {
            (
                p.number().to_string(),
                format!("P{} {}", p.number(), priority_name(p.number())),
            )
        })
        .collect();
    view! {
        <Select
            id="type"
            label="Type"
            options=types
            value=Signal::derive(move || facts.with(|f| f.type_).unwrap_or_else(|| type_here(report)).slug().to_owned())
            error=report.wrong("type")
            on_change=Callback::new(move |slug: String| facts.update(|f| f.type_ = slug.parse().ok()))
        />
        <Select
            id="severity"
            label="Severity"
            options=severities
            value=Signal::derive(move || facts.with(|f| f.severity).unwrap_or(Severity::Low).slug().to_owned())
            error=report.wrong("severity")
            on_change=Callback::new(move |slug: String| facts.update(|f| f.severity = slug.parse().ok()))
        />
        <Select
            id="priority"
            label="Priority"
            options=priorities
            value=Signal::derive(move || facts.with(|f| f.priority).unwrap_or(Priority::NORMAL).number().to_string())
            error=report.wrong("priority")
            on_change=Callback::new(move |number: String| facts.update(|f| f.priority = number.parse().ok()))
        />
    }
}

#[component]
fn Select(
    id: &'static str,
    label: &'static str,
    options: Vec<(String, String)>,
    value: Signal<String>,
    error: Signal<Option<String>>,
    on_change: Callback<String>,
) -> impl IntoView {
    let note = format!("{id}-note");
    view! {
        <div class="flex flex-col gap-1">
            <label for=id class="text-xs text-ink-2">{label}</label>
            <select
                id=id
                class="select select-sm w-full"
                aria-invalid=move || error.get().is_some().then_some("true")
                aria-describedby=note.clone()
                prop:value=move || value.get()
                on:change=move |event| on_change.run(event_target_value(&event))
            >
                {options
                    .into_iter()
                    .map(|(slug, words)| {
                        let mine = slug.clone();
                        view! { <option value=slug selected=move || value.get() == mine>{words}</option> }
                    })
                    .collect_view()}
            </select>
            <FieldNote id=note error />
        </div>
    }
}

const BUTTON: &str = "btn btn-sm btn-line w-full justify-start font-normal";

/// Who shall work on it, where the role allows to say so.
#[component]
pub fn AssigneeField() -> impl IntoView {
    let report = expect_context::<Report>();
    let session = session();
    let open = RwSignal::new(false);
    let free = Ground {
        unassigned: true,
        ..Ground::NONE
    };
    let others =
        Memo::new(move |_| decide(report.role(), Action::AssignOthers, Ground::NONE).is_ok());
    let me = Memo::new(move |_| decide(report.role(), Action::TakeIssue, free).is_ok());
    let chosen = Memo::new(move |_| report.facts.with(|facts| facts.assignee.clone()));
    let people = move || {
        let mine = session.user().map(|user| user.reference());
        let all = report.catalogue.people().into_iter().chain(mine.clone());
        let mut seen: Vec<domain::user::UserRef> = Vec::new();
        for user in all {
            if !seen.iter().any(|known| known.id == user.id) {
                seen.push(user);
            }
        }
        seen.sort_by_key(|user| Some(user.id) != mine.as_ref().map(|me| me.id));
        seen
    };
    let choices = Signal::derive(move || {
        let mine = session.user_id();
        let mut all = vec![choices::nobody("")];
        all.extend(people().iter().map(|user| {
            let choice: Choice = choices::person(user);
            if others.get() || Some(user.id) == mine {
                choice
            } else {
                choice.refused("not for your role")
            }
        }));
        all
    });
    let pick = Callback::new(move |name: String| {
        open.set(false);
        report
            .facts
            .update(|facts| facts.assignee = Some(name).filter(|name| !name.is_empty()));
    });
    let shown = move || {
        let name = chosen.get();
        let user = name
            .as_ref()
            .and_then(|name| people().into_iter().find(|user| user.username == *name));
        match (user, name) {
            (Some(user), _) => view! { <Person user /> }.into_any(),
            (None, Some(name)) => view! { <span>{name}</span> }.into_any(),
            (None, None) => view! { <NobodyHere /> }.into_any(),
        }
    };
    Effect::new(move |_| {
        if open.get() {
            report.catalogue.want_people();
        }
    });
    view! {
        <Show when=move || others.get() || me.get()>
            <div class="flex min-w-0 flex-col gap-1">
                <span class="text-xs text-ink-2" aria-hidden="true">"Assignee"</span>
                <Popover
                    open
                    kind="listbox"
                    class=BUTTON
                    trigger=move || view! { <span class="sr-only">"Assignee: "</span> {shown} <Arrow /> }
                >
                    <Picker
                        id="new-assignees"
                        label="Assignee"
                        choices
                        chosen=Signal::derive(move || vec![chosen.get().unwrap_or_default()])
                        on_pick=pick
                        typed=report.catalogue.typed
                    />
                </Popover>
                <FieldNote id="assignee-note" error=report.wrong("assignee") />
            </div>
        </Show>
    }
}

/// Labels of the project.
#[component]
pub fn LabelsField() -> impl IntoView {
    let report = expect_context::<Report>();
    let open = RwSignal::new(false);
    let known = move || report.catalogue.labels.value.get().unwrap_or_default();
    let chosen = Memo::new(move |_| report.facts.with(|facts| facts.labels.clone()));
    let pick = Callback::new(move |name: String| {
        report.facts.update(|facts| {
            if let Some(at) = facts.labels.iter().position(|label| *label == name) {
                facts.labels.remove(at);
            } else {
                facts.labels.push(name);
            }
        });
    });
    let shown = move || {
        let chosen = chosen.get();
        let labels: Vec<LabelRef> = known()
            .into_iter()
            .filter(|label| chosen.contains(&label.name))
            .map(|label| LabelRef {
                id: label.id,
                name: label.name,
                colour: label.colour,
            })
            .collect();
        if labels.is_empty() {
            view! { <span class="text-ink-3">"None"</span> }.into_any()
        } else {
            labels
                .into_iter()
                .map(|label| view! { <LabelTag label /> })
                .collect_view()
                .into_any()
        }
    };
    view! {
        <div class="flex min-w-0 flex-col gap-1 sm:col-span-2">
            <span class="text-xs text-ink-2" aria-hidden="true">"Labels"</span>
            <Popover
                open
                kind="listbox"
                class="btn btn-sm btn-line h-auto min-h-8 w-full flex-wrap justify-start py-1 font-normal"
                trigger=move || view! { <span class="sr-only">"Labels: "</span> {shown} <Arrow /> }
            >
                <Picker
                    id="new-labels"
                    label="Labels"
                    choices=Signal::derive(move || choices::labels(&known()))
                    chosen
                    on_pick=pick
                    nothing="This project has no such label."
                />
            </Popover>
            <FieldNote id="labels-note" error=report.wrong("labels") />
        </div>
    }
}

#[component]
fn Arrow() -> impl IntoView {
    view! { <span class="ml-auto text-ink-3"><SmallIcon name=IconName::ChevronDown /></span> }
}

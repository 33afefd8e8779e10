//! The facts of an issue, each edited in place.

use super::fact::{Fact, Plain};
use super::fact_forms::ValueForm;
use super::fact_pickers::{AssigneePicker, LabelPicker, StatusPicker, VersionPicker};
use super::state::IssueState;
use crate::components::glyph::StatusLook;
use crate::components::marks::{
    PriorityTile, SeverityPill, StatusPill, priority_name, type_icon, type_name,
};
use crate::components::picker::Picker;
use crate::components::time::Time;
use crate::components::{LabelTag, NobodyHere, Person, SmallIcon, choices};
use crate::model::change::Field;
use crate::model::due::due_words;
use crate::model::facet::word;
use crate::model::time::duration;
use crate::state::{clock, on_command};
use chrono::NaiveDate;
use domain::event::HistoryEntry;
use domain::issue::{Issue, IssuePatch, Priority, Resolution};
use domain::paths::page;
use domain::policy::Action;
use domain::workflow::Category;
use leptos::prelude::*;

/// The look of the issue's status.
#[must_use]
pub fn look_of(issue: &Issue, state: IssueState) -> StatusLook {
    let late = state.catalogue.workflow.value.with(|workflow| {
        let first = workflow
            .iter()
            .flatten()
            .flat_map(|w| &w.statuses)
            .find(|s| s.category == Category::Active);
        issue.status.category == Category::Active
            && first.is_some_and(|first| first.slug != issue.status.slug)
    });
    StatusLook {
        category: issue.status.category,
        late,
        dropped: issue.resolution.is_some_and(|r| r != Resolution::Complete),
    }
}

/// The panel.
#[component]
pub fn Facts(
    /// What happened so far, oldest first.
    #[prop(into)]
    history: Signal<Vec<HistoryEntry>>,
) -> impl IntoView {
    let state = expect_context::<IssueState>();
    let why = Memo::new(move |_| state.rights.may(Action::EditIssue).err());
    view! {
        <aside id="facts" class="ii-facts" aria-label="Facts">
            <dl class="flex flex-col">
                <StatusFact history />
                <ResolutionFact />
                <SeverityFact />
                <PriorityFact />
                <AssigneeFact />
                <Plain label="Reporter">
                    {move || view! { <Person user=state.shown.get().reporter /> }}
                </Plain>
                <LabelsFact />
                <TypeFact />
                <PointsFact />
                <VersionFacts />
                <DateFacts />
                <ParentFact />
                <Origin />
            </dl>
            {move || {
                why.get().map(|why| view! { <p class="mt-3 border-t border-base-300 px-2 pt-3 text-xs text-ink-3">{why}</p> })
            }}
        </aside>
    }
}

#[component]
fn StatusFact(history: Signal<Vec<HistoryEntry>>) -> impl IntoView {
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

#[component]
fn ResolutionFact() -> impl IntoView {
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

#[component]
fn SeverityFact() -> impl IntoView {
    let state = expect_context::<IssueState>();
    let open = RwSignal::new(false);
    let severity = state.get(|issue| issue.severity);
    let pick = Callback::new(move |slug: String| {
        open.set(false);
        let Ok(chosen) = slug.parse() else { return };
        let patch = IssuePatch {
            severity: Some(chosen),
            ..IssuePatch::default()
        };
        state.change(patch, move |issue| issue.severity = chosen);
    });
    view! {
        <Fact
            label="Severity"
            open
            field=Field::Severity
            right=Signal::derive(move || state.rights.may(Action::EditIssue))
            value=move || view! { {move || view! { <SeverityPill severity=severity.get() /> }} }
        >
            <Picker
                id="severities"
                label="Severity"
                choices=choices::severities()
                chosen=Signal::derive(move || vec![severity.get().slug().to_owned()])
                on_pick=pick
            />
        </Fact>
    }
}

#[component]
fn PriorityFact() -> impl IntoView {
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

#[component]
fn AssigneeFact() -> impl IntoView {
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

#[component]
fn LabelsFact() -> impl IntoView {
    let state = expect_context::<IssueState>();
    let open = RwSignal::new(false);
    on_command("edit_labels", move || open.set(true));
    let labels = state.get(|issue| issue.labels.clone());
    view! {
        <Fact
            label="Labels"
            shortcut="l"
            open
            field=Field::Labels
            right=Signal::derive(move || state.rights.may(Action::EditIssue))
            value=move || {
                view! {
                    {move || {
                        let labels = labels.get();
                        if labels.is_empty() {
                            view! { <span class="text-ink-3">"None"</span> }.into_any()
                        } else {
                            labels.into_iter().map(|label| view! { <LabelTag label /> }).collect_view().into_any()
                        }
                    }}
                }
            }
        >
            <LabelPicker />
        </Fact>
    }
}

#[component]
fn TypeFact() -> impl IntoView {
    let state = expect_context::<IssueState>();
    let open = RwSignal::new(false);
    let kind = state.get(|issue| issue.type_);
    let pick = Callback::new(move |slug: String| {
        open.set(false);
        let Ok(chosen) = slug.parse() else { return };
        let patch = IssuePatch {
            type_: Some(chosen),
            ..IssuePatch::default()
        };
        state.change(patch, move |issue| issue.type_ = chosen);
    });
    view! {
        <Fact
            label="Type"
            open
            field=Field::Type
            right=Signal::derive(move || state.rights.may(Action::EditIssue))
            value=move || {
                view! {
                    {move || {
                        view! {
                            <span class="inline-flex items-center gap-1.5">
                                <SmallIcon name=type_icon(kind.get()) />
                                {type_name(kind.get())}
                            </span>
                        }
                    }}
                }
            }
        >
            <Picker
                id="types"
                label="Type"
                choices=choices::types()
                chosen=Signal::derive(move || vec![kind.get().slug().to_owned()])
                on_pick=pick
            />
        </Fact>
    }
}

#[component]
fn PointsFact() -> impl IntoView {
    let state = expect_context::<IssueState>();
    let open = RwSignal::new(false);
    let points = state.get(|issue| issue.story_points);
    let words = move || {
        points
            .get()
            .map_or_else(|| "–".to_owned(), |points| points.to_string())
    };
    let take = Callback::new(move |text: String| {
        let value = match text.as_str() {
            "" => None,
            text => Some(
                text.parse::<i16>()
                    .map_err(|_| "A whole number, 0 to 1000.".to_owned())?,
            ),
        };
        let patch = IssuePatch {
            story_points: Some(value),
            ..IssuePatch::default()
        };
        check(&patch)?;
        state.change(patch, move |issue| issue.story_points = value);
        Ok(())
    });
    view! {
        <Fact
            label="Points"
            open
            field=Field::Points
            right=Signal::derive(move || state.rights.may(Action::EditIssue))
            value=move || view! { <span class="num">{words}</span> }
        >
            <ValueForm id="points" label="Points" kind="number" open start=points.get_untracked().map(|p| p.to_string()).unwrap_or_default() take />
        </Fact>
    }
}

#[component]
fn VersionFacts() -> impl IntoView {
    let state = expect_context::<IssueState>();
    let one = move |field: Field| {
        let open = RwSignal::new(false);
        let value = state.get(move |issue| Some(field.of(issue)).filter(|name| !name.is_empty()));
        let words = move || value.get().unwrap_or_else(|| "–".to_owned());
        view! {
            <Fact
                label=field.label()
                open
                field
                right=Signal::derive(move || state.rights.may(Action::EditIssue))
                value=move || view! { {words} }
            >
                <VersionPicker field open />
            </Fact>
        }
    };
    view! { {one(Field::Affected)} {one(Field::Fixed)} }
}

#[component]
fn DateFacts() -> impl IntoView {
    let state = expect_context::<IssueState>();
    let clock = clock();
    let one = move |field: Field| {
        let open = RwSignal::new(false);
        let date = state.get(move |issue| {
            if field == Field::Due {
                issue.due_date
            } else {
                issue.start_date
            }
        });
        let is_open = state.get(|issue| issue.status.category.is_open());
        let words = move || {
            let Some(date) = date.get() else {
                return view! { <span>"–"</span> }.into_any();
            };
            let today = clock.now().date_naive();
            let late = field == Field::Due && date < today && is_open.get();
            let near = field == Field::Due && is_open.get();
            view! {
                {near.then(|| view! { <span class:text-error=late class:font-medium=late>{due_words(date, today)}</span> })}
                <span class=if near { "text-xs text-ink-3" } else { "" }>{date.format("%-d %b %Y").to_string()}</span>
            }
            .into_any()
        };
        let take = Callback::new(move |text: String| {
            let value = match text.as_str() {
                "" => None,
                text => Some(
                    text.parse::<NaiveDate>()
                        .map_err(|_| "A day, as in 2026-12-31.".to_owned())?,
                ),
            };
            let mut patch = IssuePatch::default();
            if field == Field::Due {
                patch.due_date = Some(value);
            } else {
                patch.start_date = Some(value);
            }
            state.change(patch, move |issue| {
                if field == Field::Due {
                    issue.due_date = value;
                } else {
                    issue.start_date = value;
                }
            });
            Ok(())
        });
        let id = if field == Field::Due {
            "due-date"
        } else {
            "start-date"
        };
        view! {
            <Fact
                label=field.label()
                open
                field
                right=Signal::derive(move || state.rights.may(Action::EditIssue))
                value=move || view! { {words} }
            >
                <ValueForm
                    id
                    label=field.label()
                    kind="date"
                    open
                    start=date.get_untracked().map(|date| date.to_string()).unwrap_or_default()
                    take
                />
            </Fact>
        }
    };
    view! { {one(Field::Start)} {one(Field::Due)} }
}

#[component]
fn ParentFact() -> impl IntoView {
    let state = expect_context::<IssueState>();
    let open = RwSignal::new(false);
    let parent = state.get(|issue| issue.parent.clone());
    let words = move || parent.get().unwrap_or_else(|| "–".to_owned());
    let take = Callback::new(move |text: String| {
        let value = Some(text.trim().to_ascii_uppercase()).filter(|key| !key.is_empty());
        let patch = IssuePatch {
            parent: Some(value.clone()),
            ..IssuePatch::default()
        };
        state.change(patch, move |issue| issue.parent = value.clone());
        Ok(())
    });
    view! {
        <Fact
            label="Parent"
            open
            field=Field::Parent
            right=Signal::derive(move || state.rights.may(Action::EditIssue))
            value=move || view! { {words} }
            beside=move || {
                view! {
                    {move || {
                        parent.get().map(|key| view! { <a class="link inline-flex min-h-6 items-center text-xs" href=page::issue(&key)>"Open"</a> })
                    }}
                }
            }
        >
            <ValueForm id="parent" label="Key of the parent issue" open start=parent.get_untracked().unwrap_or_default() take />
        </Fact>
    }
}

/// Times, and what a program said about itself.
#[component]
fn Origin() -> impl IntoView {
    let state = expect_context::<IssueState>();
    let updated = state.get(|issue| issue.updated_at);
    let resolved = state.get(|issue| issue.resolved_at);
    let seen = state.get(|issue| issue.occurrences);
    let reference = state.get(|issue| issue.external_ref.clone());
    view! {
        <Plain label="Updated">{move || view! { <Time at=updated.get() sentence=true /> }}</Plain>
        {move || resolved.get().map(|at| view! { <Plain label="Resolved"><Time at sentence=true /></Plain> })}
        {move || (seen.get() > 1).then(|| view! { <Plain label="Seen">{format!("{} times", seen.get())}</Plain> })}
        {move || {
            reference.get().map(|text| view! { <Plain label="Reference"><span class="wrap-anywhere">{text}</span></Plain> })
        }}
    }
}

fn check(patch: &IssuePatch) -> Result<(), String> {
    patch.check().map(|_| ()).map_err(|errors| {
        errors
            .first()
            .map(|error| error.detail.clone())
            .unwrap_or_default()
    })
}

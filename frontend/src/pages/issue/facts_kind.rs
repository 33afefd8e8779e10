//! What the issue is: severity, type, labels.

use super::fact::Fact;
use super::fact_pickers::LabelPicker;
use super::state::IssueState;
use crate::components::marks::{SeverityPill, type_icon, type_name};
use crate::components::picker::Picker;
use crate::components::{LabelTag, SmallIcon, choices};
use crate::model::change::Field;
use crate::state::on_command;
use domain::issue::IssuePatch;
use domain::policy::Action;
use leptos::prelude::*;

/// How bad it is.
#[component]
pub fn SeverityFact() -> impl IntoView {
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

/// What kind of work it is.
#[component]
pub fn TypeFact() -> impl IntoView {
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

/// Labels.
#[component]
pub fn LabelsFact() -> impl IntoView {
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

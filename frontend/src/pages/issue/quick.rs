//! One field of an issue, edited wherever the issue is shown: in a row, in a panel beside a list.

use super::fact_forms::ValueForm;
use super::fact_pickers::{AssigneePicker, LabelPicker, ParentPicker, StatusPicker, VersionPicker};
use super::facts_kind::SeverityFact;
use super::facts_work::{AssigneeFact, PriorityFact};
use super::rights::Right;
use super::state::IssueState;
use crate::components::choices;
use crate::components::picker::{Choice, Picker};
use crate::components::why::Reason;
use crate::model::change::Field;
use crate::model::refusal::Refusal;
use chrono::NaiveDate;
use domain::issue::IssuePatch;
use domain::policy::Action;
use leptos::prelude::*;

/// Whether the reader may change that field. Tracked.
pub fn right_to(state: IssueState, field: Field) -> Right {
    let rights = state.rights;
    match field {
        Field::Title | Field::Description | Field::Priority => rights.may_text(),
        Field::Status | Field::Resolution => rights.may(Action::MoveIssue),
        Field::Assignee => rights.may_assign_any(),
        _ => rights.may(Action::EditIssue),
    }
}

/// What changes the field, or the reason why it cannot be changed.
#[component]
pub fn FieldEditor(
    /// The field.
    field: Field,
    /// Closed when it is done.
    open: RwSignal<bool>,
) -> impl IntoView {
    let state = expect_context::<IssueState>();
    if let Err(why) = untrack(|| right_to(state, field)) {
        return view! { <Refused why /> }.into_any();
    }
    match field {
        Field::Status => view! { <StatusPicker open /> }.into_any(),
        Field::Assignee => view! { <AssigneePicker open /> }.into_any(),
        Field::Labels => view! { <LabelPicker /> }.into_any(),
        Field::Parent => view! { <ParentPicker open /> }.into_any(),
        Field::Affected | Field::Fixed => view! { <VersionPicker field open /> }.into_any(),
        Field::Title | Field::Points | Field::Start | Field::Due => {
            let id = match field {
                Field::Points => "cell-points",
                Field::Start => "cell-start",
                Field::Due => "cell-due",
                _ => "cell-title",
            };
            view! { <ValueEditor id field open /> }.into_any()
        }
        _ => view! { <WordEditor field open /> }.into_any(),
    }
}

/// What is decided about a new issue besides its way: severity, priority, assignee.
#[component]
pub fn TriageFacts() -> impl IntoView {
    view! {
        <dl class="flex flex-col">
            <SeverityFact />
            <PriorityFact />
            <AssigneeFact />
        </dl>
    }
}

/// The reason, read aloud when it opens.
#[component]
fn Refused(why: Refusal) -> impl IntoView {
    let node = NodeRef::<leptos::html::P>::new();
    node.on_load(|text| {
        request_animation_frame(move || {
            let _ = text.focus();
        });
    });
    view! { <p node_ref=node class="px-2 py-1 text-sm whitespace-normal text-ink-2" role="alert" tabindex="-1"><Reason refusal=why /></p> }
}

/// One of a few words.
#[component]
fn WordEditor(field: Field, open: RwSignal<bool>) -> impl IntoView {
    let state = expect_context::<IssueState>();
    let (id, choices): (&'static str, Vec<Choice>) = match field {
        Field::Type => ("cell-types", choices::types()),
        Field::Severity => ("cell-severities", choices::severities()),
        Field::Resolution => ("cell-resolutions", choices::resolutions()),
        _ => ("cell-priorities", choices::priorities()),
    };
    let pick = Callback::new(move |text: String| {
        open.set(false);
        if text != state.shown.with_untracked(|issue| field.of(issue))
            && let Some(patch) = word_patch(field, &text)
        {
            let shown = patch.clone();
            state.change(patch, move |issue| {
                issue.type_ = shown.type_.unwrap_or(issue.type_);
                issue.severity = shown.severity.unwrap_or(issue.severity);
                issue.priority = shown.priority.unwrap_or(issue.priority);
                issue.resolution = shown.resolution.or(issue.resolution);
            });
        }
    });
    view! {
        <Picker
            id
            label=field.label()
            choices
            chosen=Signal::derive(move || vec![state.shown.with(|issue| field.of(issue))])
            on_pick=pick
        />
    }
}

fn word_patch(field: Field, text: &str) -> Option<IssuePatch> {
    let mut patch = IssuePatch::default();
    match field {
        Field::Type => patch.type_ = Some(text.parse().ok()?),
        Field::Severity => patch.severity = Some(text.parse().ok()?),
        Field::Resolution => patch.resolution = Some(text.parse().ok()?),
        Field::Priority => patch.priority = Some(text.parse().ok()?),
        _ => return None,
    }
    Some(patch)
}

/// A number, a day, a line of text.
#[component]
pub(super) fn ValueEditor(
    /// Id of the control; unique on the page.
    id: &'static str,
    /// The field.
    field: Field,
    /// Closed when it is done.
    open: RwSignal<bool>,
) -> impl IntoView {
    let state = expect_context::<IssueState>();
    let start = state.shown.with_untracked(|issue| field.of(issue));
    let take = Callback::new(move |text: String| {
        let mut patch = IssuePatch::default();
        match field {
            Field::Points => patch.story_points = Some(number(&text)?),
            Field::Start => patch.start_date = Some(day(&text)?),
            Field::Due => patch.due_date = Some(day(&text)?),
            _ => patch.title = Some(text.trim().to_owned()),
        }
        let shown = patch.check().map_err(|errors| {
            let first = errors.into_iter().next();
            first.map(|error| error.detail).unwrap_or_default()
        })?;
        state.change(patch, move |issue| {
            issue.title = shown.title.clone().unwrap_or_else(|| issue.title.clone());
            issue.story_points = shown.story_points.unwrap_or(issue.story_points);
            issue.start_date = shown.start_date.unwrap_or(issue.start_date);
            issue.due_date = shown.due_date.unwrap_or(issue.due_date);
        });
        Ok(())
    });
    let kind = match field {
        Field::Points => "number",
        Field::Start | Field::Due => "date",
        _ => "text",
    };
    view! { <ValueForm id label=field.label() kind open start take /> }
}

fn number(text: &str) -> Result<Option<i16>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let read = text.parse().map(Some);
    read.map_err(|_| "A whole number, 0 to 1000.".to_owned())
}

fn day(text: &str) -> Result<Option<NaiveDate>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let read = text.parse().map(Some);
    read.map_err(|_| "A day, as in 2026-12-31.".to_owned())
}

//! The facts of an issue, each edited in place.

use super::fact::Plain;
use super::facts_kind::{LabelsFact, SeverityFact, TypeFact};
use super::facts_plan::{DateFacts, ParentFact, PointsFact, VersionFacts};
use super::facts_work::{AssigneeFact, PriorityFact, ResolutionFact, StatusFact};
use super::state::IssueState;
use crate::components::glyph::StatusLook;
use crate::components::time::Time;
use crate::components::{Person, Reason};
use domain::event::HistoryEntry;
use domain::issue::{Issue, Resolution};
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
                why.get().map(|refusal| view! { <p class="mt-3 border-t border-base-300 px-2 pt-3 text-xs text-ink-3"><Reason refusal /></p> })
            }}
        </aside>
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

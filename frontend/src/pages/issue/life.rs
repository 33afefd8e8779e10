//! The life of the issue: how long in which status.

use super::Slider;
use super::facts::look_of;
use super::flow::Diagram;
use super::state::IssueState;
use crate::components::glyph::{StatusGlyph, StatusLook, category_class};
use crate::components::{IconName, LifeLine, SmallIcon};
use crate::model::flow::{Step, active_share, chart, steps};
use crate::model::time::duration;
use crate::pages::issue_list::look_in;
use crate::state::clock;
use domain::event::HistoryEntry;
use domain::workflow::Category;
use leptos::prelude::*;

/// Strip, summary, and the stays in their order.
#[component]
pub fn Life(
    /// What happened so far, oldest first.
    #[prop(into)]
    history: Signal<Vec<HistoryEntry>>,
) -> impl IntoView {
    let state = expect_context::<IssueState>();
    let clock = clock();
    // A panel beside a list follows the list's own slider.
    let slider = use_context::<Slider>().map(|slider| slider.0);
    let life = state.get(|issue| issue.life.clone());
    let steps = Memo::new(move |_| {
        let workflow = state.catalogue.workflow.value.get().flatten();
        state.shown.with(|issue| {
            history.with(|history| steps(issue, history, workflow.as_ref(), clock.now()))
        })
    });
    let chart = Memo::new(move |_| {
        let workflow = state.catalogue.workflow.value.get().flatten();
        steps.with(|steps| chart(steps, workflow.as_ref()))
    });
    let summary = move || {
        steps.with(|steps| {
            let age = steps.iter().map(|step| step.seconds).sum();
            match active_share(steps) {
                0 => duration(age),
                share => format!("{}, active {share} % of it", duration(age)),
            }
        })
    };
    view! {
        <section class="flex flex-col gap-3" aria-label="Life of this issue">
            <div class="flex flex-wrap items-baseline gap-2">
                <h2 class="text-sm">"Life"</h2>
                <span class="text-xs text-ink-3">{summary}</span>
                {slider.map(|open| view! { <AsOf open /> })}
            </div>
            {move || view! { <LifeLine life=life.get() tall=true /> }}
            {move || chart.get().map(|chart| view! { <Diagram chart /> })}
            <ol class="flex flex-col gap-1 text-xs" class:sm:hidden=move || chart.with(Option::is_some)>
                {move || {
                    state.catalogue.workflow.value.track();
                    let steps = steps.get();
                    let longest = steps.iter().map(|step| step.seconds).max().unwrap_or(1).max(1);
                    steps.into_iter().map(|step| view! { <Stay step longest /> }).collect_view()
                }}
            </ol>
        </section>
    }
}

/// Opens the time slider at the top of the page.
#[component]
fn AsOf(open: RwSignal<bool>) -> impl IntoView {
    let press = move |_| {
        open.update(|open| *open = !*open);
        if open.get_untracked() {
            window().scroll_to_with_x_and_y(0.0, 0.0);
        }
    };
    view! {
        <button
            type="button"
            class="btn btn-ghost btn-xs ml-auto h-7"
            aria-pressed=move || if open.get() { "true" } else { "false" }
            on:click=press
        >
            <SmallIcon name=IconName::History />
            "As of…"
        </button>
    }
}

#[component]
fn Stay(step: Step, longest: i64) -> impl IntoView {
    let state = expect_context::<IssueState>();
    let look = state.catalogue.workflow.value.with_untracked(|workflow| {
        let known = workflow.as_ref().and_then(Option::as_ref);
        known.map_or_else(
            || StatusLook::plain(step.category),
            |workflow| look_in(workflow, &step.slug),
        )
    });
    let now = state
        .shown
        .with_untracked(|issue| (issue.status.slug.clone(), untrack(|| look_of(issue, state))));
    let look = if now.0 == step.slug { now.1 } else { look };
    let ended = step.category == Category::Done && step.seconds == 0;
    let width = format!("{}%", (step.seconds * 100 / longest).max(1));
    let words = if ended {
        "closed".to_owned()
    } else {
        duration(step.seconds)
    };
    view! {
        <li class="grid grid-cols-[minmax(0,8.5rem)_minmax(0,1fr)_5.5rem] items-center gap-3">
            <span class=format!("ii-st min-w-0 {}", look.class())>
                <StatusGlyph look />
                <span class="truncate">{step.name}</span>
            </span>
            <span class="ii-life tall" aria-hidden="true">
                <i class=category_class(step.category) style:width=width></i>
            </span>
            <span class="num text-ink-2">{words}</span>
        </li>
    }
}

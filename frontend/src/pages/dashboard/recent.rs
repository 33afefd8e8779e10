//! The issues that changed last.

use super::Scope;
use crate::api;
use crate::components::issue_row::IssueCells;
use crate::components::skeleton::SkeletonRows;
use crate::components::{AsyncView, Empty, IconName, SmallIcon};
use crate::model::recent::{changed, in_place, missing};
use crate::state::{Loaded, session};
use domain::issue::IssueRow;
use domain::list::IssueFilter;
use domain::paths::page;
use domain::policy::{Action, Ground, decide};
use leptos::prelude::*;
use std::time::Duration;

const ROWS: u32 = 8;
/// How long a changed row is marked.
const MARKED: Duration = Duration::from_secs(4);

/// The list; it does not move while the pointer or the focus is in it.
#[component]
pub(super) fn Recent(scope: Scope) -> impl IntoView {
    let loaded = Loaded::fresh(
        move || (scope.project.get(), scope.changed.get()),
        |project| async move {
            let filter = IssueFilter {
                project,
                ..IssueFilter::default()
            };
            api::issues::list(&filter, ROWS, None, None)
                .await
                .map(|page| page.items)
        },
    );
    let waiting = RwSignal::new(0_usize);
    let show = RwSignal::new(0_u32);
    view! {
        <section class="flex flex-col gap-3 lg:col-span-2">
            <div class="flex min-h-7 items-center gap-3">
                <h2 class="text-sm">"Recent issues"</h2>
                <span class="ml-auto" role="status">
                    <Show when=move || { waiting.get() > 0 }>
                        <button type="button" class="ii-live cursor-pointer" on:click=move |_| show.update(|n| *n += 1)>
                            <SmallIcon name=IconName::ArrowUp />
                            {move || format!("{} new", waiting.get())}
                        </button>
                    </Show>
                </span>
                <a class="link text-xs text-primary" href=move || scope.list(IssueFilter::default())>"All issues"</a>
            </div>
            <AsyncView
                loaded
                what="The list"
                loading="Loading recent issues"
                skeleton=|| view! { <div class="-mx-4 lg:-mx-6"><SkeletonRows rows=8 /></div> }.into_any()
                let:newest
            >
                <Rows newest waiting show />
            </AsyncView>
        </section>
    }
}

#[component]
fn Rows(
    newest: RwSignal<Vec<IssueRow>>,
    waiting: RwSignal<usize>,
    show: RwSignal<u32>,
) -> impl IntoView {
    let shown = RwSignal::new(newest.get_untracked());
    let session = session();
    let marked = RwSignal::new(Vec::<String>::new());
    let held = RwSignal::new(false);
    let take = move |rows: Vec<IssueRow>| {
        shown.set(rows);
        waiting.set(0);
    };
    Effect::watch(
        move || newest.get(),
        move |rows, _, _| {
            marked.set(shown.with_untracked(|shown| changed(shown, rows)));
            set_timeout(
                move || {
                    let _ = marked.try_set(Vec::new());
                },
                MARKED,
            );
            if held.get_untracked() {
                waiting.set(shown.with_untracked(|shown| missing(shown, rows)));
                shown.update(|shown| *shown = in_place(shown, rows));
            } else {
                take(rows.clone());
            }
        },
        false,
    );
    // What is no longer the reader's to see does not wait until they look elsewhere.
    Effect::new(move |_| {
        let mine = session.standings();
        shown.update(|rows| rows.retain(|row| mine.iter().any(|s| s.project == row.project)));
    });
    Effect::watch(
        move || show.get(),
        move |_, _, _| take(newest.get_untracked()),
        false,
    );
    on_cleanup(move || {
        let _ = waiting.try_set(0);
    });
    view! {
        <Show when=move || shown.with(|rows| !rows.is_empty()) fallback=NothingYet>
            <div
                role="grid"
                aria-label="Recent issues"
                class="ii-mini"
                on:mouseenter=move |_| held.set(true)
                on:mouseleave=move |_| held.set(false)
                on:focusin=move |_| held.set(true)
                on:focusout=move |_| held.set(false)
            >
                <For each=move || shown.get() key=|row| row.id let:row>
                    <Row first=row shown marked />
                </For>
            </div>
        </Show>
    }
}

#[component]
fn Row(
    first: IssueRow,
    shown: RwSignal<Vec<IssueRow>>,
    marked: RwSignal<Vec<String>>,
) -> impl IntoView {
    let (id, key) = (first.id, first.key.clone());
    let row = Memo::new(move |_| {
        let now = shown.with(|rows| rows.iter().find(|row| row.id == id).cloned());
        now.unwrap_or_else(|| first.clone())
    });
    view! {
        <div role="row" class="ii-row ii-issue" class:live=move || marked.with(|keys| keys.contains(&key))>
            <IssueCells row />
        </div>
    }
}

#[component]
fn NothingYet() -> impl IntoView {
    let session = session();
    let may = untrack(|| session.standings())
        .iter()
        .any(|s| decide(s.role, Action::CreateIssue, Ground::NONE).is_ok());
    let text = if may {
        "What is reported shows up here at once. Report the first issue."
    } else {
        "What is reported shows up here at once."
    };
    view! {
        <Empty icon=IconName::Inbox title="No issues yet" text>
            {may.then(|| {
                view! {
                    <a class="btn btn-sm btn-line" href=page::NEW>
                        <SmallIcon name=IconName::Plus />
                        "New issue"
                    </a>
                }
            })}
        </Empty>
    }
}

//! Sub-issues: how far they are, and more of them.

use super::adder::Adder;
use super::finder::{Finder, NEW};
use super::relations::look;
use super::state::IssueState;
use crate::api;
use crate::components::Avatar;
use crate::components::marks::StatusMark;
use crate::model::listing::Listing;
use crate::state::{Loaded, live, toasts};
use domain::issue::{IssueDraft, IssuePatch, IssueRow};
use domain::page::Page;
use domain::paths::{page, with_query};
use domain::policy::Action;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Rows that are shown here; all of them are one click away.
const SHOWN: u32 = 50;

/// The sub-issues of the issue.
#[component]
pub fn Parts() -> impl IntoView {
    let state = expect_context::<IssueState>();
    let live = live();
    let key = state.key();
    let project = state.base.with_untracked(|base| base.value.project.clone());
    let query = format!("parent:{key} sort:key");
    let parts = Loaded::keep(
        {
            let project = project.clone();
            move || (live.project(&project), state.as_of.get())
        },
        {
            let query = query.clone();
            move |(_, as_of)| {
                let listing = Listing::read(None, &[("q".to_owned(), query.clone())]);
                async move { api::issues::list(&listing.filter, SHOWN, None, as_of).await }
            }
        },
    );
    let progress = Memo::new(move |_| state.base.with(|base| base.value.sub_issues));
    // The list knows of a new part before the issue is read again.
    let counts = move || {
        let known = progress.get();
        parts.value.with(|page| match page {
            Some(Page {
                items,
                next_cursor: None,
                ..
            }) => {
                let done = items
                    .iter()
                    .filter(|row| !row.status.category.is_open())
                    .count();
                (items.len(), done)
            }
            _ => (
                usize::try_from(known.total).unwrap_or_default(),
                usize::try_from(known.done).unwrap_or_default(),
            ),
        })
    };
    let some = Memo::new(move |_| counts().0 > 0);
    let more = Memo::new(move |_| {
        parts
            .value
            .with(|page| page.as_ref().is_some_and(|p| p.next_cursor.is_some()))
    });
    let all = with_query(&page::project_issues(&project), &[("q", query.clone())]);
    view! {
        <section class="flex flex-col gap-2" aria-labelledby="parts-title">
            <div class="flex flex-wrap items-center gap-x-3 gap-y-1">
                <h2 id="parts-title" class="text-sm font-semibold">"Sub-issues"</h2>
                <Show when=move || some.get()>
                    <progress
                        class="progress w-28 text-primary"
                        aria-label="Sub-issues that are done"
                        value=move || counts().1.to_string()
                        max=move || counts().0.to_string()
                    ></progress>
                    <span class="num text-xs text-ink-3">{move || format!("{} of {} done", counts().1, counts().0)}</span>
                </Show>
                <span class="ml-auto"><Add parts /></span>
            </div>
            <ul class="flex flex-col">
                <For
                    each=move || parts.value.get().map(|page| page.items).unwrap_or_default()
                    key=|row| (row.id, row.version)
                    let:row
                >
                    <Part row />
                </For>
            </ul>
            <Show when=move || more.get()>
                <a class="link text-xs" href=all.clone()>"All sub-issues as a list"</a>
            </Show>
            {move || {
                parts
                    .error
                    .get()
                    .map(|error| {
                        view! {
                            <p class="text-xs text-error" role="alert">
                                "The sub-issues could not be loaded. " {error.sentence()} " "
                                <button type="button" class="link" on:click=move |_| parts.reload()>"Try again"</button>
                            </p>
                        }
                    })
            }}
        </section>
    }
}

#[component]
fn Part(row: IssueRow) -> impl IntoView {
    view! {
        <li class="flex min-h-8 items-center gap-2 text-sm">
            <StatusMark look=look(&row.status, row.resolution) name=row.status.name.clone() />
            <span class="ii-key shrink-0">{row.key.clone()}</span>
            <a class="link-hover min-w-0 wrap-anywhere" href=page::issue(&row.key)>{row.title.clone()}</a>
            {row.blocked.then(|| view! { <span class="shrink-0 text-xs text-error">"blocked"</span> })}
            <span class="ml-auto shrink-0"><Avatar user=row.assignee /></span>
        </li>
    }
}

#[component]
fn Add(parts: Loaded<Page<IssueRow>>) -> impl IntoView {
    let state = expect_context::<IssueState>();
    let toasts = toasts();
    let open = RwSignal::new(false);
    let right = Memo::new(move |_| state.rights.may(Action::CreateIssue));
    let project = state.base.with_untracked(|base| base.value.project.clone());
    let pick = {
        let project = project.clone();
        Callback::new(move |chosen: String| {
            open.set(false);
            let (key, project) = (state.key(), project.clone());
            spawn_local(async move {
                let done = match chosen.strip_prefix(NEW) {
                    Some(title) => {
                        let draft = IssueDraft {
                            title: title.to_owned(),
                            parent: Some(key.clone()),
                            ..IssueDraft::default()
                        };
                        api::issues::create(&project, &draft)
                            .await
                            .map(|issue| issue.key)
                    }
                    None => {
                        let patch = IssuePatch {
                            parent: Some(Some(key.clone())),
                            ..IssuePatch::default()
                        };
                        let changed = api::issues::update(&chosen, None, &patch).await;
                        changed.map(|issue| issue.value.key)
                    }
                };
                match done {
                    Ok(part) => toasts.done(format!("{part} is a part of {key}.")),
                    Err(error) => toasts.failed("The sub-issue was not added.", &error),
                }
                parts.reload();
            });
        })
    };
    view! {
        <Adder right words="Add sub-issue" open>
            <Finder
                id="sub-issues"
                label="Title of a new one, or a key"
                project=Some(project.clone())
                may_create=true
                on_pick=pick
            />
        </Adder>
    }
}

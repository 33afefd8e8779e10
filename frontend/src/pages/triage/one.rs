//! The issue that is decided now.

use super::Queue;
use super::verbs::Verbs;
use crate::api::{self, Tagged};
use crate::components::glyph::StatusLook;
use crate::components::marks::{StatusMark, StatusPill};
use crate::components::skeleton::SkeletonText;
use crate::components::{AsyncView, MarkdownView, Time};
use crate::pages::issue::{IssueState, Merge, TriageFacts};
use crate::pages::new_issue_similar::closeness;
use crate::state::{Loaded, Pictures, live};
use domain::filter::words_of;
use domain::issue::Issue;
use domain::paths::page;
use domain::search::SimilarIssue;
use leptos::prelude::*;

/// What it says, what it resembles, and what can be done.
#[component]
pub fn One(key: String) -> impl IntoView {
    let live = live();
    let loaded = {
        let follow = key.clone();
        Loaded::keep(
            move || live.issue(&follow),
            move |_| {
                let key = key.clone();
                async move { api::issues::show(&key).await }
            },
        )
    };
    view! {
        <section class="min-w-0" aria-label="The issue">
            <AsyncView loaded what="The issue" loading="Loading the issue" skeleton=|| view! { <SkeletonText /> } let:issue>
                <Body issue />
            </AsyncView>
        </section>
    }
}

#[component]
fn Body(issue: RwSignal<Tagged<Issue>>) -> impl IntoView {
    let queue = expect_context::<Queue>();
    let state = IssueState::with(RwSignal::new(issue.get_untracked()), queue.catalogue);
    Effect::watch(
        move || issue.get(),
        move |now, _, _| state.take(now.clone()),
        false,
    );
    provide_context(state);
    let title = state.get(|issue| issue.title.clone());
    let description = state.get(|issue| issue.description.clone());
    let project = issue.with_untracked(|issue| issue.value.project.clone());
    let own = state.key();
    Pictures::provide_for(own.clone(), description.into());
    let similar = Loaded::keep(
        move || title.get(),
        move |title| {
            let (project, own) = (project.clone(), own.clone());
            async move {
                let short: String = title.chars().take(domain::search::QUERY_MAX).collect();
                if words_of(&short).is_empty() {
                    return Ok(Vec::new());
                }
                let mut found = api::search::similar(&project, &short).await?;
                found.retain(|other| other.key != own);
                Ok(found)
            }
        },
    );
    let chosen = RwSignal::new(None::<String>);
    let likes = Memo::new(move |_| similar.value.get().unwrap_or_default());
    let progress = move || format!("{} done, {} to go", queue.done.get(), queue.to_go());
    view! {
        <div class="flex max-w-[820px] flex-col gap-5 px-4 py-6 lg:px-10">
            <div class="flex items-center gap-3 text-xs text-ink-3">
                <progress
                    class="progress progress-primary w-40"
                    aria-label="Decided"
                    max=move || {
                        let done = i64::try_from(queue.done.get()).unwrap_or(i64::MAX);
                        done.saturating_add(queue.to_go()).to_string()
                    }
                    prop:value=move || queue.done.get().to_string()
                ></progress>
                <span role="status">{progress}</span>
            </div>
            <div class="flex flex-col gap-2">
                <p class="flex flex-wrap items-center gap-2 text-xs text-ink-3">
                    {move || {
                        let issue = state.shown.get();
                        view! {
                            <a class="ii-key inline-flex min-h-6 items-center hover:underline" href=page::issue(&issue.key)>{issue.key.clone()}</a>
                            <StatusPill look=StatusLook::plain(issue.status.category) name=issue.status.name.clone() />
                            <span>"reported by " {issue.reporter.display_name} ", " <Time at=issue.created_at sentence=true /></span>
                            {(issue.occurrences > 1).then(|| format!("· {} occurrences", issue.occurrences))}
                        }
                    }}
                </p>
                <h2 class="text-xl wrap-anywhere">{title}</h2>
            </div>
            <Show
                when=move || description.with(|text| !text.trim().is_empty())
                fallback=|| view! { <p class="text-base text-ink-3">"No description."</p> }
            >
                <MarkdownView source=description />
            </Show>
            <TriageFacts />
            <Show when=move || likes.with(|likes| !likes.is_empty())>
                <fieldset class="flex min-w-0 flex-col gap-2">
                    <legend class="pb-2 text-xs font-medium text-ink-2">"Similar issues"</legend>
                    <For each=move || likes.get() key=|like| like.id let:like><Like like chosen /></For>
                </fieldset>
            </Show>
            <Verbs chosen likes />
        </div>
        <Merge />
    }
}

#[component]
fn Like(like: SimilarIssue, chosen: RwSignal<Option<String>>) -> impl IntoView {
    let (mine, pick) = (like.key.clone(), like.key.clone());
    view! {
        <label class="flex min-h-8 cursor-pointer items-center gap-2 rounded-md border border-base-300 px-3 text-sm hover:bg-hover">
            <input
                type="radio"
                class="radio radio-xs radio-primary"
                name="duplicate-of"
                prop:checked=move || chosen.with(|chosen| chosen.as_ref() == Some(&mine))
                on:change=move |_| chosen.set(Some(pick.clone()))
            />
            <StatusMark look=StatusLook::plain(like.status.category) name=like.status.name.clone() />
            <span class="ii-key shrink-0">{like.key.clone()}</span>
            <span class="truncate">{like.title.clone()}</span>
            <span class="ml-auto shrink-0 text-xs text-ink-3">{closeness(like.similarity)}</span>
        </label>
    }
}

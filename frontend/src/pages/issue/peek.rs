//! An issue in a panel beside a list.

use super::around::{Around, Sections, follow};
use super::facts::Facts;
use super::heading::Heading;
use super::state::IssueState;
use crate::api::{self, Tagged};
use crate::components::marks::{type_icon, type_name};
use crate::components::skeleton::SkeletonText;
use crate::components::{AsyncView, IconName, MarkdownView, SmallIcon, Time};
use crate::model::change::Field;
use crate::state::{Loaded, Moment, live, on_command};
use domain::issue::Issue;
use domain::paths::page;
use leptos::prelude::*;

/// Everything of the issue's page in one narrow column.
#[component]
pub fn PeekIssue(
    /// Its key.
    key: String,
    /// What the list knows of it already; changes show in both.
    known: Option<IssueState>,
    /// Closes the panel.
    on_close: Callback<()>,
) -> impl IntoView {
    let live = live();
    let as_of = Moment::here();
    let follow = {
        let key = key.clone();
        move || (live.issue(&key) + live.counts(&key), as_of.get())
    };
    let loaded = {
        let key = key.clone();
        Loaded::keep(follow, move |(_, as_of)| {
            let key = key.clone();
            async move { api::issues::show_at(&key, as_of).await }
        })
    };
    let href = page::issue(&key);
    view! {
        <div class="sticky top-0 z-10 flex items-center gap-2 border-b border-base-300 bg-base-100 px-4 py-2">
            <a class="ii-key hover:underline" href=href.clone()>{key.clone()}</a>
            <a class="btn btn-xs btn-ghost btn-square ml-auto" href=href aria-label=format!("Open the page of {key}")>
                <SmallIcon name=IconName::Maximize2 />
            </a>
            <button type="button" class="btn btn-xs btn-ghost btn-square" aria-label="Close the panel" on:click=move |_| on_close.run(())>
                <SmallIcon name=IconName::X />
            </button>
        </div>
        <AsyncView loaded what="The issue" loading="Loading the issue" skeleton=|| view! { <SkeletonText /> } let:issue>
            <Body issue known />
        </AsyncView>
    }
}

#[component]
fn Body(issue: RwSignal<Tagged<Issue>>, known: Option<IssueState>) -> impl IntoView {
    let state = follow(issue, known);
    let around = Around::of(state);
    let told = around.told;
    view! {
        <div class="ii-peek-body flex flex-col gap-5 px-4 py-4">
            <Show when=move || state.editing.get() fallback=|| view! { <Reading /> }>
                <Heading />
            </Show>
            <Facts history=told />
            <Sections around />
        </div>
    }
}

#[component]
fn Reading() -> impl IntoView {
    let state = expect_context::<IssueState>();
    let title = state.get(|issue| issue.title.clone());
    let kind = state.get(|issue| issue.type_);
    let created = state.get(|issue| issue.created_at);
    let reporter = state.get(|issue| issue.reporter.display_name.clone());
    let description = state.get(|issue| issue.description.clone());
    let right = Memo::new(move |_| state.rights.may_text().is_ok());
    on_command("edit_text", move || {
        if right.get_untracked() {
            state.editing.set(true);
        }
    });
    view! {
        <div class="flex flex-col gap-2">
            <p class="flex flex-wrap items-center gap-x-2 text-xs text-ink-3">
                {move || view! { <SmallIcon name=type_icon(kind.get()) /> {type_name(kind.get())} }}
                <span aria-hidden="true">"·"</span>
                <span>"reported " {move || view! { <Time at=created.get() sentence=true /> }} " by " {reporter}</span>
            </p>
            <div class="flex items-start gap-3">
                <h2 class="min-w-0 text-xl wrap-anywhere" class:ii-pend=move || state.is_pending(Field::Title)>{title}</h2>
                <Show when=move || right.get()>
                    <button type="button" class="btn btn-xs btn-ghost ml-auto h-7" on:click=move |_| state.editing.set(true)>
                        <SmallIcon name=IconName::Pencil />
                        "Edit"
                    </button>
                </Show>
            </div>
        </div>
        <Show
            when=move || description.with(|text| !text.trim().is_empty())
            fallback=|| view! { <p class="text-base text-ink-3">"No description."</p> }
        >
            <MarkdownView source=description />
        </Show>
    }
}

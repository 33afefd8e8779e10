//! Search titles, texts, comments and names of files.

use crate::api;
use crate::components::glyph::StatusLook;
use crate::components::marks::StatusMark;
use crate::components::pieces::Pieces;
use crate::components::shell::Place;
use crate::components::skeleton::{AfterAMoment, SkeletonRows};
use crate::components::{Empty, Failed, IconName, Page, SmallIcon, Time};
use crate::state::{Loaded, toasts};
use domain::filter::words_of;
use domain::paths::{page, with_query};
use domain::search::{FoundIn, SearchHit};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

const ROWS: u32 = 25;

/// The page; words and project are in the address.
#[component]
pub fn SearchPage() -> impl IntoView {
    let query = use_query_map();
    let place = expect_context::<Place>();
    let navigate = StoredValue::new(use_navigate());
    let words = Memo::new(move |_| query.read().get("q").unwrap_or_default());
    let project = Memo::new(move |_| query.read().get("project").filter(|key| !key.is_empty()));
    let typed = RwSignal::new(words.get_untracked());
    Effect::new(move |_| typed.set(words.get()));
    let go = move |words: String, project: Option<String>| {
        let mut pairs = vec![("q", words)];
        pairs.extend(project.map(|key| ("project", key)));
        let to = with_query(page::SEARCH, &pairs);
        navigate.with_value(|navigate| navigate(&to, NavigateOptions::default()));
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        go(
            typed.get_untracked().trim().to_owned(),
            project.get_untracked(),
        );
    };
    let choose = move |event| {
        let key = Some(event_target_value(&event)).filter(|key| !key.is_empty());
        go(typed.get_untracked().trim().to_owned(), key);
    };
    view! {
        <Page title="Search">
            <form class="ii-sub flex-wrap" role="search" on:submit=submit>
                <label class="input input-sm min-w-0 flex-1 max-sm:basis-full">
                    <SmallIcon name=IconName::Search />
                    <input type="search" aria-label="Words or a key" placeholder="Words or a key" autofocus=true autocomplete="off" maxlength="300" bind:value=typed />
                </label>
                <select class="select select-sm w-44 max-sm:flex-1" aria-label="Project" on:change=choose>
                    <option value="">"All projects"</option>
                    <For each=move || place.projects.value.get().unwrap_or_default() key=|p| p.key.clone() let:one>
                        {
                            let key = one.key.clone();
                            view! {
                                <option value=one.key selected=move || project.get().as_ref() == Some(&key)>{one.name}</option>
                            }
                        }
                    </For>
                </select>
                <button type="submit" class="btn btn-sm btn-line">"Search"</button>
            </form>
            <Results words project />
        </Page>
    }
}

#[component]
fn Results(words: Memo<String>, project: Memo<Option<String>>) -> impl IntoView {
    let found = Loaded::fresh(
        move || ((words.get(), project.get()), ()),
        |(words, project)| async move {
            if words_of(&words).is_empty() {
                return Ok(None);
            }
            let page = api::search::find(&words, project.as_deref(), ROWS, None).await?;
            Ok(Some(page))
        },
    );
    let messages = toasts();
    let more = RwSignal::new(Vec::<SearchHit>::new());
    let next = RwSignal::new(None::<String>);
    Effect::new(move |_| {
        more.set(Vec::new());
        next.set(
            found
                .value
                .with(|v| v.as_ref()?.as_ref()?.next_cursor.clone()),
        );
    });
    let load = move |_| {
        let Some(cursor) = next.get_untracked() else {
            return;
        };
        let (words, project) = (words.get_untracked(), project.get_untracked());
        leptos::task::spawn_local(async move {
            match api::search::find(&words, project.as_deref(), ROWS, Some(&cursor)).await {
                // Other words may have been asked for meanwhile.
                Ok(page) if next.try_get_untracked().flatten() == Some(cursor) => {
                    let _ = more.try_update(|more| more.extend(page.items));
                    let _ = next.try_set(page.next_cursor);
                }
                Ok(_) => {}
                Err(error) => messages.failed("No more was found.", &error),
            }
        });
    };
    move || {
        if let Some(error) = found.error.get() {
            let retry = Callback::new(move |()| found.reload());
            return view! { <Failed what="The search" error retry /> }.into_any();
        }
        match found.value.get() {
            None => view! { <AfterAMoment what="Searching"><SkeletonRows rows=6 /></AfterAMoment> }.into_any(),
            Some(None) => view! {
                <Empty icon=IconName::Search title="What are you looking for?" text="Words find titles, descriptions, comments and names of files; a key finds its issue." />
            }
            .into_any(),
            Some(Some(page)) if page.items.is_empty() => view! {
                <Empty icon=IconName::SearchX title="Nothing was found" text="Every word must occur. Try fewer words, or the beginning of one." />
            }
            .into_any(),
            Some(Some(page)) => {
                let count = page.total.count;
                let sign = if page.total.exact { "" } else { "+" };
                view! {
                    <p class="px-4 pt-3 text-xs text-ink-3 lg:px-6" role="status">{format!("{count}{sign} found, the best first")}</p>
                    <ol class="flex flex-col">
                        {page.items.into_iter().map(|hit| view! { <Hit hit /> }).collect_view()}
                        <For each=move || more.get() key=|hit| hit.id let:hit><Hit hit /></For>
                    </ol>
                    <Show when=move || next.with(Option::is_some)>
                        <button type="button" class="btn btn-sm btn-line m-4 lg:mx-6" on:click=load>"Show more"</button>
                    </Show>
                }
                .into_any()
            }
        }
    }
}

#[component]
fn Hit(hit: SearchHit) -> impl IntoView {
    let place = match hit.found_in {
        FoundIn::Issue => "in the issue",
        FoundIn::Comment => "in a comment",
        FoundIn::Attachment => "in the name of a file",
        FoundIn::Key => "by its key",
    };
    view! {
        <li class="flex flex-col gap-1 border-b border-base-300 px-4 py-3 hover:bg-hover lg:px-6">
            <div class="flex min-w-0 items-center gap-2 text-sm">
                <StatusMark look=StatusLook::plain(hit.status.category) name=hit.status.name.clone() />
                <span class="ii-key shrink-0">{hit.key.clone()}</span>
                <a class="inline-block min-h-6 min-w-0 truncate font-medium hover:underline" href=page::issue(&hit.key)>
                    <Pieces list=hit.title />
                </a>
                <span class="num ml-auto shrink-0 text-xs text-ink-3"><Time at=hit.updated_at /></span>
            </div>
            <p class="line-clamp-2 text-sm text-ink-2">
                <span class="text-xs text-ink-3">{place}" · "</span>
                <Pieces list=hit.snippet />
            </p>
        </li>
    }
}

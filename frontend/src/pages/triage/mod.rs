//! Triage: one new issue after the other, decided by keyboard.

mod one;
mod verbs;

use crate::api;
use crate::components::page::Crumb;
use crate::components::shell::Place;
use crate::components::skeleton::SkeletonRows;
use crate::components::{AsyncView, Empty, IconName, Page, Time};
use crate::model::listing::Listing;
use crate::state::pulse::pulse;
use crate::state::{Catalogue, Loaded, later, live, on_command};
use domain::issue::IssueRow;
use domain::page::Page as Answer;
use domain::paths::page;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use one::One;

/// What waits here, the oldest first.
const QUEUE: &str = "category:triage sort:created";
const AT_MOST: u32 = 100;

/// The queue, for the parts of the page.
#[derive(Clone, Copy)]
pub struct Queue {
    /// What waits, those set aside last.
    pub rows: Memo<Vec<IssueRow>>,
    /// Key of the issue that is looked at.
    pub at: Memo<Option<String>>,
    /// How many more wait than are read at once.
    pub beyond: Memo<i64>,
    wanted: RwSignal<Option<String>>,
    aside: RwSignal<Vec<String>>,
    gone: RwSignal<Vec<String>>,
    /// What can be chosen here: asked once, so that a quick key finds the workflow known.
    pub catalogue: Catalogue,
    /// How many were decided since the page was opened.
    pub done: RwSignal<usize>,
}

impl Queue {
    /// How many are to be looked at, those beyond the queue too. Tracked.
    #[must_use]
    pub fn to_go(self) -> i64 {
        let here = self.rows.with(Vec::len);
        self.beyond.get() + i64::try_from(here).unwrap_or(i64::MAX)
    }

    /// Goes on to the next one; this one was decided.
    pub fn decided(self, key: &str) {
        self.leave(key);
        self.gone.update(|gone| gone.push(key.to_owned()));
        self.done.update(|n| *n += 1);
    }

    /// It is back: the decision was taken back.
    pub fn back(self, key: &str) {
        let _ = self
            .gone
            .try_update(|gone| gone.retain(|other| other != key));
        let _ = self.done.try_update(|n| *n = n.saturating_sub(1));
        let _ = self.wanted.try_set(Some(key.to_owned()));
    }

    /// Comes again at the end, also after another visit; or, when it is there, back in line.
    pub fn later(self, key: &str) {
        if self.is_aside(key) {
            self.aside
                .update(|aside| aside.retain(|other| other != key));
            self.wanted.set(Some(key.to_owned()));
        } else {
            self.leave(key);
            self.aside.update(|aside| aside.push(key.to_owned()));
        }
    }

    /// Whether it was set aside. Tracked.
    #[must_use]
    pub fn is_aside(self, key: &str) -> bool {
        self.aside
            .with(|aside| aside.iter().any(|other| other == key))
    }

    fn leave(self, key: &str) {
        let rows = self.rows.get_untracked();
        let at = rows.iter().position(|row| row.key == key);
        let next = at.and_then(|at| rows.get(at + 1)).or(rows.first());
        let next = next.map(|row| row.key.clone()).filter(|next| next != key);
        self.wanted.set(next);
    }

    fn step(self, down: bool) {
        let rows = self.rows.get_untracked();
        let now = self.at.get_untracked();
        let at = rows
            .iter()
            .position(|row| Some(&row.key) == now.as_ref())
            .unwrap_or(0);
        let to = if down { at + 1 } else { at.saturating_sub(1) };
        if let Some(row) = rows.get(to) {
            self.wanted.set(Some(row.key.clone()));
        }
    }
}

/// How many wait that are not on the page.
fn beyond(page: &Answer<IssueRow>) -> i64 {
    let here = i64::try_from(page.items.len()).unwrap_or(i64::MAX);
    (page.total.count - here).max(0)
}

/// The page.
#[component]
pub fn TriagePage() -> impl IntoView {
    let params = use_params_map();
    let place = expect_context::<Place>();
    let live = live();
    let project = Memo::new(move |_| {
        let key = params.read().get("key").unwrap_or_default();
        key.to_ascii_uppercase()
    });
    let changed = pulse(move || live.kind("issue"));
    let loaded = Loaded::fresh(
        move || (project.get(), changed.get()),
        |project| async move {
            let pairs = [("q".to_owned(), QUEUE.to_owned())];
            let listing = Listing::read(Some(&project), &pairs);
            api::issues::list(&listing.filter, AT_MOST, None, None).await
        },
    );
    let catalogue = Catalogue::of(move || Some(project.get()));
    let crumbs = Signal::derive(move || {
        let key = project.get();
        let projects = place.projects.value.get().unwrap_or_default();
        let found = projects.into_iter().find(|p| p.key == key);
        vec![Crumb {
            label: found.map_or_else(|| key.clone(), |p| p.name),
            href: page::project_issues(&key),
        }]
    });
    view! {
        <Page title="Triage" crumbs>
            <AsyncView loaded what="The queue" loading="Loading the queue" skeleton=|| view! { <SkeletonRows rows=8 /> }.into_any() let:page>
                <Work page catalogue project=project.get_untracked() />
            </AsyncView>
        </Page>
    }
}

#[component]
fn Work(page: RwSignal<Answer<IssueRow>>, catalogue: Catalogue, project: String) -> impl IntoView {
    let (aside, gone) = (
        RwSignal::new(later::keys(&project)),
        RwSignal::new(Vec::<String>::new()),
    );
    // What was decided meanwhile, by whomever, is not remembered any more.
    Effect::new(move |_| {
        let here = page.with(|page| {
            let keys = page.items.iter().map(|row| row.key.clone());
            keys.collect::<Vec<_>>()
        });
        let mut aside = aside.get();
        aside.retain(|key| here.contains(key));
        later::keep(&project, &aside);
    });
    let wanted = RwSignal::new(None::<String>);
    let waiting = Memo::new(move |_| {
        let (aside, gone) = (aside.get(), gone.get());
        let mut rows = page.with(|page| page.items.clone());
        rows.retain(|row| !gone.contains(&row.key));
        rows.sort_by_key(|row| {
            aside
                .iter()
                .position(|key| *key == row.key)
                .map_or(0, |at| at + 1)
        });
        rows
    });
    let at = Memo::new(move |_| {
        waiting.with(|rows| {
            let wanted = wanted.get();
            let found = rows.iter().find(|row| Some(&row.key) == wanted.as_ref());
            found.or(rows.first()).map(|row| row.key.clone())
        })
    });
    let beyond = Memo::new(move |_| page.with(beyond));
    let queue = Queue {
        rows: waiting,
        beyond,
        at,
        wanted,
        aside,
        gone,
        catalogue,
        done: RwSignal::new(0),
    };
    provide_context(queue);
    on_command("next", move || queue.step(true));
    on_command("previous", move || queue.step(false));
    let line = move |set_aside: bool| {
        let mut rows = waiting.get();
        rows.retain(|row| queue.is_aside(&row.key) == set_aside);
        rows
    };
    view! {
        <Show
            when=move || at.with(Option::is_some)
            fallback=|| view! { <Empty icon=IconName::Inbox title="Nothing to decide" text="What is reported and not looked at yet waits here, the oldest first." /> }
        >
            <div class="ii-triage">
                <nav class="ii-queue" aria-label="What waits">
                    <p class="flex justify-between border-b border-base-300 px-4 py-2 text-xs text-ink-2">
                        <span>"Oldest first"</span>
                        <span role="status">{move || format!("{} to look at", queue.to_go())}</span>
                    </p>
                    <For each=move || line(false) key=|row| (row.key.clone(), row.version) let:row>
                        <Waiting row />
                    </For>
                    <Show when=move || !line(true).is_empty()>
                        <p class="flex items-center justify-between gap-2 border-b border-base-300 bg-base-200 px-4 py-1 text-xs text-ink-2">
                            <span>"Set aside, in this browser"</span>
                            <button type="button" class="btn btn-ghost btn-xs" on:click=move |_| aside.set(Vec::new())>"All back in line"</button>
                        </p>
                        <For each=move || line(true) key=|row| (row.key.clone(), row.version) let:row>
                            <Waiting row />
                        </For>
                    </Show>
                    <Show when=move || beyond.with(|more| *more > 0)>
                        <p class="px-4 py-2 text-xs text-ink-3">{move || format!("{} more come up when these are decided.", beyond.get())}</p>
                    </Show>
                </nav>
                {move || at.get().map(|key| view! { <One key /> })}
            </div>
        </Show>
    }
}

#[component]
fn Waiting(row: IssueRow) -> impl IntoView {
    let queue = expect_context::<Queue>();
    let key = row.key.clone();
    let current = {
        let key = key.clone();
        move || {
            queue
                .at
                .with(|at| at.as_ref() == Some(&key))
                .then_some("true")
        }
    };
    view! {
        <button type="button" class="ii-wait" aria-current=current on:click=move |_| queue.wanted.set(Some(key.clone()))>
            <span class="flex items-center gap-2 text-xs text-ink-3">
                <span class="ii-key">{row.key}</span>
                <span class="truncate">{row.reporter.display_name}</span>
                <span class="num ml-auto"><Time at=row.created_at /></span>
            </span>
            <span class="truncate text-sm font-medium">{row.title}</span>
        </button>
    }
}

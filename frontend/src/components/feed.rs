//! What happened, day by day, newest first: live at its upper end, older on demand.

use super::feed_entry::FeedEntry;
use super::{AsyncView, BusyButton, ErrorNote};
use crate::api::{self, ApiError};
use crate::components::skeleton::SkeletonRows;
use crate::model::feed::days;
use crate::state::pulse::pulse;
use crate::state::{Loaded, clock, live};
use domain::event::HistoryEntry;
use domain::page::Page;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Whose feed, and where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FeedOf {
    /// Key of a project.
    pub project: Option<String>,
    /// User name of a person.
    pub user: Option<String>,
}

/// The feed, in days.
#[component]
pub fn Feed(
    /// Whose, and where.
    #[prop(into)]
    of: Signal<FeedOf>,
    /// Said while nothing happened yet.
    nothing: &'static str,
) -> impl IntoView {
    let live = live();
    let changed = pulse(move || live.anything());
    let loaded = Loaded::fresh(
        move || (of.get(), changed.get()),
        |of: FeedOf| async move { api::activity::page(&of, None).await },
    );
    view! {
        <AsyncView
            loaded
            what="The activity"
            loading="Loading the activity"
            skeleton=|| view! { <SkeletonRows rows=10 /> }.into_any()
            let:newest
        >
            <Days of newest nothing />
        </AsyncView>
    }
}

#[component]
fn Days(
    of: Signal<FeedOf>,
    newest: RwSignal<Page<HistoryEntry>>,
    nothing: &'static str,
) -> impl IntoView {
    let clock = clock();
    let older = RwSignal::new(Vec::<HistoryEntry>::new());
    // The way on from what is shown last; begun with that of the first page.
    let next = RwSignal::new(newest.with_untracked(|page| page.next_cursor.clone()));
    let busy = RwSignal::new(false);
    let error = RwSignal::new(None::<ApiError>);
    let shown = Memo::new(move |_| {
        let mut all = newest.get().items;
        for entry in older.get() {
            if !all.iter().any(|known| known.id == entry.id) {
                all.push(entry);
            }
        }
        all
    });
    // What falls off the first page while something new comes in stays in sight.
    Effect::watch(
        move || newest.get(),
        move |now, before, _| {
            let Some(before) = before else { return };
            let fallen: Vec<HistoryEntry> = before
                .items
                .iter()
                .filter(|entry| !now.items.iter().any(|kept| kept.id == entry.id))
                .cloned()
                .collect();
            older.update(|older| _ = older.splice(0..0, fallen));
        },
        false,
    );
    let more = Callback::new(move |()| {
        let (of, cursor) = (of.get_untracked(), next.get_untracked());
        busy.set(true);
        error.set(None);
        spawn_local(async move {
            match api::activity::page(&of, cursor).await {
                Ok(page) => {
                    let _ = next.try_set(page.next_cursor);
                    let _ = older.try_update(|older| older.extend(page.items));
                }
                Err(failed) => {
                    let _ = error.try_set(Some(failed));
                }
            }
            let _ = busy.try_set(false);
        });
    });
    let groups = Memo::new(move |_| days(&shown.get(), clock.now().date_naive()));
    view! {
        <Show
            when=move || shown.with(|shown| !shown.is_empty())
            fallback=move || view! { <p class="py-2 text-sm text-ink-2">{nothing}</p> }
        >
            <For each=move || groups.get() key=|day| day.date let:day>
                <Day date=day.date title=day.title groups />
            </For>
            <ErrorNote error />
            <Show when=move || next.with(Option::is_some)>
                <div><BusyButton busy class="btn btn-sm btn-line" on_click=more>"Show older"</BusyButton></div>
            </Show>
        </Show>
    }
}

#[component]
fn Day(
    date: chrono::NaiveDate,
    title: String,
    groups: Memo<Vec<crate::model::feed::Day>>,
) -> impl IntoView {
    let entries = move || {
        groups.with(|groups| {
            let mine = groups.iter().find(|day| day.date == date);
            mine.map(|day| day.entries.clone()).unwrap_or_default()
        })
    };
    view! {
        <section class="flex flex-col gap-1 pb-4">
            <h2 class="text-xs text-ink-2">{title}</h2>
            <ul class="flex flex-col">
                <For each=entries key=|entry| entry.id let:entry>
                    <FeedEntry entry />
                </For>
            </ul>
        </section>
    }
}

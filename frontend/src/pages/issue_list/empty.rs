//! No rows: nothing yet, or nothing matches, and then which filter costs the most.

use super::List;
use super::facets::{active, words};
use crate::api;
use crate::components::{Empty, IconName};
use crate::model::facet::{Facet, summary};
use crate::model::listing::Listing;
use crate::state::session;
use domain::list::State;
use domain::paths::page;
use domain::policy::{Action, Ground, decide};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// A filter that could go, in words, and how many issues there would be.
#[derive(Clone)]
struct Hint {
    words: String,
    count: i64,
    listing: Listing,
}

/// Says what belongs here, or what hides it.
#[component]
pub fn NoRows() -> impl IntoView {
    let list = expect_context::<List>();
    let session = session();
    let narrowed = Memo::new(move |_| {
        let in_project = list.project.get().is_some();
        list.listing.with(|listing| {
            !active(in_project, &listing.filter).is_empty()
                || listing.filter.text.is_some()
                || listing.filter.deleted
        })
    });
    let may_report = move || {
        let here = list.project.get();
        session.standings().iter().any(|standing| {
            here.as_ref().is_none_or(|key| standing.project == *key)
                && decide(standing.role, Action::CreateIssue, Ground::NONE).is_ok()
        })
    };
    move || {
        if narrowed.get() {
            return view! { <NothingMatches /> }.into_any();
        }
        let state = list.listing.with(|listing| listing.filter.state);
        let (title, text) = match state {
            Some(State::Open) => (
                "No open issues",
                "What is reported and not done yet appears here.",
            ),
            Some(State::Closed) => ("No closed issues", "Issues appear here when they are done."),
            _ => (
                "No issues yet",
                "What people report appears here, the latest first.",
            ),
        };
        view! {
            <Empty icon=IconName::Inbox title text>
                <Show when=may_report>
                    <a class="btn btn-sm btn-line" href=page::NEW>"Report an issue"</a>
                </Show>
            </Empty>
        }
        .into_any()
    }
}

#[component]
fn NothingMatches() -> impl IntoView {
    let list = expect_context::<List>();
    let hint = RwSignal::new(None::<Hint>);
    Effect::new(move |_| {
        let listing = list.listing.get();
        let in_project = list.project.get_untracked().is_some();
        hint.set(None);
        spawn_local(async move {
            let found = best(&listing, in_project, list).await;
            let _ = hint.try_set(found);
        });
    });
    let text = move || match hint.get() {
        Some(hint) if hint.count == 1 => format!("Without {} there would be one.", hint.words),
        Some(hint) => format!("Without {} there would be {}.", hint.words, hint.count),
        None => "Take a filter away to see more.".into(),
    };
    let drop = move |_| {
        if let Some(hint) = hint.get_untracked() {
            list.go.run((hint.listing, false));
        }
    };
    let clear = move |_| {
        let mut to = Listing::read(list.project.get_untracked().as_deref(), &[]);
        to.size = list.listing.with_untracked(|listing| listing.size);
        list.go.run((to, false));
    };
    view! {
        {move || {
            view! {
                <Empty icon=IconName::SearchX title="No issue matches" text=text()>
                    <Show when=move || hint.with(Option::is_some)>
                        <button type="button" class="btn btn-sm btn-line" on:click=drop>"Take it away"</button>
                    </Show>
                    <button type="button" class="btn btn-sm btn-ghost" on:click=clear>"Clear all filters"</button>
                </Empty>
            }
        }}
    }
}

/// The one filter whose absence would show the most.
async fn best(listing: &Listing, in_project: bool, list: List) -> Option<Hint> {
    let mut without: Vec<(String, Listing)> = active(in_project, &listing.filter)
        .into_iter()
        .map(|facet| {
            (
                facet_words(facet, listing, list),
                listing.with(|filter| *filter = facet.set(filter, &[])),
            )
        })
        .collect();
    if let Some(text) = &listing.filter.text {
        without.push((
            format!("the words “{text}”"),
            listing.with(|filter| filter.text = None),
        ));
    }
    if listing
        .filter
        .state
        .is_some_and(|state| state != State::All)
    {
        without.push((
            listing
                .filter
                .state
                .map(|state| format!("state: {state}"))
                .unwrap_or_default(),
            listing.with(|filter| filter.state = Some(State::All)),
        ));
    }
    let mut best: Option<Hint> = None;
    for (words, listing) in without {
        let Ok(page) = api::issues::list(&listing.filter, 1, None, listing.as_of).await else {
            continue;
        };
        let count = page.total.count;
        if count > best.as_ref().map_or(0, |best| best.count) {
            best = Some(Hint {
                words,
                count,
                listing,
            });
        }
    }
    best
}

fn facet_words(facet: Facet, listing: &Listing, list: List) -> String {
    let values: Vec<String> = untrack(|| {
        facet
            .values(&listing.filter)
            .iter()
            .map(|value| words(facet, value, list))
            .collect()
    });
    format!("{}: {}", facet.label().to_lowercase(), summary(&values))
}

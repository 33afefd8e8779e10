//! No rows: nothing yet, or nothing matches, and then which filter costs the most.

use super::List;
use crate::api;
use crate::components::{Empty, IconName};
use crate::model::listing::Listing;
use crate::model::query_edit::{state, with_state, without};
use crate::state::session;
use domain::filter::{Query, chips};
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
        list.listing.with(|listing| {
            let query = listing.query();
            let bare = with_state(&query, State::All).expr.is_none();
            !bare || listing.filter.deleted
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
        let state = list.listing.with(|listing| state(&listing.query()));
        let (title, text) = match state {
            State::Open => (
                "No open issues",
                "What is reported and not done yet appears here.",
            ),
            State::Closed => ("No closed issues", "Issues appear here when they are done."),
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
        hint.set(None);
        spawn_local(async move {
            let found = best(&listing).await;
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
        list.ask(false, |_| with_state(&Query::default(), State::Open));
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

/// The one condition whose absence would show the most.
async fn best(listing: &Listing) -> Option<Hint> {
    let query = listing.query();
    let mut best: Option<Hint> = None;
    for (index, chip) in chips(&query).into_iter().enumerate() {
        let listing = listing.asking(without(&query, index));
        let Ok(page) = api::issues::list(&listing.filter, 1, None, listing.as_of).await else {
            continue;
        };
        let count = page.total.count;
        if count > best.as_ref().map_or(0, |best| best.count) {
            best = Some(Hint {
                words: chip.text,
                count,
                listing,
            });
        }
    }
    best
}

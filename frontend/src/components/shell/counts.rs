//! How many issues the saved views of the navigation find. Each is a question to the server, so they
//! are asked one after the other, rarely, and only while somebody can see the answers.

use crate::api;
use crate::model::saved::filter_of;
use crate::state::{Loaded, live, pulse::slow_pulse};
use domain::list::IssueFilter;
use domain::page::Total;
use domain::view::View;
use leptos::prelude::*;
use std::collections::HashMap;
use std::time::Duration;
use uuid::Uuid;

/// Most views that are counted.
const MOST: usize = 10;
/// How long it takes at least until they are counted again, whatever happens meanwhile.
const REST: Duration = Duration::from_secs(15);

/// The counts by the views' ids: those that the reader sees, as far as the list counts.
#[must_use]
pub fn counts_of(views: Memo<Vec<View>>) -> Signal<HashMap<Uuid, Total>> {
    let live = live();
    let seen = in_sight();
    let changed = slow_pulse(move || live.kind("issue"), REST);
    let asked = Memo::new(move |_| {
        let one = |view: &View| (view.id, filter_of(view));
        views.with(|views| views.iter().take(MOST).map(one).collect::<Vec<_>>())
    });
    let counts = RwSignal::new(HashMap::new());
    let _: Loaded<()> = Loaded::keep(
        move || (seen.get(), changed.get(), asked.get()),
        move |(seen, _, asked): (bool, u64, Vec<(Uuid, IssueFilter)>)| async move {
            if !seen {
                return Ok(());
            }
            let mut now = HashMap::new();
            for (id, filter) in asked {
                // One that cannot be counted has no number.
                if let Ok(page) = api::issues::list(&filter, 1, None, None).await {
                    now.insert(id, page.total);
                }
            }
            let _ = counts.try_set(now);
            Ok(())
        },
    );
    counts.into()
}

/// Whether the navigation can be seen: the tab is in front and the screen is wide.
fn in_sight() -> Signal<bool> {
    let wide = || {
        let found = window().match_media("(min-width: 1024px)").ok().flatten();
        found.is_some_and(|list| list.matches())
    };
    let look = move || !document().hidden() && wide();
    let seen = RwSignal::new(look());
    let resized = window_event_listener(leptos::ev::resize, move |_| {
        if seen.get_untracked() != look() {
            seen.set(look());
        }
    });
    on_cleanup(move || resized.remove());
    let turned = window_event_listener_untyped("visibilitychange", move |_| {
        let _ = seen.try_set(look());
    });
    on_cleanup(move || turned.remove());
    seen.into()
}

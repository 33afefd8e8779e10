//! How many issues the saved views of the navigation find. Each is a question to the server, so they
//! are asked one after the other, rarely, and only those whose answers somebody can see now.

use crate::api;
use crate::model::saved::filter_of;
use crate::state::{Loaded, live, pulse::slow_pulse};
use domain::list::IssueFilter;
use domain::page::Total;
use domain::view::View;
use leptos::prelude::*;
use std::collections::{HashMap, HashSet};
use std::time::Duration;
use uuid::Uuid;
use wasm_bindgen::prelude::*;
use web_sys::{IntersectionObserver, IntersectionObserverEntry};

/// How long it takes at least until they are counted again, whatever happens meanwhile.
const REST: Duration = Duration::from_secs(15);

/// How many issues the views find whose lines somebody can see.
#[derive(Clone, Copy)]
pub struct Counts {
    known: RwSignal<HashMap<Uuid, Total>>,
    /// The views whose lines are not scrolled out of sight.
    shown: RwSignal<HashSet<Uuid>>,
    observer: StoredValue<Option<IntersectionObserver>, LocalStorage>,
}

impl Counts {
    /// Of those views, as far as their lines are [followed](Self::follow).
    #[must_use]
    pub fn of(views: Memo<Vec<View>>) -> Self {
        let live = live();
        let seen = in_sight();
        let changed = slow_pulse(move || live.kind("issue"), REST);
        let shown = RwSignal::new(HashSet::new());
        let asked = Memo::new(move |_| {
            let views = views.get().into_iter();
            shown.with(|shown| {
                let shown = views.filter(|view| shown.contains(&view.id));
                let one = |view: View| (view.id, filter_of(&view));
                shown.map(one).collect::<Vec<_>>()
            })
        });
        let known = RwSignal::new(HashMap::new());
        // When each was counted, and by which filter: who scrolls does not ask for all of them again.
        let counted = StoredValue::new(HashMap::<Uuid, (u64, IssueFilter)>::new());
        let turn = StoredValue::new(0_u32);
        let _: Loaded<()> = Loaded::keep(
            move || (seen.get(), changed.get(), asked.get()),
            move |(seen, changed, asked): (bool, u64, Vec<(Uuid, IssueFilter)>)| async move {
                let mine = turn.try_update_value(|turn| {
                    *turn = turn.wrapping_add(1);
                    *turn
                });
                for (id, filter) in asked.into_iter().filter(|_| seen) {
                    let now = (changed, filter);
                    if turn.try_get_value() != mine {
                        break;
                    }
                    if counted.try_with_value(|all| all.get(&id) == Some(&now)) == Some(true) {
                        continue;
                    }
                    // One that cannot be counted has no number.
                    let total = api::issues::list(&now.1, 1, None, None).await;
                    let _ = known.try_update(|known| match total {
                        Ok(page) => known.insert(id, page.total),
                        Err(_) => known.remove(&id),
                    });
                    let _ = counted.try_update_value(|all| all.insert(id, now));
                }
                Ok(())
            },
        );
        Self {
            known,
            shown,
            observer: StoredValue::new_local(observe(shown)),
        }
    }

    /// Counts the view while its line, which names it, can be seen.
    pub fn follow(self, line: &web_sys::Element) {
        self.observer.with_value(|observer| match observer {
            Some(observer) => observer.observe(line),
            None => self.shown.update(|shown| shown.extend(id_of(line))),
        });
    }

    /// How many issues that view finds, as far as the list counts. Tracked.
    #[must_use]
    pub fn get(self, view: Uuid) -> Option<Total> {
        self.known.with(|known| known.get(&view).copied())
    }
}

/// The attribute by which a line of the navigation names its view.
const LINE: &str = "data-view";

fn id_of(line: &web_sys::Element) -> Option<Uuid> {
    line.get_attribute(LINE)?.parse().ok()
}

/// Keeps up with which lines can be seen.
fn observe(shown: RwSignal<HashSet<Uuid>>) -> Option<IntersectionObserver> {
    let told = Closure::<dyn Fn(js_sys::Array)>::new(move |entries: js_sys::Array| {
        let entries = entries.iter().filter_map(|entry| {
            let entry = entry.dyn_into::<IntersectionObserverEntry>().ok()?;
            Some((id_of(&entry.target())?, entry.is_intersecting()))
        });
        let entries: Vec<_> = entries.collect();
        let _ = shown.try_update(|shown| {
            for (id, here) in entries {
                if here {
                    shown.insert(id);
                } else {
                    shown.remove(&id);
                }
            }
        });
    });
    let observer = IntersectionObserver::new(told.as_ref().unchecked_ref()).ok();
    let kept = StoredValue::new_local((told, observer.clone()));
    on_cleanup(move || {
        kept.with_value(|(_, observer)| {
            if let Some(observer) = observer {
                observer.disconnect();
            }
        });
    });
    observer
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

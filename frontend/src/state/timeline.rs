//! The changes of a project or an issue over time, and the moment that is looked at.

use super::{Clock, Loaded, clock};
use crate::api;
use crate::api::insights::Whose;
use crate::model::slider::{Span, day_bounds, day_stops, days_to_ask, neighbour, stops};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::insights::{Changes, MOMENTS_MAX};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::time::Duration;

/// How long a stop of a replay is looked at.
const LOOK: Duration = Duration::from_millis(800);
/// Days with changes that a replay shows change by change; more are shown day by day.
const CLOSELY: usize = 5;

/// A way back in time.
#[derive(Clone, Copy)]
pub struct Timeline {
    /// The moment; none for now.
    pub as_of: Signal<Option<DateTime<Utc>>>,
    /// How much happened on which day.
    pub changes: Loaded<Changes>,
    /// Whether a step is on its way.
    pub busy: RwSignal<bool>,
    /// Whether a replay runs.
    pub playing: RwSignal<bool>,
    go: Callback<(Option<DateTime<Utc>>, bool)>,
    whose: Memo<Whose>,
    clock: Clock,
    run: StoredValue<u32>,
}

impl Timeline {
    /// Of those changes. `go` asks for a moment; its flag says that it is no step of its own in the
    /// browser's history. `tick` grows when something changed.
    #[must_use]
    pub fn of(
        whose: Memo<Whose>,
        as_of: Signal<Option<DateTime<Utc>>>,
        tick: Signal<u64>,
        go: Callback<(Option<DateTime<Utc>>, bool)>,
    ) -> Self {
        let changes = Loaded::fresh(
            move || (whose.get(), tick.get()),
            |whose| async move { api::insights::changes(&whose).await },
        );
        Self {
            as_of,
            changes,
            busy: RwSignal::new(false),
            playing: RwSignal::new(false),
            go,
            whose,
            clock: clock(),
            run: StoredValue::new(0),
        }
    }

    /// The time that the line stands for. Tracked.
    #[must_use]
    pub fn span(self) -> Span {
        let first = self
            .changes
            .value
            .with(|changes| changes.as_ref().and_then(|c| c.first));
        Span::new(first, self.clock.now())
    }

    /// Days with changes. Tracked.
    #[must_use]
    pub fn days(self) -> Vec<(NaiveDate, i64)> {
        self.changes.value.with(|changes| {
            let items = changes.iter().flat_map(|changes| &changes.items);
            items.map(|day| (day.day, day.count)).collect()
        })
    }

    /// Looks at that moment. A replay ends.
    pub fn look_at(self, at: Option<DateTime<Utc>>, replace: bool) {
        self.pause();
        self.go.run((at, replace));
    }

    /// Goes to the change before, or after; after the last one is now.
    pub fn step(self, back: bool) {
        if self.busy.get_untracked() || (!back && self.as_of.get_untracked().is_none()) {
            return;
        }
        self.pause();
        self.busy.set(true);
        spawn_local(async move {
            let at = self
                .as_of
                .get_untracked()
                .unwrap_or_else(crate::state::clock::device_time);
            let found = self.search(at, back).await;
            let _ = self.busy.try_set(false);
            match found {
                Ok(Some(moment)) => self.go.run((Some(moment), false)),
                Ok(None) if !back => self.go.run((None, false)),
                Ok(None) => {}
                Err(error) => {
                    let _ = self.changes.error.try_set(Some(error));
                }
            }
        });
    }

    async fn search(
        self,
        at: DateTime<Utc>,
        back: bool,
    ) -> Result<Option<DateTime<Utc>>, api::ApiError> {
        let days = untrack(|| self.days());
        for day in days_to_ask(&days, at, back) {
            let (from, to) = day_bounds(day);
            if let Some(found) = neighbour(&self.between(from, to).await?, at, back) {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// All moments of changes between two others.
    async fn between(
        self,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Result<Vec<DateTime<Utc>>, api::ApiError> {
        let whose = self.whose.get_untracked();
        let mut all: Vec<DateTime<Utc>> = Vec::new();
        let mut from = from;
        loop {
            let some = api::insights::moments(&whose, from, to).await?;
            let full = u32::try_from(some.len()).is_ok_and(|count| count >= MOMENTS_MAX);
            all.extend(some);
            match all.last() {
                Some(last) if full => from = *last + TimeDelta::microseconds(1),
                _ => return Ok(all),
            }
        }
    }

    /// Shows one moment after the other until now; from the beginning when it is now.
    pub fn play(self) {
        let Some(run) = self.run.try_update_value(|run| {
            *run = run.wrapping_add(1);
            *run
        }) else {
            return;
        };
        self.playing.set(true);
        spawn_local(async move {
            let span = untrack(|| self.span());
            let from = self
                .as_of
                .get_untracked()
                .unwrap_or(span.first - TimeDelta::seconds(1));
            let days = untrack(|| self.days());
            let ahead = days_to_ask(&days, from, false).len();
            let closely = if ahead <= CLOSELY {
                self.between(from, span.now).await.ok()
            } else {
                None
            };
            let stops =
                closely.map_or_else(|| day_stops(&days, from, span.now), |all| stops(&all, from));
            self.show(stops, 0, run);
        });
    }

    fn show(self, stops: Vec<DateTime<Utc>>, index: usize, run: u32) {
        if self.run.try_get_value() != Some(run) || self.playing.try_get_untracked() != Some(true) {
            return;
        }
        let Some(stop) = stops.get(index).copied() else {
            self.playing.set(false);
            self.go.run((None, true));
            return;
        };
        // The first stop is a step of its own, so that "back" leads to where the replay began.
        self.go.run((Some(stop), index > 0));
        set_timeout(move || self.show(stops, index + 1, run), LOOK);
    }

    /// Ends a replay where it is.
    pub fn pause(self) {
        let _ = self.playing.try_set(false);
    }
}

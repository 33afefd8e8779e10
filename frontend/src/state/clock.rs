//! The time now, ticking, so that "4 min" becomes "5 min" by itself.

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use std::time::Duration;

/// The moment that is looked at, in the context of what can be shown as it was; none for now.
#[derive(Clone, Copy)]
pub struct Moment(Signal<Option<DateTime<Utc>>>);

impl Moment {
    /// The one of this place.
    #[must_use]
    pub fn here() -> Signal<Option<DateTime<Utc>>> {
        use_context::<Self>().map_or_else(|| Signal::stored(None), |moment| moment.0)
    }
}

/// The ticking clock, in the context of every component.
#[derive(Clone, Copy)]
pub struct Clock(Signal<DateTime<Utc>>);

impl Clock {
    /// Starts it.
    pub fn provide() {
        let (now, set_now) = signal(device_time());
        set_interval(move || set_now.set(device_time()), Duration::from_secs(20));
        provide_context(Self(now.into()));
    }

    /// For the parts inside: stopped at that moment, ticking where there is none. What is shown "as
    /// of" then has the ages that it had then.
    pub fn provide_stopped(at: Signal<Option<DateTime<Utc>>>) {
        let ticking = expect_context::<Self>();
        provide_context(Moment(at));
        provide_context(Self(Signal::derive(move || {
            at.get().unwrap_or_else(|| ticking.now())
        })));
    }

    /// The time now; whoever reads it is told when it goes on.
    #[must_use]
    pub fn now(self) -> DateTime<Utc> {
        self.0.get()
    }
}

/// The device's clock.
#[must_use]
pub fn device_time() -> DateTime<Utc> {
    #[allow(
        clippy::cast_possible_truncation,
        reason = "milliseconds since 1970 fit an i64"
    )]
    let millis = js_sys::Date::now() as i64;
    DateTime::from_timestamp_millis(millis).unwrap_or_default()
}

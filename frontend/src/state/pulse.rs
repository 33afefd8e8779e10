//! Many changes in a short time are one reason to read again.

use js_sys::Date;
use leptos::prelude::*;
use std::time::Duration;

/// Long enough to gather a burst, short enough to feel live.
const GATHER: Duration = Duration::from_millis(400);

/// A number that grows a moment after `source` changed, however often it did.
#[must_use]
pub fn pulse(source: impl Fn() -> u64 + 'static) -> Signal<u64> {
    slow_pulse(source, GATHER)
}

/// The same, but after it grew it rests at least that long.
#[must_use]
pub fn slow_pulse(source: impl Fn() -> u64 + 'static, rest: Duration) -> Signal<u64> {
    let beat = RwSignal::new(0_u64);
    let due = StoredValue::new(false);
    let last = StoredValue::new(None::<f64>);
    Effect::new(move |before: Option<u64>| {
        let now = source();
        if before.is_some_and(|before| before != now) && !due.get_value() {
            due.set_value(true);
            let passed = last
                .get_value()
                .map(|at| Duration::from_secs_f64((Date::now() - at).max(0.0) / 1000.0));
            let left = passed.map_or(GATHER, |passed| rest.saturating_sub(passed));
            set_timeout(
                move || {
                    let _ = due.try_set_value(false);
                    let _ = last.try_set_value(Some(Date::now()));
                    let _ = beat.try_update(|n| *n += 1);
                },
                left.max(GATHER),
            );
        }
        now
    });
    beat.into()
}

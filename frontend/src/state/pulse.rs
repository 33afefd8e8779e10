//! Many changes in a short time are one reason to read again.

use leptos::prelude::*;
use std::time::Duration;

/// Long enough to gather a burst, short enough to feel live.
const GATHER: Duration = Duration::from_millis(400);

/// A number that grows a moment after `source` changed, however often it did.
#[must_use]
pub fn pulse(source: impl Fn() -> u64 + 'static) -> Signal<u64> {
    let beat = RwSignal::new(0_u64);
    let due = StoredValue::new(false);
    Effect::new(move |before: Option<u64>| {
        let now = source();
        if before.is_some_and(|before| before != now) && !due.get_value() {
            due.set_value(true);
            set_timeout(
                move || {
                    let _ = due.try_set_value(false);
                    let _ = beat.try_update(|n| *n += 1);
                },
                GATHER,
            );
        }
        now
    });
    beat.into()
}

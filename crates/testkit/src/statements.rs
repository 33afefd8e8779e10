//! How many statements requests take.

use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// By address of the database and first letters of the thread's name.
static SENT: Mutex<BTreeMap<(String, String), usize>> = Mutex::new(BTreeMap::new());

#[derive(Default)]
struct Counter {
    url: String,
}

impl Instrumentation for Counter {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        match event {
            InstrumentationEvent::StartEstablishConnection { url, .. } => self.url = url.into(),
            InstrumentationEvent::StartQuery { .. } => {
                let thread = std::thread::current();
                let lane = thread.name().unwrap_or_default().split('-').next();
                let key = (self.url.clone(), lane.unwrap_or_default().to_string());
                let mut sent = SENT.lock().unwrap_or_else(PoisonError::into_inner);
                *sent.entry(key).or_default() += 1;
            }
            _ => {}
        }
    }
}

/// Counts the statements of connections that are opened from now on.
///
/// # Panics
/// When the counter cannot be set.
pub fn watch() {
    set_default_instrumentation(|| Some(Box::new(Counter::default()))).expect("a counter");
}

/// Statements so far to a database, by threads whose names begin with `lane` and a hyphen.
#[must_use]
pub fn sent(url: &str, lane: &str) -> usize {
    let sent = SENT.lock().unwrap_or_else(PoisonError::into_inner);
    let key = (url.to_string(), lane.to_string());
    sent.get(&key).copied().unwrap_or(0)
}

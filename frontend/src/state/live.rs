//! Other people's changes. One stream for the whole browser: the tab that holds the lock reads it
//! and tells the others.

use crate::model::topics::Topics;
use crate::state::Session;
use crate::state::stream::Stream;
use domain::event::LiveEvent;
use leptos::prelude::*;
use std::collections::HashMap;
use std::collections::HashSet;
use std::time::Duration;

/// A burst of events (one for each changed field) is one reason to read again.
const TOGETHER: Duration = Duration::from_millis(80);

/// The state of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// Not connected yet, or nobody signed in.
    Starting,
    /// Changes arrive.
    Open,
    /// Changes do not arrive; the browser tries again.
    Lost,
}

/// What the stream says.
#[derive(Clone, Debug)]
pub enum Heard {
    /// One change.
    Event(LiveEvent),
    /// Something may have been missed: read everything again.
    Reset,
    /// The connection changed.
    Link(Link),
    /// The stream was refused: perhaps the session is over.
    Refused,
}

/// The changes, in the context of every component.
#[derive(Clone, Copy)]
pub struct Live {
    link: RwSignal<Link>,
    everything: RwSignal<u64>,
    topics: StoredValue<HashMap<String, ArcRwSignal<u64>>>,
    due: StoredValue<HashSet<String>>,
}

impl Live {
    /// Follows the session: listens while somebody is signed in.
    pub fn provide(session: Session) -> Self {
        let live = Self {
            link: RwSignal::new(Link::Starting),
            everything: RwSignal::new(0),
            topics: StoredValue::new(HashMap::new()),
            due: StoredValue::new(HashSet::new()),
        };
        let stream = Stream::new(move |heard| live.hear(heard, session));
        let signed_in = Memo::new(move |_| session.is_signed_in());
        Effect::new(move |_| {
            if signed_in.get() {
                stream.start();
            } else {
                stream.stop();
                live.link.set(Link::Starting);
            }
        });
        provide_context(live);
        live
    }

    /// The state of the connection.
    #[must_use]
    pub fn link(self) -> Link {
        self.link.get()
    }

    /// Grows whenever that issue may have changed. Tracked.
    #[must_use]
    pub fn issue(self, key: &str) -> u64 {
        self.topic(&format!("issue:{key}"))
    }

    /// Grows whenever more or fewer may vote for that issue or watch it. Tracked.
    #[must_use]
    pub fn counts(self, key: &str) -> u64 {
        self.topic(&format!("counts:{key}"))
    }

    /// Grows whenever anything in that project may have changed. Tracked.
    #[must_use]
    pub fn project(self, key: &str) -> u64 {
        self.topic(&format!("project:{key}"))
    }

    /// Grows whenever anything of that kind happened: `user`, `stats`, `project`, `view`, `votes`. Tracked.
    #[must_use]
    pub fn kind(self, noun: &str) -> u64 {
        self.topic(&format!("kind:{noun}"))
    }

    /// Grows with every change. Tracked.
    #[must_use]
    pub fn anything(self) -> u64 {
        self.topic("anything")
    }

    fn topic(self, name: &str) -> u64 {
        let signal = self
            .topics
            .try_update_value(|topics| topics.entry(name.to_owned()).or_default().clone());
        signal.map_or(0, |signal| signal.get()) + self.everything.get()
    }

    fn hear(self, heard: Heard, session: Session) {
        match heard {
            Heard::Event(event) => self.take(&event, session),
            Heard::Reset => {
                self.everything.update(|n| *n += 1);
                session.load();
            }
            Heard::Link(link) => self.link.set(link),
            Heard::Refused => session.load(),
        }
    }

    fn take(self, event: &LiveEvent, session: Session) {
        if domain::event::EventKind::from_slug(&event.kind)
            .is_some_and(domain::event::EventKind::moves_rights)
        {
            session.load();
        }
        let topics = Topics::of(event);
        let first = self.due.with_value(HashSet::is_empty);
        self.due.update_value(|due| due.extend(topics.0));
        if first {
            set_timeout(move || self.flush(), TOGETHER);
        }
    }

    fn flush(self) {
        let due = self
            .due
            .try_update_value(std::mem::take)
            .unwrap_or_default();
        let signals: Vec<ArcRwSignal<u64>> = self.topics.with_value(|topics| {
            due.iter()
                .filter_map(|name| topics.get(name).cloned())
                .collect()
        });
        for signal in signals {
            signal.update(|n| *n += 1);
        }
    }
}

//! Other people's changes. One stream for the whole browser: the tab that holds the lock reads it
//! and tells the others.

use crate::model::topics::Topics;
use crate::state::Session;
use crate::state::session::SessionState;
use crate::state::stream::Stream;
use domain::event::LiveEvent;
use leptos::prelude::*;
use std::collections::HashMap;
use std::collections::HashSet;
use std::time::Duration;

/// A burst of events (one for each changed field) is one reason to read again.
const TOGETHER: Duration = Duration::from_millis(80);
/// When a connection is back, not everybody asks at once: each waits for up to so many milliseconds.
const SPREAD: f64 = 800.0;
/// While nobody is known to be signed in there is no stream whose return could be heard.
const PATIENCE: Duration = Duration::from_secs(3);

/// How many changes are noted down one by one.
const NOTES: usize = 500;

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
    returned: RwSignal<u64>,
    returning: StoredValue<bool>,
    everything: RwSignal<u64>,
    topics: StoredValue<HashMap<String, ArcRwSignal<u64>>>,
    due: StoredValue<HashSet<String>>,
    notes: StoredValue<Vec<Notes>>,
}

/// What was heard since it was read last; `None` where something may have been missed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Notes(StoredValue<Vec<Option<LiveEvent>>>);

impl Notes {
    /// Reads and forgets them.
    #[must_use]
    pub fn take(self) -> Vec<Option<LiveEvent>> {
        self.0
            .try_update_value(std::mem::take)
            .unwrap_or_else(|| vec![None])
    }

    fn add(self, event: Option<LiveEvent>) {
        let _ = self.0.try_update_value(|notes| {
            // Nobody read them for long: that something changed is enough.
            if notes.len() >= NOTES {
                notes.clear();
                notes.push(None);
            }
            notes.push(event);
        });
    }
}

impl Live {
    /// Follows the session: listens while somebody is signed in.
    pub fn provide(session: Session) -> Self {
        let live = Self {
            link: RwSignal::new(Link::Starting),
            returned: RwSignal::new(0),
            returning: StoredValue::new(false),
            everything: RwSignal::new(0),
            topics: StoredValue::new(HashMap::new()),
            due: StoredValue::new(HashSet::new()),
            notes: StoredValue::new(Vec::new()),
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
        live.follow_returns(session);
        provide_context(live);
        live
    }

    /// The browser says when it has a network again, and a page that was in the background when it is
    /// looked at. What has no stream yet asks again by the clock.
    fn follow_returns(self, session: Session) {
        let online = window_event_listener(leptos::ev::online, move |_| self.come_back());
        let turned = window_event_listener_untyped("visibilitychange", move |_| self.look_again());
        on_cleanup(move || {
            online.remove();
            turned.remove();
        });
        let failed =
            move || matches!(session.state(), SessionState::Failed(error) if error.may_pass());
        Effect::new(move |_| {
            if failed() {
                set_timeout(move || self.come_back(), PATIENCE);
            }
        });
        Effect::watch(
            move || self.returned(),
            move |_, _, _| {
                if untrack(failed) {
                    session.load();
                }
            },
            false,
        );
    }

    /// Grows when the connection is back after it was lost, and somebody looks at the page: what failed
    /// meanwhile is read again then. Tracked.
    #[must_use]
    pub fn returned(self) -> u64 {
        self.returned.get()
    }

    fn come_back(self) {
        if self
            .returning
            .try_update_value(|on| std::mem::replace(on, true))
            == Some(false)
        {
            let wait = js_sys::Math::random() * SPREAD;
            #[allow(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "some milliseconds"
            )]
            let wait = Duration::from_millis(wait as u64);
            set_timeout(move || self.look_again(), wait);
        }
    }

    /// Pages in the background wait until they are looked at.
    fn look_again(self) {
        if !document().hidden() && self.returning.try_update_value(std::mem::take) == Some(true) {
            self.returned.update(|n| *n += 1);
        }
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

    /// Notes down every change, for as long as the caller lives.
    #[must_use]
    pub fn notes(self) -> Notes {
        let notes = Notes(StoredValue::new(Vec::new()));
        self.notes.update_value(|all| all.push(notes));
        on_cleanup(move || {
            let _ = self
                .notes
                .try_update_value(|all| all.retain(|other| *other != notes));
        });
        notes
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
                self.note(None);
                self.everything.update(|n| *n += 1);
                session.load();
            }
            Heard::Link(link) => {
                let was = self.link.get_untracked();
                self.link.set(link);
                if was == Link::Lost && link == Link::Open {
                    self.come_back();
                }
            }
            Heard::Refused => session.load(),
        }
    }

    fn note(self, event: Option<&LiveEvent>) {
        self.notes.with_value(|all| {
            for notes in all {
                notes.add(event.cloned());
            }
        });
    }

    fn take(self, event: &LiveEvent, session: Session) {
        self.note(Some(event));
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

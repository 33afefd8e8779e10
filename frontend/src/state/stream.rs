//! The one `EventSource` of the browser, shared by all tabs.
//!
//! Whoever gets the lock `iit-live` opens the stream and passes everything on over a broadcast
//! channel; when that tab closes, the lock goes to the next. Without locks every tab has its own.

use super::live::{Heard, Link};
use domain::event::{EventKind, LiveEvent};
use domain::paths::api;
use js_sys::{Function, Promise, Reflect};
use leptos::prelude::*;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;
use wasm_bindgen::prelude::*;
use web_sys::{BroadcastChannel, EventSource, MessageEvent};

const NAME: &str = "iit-live";
const AGAIN: Duration = Duration::from_secs(5);

/// The stream; cheap to copy.
#[derive(Clone, Copy)]
pub struct Stream(StoredValue<Rc<Inner>, LocalStorage>);

type Handler = Closure<dyn Fn(MessageEvent)>;

struct Inner {
    hear: Box<dyn Fn(Heard)>,
    channel: Option<BroadcastChannel>,
    source: RefCell<Option<EventSource>>,
    release: RefCell<Option<Function>>,
    wanted: Cell<bool>,
    had: Cell<bool>,
    handlers: RefCell<Vec<Handler>>,
}

impl Stream {
    /// Not started.
    pub fn new(hear: impl Fn(Heard) + 'static) -> Self {
        let inner = Rc::new(Inner {
            hear: Box::new(hear),
            channel: BroadcastChannel::new(NAME).ok(),
            source: RefCell::new(None),
            release: RefCell::new(None),
            wanted: Cell::new(false),
            had: Cell::new(false),
            handlers: RefCell::new(Vec::new()),
        });
        inner.follow();
        Self(StoredValue::new_local(inner))
    }

    /// Listens, as leader or as follower.
    pub fn start(self) {
        self.0.with_value(|inner| {
            if !inner.wanted.replace(true) {
                inner.queue_for_lead();
                inner.say("hello");
            }
        });
    }

    /// Stops listening.
    pub fn stop(self) {
        self.0.with_value(|inner| {
            inner.wanted.set(false);
            inner.close();
            if let Some(release) = inner.release.borrow_mut().take() {
                let _ = release.call0(&JsValue::NULL);
            }
        });
    }
}

impl Inner {
    /// Hears what the leader passes on.
    fn follow(self: &Rc<Self>) {
        let Some(channel) = &self.channel else { return };
        let me = Rc::clone(self);
        let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            let Some(text) = event.data().as_string() else {
                return;
            };
            match text.as_str() {
                _ if !me.wanted.get() => {}
                "hello" if me.source.borrow().is_some() => me.say("open"),
                "hello" => {}
                "open" => (me.hear)(Heard::Link(Link::Open)),
                "lost" => (me.hear)(Heard::Link(Link::Lost)),
                "reset" => (me.hear)(Heard::Reset),
                _ => me.tell_event(&text),
            }
        });
        channel.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        // Lives as long as the page.
        on_message.forget();
    }

    /// Waits for the lock, and leads for as long as the page is wanted.
    fn queue_for_lead(self: &Rc<Self>) {
        let locks = Reflect::get(&window().navigator(), &"locks".into()).ok();
        let request = locks
            .as_ref()
            .and_then(|locks| Reflect::get(locks, &"request".into()).ok())
            .and_then(|request| request.dyn_into::<Function>().ok());
        let (Some(locks), Some(request)) = (locks, request) else {
            self.open();
            return;
        };
        let me = Rc::clone(self);
        let lead = Closure::once_into_js(move || {
            let inner = Rc::clone(&me);
            Promise::new(&mut move |resolve, _| {
                if inner.wanted.get() {
                    *inner.release.borrow_mut() = Some(resolve);
                    inner.open();
                } else {
                    let _ = resolve.call0(&JsValue::NULL);
                }
            })
        });
        let _ = request.call2(&locks, &NAME.into(), &lead);
    }

    fn open(self: &Rc<Self>) {
        if !self.wanted.get() || self.source.borrow().is_some() {
            return;
        }
        let Ok(source) = EventSource::new(&api::stream()) else {
            return;
        };
        let mut handlers = self.handlers.borrow_mut();
        handlers.clear();
        let mut on = |name: &str, act: Box<dyn Fn(MessageEvent)>| {
            let handler = Closure::<dyn Fn(MessageEvent)>::new(act);
            let _ = source.add_event_listener_with_callback(name, handler.as_ref().unchecked_ref());
            handlers.push(handler);
        };
        for kind in EventKind::ALL {
            let me = Rc::clone(self);
            on(kind.slug(), Box::new(move |event| me.pass_on(&event)));
        }
        let me = Rc::clone(self);
        on("reset", Box::new(move |_| me.tell(Heard::Reset, "reset")));
        let me = Rc::clone(self);
        on(
            "open",
            Box::new(move |_| {
                me.tell(Heard::Link(Link::Open), "open");
                // A new source does not know the last event: something may have been missed.
                if me.had.replace(true) && me.is_new() {
                    me.tell(Heard::Reset, "reset");
                }
            }),
        );
        let me = Rc::clone(self);
        on("error", Box::new(move |_| me.lost()));
        drop(handlers);
        *self.source.borrow_mut() = Some(source);
    }

    fn is_new(&self) -> bool {
        let source = self.source.borrow();
        let Some(source) = source.as_ref() else {
            return false;
        };
        let marked = Reflect::get(source, &"iitOpened".into()).is_ok_and(|mark| mark.is_truthy());
        let _ = Reflect::set(source, &"iitOpened".into(), &JsValue::TRUE);
        !marked
    }

    fn lost(self: &Rc<Self>) {
        self.tell(Heard::Link(Link::Lost), "lost");
        let over = self
            .source
            .borrow()
            .as_ref()
            .is_none_or(|source| source.ready_state() == EventSource::CLOSED);
        if over {
            // The browser gives up after a refusal: ask who we are, and try once more.
            self.close();
            (self.hear)(Heard::Refused);
            let me = Rc::clone(self);
            set_timeout(move || me.open(), AGAIN);
        }
    }

    fn close(&self) {
        if let Some(source) = self.source.borrow_mut().take() {
            source.close();
        }
    }

    fn pass_on(&self, event: &MessageEvent) {
        if let Some(text) = event.data().as_string() {
            self.say(&text);
            self.tell_event(&text);
        }
    }

    fn tell_event(&self, text: &str) {
        if let Ok(event) = serde_json::from_str::<LiveEvent>(text) {
            (self.hear)(Heard::Event(event));
        }
    }

    fn tell(&self, heard: Heard, word: &str) {
        self.say(word);
        (self.hear)(heard);
    }

    fn say(&self, text: &str) {
        if let Some(channel) = &self.channel {
            let _ = channel.post_message(&text.into());
        }
    }
}

//! The keyboard: one listener, the table of `domain::shortcuts`, and whoever has registered for a
//! command now.

use super::storage;
use crate::model::keys::{Step, step};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use std::time::Duration;
use wasm_bindgen::JsCast;

/// The keyboard, in the context of every component.
#[derive(Clone, Copy)]
pub struct Keys {
    handlers: StoredValue<Vec<Handler>>,
    next: StoredValue<u32>,
    pressed: StoredValue<Vec<String>>,
    /// Single keys can be switched off.
    pub enabled: RwSignal<bool>,
}

#[derive(Clone)]
struct Handler {
    id: u32,
    command: &'static str,
    act: Callback<()>,
}

impl Keys {
    /// Starts listening.
    pub fn provide() -> Self {
        let keys = Self {
            handlers: StoredValue::new(Vec::new()),
            next: StoredValue::new(0),
            pressed: StoredValue::new(Vec::new()),
            enabled: RwSignal::new(storage::get("keys").as_deref() != Some("off")),
        };
        Effect::watch(
            move || keys.enabled.get(),
            |on, _, _| {
                if *on {
                    storage::remove("keys")
                } else {
                    storage::set("keys", "off")
                }
            },
            false,
        );
        window_event_listener(leptos::ev::keydown, move |event| keys.take(&event));
        provide_context(keys);
        keys
    }

    /// Whether somebody takes that command now.
    #[must_use]
    pub fn can(self, command: &str) -> bool {
        self.handlers
            .with_value(|handlers| handlers.iter().any(|h| h.command == command))
    }

    /// Does what the key of that command would do.
    pub fn run(self, command: &str) {
        let newest = self.handlers.with_value(|handlers| {
            let mine = |handler: &&Handler| handler.command == command;
            handlers.iter().rev().find(mine).cloned()
        });
        if let Some(handler) = newest {
            handler.act.run(());
        }
    }

    fn take(self, event: &KeyboardEvent) {
        if !self.enabled.get_untracked() || is_for_others(event) {
            return;
        }
        self.pressed
            .update_value(|pressed| pressed.push(event.key()));
        let meaning = self.pressed.with_value(|pressed| step(pressed));
        match meaning {
            Step::Begun => {
                event.prevent_default();
                set_timeout(
                    move || self.pressed.set_value(Vec::new()),
                    Duration::from_millis(1200),
                );
            }
            Step::Nothing => self.pressed.set_value(Vec::new()),
            Step::Commands(commands) => {
                self.pressed.set_value(Vec::new());
                let handler = self.handlers.with_value(|handlers| {
                    handlers
                        .iter()
                        .rev()
                        .find(|handler| commands.contains(&handler.command))
                        .cloned()
                });
                if let Some(handler) = handler {
                    event.prevent_default();
                    handler.act.run(());
                }
            }
        }
    }
}

/// Takes a command of the table for as long as the component lives; the newest taker wins.
pub fn on_command(command: &'static str, act: impl Fn() + Send + Sync + 'static) {
    let Some(keys) = use_context::<Keys>() else {
        return;
    };
    let id = keys.next.get_value();
    keys.next.set_value(id.wrapping_add(1));
    let act = Callback::new(move |()| act());
    keys.handlers
        .update_value(|handlers| handlers.push(Handler { id, command, act }));
    on_cleanup(move || {
        keys.handlers
            .try_update_value(|handlers| handlers.retain(|handler| handler.id != id));
    });
}

/// Keys with Ctrl, Alt or Meta belong to the browser; keys in a field to the field; keys while
/// something floats to what floats.
fn is_for_others(event: &KeyboardEvent) -> bool {
    if event.default_prevented()
        || event.ctrl_key()
        || event.alt_key()
        || event.meta_key()
        || event.is_composing()
    {
        return true;
    }
    if event.key() == "Shift" {
        return true;
    }
    let Some(target) = event
        .target()
        .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
    else {
        return false;
    };
    // A box takes no text: keys act behind it, except Space, which presses it.
    let is_box = target
        .dyn_ref::<web_sys::HtmlInputElement>()
        .is_some_and(|input| matches!(input.type_().as_str(), "checkbox" | "radio"));
    let in_field = (matches!(target.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
        && !is_box)
        || target
            .closest("[contenteditable=true], [role=menu], [role=listbox], dialog")
            .ok()
            .flatten()
            .is_some();
    let dialog_open = document()
        .query_selector("dialog[open]")
        .ok()
        .flatten()
        .is_some();
    // Enter presses a button or a link, Space a button or a box.
    let presses = match event.key().as_str() {
        "Enter" => matches!(target.tag_name().as_str(), "BUTTON" | "A" | "SUMMARY"),
        " " => is_box || matches!(target.tag_name().as_str(), "BUTTON" | "SUMMARY"),
        _ => false,
    };
    in_field || dialog_open || presses
}

//! A moment: relative, exact on hover and focus, ticking.

use crate::model::time::{relative, relative_sentence};
use crate::state::{clock, session};
use chrono::{DateTime, SecondsFormat, Utc};
use leptos::prelude::*;
use wasm_bindgen::JsValue;

/// A moment, as `4 min`, `yesterday`, `3 d`.
#[component]
pub fn Time(
    /// When.
    at: DateTime<Utc>,
    /// As part of a sentence: `4 min ago`.
    #[prop(default = false)]
    sentence: bool,
) -> impl IntoView {
    let clock = clock();
    let words = move || {
        let now = clock.now();
        if sentence {
            relative_sentence(at, now)
        } else {
            relative(at, now)
        }
    };
    let session = session();
    let machine = at.to_rfc3339_opts(SecondsFormat::Secs, true);
    view! { <time datetime=machine title=move || exact(at, &session.timezone())>{words}</time> }
}

/// The exact moment in a zone, as the browser's language writes it.
#[must_use]
pub fn exact(at: DateTime<Utc>, zone: &str) -> String {
    let text = in_zone(at, zone, &[("dateStyle", "medium"), ("timeStyle", "short")]);
    // An unknown zone is an error of the browser; the moment in UTC is still right.
    text.unwrap_or_else(|| at.format("%-d %b %Y, %H:%M UTC").to_string())
}

/// A moment in a zone with these parts of it (the options of `Intl.DateTimeFormat`).
#[must_use]
pub fn in_zone(at: DateTime<Utc>, zone: &str, parts: &[(&str, &str)]) -> Option<String> {
    let options = js_sys::Object::new();
    let set = |key: &str, value: &str| {
        let _ = js_sys::Reflect::set(&options, &key.into(), &value.into());
    };
    for (name, value) in parts {
        set(name, value);
    }
    set("timeZone", zone);
    #[expect(
        clippy::cast_precision_loss,
        reason = "milliseconds since 1970 fit 53 bits"
    )]
    let date = js_sys::Date::new(&JsValue::from_f64(at.timestamp_millis() as f64));
    js_sys::Reflect::get(&date, &"toLocaleString".into())
        .ok()
        .and_then(|f| wasm_bindgen::JsCast::dyn_into::<js_sys::Function>(f).ok())
        .and_then(|f| f.call2(&date, &"en-GB".into(), &options).ok())
        .and_then(|text| text.as_string())
}

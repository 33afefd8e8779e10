//! Copying, where the browser lets us.

use super::Toasts;
use domain::paths::page;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

/// Copies the address of the issue with that key.
pub fn copy_link(toasts: Toasts, key: &str) {
    let origin = window().location().origin().unwrap_or_default();
    let link = format!("{origin}{}", page::issue(key));
    copy(toasts, link, format!("Link to {key} copied."));
}

/// Copies the text and says so once it is done.
pub fn copy(toasts: Toasts, text: String, said: String) {
    let navigator = window().navigator();
    let there = js_sys::Reflect::get(navigator.as_ref(), &JsValue::from_str("clipboard"))
        .is_ok_and(|clipboard| !clipboard.is_undefined());
    if !there {
        toasts.done(format!("This browser does not let the page copy. {text}"));
        return;
    }
    let written = navigator.clipboard().write_text(&text);
    spawn_local(async move {
        match JsFuture::from(written).await {
            Ok(_) => toasts.done(said),
            Err(_) => toasts.done(format!("This browser does not let the page copy. {text}")),
        }
    });
}

//! A person's two letters; a square for programs; dashed for nobody.

use crate::model::initials::initials;
use domain::user::{Kind, UserRef};
use leptos::prelude::*;

/// An avatar whose name is read out; use it where the name does not stand beside it.
#[component]
pub fn Avatar(#[prop(into)] user: Option<UserRef>) -> impl IntoView {
    match user {
        Some(user) => {
            let name = user.display_name.clone();
            view! { <span class=shape(user.kind) role="img" aria-label=name.clone() title=name>{initials(&user.display_name)}</span> }
        }
        None => {
            view! { <span class="ii-av none" role="img" aria-label="Nobody".to_owned() title="Nobody".to_owned()>{"–".to_owned()}</span> }
        }
    }
}

/// An avatar and the name beside it.
#[component]
pub fn Person(user: UserRef) -> impl IntoView {
    view! {
        <span class="inline-flex min-w-0 items-center gap-1.5">
            <span class=shape(user.kind) aria-hidden="true">{initials(&user.display_name)}</span>
            <span class="truncate">{user.display_name}</span>
        </span>
    }
}

/// "Nobody", as a person.
#[component]
pub fn NobodyHere() -> impl IntoView {
    view! {
        <span class="inline-flex items-center gap-1.5 text-ink-3">
            <span class="ii-av none" aria-hidden="true">"–"</span>
            "Nobody"
        </span>
    }
}

const fn shape(kind: Kind) -> &'static str {
    match kind {
        Kind::Human => "ii-av",
        Kind::Service => "ii-av bot",
    }
}

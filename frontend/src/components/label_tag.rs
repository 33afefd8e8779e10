//! A label: a dot of its colour, and its name.

use domain::label::LabelRef;
use leptos::prelude::*;

/// A label.
#[component]
pub fn LabelTag(label: LabelRef) -> impl IntoView {
    view! {
        <span class="ii-lab">
            <i class="ii-labdot" style:background=label.colour aria-hidden="true"></i>
            <span class="truncate">{label.name}</span>
        </span>
    }
}

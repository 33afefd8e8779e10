//! The life line: how long an issue was in each category.

use super::glyph::category_class;
use crate::model::life::{describe, segments};
use crate::state::clock;
use domain::issue::Stay;
use leptos::prelude::*;

/// A strip of an issue's life so far.
#[component]
pub fn LifeLine(
    /// The stays, oldest first.
    life: Vec<Stay>,
    /// Twice as high, for the issue's own page.
    #[prop(default = false)]
    tall: bool,
) -> impl IntoView {
    let clock = clock();
    let class = if tall { "ii-life tall" } else { "ii-life" };
    move || {
        let segments = segments(&life, clock.now());
        let words = format!("Life: {}", describe(&segments));
        let parts = segments
            .iter()
            .map(|part| {
                view! { <i class=category_class(part.category) style:flex=part.seconds.max(1).to_string()></i> }
            })
            .collect_view();
        view! { <span class=class role="img" aria-label=words.clone() title=words>{parts}</span> }
    }
}

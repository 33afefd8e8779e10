//! The title of the window.

use leptos::prelude::*;

/// Names the window after the page, now and whenever the name changes.
pub fn window_title(name: impl Fn() -> String + 'static) {
    Effect::new(move |_| {
        let name = name();
        let title = if name.is_empty() {
            "Issues & Insights".to_owned()
        } else {
            format!("{name} · Issues & Insights")
        };
        document().set_title(&title);
    });
}

//! Light or dark, accent, contrast.

use crate::components::segments::{Segment, Segments};
use crate::state::look;
use crate::state::theme::Accent;
use domain::user::Theme;
use leptos::prelude::*;

/// Three choices, each at work at once.
#[component]
pub(super) fn LookSection() -> impl IntoView {
    let look = look();
    let themes = vec![
        Segment::new(Theme::Light.slug(), "Light"),
        Segment::new(Theme::Dark.slug(), "Dark"),
        Segment::new(Theme::System.slug(), "As the device"),
    ];
    let theme = Signal::derive(move || look.theme.get().slug().to_owned());
    let set_theme = Callback::new(move |slug: String| {
        if let Ok(theme) = slug.parse::<Theme>() {
            look.theme.set(theme);
        }
    });
    let accents: Vec<Segment> = Accent::ALL
        .into_iter()
        .map(|accent| Segment::new(accent.slug(), accent.name()))
        .collect();
    let accent = Signal::derive(move || look.accent.get().slug().to_owned());
    let set_accent = Callback::new(move |slug: String| {
        if let Some(accent) = Accent::ALL.into_iter().find(|accent| accent.slug() == slug) {
            look.accent.set(accent);
        }
    });
    view! {
        <div class="flex flex-col gap-4">
            <div class="flex flex-col items-start gap-1">
                <span class="text-xs text-ink-2" aria-hidden="true">"Theme"</span>
                <Segments label="Theme" segments=themes value=theme on_change=set_theme />
            </div>
            <div class="flex flex-col items-start gap-1">
                <span class="text-xs text-ink-2" aria-hidden="true">"Accent"</span>
                <Segments label="Accent" segments=accents value=accent on_change=set_accent />
            </div>
            <label class="flex min-h-6 items-center gap-2 text-sm">
                <input type="checkbox" class="toggle toggle-sm toggle-primary" bind:checked=look.contrast />
                "More contrast"
            </label>
        </div>
    }
}

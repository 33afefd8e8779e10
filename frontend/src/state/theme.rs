//! Light, dark or as the device says; the accent; more contrast.

use super::storage;
use domain::user::Theme;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;

/// The ink of what can be acted on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Accent {
    /// The one of the house.
    #[default]
    Petrol,
    /// Plum.
    Plum,
    /// Moss.
    Moss,
    /// Graphite.
    Graphite,
}

impl Accent {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Petrol, Self::Plum, Self::Moss, Self::Graphite];

    /// How it is stored and set on the page.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Petrol => "petrol",
            Self::Plum => "plum",
            Self::Moss => "moss",
            Self::Graphite => "graphite",
        }
    }

    /// Name for people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Petrol => "Petrol",
            Self::Plum => "Plum",
            Self::Moss => "Moss",
            Self::Graphite => "Graphite",
        }
    }
}

/// The look of the page, in the context of every component.
#[derive(Clone, Copy)]
pub struct Look {
    /// Light, dark or system.
    pub theme: RwSignal<Theme>,
    /// The accent.
    pub accent: RwSignal<Accent>,
    /// More contrast, beyond what the device asks for.
    pub contrast: RwSignal<bool>,
    device: RwSignal<u32>,
}

impl Look {
    /// Takes up what was stored and keeps the page in step.
    pub fn provide() -> Self {
        let theme = storage::get("theme")
            .and_then(|word| word.parse().ok())
            .unwrap_or(Theme::System);
        let stored = storage::get("accent").unwrap_or_default();
        let accent = Accent::ALL
            .into_iter()
            .find(|accent| accent.slug() == stored)
            .unwrap_or_default();
        let contrast = storage::get("contrast").as_deref() == Some("more");
        let look = Self {
            theme: RwSignal::new(theme),
            accent: RwSignal::new(accent),
            contrast: RwSignal::new(contrast),
            device: RwSignal::new(0),
        };
        for query in ["(prefers-color-scheme: dark)", "(prefers-contrast: more)"] {
            look.follow(query);
        }
        Effect::new(move |_| look.apply());
        provide_context(look);
        look
    }

    fn follow(self, query: &str) {
        let Some(list) = window().match_media(query).ok().flatten() else {
            return;
        };
        let changed = Closure::<dyn Fn()>::new(move || self.device.update(|n| *n += 1));
        let _ = list.add_event_listener_with_callback("change", changed.as_ref().unchecked_ref());
        // Lives as long as the page.
        changed.forget();
    }

    fn apply(self) {
        self.device.track();
        let theme = self.theme.get();
        let dark = match theme {
            Theme::Dark => true,
            Theme::Light => false,
            Theme::System => device_prefers("(prefers-color-scheme: dark)"),
        };
        let more = self.contrast.get() || device_prefers("(prefers-contrast: more)");
        let name = match (dark, more) {
            (false, false) => "ii-light",
            (true, false) => "ii-dark",
            (false, true) => "ii-light-hc",
            (true, true) => "ii-dark-hc",
        };
        let accent = self.accent.get();
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("data-theme", name);
            let _ = match accent {
                Accent::Petrol => root.remove_attribute("data-accent"),
                _ => root.set_attribute("data-accent", accent.slug()),
            };
        }
        keep("theme", (theme != Theme::System).then_some(theme.slug()));
        keep(
            "accent",
            (accent != Accent::Petrol).then_some(accent.slug()),
        );
        keep("contrast", self.contrast.get().then_some("more"));
    }
}

fn keep(key: &str, value: Option<&str>) {
    match value {
        Some(value) => storage::set(key, value),
        None => storage::remove(key),
    }
}

fn device_prefers(query: &str) -> bool {
    window()
        .match_media(query)
        .ok()
        .flatten()
        .is_some_and(|list| list.matches())
}

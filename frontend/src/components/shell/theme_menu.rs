//! Light, dark or as the device says; the accent.

use crate::components::icon::{Icon, SmallIcon};
use crate::components::icon_paths::IconName;
use crate::components::menu::Menu;
use crate::components::popover::Popover;
use crate::state::look;
use crate::state::theme::Accent;
use domain::user::Theme;
use leptos::prelude::*;

const THEMES: [(Theme, &str, IconName); 3] = [
    (Theme::Light, "Light", IconName::Sun),
    (Theme::Dark, "Dark", IconName::Moon),
    (Theme::System, "As the device", IconName::Laptop),
];

/// The button with the themes.
#[component]
pub fn ThemeMenu(
    /// Opens upwards.
    #[prop(default = false)]
    upwards: bool,
) -> impl IntoView {
    let look = look();
    let open = RwSignal::new(false);
    view! {
        <Popover
            open
            kind="menu"
            label=Some("Theme".to_owned())
            class="btn btn-ghost btn-xs btn-square"
            panel_class="ii-float ii-pop"
            upwards
            trigger=|| view! { <Icon name=IconName::SunMoon /> }
        >
            <Menu label="Theme">
                {THEMES
                    .into_iter()
                    .map(|(theme, label, icon)| {
                        view! {
                            <button
                                type="button"
                                role="menuitemradio"
                                aria-checked=move || if look.theme.get() == theme { "true" } else { "false" }
                                on:click=move |_| look.theme.set(theme)
                            >
                                <SmallIcon name=icon />
                                {label}
                            </button>
                        }
                    })
                    .collect_view()}
                <div role="separator" class="my-1 border-t border-base-300"></div>
                {Accent::ALL
                    .into_iter()
                    .map(|accent| {
                        view! {
                            <button
                                type="button"
                                role="menuitemradio"
                                aria-checked=move || if look.accent.get() == accent { "true" } else { "false" }
                                on:click=move |_| look.accent.set(accent)
                            >
                                <span class="ii-swatch" data-accent-swatch=accent.slug() aria-hidden="true"></span>
                                {accent.name()}
                            </button>
                        }
                    })
                    .collect_view()}
                <div role="separator" class="my-1 border-t border-base-300"></div>
                <button
                    type="button"
                    role="menuitemcheckbox"
                    aria-checked=move || if look.contrast.get() { "true" } else { "false" }
                    on:click=move |_| look.contrast.update(|more| *more = !*more)
                >
                    <span class="w-3.5" aria-hidden="true">{move || look.contrast.get().then_some("✓")}</span>
                    "More contrast"
                </button>
            </Menu>
        </Popover>
    }
}

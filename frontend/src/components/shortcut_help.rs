//! The shortcuts, from the one table.

use super::dialog::Dialog;
use crate::state::Keys;
use domain::shortcuts::{Place, TABLE};
use leptos::prelude::*;

const PLACES: [Place; 5] = [
    Place::Anywhere,
    Place::List,
    Place::Board,
    Place::Issue,
    Place::Editor,
];

/// A key as it is printed on a keyboard.
fn shown(key: &'static str) -> &'static str {
    match key {
        " " => "Space",
        "ArrowRight" => "→",
        "ArrowLeft" => "←",
        key => key,
    }
}

/// The list of shortcuts, and the switch for single keys.
#[component]
pub fn ShortcutHelp(open: RwSignal<bool>) -> impl IntoView {
    let keys = expect_context::<Keys>();
    view! {
        <Dialog open title="Keyboard shortcuts" id="shortcuts-title">
            <div class="grid gap-5 sm:grid-cols-2">
                {PLACES
                    .into_iter()
                    .map(|place| {
                        view! {
                            <section class="flex flex-col gap-2">
                                <h3 class="text-xs font-medium text-ink-2">{place.heading()}</h3>
                                <dl class="grid grid-cols-[88px_1fr] gap-x-3 gap-y-1 text-sm">
                                    {TABLE
                                        .iter()
                                        .filter(|shortcut| shortcut.place == place)
                                        .map(|shortcut| {
                                            view! {
                                                <dt class="flex gap-1">
                                                    {shortcut
                                                        .keys
                                                        .iter()
                                                        .flat_map(|key| key.split('+'))
                                                        .map(shown)
                                                        .map(|key| view! { <kbd class="kbd">{key}</kbd> })
                                                        .collect_view()}
                                                </dt>
                                                <dd class="text-ink-2">{shortcut.label}</dd>
                                            }
                                        })
                                        .collect_view()}
                                </dl>
                            </section>
                        }
                    })
                    .collect_view()}
            </div>
            <label class="flex min-h-6 items-center gap-2 border-t border-base-300 pt-4 text-sm">
                <input type="checkbox" class="toggle toggle-sm toggle-primary" bind:checked=keys.enabled />
                "Shortcuts of a single key"
            </label>
        </Dialog>
    }
}

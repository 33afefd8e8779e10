//! A field for a password, with a way to see what was typed.

use super::field::FieldNote;
use super::icon::Icon;
use super::icon_paths::IconName;
use leptos::prelude::*;

/// A password.
#[component]
pub fn PasswordField(
    /// Id of the control; unique on the page.
    id: &'static str,
    /// Words above it.
    label: &'static str,
    /// What is typed.
    value: RwSignal<String>,
    /// `current-password` or `new-password`.
    autocomplete: &'static str,
    /// What is wrong.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// What to know before typing.
    #[prop(optional)]
    hint: Option<&'static str>,
) -> impl IntoView {
    let seen = RwSignal::new(false);
    let note = format!("{id}-note");
    let hint_id = format!("{id}-hint");
    let described = format!("{note} {hint_id}");
    view! {
        <div class="flex flex-col gap-1">
            <label for=id class="text-xs text-ink-2">{label}</label>
            <div class="input input-sm w-full pr-1">
                <input
                    id=id
                    name=id
                    type=move || if seen.get() { "text" } else { "password" }
                    autocomplete=autocomplete
                    required
                    aria-invalid=move || error.get().is_some().then_some("true")
                    aria-describedby=described
                    bind:value=value
                />
                <button
                    type="button"
                    class="btn btn-ghost btn-xs btn-square"
                    aria-label="Show password"
                    aria-pressed=move || if seen.get() { "true" } else { "false" }
                    on:click=move |_| seen.update(|seen| *seen = !*seen)
                >
                    {move || view! { <Icon name=if seen.get() { IconName::EyeOff } else { IconName::Eye } /> }}
                </button>
            </div>
            <p id=hint_id class="text-xs text-ink-3 empty:hidden">{hint}</p>
            <FieldNote id=note error />
        </div>
    }
}

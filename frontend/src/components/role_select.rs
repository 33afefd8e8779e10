//! A role to choose from a list.

use super::why::Why;
use crate::model::refusal::Refusal;
use domain::user::Role;
use leptos::prelude::*;

/// The roles, one of them chosen.
#[component]
pub fn RoleSelect(
    /// Read aloud: "Role of Ann".
    label: String,
    /// The roles on offer.
    roles: Vec<Role>,
    /// The chosen one.
    #[prop(into)]
    value: Signal<Role>,
    /// Why it cannot be changed now.
    #[prop(optional, into)]
    refused: Signal<Option<Refusal>>,
    /// Called with the new one.
    on_change: Callback<Role>,
) -> impl IntoView {
    let change = move |event| {
        if let Ok(role) = event_target_value(&event).parse() {
            on_change.run(role);
        }
    };
    let what = label.clone();
    view! {
        <span class="inline-flex items-center gap-1">
            <select
                class="select select-xs w-28 sm:w-36"
                aria-label=label
                title=move || refused.get().map(|refusal| refusal.sentence)
                disabled=move || refused.with(Option::is_some)
                on:change=change
            >
                {roles
                    .into_iter()
                    .map(|role| {
                        view! { <option value=role.slug() prop:selected=move || value.get() == role>{role.slug()}</option> }
                    })
                    .collect_view()}
            </select>
            <Why what refused />
        </span>
    }
}

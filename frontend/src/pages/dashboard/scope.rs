//! All projects or one of them; the address remembers which.

use super::Scope;
use crate::components::picker::{Choice, Picker};
use crate::components::popover::Popover;
use crate::components::shell::Place;
use crate::components::{IconName, SmallIcon};
use domain::paths::{page, with_query};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

const ALL: &str = "";

/// The button with the projects.
#[component]
pub(super) fn ScopeSwitch(scope: Scope) -> impl IntoView {
    let place = expect_context::<Place>();
    let open = RwSignal::new(false);
    let navigate = use_navigate();
    let choices =
        Signal::derive(move || {
            let mut choices = vec![Choice::plain(ALL, "All projects")];
            for project in place.projects.value.get().unwrap_or_default() {
                let (key, name) = (project.key, project.name);
                let shown = (key.clone(), name.clone());
                choices.push(Choice::shown(key.clone(), format!("{key} {name}"), move || {
                let (key, name) = shown.clone();
                view! { <span class="truncate">{name}</span> <span class="ii-key">{key}</span> }
            }));
            }
            choices
        });
    let chosen = Signal::derive(move || vec![scope.project.get().unwrap_or_default()]);
    let pick = Callback::new(move |key: String| {
        open.set(false);
        let pairs: Vec<_> = (key != ALL)
            .then_some(("project", key))
            .into_iter()
            .collect();
        navigate(&with_query(page::HOME, &pairs), NavigateOptions::default());
    });
    view! {
        <Popover
            open
            kind="listbox"
            class="btn btn-sm btn-line font-normal"
            trigger=move || {
                view! {
                    <span class="sr-only">"Shown: "</span>
                    {move || scope.project.get().unwrap_or_else(|| "All projects".to_owned())}
                    <SmallIcon name=IconName::ChevronsUpDown />
                }
            }
        >
            <Picker id="scope-list" label="Show project" choices chosen on_pick=pick />
        </Popover>
    }
}

//! The project one is in, its pages, and the way to another.

use super::Place;
use super::sidebar::NavLink;
use crate::components::icon::SmallIcon;
use crate::components::icon_paths::IconName;
use crate::components::picker::{Choice, Picker};
use crate::components::popover::Popover;
use domain::paths::page;
use domain::policy::{Action, Ground, decide};
use domain::project::Project;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

/// Name and key of the project, and its pages.
#[component]
pub fn ProjectSwitch() -> impl IntoView {
    let place = expect_context::<Place>();
    let open = RwSignal::new(false);
    let navigate = use_navigate();
    let projects = move || place.projects.value.get().unwrap_or_default();
    let current = Memo::new(move |_| {
        let projects = projects();
        let wanted = place.project.get();
        let found =
            wanted.and_then(|key| projects.iter().find(|project| project.key == key).cloned());
        found.or_else(|| projects.first().cloned())
    });
    let choices = Signal::derive(move || {
        projects()
            .into_iter()
            .map(|project| {
                let Project { key, name, .. } = project;
                let shown = (key.clone(), name.clone());
                Choice::shown(key.clone(), format!("{key} {name}"), move || {
                    let (key, name) = shown.clone();
                    view! { <span class="truncate">{name}</span> <span class="ii-key">{key}</span> }
                })
            })
            .collect::<Vec<_>>()
    });
    let pick = Callback::new(move |key: String| {
        open.set(false);
        navigate(&page::project(&key), NavigateOptions::default());
    });
    let may_edit =
        move |project: &Project| decide(project.role, Action::ManageLabels, Ground::NONE).is_ok();
    view! {
        <Show when=move || current.get().is_some()>
            <div class="flex flex-col gap-1">
                <Popover
                    open
                    kind="listbox"
                    class="btn btn-ghost btn-xs w-full justify-between px-2 font-medium"
                    trigger=move || {
                        view! {
                            <span class="truncate">
                                <span class="sr-only">"Project "</span>
                                {move || current.get().map(|project| project.name)}
                            </span>
                            <span class="flex items-center gap-1">
                                <span class="ii-key">{move || current.get().map(|project| project.key)}</span>
                                <SmallIcon name=IconName::ChevronsUpDown />
                            </span>
                        }
                    }
                >
                    <Picker
                        id="project-list"
                        label="Go to project"
                        choices
                        chosen=Signal::derive(move || current.get().map(|project| vec![project.key]).unwrap_or_default())
                        on_pick=pick
                    />
                </Popover>
                <ul class="flex flex-col gap-0.5">
                    <NavLink
                        href=Signal::derive(move || current.get().map(|p| page::project_board(&p.key)).unwrap_or_default())
                        icon=IconName::Columns3
                        label="Board"
                    />
                    <NavLink
                        href=Signal::derive(move || current.get().map(|p| page::project_issues(&p.key)).unwrap_or_default())
                        icon=IconName::List
                        label="Issues"
                        count=Signal::derive(move || current.get().map(|project| project.open_issues))
                    />
                    <NavLink
                        href=Signal::derive(move || current.get().map(|p| page::project_triage(&p.key)).unwrap_or_default())
                        icon=IconName::ScanSearch
                        label="Triage"
                    />
                    <NavLink
                        href=Signal::derive(move || current.get().map(|p| page::project_activity(&p.key)).unwrap_or_default())
                        icon=IconName::Activity
                        label="Activity"
                    />
                    <Show when=move || current.get().is_some_and(|project| may_edit(&project))>
                        <NavLink
                            href=Signal::derive(move || current.get().map(|p| page::project_settings(&p.key)).unwrap_or_default())
                            icon=IconName::SlidersHorizontal
                            label="Settings"
                        />
                    </Show>
                </ul>
            </div>
        </Show>
    }
}

//! The projects that exist for the account.

mod create;

use crate::api;
use crate::components::segments::{Segment, Segments};
use crate::components::skeleton::SkeletonRows;
use crate::components::{AsyncView, Empty, GuardedButton, IconName, Page, SmallIcon};
use crate::model::refusal;
use crate::model::search::matches;
use crate::state::pulse::pulse;
use crate::state::{Loaded, live, session};
use create::CreateProject;
use domain::paths::page;
use domain::policy::Action;
use domain::project::{Project, Visibility};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

const CURRENT: &str = "current";
const ARCHIVED: &str = "archived";

/// The list, and the way to a new one.
#[component]
pub fn ProjectsPage() -> impl IntoView {
    let session = session();
    let live = live();
    let query = use_query_map();
    let changed = pulse(move || live.kind("project") + live.kind("member") + live.kind("issue"));
    let loaded = Loaded::keep(
        move || changed.get(),
        |_| async { api::projects::with_archived().await },
    );
    let typed = RwSignal::new(String::new());
    let which = RwSignal::new(CURRENT.to_owned());
    let creating = RwSignal::new(false);
    let refused =
        Signal::derive(move || refusal::refused(session.account_role()?, Action::CreateProject));
    Effect::new(move |_| {
        if query.read().get("new").is_some() && refused.with(Option::is_none) {
            creating.set(true);
        }
    });
    let segments = Signal::derive(move || {
        let archived = loaded.value.with(|projects| {
            let projects = projects.iter().flatten();
            projects
                .filter(|project| project.archived_at.is_some())
                .count()
        });
        vec![
            Segment::new(CURRENT, "Current"),
            Segment::new(ARCHIVED, format!("Archived {archived}")),
        ]
    });
    view! {
        <Page title="Projects">
            <div class="ii-sub">
                <label class="input input-sm w-56 max-sm:w-full">
                    <SmallIcon name=IconName::Search />
                    <input type="search" aria-label="Find a project" placeholder="Name or key" bind:value=typed />
                </label>
                <Segments label="Which" segments value=which on_change=Callback::new(move |to| which.set(to)) />
                <span class="ml-auto">
                    <GuardedButton refused on_click=Callback::new(move |()| creating.set(true))>
                        <SmallIcon name=IconName::Plus />
                        "New project"
                    </GuardedButton>
                </span>
            </div>
            <AsyncView
                loaded
                what="The list of projects"
                loading="Loading projects"
                skeleton=|| view! { <SkeletonRows rows=4 /> }.into_any()
                let:projects
            >
                <Table projects typed which />
            </AsyncView>
        </Page>
        <CreateProject open=creating />
    }
}

#[component]
fn Table(
    projects: RwSignal<Vec<Project>>,
    typed: RwSignal<String>,
    which: RwSignal<String>,
) -> impl IntoView {
    let found = Memo::new(move |_| {
        let archived = which.with(|which| which == ARCHIVED);
        let typed = typed.get();
        projects
            .get()
            .into_iter()
            .filter(|project| project.archived_at.is_some() == archived)
            .filter(|project| matches(&format!("{} {}", project.key, project.name), &typed))
            .collect::<Vec<_>>()
    });
    let nothing = move || {
        let (title, text) = if !typed.with(String::is_empty) {
            (
                "No project matches",
                "Try a part of the name or of the key.",
            )
        } else if which.with(|which| which == ARCHIVED) {
            (
                "Nothing is archived",
                "Archived projects can be read, but not changed. They rest here.",
            )
        } else {
            (
                "No projects yet",
                "A project keeps issues together: its people, labels, versions and workflow.",
            )
        };
        view! { <Empty icon=IconName::FolderKanban title text /> }
    };
    view! {
        <div class="px-4 lg:px-6">
            <Show when=move || found.with(|found| !found.is_empty()) fallback=nothing>
                <table class="table table-sm">
                    <caption class="sr-only">"Projects"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Project"</th>
                            <th scope="col" class="max-md:hidden">"Workflow"</th>
                            <th scope="col" class="max-md:hidden">"Visible to"</th>
                            <th scope="col" class="max-sm:hidden">"Your role"</th>
                            <th scope="col" class="num">"Open"</th>
                            <td></td>
                        </tr>
                    </thead>
                    <tbody>
                        <For each=move || found.get() key=|project| (project.id, project.version, project.open_issues, project.role) let:project>
                            <Row project />
                        </For>
                    </tbody>
                </table>
            </Show>
        </div>
    }
}

#[component]
fn Row(project: Project) -> impl IntoView {
    let (icon, visible) = match project.visibility {
        Visibility::Internal => (IconName::Users, "everybody"),
        Visibility::Private => (IconName::Lock, "members"),
    };
    let settings = format!("Settings of {}", project.name);
    view! {
        <tr>
            <td>
                <a class="flex min-h-6 flex-wrap items-center gap-x-2 hover:underline" href=page::project(&project.key)>
                    <span class="font-medium">{project.name}</span>
                    <span class="ii-key">{project.key.clone()}</span>
                </a>
            </td>
            <td class="max-md:hidden">{project.template.slug()}</td>
            <td class="max-md:hidden">
                <span class="inline-flex items-center gap-1.5">
                    <SmallIcon name=icon />
                    {visible}
                </span>
            </td>
            <td class="text-ink-2 max-sm:hidden">{project.role.slug()}</td>
            <td class="num font-medium">{project.open_issues}</td>
            <td class="w-8 px-0">
                <a class="btn btn-ghost btn-xs btn-square" aria-label=settings.clone() title=settings href=page::project_settings(&project.key)>
                    <SmallIcon name=IconName::SlidersHorizontal />
                </a>
            </td>
        </tr>
    }
}

//! The navigation at the lower edge of small screens.

use super::Place;
use super::theme_menu::ThemeMenu;
use super::user_menu::AccountMenu;
use crate::components::dialog::Dialog;
use crate::components::icon::{Icon, IconSize, SmallIcon};
use crate::components::icon_paths::IconName;
use crate::state::session;
use domain::paths::page;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// Dashboard, issues, new, projects, and the rest.
#[component]
pub fn Dock() -> impl IntoView {
    let more = RwSignal::new(false);
    let location = use_location();
    Effect::new(move |_| {
        location.pathname.track();
        more.set(false);
    });
    view! {
        <nav class="ii-dock" aria-label="Pages">
            <DockLink href=page::HOME icon=IconName::LayoutDashboard label="Dashboard" />
            <DockLink href=page::ISSUES icon=IconName::List label="Issues" />
            <a class="go" href=page::NEW aria-label="New issue">
                <span><Icon name=IconName::Plus size=IconSize::Large /></span>
            </a>
            <DockLink href=page::PROJECTS icon=IconName::FolderKanban label="Projects" />
            <button type="button" aria-haspopup="dialog" on:click=move |_| more.set(true)>
                <Icon name=IconName::Menu size=IconSize::Large />
                "More"
            </button>
        </nav>
        <Dialog open=more title="More" id="more-title" narrow=true>
            <More />
        </Dialog>
    }
}

#[component]
fn DockLink(href: &'static str, icon: IconName, label: &'static str) -> impl IntoView {
    let location = use_location();
    let current = move || {
        let path = location.pathname.get();
        let here = path == href
            || (href != "/" && path.starts_with(href))
            || (href == page::ISSUES && path.ends_with("/issues"));
        (here && !(href == page::PROJECTS && path.ends_with("/issues"))).then_some("page")
    };
    view! {
        <a href=href aria-current=current>
            <Icon name=icon size=IconSize::Large />
            {label}
        </a>
    }
}

#[component]
fn More() -> impl IntoView {
    let session = session();
    let place = expect_context::<Place>();
    let of_project = move || {
        let key = place.here()?;
        let projects = place.projects.value.get().unwrap_or_default();
        let name = projects.into_iter().find(|p| p.key == key)?.name;
        let pages = [
            (page::project_board(&key), IconName::Columns3, "Board"),
            (page::project_issues(&key), IconName::List, "Issues"),
            (page::project_triage(&key), IconName::ScanSearch, "Triage"),
            (page::project_activity(&key), IconName::Activity, "Activity"),
        ];
        let links = pages.map(|(href, icon, label)| {
            view! {
                <a class="btn btn-sm btn-line justify-start" href=href>
                    <SmallIcon name=icon />
                    {label}
                </a>
            }
        });
        Some(view! {
            <p class="truncate pt-1 text-xs text-ink-2">{name}</p>
            <div class="grid grid-cols-2 gap-2">{links.into_iter().collect_view()}</div>
        })
    };
    view! {
        <div class="flex flex-col gap-2">
            {of_project}
            <a class="btn btn-sm btn-line justify-start" href=page::MY_WORK>
                <SmallIcon name=IconName::CircleUser />
                "My work"
            </a>
            <a class="btn btn-sm btn-line justify-start" href=page::SEARCH>
                <SmallIcon name=IconName::Search />
                "Search"
            </a>
            <Show when=move || session.is_admin()>
                <a class="btn btn-sm btn-line justify-start" href=page::USERS>
                    <SmallIcon name=IconName::Users />
                    "Users"
                </a>
                <a class="btn btn-sm btn-line justify-start" href=page::AUDIT>
                    <SmallIcon name=IconName::ScrollText />
                    "Audit log"
                </a>
            </Show>
            <div class="ii-panel"><AccountMenu /></div>
            <div class="flex items-center gap-2 text-sm text-ink-2">"Theme" <ThemeMenu /></div>
        </div>
    }
}

//! The navigation at the left of wide screens.

use super::Place;
use super::project_switch::ProjectSwitch;
use super::theme_menu::ThemeMenu;
use super::user_menu::UserMenu;
use crate::components::icon::Icon;
use crate::components::icon_paths::IconName;
use crate::state::session;
use domain::paths::page;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// A link of the navigation; the current one says so.
#[component]
pub fn NavLink(
    #[prop(into)] href: Signal<String>,
    icon: IconName,
    label: &'static str,
    /// A number at the right.
    #[prop(optional, into)]
    count: Signal<Option<i64>>,
    /// Also current on the pages below it.
    #[prop(default = false)]
    deep: bool,
) -> impl IntoView {
    let location = use_location();
    let current = move || {
        let (path, href) = (location.pathname.get(), href.get());
        let here = path == href || (deep && path.starts_with(&format!("{href}/")));
        here.then_some("page")
    };
    view! {
        <li>
            <a class="ii-nav" href=move || href.get() aria-current=current>
                <Icon name=icon />
                {label}
                {move || count.get().map(|count| view! { <span class="n">{count}</span> })}
            </a>
        </li>
    }
}

/// Mark, pages, project, instance, account.
#[component]
pub fn Sidebar() -> impl IntoView {
    let session = session();
    let place = expect_context::<Place>();
    view! {
        <nav class="ii-side" aria-label="Main">
            <a href=page::HOME class="flex items-center gap-2 px-1 font-semibold">
                <span class="ii-mark" aria-hidden="true">"&"</span>
                <span>"Issues " <span class="text-ink-3">"&"</span> " Insights"</span>
            </a>
            <ul class="flex flex-col gap-0.5">
                <NavLink href=page::HOME icon=IconName::LayoutDashboard label="Dashboard" />
                <NavLink href=page::MY_WORK icon=IconName::CircleUser label="My work" />
                <NavLink href=page::SEARCH icon=IconName::Search label="Search" />
                <NavLink href=page::ISSUES icon=IconName::Layers label="All issues" />
                <NavLink href=page::PROJECTS icon=IconName::FolderKanban label="Projects" />
            </ul>
            <ProjectSwitch />
            <Show when=move || session.is_admin()>
                <div class="flex flex-col gap-1">
                    <p class="ii-cap">"Instance"</p>
                    <ul class="flex flex-col gap-0.5">
                        <NavLink href=page::USERS icon=IconName::Users label="Users" deep=true />
                        <NavLink href=page::AUDIT icon=IconName::ScrollText label="Audit log" />
                        <NavLink href=page::POLICY icon=IconName::ShieldCheck label="Roles and rights" />
                    </ul>
                </div>
            </Show>
            <div class="mt-auto flex items-center gap-1 border-t border-base-300 pt-3 text-xs text-ink-2">
                <UserMenu />
                <span class="ml-auto flex gap-1">
                    <ThemeMenu upwards=true />
                    <button
                        type="button"
                        class="btn btn-ghost btn-xs btn-square"
                        aria-label="Keyboard shortcuts"
                        on:click=move |_| place.help.set(true)
                    >
                        <Icon name=IconName::Keyboard />
                    </button>
                </span>
            </div>
        </nav>
    }
}

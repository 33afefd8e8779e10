//! The navigation at the left of wide screens.

use super::Place;
use super::counts::Counts;
use super::project_switch::ProjectSwitch;
use super::theme_menu::ThemeMenu;
use super::user_menu::UserMenu;
use crate::components::icon::Icon;
use crate::components::icon_paths::IconName;
use crate::model::saved::{PARAMETER, href, offered};
use crate::state::session;
use domain::page::Total;
use domain::paths::page;
use domain::view::View;
use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_query_map};
use uuid::Uuid;

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
    let Offered { open, .. } = expect_context();
    let current = move || {
        let (path, href) = (location.pathname.get(), href.get());
        let here = path == href || (deep && path.starts_with(&format!("{href}/")));
        // A view is a page of its own, although its address is that of the list or the board.
        (here && open.get().is_none()).then_some("page")
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

/// The saved views that the navigation offers, in the context of its links.
#[derive(Clone, Copy)]
struct Offered {
    /// Those of the project one is in, and one's own of all projects.
    all: Memo<Vec<View>>,
    /// The one that is open.
    open: Memo<Option<Uuid>>,
}

impl Offered {
    fn provide(place: Place) {
        let query = use_query_map();
        let all = Memo::new(move |_| {
            let project = place.project.get();
            let views = place.views.value.get().unwrap_or_default();
            offered(&views, project.as_deref())
        });
        let open = Memo::new(move |_| {
            let id: Uuid = query.with(|query| query.get_str(PARAMETER)?.parse().ok())?;
            all.with(|all| all.iter().any(|view| view.id == id).then_some(id))
        });
        provide_context(Self { all, open });
    }
}

/// The saved views, with how many issues each finds.
#[component]
fn Views() -> impl IntoView {
    let Offered { all, open } = expect_context();
    let counts = Counts::of(all);
    let one = move |view: View| {
        let id = view.id;
        let current = move || (open.get() == Some(id)).then_some("page");
        let count = Memo::new(move |_| counts.get(id));
        let line = NodeRef::<leptos::html::Li>::new();
        line.on_load(move |line| counts.follow(&line));
        let words = |total: Total| format!("{}{}", total.count, if total.exact { "" } else { "+" });
        view! {
            <li node_ref=line data-view=id.to_string()>
                <a class="ii-nav" href=href(&view) aria-current=current>
                    <Icon name=IconName::Bookmark />
                    <span class="truncate">{view.name.clone()}</span>
                    {move || count.get().map(|total| view! { <span class="n">{words(total)}</span> })}
                </a>
            </li>
        }
    };
    view! {
        <Show when=move || !all.with(Vec::is_empty)>
            <div class="flex flex-col gap-1">
                <p class="ii-cap">"Views"</p>
                <ul class="flex flex-col gap-0.5">
                    <For each=move || all.get() key=|view| (view.id, view.version) children=one />
                </ul>
            </div>
        </Show>
    }
}

/// Mark, pages, project, instance, account.
#[component]
pub fn Sidebar() -> impl IntoView {
    let session = session();
    let place = expect_context::<Place>();
    Offered::provide(place);
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
            <Views />
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

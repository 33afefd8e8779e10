//! The frame around every page of somebody who is signed in.

mod counts;
mod dock;
mod palette;
mod palette_items;
mod project_switch;
mod sidebar;
mod theme_menu;
mod user_menu;

use super::shortcut_help::ShortcutHelp;
use super::skeleton::AfterAMoment;
use crate::api;
use crate::components::Failed;
use crate::state::{Live, Loaded, SessionState, live, on_command, recents, session, storage};
use dock::Dock;
use domain::paths::page;
use domain::project::Project;
use domain::view::View;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::components::Outlet;
use leptos_router::hooks::{use_location, use_navigate};
use palette::Palette;
use sidebar::Sidebar;
use std::time::Duration;
use wasm_bindgen::JsCast;

/// What the shell knows, for the pages inside.
#[derive(Clone, Copy)]
pub struct Place {
    /// The projects that exist for the account.
    pub projects: Loaded<Vec<Project>>,
    /// The saved views that exist for the account: its own, and those that projects share.
    pub views: Loaded<Vec<View>>,
    /// Key of the project one is in, or was in last.
    pub project: Memo<Option<String>>,
    /// Opens the list of shortcuts.
    pub help: RwSignal<bool>,
    /// Opens the palette.
    pub palette: RwSignal<bool>,
}

impl Place {
    /// The project that the sidebar shows: the one that one is in, was in last, or the first. Tracked.
    #[must_use]
    pub fn here(self) -> Option<String> {
        let wanted = self.project.get();
        self.projects.value.with(|projects| {
            let projects = projects.as_ref()?;
            let found = projects.iter().find(|p| Some(&p.key) == wanted.as_ref());
            found.or(projects.first()).map(|p| p.key.clone())
        })
    }
}

/// Sidebar, page, bottom bar; and the way to the sign-in for those who are not signed in.
#[component]
pub fn Shell() -> impl IntoView {
    let session = session();
    let location = use_location();
    let navigate = use_navigate();
    Effect::new(move |_| {
        if matches!(session.state(), SessionState::SignedOut) {
            let here = format!(
                "{}{}",
                location.pathname.get_untracked(),
                query_text(&location.search.get_untracked())
            );
            let to = if here == "/" {
                page::LOGIN.to_owned()
            } else {
                domain::paths::with_query(page::LOGIN, &[("next", here)])
            };
            navigate(
                &to,
                NavigateOptions {
                    replace: true,
                    ..NavigateOptions::default()
                },
            );
        }
    });
    let phase = Memo::new(move |_| match session.state() {
        SessionState::SignedIn(_) => 2,
        SessionState::Failed(_) => 1,
        SessionState::Unknown | SessionState::SignedOut => 0,
    });
    move || match phase.get() {
        2 => view! { <Frame /> }.into_any(),
        1 => match session.state() {
            SessionState::Failed(error) => {
                let retry = Callback::new(move |()| session.load());
                view! { <main id="main" class="grid min-h-dvh place-items-center"><h1 class="sr-only">"Issues & Insights"</h1><Failed what="Your account" error retry /></main> }.into_any()
            }
            _ => ().into_any(),
        },
        _ => view! {
            <main id="main" class="grid min-h-dvh place-items-center">
                <h1 class="sr-only">"Issues & Insights"</h1>
                <AfterAMoment what="Loading your account">
                    <span class="loading loading-spinner text-ink-3" aria-hidden="true"></span>
                </AfterAMoment>
            </main>
        }
        .into_any(),
    }
}

fn query_text(search: &str) -> String {
    if search.is_empty() || search.starts_with('?') {
        search.to_owned()
    } else {
        format!("?{search}")
    }
}

#[component]
fn Frame() -> impl IntoView {
    let place = provide_place(live());
    follow_the_focus();
    recents::follow();
    let navigate = use_navigate();
    let go = move |to: &'static str| {
        let navigate = navigate.clone();
        move || navigate(to, NavigateOptions::default())
    };
    on_command("new_issue", go(page::NEW));
    on_command("go_dashboard", go(page::HOME));
    on_command("go_my_work", go(page::MY_WORK));
    on_command("go_issues", go(page::ISSUES));
    on_command("go_projects", go(page::PROJECTS));
    on_command("go_settings", go(page::PROFILE));
    let within = |to: fn(&str) -> String| {
        let navigate = use_navigate();
        move || {
            if let Some(key) = untrack(|| place.here()) {
                navigate(&to(&key), NavigateOptions::default());
            }
        }
    };
    on_command("go_board", within(page::project_board));
    on_command("go_triage", within(page::project_triage));
    on_command("help", move || place.help.set(true));
    view! {
        <a class="skip-link" href="#main" rel="external">"Skip to content"</a>
        <div class="ii-shell">
            <Sidebar />
            <div class="min-w-0">
                <Outlet />
            </div>
            <Dock />
        </div>
        <ShortcutHelp open=place.help />
        <Palette />
    }
}

fn provide_place(live: Live) -> Place {
    let location = use_location();
    let before = storage::get("project");
    let project = Memo::new(move |last: Option<&Option<String>>| {
        let here = crate::model::place::project_of(&location.pathname.get());
        here.or_else(|| last.cloned().flatten())
            .or_else(|| before.clone())
    });
    Effect::new(move |_| {
        if let Some(key) = project.get() {
            storage::set("project", &key);
        }
    });
    // Counts may lag a moment; a burst of changes is one question.
    let tick = RwSignal::new(0_u32);
    let due = StoredValue::new(false);
    Effect::new(move |first: Option<()>| {
        let _ = (
            live.kind("project"),
            live.kind("member"),
            live.kind("issue"),
        );
        if first.is_some() && !due.get_value() {
            due.set_value(true);
            set_timeout(
                move || {
                    let _ = due.try_set_value(false);
                    let _ = tick.try_update(|n| *n += 1);
                },
                Duration::from_millis(1500),
            );
        }
    });
    let projects = Loaded::keep(move || tick.get(), |_| api::projects::all());
    let views = Loaded::keep(
        move || live.kind("project") + live.kind("member") + live.kind("view"),
        |_| api::views::all(),
    );
    let place = Place {
        projects,
        views,
        project,
        help: RwSignal::new(false),
        palette: RwSignal::new(false),
    };
    provide_context(place);
    place
}

/// After a step to another page the focus begins at its content.
fn follow_the_focus() {
    let location = use_location();
    Effect::new(move |before: Option<String>| {
        let path = location.pathname.get();
        if before.is_some_and(|before| before != path) {
            request_animation_frame(|| {
                window().scroll_to_with_x_and_y(0.0, 0.0);
                let main = document().get_element_by_id("main");
                if let Some(main) =
                    main.and_then(|main| main.dyn_into::<web_sys::HtmlElement>().ok())
                {
                    // A page that put the focus into its first field keeps it there.
                    let taken = document()
                        .active_element()
                        .is_some_and(|active| main.contains(Some(&active)));
                    if !taken {
                        let _ = main.focus();
                    }
                }
            });
        }
        path
    });
}

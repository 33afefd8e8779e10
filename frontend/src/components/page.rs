//! The frame of one page: bar with place, title and actions; content below.

use super::connection::Connection;
use super::icon::SmallIcon;
use super::icon_paths::IconName;
use super::shell::Place;
use super::why::GuardedButton;
use crate::model::refusal;
use crate::state::session;
use crate::state::title::window_title;
use domain::paths::page;
use domain::policy::Action;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// A step on the way to the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crumb {
    /// The words.
    pub label: String,
    /// Where it leads.
    pub href: String,
}

/// Bar and content of a page inside the shell.
#[component]
pub fn Page(
    /// The page's name: in the bar and in the window's title.
    #[prop(into)]
    title: Signal<String>,
    /// The way to it.
    #[prop(optional, into)]
    crumbs: Signal<Vec<Crumb>>,
    /// Whether the name in the bar is the page's heading; not so where the content has its own.
    #[prop(default = true)]
    heading: bool,
    /// Says "Live" when all is well.
    #[prop(default = false)]
    shows_live: bool,
    /// What can be done with the page as a whole.
    #[prop(optional, into)]
    actions: ViewFnOnce,
    /// The content.
    children: Children,
) -> impl IntoView {
    let session = session();
    window_title(move || title.get());
    let location = use_location();
    // The page for a new issue has its own button.
    let elsewhere = move || location.pathname.get() != page::NEW;
    let refused = Memo::new(move |_| {
        let highest = session.standings().iter().map(|s| s.role).max()?;
        refusal::refused(highest, Action::CreateIssue)
    });
    let may_report = move || !session.standings().is_empty() && refused.with(Option::is_none);
    let name = move || title.get();
    view! {
        <header class="ii-bar">
            <a class="lg:hidden" href=page::HOME aria-label="Dashboard">
                <span class="ii-mark" aria-hidden="true">"&"</span>
            </a>
            <div class="flex min-w-0 items-center gap-2">
                {move || {
                    crumbs
                        .get()
                        .into_iter()
                        .map(|crumb| {
                            view! {
                                <a class="hidden shrink-0 text-ink-3 hover:underline sm:inline" href=crumb.href>{crumb.label}</a>
                                <span class="hidden text-ink-3 sm:inline" aria-hidden="true">"/"</span>
                            }
                        })
                        .collect_view()
                }}
                {if heading {
                    view! { <h1 class="truncate text-lg font-semibold">{name}</h1> }.into_any()
                } else {
                    view! { <p class="truncate text-lg font-semibold">{name}</p> }.into_any()
                }}
            </div>
            <div class="ml-auto flex shrink-0 items-center gap-2">
                <Connection always=shows_live />
                {actions.run()}
                <Jump />
                <Show when=move || elsewhere() && may_report()>
                    <a href=page::NEW class="btn btn-sm btn-primary hidden lg:inline-flex">
                        <SmallIcon name=IconName::Plus />
                        "New issue"
                    </a>
                </Show>
                <Show when=move || elsewhere() && refused.with(Option::is_some)>
                    <span class="hidden lg:inline">
                        <GuardedButton refused on_click=Callback::new(|()| ())>
                            <SmallIcon name=IconName::Plus />
                            "New issue"
                        </GuardedButton>
                    </span>
                </Show>
            </div>
        </header>
        <main id="main" class="min-w-0" tabindex="-1">{children()}</main>
    }
}

/// The way to the palette for those who do not know its key.
#[component]
fn Jump() -> impl IntoView {
    let place = use_context::<Place>();
    place.map(|place| {
        view! {
            <button
                type="button"
                class="btn btn-sm btn-line text-ink-3 font-normal max-lg:btn-square"
                aria-haspopup="dialog"
                aria-label="Search or jump"
                on:click=move |_| place.palette.set(true)
            >
                <SmallIcon name=IconName::Search />
                <span class="hidden lg:inline">"Search or jump"</span>
                <span class="hidden gap-1 lg:inline-flex" aria-hidden="true">
                    <kbd class="kbd">"Ctrl"</kbd>
                    <kbd class="kbd">"K"</kbd>
                </span>
            </button>
        }
    })
}

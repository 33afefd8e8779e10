//! One's own account: profile, sessions, sign out.

use crate::components::icon::SmallIcon;
use crate::components::icon_paths::IconName;
use crate::components::menu::Menu;
use crate::components::popover::Popover;
use crate::model::initials::initials;
use crate::state::{session, toasts};
use domain::paths::page;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Avatar and name; opens the menu of the account.
#[component]
pub fn UserMenu() -> impl IntoView {
    let session = session();
    let open = RwSignal::new(false);
    let name = move || {
        session
            .user()
            .map(|user| user.display_name)
            .unwrap_or_default()
    };
    view! {
        <Popover
            open
            kind="menu"
            class="btn btn-ghost btn-xs h-8 min-w-0 shrink px-1"
            panel_class="ii-float ii-pop"
            upwards=true
            trigger=move || {
                view! {
                    <span class="ii-av" aria-hidden="true">{move || initials(&name())}</span>
                    <span class="max-w-28 truncate font-medium text-base-content">{name}</span>
                }
            }
        >
            <AccountMenu />
        </Popover>
    }
}

/// The entries of the menu.
#[component]
pub fn AccountMenu() -> impl IntoView {
    let session = session();
    let toasts = toasts();
    let leave = move |_| {
        spawn_local(async move {
            if let Err(error) = session.leave().await {
                toasts.failed("You are still signed in.", &error);
            }
        });
    };
    view! {
        <Menu label="Your account">
            <a role="menuitem" href=page::PROFILE>
                <SmallIcon name=IconName::User />
                "Profile and password"
            </a>
            <a role="menuitem" href=page::SESSIONS>
                <SmallIcon name=IconName::Monitor />
                "Sessions"
            </a>
            <a role="menuitem" href=page::POLICY>
                <SmallIcon name=IconName::ShieldCheck />
                "Roles and rights"
            </a>
            <div role="separator" class="my-1 border-t border-base-300"></div>
            <button type="button" role="menuitem" on:click=leave>
                <SmallIcon name=IconName::LogOut />
                "Sign out"
            </button>
        </Menu>
    }
}

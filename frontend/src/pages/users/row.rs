//! One account in the table.

use super::People;
use crate::api;
use crate::components::menu::Menu;
use crate::components::popover::Popover;
use crate::components::role_select::RoleSelect;
use crate::components::{Icon, IconName, Person, SmallIcon, Time};
use crate::model::refusal::Refusal;
use crate::state::{session, toasts};
use domain::paths::page;
use domain::user::{Kind, Role, User, UserPatch};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Changes the account, says so, and offers the way back.
fn change(
    people: People,
    user: &User,
    patch: UserPatch,
    back: UserPatch,
    said: String,
    failed: impl Fn() + 'static,
) {
    let toasts = toasts();
    let id = user.id;
    spawn_local(async move {
        match api::users::update(id, &patch, None).await {
            Ok(_) => toasts.undo(said, move || {
                let back = back.clone();
                spawn_local(async move {
                    if let Err(error) = api::users::update(id, &back, None).await {
                        toasts.failed("It could not be taken back.", &error);
                    }
                    people.loaded.reload();
                });
            }),
            Err(error) => {
                failed();
                toasts.failed("The account was not changed.", &error);
            }
        }
        people.loaded.reload();
    });
}

/// Name, address, role, kind, last sign-in, and what can be done.
#[component]
pub(super) fn UserRow(people: People, first: User) -> impl IntoView {
    let admin = people.admin;
    let id = first.id;
    let user = Memo::new(move |_| {
        let now = people
            .loaded
            .value
            .with(|users| users.iter().flatten().find(|user| user.id == id).cloned());
        now.unwrap_or_else(|| first.clone())
    });
    let kind = move || match user.get().kind {
        Kind::Human => view! { <SmallIcon name=IconName::User /> "human" }.into_any(),
        Kind::Service => view! { <SmallIcon name=IconName::Bot /> "service" }.into_any(),
    };
    let name = move || {
        let user = user.get();
        let second = (user.username != user.display_name).then(|| format!("@{}", user.username));
        view! {
            <a class="inline-flex min-h-6 items-center font-medium hover:underline" href=page::user(&user.username)><Person user=user.reference() /></a>
            {second.map(|name| view! { <span class="ii-key">{name}</span> })}
            {user.awaits_admin.then(|| view! { <span class="badge badge-sm ii-pill c-waiting">"waits to be let in"</span> })}
            {(!user.active && !user.awaits_admin).then(|| view! { <span class="badge badge-sm ii-pill c-backlog">"deactivated"</span> })}
        }
    };
    let seen = move || match user.get().last_login_at {
        Some(at) => view! { <Time at /> }.into_any(),
        None => "never".into_any(),
    };
    view! {
        <tr class:text-ink-3=move || !user.get().active>
            <td><span class="flex flex-wrap items-center gap-2">{name}</span></td>
            <Show when=move || admin.get()>
                <td class="max-md:hidden">{move || user.get().email.unwrap_or_else(|| "–".to_owned())}</td>
                <td><RoleCell people user /></td>
            </Show>
            <td class="max-md:hidden"><span class="inline-flex items-center gap-1.5">{kind}</span></td>
            <Show when=move || admin.get()>
                <td class="num text-ink-3 max-md:hidden">{seen}</td>
                <td class="w-8 px-0"><RowMenu people user /></td>
            </Show>
        </tr>
    }
}

#[component]
fn RoleCell(people: People, user: Memo<User>) -> impl IntoView {
    let session = session();
    let role_of = |user: User| user.role.unwrap_or(Role::Reporter);
    let shown = RwSignal::new(role_of(user.get_untracked()));
    Effect::new(move |_| shown.set(role_of(user.get())));
    let refused = Signal::derive(move || {
        let user = user.get();
        if people.is_last_admin(&user) {
            Some(Refusal::plain("The last admin cannot be demoted."))
        } else if session.user_id() == Some(user.id) {
            Some(Refusal::plain("Ask another admin to change your own role."))
        } else {
            None
        }
    });
    let on_change = Callback::new(move |role: Role| {
        let user = user.get_untracked();
        let before = role_of(user.clone());
        shown.set(role);
        let patch = |role| UserPatch {
            role: Some(role),
            ..UserPatch::default()
        };
        let said = format!("{} has the role {role} now.", user.display_name);
        let failed = move || {
            let _ = shown.try_set(before);
        };
        change(people, &user, patch(role), patch(before), said, failed);
    });
    let roles = Role::ALL
        .iter()
        .copied()
        .filter(|role| role.for_account())
        .collect();
    let label = format!("Role of {}", user.get_untracked().display_name);
    view! { <RoleSelect label roles value=shown refused on_change /> }
}

#[component]
fn RowMenu(people: People, user: Memo<User>) -> impl IntoView {
    let session = session();
    let open = RwSignal::new(false);
    let label = Signal::derive(move || Some(format!("More for {}", user.get().display_name)));
    let choose = move |dialog: RwSignal<bool>| {
        open.set(false);
        people.chosen.set(Some(user.get_untracked()));
        dialog.set(true);
    };
    let active = move || user.get().active;
    let refused = move || {
        let user = user.get();
        if !user.active {
            None
        } else if people.is_last_admin(&user) {
            Some("the last admin")
        } else if session.user_id() == Some(user.id) {
            Some("your own account")
        } else {
            None
        }
    };
    let toggle = move |_| {
        if untrack(refused).is_some() {
            return;
        }
        open.set(false);
        let user = user.get_untracked();
        let patch = |active| UserPatch {
            active: Some(active),
            ..UserPatch::default()
        };
        let said = if user.active {
            format!(
                "{} is deactivated, signed out everywhere, and without tokens.",
                user.display_name
            )
        } else if user.awaits_admin {
            format!("{} may sign in now.", user.display_name)
        } else {
            format!("{} is active again.", user.display_name)
        };
        change(
            people,
            &user,
            patch(!user.active),
            patch(user.active),
            said,
            || (),
        );
    };
    let toggle_icon = move || {
        let name = if active() {
            IconName::UserRoundX
        } else {
            IconName::RotateCcw
        };
        view! { <SmallIcon name /> }
    };
    view! {
        <Popover
            open
            kind="menu"
            label
            class="btn btn-ghost btn-xs btn-square"
            panel_class="ii-float ii-pop"
            trigger=|| view! { <Icon name=IconName::Ellipsis /> }
        >
            <Menu label="Account">
                <button type="button" role="menuitem" on:click=move |_| choose(people.editing)>
                    <SmallIcon name=IconName::Pencil />
                    "Edit"
                </button>
                <Show when=move || user.get().kind == Kind::Human>
                    <button type="button" role="menuitem" on:click=move |_| choose(people.resetting)>
                        <SmallIcon name=IconName::KeyRound />
                        "Set password"
                    </button>
                </Show>
                <Show when=move || user.get().kind == Kind::Service>
                    <a role="menuitem" href=move || page::user_tokens(&user.get().username)>
                        <SmallIcon name=IconName::KeyRound />
                        "Tokens"
                    </a>
                </Show>
                <button
                    type="button"
                    role="menuitem"
                    class:text-ink-3=move || refused().is_some()
                    aria-disabled=move || refused().map(|_| "true")
                    on:click=toggle
                >
                    {toggle_icon}
                    {move || if active() { "Deactivate" } else { "Activate" }}
                    <span class="text-xs text-ink-3">{refused}</span>
                </button>
            </Menu>
        </Popover>
    }
}

//! The people and programs with an account.

mod dialogs;
mod row;

use crate::api;
use crate::components::segments::{Segment, Segments};
use crate::components::skeleton::SkeletonRows;
use crate::components::{AsyncView, Empty, IconName, Page, SmallIcon};
use crate::model::search::matches;
use crate::state::pulse::pulse;
use crate::state::{Loaded, live, session};
use dialogs::{AddUser, EditUser, ResetPassword};
use domain::paths::page;
use domain::user::{Kind, Role, User};
use leptos::prelude::*;
use row::UserRow;

/// What the rows share.
#[derive(Clone, Copy)]
struct People {
    loaded: Loaded<Vec<User>>,
    admin: Memo<bool>,
    /// Whom a dialog is about.
    chosen: RwSignal<Option<User>>,
    editing: RwSignal<bool>,
    resetting: RwSignal<bool>,
}

impl People {
    /// Whether that account is the only one that runs the instance.
    fn is_last_admin(self, user: &User) -> bool {
        let admin = |user: &User| user.active && user.role == Some(Role::Admin);
        let others = self.loaded.value.with(|users| {
            let users = users.iter().flatten();
            users
                .filter(|other| other.id != user.id && admin(other))
                .count()
        });
        admin(user) && others == 0
    }
}

/// Accounts for admins, a directory of names for everybody else.
#[component]
pub fn UsersPage() -> impl IntoView {
    let session = session();
    let live = live();
    let admin = Memo::new(move |_| session.is_admin());
    let changed = pulse(move || live.kind("user"));
    let people = People {
        loaded: Loaded::keep(
            move || (admin.get(), changed.get()),
            |(admin, _)| api::users::all(admin),
        ),
        admin,
        chosen: RwSignal::new(None),
        editing: RwSignal::new(false),
        resetting: RwSignal::new(false),
    };
    let typed = RwSignal::new(String::new());
    let kind = RwSignal::new(String::new());
    let adding = RwSignal::new(false);
    view! {
        <Page title="Users">
            <div class="ii-sub">
                <label class="input input-sm w-56 max-sm:flex-1">
                    <SmallIcon name=IconName::Search />
                    <input
                        type="search"
                        aria-label="Find a user"
                        placeholder=move || if admin.get() { "Name or e-mail" } else { "Name" }
                        bind:value=typed
                    />
                </label>
                <span class="max-sm:hidden">
                    <Segments label="Kind" segments=kinds(people) value=kind on_change=Callback::new(move |to| kind.set(to)) />
                </span>
                <Show when=move || admin.get()>
                    <button type="button" class="btn btn-sm btn-line ml-auto" on:click=move |_| adding.set(true)>
                        <SmallIcon name=IconName::UserPlus />
                        "Add user"
                    </button>
                </Show>
            </div>
            <AsyncView
                loaded=people.loaded
                what="The list of users"
                loading="Loading users"
                skeleton=|| view! { <SkeletonRows rows=8 /> }.into_any()
                let:users
            >
                <Table people users typed kind />
            </AsyncView>
        </Page>
        <AddUser open=adding people />
        <EditUser people />
        <ResetPassword people />
    }
}

/// All, people, programs, with their numbers.
fn kinds(people: People) -> Signal<Vec<Segment>> {
    Signal::derive(move || {
        let count = |kind: Option<Kind>| {
            people.loaded.value.with(|users| {
                let users = users.iter().flatten();
                users
                    .filter(|user| kind.is_none_or(|kind| user.kind == kind))
                    .count()
            })
        };
        vec![
            Segment::new("", format!("All {}", count(None))),
            Segment::new(
                Kind::Human.slug(),
                format!("People {}", count(Some(Kind::Human))),
            ),
            Segment::new(
                Kind::Service.slug(),
                format!("Services {}", count(Some(Kind::Service))),
            ),
        ]
    })
}

#[component]
fn Table(
    people: People,
    users: RwSignal<Vec<User>>,
    typed: RwSignal<String>,
    kind: RwSignal<String>,
) -> impl IntoView {
    let found = Memo::new(move |_| {
        let (typed, kind) = (typed.get(), kind.get());
        let text = |user: &User| {
            let email = user.email.as_deref().unwrap_or_default();
            format!("{} {} {email}", user.display_name, user.username)
        };
        users
            .get()
            .into_iter()
            .filter(|user| kind.is_empty() || user.kind.slug() == kind)
            .filter(|user| matches(&text(user), &typed))
            .collect::<Vec<_>>()
    });
    let admin = people.admin;
    let nobody = move || {
        view! { <Empty icon=IconName::SearchX title="Nobody matches" text="Try a part of the name, or look among all kinds." /> }
    };
    view! {
        <div class="px-4 lg:px-6">
            <p class="sr-only" role="status">{move || format!("{} users", found.with(Vec::len))}</p>
            <Show when=move || found.with(|found| !found.is_empty()) fallback=nobody>
                <table class="table table-sm">
                    <caption class="sr-only">"Users"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"User"</th>
                            <Show when=move || admin.get()>
                                <th scope="col" class="max-md:hidden">"E-mail"</th>
                                <th scope="col">"Role"</th>
                            </Show>
                            <th scope="col" class="max-md:hidden">"Kind"</th>
                            <Show when=move || admin.get()>
                                <th scope="col" class="num max-md:hidden">"Last sign-in"</th>
                                <td></td>
                            </Show>
                        </tr>
                    </thead>
                    <tbody>
                        <For each=move || found.get() key=|user| user.id let:user>
                            <UserRow people first=user />
                        </For>
                    </tbody>
                </table>
            </Show>
            <Show when=move || admin.get()>
                <p class="py-2 text-xs text-ink-3">"The last admin cannot be demoted or deactivated. " <a class="link" href=page::POLICY>"What the roles may do"</a></p>
            </Show>
        </div>
    }
}

//! One person: who they are, and what they did as far as the reader may see it.

use crate::api::{self, Tagged};
use crate::components::feed::{Feed, FeedOf};
use crate::components::page::Crumb;
use crate::components::skeleton::SkeletonRows;
use crate::components::time::exact;
use crate::components::{AsyncView, Avatar, IconName, Page, SmallIcon};
use crate::pages::tokens::TokenPanel;
use crate::state::{Loaded, live, session};
use domain::paths::page;
use domain::user::{Kind, User};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// The page.
#[component]
pub fn UserPage() -> impl IntoView {
    let live = live();
    let params = use_params_map();
    let name = Memo::new(move |_| params.read().get("name").unwrap_or_default());
    let loaded = Loaded::fresh(
        move || (name.get(), live.kind("user")),
        |name| async move { api::users::by_name(&name).await },
    );
    let title = Signal::derive(move || {
        let shown = loaded
            .value
            .with(|user| user.as_ref().map(|user| user.value.display_name.clone()));
        shown.unwrap_or_else(|| name.get())
    });
    let crumbs = Signal::stored(vec![Crumb {
        label: "Users".into(),
        href: page::USERS.into(),
    }]);
    let of = Signal::derive(move || FeedOf {
        project: None,
        user: Some(name.get()),
    });
    view! {
        <Page title crumbs>
            <AsyncView loaded what="The person" loading="Loading the person" skeleton=|| view! { <SkeletonRows rows=8 /> }.into_any() let:user>
                <div class="flex max-w-3xl flex-col gap-6 px-4 py-6 lg:px-6">
                    {move || view! { <Profile user=user.get() /> }}
                    <TokensOf user />
                    <section class="flex flex-col gap-2">
                        <div>
                            <h2 class="text-sm">"Activity"</h2>
                            <p class="text-xs text-ink-3">"In projects and on issues that exist for you."</p>
                        </div>
                        <Feed of nothing="Nothing that you can see." />
                    </section>
                </div>
            </AsyncView>
        </Page>
    }
}

/// Tokens of somebody else, for admins.
#[component]
fn TokensOf(user: RwSignal<Tagged<User>>) -> impl IntoView {
    let session = session();
    let about =
        Memo::new(move |_| user.with(|user| (user.value.id, user.value.kind, user.value.active)));
    move || {
        let (id, kind, active) = about.get();
        let others = session.is_admin() && session.user_id() != Some(id);
        let text = match kind {
            Kind::Service => {
                "A program signs in with tokens alone. Make one for each place where it runs."
            }
            Kind::Human => {
                "People make their own in their settings. Revoke what got into wrong hands."
            }
        };
        others.then(|| {
            view! {
                <section id="tokens" class="flex flex-col gap-2">
                    <div>
                        <h2 class="text-sm">"Tokens"</h2>
                        <p class="text-xs text-ink-3">{text}</p>
                    </div>
                    <TokenPanel whose=Some(id) makes={kind == Kind::Service && active} />
                </section>
            }
        })
    }
}

#[component]
fn Profile(user: Tagged<User>) -> impl IntoView {
    let session = session();
    let user = user.value;
    let kind = match user.kind {
        Kind::Human => "person",
        Kind::Service => "service",
    };
    let me = user.id;
    let is_me = move || session.user_id() == Some(me);
    let zone = session.timezone();
    let moment = |at: Option<chrono::DateTime<chrono::Utc>>| at.map(|at| exact(at, &zone));
    let facts = [
        (
            "Role of the account",
            user.role.map(|role| role.to_string()),
        ),
        ("E-mail", user.email.clone()),
        ("Account since", moment(user.created_at)),
        ("Last sign-in", moment(user.last_login_at)),
    ];
    view! {
        <section class="flex flex-col gap-3" aria-label="Profile">
            <div class="flex flex-wrap items-center gap-x-3 gap-y-1">
                <span aria-hidden="true"><Avatar user=user.reference() /></span>
                <span class="text-base font-medium">{user.display_name.clone()}</span>
                <span class="ii-key">{format!("@{}", user.username)}</span>
                <span class="text-xs text-ink-3">{kind}</span>
                {(!user.active).then(|| view! { <span class="badge badge-sm ii-pill c-backlog">"deactivated"</span> })}
                <Show when=is_me>
                    <a class="btn btn-xs btn-line ml-auto h-7" href=page::PROFILE>
                        <SmallIcon name=IconName::Pencil />
                        "Edit your profile"
                    </a>
                </Show>
            </div>
            <dl class="grid max-w-xl gap-x-4 gap-y-1 text-sm sm:grid-cols-[auto_1fr]">
                {facts
                    .into_iter()
                    .filter_map(|(name, text)| text.map(|text| view! { <dt class="text-ink-3">{name}</dt> <dd class="min-w-0 wrap-anywhere">{text}</dd> }))
                    .collect_view()}
            </dl>
            <Show when=is_me>
                <Places />
            </Show>
        </section>
    }
}

/// What the reader is in each project; of others it is not told.
#[component]
fn Places() -> impl IntoView {
    let session = session();
    let places = move || {
        session
            .standings()
            .into_iter()
            .map(|standing| {
                let only = standing.own_only.then_some(", own issues");
                view! {
                    <li>
                        <a class="inline-flex min-h-6 items-center gap-1.5 hover:underline" href=page::policy(None, Some(&standing.project))>
                            <span class="ii-key">{standing.project.clone()}</span>
                            {standing.role.slug()}
                            {only}
                        </a>
                    </li>
                }
            })
            .collect_view()
    };
    view! {
        <div class="flex flex-col gap-1">
            <h2 class="text-xs text-ink-2">"Your roles"</h2>
            <ul class="flex flex-wrap gap-x-5 text-sm">{places}</ul>
        </div>
    }
}

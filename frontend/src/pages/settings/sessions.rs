//! The browsers and programs that are signed in.

use crate::api;
use crate::components::skeleton::SkeletonRows;
use crate::components::{AsyncView, Icon, IconName, Time};
use crate::model::agent::agent;
use crate::state::{Loaded, session as account, toasts};
use domain::user::Session;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The list; each but this one can be ended.
#[component]
pub(super) fn SessionList() -> impl IntoView {
    let loaded = Loaded::keep(
        || (),
        |()| async { api::me::sessions().await.map(|page| page.items) },
    );
    view! {
        <p class="pt-6 pb-2 text-sm text-ink-2">"Where your account is signed in. End what you do not know, and change your password."</p>
        <AsyncView
            loaded
            what="The list of sessions"
            loading="Loading your sessions"
            skeleton=|| view! { <div class="-mx-4 lg:-mx-6"><SkeletonRows rows=3 /></div> }.into_any()
            let:sessions
        >
            <ul class="flex max-w-2xl flex-col">
                <For each=move || sessions.get() key=|session| (session.id, session.last_seen_at) let:session>
                    <Row session loaded />
                </For>
            </ul>
        </AsyncView>
    }
}

#[component]
fn Row(session: Session, loaded: Loaded<Vec<Session>>) -> impl IntoView {
    let toasts = toasts();
    let account = account();
    let known = agent(&session.user_agent);
    let (id, current, name) = (session.id, session.current, known.name.clone());
    let busy = RwSignal::new(false);
    let end = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let name = name.clone();
        spawn_local(async move {
            if current {
                if let Err(error) = account.leave().await {
                    toasts.failed("You are still signed in.", &error);
                }
            } else {
                match api::me::revoke_session(id).await {
                    Ok(()) => toasts.done(format!("{name} is signed out.")),
                    Err(error) => toasts.failed("The session has not ended.", &error),
                }
                loaded.reload();
            }
            let _ = busy.try_set(false);
        });
    };
    let icon = if known.mobile {
        IconName::Smartphone
    } else {
        IconName::Monitor
    };
    view! {
        <li class="flex items-center gap-3 border-b border-base-300 py-3 last:border-0">
            <span class="text-ink-3"><Icon name=icon /></span>
            <div class="flex min-w-0 flex-col gap-0.5">
                <span class="flex flex-wrap items-center gap-2 text-sm font-medium">
                    <span title=session.user_agent>{known.name.clone()}</span>
                    {current.then(|| view! { <span class="badge badge-sm ii-pill c-done">"this one"</span> })}
                </span>
                <span class="text-xs text-ink-3">
                    {session.ip} " · last used " <Time at=session.last_seen_at sentence=true /> " · signed in " <Time at=session.created_at sentence=true />
                </span>
            </div>
            <button
                type="button"
                class="btn btn-sm btn-ghost ml-auto shrink-0 text-error"
                aria-label=if current { "Sign out here".to_owned() } else { format!("End {}", known.name) }
                aria-busy=move || busy.get().then_some("true")
                on:click=end
            >
                {if current { "Sign out" } else { "End" }}
            </button>
        </li>
    }
}

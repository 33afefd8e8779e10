//! Leaving a project by oneself.

use super::Here;
use crate::api;
use crate::components::shell::Place;
use crate::components::{BusyButton, Dialog, ErrorNote};
use crate::state::form::Form;
use crate::state::{Loaded, session, toasts};
use domain::paths::page;
use domain::project::Visibility;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

/// For members only: what leaving means, and the button.
#[component]
pub(super) fn LeaveSection(here: Here) -> impl IntoView {
    let session = session();
    let members = Loaded::keep(
        move || (here.key.get(), here.changed.get()),
        |(key, _)| async move { api::projects::members(&key).await },
    );
    let mine = Memo::new(move |_| {
        let me = session.user_id()?;
        let found = members
            .value
            .with(|all| all.iter().flatten().find(|m| m.user.id == me).cloned());
        found.map(|member| member.role)
    });
    let asking = RwSignal::new(false);
    let title = Signal::derive(move || {
        let name = here.project().map(|project| project.name);
        format!("Leave {}?", name.unwrap_or_default())
    });
    view! {
        <Show when=move || mine.get().is_some()>
            <section class="flex max-w-2xl flex-col items-start gap-2 border-t border-base-300 pt-6">
                <h2 class="text-sm">"Leave"</h2>
                <p class="text-sm text-ink-2">
                    "You are a member with the role " {move || mine.get().map(|role| role.slug())} "."
                </p>
                <button type="button" class="btn btn-sm btn-line" on:click=move |_| asking.set(true)>"Leave project"</button>
            </section>
            <Dialog open=asking title id="leave-title" narrow=true>
                <LeaveForm here open=asking />
            </Dialog>
        </Show>
    }
}

#[component]
fn LeaveForm(here: Here, open: RwSignal<bool>) -> impl IntoView {
    let session = session();
    let toasts = toasts();
    let place = expect_context::<Place>();
    let navigate = use_navigate();
    let form = Form::new(&[]);
    let private = here
        .project()
        .is_some_and(|project| project.visibility == Visibility::Private);
    let text = if private {
        "The project is private: it will not exist for you any more. A lead can add you again. Issues assigned to you go back to nobody."
    } else {
        "You keep what the role of your account allows here. Issues assigned to you go back to nobody."
    };
    let leave = Callback::new(move |()| {
        let Some(me) = session.user_id() else { return };
        let key = here.key_now();
        let navigate = navigate.clone();
        form.send(
            async move { api::project_lists::remove_member(&key, me).await },
            move |()| {
                toasts.done(format!("You left {}.", here.key_now()));
                open.set(false);
                place.projects.reload();
                session.load();
                navigate(page::PROJECTS, NavigateOptions::default());
            },
        );
    });
    view! {
        <p class="text-sm text-ink-2">{text}</p>
        <ErrorNote error=form.general() />
        <div class="flex justify-end gap-2">
            <button type="button" class="btn btn-sm btn-ghost" on:click=move |_| open.set(false)>"Stay"</button>
            <BusyButton busy=form.busy class="btn btn-sm btn-error" on_click=leave>"Leave project"</BusyButton>
        </div>
    }
}

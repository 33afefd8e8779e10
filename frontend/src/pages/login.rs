//! Sign in.

use crate::api::{self, ApiError};
use crate::components::password_field::PasswordField;
use crate::components::sign_frame::SignFrame;
use crate::components::{BusyButton, ErrorNote, Field};
use crate::model::place::after_sign_in;
use crate::state::session;
use domain::paths::page;
use domain::user::Login;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

/// E-mail or user name, and password; then to the page that was wanted.
#[component]
pub fn LoginPage() -> impl IntoView {
    let session = session();
    let query = use_query_map();
    let navigate = use_navigate();
    let identifier = RwSignal::new(String::new());
    let password = RwSignal::new(String::new());
    let error = RwSignal::new(None::<ApiError>);
    let busy = RwSignal::new(false);

    Effect::new(move |_| {
        if session.is_signed_in() {
            let wanted = query.read_untracked().get("next");
            let replace = NavigateOptions {
                replace: true,
                ..NavigateOptions::default()
            };
            navigate(after_sign_in(wanted.as_deref()), replace);
        }
    });

    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        error.set(None);
        let form = Login {
            identifier: identifier.get_untracked(),
            password: password.get_untracked(),
        };
        spawn_local(async move {
            match api::auth::login(&form).await {
                Ok(_) => {
                    session.reload().await;
                    // Signed in, but nobody can say as whom: the session asks again by itself.
                    let _ = error.try_set(session.failure());
                }
                Err(refused) => {
                    let _ = error.try_set(Some(refused));
                    password.try_set(String::new());
                }
            }
            let _ = busy.try_set(false);
        });
    };
    let register = move || {
        let next = query.read().get("next");
        domain::paths::with_query(
            page::REGISTER,
            &next
                .map(|next| ("next", next))
                .into_iter()
                .collect::<Vec<_>>(),
        )
    };
    view! {
        <SignFrame title="Sign in">
            <form class="flex flex-col gap-4" on:submit=submit>
                <ErrorNote error />
                <Field id="identifier" label="E-mail or username" value=identifier autocomplete="username" required=true autofocus=true />
                <PasswordField id="password" label="Password" value=password autocomplete="current-password" />
                <BusyButton busy class="btn btn-primary w-full">"Sign in"</BusyButton>
            </form>
            <p class="text-sm text-ink-2">
                "No account? " <a class="link text-primary" href=register>"Create one"</a> " to report and follow issues."
            </p>
        </SignFrame>
    }
}

//! Create an account.

use crate::api::{self, ApiError};
use crate::components::password_field::PasswordField;
use crate::components::sign_frame::SignFrame;
use crate::components::{BusyButton, ErrorNote, Field};
use crate::model::place::after_sign_in;
use crate::state::session;
use domain::paths::{page, with_query};
use domain::problem::Problem;
use domain::user::{Login, Register};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

/// User name, address and password; signs in and goes to the page that was wanted.
#[component]
pub fn RegisterPage() -> impl IntoView {
    let session = session();
    let query = use_query_map();
    let navigate = use_navigate();
    let username = RwSignal::new(String::new());
    let email = RwSignal::new(String::new());
    let name = RwSignal::new(String::new());
    let password = RwSignal::new(String::new());
    let error = RwSignal::new(None::<ApiError>);
    let busy = RwSignal::new(false);
    // The account is made, and an admin has the last word.
    let waits = RwSignal::new(false);
    let next = move || query.read_untracked().get("next");

    Effect::new(move |_| {
        if session.is_signed_in() {
            let replace = NavigateOptions {
                replace: true,
                ..NavigateOptions::default()
            };
            navigate(after_sign_in(next().as_deref()), replace);
        }
    });

    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        let form = Register {
            username: username.get_untracked(),
            email: email.get_untracked(),
            password: password.get_untracked(),
            display_name: Some(name.get_untracked()).filter(|name| !name.trim().is_empty()),
        };
        if let Err(errors) = form.check() {
            error.set(Some(ApiError::Problem(Box::new(Problem::invalid(errors)))));
            return;
        }
        busy.set(true);
        error.set(None);
        spawn_local(async move {
            let login = Login {
                identifier: form.username.trim().to_owned(),
                password: form.password.clone(),
            };
            let done = match api::auth::register(&form).await {
                Ok(user) if user.awaits_admin => Ok(false),
                Ok(_) => api::auth::login(&login).await.map(|_| true),
                Err(refused) => Err(refused),
            };
            match done {
                Ok(true) => session.reload().await,
                Ok(false) => {
                    let _ = waits.try_set(true);
                }
                Err(refused) => {
                    let _ = error.try_set(Some(refused));
                }
            }
            let _ = busy.try_set(false);
        });
    };
    let field = move |name: &'static str| {
        Signal::derive(move || error.with(|error| error.as_ref().and_then(|e| e.field(name))))
    };
    // What is said beside a field need not be said above the form again.
    let above = Signal::derive(move || {
        error.get().filter(|error| {
            !["username", "email", "password", "display_name"]
                .iter()
                .any(|name| error.field(name).is_some())
        })
    });
    let login = move || {
        let next = query.read().get("next");
        with_query(
            page::LOGIN,
            &next
                .map(|next| ("next", next))
                .into_iter()
                .collect::<Vec<_>>(),
        )
    };
    view! {
        <SignFrame title="Create an account">
            <div role="status" class="text-sm">
                <Show when=move || waits.get()>
                    <p>
                        "Your account is made. An admin of this instance looks at it before you can sign in."
                    </p>
                </Show>
            </div>
            <form class:hidden=move || waits.get() class="flex flex-col gap-4" novalidate on:submit=submit>
                <ErrorNote error=above />
                <Field
                    id="username"
                    label="Username"
                    value=username
                    error=field("username")
                    autocomplete="username"
                    hint="3 to 32 letters, digits or underscores."
                    required=true
                    autofocus=true
                />
                <Field id="email" label="E-mail" kind="email" value=email error=field("email") autocomplete="email" required=true />
                <Field
                    id="display_name"
                    label="Name for people (optional)"
                    value=name
                    error=field("display_name")
                    autocomplete="name"
                />
                <PasswordField
                    id="password"
                    label="Password"
                    value=password
                    error=field("password")
                    autocomplete="new-password"
                    hint="At least 10 characters."
                />
                <BusyButton busy class="btn btn-primary w-full">"Create account"</BusyButton>
            </form>
            <p class="text-sm text-ink-2">
                "You have an account? " <a class="link text-primary" href=login>"Sign in"</a> "."
            </p>
        </SignFrame>
    }
}

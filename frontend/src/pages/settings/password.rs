//! A new password.

use crate::api;
use crate::components::password_field::PasswordField;
use crate::components::{BusyButton, ErrorNote};
use crate::state::form::Form;
use crate::state::{session, toasts};
use domain::user::PasswordChange;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

/// The form: the password as it is, and as it shall be.
#[component]
pub(super) fn PasswordSection() -> impl IntoView {
    let toasts = toasts();
    let session = session();
    let form = Form::new(&["current", "new"]);
    let current = RwSignal::new(String::new());
    let new = RwSignal::new(String::new());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if let Err(error) = domain::text::password("new", &new.get_untracked()) {
            form.refuse(vec![error]);
            return;
        }
        let change = PasswordChange {
            current: current.get_untracked(),
            new: new.get_untracked(),
        };
        form.send(
            async move { api::me::change_password(&change).await },
            move |()| {
                let _ = current.try_set(String::new());
                let _ = new.try_set(String::new());
                toasts.done("You have a new password. Your other sessions have ended, and your tokens are revoked.");
            },
        );
    };
    let username = move || session.user().map(|user| user.username).unwrap_or_default();
    view! {
        <form class="flex flex-col gap-4" novalidate on:submit=submit>
            <ErrorNote error=form.general() />
            // Password managers want to know whose password it is.
            <input class="hidden" type="text" name="username" autocomplete="username" readonly value=username />
            <PasswordField
                id="current-password"
                label="Current password"
                value=current
                autocomplete="current-password"
                error=form.field("current")
            />
            <PasswordField
                id="new-password"
                label="New password"
                value=new
                autocomplete="new-password"
                error=form.field("new")
                hint="At least 10 characters."
            />
            <div><BusyButton busy=form.busy class="btn btn-sm btn-line">"Change password"</BusyButton></div>
        </form>
    }
}

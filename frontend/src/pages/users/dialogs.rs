//! Adding an account, changing one, setting a password.

use super::People;
use crate::api;
use crate::components::password_field::PasswordField;
use crate::components::select_field::SelectField;
use crate::components::{BusyButton, Dialog, ErrorNote, Field};
use crate::state::form::Form;
use crate::state::toasts;
use domain::user::{Kind, NewUser, Role, UserPatch};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

const ROLES: [(&str, &str); 5] = [
    ("viewer", "viewer: reads"),
    ("reporter", "reporter: reports and comments"),
    ("developer", "developer: works on own and assigned issues"),
    ("maintainer", "maintainer: works on every issue"),
    ("admin", "admin: runs the instance"),
];

fn optional(text: RwSignal<String>) -> Option<String> {
    Some(text.get_untracked()).filter(|text| !text.trim().is_empty())
}

/// The way out and the way on of a dialog.
#[component]
fn Buttons(open: RwSignal<bool>, form: Form, words: &'static str) -> impl IntoView {
    view! {
        <div class="flex justify-end gap-2">
            <button type="button" class="btn btn-sm btn-ghost" on:click=move |_| open.set(false)>"Cancel"</button>
            <BusyButton busy=form.busy>{words}</BusyButton>
        </div>
    }
}

/// The dialog of a new account.
#[component]
pub(super) fn AddUser(open: RwSignal<bool>, people: People) -> impl IntoView {
    view! {
        <Dialog open title="Add user" id="add-user-title">
            <AddForm open people />
        </Dialog>
    }
}

#[component]
fn AddForm(open: RwSignal<bool>, people: People) -> impl IntoView {
    let toasts = toasts();
    let form = Form::new(&[
        "email",
        "username",
        "display_name",
        "password",
        "role",
        "kind",
    ]);
    let text = || RwSignal::new(String::new());
    let (email, username, display_name, password) = (text(), text(), text(), text());
    let role = RwSignal::new(Role::Reporter.slug().to_owned());
    let kind = RwSignal::new(Kind::Human.slug().to_owned());
    let is_human = move || kind.with(|kind| kind == Kind::Human.slug());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let new = NewUser {
            username: optional(username),
            email: email.get_untracked(),
            password: is_human().then(|| password.get_untracked()),
            display_name: optional(display_name),
            role: role.get_untracked().parse().unwrap_or(Role::Reporter),
            kind: kind.get_untracked().parse().unwrap_or(Kind::Human),
        };
        match new.check() {
            Err(errors) => form.refuse(errors),
            Ok(new) => form.send(async move { api::users::create(&new).await }, move |user| {
                toasts.done(format!("{} has an account now.", user.display_name));
                people.loaded.reload();
                open.set(false);
            }),
        }
    };
    view! {
        <form class="flex flex-col gap-4" novalidate on:submit=submit>
            <ErrorNote error=form.general() />
            <Field id="user-email" label="E-mail" kind="email" value=email error=form.field("email") required=true autofocus=true />
            <div class="grid gap-4 sm:grid-cols-2">
                <Field id="user-name" label="Username" value=username error=form.field("username") hint="Made from the e-mail address when left empty." />
                <Field id="user-display" label="Name" value=display_name error=form.field("display_name") hint="As others see it; the username when left empty." />
                <SelectField id="user-role" label="Role" choices=ROLES.to_vec() value=role error=form.field("role") />
                <SelectField
                    id="user-kind"
                    label="Kind"
                    choices=vec![("human", "human"), ("service", "service: a program, without a password")]
                    value=kind
                    error=form.field("kind")
                />
            </div>
            <Show when=is_human>
                <PasswordField
                    id="user-password"
                    label="First password"
                    value=password
                    autocomplete="new-password"
                    error=form.field("password")
                    hint="At least 10 characters. They can change it in their profile."
                />
            </Show>
            <Buttons open form words="Add user" />
        </form>
    }
}

/// The dialog of an account's name and address.
#[component]
pub(super) fn EditUser(people: People) -> impl IntoView {
    view! {
        <Dialog open=people.editing title="Edit user" id="edit-user-title">
            <EditForm people />
        </Dialog>
    }
}

#[component]
fn EditForm(people: People) -> impl IntoView {
    let toasts = toasts();
    let open = people.editing;
    let form = Form::new(&["email", "display_name"]);
    let user = people.chosen.get_untracked();
    let start = |text: Option<String>| RwSignal::new(text.unwrap_or_default());
    let display_name = start(user.as_ref().map(|user| user.display_name.clone()));
    let email = start(user.as_ref().and_then(|user| user.email.clone()));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(user) = people.chosen.get_untracked() else {
            return;
        };
        let changed = |new: RwSignal<String>, old: Option<&str>| {
            Some(new.get_untracked())
                .filter(|new| Some(new.trim()) != old && !(new.is_empty() && old.is_none()))
        };
        let patch = UserPatch {
            display_name: changed(display_name, Some(&user.display_name)),
            email: changed(email, user.email.as_deref()),
            ..UserPatch::default()
        };
        if patch == UserPatch::default() {
            open.set(false);
            return;
        }
        match patch.check() {
            Err(errors) => form.refuse(errors),
            Ok(patch) => form.send(
                async move {
                    let now = api::users::show(user.id).await?;
                    api::users::update(user.id, &patch, now.etag).await
                },
                move |user| {
                    toasts.done(format!("{} is saved.", user.display_name));
                    people.loaded.reload();
                    open.set(false);
                },
            ),
        }
    };
    view! {
        <form class="flex flex-col gap-4" novalidate on:submit=submit>
            <ErrorNote error=form.general() />
            <Field id="edit-display" label="Name" value=display_name error=form.field("display_name") required=true autofocus=true />
            <Field id="edit-email" label="E-mail" kind="email" value=email error=form.field("email") />
            <Buttons open form words="Save" />
        </form>
    }
}

/// The dialog of an account's new password.
#[component]
pub(super) fn ResetPassword(people: People) -> impl IntoView {
    let title = Signal::derive(move || {
        let name = people.chosen.get().map(|user| user.display_name);
        format!("New password for {}", name.unwrap_or_default())
    });
    view! {
        <Dialog open=people.resetting title id="reset-password-title" narrow=true>
            <ResetForm people />
        </Dialog>
    }
}

#[component]
fn ResetForm(people: People) -> impl IntoView {
    let toasts = toasts();
    let open = people.resetting;
    let form = Form::new(&["password"]);
    let password = RwSignal::new(String::new());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(user) = people.chosen.get_untracked() else {
            return;
        };
        let patch = UserPatch {
            password: Some(password.get_untracked()),
            ..UserPatch::default()
        };
        match patch.check() {
            Err(errors) => form.refuse(errors),
            Ok(patch) => form.send(
                async move { api::users::update(user.id, &patch, None).await },
                move |user| {
                    toasts.done(format!("{} has a new password.", user.display_name));
                    open.set(false);
                },
            ),
        }
    };
    view! {
        <form class="flex flex-col gap-4" novalidate on:submit=submit>
            <ErrorNote error=form.general() />
            <PasswordField
                id="reset-password"
                label="New password"
                value=password
                autocomplete="new-password"
                error=form.field("password")
                hint="At least 10 characters. All their sessions end and their tokens are revoked; tell them the password on another way."
            />
            <Buttons open form words="Set password" />
        </form>
    }
}

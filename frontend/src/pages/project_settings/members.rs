//! Who is in the project, and as what.

use super::{Here, ReadOnly};
use crate::api;
use crate::components::role_select::RoleSelect;
use crate::components::select_field::SelectField;
use crate::components::skeleton::SkeletonRows;
use crate::components::{
    AsyncView, BusyButton, ErrorNote, Field, GuardedButton, Icon, IconName, Person, Time,
};
use crate::model::refusal::Refusal;
use crate::state::form::Form;
use crate::state::{Loaded, session, toasts};
use domain::paths::page;
use domain::policy::Action;
use domain::project::{Member, NewMember};
use domain::user::Role;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

const ROLES: [(&str, &str); 5] = [
    ("viewer", "viewer"),
    ("reporter", "reporter"),
    ("developer", "developer"),
    ("maintainer", "maintainer"),
    ("lead", "lead"),
];

/// The members, and a form for one more.
#[component]
pub(super) fn MembersTab(here: Here) -> impl IntoView {
    let members = Loaded::keep(
        move || (here.key.get(), here.changed.get()),
        |(key, _)| async move { api::projects::members(&key).await },
    );
    let refused = Memo::new(move |_| here.refused(Action::ManageMembers));
    view! {
        <ReadOnly here action=Action::ManageMembers />
        <Show when=move || refused.get().is_none()>
            <AddMember here members />
        </Show>
        <AsyncView
            loaded=members
            what="The list of members"
            loading="Loading members"
            skeleton=|| view! { <div class="-mx-4 lg:-mx-6"><SkeletonRows rows=4 /></div> }.into_any()
            let:list
        >
            <table class="table table-sm max-w-3xl">
                <caption class="sr-only">"Members"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Member"</th>
                        <th scope="col">"Role here"</th>
                        <th scope="col" class="num max-md:hidden">"Since"</th>
                        <td></td>
                    </tr>
                </thead>
                <tbody>
                    <For each=move || list.get() key=|member| (member.user.id, member.role) let:member>
                        <Row here members member refused />
                    </For>
                </tbody>
            </table>
            <Show when=move || list.with(Vec::is_empty)>
                <p class="text-sm text-ink-2">"Nobody is a member. People come in with the role of their account, as far as the project is visible to them."</p>
            </Show>
            <p class="text-xs text-ink-3">"A role here wins over the account’s role. The last lead cannot be demoted or removed."</p>
        </AsyncView>
    }
}

#[component]
fn AddMember(here: Here, members: Loaded<Vec<Member>>) -> impl IntoView {
    let toasts = toasts();
    let form = Form::new(&["identifier", "role"]);
    let identifier = RwSignal::new(String::new());
    let role = RwSignal::new(Role::Developer.slug().to_owned());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let new = NewMember {
            identifier: identifier.get_untracked().trim().to_owned(),
            role: role.get_untracked().parse().unwrap_or(Role::Reporter),
        };
        form.send(
            async move { api::project_lists::add_member(&here.key_now(), &new).await },
            move |member| {
                let _ = identifier.try_set(String::new());
                toasts.done(format!(
                    "{} is a {} here now.",
                    member.user.display_name, member.role
                ));
                members.reload();
            },
        );
    };
    view! {
        <form class="flex max-w-3xl flex-col gap-3" novalidate on:submit=submit>
            <ErrorNote error=form.general() />
            <div class="grid items-start gap-3 sm:grid-cols-[minmax(0,1fr)_160px_auto]">
                <Field id="member" label="Username or e-mail" value=identifier error=form.field("identifier") required=true />
                <SelectField id="member-role" label="Role" choices=ROLES.to_vec() value=role error=form.field("role") />
                <div class="sm:pt-5"><BusyButton busy=form.busy class="btn btn-sm btn-line">"Add member"</BusyButton></div>
            </div>
        </form>
    }
}

#[component]
fn Row(
    here: Here,
    members: Loaded<Vec<Member>>,
    member: Member,
    refused: Memo<Option<Refusal>>,
) -> impl IntoView {
    let toasts = toasts();
    let session = session();
    let Member {
        user,
        role,
        created_at,
    } = member;
    let shown = RwSignal::new(role);
    let id = user.id;
    let (name, username) = (user.display_name.clone(), user.username.clone());
    let last_lead = move || {
        let leads = members.value.with(|list| {
            list.iter()
                .flatten()
                .filter(|m| m.role == Role::Lead)
                .count()
        });
        role == Role::Lead && leads == 1
    };
    let why = Signal::derive(move || {
        refused
            .get()
            .or_else(|| last_lead().then(|| Refusal::plain("The last lead has to stay.")))
    });
    let roles = Role::ALL
        .iter()
        .copied()
        .filter(|role| role.for_membership())
        .collect();
    let href = page::user(&user.username);
    let said = name.clone();
    let on_change = Callback::new(move |to: Role| {
        shown.set(to);
        let said = said.clone();
        spawn_local(async move {
            match api::project_lists::set_member_role(&here.key_now(), id, to).await {
                Ok(_) => toasts.undo(format!("{said} is a {to} here now."), move || {
                    spawn_local(async move {
                        if let Err(error) =
                            api::project_lists::set_member_role(&here.key_now(), id, role).await
                        {
                            toasts.failed("It could not be taken back.", &error);
                        }
                        members.reload();
                    });
                }),
                Err(error) => {
                    let _ = shown.try_set(role);
                    toasts.failed("The role was not changed.", &error);
                }
            }
            members.reload();
            if session.user_id() == Some(id) {
                session.load();
            }
        });
    });
    let gone = name.clone();
    let remove = Callback::new(move |()| {
        let (gone, username) = (gone.clone(), username.clone());
        spawn_local(async move {
            match api::project_lists::remove_member(&here.key_now(), id).await {
                Ok(()) => toasts.undo(format!("{gone} is no member any more."), move || {
                    let back = NewMember {
                        identifier: username.clone(),
                        role,
                    };
                    spawn_local(async move {
                        if let Err(error) =
                            api::project_lists::add_member(&here.key_now(), &back).await
                        {
                            toasts.failed("It could not be taken back.", &error);
                        }
                        members.reload();
                    });
                }),
                Err(error) => toasts.failed("The member was not removed.", &error),
            }
            members.reload();
        });
    });
    view! {
        <tr>
            <td><a class="inline-flex min-h-6 items-center font-medium hover:underline" href=href><Person user /></a></td>
            <td><RoleSelect label=format!("Role of {name}") roles value=shown refused=why on_change /></td>
            <td class="num text-ink-3 max-md:hidden"><Time at=created_at /></td>
            <td class="w-8 px-0">
                <GuardedButton
                    refused=why
                    class="btn btn-ghost btn-xs btn-square"
                    label=Some(format!("Remove {name}"))
                    on_click=remove
                >
                    <Icon name=IconName::X />
                </GuardedButton>
            </td>
        </tr>
    }
}

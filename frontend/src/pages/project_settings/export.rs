//! Taking everything out, and removing a project for good.

use super::Here;
use crate::api;
use crate::components::shell::Place;
use crate::components::typed_confirm::TypedConfirm;
use crate::components::{Dialog, GuardedButton, IconName, SmallIcon};
use crate::model::refusal::{self, Refusal};
use crate::state::form::Form;
use crate::state::{session, toasts};
use domain::paths::page;
use domain::policy::Action;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

/// Why that cannot be done here, whether the project is archived or not.
fn refused(here: Here, action: Action) -> Option<Refusal> {
    let project = here.project()?;
    let refused = refusal::refused(project.role, action);
    refused.map(|refusal| refusal.in_project(&project.key))
}

/// The project as one file.
#[component]
pub(super) fn ExportSection(here: Here) -> impl IntoView {
    let denied = Memo::new(move |_| refused(here, Action::ExportProject));
    view! {
        <section class="flex max-w-2xl flex-col items-start gap-2 border-t border-base-300 pt-6">
            <h2 class="text-sm">"Export"</h2>
            <p class="text-sm text-ink-2">
                "Everything as one JSON file: settings, workflow, members, labels, versions, issues with their comments, and the whole history, internal notes and former texts included. Files are listed, but not inside. The audit log says who took it."
            </p>
            {move || {
                if denied.with(Option::is_some) {
                    view! {
                        <GuardedButton refused=denied on_click=Callback::new(|()| ())>
                            <SmallIcon name=IconName::Download />
                            "Download export"
                        </GuardedButton>
                    }
                        .into_any()
                } else {
                    view! {
                        <a class="btn btn-sm btn-line" href=api::projects::export(&here.key.get()) rel="external" download=format!("{}.json", here.key.get())>
                            <SmallIcon name=IconName::Download />
                            "Download export"
                        </a>
                    }
                        .into_any()
                }
            }}
        </section>
    }
}

/// Removing the project for good; those who run it see why they cannot.
#[component]
pub(super) fn PurgeSection(here: Here) -> impl IntoView {
    let denied = Memo::new(move |_| {
        let not_archived = || {
            let archived = here.project()?.archived_at.is_some();
            (!archived).then(|| {
                Refusal::plain("Archive the project first, then export it, then purge it.")
            })
        };
        refused(here, Action::PurgeProject).or_else(not_archived)
    });
    let runs_it = move || refused(here, Action::EditProject).is_none();
    let asking = RwSignal::new(false);
    let title = Signal::derive(move || {
        let name = here.project().map(|project| project.name);
        format!("Purge {}?", name.unwrap_or_default())
    });
    view! {
        <Show when=runs_it>
            <section class="flex max-w-2xl flex-col items-start gap-2 border-t border-base-300 pt-6">
                <h2 class="text-sm">"Purge"</h2>
                <p class="text-sm text-ink-2">
                    "Removes the project with its issues, history and files for good. First archive it, then download its export: it has to be complete and newer than the last change."
                </p>
                <GuardedButton refused=denied class="btn btn-sm btn-line" on_click=Callback::new(move |()| asking.set(true))>
                    <SmallIcon name=IconName::Trash2 />
                    "Purge project"
                </GuardedButton>
            </section>
            <Dialog open=asking title id="purge-title" narrow=true>
                <PurgeForm here open=asking />
            </Dialog>
        </Show>
    }
}

#[component]
fn PurgeForm(here: Here, open: RwSignal<bool>) -> impl IntoView {
    let session = session();
    let toasts = toasts();
    let place = expect_context::<Place>();
    let navigate = use_navigate();
    let form = Form::new(&[]);
    let purge = Callback::new(move |()| {
        let key = here.key_now();
        let navigate = navigate.clone();
        form.send(async move { api::projects::purge(&key).await }, move |()| {
            toasts.done(format!("{} is gone for good.", here.key_now()));
            open.set(false);
            place.projects.reload();
            session.load();
            navigate(page::PROJECTS, NavigateOptions::default());
        });
    });
    view! {
        <p class="text-sm text-ink-2">
            "Issues, comments, history and files are lost for everybody, and nobody can bring them back. The audit log keeps that it happened."
        </p>
        <TypedConfirm
            id="purge-project"
            word=here.key
            words="Purge project"
            busy=form.busy
            error=form.general()
            open
            on_yes=purge
        />
    }
}

//! Putting a project to rest, and bringing it back.

use super::Here;
use crate::api;
use crate::components::GuardedButton;
use crate::components::shell::Place;
use crate::model::refusal;
use crate::state::{session, toasts};
use domain::policy::Action;
use domain::project::ProjectPatch;
use leptos::prelude::*;
use leptos::task::spawn_local;

async fn set(here: Here, archived: bool) -> Result<(), api::ApiError> {
    let patch = ProjectPatch {
        archived: Some(archived),
        ..ProjectPatch::default()
    };
    let etag = here
        .loaded
        .value
        .get_untracked()
        .and_then(|tagged| tagged.etag);
    let saved = api::projects::update(&here.key_now(), &patch, etag).await?;
    let _ = here.loaded.value.try_set(Some(saved));
    Ok(())
}

/// What archiving means, and the button.
#[component]
pub(super) fn ArchiveSection(here: Here) -> impl IntoView {
    let toasts = toasts();
    let session = session();
    let place = expect_context::<Place>();
    let archived = Memo::new(move |_| {
        here.project()
            .is_some_and(|project| project.archived_at.is_some())
    });
    let refused = Signal::derive(move || {
        let project = here.project()?;
        let refused = refusal::refused(project.role, Action::EditProject);
        refused.map(|refusal| refusal.in_project(&project.key))
    });
    let known = move || {
        place.projects.reload();
        session.load();
    };
    let toggle = Callback::new(move |()| {
        let to = !archived.get_untracked();
        spawn_local(async move {
            match set(here, to).await {
                Ok(()) if to => toasts.undo("The project is archived.", move || {
                    spawn_local(async move {
                        match set(here, false).await {
                            Ok(()) => toasts.done("The project is back."),
                            Err(error) => toasts.failed("It could not be taken back.", &error),
                        }
                        known();
                    });
                }),
                Ok(()) => toasts.done("The project is back."),
                Err(error) => toasts.failed("The project is as it was.", &error),
            }
            known();
        });
    });
    let text = move || {
        if archived.get() {
            "The project is archived: everything can be read, nothing can be changed."
        } else {
            "An archived project can be read, but not changed. It leaves the lists and can be brought back at any time."
        }
    };
    view! {
        <section class="flex max-w-2xl flex-col items-start gap-2 border-t border-base-300 pt-6">
            <h2 class="text-sm">"Archive"</h2>
            <p class="text-sm text-ink-2">{text}</p>
            <GuardedButton refused on_click=toggle>
                {move || if archived.get() { "Bring back" } else { "Archive project" }}
            </GuardedButton>
        </section>
    }
}

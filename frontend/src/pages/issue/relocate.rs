//! Moving the issue to another project: the choice, and what it will mean before it is done.

use super::offered::{Offer, OfferDialog};
use crate::api::{self, Tagged};
use crate::components::shell::Place;
use crate::components::{BusyButton, ErrorNote, IconName, SmallIcon};
use crate::state::form::Form;
use crate::state::{Loaded, Session, session, toasts};
use domain::issue::Issue;
use domain::paths::page;
use domain::policy::{Action, Ground, decide};
use domain::project::Project;
use domain::relocation::RelocationNote;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

/// Moving, as the menu and its key offer it.
pub(super) const MOVE: Offer = Offer {
    action: Action::MoveToProject,
    command: "move_to_project",
    icon: IconName::FolderKanban,
    words: "Move to project …",
    key: "M",
};

/// The dialog, and the key that opens it.
#[component]
pub(super) fn MoveDialog(
    /// The issue.
    loaded: Loaded<Tagged<Issue>>,
    /// Whether it is open.
    asking: RwSignal<bool>,
    /// Whether the issue is shown as it was.
    past: Signal<bool>,
) -> impl IntoView {
    let title = |key: &str| format!("Move {key} to another project");
    view! {
        <OfferDialog offer=MOVE loaded asking past id="move-title" title>
            <MoveForm loaded asking />
        </OfferDialog>
    }
}

/// The projects to which the reader may move it. Tracked.
fn targets(session: Session, place: Place, from: &str) -> Vec<Project> {
    let mut projects = place.projects.value.get().unwrap_or_default();
    projects.retain(|project| {
        let allowed = session
            .standing(&project.key)
            .is_some_and(|s| decide(s.role, Action::MoveToProject, Ground::NONE).is_ok());
        project.key != from && project.archived_at.is_none() && allowed
    });
    projects
}

#[component]
fn MoveForm(loaded: Loaded<Tagged<Issue>>, asking: RwSignal<bool>) -> impl IntoView {
    let session = session();
    let toasts = toasts();
    let place = expect_context::<Place>();
    let navigate = use_navigate();
    let form = Form::new(&[]);
    let Some(issue) = loaded.value.get_untracked() else {
        return ().into_any();
    };
    let (key, from) = (issue.value.key, issue.value.project);
    let choices = Memo::new(move |_| targets(session, place, &from));
    let chosen = RwSignal::new(String::new());
    let preview = {
        let key = key.clone();
        Loaded::fresh(
            move || {
                (
                    chosen.get(),
                    loaded
                        .value
                        .with(|issue| issue.as_ref().map(|i| i.etag.clone())),
                )
            },
            move |target: String| {
                let key = key.clone();
                async move {
                    if target.is_empty() {
                        return Ok(None);
                    }
                    api::issues::relocate(&key, &target, None, true)
                        .await
                        .map(Some)
                }
            },
        )
    };
    let ready = Memo::new(move |_| {
        preview
            .value
            .with(|p| p.as_ref().is_some_and(Option::is_some))
    });
    let send = Callback::new(move |()| {
        if !ready.get_untracked() {
            return;
        }
        let target = chosen.get_untracked();
        let etag = loaded
            .value
            .with_untracked(|issue| issue.as_ref().and_then(|i| i.etag.clone()));
        let (key, navigate) = (key.clone(), navigate.clone());
        form.send(
            async move { api::issues::relocate(&key, &target, etag, false).await },
            move |moved| {
                asking.set(false);
                toasts.done(format!("{} is {} now.", moved.from, moved.issue.key));
                let replace = NavigateOptions {
                    replace: true,
                    ..NavigateOptions::default()
                };
                navigate(&page::issue(&moved.issue.key), replace);
            },
        );
    });
    let none = move || choices.with(Vec::is_empty);
    view! {
        <form
            class="flex flex-col gap-4"
            on:submit=move |event| {
                event.prevent_default();
                send.run(());
            }
        >
            <Show
                when=move || !none()
                fallback=|| {
                    view! {
                        <p class="text-sm text-ink-2">
                            "There is no other project to which you may move it: that takes the role maintainer there, too."
                        </p>
                    }
                }
            >
                <label class="flex flex-col gap-1 text-xs text-ink-2">
                    "Project"
                    <select
                        class="select select-sm w-full"
                        on:change=move |event| chosen.set(event_target_value(&event))
                    >
                        <option value="" disabled=true prop:selected=move || chosen.with(String::is_empty)>"Choose a project"</option>
                        {move || {
                            choices
                                .get()
                                .into_iter()
                                .map(|project| {
                                    let value = project.key.clone();
                                    view! { <option value=value>{format!("{}  {}", project.key, project.name)}</option> }
                                })
                                .collect_view()
                        }}
                    </select>
                    <span>"Those in which you are a maintainer."</span>
                </label>
            </Show>
            <div role="status" class="flex flex-col gap-2">
                <Show when=move || preview.busy.get() && !chosen.with(String::is_empty)>
                    <p class="text-sm text-ink-3">"Looking at what will change …"</p>
                </Show>
                {move || {
                    preview
                        .value
                        .get()
                        .flatten()
                        .map(|would| view! { <Notes key=would.issue.key notes=would.notes /> })
                }}
            </div>
            <ErrorNote error=preview.error />
            <ErrorNote error=form.general() />
            <div class="flex justify-end gap-2">
                <button type="button" class="btn btn-sm btn-ghost" on:click=move |_| asking.set(false)>"Cancel"</button>
                <Show when=move || ready.get()>
                    <BusyButton busy=form.busy class="btn btn-sm btn-primary" on_click=send>
                        {move || format!("Move to {}", chosen.get())}
                    </BusyButton>
                </Show>
            </div>
        </form>
    }
    .into_any()
}

/// What will change; what is lost stands out.
#[component]
fn Notes(key: String, notes: Vec<RelocationNote>) -> impl IntoView {
    view! {
        <p class="text-sm">
            "It becomes "
            <span class="ii-key">{key}</span>
            ". Its former key leads there from everywhere it is written."
        </p>
        <ul class="flex flex-col gap-1.5 text-sm text-ink-2" aria-label="What changes">
            {notes
                .into_iter()
                .map(|note| {
                    let icon = if note.lost { IconName::TriangleAlert } else { IconName::ChevronRight };
                    view! {
                        <li class="flex items-start gap-2" class:text-base-content=note.lost>
                            <span class="mt-0.5 shrink-0"><SmallIcon name=icon /></span>
                            <span>{note.text}</span>
                        </li>
                    }
                })
                .collect_view()}
        </ul>
    }
}

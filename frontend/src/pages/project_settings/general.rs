//! Name, description, who sees it.

use super::{Here, ReadOnly};
use crate::api;
use crate::components::select_field::SelectField;
use crate::components::shell::Place;
use crate::components::{BusyButton, ErrorNote, Field, MarkdownEditor};
use crate::state::form::Form;
use crate::state::toasts;
use domain::policy::Action;
use domain::problem::Code;
use domain::project::ProjectPatch;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

/// The form of what a project is.
#[component]
pub(super) fn GeneralTab(here: Here) -> impl IntoView {
    let toasts = toasts();
    let place = expect_context::<Place>();
    let form = Form::new(&["name", "description", "visibility", "reporters_see"]);
    let project = here.loaded.value.get_untracked().map(|tagged| tagged.value);
    let start = |text: Option<String>| RwSignal::new(text.unwrap_or_default());
    let name = start(project.as_ref().map(|p| p.name.clone()));
    let description = start(project.as_ref().map(|p| p.description.clone()));
    let visibility = start(project.as_ref().map(|p| p.visibility.to_string()));
    let reporters_see = start(project.as_ref().map(|p| p.reporters_see.to_string()));
    let refused = Memo::new(move |_| here.refused(Action::EditProject));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let (Some(tagged), None) = (here.loaded.value.get_untracked(), refused.get_untracked())
        else {
            return;
        };
        let old = &tagged.value;
        let text =
            |new: RwSignal<String>, old: &str| Some(new.get_untracked()).filter(|new| new != old);
        let patch = ProjectPatch {
            name: text(name, &old.name),
            description: text(description, &old.description),
            visibility: visibility
                .get_untracked()
                .parse()
                .ok()
                .filter(|new| *new != old.visibility),
            reporters_see: reporters_see
                .get_untracked()
                .parse()
                .ok()
                .filter(|new| *new != old.reporters_see),
            archived: None,
        };
        if patch == ProjectPatch::default() {
            toasts.done("Nothing was changed.");
            return;
        }
        match patch.check() {
            Err(errors) => form.refuse(errors),
            Ok(patch) => {
                let etag = tagged.etag.clone();
                form.send(
                    async move {
                        let answer = api::projects::update(&here.key_now(), &patch, etag).await;
                        // What was typed stays; saving again is on top of what is there now.
                        if answer
                            .as_ref()
                            .is_err_and(|error| error.is(Code::EditConflict))
                        {
                            here.loaded.reload();
                        }
                        answer
                    },
                    move |saved| {
                        here.loaded.value.set(Some(saved));
                        place.projects.reload();
                        toasts.done("The settings are saved.");
                    },
                );
            }
        }
    };
    let disabled = Signal::derive(move || refused.get().is_some());
    let conflict = move || {
        form.error
            .with(|error| error.as_ref().is_some_and(|e| e.is(Code::EditConflict)))
    };
    view! {
        <ReadOnly here action=Action::EditProject />
        <form class="max-w-2xl" novalidate on:submit=submit>
            <fieldset class="flex flex-col gap-4" disabled=move || disabled.get()>
                <ErrorNote error=form.general() />
                <Show when=conflict>
                    <p class="text-sm text-ink-2">"Nothing you typed is lost. Save again to put it over the other change."</p>
                </Show>
                <Field id="settings-name" label="Name" value=name error=form.field("name") required=true />
                <div class="flex flex-col gap-1">
                    <span class="text-xs text-ink-2" aria-hidden="true">"Description"</span>
                    <MarkdownEditor
                        id="settings-description"
                        label="Description"
                        text=description
                        placeholder="What belongs here, and what does not."
                        error=form.field("description")
                    />
                </div>
                <div class="grid gap-4 sm:grid-cols-2">
                    <SelectField
                        id="settings-visibility"
                        label="Visible to"
                        choices=vec![("internal", "Everybody, with the role of their account"), ("private", "Its members only")]
                        value=visibility
                        error=form.field("visibility")
                    />
                    <SelectField
                        id="settings-reporters"
                        label="Reporters see"
                        choices=vec![("all", "Every issue"), ("own", "Their own issues only")]
                        value=reporters_see
                        error=form.field("reporters_see")
                    />
                </div>
                <div><BusyButton busy=form.busy disabled>"Save settings"</BusyButton></div>
            </fieldset>
        </form>
    }
}

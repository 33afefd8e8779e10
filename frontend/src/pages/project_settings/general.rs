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
use domain::project::{Project, ProjectPatch};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

/// What is typed, and what it was when it was read.
#[derive(Clone, Copy)]
struct Texts {
    name: RwSignal<String>,
    description: RwSignal<String>,
    visibility: RwSignal<String>,
    reporters_see: RwSignal<String>,
    landing: RwSignal<String>,
    base: StoredValue<Option<[String; 5]>>,
    /// Somebody else changed a field that was changed here too.
    conflict: RwSignal<bool>,
}

impl Default for Texts {
    fn default() -> Self {
        let text = || RwSignal::new(String::new());
        Self {
            name: text(),
            description: text(),
            visibility: text(),
            reporters_see: text(),
            landing: text(),
            base: StoredValue::new(None),
            conflict: RwSignal::new(false),
        }
    }
}

impl Texts {
    fn fields(self) -> [RwSignal<String>; 5] {
        [
            self.name,
            self.description,
            self.visibility,
            self.reporters_see,
            self.landing,
        ]
    }

    fn of(project: &Project) -> [String; 5] {
        [
            project.name.clone(),
            project.description.clone(),
            project.visibility.to_string(),
            project.reporters_see.to_string(),
            project.landing.to_string(),
        ]
    }

    /// Shows the project as it is.
    fn start(self, project: &Project) {
        let new = Self::of(project);
        for (field, text) in self.fields().into_iter().zip(new.clone()) {
            field.set(text);
        }
        self.base.set_value(Some(new));
    }

    /// Takes up other people's changes, but not over what was typed here.
    fn follow(self, project: &Project) {
        let Some(old) = self.base.get_value() else {
            self.start(project);
            return;
        };
        let new = Self::of(project);
        for ((field, old), new) in self.fields().into_iter().zip(old).zip(new.clone()) {
            let typed = field.get_untracked();
            if typed == old {
                field.set(new);
            } else if old != new && typed != new {
                self.conflict.set(true);
            }
        }
        self.base.set_value(Some(new));
    }

    /// What was changed here.
    fn patch(self) -> ProjectPatch {
        let Some([name, description, visibility, reporters_see, landing]) = self.base.get_value()
        else {
            return ProjectPatch::default();
        };
        let changed = |field: RwSignal<String>, old: String| {
            Some(field.get_untracked()).filter(|new| *new != old)
        };
        ProjectPatch {
            name: changed(self.name, name),
            description: changed(self.description, description),
            visibility: changed(self.visibility, visibility).and_then(|word| word.parse().ok()),
            reporters_see: changed(self.reporters_see, reporters_see)
                .and_then(|word| word.parse().ok()),
            landing: changed(self.landing, landing).and_then(|word| word.parse().ok()),
            archived: None,
        }
    }
}

/// The form of what a project is.
#[component]
pub(super) fn GeneralTab(here: Here) -> impl IntoView {
    let toasts = toasts();
    let place = expect_context::<Place>();
    let form = Form::new(&[
        "name",
        "description",
        "visibility",
        "reporters_see",
        "landing",
    ]);
    let texts = Texts::default();
    let conflict = texts.conflict;
    Effect::new(move |_| {
        if let Some(project) = here.project() {
            texts.follow(&project);
        }
    });
    let Texts {
        name,
        description,
        visibility,
        reporters_see,
        landing,
        ..
    } = texts;
    let refused = Memo::new(move |_| here.refused(Action::EditProject));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let (Some(tagged), None) = (here.loaded.value.get_untracked(), refused.get_untracked())
        else {
            return;
        };
        let patch = texts.patch();
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
                        // What was typed stays; the rest follows what is there now.
                        if answer
                            .as_ref()
                            .is_err_and(|error| error.is(Code::EditConflict))
                        {
                            here.loaded.reload();
                        }
                        answer
                    },
                    move |saved| {
                        texts.conflict.set(false);
                        texts.start(&saved.value);
                        here.loaded.value.set(Some(saved));
                        place.projects.reload();
                        toasts.done("The settings are saved.");
                    },
                );
            }
        }
    };
    let disabled = Signal::derive(move || refused.get().is_some());
    view! {
        <ReadOnly here action=Action::EditProject />
        <form class="max-w-2xl" novalidate on:submit=submit>
            <fieldset class="flex flex-col gap-4" disabled=move || disabled.get()>
                <ErrorNote error=form.general() />
                <Show when=move || conflict.get()>
                    <p class="text-sm text-ink-2">"Somebody else changed what you are editing. Nothing you typed is lost; saving puts it over the other change."</p>
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
                    <SelectField
                        id="settings-landing"
                        label="Opens with"
                        choices=vec![("issues", "The list of issues"), ("board", "The board")]
                        value=landing
                        error=form.field("landing")
                    />
                </div>
                <div><BusyButton busy=form.busy disabled>"Save settings"</BusyButton></div>
            </fieldset>
        </form>
    }
}

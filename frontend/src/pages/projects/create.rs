//! A new project.

use crate::api;
use crate::components::select_field::SelectField;
use crate::components::shell::Place;
use crate::components::{BusyButton, Dialog, ErrorNote, Field};
use crate::state::form::Form;
use crate::state::{session, toasts};
use domain::paths::page;
use domain::project::NewProject;
use domain::workflow::{Template, Workflow};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

/// The dialog; afterwards one is in the settings of the new project.
#[component]
pub(super) fn CreateProject(open: RwSignal<bool>) -> impl IntoView {
    view! {
        <Dialog open title="New project" id="new-project-title">
            <CreateForm open />
        </Dialog>
    }
}

/// The statuses a template begins with, in one line.
fn statuses(template: &str) -> Option<String> {
    let template: Template = template.parse().ok()?;
    let names: Vec<String> = Workflow::template(template)
        .statuses
        .into_iter()
        .map(|status| status.name)
        .collect();
    Some(names.join(" → "))
}

/// A key made from a name: the first letters of its words, or of the word.
fn key_from(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    let letters: String = match words.as_slice() {
        [one] => one
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .take(4)
            .collect(),
        many => many
            .iter()
            .filter_map(|word| word.chars().find(char::is_ascii_alphanumeric))
            .take(6)
            .collect(),
    };
    letters.to_ascii_uppercase()
}

#[component]
fn CreateForm(open: RwSignal<bool>) -> impl IntoView {
    let toasts = toasts();
    let session = session();
    let place = expect_context::<Place>();
    let navigate = use_navigate();
    let form = Form::new(&["key", "name", "template", "visibility", "description"]);
    let name = RwSignal::new(String::new());
    let key = RwSignal::new(String::new());
    let template = RwSignal::new(Template::Software.slug().to_owned());
    let visibility = RwSignal::new("internal".to_owned());
    // The key follows the name until somebody types one.
    Effect::watch(
        move || name.get(),
        move |now, before, _| {
            let made = before.map(|before| key_from(before)).unwrap_or_default();
            if key.with_untracked(|key| key.is_empty() || *key == made) {
                key.set(key_from(now));
            }
        },
        false,
    );
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let new = NewProject {
            key: key.get_untracked(),
            name: name.get_untracked(),
            description: None,
            visibility: visibility.get_untracked().parse().ok(),
            reporters_see: None,
            template: template.get_untracked().parse().ok(),
        };
        let navigate = navigate.clone();
        match new.check() {
            Err(errors) => form.refuse(errors),
            Ok(new) => form.send(
                async move { api::projects::create(&new).await },
                move |project| {
                    toasts.done(format!("The project {} is there.", project.name));
                    place.projects.reload();
                    session.load();
                    open.set(false);
                    navigate(
                        &page::project_settings(&project.key),
                        NavigateOptions::default(),
                    );
                },
            ),
        }
    };
    view! {
        <form class="flex flex-col gap-4" novalidate on:submit=submit>
            <ErrorNote error=form.general() />
            <Field id="project-name" label="Name" value=name error=form.field("name") required=true autofocus=true />
            <Field
                id="project-key"
                label="Key"
                value=key
                error=form.field("key")
                required=true
                hint="2 to 10 letters or digits. It begins the number of every issue and cannot be changed later."
            />
            <SelectField
                id="project-template"
                label="Workflow"
                choices=vec![
                    ("software", "Software development"),
                    ("feedback", "Client feedback"),
                    ("service", "Issues logged by programs"),
                    ("helpdesk", "Helpdesk"),
                ]
                value=template
                error=form.field("template")
                hint=Signal::derive(move || template.with(|template| statuses(template)))
            />
            <SelectField
                id="project-visibility"
                label="Visible to"
                choices=vec![("internal", "Everybody, with the role of their account"), ("private", "Its members only")]
                value=visibility
                error=form.field("visibility")
            />
            <div class="flex justify-end gap-2">
                <button type="button" class="btn btn-sm btn-ghost" on:click=move |_| open.set(false)>"Cancel"</button>
                <BusyButton busy=form.busy>"Create project"</BusyButton>
            </div>
        </form>
    }
}

#[cfg(test)]
mod tests {
    use super::key_from;

    #[test]
    fn keys_come_from_names() {
        assert_eq!(key_from("Fieldbook App"), "FA");
        assert_eq!(key_from("Helpdesk"), "HELP");
        assert_eq!(key_from(""), "");
    }
}

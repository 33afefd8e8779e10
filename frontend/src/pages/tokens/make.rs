//! The dialog of a new token.

use super::Tokens;
use crate::api;
use crate::components::select_field::SelectField;
use crate::components::shell::Place;
use crate::components::{BusyButton, Dialog, ErrorNote, Field, FieldNote};
use crate::model::token_form::{LASTS, LASTS_DEFAULT, choices, draft};
use crate::state::clock::device_time;
use crate::state::form::Form;
use domain::paths::page;
use domain::project::Project;
use domain::token::Scope;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

#[component]
pub(super) fn Make(tokens: Tokens) -> impl IntoView {
    view! {
        <Dialog open=tokens.making title="New token" id="new-token-title">
            <MakeForm tokens />
        </Dialog>
    }
}

#[component]
fn MakeForm(tokens: Tokens) -> impl IntoView {
    let form = Form::new(&["name", "scopes", "project", "expires_at"]);
    let name = RwSignal::new(String::new());
    let scopes = RwSignal::new(vec![Scope::Read]);
    let project = RwSignal::new(String::new());
    let lasts = RwSignal::new(LASTS_DEFAULT.to_owned());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let now = device_time();
        let new = draft(
            name.get_untracked(),
            scopes.get_untracked(),
            &project.get_untracked(),
            &lasts.get_untracked(),
            now,
        );
        match new.check(now) {
            Err(errors) => form.refuse(errors),
            Ok(new) => form.send(
                async move { api::tokens::create(tokens.whose, &new).await },
                move |made| {
                    tokens.making.set(false);
                    tokens.made.set(Some(made));
                    tokens.loaded.reload();
                },
            ),
        }
    };
    let lengths = LASTS
        .into_iter()
        .map(|(value, words, _)| (value, words))
        .collect();
    view! {
        <form class="flex flex-col gap-4" novalidate on:submit=submit>
            <ErrorNote error=form.general() />
            <Field
                id="token-name"
                label="Name"
                value=name
                error=form.field("name")
                hint="What it is for, so that you know it again when you look through them."
                required=true
                autofocus=true
            />
            <ScopeChoices scopes error=form.field("scopes") />
            <div class="grid gap-4 sm:grid-cols-2">
                <ProjectChoice project error=form.field("project") />
                <SelectField id="token-lasts" label="Lasts" choices=lengths value=lasts error=form.field("expires_at") />
            </div>
            <div class="flex justify-end gap-2">
                <button type="button" class="btn btn-sm btn-ghost" on:click=move |_| tokens.making.set(false)>"Cancel"</button>
                <BusyButton busy=form.busy>"Make token"</BusyButton>
            </div>
        </form>
    }
}

#[component]
fn ScopeChoices(scopes: RwSignal<Vec<Scope>>, error: Signal<Option<String>>) -> impl IntoView {
    let one = move |scope: Scope| {
        let toggle = move |_| {
            scopes.update(|chosen| match chosen.iter().position(|s| *s == scope) {
                Some(at) => {
                    chosen.remove(at);
                }
                None => chosen.push(scope),
            });
        };
        view! {
            <label class="flex min-h-6 cursor-pointer items-start gap-2 text-sm">
                <input
                    type="checkbox"
                    class="checkbox checkbox-sm checkbox-primary mt-0.5"
                    prop:checked=move || scopes.with(|chosen| chosen.contains(&scope))
                    on:change=toggle
                />
                <span class="min-w-0">
                    <code class="text-xs font-medium">{scope.slug()}</code>
                    <span class="block text-xs text-ink-2">{scope.phrase()}</span>
                </span>
            </label>
        }
    };
    view! {
        <fieldset class="flex flex-col gap-2" aria-describedby="token-scopes-hint token-scopes-note">
            <legend class="pb-1 text-xs text-ink-2">"Scopes"</legend>
            {choices().map(one).collect_view()}
            <p id="token-scopes-hint" class="text-xs text-ink-3">
                "A token never may more than its owner. " <a class="link" href=page::POLICY>"Which right takes which scope"</a>
            </p>
            <FieldNote id="token-scopes-note" error />
        </fieldset>
    }
}

#[component]
fn ProjectChoice(project: RwSignal<String>, error: Signal<Option<String>>) -> impl IntoView {
    let place = expect_context::<Place>();
    let projects = move || {
        let all = place.projects.value.get().unwrap_or_default();
        all.into_iter()
            .map(|Project { key, name, .. }| {
                let mine = key.clone();
                let chosen = move || project.with(|project| *project == mine);
                view! { <option value=key.clone() prop:selected=chosen>{format!("{name} ({key})")}</option> }
            })
            .collect_view()
    };
    view! {
        <div class="flex flex-col gap-1">
            <label for="token-project" class="text-xs text-ink-2">"Project"</label>
            <select
                id="token-project"
                class="select select-sm w-full"
                aria-describedby="token-project-note"
                aria-invalid=move || error.get().is_some().then_some("true")
                on:change=move |event| project.set(event_target_value(&event))
            >
                <option value="" prop:selected=move || project.with(String::is_empty)>"All projects of its owner"</option>
                {projects}
            </select>
            <FieldNote id="token-project-note" error />
        </div>
    }
}

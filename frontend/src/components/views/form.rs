//! A name for a view, and who has it.

use super::{Desk, keep, refusal};
use crate::api;
use crate::components::shell::Place;
use crate::components::{BusyButton, Dialog, ErrorNote, Field, Reason};
use crate::model::saved::href;
use crate::state::form::Form;
use crate::state::toasts;
use domain::view::{NewView, View, ViewPatch};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

/// What the dialog is about.
#[derive(Clone, PartialEq)]
pub enum Asking {
    /// What is shown becomes a view.
    New,
    /// A view gets another name.
    Rename(View),
}

/// The dialog.
#[component]
pub fn ViewDialog(desk: Desk, asking: RwSignal<Option<Asking>>) -> impl IntoView {
    let open = RwSignal::new(false);
    Effect::new(move |_| open.set(asking.with(Option::is_some)));
    Effect::new(move |_| {
        if !open.get() && asking.with_untracked(Option::is_some) {
            asking.set(None);
        }
    });
    let title = Signal::derive(move || {
        let rename = asking.with(|asking| matches!(asking, Some(Asking::Rename(_))));
        let words = if rename {
            "Rename the view"
        } else {
            "Save as a view"
        };
        words.to_owned()
    });
    view! {
        <Dialog open title id="view-title" narrow=true>
            {move || match asking.get() {
                Some(Asking::New) => view! { <SaveForm desk open /> }.into_any(),
                Some(Asking::Rename(view)) => view! { <RenameForm view open /> }.into_any(),
                None => ().into_any(),
            }}
        </Dialog>
    }
}

#[component]
fn SaveForm(desk: Desk, open: RwSignal<bool>) -> impl IntoView {
    let place = expect_context::<Place>();
    let toasts = toasts();
    let navigate = use_navigate();
    let form = Form::new(&["name"]);
    let name = RwSignal::new(String::new());
    let shared = RwSignal::new(false);
    let why = Memo::new(move |_| refusal(desk.project.get().as_deref()));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let now = desk.now.get_untracked();
        let new = NewView {
            name: name.get_untracked(),
            query: now.query,
            layout: now.layout,
            project: desk.project.get_untracked(),
            shared: shared.get_untracked(),
        };
        let navigate = navigate.clone();
        match new.check() {
            Err(errors) => form.refuse(errors),
            Ok(new) => form.send(
                async move { api::views::create(&new).await },
                move |view: View| {
                    let _ = place.views.value.try_update(|views| {
                        views.get_or_insert_default().push(view.clone());
                    });
                    place.views.reload();
                    toasts.done(format!("The view “{}” is saved.", view.name));
                    open.set(false);
                    navigate(&href(&view), NavigateOptions::default());
                },
            ),
        }
    };
    let whom = move |value: bool, words: String| {
        view! {
            <label class="flex min-h-6 items-center gap-2 text-sm" class:text-ink-3=move || value && why.with(Option::is_some)>
                <input
                    type="radio"
                    name="view-shared"
                    class="radio radio-sm radio-primary"
                    prop:checked=move || shared.get() == value
                    disabled=move || value && why.with(Option::is_some)
                    on:change=move |_| shared.set(value)
                />
                {words}
            </label>
        }
    };
    let everybody = move || {
        let key = desk.project.get();
        key.map_or_else(
            || "Everybody in a project".to_owned(),
            |key| format!("Everybody who sees {key}"),
        )
    };
    view! {
        <form class="flex flex-col gap-4" novalidate on:submit=submit>
            <ErrorNote error=form.general() />
            <Field
                id="view-name"
                label="Name"
                value=name
                error=form.field("name")
                hint="Filter, order, columns and groups are saved with it."
                required=true
                autofocus=true
            />
            <fieldset class="flex flex-col gap-1">
                <legend class="mb-1 text-xs text-ink-2">"Who has it"</legend>
                {whom(false, "Only you".to_owned())}
                {move || whom(true, everybody())}
                {move || why.get().map(|refusal| view! { <p class="text-xs text-ink-3"><Reason refusal /></p> })}
            </fieldset>
            <div class="flex justify-end gap-2">
                <button type="button" class="btn btn-sm btn-ghost" on:click=move |_| open.set(false)>"Cancel"</button>
                <BusyButton busy=form.busy>"Save the view"</BusyButton>
            </div>
        </form>
    }
}

#[component]
fn RenameForm(view: View, open: RwSignal<bool>) -> impl IntoView {
    let place = expect_context::<Place>();
    let form = Form::new(&["name"]);
    let name = RwSignal::new(view.name.clone());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let patch = ViewPatch {
            name: Some(name.get_untracked()),
            ..ViewPatch::default()
        };
        let view = view.clone();
        match patch.check() {
            Err(errors) => form.refuse(errors),
            Ok(patch) => form.send(
                async move { api::views::update(&view, &patch).await },
                move |view| {
                    keep(place, view);
                    open.set(false);
                },
            ),
        }
    };
    view! {
        <form class="flex flex-col gap-4" novalidate on:submit=submit>
            <ErrorNote error=form.general() />
            <Field id="view-name" label="Name" value=name error=form.field("name") required=true autofocus=true />
            <div class="flex justify-end gap-2">
                <button type="button" class="btn btn-sm btn-ghost" on:click=move |_| open.set(false)>"Cancel"</button>
                <BusyButton busy=form.busy>"Rename"</BusyButton>
            </div>
        </form>
    }
}

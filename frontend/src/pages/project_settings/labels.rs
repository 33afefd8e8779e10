//! The labels of a project.

use super::{Here, ReadOnly};
use crate::api;
use crate::components::confirm::Confirm;
use crate::components::skeleton::SkeletonRows;
use crate::components::{AsyncView, BusyButton, ErrorNote, Field, GuardedButton, Icon, IconName};
use crate::model::refusal::Refusal;
use crate::state::form::Form;
use crate::state::{Loaded, toasts};
use domain::label::{COLOUR_DEFAULT, Label, LabelPatch, NewLabel};
use domain::policy::Action;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The labels, each edited in its place, and a form for one more.
#[component]
pub(super) fn LabelsTab(here: Here) -> impl IntoView {
    let toasts = toasts();
    let labels = Loaded::keep(
        move || (here.key.get(), here.changed.get()),
        |(key, _)| async move { api::projects::labels(&key).await },
    );
    let refused = Memo::new(move |_| here.refused(Action::ManageLabels));
    let chosen = RwSignal::new(None::<Label>);
    let asking = RwSignal::new(false);
    let title = Signal::derive(move || {
        let name = chosen.get().map(|label| label.name).unwrap_or_default();
        format!("Delete the label {name}?")
    });
    let delete = Callback::new(move |()| {
        let Some(label) = chosen.get_untracked() else {
            return;
        };
        spawn_local(async move {
            match api::project_lists::delete_label(&here.key_now(), label.id).await {
                Ok(()) => toasts.done(format!("The label {} is deleted.", label.name)),
                Err(error) => toasts.failed("The label was not deleted.", &error),
            }
            labels.reload();
        });
    });
    view! {
        <ReadOnly here action=Action::ManageLabels />
        <Show when=move || refused.get().is_none()>
            <AddLabel here labels />
        </Show>
        <AsyncView
            loaded=labels
            what="The list of labels"
            loading="Loading labels"
            skeleton=|| view! { <div class="-mx-4 lg:-mx-6"><SkeletonRows rows=4 /></div> }.into_any()
            let:list
        >
            <ul class="flex max-w-2xl flex-col">
                <For each=move || list.get() key=|label| (label.id, label.name.clone(), label.colour.clone()) let:label>
                    <Row here labels label refused chosen asking />
                </For>
            </ul>
            <Show when=move || list.with(Vec::is_empty)>
                <p class="text-sm text-ink-2">"No labels yet. They mark what cuts across: a part of the product, a customer, a campaign."</p>
            </Show>
        </AsyncView>
        <Confirm
            open=asking
            title
            id="delete-label-title"
            text="It is taken off every issue that carries it. This cannot be undone; the history keeps its name."
            words="Delete label"
            on_yes=delete
        />
    }
}

#[component]
fn Colour(
    id: String,
    label: String,
    value: RwSignal<String>,
    on_change: Callback<String>,
    disabled: Signal<bool>,
) -> impl IntoView {
    view! {
        <input
            id=id
            type="color"
            class="ii-colour"
            aria-label=label
            prop:value=move || value.get()
            disabled=move || disabled.get()
            on:change=move |event| on_change.run(event_target_value(&event))
        />
    }
}

#[component]
fn AddLabel(here: Here, labels: Loaded<Vec<Label>>) -> impl IntoView {
    let toasts = toasts();
    let form = Form::new(&["name", "colour"]);
    let name = RwSignal::new(String::new());
    let colour = RwSignal::new(COLOUR_DEFAULT.to_owned());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let new = NewLabel {
            name: name.get_untracked(),
            colour: Some(colour.get_untracked()),
            description: None,
        };
        match new.check() {
            Err(errors) => form.refuse(errors),
            Ok(new) => form.send(
                async move { api::project_lists::add_label(&here.key_now(), &new).await },
                move |label| {
                    let _ = name.try_set(String::new());
                    toasts.done(format!("The label {} is there.", label.name));
                    labels.reload();
                },
            ),
        }
    };
    view! {
        <form class="flex max-w-2xl flex-col gap-3" novalidate on:submit=submit>
            <ErrorNote error=form.general() />
            <div class="grid grid-cols-[auto_minmax(0,1fr)_auto] items-start gap-3">
                <span class="pt-5">
                    <Colour
                        id="new-label-colour".to_owned()
                        label="Colour of the new label".to_owned()
                        value=colour
                        on_change=Callback::new(move |to| colour.set(to))
                        disabled=Signal::stored(false)
                    />
                </span>
                <Field id="label-name" label="New label" value=name error=form.field("name") required=true />
                <div class="pt-5"><BusyButton busy=form.busy class="btn btn-sm btn-line">"Add label"</BusyButton></div>
            </div>
        </form>
    }
}

#[component]
fn Row(
    here: Here,
    labels: Loaded<Vec<Label>>,
    label: Label,
    refused: Memo<Option<Refusal>>,
    chosen: RwSignal<Option<Label>>,
    asking: RwSignal<bool>,
) -> impl IntoView {
    let toasts = toasts();
    let id = label.id;
    let (name, colour) = (
        RwSignal::new(label.name.clone()),
        RwSignal::new(label.colour.clone()),
    );
    let old = StoredValue::new(label.clone());
    let save = move |patch: LabelPatch| {
        spawn_local(async move {
            if let Err(error) = api::project_lists::update_label(&here.key_now(), id, &patch).await
            {
                let _ = name.try_set(old.get_value().name);
                let _ = colour.try_set(old.get_value().colour);
                toasts.failed("The label is as it was.", &error);
            }
            labels.reload();
        });
    };
    let rename = move |event| {
        let new = event_target_value(&event).trim().to_owned();
        name.set(new.clone());
        let same = old.with_value(|old| old.name == new);
        if new.is_empty() || same {
            name.set(old.get_value().name);
        } else {
            save(LabelPatch {
                name: Some(new),
                ..LabelPatch::default()
            });
        }
    };
    let recolour = Callback::new(move |new: String| {
        colour.set(new.clone());
        save(LabelPatch {
            colour: Some(new),
            ..LabelPatch::default()
        });
    });
    let disabled = Signal::derive(move || refused.get().is_some());
    let said = label.name.clone();
    view! {
        <li class="flex items-center gap-3 border-b border-base-300 py-1.5 last:border-0">
            <Colour id=format!("colour-{id}") label=format!("Colour of {said}") value=colour on_change=recolour disabled />
            <input
                class="input input-sm ii-quiet min-w-0 flex-1"
                aria-label=format!("Name of {said}")
                prop:value=move || name.get()
                disabled=move || disabled.get()
                on:change=rename
            />
            <GuardedButton
                refused
                class="btn btn-ghost btn-xs btn-square"
                label=Some(format!("Delete {said}"))
                on_click=Callback::new(move |()| {
                    chosen.set(Some(label.clone()));
                    asking.set(true);
                })
            >
                <Icon name=IconName::Trash2 />
            </GuardedButton>
        </li>
    }
}

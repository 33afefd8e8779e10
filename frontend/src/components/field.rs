//! One field of a form: label, control, hint, and what is wrong with it.

use super::icon::SmallIcon;
use super::icon_paths::IconName;
use crate::api::ApiError;
use leptos::prelude::*;

/// A labelled single-line field.
#[component]
pub fn Field(
    /// Id of the control; unique on the page.
    id: &'static str,
    /// Words above it.
    label: &'static str,
    /// What is typed.
    value: RwSignal<String>,
    /// What is wrong.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// `text`, `email`, `password`, `date`, `number`.
    #[prop(default = "text")]
    kind: &'static str,
    /// For password managers and address books.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// What to know before typing.
    #[prop(optional, into)]
    hint: Option<String>,
    /// Must be filled in.
    #[prop(default = false)]
    required: bool,
    /// Takes the focus when it appears.
    #[prop(default = false)]
    autofocus: bool,
) -> impl IntoView {
    let hint_id = format!("{id}-hint");
    let note_id = format!("{id}-note");
    let has_hint = hint.is_some();
    let described = {
        let (hint_id, note_id) = (hint_id.clone(), note_id.clone());
        move || {
            let mut ids = Vec::new();
            if error.get().is_some() {
                ids.push(note_id.clone());
            }
            if has_hint {
                ids.push(hint_id.clone());
            }
            (!ids.is_empty()).then(|| ids.join(" "))
        }
    };
    let control = NodeRef::<leptos::html::Input>::new();
    if autofocus {
        control.on_load(|input| {
            request_animation_frame(move || {
                let _ = input.focus();
            });
        });
    }
    view! {
        <div class="flex flex-col gap-1">
            <label for=id class="text-xs text-ink-2">{label}</label>
            <input
                node_ref=control
                id=id
                name=id
                class="input input-sm w-full"
                type=kind
                autocomplete=autocomplete
                required=required
                aria-invalid=move || error.get().is_some().then_some("true")
                aria-describedby=described
                bind:value=value
            />
            {hint.map(|hint| view! { <p id=hint_id class="text-xs text-ink-3">{hint}</p> })}
            <FieldNote id=note_id error />
        </div>
    }
}

/// The sentence below a field that is wrong.
#[component]
pub fn FieldNote(#[prop(into)] id: String, error: Signal<Option<String>>) -> impl IntoView {
    view! {
        <p id=id class="flex items-start gap-1 text-xs text-error empty:hidden">
            {move || error.get().map(|text| view! { <SmallIcon name=IconName::CircleAlert /> <span>{text}</span> })}
        </p>
    }
}

/// Why a form was not taken, above its fields. Said aloud when it appears.
#[component]
pub fn ErrorNote(#[prop(into)] error: Signal<Option<ApiError>>) -> impl IntoView {
    view! {
        <div role="alert" class="empty:hidden">
            {move || {
                error.get().map(|error| {
                    let id = error.request_id().map(ToOwned::to_owned);
                    view! {
                        <div class="ii-err">
                            <SmallIcon name=IconName::CircleAlert />
                            <span>
                                {error.sentence()}
                                {error.rule().map(|href| view! { " " <a class="link" href=href>"See the rule"</a> })}
                                {id.filter(|_| error.may_pass()).map(|id| view! { " Request " <span class="ii-key">{id}</span> })}
                            </span>
                        </div>
                    }
                })
            }}
        </div>
    }
}

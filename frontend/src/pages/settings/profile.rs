//! Name, e-mail address, time zone.

use crate::api;
use crate::components::{BusyButton, ErrorNote, Field, FieldNote};
use crate::state::form::Form;
use crate::state::{session, toasts};
use domain::user::ProfilePatch;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// The form of the profile.
#[component]
pub(super) fn ProfileSection() -> impl IntoView {
    let session = session();
    let toasts = toasts();
    let form = Form::new(&["display_name", "email", "timezone"]);
    let me = untrack(|| session.me());
    let start = |text: Option<String>| RwSignal::new(text.unwrap_or_default());
    let display_name = start(me.as_ref().map(|me| me.user.display_name.clone()));
    let email = start(me.as_ref().and_then(|me| me.user.email.clone()));
    let timezone = start(me.as_ref().map(|me| me.preferences.timezone.clone()));
    let username = me.map(|me| me.user.username.clone()).unwrap_or_default();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(me) = session.me() else { return };
        let differs = |new: RwSignal<String>, old: &str| {
            Some(new.get_untracked().trim().to_owned()).filter(|new| new != old)
        };
        let zone = differs(timezone, &me.preferences.timezone);
        let patch = ProfilePatch {
            display_name: differs(display_name, &me.user.display_name),
            email: differs(email, me.user.email.as_deref().unwrap_or_default()),
            timezone: zone.map(|zone| Some(zone).filter(|zone| !zone.is_empty())),
            ..ProfilePatch::default()
        };
        if patch == ProfilePatch::default() {
            toasts.done("Nothing was changed.");
            return;
        }
        match patch.check() {
            Err(errors) => form.refuse(errors),
            Ok(patch) => form.send(async move { api::me::update(&patch).await }, move |me| {
                let _ = timezone.try_set(me.preferences.timezone.clone());
                session.enter(me);
                toasts.done("Your profile is saved.");
            }),
        }
    };
    view! {
        <form class="flex flex-col gap-4" novalidate on:submit=submit>
            <ErrorNote error=form.general() />
            <Field id="display-name" label="Name" value=display_name error=form.field("display_name") autocomplete="name" required=true />
            <p class="text-xs text-ink-3">
                "Your username is " <span class="ii-key">{username}</span> "; it stays as it is, because others mention you by it."
            </p>
            <Field id="email" label="E-mail" kind="email" value=email error=form.field("email") autocomplete="email" required=true />
            <ZoneField timezone error=form.field("timezone") />
            <div><BusyButton busy=form.busy>"Save profile"</BusyButton></div>
        </form>
    }
}

/// The zone, from the list that the browser knows.
#[component]
fn ZoneField(timezone: RwSignal<String>, error: Signal<Option<String>>) -> impl IntoView {
    let device = device_zone();
    let mine = StoredValue::new(device.clone());
    let other = move || {
        mine.with_value(|zone| {
            zone.as_ref()
                .is_some_and(|zone| timezone.with(|now| now != zone))
        })
    };
    view! {
        <div class="flex flex-col gap-1">
            <label for="timezone" class="text-xs text-ink-2">"Time zone"</label>
            <input
                id="timezone"
                name="timezone"
                class="input input-sm w-full"
                list="zones"
                autocomplete="off"
                spellcheck="false"
                aria-invalid=move || error.get().is_some().then_some("true")
                aria-describedby="timezone-hint timezone-note"
                bind:value=timezone
            />
            <datalist id="zones">
                {zones().into_iter().map(|zone| view! { <option value=zone></option> }).collect_view()}
            </datalist>
            <p id="timezone-hint" class="text-xs text-ink-3">"Exact times are shown in it."</p>
            <FieldNote id="timezone-note" error />
            <Show when=other>
                <p>
                    <button
                        type="button"
                        class="btn btn-xs btn-ghost -ml-2"
                        on:click=move |_| timezone.set(mine.get_value().unwrap_or_default())
                    >
                        {format!("Use this device’s: {}", mine.get_value().unwrap_or_default())}
                    </button>
                </p>
            </Show>
        </div>
    }
}

fn intl(name: &str) -> Option<js_sys::Function> {
    let intl = js_sys::Reflect::get(&js_sys::global(), &"Intl".into()).ok()?;
    js_sys::Reflect::get(&intl, &name.into())
        .ok()?
        .dyn_into()
        .ok()
}

/// All zones the browser knows; an old browser offers none, and one types.
fn zones() -> Vec<String> {
    let list = intl("supportedValuesOf")
        .and_then(|list| list.call1(&js_sys::global(), &"timeZone".into()).ok())
        .and_then(|list| list.dyn_into::<js_sys::Array>().ok());
    let mut zones: Vec<String> = list
        .map(|list| list.iter().filter_map(|zone| zone.as_string()).collect())
        .unwrap_or_default();
    zones.push("UTC".into());
    zones
}

/// The zone of this device.
fn device_zone() -> Option<String> {
    let format = intl("DateTimeFormat")?.call0(&js_sys::global()).ok()?;
    let options: js_sys::Function = js_sys::Reflect::get(&format, &"resolvedOptions".into())
        .ok()?
        .dyn_into()
        .ok()?;
    let options = options.call0(&format).ok()?;
    js_sys::Reflect::get(&options, &"timeZone".into())
        .ok()?
        .as_string()
}

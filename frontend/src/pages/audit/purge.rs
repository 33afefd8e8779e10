//! Removing old entries, which nobody can bring back.

use super::Audit;
use crate::api;
use crate::components::typed_confirm::TypedConfirm;
use crate::components::{Dialog, Field};
use crate::state::form::Form;
use crate::state::{clock, toasts};
use chrono::{Days, NaiveDate, NaiveTime};
use domain::audit::PURGE_DAYS_MIN;
use leptos::prelude::*;

/// The dialog.
#[component]
pub(super) fn Purge(open: RwSignal<bool>) -> impl IntoView {
    view! {
        <Dialog open title="Remove old entries?" id="purge-audit-title" narrow=true>
            <PurgeForm open />
        </Dialog>
    }
}

#[component]
fn PurgeForm(open: RwSignal<bool>) -> impl IntoView {
    let audit = expect_context::<Audit>();
    let toasts = toasts();
    let form = Form::new(&[]);
    let today = clock().now().date_naive();
    let ago = |days: u64| today.checked_sub_days(Days::new(days)).unwrap_or(today);
    let newest = ago(PURGE_DAYS_MIN.unsigned_abs());
    let typed = RwSignal::new(ago(365).to_string());
    let day = move || typed.with(|typed| typed.parse::<NaiveDate>().ok());
    let wrong = Signal::derive(move || match day() {
        None => Some("A day is needed.".to_owned()),
        Some(day) if day > newest => Some(format!(
            "Entries of the last {PURGE_DAYS_MIN} days have to stay."
        )),
        Some(_) => None,
    });
    let purge = Callback::new(move |()| {
        let Some(day) = untrack(day) else { return };
        let before = day.and_time(NaiveTime::MIN).and_utc();
        form.send(async move { api::audit::purge(before).await }, move |()| {
            toasts.done(format!("Entries from before {day} are removed."));
            audit.loaded.reload();
            open.set(false);
        });
    });
    view! {
        <p class="text-sm text-ink-2">
            "They are lost for good; download them first if they may be asked for. That you removed them is written down. The history of issues is another log and stays."
        </p>
        <Field id="purge-before" label="Entries from before" kind="date" value=typed error=wrong autofocus=true />
        <TypedConfirm
            id="purge-audit"
            word="purge"
            words="Remove entries"
            busy=form.busy
            error=form.general()
            disabled=Signal::derive(move || wrong.with(Option::is_some))
            open
            on_yes=purge
        />
    }
}

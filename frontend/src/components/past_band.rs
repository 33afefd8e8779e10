//! The band above everything that is shown as it was.

use super::icon::Icon;
use super::icon_paths::IconName;
use super::time::exact;
use crate::state::session;
use chrono::{DateTime, Utc};
use leptos::prelude::*;

/// "Board as it was on 12 Nov 2026, 09:00. Nothing can be changed here."; nothing when it is now.
#[component]
pub fn PastBand(
    /// What is shown: "Board".
    what: &'static str,
    /// The moment.
    #[prop(into)]
    at: Signal<Option<DateTime<Utc>>>,
    /// Goes back to now.
    on_now: Callback<()>,
) -> impl IntoView {
    let session = session();
    let words = move || at.get().map(|at| exact(at, &session.timezone()));
    let past = Memo::new(move |_| at.get().is_some());
    view! {
        <div role="status">
            <Show when=move || past.get()>
                <div class="ii-past">
                    <Icon name=IconName::History />
                    <span>
                        <b>{what} " as it was"</b>
                        " on "
                        <span class="whitespace-nowrap">{words}</span>
                        ". Nothing can be changed here."
                    </span>
                    <button type="button" class="btn btn-xs btn-neutral ml-auto h-7" on:click=move |_| on_now.run(())>
                        "Back to now"
                    </button>
                </div>
            </Show>
        </div>
    }
}

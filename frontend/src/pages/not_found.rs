//! An address that leads nowhere.

use crate::components::{Empty, IconName, Page};
use domain::paths::page;
use leptos::prelude::*;

/// Says so, and where to go instead.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    view! {
        <Page title="Not found">
            <Empty icon=IconName::SearchX title="There is no page here" text="The address may be mistyped, or the page was moved.">
                <a class="btn btn-sm btn-line" href=page::HOME>"Go to the dashboard"</a>
            </Empty>
        </Page>
    }
}

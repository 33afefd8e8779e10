//! A page that the account's role does not open.

use crate::components::{Empty, IconName, Page};
use crate::model::refusal::Refusal;
use domain::paths::page;
use domain::policy::Denied;
use leptos::prelude::*;

/// Says which right is missing, and who can give it.
#[component]
pub fn NotAllowedPage(
    /// The missing right.
    denied: Denied,
) -> impl IntoView {
    view! {
        <Page title="Not allowed">
            <Empty icon=IconName::Lock title="You may not open this page" text=denied.sentence()>
                <a class="btn btn-sm btn-line" href=page::HOME>"Go to the dashboard"</a>
                {Refusal::of(denied).rule().map(|href| view! { <a class="btn btn-sm btn-ghost" href=href>"See the rule"</a> })}
            </Empty>
        </Page>
    }
}

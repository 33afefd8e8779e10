//! When there is nothing to show, or it could not be read.

use super::icon::{Icon, IconSize, SmallIcon};
use super::icon_paths::IconName;
use crate::api::ApiError;
use domain::problem::Code;
use leptos::prelude::*;

/// Nothing here: what belongs here, and what to do.
#[component]
pub fn Empty(
    /// The picture.
    icon: IconName,
    /// What is missing.
    #[prop(into)]
    title: String,
    /// One sentence about it.
    #[prop(into)]
    text: String,
    /// What can be done.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="ii-empty">
            <Icon name=icon size=IconSize::Huge />
            <h2 class="text-base">{title}</h2>
            <p class="text-ink-2">{text}</p>
            {children.map(|children| view! { <div class="mt-1 flex flex-wrap justify-center gap-2">{children()}</div> })}
        </div>
    }
}

/// It could not be read: why, and how to try again.
#[component]
pub fn Failed(
    /// What was wanted, for the title: "The issue".
    what: &'static str,
    /// Why not.
    error: ApiError,
    /// Tries again.
    retry: Callback<()>,
) -> impl IntoView {
    let (icon, title) = if error.is(Code::NotFound) {
        (IconName::SearchX, format!("{what} is not here"))
    } else if error.is(Code::Forbidden) {
        (IconName::Lock, "You may not see this".to_owned())
    } else {
        (IconName::CloudOff, format!("{what} could not be loaded"))
    };
    let text = if error.is(Code::NotFound) {
        "It does not exist, or it is not visible to you.".to_owned()
    } else {
        error.sentence()
    };
    let again = error.may_pass();
    let request = error.request_id().filter(|_| again).map(ToOwned::to_owned);
    view! {
        <div class="ii-empty" role="alert">
            <Icon name=icon size=IconSize::Huge />
            <h2 class="text-base">{title}</h2>
            <p class="text-ink-2">
                {text} {request.map(|id| view! { " Request " <span class="ii-key">{id}</span> })}
            </p>
            {again
                .then(|| {
                    view! {
                        <button type="button" class="btn btn-sm btn-line" on:click=move |_| retry.run(())>
                            <SmallIcon name=IconName::RotateCw />
                            "Try again"
                        </button>
                    }
                })}
        </div>
    }
}

//! A project's own address: leads on to the page on which the project opens.

use crate::api;
use crate::components::skeleton::SkeletonRows;
use crate::components::{AsyncView, Page};
use crate::state::Loaded;
use domain::paths::page;
use domain::project::{Landing, Project};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_params_map};

/// The page on which a project opens.
fn landing(project: &Project) -> String {
    match project.landing {
        Landing::Issues => page::project_issues(&project.key),
        Landing::Board => page::project_board(&project.key),
    }
}

/// Goes on as soon as it is known where to; or says that there is no such project.
#[component]
pub fn ProjectHomePage() -> impl IntoView {
    let params = use_params_map();
    let navigate = use_navigate();
    let key = Memo::new(move |_| {
        params
            .read()
            .get("key")
            .unwrap_or_default()
            .to_ascii_uppercase()
    });
    let loaded = Loaded::fresh(
        move || (key.get(), ()),
        |key| async move { api::projects::show(&key).await },
    );
    Effect::new(move |_| {
        let to = loaded
            .value
            .with(|project| project.as_ref().map(|project| landing(&project.value)));
        if let Some(to) = to {
            let replace = NavigateOptions {
                replace: true,
                ..NavigateOptions::default()
            };
            navigate(&to, replace);
        }
    });
    view! {
        <Page title=key>
            <AsyncView
                loaded
                what="The project"
                loading="Loading the project"
                skeleton=|| view! { <SkeletonRows rows=10 /> }.into_any()
                let:_project
            >
                <p class="sr-only">"Opening the project"</p>
            </AsyncView>
        </Page>
    }
}

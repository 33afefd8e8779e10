//! What happened in a project.

use crate::api;
use crate::components::feed::{Feed, FeedOf};
use crate::components::page::Crumb;
use crate::components::skeleton::SkeletonRows;
use crate::components::{AsyncView, Page};
use crate::state::{Loaded, live};
use domain::paths::page;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// The page.
#[component]
pub fn ActivityPage() -> impl IntoView {
    let live = live();
    let params = use_params_map();
    let key = Memo::new(move |_| {
        params
            .read()
            .get("key")
            .unwrap_or_default()
            .to_ascii_uppercase()
    });
    let project = Loaded::fresh(
        move || (key.get(), live.kind("project")),
        |key| async move { api::projects::show(&key).await },
    );
    let crumbs = Signal::derive(move || {
        let name = project
            .value
            .with(|project| project.as_ref().map(|project| project.value.name.clone()));
        vec![Crumb {
            label: name.unwrap_or_else(|| key.get()),
            href: page::project(&key.get()),
        }]
    });
    let of = Signal::derive(move || FeedOf {
        project: Some(key.get()),
        user: None,
    });
    view! {
        <Page title="Activity" crumbs shows_live=true>
            <AsyncView
                loaded=project
                what="The project"
                loading="Loading the project"
                skeleton=|| view! { <SkeletonRows rows=10 /> }.into_any()
                let:_project
            >
                <div class="flex max-w-3xl flex-col gap-2 px-4 py-4 lg:px-6">
                    <Feed of nothing="Nothing happened here yet. Reports, changes and comments show up as they come." />
                </div>
            </AsyncView>
        </Page>
    }
}

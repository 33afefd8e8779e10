//! What a project is, who is in it, and what it keeps.

mod archive;
mod export;
mod general;
mod labels;
mod leave;
mod members;
mod versions;
mod workflow;

use crate::api::{self, Tagged};
use crate::components::page::Crumb;
use crate::components::skeleton::SkeletonText;
use crate::components::tabs::{Tab, Tabs};
use crate::components::{AsyncView, IconName, Page, Reason, SmallIcon};
use crate::model::refusal::{self, Refusal};
use crate::state::pulse::pulse;
use crate::state::{Loaded, live};
use archive::ArchiveSection;
use domain::paths::{page, with_query};
use domain::policy::Action;
use domain::project::Project;
use export::{ExportSection, PurgeSection};
use general::GeneralTab;
use labels::LabelsTab;
use leave::LeaveSection;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_params_map, use_query_map};
use members::MembersTab;
use versions::VersionsTab;
use workflow::WorkflowTab;

const TABS: [(&str, &str); 5] = [
    ("general", "General"),
    ("members", "Members"),
    ("labels", "Labels"),
    ("versions", "Versions"),
    ("workflow", "Workflow"),
];

/// What the tabs share.
#[derive(Clone, Copy)]
pub(super) struct Here {
    /// Key of the project.
    key: Memo<String>,
    /// The project and the `ETag` it was read with.
    loaded: Loaded<Tagged<Project>>,
    /// Grows when something in the project changed.
    changed: Signal<u64>,
}

impl Here {
    fn project(self) -> Option<Project> {
        self.loaded
            .value
            .with(|tagged| tagged.as_ref().map(|tagged| tagged.value.clone()))
    }

    fn key_now(self) -> String {
        self.key.get_untracked()
    }

    /// Why that cannot be done here now.
    fn refused(self, action: Action) -> Option<Refusal> {
        let project = self.project()?;
        if project.archived_at.is_some() {
            return Some(Refusal::plain(
                "The project is archived. Bring it back to change it.",
            ));
        }
        let refused = refusal::refused(project.role, action);
        refused.map(|refusal| refusal.in_project(&project.key))
    }
}

/// The settings, in five tabs.
#[component]
pub fn ProjectSettingsPage() -> impl IntoView {
    let live = live();
    let params = use_params_map();
    let query = use_query_map();
    let key = Memo::new(move |_| {
        params
            .read()
            .get("key")
            .unwrap_or_default()
            .to_ascii_uppercase()
    });
    let changed = pulse(move || {
        ["project", "member", "label", "version", "workflow"]
            .into_iter()
            .map(|noun| live.kind(noun))
            .sum()
    });
    let here = Here {
        key,
        loaded: Loaded::fresh(
            move || (key.get(), changed.get()),
            |key| async move { api::projects::show(&key).await },
        ),
        changed,
    };
    let asked = Memo::new(move |_| {
        let wanted = query.read().get("tab");
        let mut all = TABS.iter();
        let found = all.find(|(value, _)| wanted.as_deref() == Some(*value));
        found.map_or("general", |(value, _)| *value)
    });
    // The tab is in the address: links, back and forward lead to it.
    let tab = RwSignal::new(asked.get_untracked());
    Effect::new(move |_| tab.set(asked.get()));
    let navigate = use_navigate();
    Effect::watch(
        move || tab.get(),
        move |tab, _, _| {
            if *tab != asked.get_untracked() {
                let path = page::project_settings(&key.get_untracked());
                let options = NavigateOptions {
                    scroll: false,
                    ..NavigateOptions::default()
                };
                navigate(&with_query(&path, &[("tab", (*tab).to_owned())]), options);
            }
        },
        false,
    );
    let crumbs = Signal::derive(move || {
        let label = here
            .project()
            .map_or_else(|| key.get(), |project| project.name);
        vec![Crumb {
            label,
            href: page::project_issues(&key.get()),
        }]
    });
    view! {
        <Page title="Settings" crumbs>
            <AsyncView
                loaded=here.loaded
                what="The project"
                loading="Loading the project"
                skeleton=|| view! { <SkeletonText /> }.into_any()
                let:_project
            >
                <div class="px-2 lg:px-4">
                    <Tabs
                        id="settings"
                        label="Settings"
                        tabs=TABS
                            .into_iter()
                            .map(|(value, label)| Tab { value, label: Signal::stored(label.to_owned()) })
                            .collect()
                        value=tab
                    />
                </div>
                <div
                    id="settings-panel"
                    role="tabpanel"
                    aria-labelledby=move || format!("settings-{}", tab.get())
                    class="flex flex-col gap-6 px-4 py-6 lg:px-6"
                >
                    {move || match tab.get() {
                        "members" => view! { <MembersTab here /> }.into_any(),
                        "labels" => view! { <LabelsTab here /> }.into_any(),
                        "versions" => view! { <VersionsTab here /> }.into_any(),
                        "workflow" => view! { <WorkflowTab here /> }.into_any(),
                        _ => view! { <GeneralTab here /> <LeaveSection here /> <ExportSection here /> <ArchiveSection here /> <PurgeSection here /> }.into_any(),
                    }}
                </div>
            </AsyncView>
        </Page>
    }
}

/// Says why nothing can be changed, when that is so.
#[component]
fn ReadOnly(here: Here, action: Action) -> impl IntoView {
    view! {
        {move || {
            here.refused(action).map(|refusal| {
                view! {
                    <p class="flex max-w-2xl items-start gap-2 text-sm text-ink-2">
                        <span class="pt-0.5"><SmallIcon name=IconName::Lock /></span>
                        <span><Reason refusal /></span>
                    </p>
                }
            })
        }}
    }
}

//! What is going on: counters, trend, severity, recent issues, activity, daily statistics.

mod counters;
mod daily;
mod feed;
mod recent;
mod scope;
mod severity;
mod trend;

use crate::api;
use crate::components::chart_patterns::ChartPatterns;
use crate::components::page::Crumb;
use crate::components::shell::Place;
use crate::components::{Empty, IconName, Page, SmallIcon};
use crate::state::pulse::pulse;
use crate::state::{Loaded, clock, live, session};
use chrono::{Days, NaiveDate};
use counters::Counters;
use daily::Daily;
use domain::insights::{OpenBy, OpenByReport};
use domain::list::IssueFilter;
use domain::paths::{page, with_query};
use domain::policy::{Action, Ground, decide};
use domain::stats::DailyStats;
use feed::Feed;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use recent::Recent;
use scope::ScopeSwitch;
use severity::BySeverity;
use trend::Trend;

/// Days of the trend.
const DAYS: u64 = 30;
/// Days before them that the first means look back on.
const LEAD: u64 = 6;

/// What every part of the dashboard is about.
#[derive(Clone, Copy)]
pub(super) struct Scope {
    /// Key of the one project, or all of them.
    pub project: Memo<Option<String>>,
    /// Today, UTC: the daily statistics count in UTC.
    pub today: Memo<NaiveDate>,
    /// Grows when issues changed.
    pub changed: Signal<u64>,
    /// The daily statistics of the last days.
    pub stats: Loaded<DailyStats>,
    /// Open issues by what their status means.
    pub open: Loaded<OpenByReport>,
}

impl Scope {
    fn provide() -> Self {
        let query = use_query_map();
        let live = live();
        let clock = clock();
        let project = Memo::new(move |_| {
            let wanted = query.read().get("project").filter(|key| !key.is_empty());
            wanted.map(|key| key.to_ascii_uppercase())
        });
        let today = Memo::new(move |_| clock.now().date_naive());
        let changed = pulse(move || live.anything());
        let counted = pulse(move || live.kind("stats"));
        let stats = Loaded::fresh(
            move || (project.get(), (today.get(), counted.get())),
            move |key| {
                let to = today.get_untracked();
                let from = to
                    .checked_sub_days(Days::new(DAYS + LEAD - 1))
                    .unwrap_or(to);
                async move { api::stats::daily(key.as_deref(), from, to).await }
            },
        );
        let open = Loaded::fresh(
            move || (project.get(), changed.get()),
            |key| async move { api::insights::open_by(OpenBy::Category, key.as_deref()).await },
        );
        Self {
            project,
            today,
            changed,
            stats,
            open,
        }
    }

    /// Address of the list with these filters.
    pub fn list(self, filter: IssueFilter) -> String {
        let pairs = filter.to_pairs();
        match self.project.get() {
            Some(key) => with_query(&page::project_issues(&key), &pairs),
            None => with_query(page::ISSUES, &pairs),
        }
    }
}

/// The first page after the sign-in.
#[component]
pub fn DashboardPage() -> impl IntoView {
    let place = expect_context::<Place>();
    let scope = Scope::provide();
    let crumbs = Signal::derive(move || {
        let key = scope.project.get();
        let projects = place.projects.value.get().unwrap_or_default();
        let name = key.as_ref().map(|key| {
            let project = projects.iter().find(|project| project.key == *key);
            project.map_or_else(|| key.clone(), |project| project.name.clone())
        });
        name.zip(key)
            .map(|(label, key)| Crumb {
                label,
                href: page::project_issues(&key),
            })
            .into_iter()
            .collect::<Vec<_>>()
    });
    let no_projects = Memo::new(move |_| {
        place
            .projects
            .value
            .with(|projects| projects.as_ref().is_some_and(Vec::is_empty))
    });
    view! {
        <Page title="Dashboard" crumbs shows_live=true actions=move || view! { <ScopeSwitch scope /> }>
            <ChartPatterns />
            <Show when=move || !no_projects.get() fallback=NoProjects>
                <Counters scope />
                <div class="grid grid-cols-[minmax(0,1fr)] gap-x-10 gap-y-8 px-4 py-6 lg:grid-cols-3 lg:px-6">
                    <Trend scope />
                    <BySeverity scope />
                    <Recent scope />
                    <Feed scope />
                    <Daily scope />
                </div>
            </Show>
        </Page>
    }
}

#[component]
fn NoProjects() -> impl IntoView {
    let session = session();
    let may = move || {
        session
            .account_role()
            .is_some_and(|role| decide(role, Action::CreateProject, Ground::NONE).is_ok())
    };
    move || {
        if may() {
            view! {
                <Empty icon=IconName::FolderKanban title="No projects yet" text="Issues belong to projects. Create the first one, and this page will count what happens in it.">
                    <a class="btn btn-sm btn-line" href=format!("{}?new=1", page::PROJECTS)>
                        <SmallIcon name=IconName::Plus />
                        "New project"
                    </a>
                </Empty>
            }
            .into_any()
        } else {
            view! {
                <Empty
                    icon=IconName::FolderKanban
                    title="No project is open to you yet"
                    text="Ask a project lead or an admin to add you. What happens in your projects will be counted here."
                />
            }
            .into_any()
        }
    }
}

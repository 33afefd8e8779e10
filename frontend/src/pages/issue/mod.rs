//! One issue.

mod actions;
mod adder;
mod around;
mod comment;
mod composer;
mod duplicate;
mod fact;
mod fact_forms;
mod fact_pickers;
mod facts;
mod facts_kind;
mod facts_plan;
mod facts_work;
mod files;
mod finder;
mod flow;
mod former;
mod heading;
mod kept;
mod life;
mod merge;
mod offered;
mod parts;
mod peek;
mod personal;
mod quick;
mod relations;
mod relocate;
mod rights;
mod state;
mod talk;

use crate::api::insights::Whose;
use crate::api::{self, Tagged};
use crate::components::drop_zone::DropZone;
use crate::components::page::Crumb;
use crate::components::shell::Place;
use crate::components::skeleton::SkeletonText;
use crate::components::{AsyncView, Page, PastBand, TimeSlider};
use crate::model::moment;
use crate::state::{Clock, Loaded, Timeline, live, on_command, session, toasts};
use actions::{BarActions, DeletedNote};
use around::{Around, Sections, follow};
use chrono::{DateTime, Utc};
use domain::issue::Issue;
use domain::paths::{page, with_query};
use domain::policy::Action;
use domain::problem::Code;
use duplicate::MergedNote;
pub use duplicate::tell_merged;
pub use fact_pickers::take_or_leave;
use facts::Facts;
pub use finder::Finder;
use heading::Heading;
use kept::KeptTexts;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_params_map, use_query_map};
pub use merge::Merge;
pub use peek::PeekIssue;
pub use quick::{FieldEditor, TriageFacts, right_to};
pub use state::IssueState;

/// Whether the time slider is open, in the context of the page's parts.
#[derive(Clone, Copy)]
struct Slider(RwSignal<bool>);

/// The page.
#[component]
pub fn IssuePage() -> impl IntoView {
    let params = use_params_map();
    let live = live();
    let place = expect_context::<Place>();
    let navigate = use_navigate();
    let key = Memo::new(move |_| {
        params
            .read()
            .get("key")
            .unwrap_or_default()
            .to_ascii_uppercase()
    });
    let query = use_query_map();
    let asked = Memo::new(move |_| moment::read(query.read().get_str(moment::PARAMETER)));
    let as_of = Signal::from(asked);
    let loaded = Loaded::fresh(
        move || {
            let key = key.get();
            let tick = live.issue(&key) + live.counts(&key);
            (key, (tick, as_of.get()))
        },
        move |key| async move { api::issues::show_at(&key, as_of.get_untracked()).await },
    );
    let look_at = {
        let navigate = navigate.clone();
        Callback::new(move |(at, replace): (Option<DateTime<Utc>>, bool)| {
            let pairs: Vec<_> = at
                .map(|at| (moment::PARAMETER, moment::write(at)))
                .into_iter()
                .collect();
            let options = NavigateOptions {
                replace,
                scroll: false,
                ..NavigateOptions::default()
            };
            navigate(
                &with_query(&page::issue(&key.get_untracked()), &pairs),
                options,
            );
        })
    };
    let timeline = Timeline::of(
        Memo::new(move |_| Whose::Issue(key.get())),
        as_of,
        Signal::derive(move || live.issue(&key.get())),
        look_at,
    );
    Clock::provide_stopped(as_of);
    let slider = Slider(RwSignal::new(as_of.get_untracked().is_some()));
    provide_context(slider);
    let past = Signal::derive(move || as_of.get().is_some());
    // `APP-0012` and the key before a move lead to the issue; its address says its key. In the past it
    // may have had another, which is no reason to go elsewhere.
    Effect::new(move |_| {
        if as_of.get_untracked().is_some() {
            return;
        }
        let canonical = loaded
            .value
            .with(|issue| issue.as_ref().map(|issue| issue.value.key.clone()));
        if let Some(canonical) = canonical.filter(|canonical| *canonical != key.get_untracked()) {
            let replace = NavigateOptions {
                replace: true,
                ..NavigateOptions::default()
            };
            navigate(&page::issue(&canonical), replace);
        }
    });
    let crumbs = Signal::derive(move || {
        let project = crate::model::place::project_of(&page::issue(&key.get()));
        let name = move |project: &str| {
            place
                .projects
                .value
                .with(|list| {
                    list.iter()
                        .flatten()
                        .find(|p| p.key == project)
                        .map(|p| p.name.clone())
                })
                .unwrap_or_else(|| project.to_owned())
        };
        project
            .map(|project| Crumb {
                label: name(&project),
                href: page::project_issues(&project),
            })
            .into_iter()
            .collect::<Vec<_>>()
    });
    let gone = Memo::new(move |_| {
        let error = loaded
            .error
            .with(|error| error.as_ref().is_some_and(|e| e.is(Code::NotFound)));
        error && loaded.value.with(Option::is_none)
    });
    let waiting = Memo::new(move |_| loaded.value.with(Option::is_none));
    view! {
        <Page title=key crumbs heading=false actions=move || view! { <BarActions loaded past /> }>
            <PastBand what="Issue" at=as_of on_now=Callback::new(move |()| timeline.look_at(None, false)) />
            <Show when=move || slider.0.get() || past.get()>
                <TimeSlider what="Issue" timeline />
            </Show>
            <Show when=move || waiting.get()>
                <h1 class="sr-only">{key}</h1>
            </Show>
            <AsyncView loaded what="The issue" loading="Loading the issue" skeleton=|| view! { <SkeletonText /> } let:issue>
                <Content issue loaded as_of />
            </AsyncView>
            <Show when=move || gone.get()>
                {move || view! { <KeptTexts key=key.get() /> }}
            </Show>
        </Page>
    }
}

#[component]
fn Content(
    issue: RwSignal<Tagged<Issue>>,
    loaded: Loaded<Tagged<Issue>>,
    as_of: Signal<Option<DateTime<Utc>>>,
) -> impl IntoView {
    let session = session();
    let messages = toasts();
    let state = follow(issue, None);
    let around = Around::of(state);
    let (told, on_files) = (around.told, around.on_files);
    on_command("assign_me", move || {
        if let Some(me) = session.user()
            && let Err(refusal) = take_or_leave(state, me.reference())
        {
            messages.refused(refusal.sentence);
        }
    });
    let deleted = state.get(|issue| issue.deleted_at.is_some());
    let again = Callback::new(move |()| loaded.reload());
    view! {
        <div class="ii-issuep">
            <DropZone on_files enabled=Signal::derive(move || state.rights.may(Action::Attach).is_ok())>
                <div class="flex max-w-[868px] flex-col gap-6 px-4 py-6 lg:px-8">
                    {move || (deleted.get() && as_of.get().is_none()).then(|| view! { <DeletedNote key=state.key() again /> })}
                    {move || as_of.get().is_none().then(|| view! { <MergedNote again /> })}
                    <Heading />
                    <Sections around=around.clone() />
                </div>
            </DropZone>
            <Facts history=told />
        </div>
        <Merge />
    }
}

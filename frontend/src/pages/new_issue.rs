//! Report an issue.

use crate::api::{self, ApiError};
use crate::components::drop_zone::DropZone;
use crate::components::shell::Place;
use crate::components::{
    BusyButton, Empty, ErrorNote, Field, IconName, MarkdownEditor, Page, SmallIcon,
};
use crate::model::report::{Facts, usual_type};
use crate::pages::new_issue_fields::{AssigneeField, LabelsField, ProjectField, WordFields};
use crate::pages::new_issue_files::Queue;
use crate::pages::new_issue_plan::PlanFields;
use crate::pages::new_issue_similar::Similar;
use crate::pages::not_allowed::NotAllowedPage;
use crate::state::{Catalogue, Destination, Draft, Enclosed, drafts, session, toasts};
use domain::issue::{IssueDraft, IssueType};
use domain::paths::page;
use domain::policy::{Action, Ground, decide};
use domain::problem::{FieldError, Problem};
use domain::project::Project;
use domain::user::Role;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use uuid::Uuid;
use web_sys::File;

/// What the fields of the form share.
#[derive(Clone, Copy)]
pub struct Report {
    /// The chosen facts; they are kept with the draft.
    pub facts: RwSignal<Facts>,
    /// The projects in which the reader may report.
    pub projects: Memo<Vec<Project>>,
    /// The chosen project.
    pub project: Memo<Option<Project>>,
    /// What can be chosen.
    pub catalogue: Catalogue,
    /// Why the form was not taken.
    pub error: RwSignal<Option<ApiError>>,
}

impl Report {
    /// What is wrong with one field.
    #[must_use]
    pub fn wrong(self, name: &'static str) -> Signal<Option<String>> {
        Signal::derive(move || {
            self.error
                .with(|error| error.as_ref().and_then(|e| e.field(name)))
        })
    }

    /// The reader's role in the chosen project. Tracked.
    #[must_use]
    pub fn role(self) -> Role {
        self.project.with(|project| {
            project
                .as_ref()
                .map_or(Role::Viewer, |project| project.role)
        })
    }
}

/// The page, for those who may report somewhere.
#[component]
pub fn NewIssuePage() -> impl IntoView {
    let session = session();
    let may = Memo::new(move |_| {
        let standings = session.standings();
        let somewhere = standings
            .iter()
            .any(|s| decide(s.role, Action::CreateIssue, Ground::NONE).is_ok());
        match (somewhere, standings.is_empty()) {
            (true, _) => Ok(true),
            (false, true) => Ok(false),
            (false, false) => Err(()),
        }
    });
    move || {
        match may.get() {
        Ok(true) => view! { <Form /> }.into_any(),
        Ok(false) => view! {
            <Page title="New issue">
                <Empty icon=IconName::FolderKanban title="No project yet" text="An issue belongs to a project. As soon as one exists for you, you can report there.">
                    <a class="btn btn-sm btn-line" href=page::PROJECTS>"Go to the projects"</a>
                </Empty>
            </Page>
        }
        .into_any(),
        Err(()) => match decide(Role::Viewer, Action::CreateIssue, Ground::NONE) {
            Err(denied) => view! { <NotAllowedPage denied /> }.into_any(),
            Ok(()) => ().into_any(),
        },
    }
    }
}

fn report() -> Report {
    let place = expect_context::<Place>();
    let query = use_query_map();
    let kept = Draft::open("new:facts", "");
    let facts = RwSignal::new(serde_json::from_str(&kept.text.get_untracked()).unwrap_or_default());
    Effect::watch(
        move || facts.get(),
        move |facts: &Facts, _, _| {
            kept.text
                .set(serde_json::to_string(facts).unwrap_or_default())
        },
        false,
    );
    let projects = Memo::new(move |_| {
        let all = place.projects.value.get().unwrap_or_default();
        let here = |p: &Project| {
            p.archived_at.is_none() && decide(p.role, Action::CreateIssue, Ground::NONE).is_ok()
        };
        all.into_iter().filter(here).collect::<Vec<_>>()
    });
    let project = Memo::new(move |_| {
        let chosen = facts.with(|facts: &Facts| facts.project.clone());
        let asked = query
            .read()
            .get("project")
            .map(|key| key.to_ascii_uppercase());
        let wanted = [chosen, asked, place.project.get()];
        projects.with(|projects| {
            let found = wanted
                .iter()
                .flatten()
                .find_map(|key| projects.iter().find(|p| p.key == *key));
            found.or_else(|| projects.first()).cloned()
        })
    });
    Report {
        facts,
        projects,
        project,
        catalogue: Catalogue::of(move || {
            project.with(|project| project.as_ref().map(|p| p.key.clone()))
        }),
        error: RwSignal::new(None),
    }
}

/// The project and the draft; what is wrong with it is told by field.
type Checked = (String, Result<IssueDraft, Vec<FieldError>>);

fn draft_of(
    report: Report,
    title: String,
    description: String,
    attachments: Vec<Uuid>,
) -> Option<Checked> {
    let project = report.project.get_untracked()?.key;
    let facts = report.facts.get_untracked();
    let mut draft = IssueDraft {
        title,
        description: Some(description).filter(|text| !text.trim().is_empty()),
        type_: facts.type_,
        severity: facts.severity,
        priority: facts.priority,
        labels: Some(facts.labels.clone()).filter(|labels| !labels.is_empty()),
        assignee: facts.assignee.clone(),
        attachments,
        ..IssueDraft::default()
    };
    let planned = facts.plan(&mut draft);
    let wrong: Vec<FieldError> = [planned.err(), draft.check().err()]
        .into_iter()
        .flatten()
        .flatten()
        .collect();
    let draft = if wrong.is_empty() {
        Ok(draft)
    } else {
        Err(wrong)
    };
    Some((project, draft))
}

#[component]
fn Form() -> impl IntoView {
    let report = report();
    provide_context(report);
    let navigate = use_navigate();
    let title = Draft::open("new:title", "");
    let description = Draft::open("new:description", "");
    let to = Signal::derive(move || {
        let project = report.project.get()?;
        Some(Destination::NewIssue(project.key))
    });
    let enclosed = Enclosed::open("new:description", description.text, "description", to);
    let busy = RwSignal::new(false);
    let forget = move || {
        title.clear();
        description.clear();
        report.facts.set(Facts::default());
        enclosed.clear();
    };
    let messages = toasts();
    let discard = move |_| {
        let kept = (
            title.text.get_untracked(),
            description.text.get_untracked(),
            report.facts.get_untracked(),
            enclosed.as_kept(),
        );
        forget();
        messages.undo("The draft is thrown away.", move || {
            let (words, text, facts, files) = kept.clone();
            // The page may be gone; then the draft waits for the next visit.
            drafts::put("new:title", &words);
            drafts::put("new:description", &text);
            drafts::put(
                "new:facts",
                &serde_json::to_string(&facts).unwrap_or_default(),
            );
            enclosed.take_back(files);
            let _ = title.text.try_set(words);
            let _ = description.text.try_set(text);
            let _ = report.facts.try_set(facts);
        });
    };
    let send = Callback::new(move |()| {
        let Some((project, draft)) = draft_of(
            report,
            title.text.get_untracked(),
            description.text.get_untracked(),
            enclosed.ids(),
        ) else {
            return;
        };
        if busy.get_untracked() || untrack(|| enclosed.on_the_way()) {
            return;
        }
        let draft = match draft {
            Ok(draft) => draft,
            Err(errors) => {
                let problem = Problem::invalid(errors);
                report.error.set(Some(ApiError::Problem(Box::new(problem))));
                focus_first_error();
                return;
            }
        };
        busy.set(true);
        report.error.set(None);
        let navigate = navigate.clone();
        spawn_local(async move {
            let answer = api::issues::create(&project, &draft).await;
            let _ = busy.try_set(false);
            match answer {
                Ok(issue) => {
                    for name in ["new:title", "new:description", "new:facts"] {
                        drafts::forget(name);
                    }
                    enclosed.sent("new:description", &draft.attachments);
                    if title.text.try_get_untracked().is_some() {
                        forget();
                        navigate(&page::issue(&issue.key), NavigateOptions::default());
                    }
                }
                Err(refused) => {
                    let _ = report.error.try_set(Some(refused));
                    focus_first_error();
                }
            }
        });
    });
    let add = UnsyncCallback::new(move |more: Vec<File>| enclosed.add(more));
    let shown_beside = [
        "title",
        "description",
        "type",
        "severity",
        "priority",
        "labels",
        "assignee",
        "affected_version",
        "fixed_version",
        "story_points",
        "parent",
        "start_date",
        "due_date",
    ];
    let above = Signal::derive(move || {
        report
            .error
            .get()
            .filter(|error| shown_beside.iter().all(|name| error.field(name).is_none()))
    });
    let keys = move |event: leptos::ev::KeyboardEvent| {
        if event.key() == "Enter"
            && (event.ctrl_key() || event.meta_key())
            && !event.default_prevented()
        {
            event.prevent_default();
            send.run(());
        }
    };
    let typed = move || {
        title.text.with(|t| !t.is_empty())
            || description.text.with(|t| !t.is_empty())
            || !enclosed.files().is_empty()
    };
    view! {
        <Page title="New issue">
            <DropZone on_files=add enabled=true>
                <form
                    class="flex max-w-[1040px] flex-col gap-5 px-4 py-6 lg:px-8"
                    aria-label="New issue"
                    novalidate
                    on:submit=move |event| {
                        event.prevent_default();
                        send.run(());
                    }
                    on:keydown=keys
                >
                    <ErrorNote error=above />
                    <ProjectField />
                    <Field id="title" label="Title" value=title.text error=report.wrong("title") required=true autofocus=true />
                    <Similar title=title.text />
                    <div class="flex flex-col gap-1">
                        <span class="text-xs text-ink-2" aria-hidden="true">"Description"</span>
                        <MarkdownEditor
                            id="description"
                            label="Description"
                            text=description.text
                            placeholder="What happened, and what should have happened? Markdown works; paste or drop files anywhere."
                            beside=true
                            error=report.wrong("description")
                            on_submit=send
                            on_files=add
                        />
                    </div>
                    <div class="grid gap-x-4 gap-y-5 sm:grid-cols-3">
                        <WordFields />
                        <AssigneeField />
                        <LabelsField />
                    </div>
                    <PlanFields />
                    <Queue enclosed on_files=add />
                    <div class="flex flex-wrap items-center gap-3 border-t border-base-300 pt-4">
                        <BusyButton busy disabled=Signal::derive(move || enclosed.on_the_way())>
                            "Create issue" <span class="hidden text-xs opacity-90 sm:inline" aria-hidden="true">"Ctrl ↵"</span>
                        </BusyButton>
                        <Show when=typed>
                            <button type="button" class="btn btn-sm btn-ghost" on:click=discard>"Discard"</button>
                            <span class="ml-auto flex items-center gap-1 text-xs text-ink-3">
                                <SmallIcon name=IconName::Check />
                                "Draft kept in this browser"
                            </span>
                        </Show>
                    </div>
                </form>
            </DropZone>
        </Page>
    }
}

/// The type an issue gets here when nobody chooses.
#[must_use]
pub fn type_here(report: Report) -> IssueType {
    report.project.with(|project| {
        project
            .as_ref()
            .map_or(IssueType::Task, |project| usual_type(project.template))
    })
}

/// After a refusal the focus goes to the first field that needs attention.
fn focus_first_error() {
    request_animation_frame(|| {
        use wasm_bindgen::JsCast;
        let field = document()
            .query_selector("main [aria-invalid=true]")
            .ok()
            .flatten();
        if let Some(field) = field.and_then(|field| field.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = field.focus();
        }
    });
}

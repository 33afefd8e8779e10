//! Title and description: read, and edited together.

use super::personal::Personal;
use super::state::{Conflict, IssueState, Outcome};
use crate::api::{ApiError, Tagged};
use crate::components::glyph::StatusLook;
use crate::components::marks::{PriorityTile, SeverityPill, StatusPill, type_icon, type_name};
use crate::components::{
    Avatar, BusyButton, ErrorNote, Field, GuardedButton, IconName, MarkdownEditor, MarkdownView,
    SmallIcon, Time,
};
use crate::model::change::Field as Part;
use crate::state::{Draft, Uploads, drafts, enclosed, offer_back, on_command, storage, toasts};
use domain::issue::{Issue, IssuePatch};
use domain::problem::Problem;
use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::File;

/// The head of the page and the description below it.
#[component]
pub fn Heading() -> impl IntoView {
    let state = expect_context::<IssueState>();
    if storage::get(&base_name(&state.key())).is_some() {
        state.editing.set(true);
    }
    on_command("edit_text", move || {
        if untrack(|| state.rights.may_text()).is_ok() {
            state.editing.set(true);
        }
    });
    view! {
        <Show when=move || state.editing.get() && state.as_of.get().is_none() fallback=|| view! { <Reading /> }>
            <Editing />
        </Show>
    }
}

#[component]
fn Reading() -> impl IntoView {
    let state = expect_context::<IssueState>();
    let kind = state.get(|issue| issue.type_);
    let reporter = state.get(|issue| issue.reporter.display_name.clone());
    let created = state.get(|issue| issue.created_at);
    let title = state.get(|issue| issue.title.clone());
    let description = state.get(|issue| issue.description.clone());
    let right = Memo::new(move |_| state.rights.may_text());
    view! {
        <header class="flex flex-col gap-2">
            <p class="flex flex-wrap items-center gap-x-2 gap-y-1 text-xs text-ink-3">
                {move || view! { <SmallIcon name=type_icon(kind.get()) /> {type_name(kind.get())} }}
                <span aria-hidden="true">"·"</span>
                <span>
                    "reported " {move || view! { <Time at=created.get() sentence=true /> }} " by " {reporter}
                </span>
            </p>
            <div class="flex items-start gap-3">
                <h1 class="min-w-0 text-xl wrap-anywhere" class:ii-pend=move || state.is_pending(Part::Title)>{title}</h1>
                <span class="ml-auto shrink-0">
                    <GuardedButton
                        refused=Signal::derive(move || right.get().err())
                        class="btn btn-sm btn-ghost"
                        on_click=Callback::new(move |()| state.editing.set(true))
                    >
                        <SmallIcon name=IconName::Pencil />
                        "Edit"
                    </GuardedButton>
                </span>
            </div>
            <Brief />
            <Personal />
        </header>
        <h2 class="sr-only">"Description"</h2>
        <Show
            when=move || description.with(|text| !text.trim().is_empty())
            fallback=|| view! { <p class="text-base text-ink-3">"No description."</p> }
        >
            <div class:opacity-90=move || state.is_pending(Part::Description)>
                <MarkdownView source=description />
            </div>
        </Show>
    }
}

/// The four facts that matter most, below the title on small screens.
#[component]
fn Brief() -> impl IntoView {
    let state = expect_context::<IssueState>();
    let look = move |issue: &Issue| StatusLook {
        dropped: issue
            .resolution
            .is_some_and(|r| r != domain::issue::Resolution::Complete),
        ..StatusLook::plain(issue.status.category)
    };
    view! {
        <div class="flex flex-wrap items-center gap-2 text-sm lg:hidden">
            {move || {
                let issue = state.shown.get();
                view! {
                    <StatusPill look=look(&issue) name=issue.status.name.clone() />
                    <SeverityPill severity=issue.severity />
                    <PriorityTile priority=issue.priority />
                    <Avatar user=issue.assignee.clone() />
                }
            }}
            <a class="link ml-auto inline-flex min-h-6 items-center text-xs text-primary" href="#facts" rel="external">"All facts"</a>
        </div>
    }
}

fn base_name(key: &str) -> String {
    format!("draft:edit:{key}:base")
}

/// The issue as it was when the writing began; it survives a reload together with the drafts.
fn begun(state: IssueState) -> Tagged<Issue> {
    let now = state.base.get_untracked();
    let name = base_name(&now.value.key);
    let kept = storage::get(&name)
        .and_then(|text| serde_json::from_str::<(Issue, Option<String>)>(&text).ok());
    if let Some((value, etag)) = kept {
        return Tagged { value, etag };
    }
    keep(&now);
    now
}

fn keep(base: &Tagged<Issue>) {
    if let Ok(text) = serde_json::to_string(&(&base.value, &base.etag)) {
        storage::set(&base_name(&base.value.key), &text);
    }
}

fn forget(key: &str, state: IssueState) {
    drafts::forget(&format!("edit:{key}:title"));
    drafts::forget(&format!("edit:{key}:description"));
    storage::remove(&base_name(key));
    let _ = state.editing.try_set(false);
}

#[component]
fn Editing() -> impl IntoView {
    let state = expect_context::<IssueState>();
    let base = StoredValue::new(begun(state));
    let key = state.key();
    let start = base.get_value().value;
    let title = Draft::open(&format!("edit:{key}:title"), &start.title);
    let description = Draft::open(&format!("edit:{key}:description"), &start.description);
    let uploads = expect_context::<Uploads>();
    let on_files = {
        let key = key.clone();
        UnsyncCallback::new(move |files: Vec<File>| {
            enclosed::add_named(uploads, &key, files, "description", description.text);
        })
    };
    let busy = RwSignal::new(false);
    let error = RwSignal::new(None::<ApiError>);
    // The page may be gone when the answer comes; what was kept is forgotten all the same.
    let close = {
        let key = key.clone();
        Callback::new(move |()| forget(&key, state))
    };
    let saved = {
        let key = key.clone();
        move || forget(&key, state)
    };
    let messages = toasts();
    let cancel = {
        let key = key.clone();
        move || {
            let base = base.get_value();
            let typed = [
                ("title", title.text.get_untracked(), &base.value.title),
                (
                    "description",
                    description.text.get_untracked(),
                    &base.value.description,
                ),
            ];
            let changed = typed.iter().filter(|(_, text, before)| text != *before);
            let texts: Vec<_> = changed
                .map(|(part, text, _)| (format!("edit:{key}:{part}"), text.clone()))
                .collect();
            forget(&key, state);
            if texts.is_empty() {
                return;
            }
            let words = format!("What you typed for {key} is thrown away.");
            let close = move || {
                let _ = state.editing.try_set(false);
            };
            let open = {
                let base = base.clone();
                move || {
                    keep(&base);
                    let _ = state.editing.try_set(true);
                }
            };
            offer_back(messages, words, texts, close, open);
        }
    };
    let back = Callback::new(move |theirs: Tagged<Issue>| {
        keep(&theirs);
        let _ = base.try_set_value(theirs);
    });
    let save = Callback::new(move |()| {
        if busy.get_untracked() {
            return;
        }
        let start = base.get_value();
        let changed = |text: String, before: &str| Some(text).filter(|text| text != before);
        let patch = IssuePatch {
            title: changed(
                title.text.get_untracked().trim().to_owned(),
                &start.value.title,
            ),
            description: changed(description.text.get_untracked(), &start.value.description),
            ..IssuePatch::default()
        };
        if patch.is_empty() {
            close.run(());
            return;
        }
        if let Err(errors) = patch.check() {
            error.set(Some(ApiError::Problem(Box::new(Problem::invalid(errors)))));
            return;
        }
        busy.set(true);
        error.set(None);
        let saved = saved.clone();
        spawn_local(async move {
            let outcome = state.send(patch, &start.value, start.etag).await;
            let _ = busy.try_set(false);
            match outcome {
                Outcome::Saved => saved(),
                Outcome::Conflict(conflict) => {
                    let _ = state.conflict.try_set(Some(Conflict {
                        settled: Some(close),
                        back: Some(back),
                        ..*conflict
                    }));
                }
                Outcome::Failed(refused) => {
                    let _ = error.try_set(Some(refused));
                }
            }
        });
    });
    let field = move |name: &'static str| {
        Signal::derive(move || error.with(|error| error.as_ref().and_then(|e| e.field(name))))
    };
    let above = Signal::derive(move || {
        error
            .get()
            .filter(|error| error.field("title").is_none() && error.field("description").is_none())
    });
    let meanwhile = move || {
        let start = base.get_value().value;
        state.base.with(|now| {
            (now.value.title != start.title || now.value.description != start.description)
                && !busy.get()
        })
    };
    let keys = move |event: leptos::ev::KeyboardEvent| {
        if event.key() == "Enter"
            && (event.ctrl_key() || event.meta_key())
            && !event.default_prevented()
        {
            event.prevent_default();
            save.run(());
        }
    };
    view! {
        <h1 class="sr-only">{move || state.shown.with(|issue| issue.title.clone())}</h1>
        <form
            class="flex flex-col gap-4"
            aria-label="Edit title and description"
            novalidate
            on:submit=move |event| {
                event.prevent_default();
                save.run(());
            }
            on:keydown=keys
        >
            <ErrorNote error=above />
            <p role="status" class="empty:hidden">
                {move || {
                    meanwhile().then(|| {
                        view! {
                            <span class="ii-note block px-4 py-2 pl-5 text-sm">
                                "Somebody changed title or description meanwhile. Your text stays here; on saving you choose what shall stand."
                            </span>
                        }
                    })
                }}
            </p>
            <Field id="title" label="Title" value=title.text error=field("title") required=true autofocus=true />
            <MarkdownEditor
                id="description"
                label="Description"
                text=description.text
                beside=true
                error=field("description")
                on_submit=save
                on_files
                actions=move || {
                    let cancel = cancel.clone();
                    view! {
                        <button type="button" class="btn btn-sm btn-ghost" on:click=move |_| cancel()>"Cancel"</button>
                        <BusyButton busy>"Save"</BusyButton>
                    }
                }
            />
        </form>
    }
}

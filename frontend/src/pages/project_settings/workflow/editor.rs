//! The workflow while a lead edits it. Nothing counts until it is saved, and nothing typed is lost.

use super::super::Here;
use super::add::AddStatus;
use super::notes::Notes;
use super::removal::{GoneList, RemoveDialog};
use super::statuses::Statuses;
use super::steps::Steps;
use crate::api::{self, ApiError, Tagged};
use crate::components::BusyButton;
use crate::model::flow_check::Mistake;
use crate::model::flow_draft::{FlowDraft, RowId};
use crate::state::{storage, toasts};
use domain::problem::Code;
use domain::workflow::Workflow;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// What the parts of the editor share.
#[derive(Clone, Copy)]
pub(super) struct Editor {
    here: Here,
    /// What is edited.
    pub draft: RwSignal<FlowDraft>,
    /// The workflow that the editing began with.
    base: RwSignal<Tagged<Workflow>>,
    /// What is wrong with it.
    pub mistakes: RwSignal<Vec<Mistake>>,
    /// The status that shall be removed, while it is asked where its issues go.
    pub removing: RwSignal<Option<RowId>>,
    /// Said aloud: where a status was moved.
    pub said: RwSignal<String>,
    /// Somebody else saved meanwhile.
    pub conflict: RwSignal<bool>,
    pub error: RwSignal<Option<ApiError>>,
    busy: RwSignal<bool>,
}

impl Editor {
    fn open(here: Here, now: Tagged<Workflow>) -> Self {
        let (base, draft) = kept(&here.key_now()).unwrap_or_else(|| {
            let draft = FlowDraft::of(&now.value);
            (now, draft)
        });
        Self {
            here,
            draft: RwSignal::new(draft),
            base: RwSignal::new(base),
            mistakes: RwSignal::new(Vec::new()),
            removing: RwSignal::new(None),
            said: RwSignal::new(String::new()),
            conflict: RwSignal::new(false),
            error: RwSignal::new(None),
            busy: RwSignal::new(false),
        }
    }

    fn is_changed(self) -> bool {
        self.base
            .with(|base| self.draft.with(|draft| draft.differs_from(&base.value)))
    }

    fn start(self, now: Tagged<Workflow>) {
        self.draft.set(FlowDraft::of(&now.value));
        self.base.set(now);
        self.mistakes.set(Vec::new());
        self.conflict.set(false);
        self.error.set(None);
    }

    /// What is wrong with that field of a status. Tracked.
    pub fn mistake(self, id: RowId, field: &str) -> Option<String> {
        self.mistakes.with(|mistakes| {
            let mine = |at: &(RowId, String)| at.0 == id && at.1 == field;
            let found = mistakes.iter().find(|m| m.at.as_ref().is_some_and(mine));
            found.map(|mistake| mistake.detail.clone())
        })
    }

    fn save(self) {
        let toasts = toasts();
        let base = self.base.get_untracked();
        let input = match self.draft.with_untracked(|draft| draft.check(&base.value)) {
            Ok(input) => input,
            Err(mistakes) => {
                self.mistakes.set(mistakes);
                return;
            }
        };
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.error.set(None);
        self.mistakes.set(Vec::new());
        let key = self.here.key_now();
        spawn_local(async move {
            match api::projects::set_workflow(&key, &input, base.etag).await {
                Ok(saved) => {
                    storage::remove(&name(&key));
                    toasts.done("The workflow is saved.");
                    if self.busy.try_set(false).is_none() {
                        self.start(saved);
                    }
                }
                Err(error) => {
                    if error.is(Code::EditConflict) {
                        self.meet(&key).await;
                    } else {
                        self.refuse(error);
                    }
                    let _ = self.busy.try_set(false);
                }
            }
        });
    }

    /// Somebody else was faster: their statuses come in, what was edited here stays.
    async fn meet(self, key: &str) {
        match api::projects::workflow_tagged(key).await {
            Ok(theirs) => {
                let Some(before) = self.base.try_get_untracked() else {
                    return;
                };
                self.draft
                    .update(|draft| draft.rebase(&before.value, &theirs.value));
                self.base.set(theirs);
                self.conflict.set(true);
            }
            Err(error) => self.refuse(error),
        }
    }

    fn refuse(self, error: ApiError) {
        if let ApiError::Problem(problem) = &error {
            let draft = self.draft.try_get_untracked().unwrap_or_default();
            let mistakes = problem.errors.iter().map(|error| draft.mistake(error));
            let _ = self.mistakes.try_set(mistakes.collect());
        }
        let _ = self.error.try_set(Some(error));
    }
}

fn name(key: &str) -> String {
    format!("draft:workflow:{key}")
}

type Kept = (Workflow, Option<String>, FlowDraft);

/// What was edited before a reload.
fn kept(key: &str) -> Option<(Tagged<Workflow>, FlowDraft)> {
    let (value, etag, draft): Kept = serde_json::from_str(&storage::get(&name(key))?).ok()?;
    Some((Tagged { value, etag }, draft))
}

/// Statuses, steps, what goes, and the way to save.
#[component]
pub(super) fn EditorView(here: Here, workflow: RwSignal<Tagged<Workflow>>) -> impl IntoView {
    let editor = Editor::open(here, workflow.get_untracked());
    provide_context(editor);
    // Other people's changes are followed as long as nothing was touched here.
    Effect::watch(
        move || workflow.get(),
        move |now, _, _| {
            if !untrack(|| editor.is_changed()) {
                editor.start(now.clone());
            }
        },
        false,
    );
    let changed = Memo::new(move |_| editor.is_changed());
    Effect::new(move |_| {
        let place = name(&here.key_now());
        if changed.get() {
            let Tagged { value, etag } = editor.base.get();
            if let Ok(text) = serde_json::to_string(&(value, etag, editor.draft.get())) {
                storage::set(&place, &text);
            }
        } else {
            storage::remove(&place);
        }
    });
    let discard = move |_| editor.start(workflow.get_untracked());
    view! {
        <form
            class="flex max-w-4xl flex-col gap-6"
            aria-label="Workflow"
            novalidate
            on:submit=move |event| {
                event.prevent_default();
                editor.save();
            }
        >
            <p class="sr-only" role="status">{move || editor.said.get()}</p>
            <Statuses />
            <AddStatus />
            <GoneList />
            <Steps />
            <Notes editor />
            <div class="flex flex-wrap items-center gap-2">
                <BusyButton busy=editor.busy disabled=Signal::derive(move || !changed.get())>"Save workflow"</BusyButton>
                <Show when=move || changed.get() fallback=|| view! { <span class="text-xs text-ink-3">"Nothing was changed."</span> }>
                    <button type="button" class="btn btn-sm btn-ghost" on:click=discard>"Discard changes"</button>
                    <span class="text-xs text-ink-3">"Not saved yet; kept in this browser."</span>
                </Show>
            </div>
        </form>
        <RemoveDialog />
    }
}

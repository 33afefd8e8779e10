//! The issue repeats another: merging it into that one, and taking it back.

use super::offered::{Offer, OfferDialog};
use super::state::IssueState;
use crate::api::{self, Tagged};
use crate::components::glyph::StatusLook;
use crate::components::marks::StatusMark;
use crate::components::{BusyButton, ErrorNote, GuardedButton, IconName, SmallIcon};
use crate::model::refusal::Refusal;
use crate::pages::new_issue_similar::closeness;
use crate::state::form::Form;
use crate::state::{Loaded, Toasts, live, toasts};
use domain::issue::{Issue, Resolution};
use domain::merge::Merged;
use domain::paths::page;
use domain::policy::Action;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Merging, as the menu and its key offer it.
pub(super) const MERGE: Offer = Offer {
    action: Action::MergeIssues,
    command: "merge_into",
    icon: IconName::Layers,
    words: "Merge into …",
    key: "D",
};

/// Says that it was done, with the way back.
pub fn tell_merged(
    toasts: Toasts,
    key: String,
    into: &str,
    back: impl Fn() + Clone + Send + Sync + 'static,
) {
    toasts.undo(format!("{key} merged into {into}."), move || {
        let (key, back) = (key.clone(), back.clone());
        spawn_local(async move {
            match api::merges::unmerge(&key).await {
                Ok(_) => back(),
                Err(error) => toasts.failed(&format!("{key} is still merged."), &error),
            }
        });
    });
}

/// The dialog, and the key that opens it.
#[component]
pub(super) fn MergeDialog(
    /// The issue.
    loaded: Loaded<Tagged<Issue>>,
    /// Whether it is open.
    asking: RwSignal<bool>,
    /// Whether the issue is shown as it was.
    past: Signal<bool>,
) -> impl IntoView {
    let title = |key: &str| format!("Merge {key} into another issue");
    view! {
        <OfferDialog offer=MERGE loaded asking past id="merge-title" title>
            <MergeForm loaded asking />
        </OfferDialog>
    }
}

#[component]
fn MergeForm(loaded: Loaded<Tagged<Issue>>, asking: RwSignal<bool>) -> impl IntoView {
    let toasts = toasts();
    let form = Form::new(&["into"]);
    let Some(issue) = loaded.value.get_untracked() else {
        return ().into_any();
    };
    let issue = issue.value;
    let into = RwSignal::new(String::new());
    let alike = {
        let (project, title, own) = (issue.project.clone(), issue.title.clone(), issue.id);
        Loaded::keep(
            || (),
            move |()| {
                let (project, title) = (project.clone(), title.clone());
                async move {
                    let mut found = api::search::similar(&project, &title).await?;
                    found.retain(|other| other.id != own);
                    Ok(found)
                }
            },
        )
    };
    let key = issue.key;
    let send = Callback::new(move |()| {
        let target = into.get_untracked().trim().to_uppercase();
        if target.is_empty() {
            return;
        }
        let key = key.clone();
        let sent = key.clone();
        let wanted = target.clone();
        form.send(
            async move { api::merges::merge(&sent, &wanted).await },
            move |_| {
                asking.set(false);
                loaded.reload();
                tell_merged(toasts, key, &target, move || loaded.reload());
            },
        );
    });
    let wrong = form.field("into");
    view! {
        <form
            class="flex flex-col gap-4"
            on:submit=move |event| {
                event.prevent_default();
                send.run(());
            }
        >
            <p class="text-sm text-ink-2">
                "It is closed as a duplicate. Its comments and files are shown with the other issue too, to everybody who sees that one; internal notes stay internal. It can be taken back at any time."
            </p>
            <label class="flex flex-col gap-1 text-xs text-ink-2">
                "Key of the issue that it repeats"
                <input
                    class="input input-sm w-full"
                    autocomplete="off"
                    spellcheck="false"
                    aria-invalid=move || wrong.get().is_some().then_some("true")
                    aria-describedby="merge-wrong"
                    bind:value=into
                />
                <span id="merge-wrong" class="text-error empty:hidden" role="alert">{move || wrong.get()}</span>
            </label>
            <Show when=move || alike.value.with(|list| list.as_ref().is_some_and(|list| !list.is_empty()))>
                <fieldset class="flex flex-col gap-1">
                    <legend class="pb-1 text-xs text-ink-2">"Or one of these, which look like it"</legend>
                    <For each=move || alike.value.get().unwrap_or_default() key=|other| other.id let:other>
                        {
                            let (value, choose) = (other.key.clone(), other.key.clone());
                            view! {
                                <label class="flex min-h-8 cursor-pointer items-center gap-2 rounded px-1 text-sm hover:bg-hover">
                                    <input
                                        type="radio"
                                        class="radio radio-xs"
                                        name="merge-into"
                                        prop:checked=move || into.with(|into| into.trim().eq_ignore_ascii_case(&value))
                                        on:change=move |_| into.set(choose.clone())
                                    />
                                    <StatusMark look=StatusLook::plain(other.status.category) name=other.status.name.clone() />
                                    <span class="ii-key shrink-0">{other.key.clone()}</span>
                                    <span class="truncate">{other.title.clone()}</span>
                                    <span class="ml-auto shrink-0 text-xs text-ink-3">{closeness(other.similarity)}</span>
                                </label>
                            }
                        }
                    </For>
                </fieldset>
            </Show>
            <ErrorNote error=form.general() />
            <div class="flex justify-end gap-2">
                <button type="button" class="btn btn-sm btn-ghost" on:click=move |_| asking.set(false)>"Cancel"</button>
                <BusyButton
                    busy=form.busy
                    class="btn btn-sm btn-primary"
                    disabled=Signal::derive(move || into.with(|into| into.trim().is_empty()))
                    on_click=send
                >
                    {move || {
                        let into = into.with(|into| into.trim().to_uppercase());
                        if into.is_empty() { "Merge".to_owned() } else { format!("Merge into {into}") }
                    }}
                </BusyButton>
            </div>
        </form>
    }
    .into_any()
}

/// How the issue on the page is merged; nothing while it is no duplicate.
#[derive(Clone, Copy)]
pub(super) struct MergeState(Loaded<Option<Merged>>);

impl MergeState {
    /// Read now and whenever something happens to the issue, or to what it is merged into: that may get
    /// another key.
    pub(super) fn of(state: IssueState) -> Self {
        let live = live();
        let key = StoredValue::new(state.key());
        let duplicate = state.get(|issue| issue.resolution == Some(Resolution::Duplicate));
        let into = RwSignal::new(None::<String>);
        let merged = Loaded::keep(
            move || {
                let other = into.with(|into| into.as_deref().map(|into| live.issue(into)));
                (duplicate.get(), live.issue(&key.get_value()), other)
            },
            move |(duplicate, _, _)| {
                let key = key.get_value();
                async move {
                    if duplicate {
                        api::merges::show(&key).await.map(Some)
                    } else {
                        Ok(None)
                    }
                }
            },
        );
        Effect::new(move |_| {
            let now = merged.value.with(|merged| {
                let merged = merged.as_ref().and_then(Option::as_ref);
                merged.and_then(|merged| merged.into.clone())
            });
            if into.with_untracked(|into| *into != now) {
                into.set(now);
            }
        });
        Self(merged)
    }

    /// The merge, while it holds. Tracked.
    pub(super) fn holds(self) -> Option<Merged> {
        self.0.value.get().flatten().filter(|state| state.merged)
    }

    /// Why the issue takes no new votes and watchers. Tracked.
    pub(super) fn refusal(self) -> Option<Refusal> {
        let instead = match self.holds()?.into {
            Some(into) => format!("It is merged into {into}, where votes and watchers count."),
            None => "It is merged into an issue that does not exist for you.".to_owned(),
        };
        Some(Refusal::plain(instead))
    }
}

/// Says that the issue is merged into another, with the way there and the way back.
#[component]
pub(super) fn MergedNote(
    /// Reads the issue again.
    again: Callback<()>,
) -> impl IntoView {
    let state = expect_context::<IssueState>();
    let merged = expect_context::<MergeState>();
    let toasts = toasts();
    let key = StoredValue::new(state.key());
    let shown = Memo::new(move |_| merged.holds());
    let refused = Signal::derive(move || state.rights.may(Action::MergeIssues).err());
    let busy = RwSignal::new(false);
    let back = Callback::new(move |()| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let key = key.get_value();
        spawn_local(async move {
            match api::merges::unmerge(&key).await {
                Ok(_) => {
                    toasts.done(format!("{key} stands for itself again."));
                    merged.0.reload();
                    let _ = again.try_run(());
                }
                Err(error) => toasts.failed(&format!("{key} is still merged."), &error),
            }
            let _ = busy.try_set(false);
        });
    });
    view! {
        {move || {
            shown
                .get()
                .map(|state| {
                    let into = match state.into {
                        Some(into) => {
                            view! {
                                <span>
                                    "Merged into " <a class="link" href=page::issue(&into)>{into.clone()}</a>
                                    ", where its comments and files are shown too."
                                </span>
                            }
                                .into_any()
                        }
                        None => view! { <span>"Merged into an issue that does not exist for you."</span> }.into_any(),
                    };
                    view! {
                        <div class="mb-4 flex flex-wrap items-center gap-2 rounded-lg border border-base-300 bg-base-200 px-3 py-2 text-sm" role="status">
                            <SmallIcon name=IconName::Layers />
                            {into}
                            <span class="ml-auto">
                                <GuardedButton refused class="btn btn-xs btn-line h-7" on_click=back>"Unmerge"</GuardedButton>
                            </span>
                        </div>
                    }
                })
        }}
    }
}

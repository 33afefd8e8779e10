//! Where comments and answers are written.

use super::state::IssueState;
use super::talk::Talk;
use crate::api::{self, ApiError};
use crate::components::drop_zone::DropZone;
use crate::components::enclosed_files::EnclosedFiles;
use crate::components::{
    BusyButton, ErrorNote, IconName, MarkdownEditor, MarkdownView, Reason, SmallIcon,
};
use crate::state::{Destination, Draft, Enclosed, offer_back, toasts};
use domain::comment::NewComment;
use domain::policy::Action;
use leptos::prelude::*;
use leptos::task::spawn_local;
use uuid::Uuid;

/// A text on its way: shown at once, given back when it is refused.
#[derive(Clone, Copy)]
struct Sending {
    draft: Draft,
    enclosed: Enclosed,
    internal: RwSignal<bool>,
    parent: Option<Uuid>,
    busy: RwSignal<bool>,
    error: RwSignal<Option<ApiError>>,
    shown: RwSignal<Option<String>>,
}

impl Sending {
    /// Of the draft of that name, written in the field of that id.
    fn of(
        name: &str,
        editor: &'static str,
        state: IssueState,
        parent: Option<Uuid>,
        internal: bool,
    ) -> Self {
        let draft = Draft::open(name, "");
        let to = Destination::Text {
            name: name.to_owned(),
            issue: state.key(),
        };
        Self {
            draft,
            enclosed: Enclosed::open(name, draft.text, editor, Signal::stored(Some(to))),
            internal: RwSignal::new(internal),
            parent,
            busy: RwSignal::new(false),
            error: RwSignal::new(None),
            shown: RwSignal::new(None),
        }
    }

    fn send(self, name: String, state: IssueState, talk: Talk, done: impl Fn() + 'static) {
        let blank = self
            .draft
            .text
            .with_untracked(|text| text.trim().is_empty());
        if self.busy.get_untracked() || blank || untrack(|| self.enclosed.on_the_way()) {
            return;
        }
        // The field empties at once; the draft is forgotten only when the server has the text.
        let body = self.draft.take();
        let new = NewComment {
            body: body.clone(),
            parent: self.parent,
            internal: self.internal.get_untracked(),
            attachments: self.enclosed.ids(),
        };
        self.busy.set(true);
        self.error.set(None);
        self.shown.set(Some(body.clone()));
        let key = state.key();
        spawn_local(async move {
            let answer = api::comments::create(&key, &new).await;
            let _ = self.shown.try_set(None);
            let _ = self.busy.try_set(false);
            match answer {
                Ok(comment) => {
                    self.draft.arrived(&name);
                    self.enclosed.sent(&name, &new.attachments);
                    let _ = talk.comments.value.try_update(|list| {
                        let list = list.get_or_insert_default();
                        if !list.iter().any(|known| known.id == comment.id) {
                            list.push(comment);
                        }
                    });
                    done();
                }
                Err(refused) => {
                    // What was typed meanwhile stays, below what came back.
                    let _ = self.draft.text.try_update(|text| {
                        *text = if text.is_empty() {
                            body
                        } else {
                            format!("{body}\n\n{text}")
                        };
                    });
                    let _ = self.error.try_set(Some(refused));
                }
            }
        });
    }
}

/// The field for a new comment.
#[component]
pub fn Composer() -> impl IntoView {
    let state = expect_context::<IssueState>();
    let talk = expect_context::<Talk>();
    let right = Memo::new(move |_| state.rights.may(Action::Comment));
    let staff = Memo::new(move |_| state.rights.may(Action::WriteInternalNote).is_ok());
    let name = format!("comment:{}", state.key());
    let sending = Sending::of(&name, "comment", state, None, false);
    let on_files = UnsyncCallback::new(move |files| sending.enclosed.add(files));
    let attaches = Signal::derive(move || state.rights.may(Action::Attach).is_ok());
    let send = Callback::new(move |()| {
        sending.send(format!("comment:{}", state.key()), state, talk, || {});
    });
    move || {
        match right.get() {
        Err(refusal) => view! { <p class="rounded-lg border border-base-300 px-4 py-3 text-sm text-ink-3"><Reason refusal /></p> }.into_any(),
        Ok(()) => view! {
            <OnTheWay sending />
            <form
                class="flex flex-col gap-2"
                aria-label="New comment"
                on:submit=move |event| {
                    event.prevent_default();
                    send.run(());
                }
            >
                <ErrorNote error=sending.error />
                <DropZone on_files enabled=attaches words="Drop into the comment">
                <MarkdownEditor
                    id="comment"
                    label="Comment"
                    text=sending.draft.text
                    placeholder="Write in Markdown. Paste or drop files here."
                    internal=sending.internal
                    error=Signal::derive(move || sending.error.with(|e| e.as_ref().and_then(|e| e.field("body"))))
                    on_submit=send
                    on_files
                    side=move || {
                        view! {
                            <Show when=move || staff.get()>
                                <label class="flex min-h-6 items-center gap-2 text-xs text-ink-2">
                                    <input type="checkbox" class="toggle toggle-xs toggle-primary" bind:checked=sending.internal />
                                    "Internal note"
                                </label>
                            </Show>
                        }
                    }
                    actions=move || {
                        view! {
                            <Kept draft=sending.draft />
                            <BusyButton busy=sending.busy disabled=Signal::derive(move || sending.enclosed.on_the_way())>
                                "Comment"
                                <span class="hidden text-xs opacity-90 sm:inline" aria-hidden="true">"Ctrl ↵"</span>
                            </BusyButton>
                        }
                    }
                />
                </DropZone>
                <EnclosedFiles enclosed=sending.enclosed />
            </form>
        }
        .into_any(),
    }
    }
}

/// The field for an answer, below the thread.
#[component]
pub fn ReplyBox(
    /// The comment that begins the thread.
    root: Uuid,
) -> impl IntoView {
    let state = expect_context::<IssueState>();
    let talk = expect_context::<Talk>();
    // An answer to a note that only staff sees is such a note itself.
    let internal = talk.comments.value.with_untracked(|list| {
        list.iter()
            .flatten()
            .any(|comment| comment.id == root && comment.internal)
    });
    let sending = Sending::of(
        &format!("reply:{root}"),
        "reply",
        state,
        Some(root),
        internal,
    );
    let on_files = UnsyncCallback::new(move |files| sending.enclosed.add(files));
    let attaches = Signal::derive(move || state.rights.may(Action::Attach).is_ok());
    let send = Callback::new(move |()| {
        sending.send(format!("reply:{root}"), state, talk, move || {
            let _ = talk.replying.try_set(None);
        });
    });
    let messages = toasts();
    let cancel = move || {
        let typed = sending.draft.text.get_untracked();
        let mut texts = vec![(format!("reply:{root}"), typed.clone())];
        texts.extend(sending.enclosed.as_kept());
        sending.draft.clear();
        sending.enclosed.clear();
        talk.replying.set(None);
        if !typed.trim().is_empty() {
            offer_back(
                messages,
                "Your reply is thrown away.",
                texts,
                move || {
                    let _ = talk.replying.try_set(None);
                },
                move || {
                    let _ = talk.replying.try_set(Some(root));
                },
            );
        }
    };
    view! {
        <form
            class="ml-7 flex flex-col gap-2 lg:ml-8"
            aria-label="Reply"
            on:submit=move |event| {
                event.prevent_default();
                send.run(());
            }
        >
            <OnTheWay sending />
            <ErrorNote error=sending.error />
            <DropZone on_files enabled=attaches words="Drop into the reply">
                <MarkdownEditor
                    id="reply"
                    label="Reply"
                    text=sending.draft.text
                    autofocus=true
                    internal=sending.internal
                    on_submit=send
                    on_files
                    actions=move || {
                        view! {
                            <button type="button" class="btn btn-sm btn-ghost" on:click=move |_| cancel()>"Cancel"</button>
                            <BusyButton busy=sending.busy disabled=Signal::derive(move || sending.enclosed.on_the_way())>
                                "Reply"
                            </BusyButton>
                        }
                    }
                />
            </DropZone>
            <EnclosedFiles enclosed=sending.enclosed />
        </form>
    }
}

#[component]
fn OnTheWay(sending: Sending) -> impl IntoView {
    move || {
        sending.shown.get().map(|text| {
            view! {
                <article class="border-b border-base-300 pb-4 opacity-80" aria-label="Comment on its way">
                    <p class="ii-pend text-xs text-ink-3">"Sending"</p>
                    <div class="mt-1.5"><MarkdownView source=Signal::stored(text) /></div>
                </article>
            }
        })
    }
}

#[component]
fn Kept(draft: Draft) -> impl IntoView {
    view! {
        <Show when=move || draft.text.with(|text| !text.trim().is_empty())>
            <span class="hidden items-center gap-1 text-xs text-ink-3 sm:flex">
                <SmallIcon name=IconName::Check />
                "Draft kept"
            </span>
        </Show>
    }
}

//! One comment: read, answered, changed, deleted.

use super::former::FormerTexts;
use super::state::IssueState;
use super::talk::Talk;
use crate::api::{self, ApiError};
use crate::components::drop_zone::DropZone;
use crate::components::enclosed_files::EnclosedFiles;
use crate::components::{
    Avatar, BusyButton, Dialog, ErrorNote, GuardedButton, IconName, MarkdownEditor, MarkdownView,
    SmallIcon, Time,
};
use crate::model::talk::root_of;
use crate::state::{Destination, Draft, Enclosed, drafts, enclosed, offer_back, toasts};
use domain::comment::{Comment, CommentPatch};
use domain::paths::page;
use domain::policy::Action;
use domain::problem::Code;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// A comment.
#[component]
pub fn CommentItem(
    /// The comment.
    comment: Comment,
    /// Whether it answers another.
    answer: bool,
) -> impl IntoView {
    let talk = expect_context::<Talk>();
    let state = expect_context::<IssueState>();
    let id = comment.id;
    let reads_former = Memo::new(move |_| state.rights.may(Action::SeeFormerTexts).is_ok());
    let kind = if comment.internal {
        "Internal note"
    } else {
        "Comment"
    };
    let name = format!("{kind} by {}", comment.author.display_name);
    let class = match (comment.internal, answer) {
        (true, false) => "ii-note px-4 py-3 pl-5",
        (true, true) => "ii-note ml-7 px-4 py-3 pl-5 lg:ml-8",
        (false, true) => "ml-7 border-b border-l-2 border-base-300 pb-4 pl-4 lg:ml-8",
        (false, false) => "border-b border-base-300 pb-4",
    };
    if comment.deleted_at.is_some() {
        return view! {
            <article class=class aria-label="Deleted comment">
                <p class="flex items-center gap-2 text-xs text-ink-3">
                    <SmallIcon name=IconName::Trash2 />
                    "This comment was deleted."
                    <Show when=move || reads_former.get()>
                        <FormerTexts id words="What it said" />
                    </Show>
                    <span class="ml-auto"><Time at=comment.created_at sentence=true /></span>
                </p>
            </article>
        }
        .into_any();
    }
    let shown = comment.clone();
    view! {
        <article class=class aria-label=name id=format!("comment-{id}")>
            <div class="flex items-center gap-2 text-xs">
                <span aria-hidden="true"><Avatar user=comment.author.clone() /></span>
                <b class="who text-sm font-medium">{comment.author.display_name.clone()}</b>
                {comment
                    .internal
                    .then(|| {
                        view! {
                            <span class="who flex items-center gap-1 font-semibold">
                                <SmallIcon name=IconName::Lock />
                                "Internal, staff only"
                            </span>
                        }
                    })}
                {(comment.issue != state.key())
                    .then(|| {
                        // A duplicate that moves has another key; the comment stays as it is, and so does what
                        // somebody is doing with it.
                        let known = comment.issue.clone();
                        let from = Memo::new(move |_| {
                            talk.comments.value.with(|list| {
                                let now = list.iter().flatten().find(|one| one.id == id);
                                now.map_or_else(|| known.clone(), |now| now.issue.clone())
                            })
                        });
                        view! { <span class="text-ink-3">"from " <a class="link" href=move || page::issue(&from.get())>{from}</a></span> }
                    })}
                <span class="ml-auto flex items-center gap-1 text-ink-3">
                    {comment
                        .edited_at
                        .map(|_| {
                            view! {
                                <Show when=move || reads_former.get() fallback=|| "edited">
                                    <FormerTexts id words="edited" />
                                </Show>
                                ", "
                            }
                        })}
                    <Time at=comment.created_at sentence=true />
                </span>
            </div>
            {move || {
                if talk.editing.get() == Some(id) {
                    view! { <Change comment=shown.clone() /> }.into_any()
                } else {
                    let source = Signal::stored(shown.body.clone());
                    view! {
                        <div class="mt-1.5"><MarkdownView source /></div>
                        <Actions comment=shown.clone() />
                    }
                        .into_any()
                }
            }}
        </article>
    }
    .into_any()
}

#[component]
fn Actions(comment: Comment) -> impl IntoView {
    let state = expect_context::<IssueState>();
    let talk = expect_context::<Talk>();
    let (id, author, root) = (comment.id, comment.author.id, root_of(&comment));
    let may_answer = Memo::new(move |_| state.rights.may(Action::Comment).is_ok());
    let right_to = |action: Action| {
        let key = comment.issue.clone();
        Memo::new(move |_| state.rights.may_on_of(&key, action, author))
    };
    let change = right_to(Action::EditComment);
    let delete = right_to(Action::DeleteComment);
    // Nobody wonders why other people's words are not theirs to change, but everybody would about
    // their own.
    let own = Memo::new(move |_| state.rights.me.get() == Some(author));
    let asking = RwSignal::new(false);
    let comment = StoredValue::new(comment);
    view! {
        <div class="-mb-1 -ml-2 mt-1 flex flex-wrap gap-1">
            <Show when=move || may_answer.get()>
                <button type="button" class="btn btn-ghost btn-xs" on:click=move |_| talk.replying.set(Some(root))>
                    <SmallIcon name=IconName::Reply />
                    "Reply"
                </button>
            </Show>
            <Show when=move || own.get() || change.get().is_ok()>
                <GuardedButton
                    refused=Signal::derive(move || change.get().err())
                    class="btn btn-ghost btn-xs"
                    on_click=Callback::new(move |()| talk.editing.set(Some(id)))
                >
                    <SmallIcon name=IconName::Pencil />
                    "Edit"
                </GuardedButton>
            </Show>
            <Show when=move || own.get() || delete.get().is_ok()>
                <GuardedButton
                    refused=Signal::derive(move || delete.get().err())
                    class="btn btn-ghost btn-xs"
                    on_click=Callback::new(move |()| asking.set(true))
                >
                    <SmallIcon name=IconName::Trash2 />
                    "Delete"
                </GuardedButton>
            </Show>
        </div>
        <Dialog open=asking title="Delete this comment?" id="delete-comment-title" narrow=true>
            <DeleteForm comment=comment.get_value() open=asking />
        </Dialog>
    }
}

/// Deleting cannot be undone, so it is asked.
#[component]
fn DeleteForm(comment: Comment, open: RwSignal<bool>) -> impl IntoView {
    let talk = expect_context::<Talk>();
    let busy = RwSignal::new(false);
    let error = RwSignal::new(None::<ApiError>);
    let delete = Callback::new(move |()| {
        busy.set(true);
        error.set(None);
        let comment = comment.clone();
        spawn_local(async move {
            match api::comments::delete(&comment).await {
                Ok(()) => {
                    let _ = open.try_set(false);
                    talk.comments.reload();
                }
                Err(refused) => {
                    let _ = error.try_set(Some(refused));
                }
            }
            let _ = busy.try_set(false);
        });
    });
    view! {
        <p class="text-sm text-ink-2">"Its text and files are lost for everybody; that a comment stood here remains visible."</p>
        <ErrorNote error />
        <div class="flex justify-end gap-2">
            <button type="button" class="btn btn-sm btn-ghost" on:click=move |_| open.set(false)>"Keep it"</button>
            <BusyButton busy class="btn btn-sm btn-error" on_click=delete>"Delete the comment"</BusyButton>
        </div>
    }
}

#[component]
fn Change(comment: Comment) -> impl IntoView {
    let talk = expect_context::<Talk>();
    let id = comment.id;
    let draft = Draft::open(&format!("comment-edit:{id}"), &comment.body);
    let error = RwSignal::new(None::<ApiError>);
    let busy = RwSignal::new(false);
    // What was read; after a conflict, what stands there now.
    let base = StoredValue::new(comment.clone());
    let to = Destination::Text {
        name: format!("comment-edit:{id}"),
        issue: comment.issue.clone(),
    };
    let name = format!("comment-edit:{id}");
    let enclosed = Enclosed::open(&name, draft.text, "comment-edit", Signal::stored(Some(to)));
    let on_files = UnsyncCallback::new(move |files| enclosed.add(files));
    let theirs = RwSignal::new(None::<String>);
    let close = move || {
        drafts::forget(&format!("comment-edit:{id}"));
        drafts::forget(&enclosed::name_of(&format!("comment-edit:{id}")));
        let _ = talk.editing.try_set(None);
    };
    let messages = toasts();
    let cancel = move || {
        let typed = draft.text.get_untracked();
        let changed = base.with_value(|base| typed != base.body) && !typed.trim().is_empty();
        let mut texts = vec![(format!("comment-edit:{id}"), typed)];
        texts.extend(enclosed.as_kept());
        close();
        if changed {
            offer_back(
                messages,
                "Your change of the comment is thrown away.",
                texts,
                move || {
                    let _ = talk.editing.try_set(None);
                },
                move || {
                    let _ = talk.editing.try_set(Some(id));
                },
            );
        }
    };
    let save = Callback::new(move |()| {
        let (before, body) = (base.get_value(), draft.text.get_untracked());
        if busy.get_untracked() || body.trim().is_empty() || untrack(|| enclosed.on_the_way()) {
            return;
        }
        let patch = CommentPatch {
            body,
            attachments: enclosed.ids(),
        };
        if patch.body == before.body && patch.attachments.is_empty() {
            close();
            return;
        }
        busy.set(true);
        error.set(None);
        spawn_local(async move {
            match api::comments::update(&before, &patch).await {
                Ok(now) => {
                    let _ = talk.comments.value.try_update(|list| {
                        for one in list.iter_mut().flatten().filter(|one| one.id == now.id) {
                            *one = now.clone();
                        }
                    });
                    close();
                }
                Err(refused) => {
                    if let ApiError::Problem(problem) = &refused
                        && problem.is(Code::EditConflict)
                        && let Some(now) = problem
                            .current
                            .clone()
                            .and_then(|now| serde_json::from_value::<Comment>(now).ok())
                    {
                        let _ = theirs.try_set(Some(now.body.clone()));
                        let _ = base.try_set_value(now);
                    }
                    let _ = error.try_set(Some(refused));
                }
            }
            let _ = busy.try_set(false);
        });
    });
    view! {
        <div class="mt-2 flex flex-col gap-2">
            <ErrorNote error />
            {move || {
                theirs.get().map(|text| {
                    view! {
                        <div class="rounded-lg border border-edge p-3 text-sm">
                            <p class="pb-1 text-xs font-medium">"As it stands now; saving again puts your text in its place."</p>
                            <p class="wrap-anywhere whitespace-pre-wrap text-ink-2">{text}</p>
                        </div>
                    }
                })
            }}
            <DropZone on_files enabled=true words="Drop into the comment">
                <MarkdownEditor
                    id="comment-edit"
                    label="Change the comment"
                    text=draft.text
                    autofocus=true
                    internal=Signal::stored(comment.internal)
                    on_submit=save
                    on_files
                    actions=move || {
                        view! {
                            <button type="button" class="btn btn-sm btn-ghost" on:click=move |_| cancel()>"Cancel"</button>
                            <BusyButton busy on_click=save disabled=Signal::derive(move || enclosed.on_the_way())>"Save"</BusyButton>
                        }
                    }
                />
            </DropZone>
            <EnclosedFiles enclosed />
        </div>
    }
}

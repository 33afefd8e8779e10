//! Comments and history, and the place to write.

use super::comment::CommentItem;
use super::composer::{Composer, ReplyBox};
use super::state::IssueState;
use crate::components::tabs::{Tab, Tabs};
use crate::components::{Failed, IconName, SmallIcon, Time};
use crate::model::moment::was_there;
use crate::model::talk::{Item, Part, conversation};
use crate::state::Loaded;
use domain::comment::Comment;
use domain::event::HistoryEntry;
use leptos::prelude::*;
use uuid::Uuid;

/// What the parts of the conversation share.
#[derive(Clone, Copy)]
pub struct Talk {
    /// The comments.
    pub comments: Loaded<Vec<Comment>>,
    /// The comment that is being answered.
    pub replying: RwSignal<Option<Uuid>>,
    /// The comment that is being changed.
    pub editing: RwSignal<Option<Uuid>>,
}

/// Tabs, lines, composer.
#[component]
pub fn Conversation(
    /// The comments.
    comments: Loaded<Vec<Comment>>,
    /// What happened.
    history: Loaded<Vec<HistoryEntry>>,
) -> impl IntoView {
    let state = expect_context::<IssueState>();
    let talk = Talk {
        comments,
        replying: RwSignal::new(None),
        editing: RwSignal::new(None),
    };
    provide_context(talk);
    let tab = RwSignal::new("all");
    let part = Memo::new(move |_| match tab.get() {
        "comments" => Part::Comments,
        "history" => Part::History,
        _ => Part::All,
    });
    let written = move || {
        comments.value.with(|list| {
            list.iter()
                .flatten()
                .filter(|c| c.deleted_at.is_none() && was_there(c.created_at, state.as_of.get()))
                .count()
        })
    };
    let happened = move || {
        let as_of = state.as_of.get();
        history.value.with(|list| {
            list.iter()
                .flatten()
                .filter(|entry| was_there(entry.at, as_of))
                .count()
        })
    };
    let label = |word: &'static str, count: usize| {
        if count == 0 {
            word.to_owned()
        } else {
            format!("{word} {count}")
        }
    };
    let tabs = vec![
        Tab {
            value: "all",
            label: Signal::derive(|| "All".to_owned()),
        },
        Tab {
            value: "comments",
            label: Signal::derive(move || label("Comments", written())),
        },
        Tab {
            value: "history",
            label: Signal::derive(move || label("History", happened())),
        },
    ];
    let items = Memo::new(move |_| {
        let as_of = state.as_of.get();
        let mut comments = comments.value.get().unwrap_or_default();
        comments.retain(|comment| was_there(comment.created_at, as_of));
        let mut history = history.value.get().unwrap_or_default();
        history.retain(|entry| was_there(entry.at, as_of));
        conversation(&comments, &history, part.get(), talk.replying.get())
    });
    let failed = move || comments.error.get().or_else(|| history.error.get());
    let retry = Callback::new(move |()| {
        comments.reload();
        history.reload();
    });
    view! {
        <section class="flex flex-col gap-4">
            <h2 class="sr-only">"Conversation"</h2>
            <Tabs id="talk" label="Conversation" tabs value=tab />
            <div id="talk-panel" role="tabpanel" aria-labelledby=move || format!("talk-{}", tab.get()) class="flex flex-col gap-4">
                <For each=move || items.get() key=Item::key let:item>
                    {match item {
                        Item::Comment(comment, answer) => view! { <CommentItem comment answer /> }.into_any(),
                        Item::Reply(root) => view! { <ReplyBox root /> }.into_any(),
                        Item::Event(entry) => view! { <Happening entry /> }.into_any(),
                    }}
                </For>
                {move || failed().map(|error| view! { <Failed what="The conversation" error retry /> })}
                <Show when=move || part.get() == Part::Comments && comments.value.with(|list| list.as_ref().is_some_and(Vec::is_empty))>
                    <p class="text-sm text-ink-3">"No comments yet. Ask, answer or add what you know below."</p>
                </Show>
            </div>
            <Composer />
        </section>
    }
}

#[component]
fn Happening(entry: HistoryEntry) -> impl IntoView {
    let icon = icon_of(&entry);
    let who = entry
        .actor
        .as_ref()
        .map_or_else(|| "Somebody".to_owned(), |user| user.display_name.clone());
    let behalf = entry
        .on_behalf_of
        .as_ref()
        .map(|user| format!(" on behalf of {}", user.display_name));
    view! {
        <p class="-my-1 flex items-start gap-2 text-sm">
            <span class="mt-0.5 grid w-5 shrink-0 place-items-center text-ink-3"><SmallIcon name=icon /></span>
            <span class="min-w-0 wrap-anywhere">
                <b class="font-medium">{who}</b>
                " "
                <span class="text-ink-2">{entry.sentence} {behalf}</span>
            </span>
            <span class="ml-auto shrink-0 text-xs whitespace-nowrap text-ink-3"><Time at=entry.at sentence=true /></span>
        </p>
    }
}

fn icon_of(entry: &HistoryEntry) -> IconName {
    match (entry.kind.as_str(), entry.field.as_deref()) {
        ("issue.created", _) => IconName::Plus,
        ("issue.deleted" | "comment.deleted" | "attachment.deleted", _) => IconName::Trash2,
        ("issue.restored", _) => IconName::RotateCcw,
        ("attachment.created", _) => IconName::Paperclip,
        ("comment.created" | "comment.updated", _) => IconName::MessageSquare,
        (_, Some("status" | "resolution")) => IconName::GitCommitHorizontal,
        (_, Some("severity" | "priority")) => IconName::Gauge,
        (_, Some("assignee")) => IconName::User,
        (_, Some("labels")) => IconName::Tag,
        (_, Some("title" | "description")) => IconName::Pencil,
        (_, Some("start_date" | "due_date")) => IconName::Calendar,
        _ => IconName::Activity,
    }
}

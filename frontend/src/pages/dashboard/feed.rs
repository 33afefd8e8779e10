//! What people did lately.

use super::Scope;
use crate::api;
use crate::components::{AsyncView, IconName, SmallIcon, Time};
use crate::model::feed::{Words, words};
use crate::state::live::Link;
use crate::state::{Loaded, live};
use domain::event::HistoryEntry;
use domain::paths::page;
use leptos::prelude::*;

const ENTRIES: u32 = 7;

/// The newest events, as sentences.
#[component]
pub(super) fn Feed(scope: Scope) -> impl IntoView {
    let loaded = Loaded::fresh(
        move || (scope.project.get(), scope.changed.get()),
        |key: Option<String>| async move { api::activity::newest(key.as_deref(), ENTRIES).await },
    );
    let live = live();
    view! {
        <section class="flex flex-col gap-3">
            <div class="flex min-h-7 items-center gap-2">
                <h2 class="text-sm">"Activity"</h2>
                <span class="ml-auto text-xs text-ink-3">{move || (live.link() == Link::Open).then_some("live")}</span>
            </div>
            <AsyncView
                loaded
                what="The activity"
                loading="Loading the activity"
                skeleton=|| {
                    ["80%", "64%", "72%", "58%", "76%", "66%"]
                        .map(|width| view! { <div class="flex h-9 items-center border-b border-base-300"><span class="ii-skel" style:width=width></span></div> })
                        .into_iter()
                        .collect_view()
                        .into_any()
                }
                let:entries
            >
                <Show
                    when=move || entries.with(|entries| !entries.is_empty())
                    fallback=|| view! { <p class="py-2 text-sm text-ink-2">"Nothing happened yet. Reports, changes and comments show up here."</p> }
                >
                    <ul class="flex flex-col">
                        <For each=move || entries.get() key=|entry| entry.id let:entry>
                            <Entry entry />
                        </For>
                    </ul>
                </Show>
            </AsyncView>
        </section>
    }
}

#[component]
fn Entry(entry: HistoryEntry) -> impl IntoView {
    let Words { before, after } = words(&entry);
    let who = entry.actor.as_ref().map_or_else(
        || "The system".to_owned(),
        |actor| actor.display_name.clone(),
    );
    let link = match (&entry.issue, &entry.project) {
        (Some(key), _) => Some((page::issue(key), key.clone())),
        (None, Some(key)) => Some((page::project_issues(key), key.clone())),
        (None, None) => None,
    };
    let joint = (entry.issue.is_none() && link.is_some()).then_some(" in ");
    view! {
        <li class="flex items-start gap-2 border-b border-base-300 py-2 text-sm last:border-0">
            <span class="pt-0.5 text-ink-3"><SmallIcon name=icon(&entry.kind, entry.field.as_deref()) /></span>
            <span class="min-w-0 wrap-anywhere">
                <b class="font-medium">{who}</b>
                " "
                <span class="text-ink-2">{before}{joint}</span>
                {link.map(|(href, key)| view! { " " <a class="ii-key underline underline-offset-2" href=href>{key}</a> })}
                " "
                <span class="text-ink-2">{after}</span>
            </span>
            <span class="ml-auto text-xs whitespace-nowrap text-ink-3"><Time at=entry.at /></span>
        </li>
    }
}

fn icon(kind: &str, field: Option<&str>) -> IconName {
    let (noun, verb) = kind.split_once('.').unwrap_or((kind, ""));
    match (noun, verb, field) {
        ("issue", "created", _) => IconName::Plus,
        ("issue", "deleted", _) => IconName::Trash2,
        ("issue", "restored", _) => IconName::RotateCcw,
        ("issue", _, Some("severity" | "priority")) => IconName::Gauge,
        ("issue", _, Some("labels")) | ("label" | "version", ..) => IconName::Tag,
        ("issue", _, Some("assignee")) | ("member" | "user", ..) => IconName::User,
        ("issue", _, Some("title" | "description")) => IconName::Pencil,
        ("comment", ..) => IconName::MessageSquare,
        ("attachment", ..) => IconName::Paperclip,
        ("project", ..) => IconName::FolderKanban,
        _ => IconName::GitCommitHorizontal,
    }
}

//! What somebody did, as a line of a feed.

use super::{IconName, SmallIcon, Time};
use crate::model::feed::{Words, words};
use domain::event::HistoryEntry;
use domain::paths::page;
use leptos::prelude::*;

/// One event.
#[component]
pub fn FeedEntry(
    /// What happened.
    entry: HistoryEntry,
) -> impl IntoView {
    let Words { before, after } = words(&entry);
    let who = match &entry.actor {
        Some(actor) => {
            let (href, name) = (page::user(&actor.username), actor.display_name.clone());
            view! { <a class="font-medium hover:underline" href=href>{name}</a> }.into_any()
        }
        None => view! { <b class="font-medium">"The system"</b> }.into_any(),
    };
    let link = match (&entry.issue, &entry.project) {
        (Some(key), _) => Some((page::issue(key), key.clone())),
        (None, Some(key)) => Some((page::project(key), key.clone())),
        (None, None) => None,
    };
    let joint = (entry.issue.is_none() && link.is_some()).then_some(" in ");
    view! {
        <li class="flex items-start gap-2 border-b border-base-300 py-2 text-sm last:border-0">
            <span class="pt-0.5 text-ink-3"><SmallIcon name=icon(&entry.kind, entry.field.as_deref()) /></span>
            <span class="min-w-0 wrap-anywhere">
                {who}
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

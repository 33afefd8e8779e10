//! One entry: a sentence; open, its particulars.

use crate::components::time::exact;
use crate::components::{IconName, SmallIcon, Time};
use crate::model::audit_query::{particulars, who};
use crate::state::session;
use domain::audit::AuditEntry;
use leptos::prelude::*;

/// A line that opens.
#[component]
pub(super) fn Entry(entry: AuditEntry) -> impl IntoView {
    let session = session();
    let who = who(&entry);
    let target = entry.target.as_ref().map(|user| user.display_name.clone());
    let joint = (target.is_some() && entry.project.is_some()).then_some(" in ");
    let names = [
        (
            "by",
            entry
                .actor
                .as_ref()
                .map(|user| format!("@{}", user.username)),
        ),
        (
            "concerns",
            entry
                .target
                .as_ref()
                .map(|user| format!("@{}", user.username)),
        ),
    ];
    let names = names
        .into_iter()
        .filter_map(|(name, text)| text.map(|text| (name.to_owned(), text)));
    let origin = [
        ("address", entry.ip.clone()),
        ("program", entry.user_agent.clone()),
        ("request", entry.request_id.clone()),
        ("kind", entry.kind.clone()),
    ];
    let origin = origin
        .into_iter()
        .map(|(name, text)| (name.to_owned(), text));
    let facts: Vec<(String, String)> = particulars(&entry.detail)
        .into_iter()
        .chain(names)
        .chain(origin)
        .filter(|(_, text)| !text.is_empty())
        .collect();
    let at = entry.at;
    view! {
        <li class="border-b border-base-300">
            <details class="ii-audit">
                <summary>
                    <span class="mark" aria-hidden="true"><SmallIcon name=IconName::ChevronRight /></span>
                    <span class="mt-0.5 text-ink-3"><SmallIcon name=icon(&entry.kind) /></span>
                    <span class="min-w-0 wrap-anywhere">
                        <b class="font-medium">{who}</b>
                        " "
                        <span class="text-ink-2">{entry.phrase}</span>
                        {target.map(|name| view! { " " <b class="font-medium">{name}</b> })}
                        {joint.unwrap_or(" ")}
                        {entry.project.map(|key| view! { <span class="ii-key">{key}</span> })}
                    </span>
                    <span class="ml-auto flex shrink-0 gap-4 text-xs text-ink-3">
                        <span class="max-md:hidden">{entry.ip}</span>
                        <Time at sentence=true />
                    </span>
                </summary>
                <dl>
                    <dt>"when"</dt>
                    <dd>{move || exact(at, &session.timezone())}</dd>
                    {facts.into_iter().map(|(name, text)| view! { <dt>{name}</dt> <dd>{text}</dd> }).collect_view()}
                </dl>
            </details>
        </li>
    }
}

fn icon(kind: &str) -> IconName {
    match kind.split_once('.') {
        Some(("sign_in", "failed")) => IconName::CircleAlert,
        Some(("sign_in" | "session" | "password" | "token", _)) => IconName::KeyRound,
        Some(("account", _)) => IconName::User,
        Some(("member", _)) => IconName::Users,
        Some((_, "exported")) => IconName::Download,
        Some((_, "purged")) => IconName::Trash2,
        Some(("project", _)) => IconName::FolderKanban,
        Some(("workflow", _)) => IconName::GitCommitHorizontal,
        _ if kind == "sign_out" => IconName::LogOut,
        _ => IconName::Activity,
    }
}

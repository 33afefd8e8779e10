//! What resembles the title that is being written.

use super::new_issue::Report;
use crate::api;
use crate::components::glyph::StatusLook;
use crate::components::marks::StatusMark;
use crate::components::{IconName, SmallIcon};
use crate::state::Loaded;
use domain::filter::words_of;
use domain::paths::page;
use leptos::prelude::*;
use std::time::Duration;

/// Fewer letters resemble everything.
const ENOUGH: usize = 6;
const PAUSE: Duration = Duration::from_millis(300);

/// "Looks like these. Is it one of them?"
#[component]
pub fn Similar(title: RwSignal<String>) -> impl IntoView {
    let report = expect_context::<Report>();
    let settled = RwSignal::new(title.get_untracked());
    let turn = StoredValue::new(0_u32);
    Effect::new(move |_| {
        let now = title.get();
        let mine = turn.try_update_value(|turn| {
            *turn = turn.wrapping_add(1);
            *turn
        });
        set_timeout(
            move || {
                if turn.try_get_value() == mine {
                    settled.set(now);
                }
            },
            PAUSE,
        );
    });
    let question = Memo::new(move |_| {
        let title = settled.get().trim().to_owned();
        let enough = title.chars().count() >= ENOUGH && !words_of(&title).is_empty();
        let project = report.project.with(|p| p.as_ref().map(|p| p.key.clone()));
        project.filter(|_| enough).map(|project| {
            let short: String = title.chars().take(domain::search::QUERY_MAX).collect();
            (project, short)
        })
    });
    let found = Loaded::keep(
        move || question.get(),
        |question| async move {
            match question {
                Some((project, title)) => api::search::similar(&project, &title).await,
                None => Ok(Vec::new()),
            }
        },
    );
    let list = Memo::new(move |_| found.value.get().unwrap_or_default());
    view! {
        <div role="status">
            <Show when=move || list.with(|list| !list.is_empty())>
                <section class="flex flex-col gap-1 rounded-lg border border-base-300 bg-base-200 p-3" aria-label="Similar issues">
                    <p class="flex items-center gap-2 text-xs text-ink-2">
                        <SmallIcon name=IconName::Copy />
                        "Looks like these. Is it one of them?"
                    </p>
                    <ul class="flex flex-col">
                        <For each=move || list.get() key=|issue| issue.id let:issue>
                            <li>
                                <a class="flex min-h-8 items-center gap-2 rounded px-1 text-sm hover:bg-hover" href=page::issue(&issue.key)>
                                    <StatusMark look=StatusLook::plain(issue.status.category) name=issue.status.name.clone() />
                                    <span class="ii-key shrink-0">{issue.key.clone()}</span>
                                    <span class="truncate">{issue.title.clone()}</span>
                                    <span class="ml-auto shrink-0 text-xs text-ink-3">{closeness(issue.similarity)}</span>
                                </a>
                            </li>
                        </For>
                    </ul>
                </section>
            </Show>
        </div>
    }
}

/// How alike, in words.
#[must_use]
pub fn closeness(similarity: f64) -> &'static str {
    if similarity >= 0.7 {
        "very close"
    } else if similarity >= 0.45 {
        "close"
    } else {
        "some words"
    }
}

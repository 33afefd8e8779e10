//! Today's numbers beside yesterday's, as the worker counted them.

use super::Scope;
use crate::components::glyph::StatusLook;
use crate::components::marks::StatusText;
use crate::components::{AsyncView, Time};
use crate::model::daily::{Line, last_day, lines, signed};
use chrono::NaiveDate;
use domain::stats::DailyStats;
use leptos::prelude::*;

/// Days of the small bars.
const DAYS: u64 = 14;

/// The table.
#[component]
pub(super) fn Daily(scope: Scope) -> impl IntoView {
    let taken = move || {
        let at = scope.stats.value.with(|stats| stats.as_ref()?.computed_at);
        at.map_or_else(
            || "taken every 30 minutes".into_any(),
            |at| view! { "taken " <Time at sentence=true /> " · every 30 min" }.into_any(),
        )
    };
    view! {
        <section class="flex flex-col gap-3 lg:col-span-3">
            <div class="flex items-baseline gap-2">
                <h2 class="shrink-0 text-sm">"Today against yesterday"</h2>
                <span class="ml-auto text-right text-xs text-ink-3">{taken}</span>
            </div>
            <AsyncView
                loaded=scope.stats
                what="The daily statistics"
                loading="Loading the daily statistics"
                skeleton=|| {
                    (0..6)
                        .map(|_| view! { <div class="flex h-10 items-center gap-6 border-b border-base-300"><span class="ii-skel w-28"></span><span class="ii-skel ml-auto w-24"></span></div> })
                        .collect_view()
                        .into_any()
                }
                let:stats
            >
                {move || content(&stats.get(), scope.today.get())}
            </AsyncView>
        </section>
    }
}

fn content(stats: &DailyStats, today: NaiveDate) -> AnyView {
    let Some(last) = last_day(&stats.items, today) else {
        return view! { <p class="text-sm text-ink-2">"Nothing was counted yet. The first numbers come within half an hour."</p> }
            .into_any();
    };
    let lines = lines(&stats.items, last, DAYS);
    let (now, before) = if last == today {
        ("Today".to_owned(), "Yesterday".to_owned())
    } else {
        (
            last.format("%-d %b").to_string(),
            "The day before".to_owned(),
        )
    };
    view! {
        <div class="no-bar overflow-x-auto" tabindex="0" role="region" aria-label="Daily statistics, scrolls sideways">
            <table class="table table-sm">
                <caption class="sr-only">"Issues in each status"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Status"</th>
                        <th scope="col" class="num">{now}</th>
                        <th scope="col" class="num">{before}</th>
                        <th scope="col" class="num">"Difference"</th>
                        <th scope="col">"Last 14 days"</th>
                    </tr>
                </thead>
                <tbody>{lines.into_iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn row(line: Line) -> impl IntoView {
    let look = StatusLook {
        late: line.late,
        ..StatusLook::plain(line.category)
    };
    let (today, yesterday) = (line.today(), line.yesterday());
    view! {
        <tr>
            <td><StatusText look name=line.name.clone() /></td>
            <td class="num font-medium">{today}</td>
            <td class="num text-ink-2">{yesterday}</td>
            <td class="num">{signed(today - yesterday)}</td>
            <td><Spark counts=line.counts /></td>
        </tr>
    }
}

/// Small bars; the newest at the right.
#[component]
#[allow(clippy::cast_precision_loss, reason = "counts fit 53 bits")]
fn Spark(counts: Vec<i64>) -> impl IntoView {
    let least = counts.iter().min().copied().unwrap_or(0);
    let most = counts.iter().max().copied().unwrap_or(0);
    let words = format!("Between {least} and {most}");
    view! {
        <svg class="ii-spark" viewBox="0 0 112 16" role="img" aria-label=words>
            {counts
                .into_iter()
                .enumerate()
                .map(|(index, count)| {
                    let height = if count == 0 { 1.0 } else { (15.0 * count as f64 / most.max(1) as f64).max(2.0) };
                    view! { <rect x=index * 8 y=16.0 - height width="6" height=height rx="1"></rect> }
                })
                .collect_view()}
        </svg>
    }
}

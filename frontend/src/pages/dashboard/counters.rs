//! How many issues wait, are worked on, and were done lately.

use super::Scope;
use crate::components::AsyncView;
use crate::components::glyph::{StatusGlyph, StatusLook, category_class};
use crate::model::daily::{days, last_day, lines, signed, yesterday_of};
use domain::list::{IssueFilter, State};
use domain::workflow::Category;
use leptos::prelude::*;

const OPEN: [(Category, &str); 4] = [
    (Category::Triage, "Triage"),
    (Category::Backlog, "Backlog"),
    (Category::Active, "Active"),
    (Category::Waiting, "Waiting"),
];

/// Days that count as "lately".
const LATELY: usize = 7;

/// Five numbers, each the way to its list.
#[component]
pub(super) fn Counters(scope: Scope) -> impl IntoView {
    view! {
        <section aria-label="Issues by category">
            <AsyncView
                loaded=scope.open
                what="The counters"
                loading="Loading the counters"
                skeleton=|| {
                    (0..5)
                        .map(|_| view! { <div class="ii-stat"><span class="ii-skel w-16"></span><span class="ii-skel h-8 w-10"></span></div> })
                        .collect_view()
                        .into_any()
                }
                let:report
            >
                <div class="ii-stats">
                    {OPEN
                        .into_iter()
                        .enumerate()
                        .map(|(index, (category, name))| {
                            let now = move || {
                                report.with(|report| {
                                    let bar = report.items.iter().find(|bar| bar.value == category.slug());
                                    bar.map_or(0, |bar| bar.count)
                                })
                            };
                            let href = move || {
                                scope.list(IssueFilter { category: vec![category], ..IssueFilter::default() })
                            };
                            let change = move || words(before(scope, category), now(), index == 0);
                            view! {
                                <a href=href class="ii-stat">
                                    <Name category name />
                                    <span class="flex flex-wrap items-baseline gap-x-2">
                                        <span class="text-3xl font-semibold">{now}</span>
                                        <span class="text-xs text-ink-3">{change}</span>
                                    </span>
                                </a>
                            }
                        })
                        .collect_view()}
                    <Done scope />
                </div>
            </AsyncView>
        </section>
    }
}

#[component]
fn Name(category: Category, name: &'static str) -> impl IntoView {
    view! {
        <span class=format!("ii-st {} text-xs text-ink-2", category_class(category))>
            <StatusGlyph look=StatusLook::plain(category) />
            {name}
        </span>
    }
}

#[component]
fn Done(scope: Scope) -> impl IntoView {
    let href = move || {
        scope.list(IssueFilter {
            state: Some(State::Closed),
            ..IssueFilter::default()
        })
    };
    let resolved = Memo::new(move |_| {
        let today = scope.today.get();
        scope.stats.value.with(|stats| {
            let from = today.checked_sub_days(chrono::Days::new(LATELY as u64 - 1));
            let stats = stats.as_ref()?;
            let days = days(&stats.items, from.unwrap_or(today), today);
            Some(days.iter().map(|day| day.resolved).sum::<i64>())
        })
    });
    #[allow(clippy::cast_precision_loss, reason = "counts of a week fit 53 bits")]
    let mean = move || {
        resolved
            .get()
            .map(|sum| format!("{:.1} a day", sum as f64 / LATELY as f64))
    };
    view! {
        <a href=href class="ii-stat">
            <Name category=Category::Done name="Done, 7 days" />
            <span class="flex flex-wrap items-baseline gap-x-2">
                <span class="text-3xl font-semibold">
                    {move || resolved.get().map_or_else(|| "–".to_owned(), |sum| sum.to_string())}
                </span>
                <span class="text-xs text-ink-3">{mean}</span>
            </span>
        </a>
    }
}

/// How many there were when yesterday ended.
fn before(scope: Scope, category: Category) -> Option<i64> {
    let today = scope.today.get();
    scope.stats.value.with(|stats| {
        let items = &stats.as_ref()?.items;
        // Without a count of today there is no telling what "yesterday" was.
        last_day(items, today).filter(|day| *day == today)?;
        yesterday_of(&lines(items, today, 2), category)
    })
}

fn words(before: Option<i64>, now: i64, first: bool) -> String {
    match before.map(|before| now - before) {
        None => String::new(),
        Some(0) => "no change".into(),
        Some(change) if first => format!("{} since yesterday", signed(change)),
        Some(change) => signed(change),
    }
}

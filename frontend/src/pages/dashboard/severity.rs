//! Open issues by how bad they are.

use super::Scope;
use crate::api;
use crate::components::AsyncView;
use crate::components::glyph::severity_class;
use crate::components::marks::severity_name;
use crate::state::Loaded;
use domain::insights::{OpenBy, OpenByReport};
use domain::issue::Severity;
use domain::list::{IssueFilter, State};
use leptos::prelude::*;

/// The report, and how many of the critical ones nobody has taken.
#[derive(Clone, PartialEq)]
struct Read {
    report: OpenByReport,
    free: i64,
}

impl Read {
    fn count(&self, severity: Severity) -> i64 {
        let bar = self
            .report
            .items
            .iter()
            .find(|bar| bar.value == severity.slug());
        bar.map_or(0, |bar| bar.count)
    }
}

fn open_with(severity: Severity) -> IssueFilter {
    IssueFilter {
        severity: vec![severity],
        ..IssueFilter::default()
    }
}

/// Bars from critical to low, each the way to its list.
#[component]
pub(super) fn BySeverity(scope: Scope) -> impl IntoView {
    let loaded = Loaded::fresh(
        move || (scope.project.get(), scope.changed.get()),
        |key: Option<String>| async move {
            let report = api::insights::open_by(OpenBy::Severity, key.as_deref()).await?;
            let critical = Read { report, free: 0 };
            if critical.count(Severity::Critical) == 0 {
                return Ok(critical);
            }
            let filter = IssueFilter {
                project: key,
                state: Some(State::Open),
                assignee: vec!["none".into()],
                ..open_with(Severity::Critical)
            };
            let free = api::issues::list(&filter, 1, None, None).await?.total.count;
            Ok(Read { free, ..critical })
        },
    );
    let total = move || {
        loaded.value.with(|read| {
            read.as_ref()
                .map(|read| format!("{} open", read.report.total))
        })
    };
    view! {
        <section class="flex flex-col gap-3">
            <div class="flex items-baseline gap-2">
                <h2 class="text-sm">"Open by severity"</h2>
                <span class="ml-auto text-xs text-ink-3">{total}</span>
            </div>
            <AsyncView
                loaded
                what="The report"
                loading="Loading open issues by severity"
                skeleton=|| {
                    ["20%", "46%", "80%", "88%"]
                        .map(|width| view! { <div class="flex h-7 items-center"><span class="ii-skel" style:width=width style:height="18px"></span></div> })
                        .into_iter()
                        .collect_view()
                        .into_any()
                }
                let:read
            >
                <ul class="ii-bars">
                    {Severity::ALL
                        .iter()
                        .rev()
                        .map(|severity| view! { <Bar scope read severity=*severity /> })
                        .collect_view()}
                </ul>
                {move || view! { <Note scope read=read.get() /> }}
            </AsyncView>
        </section>
    }
}

#[component]
fn Bar(scope: Scope, read: RwSignal<Read>, severity: Severity) -> impl IntoView {
    let count = Memo::new(move |_| read.with(|read| read.count(severity)));
    #[allow(clippy::cast_precision_loss, reason = "counts fit 53 bits")]
    let width = move || {
        let largest = read.with(|read| read.report.items.iter().map(|bar| bar.count).max());
        let share = count.get() as f64 / largest.unwrap_or(0).max(1) as f64;
        format!("calc((100% - 40px) * {share:.4})")
    };
    let href = move || scope.list(open_with(severity));
    view! {
        <li>
            <a href=href>
                <span>{severity_name(severity)}</span>
                <span class="track">
                    <Show when=move || { count.get() > 0 }>
                        <svg class=severity_class(severity) style:width=width aria-hidden="true">
                            <rect width="100%" height="18" rx="2" fill=format!("url(#p-{severity})")></rect>
                        </svg>
                    </Show>
                    <b>{count}</b>
                    <span class="sr-only">" open"</span>
                </span>
            </a>
        </li>
    }
}

#[component]
fn Note(scope: Scope, read: Read) -> impl IntoView {
    let critical = read.count(Severity::Critical);
    if read.report.total == 0 {
        return view! { <p class="text-xs text-ink-2">"Nothing is open."</p> }.into_any();
    }
    if critical == 0 {
        return view! { <p class="text-xs text-ink-2">"Nothing critical is open."</p> }.into_any();
    }
    let text = match read.free {
        0 => format!("{critical} critical, all assigned"),
        free => format!("{critical} critical, {free} unassigned"),
    };
    let free = read.free;
    let href = move || {
        let mut filter = open_with(Severity::Critical);
        if free > 0 {
            filter.assignee = vec!["none".into()];
        }
        scope.list(filter)
    };
    view! { <p><a class="link text-xs text-primary" href=href>{text}</a></p> }.into_any()
}

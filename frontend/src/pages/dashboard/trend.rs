//! Created against resolved, day by day.

use super::{DAYS, LEAD, Scope};
use crate::components::measured::Measured;
use crate::components::{AsyncView, IconName, SmallIcon};
use crate::model::daily::{Day, days};
use crate::model::trend::{means, sentence, ticks};
use chrono::{Days, NaiveDate};
use leptos::prelude::*;

/// The figure, its sentence and the same as a table.
#[component]
pub(super) fn Trend(scope: Scope) -> impl IntoView {
    let as_table = RwSignal::new(false);
    let at = RwSignal::new(None::<Day>);
    let caption = move || match at.get() {
        Some(day) => format!(
            "{}: {} created, {} resolved",
            label(day.day),
            day.created,
            day.resolved
        ),
        None => format!("{DAYS} days · 7-day mean"),
    };
    view! {
        <section class="flex flex-col gap-3 lg:col-span-2">
            <div class="flex items-center gap-2">
                <h2 class="shrink-0 text-sm">"Created and resolved"</h2>
                <span class="ml-auto text-right text-xs text-ink-3">{caption}</span>
                <button
                    type="button"
                    class="btn btn-ghost btn-xs btn-square ii-segment"
                    aria-label="As a table"
                    data-tip="As a table"
                    aria-pressed=move || if as_table.get() { "true" } else { "false" }
                    on:click=move |_| as_table.update(|table| *table = !*table)
                >
                    <SmallIcon name=IconName::List />
                </button>
            </div>
            <AsyncView
                loaded=scope.stats
                what="The trend"
                loading="Loading created and resolved issues"
                skeleton=|| view! { <div class="ii-skel h-[230px]! w-full"></div> }.into_any()
                let:stats
            >
                {
                    let series = Memo::new(move |_| {
                        let to = scope.today.get();
                        let from = to.checked_sub_days(Days::new(DAYS + LEAD - 1)).unwrap_or(to);
                        stats.with(|stats| days(&stats.items, from, to))
                    });
                    view! {
                        <Show
                            when=move || as_table.get()
                            fallback=move || {
                                view! {
                                    <Measured class="min-h-[190px] sm:min-h-[230px]" let:width>
                                        <Figure width series=series.get() at />
                                    </Measured>
                                }
                            }
                        >
                            <Table series=shown(&series.get()).to_vec() />
                        </Show>
                        <p class="text-xs text-ink-2">{move || sentence(shown(&series.get()))}</p>
                    }
                }
            </AsyncView>
        </section>
    }
}

/// Where things are in the figure.
#[derive(Clone, Copy)]
struct Frame {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    last: f64,
    largest: f64,
}

#[allow(clippy::cast_precision_loss, reason = "days and counts fit 53 bits")]
impl Frame {
    fn x(self, index: usize) -> f64 {
        self.left + (self.right - self.left) * index as f64 / self.last.max(1.0)
    }

    fn y(self, value: f64) -> f64 {
        self.bottom - (self.bottom - self.top) * value / self.largest.max(1.0)
    }

    fn path(self, values: &[f64]) -> String {
        let points: Vec<String> = values
            .iter()
            .enumerate()
            .map(|(index, value)| format!("{:.1} {:.1}", self.x(index), self.y(*value)))
            .collect();
        format!("M{}", points.join(" L"))
    }
}

#[component]
#[allow(clippy::cast_precision_loss, reason = "days and counts fit 53 bits")]
fn Figure(width: f64, series: Vec<Day>, at: RwSignal<Option<Day>>) -> impl IntoView {
    let wide = width >= 560.0;
    let height = if wide { 230.0 } else { 190.0 };
    let (created, resolved): (Vec<i64>, Vec<i64>) =
        series.iter().map(|day| (day.created, day.resolved)).unzip();
    let (came, went) = (means(&created), means(&resolved));
    let (came, went) = (shown(&came).to_vec(), shown(&went).to_vec());
    let (created, resolved) = (shown(&created), shown(&resolved));
    let series = shown(&series).to_vec();
    let largest = created.iter().chain(resolved).copied().max().unwrap_or(0);
    let ticks = ticks(largest);
    let frame = Frame {
        left: 28.0,
        right: width - 70.0,
        top: 10.0,
        bottom: height - 22.0,
        last: series.len().saturating_sub(1) as f64,
        largest: ticks.last().copied().unwrap_or(1) as f64,
    };
    let end = |values: &[f64]| frame.y(values.last().copied().unwrap_or(0.0));
    let (came_end, went_end) = apart(end(&came), end(&went), frame.bottom);
    let marks = date_marks(series.len(), wide);
    let here = RwSignal::new(None::<usize>);
    let days = StoredValue::new(series.clone());
    let point = move |event: leptos::ev::MouseEvent| {
        let step = (frame.right - frame.left) / frame.last.max(1.0);
        let index = ((f64::from(event.offset_x()) - frame.left) / step).round();
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "clamped"
        )]
        let index = index.clamp(0.0, frame.last) as usize;
        here.set(Some(index));
        at.set(days.with_value(|days| days.get(index).copied()));
    };
    let leave = move |_| {
        here.set(None);
        at.set(None);
    };
    view! {
        <svg
            class="ch block"
            width=width
            height=height
            viewBox=format!("0 0 {width} {height}")
            role="img"
            aria-label=format!("Created and resolved issues per day. {}", sentence(&series))
            on:mousemove=point
            on:mouseleave=leave
        >
            {ticks
                .into_iter()
                .map(|tick| {
                    let y = frame.y(tick as f64);
                    view! {
                        <line class=if tick == 0 { "axis" } else { "grid" } x1=frame.left x2=frame.right y1=y y2=y></line>
                        <text class="q" x=frame.left - 6.0 y=y + 4.0 text-anchor="end">{tick}</text>
                    }
                })
                .collect_view()}
            {move || {
                here.get().map(|index| {
                    let x = frame.x(index);
                    view! { <line class="here" x1=x x2=x y1=frame.top y2=frame.bottom></line> }
                })
            }}
            {series
                .iter()
                .enumerate()
                .map(|(index, day)| {
                    let x = frame.x(index);
                    view! {
                        <circle class="came" cx=x cy=frame.y(day.created as f64) r="2"></circle>
                        <rect class="went" x=x - 1.8 y=frame.y(day.resolved as f64) - 1.8 width="3.6" height="3.6"></rect>
                    }
                })
                .collect_view()}
            <path class="came" d=frame.path(&came)></path>
            <path class="went" d=frame.path(&went)></path>
            <text class="b" x=frame.right + 8.0 y=came_end + 4.0>"Created"</text>
            <text class="b" x=frame.right + 8.0 y=went_end + 4.0>"Resolved"</text>
            {marks
                .into_iter()
                .filter_map(|index| series.get(index).map(|day| (index, day.day)))
                .map(|(index, day)| {
                    view! { <text class="q" x=frame.x(index) y=height - 6.0 text-anchor="middle">{label(day)}</text> }
                })
                .collect_view()}
        </svg>
    }
}

/// The days of the figure, without those that only the first means look back on.
fn shown<T>(series: &[T]) -> &[T] {
    usize::try_from(LEAD)
        .ok()
        .and_then(|lead| series.get(lead..))
        .unwrap_or_default()
}

/// Two labels at the ends of lines never lie on one another.
fn apart(a: f64, b: f64, lowest: f64) -> (f64, f64) {
    const LEAST: f64 = 13.0;
    if (a - b).abs() >= LEAST {
        return (a, b);
    }
    let half = LEAST / 2.0;
    // Nor on the dates below.
    let middle = f64::midpoint(a, b).min(lowest - LEAST);
    if a <= b {
        (middle - half, middle + half)
    } else {
        (middle + half, middle - half)
    }
}

/// Which days get a label: the ends, and on wide figures every tenth between.
fn date_marks(count: usize, wide: bool) -> Vec<usize> {
    let last = count.saturating_sub(1);
    let mut marks = vec![0];
    if wide {
        marks.extend((1..).map(|n| n * 10).take_while(|n| n + 5 < last));
    }
    marks.push(last);
    marks
}

fn label(day: NaiveDate) -> String {
    day.format("%-d %b").to_string()
}

#[component]
fn Table(series: Vec<Day>) -> impl IntoView {
    view! {
        <div class="max-h-[230px] overflow-y-auto" tabindex="0" role="region" aria-label="Created and resolved issues, day by day">
            <table class="table table-sm">
                <thead>
                    <tr>
                        <th scope="col">"Day"</th>
                        <th scope="col" class="num">"Created"</th>
                        <th scope="col" class="num">"Resolved"</th>
                    </tr>
                </thead>
                <tbody>
                    {series
                        .into_iter()
                        .rev()
                        .map(|day| {
                            view! {
                                <tr>
                                    <td>{label(day.day)}</td>
                                    <td class="num">{day.created}</td>
                                    <td class="num">{day.resolved}</td>
                                </tr>
                            }
                        })
                        .collect_view()}
                </tbody>
            </table>
        </div>
    }
}

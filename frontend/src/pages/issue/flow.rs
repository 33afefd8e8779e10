//! The flow diagram: a lane for each status, a bar for each stay, a line for each move.

use crate::components::glyph::category_class;
use crate::components::time::in_zone;
use crate::model::flow::{Bar, Chart};
use crate::model::time::duration;
use crate::state::session;
use chrono::{DateTime, TimeDelta, Utc};
use leptos::prelude::*;

/// Height of a lane, as the style sheet has it.
const LANE: usize = 28;
/// Places of the dates below, in percent of the life.
const TICKS: [i32; 4] = [0, 25, 50, 75];

/// The diagram, from 640 px on; narrower windows have a list instead.
#[component]
pub fn Diagram(
    /// What it shows.
    chart: Chart,
) -> impl IntoView {
    let told: Vec<String> = chart
        .lanes
        .iter()
        .map(|lane| format!("{} {}, {} %", lane.name, duration(lane.seconds), lane.share))
        .collect();
    let label = format!("Time in each status: {}", told.join("; "));
    let lanes = chart
        .lanes
        .iter()
        .enumerate()
        .map(|(index, lane)| {
            let bars = chart.bars.iter().filter(|bar| bar.lane == index);
            let class = category_class(lane.category);
            let bars = bars.map(|bar| stay(*bar, class)).collect_view();
            let ended = lane.seconds == 0;
            view! {
                <div class="ii-lane">
                    <span class="truncate text-right text-ink-2">{lane.name.clone()}</span>
                    <span class="ii-track">{bars}</span>
                    <b class="font-semibold">{if ended { "closed".to_owned() } else { duration(lane.seconds) }}</b>
                    <span class="num text-ink-3">{(!ended).then(|| format!("{} %", lane.share))}</span>
                </div>
            }
        })
        .collect_view();
    let moves = chart
        .bars
        .windows(2)
        .filter_map(|pair| match pair {
            [before, after] => Some(step(before.lane, after.lane, after.left)),
            _ => None,
        })
        .collect_view();
    let dates = dates(&chart);
    view! {
        <div class="ii-flow" role="img" aria-label=label>
            {lanes}
            <div class="ii-moves">{moves}</div>
            <div class="ii-lane">
                <span></span>
                <span class="relative h-full">{dates}</span>
            </div>
        </div>
    }
}

fn stay(bar: Bar, class: &'static str) -> impl IntoView {
    view! {
        <span class="ii-life ii-stay" style:left=format!("{:.3}%", bar.left) style:width=format!("{:.3}%", bar.width)>
            <i class=format!("flex-1 {class}")></i>
        </span>
    }
}

fn step(from: usize, to: usize, left: f64) -> impl IntoView {
    let (top, tall) = (from.min(to) * LANE + LANE / 2, from.abs_diff(to) * LANE);
    view! { <i style:left=format!("{left:.3}%") style:top=format!("{top}px") style:height=format!("{tall}px")></i> }
}

fn dates(chart: &Chart) -> impl IntoView + use<> {
    let (start, end) = chart.span;
    let whole = end - start;
    let zone = untrack(|| session().timezone());
    let words = move |at: DateTime<Utc>| {
        let (parts, plain): (&[(&str, &str)], &str) = match whole.num_days() {
            0..2 => (&[("hour", "2-digit"), ("minute", "2-digit")], "%H:%M"),
            2..300 => (&[("day", "numeric"), ("month", "short")], "%-d %b"),
            _ => (&[("month", "short"), ("year", "numeric")], "%b %Y"),
        };
        in_zone(at, &zone, parts).unwrap_or_else(|| at.format(plain).to_string())
    };
    let last = if chart.over {
        words(end)
    } else {
        "now".to_owned()
    };
    let ticks = TICKS.into_iter().map(move |tick| {
        let at = start + TimeDelta::seconds(whole.num_seconds() / 100 * i64::from(tick));
        view! { <span class="ii-tick" style:left=format!("{tick}%")>{words(at)}</span> }
    });
    view! {
        {ticks.collect_view()}
        <span class="ii-tick end font-semibold text-base-content">{last}</span>
    }
}

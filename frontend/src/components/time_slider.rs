//! A slider over time, below a strip of the changes per day. Steps go from change to change.

use super::icon::{Icon, SmallIcon};
use super::icon_paths::IconName;
use super::time::exact;
use crate::model::slider::{PLACES, bars};
use crate::state::{Timeline, on_command, session};
use leptos::prelude::*;
use std::time::Duration;

/// While the thumb moves, the moment is asked for at most this often.
const PAUSE: Duration = Duration::from_millis(140);

/// The slider.
#[component]
pub fn TimeSlider(
    /// What is looked at: "Board".
    what: &'static str,
    /// The changes, and the moment.
    timeline: Timeline,
) -> impl IntoView {
    let session = session();
    let as_of = timeline.as_of;
    // Where the thumb is held, while it is held.
    let held = RwSignal::new(None::<i64>);
    let begun = StoredValue::new(false);
    let turn = StoredValue::new(0_u32);
    let moment = Memo::new(move |_| match held.get() {
        Some(place) => timeline.span().moment(place),
        None => as_of.get(),
    });
    let place = Memo::new(move |_| {
        held.get()
            .unwrap_or_else(|| timeline.span().place(as_of.get()))
    });
    let words = move || {
        moment
            .get()
            .map_or_else(|| "Now".to_owned(), |at| exact(at, &session.timezone()))
    };
    let past = Memo::new(move |_| moment.get().is_some());
    let ask = move || {
        if let Some(place) = held.get_untracked() {
            let replace = begun.get_value();
            begun.set_value(true);
            timeline.look_at(untrack(|| timeline.span()).moment(place), replace);
        }
    };
    let input = move |event| {
        let Ok(place) = event_target_value(&event).parse::<i64>() else {
            return;
        };
        held.set(Some(place));
        let mine = turn.try_update_value(|turn| {
            *turn = turn.wrapping_add(1);
            *turn
        });
        set_timeout(
            move || {
                if turn.try_get_value() == mine {
                    ask();
                }
            },
            PAUSE,
        );
    };
    let change = move |_| {
        turn.update_value(|turn| *turn = turn.wrapping_add(1));
        ask();
        begun.set_value(false);
        held.set(None);
    };
    let keys = move |event: leptos::ev::KeyboardEvent| {
        match event.key().as_str() {
            "ArrowLeft" | "ArrowDown" => timeline.step(true),
            "ArrowRight" | "ArrowUp" => timeline.step(false),
            "End" => timeline.look_at(None, false),
            _ => return,
        }
        event.prevent_default();
    };
    on_command("moment_back", move || timeline.step(true));
    on_command("moment_on", move || timeline.step(false));
    let strip = move || {
        let bars = bars(&timeline.days(), timeline.span(), moment.get());
        let one = |bar: crate::model::slider::Bar| {
            view! {
                <rect
                    class:later=bar.later
                    x=bar.left.to_string()
                    y=(100.0 - bar.height).to_string()
                    width=bar.width.to_string()
                    height=bar.height.to_string()
                ></rect>
            }
        };
        bars.into_iter().map(one).collect_view()
    };
    let nothing = move || {
        timeline
            .changes
            .value
            .with(|c| c.as_ref().is_some_and(|c| c.first.is_none()))
    };
    let failed = move || {
        timeline
            .changes
            .error
            .with(|error| error.as_ref().map(|error| error.sentence()))
    };
    let play_label = move || {
        if timeline.playing.get() {
            "Pause the replay"
        } else {
            "Replay the changes"
        }
    };
    view! {
        <div class="ii-time" class:past=past role="group" aria-label=format!("{what} at a moment")>
            <span class="hidden items-center gap-2 font-medium whitespace-nowrap sm:flex">
                <Icon name=IconName::History />
                "As of"
            </span>
            <button
                type="button"
                class="btn btn-xs btn-square btn-ghost"
                aria-label="Previous change"
                title="Previous change"
                disabled=nothing
                on:click=move |_| timeline.step(true)
            >
                <SmallIcon name=IconName::StepBack />
            </button>
            <span class="ii-strip">
                <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">{strip}</svg>
                <input
                    type="range"
                    class="ii-range"
                    min="0"
                    max=PLACES.to_string()
                    prop:value=move || place.get().to_string()
                    aria-label="Moment"
                    aria-valuetext=words
                    disabled=nothing
                    on:input=input
                    on:change=change
                    on:keydown=keys
                />
            </span>
            <button
                type="button"
                class="btn btn-xs btn-square btn-ghost"
                aria-label="Next change"
                title="Next change"
                disabled=move || !past.get()
                on:click=move |_| timeline.step(false)
            >
                <SmallIcon name=IconName::StepForward />
            </button>
            <button
                type="button"
                class="btn btn-xs btn-square btn-ghost"
                aria-label=play_label
                title=play_label
                disabled=nothing
                on:click=move |_| {
                    if timeline.playing.get_untracked() {
                        timeline.pause();
                    } else {
                        timeline.play();
                    }
                }
            >
                {move || {
                    let name = if timeline.playing.get() { IconName::Pause } else { IconName::Play };
                    view! { <SmallIcon name /> }
                }}
            </button>
            <span class="ii-moment">{words}</span>
            {move || failed().map(|why| view! { <span class="w-full text-xs text-error" role="alert">{why}</span> })}
        </div>
    }
}

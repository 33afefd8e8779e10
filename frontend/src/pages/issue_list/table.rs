//! The rows of the list.

use super::List;
use super::cells::Cell;
use super::edits::is_small;
use super::folds::Line;
use super::groups::{GroupHead, GroupZone};
use super::heads::Heads;
use super::keys::{ListKeys, across};
use super::press::Press;
use super::rows::Row;
use crate::components::{IconName, SmallIcon};
use crate::model::columns::{Column, gap, is_tight, long_keys, widths};
use crate::pages::issue::Merge;
use leptos::html;
use leptos::prelude::*;

/// What a row leaves free at its two ends, in pixels.
const INSET: i32 = 48;

/// The list.
#[component]
pub fn Table() -> impl IntoView {
    let list = expect_context::<List>();
    let rows = list.rows;
    let grid = NodeRef::<html::Div>::new();
    let hovered = RwSignal::new(false);
    let focused = RwSignal::new(false);
    Effect::new(move |_| rows.in_use.set(hovered.get() || focused.get()));
    on_cleanup(move || rows.in_use.set(false));
    // What is no longer on the screen is not selected: a bulk change must not reach the unseen.
    Effect::new(move |_| {
        let order: Vec<_> = list
            .folds
            .lines
            .with(|rows| rows.iter().map(|row| row.id).collect());
        list.selection.maybe_update(|selection| {
            let before = selection.len();
            selection.keep(&order);
            before != selection.len()
        });
    });
    // Another filter finds others.
    let asked = Memo::new(move |_| {
        list.listing
            .with(|listing| (listing.query(), listing.filter.project.clone()))
    });
    Effect::watch(
        move || asked.track(),
        move |(), _, _| list.all.set(false),
        false,
    );
    follow_the_room(list, grid);
    let widths = move || {
        list.columns
            .with(|columns| widths(columns, list.room.get()))
    };
    let longest_key = Memo::new(move |_| {
        let letters = |row: &Row| row.row.with(|row| row.key.len());
        list.folds
            .lines
            .with(|rows| rows.iter().map(letters).max().unwrap_or(0))
    });
    let arrows = move |event: leptos::ev::KeyboardEvent| {
        let plain = !(event.ctrl_key() || event.meta_key() || event.alt_key());
        match event.key().as_str() {
            "ArrowDown" if plain => list.step(true, event.shift_key()),
            "ArrowUp" if plain => list.step(false, event.shift_key()),
            "ArrowRight" if plain => across(&event, true),
            "ArrowLeft" if plain => across(&event, false),
            _ => return,
        }
        event.prevent_default();
    };
    view! {
        <ListKeys />
        <Waiting />
        <GroupZone />
        <div
            node_ref=grid
            role="grid"
            class="ii-list"
            class:tight=move || list.columns.with(|columns| is_tight(columns, list.room.get()))
            style:--cols=widths
            style:--long-keys=move || long_keys(longest_key.get())
            style:--gap=move || list.columns.with(|columns| gap(columns, list.room.get()))
            aria-label="Issues"
            aria-multiselectable="true"
            aria-busy=move || rows.page.busy.get().then_some("true")
            on:mouseenter=move |_| hovered.set(true)
            on:mouseleave=move |_| hovered.set(false)
            on:focusin=move |_| focused.set(true)
            on:focusout=move |_| focused.set(false)
            on:keydown=arrows
        >
            <div role="rowgroup">
                <Heads />
            </div>
            <div role="rowgroup" class:opacity-60=move || rows.page.busy.get() && rows.page.value.with(Option::is_some)>
                <For each=move || list.folds.blocks.get() key=Line::key let:line>
                    {match line {
                        Line::Head(at) => view! { <GroupHead at /> }.into_any(),
                        Line::Row(row, group) => view! { <OneRow row group /> }.into_any(),
                    }}
                </For>
            </div>
        </div>
        <For each=move || list.edits.states.get() key=|(id, _)| *id let:pair>
            {
                provide_context(pair.1);
                view! { <Merge /> }
            }
        </For>
    }
}

/// Counts what there is for columns, again when the window or what stands beside the list changes.
fn follow_the_room(list: List, grid: NodeRef<html::Div>) {
    let measure = move || {
        let Some(Some(grid)) = grid.try_get_untracked() else {
            return;
        };
        let inner = (grid.client_width() - INSET).max(0).unsigned_abs();
        let room = (!is_small()).then_some(inner);
        list.room
            .maybe_update(|now| std::mem::replace(now, room) != room);
    };
    grid.on_load(move |_| request_animation_frame(measure));
    let beside = Memo::new(move |_| list.listing.with(|listing| listing.look.peek.is_some()));
    Effect::watch(
        move || beside.get(),
        move |_, _, _| request_animation_frame(measure),
        false,
    );
    let resized = window_event_listener(leptos::ev::resize, move |_| measure());
    on_cleanup(move || resized.remove());
}

#[component]
fn OneRow(row: Row, group: Option<usize>) -> impl IntoView {
    let list = expect_context::<List>();
    let id = row.id;
    let key = {
        let row = row.row.clone();
        move || row.with(|row| row.key.clone())
    };
    let selected = Memo::new(move |_| list.selection.with(|selection| selection.has(id)));
    let editing = Memo::new(move |_| {
        let open = list.edits.open.get();
        let here = group.is_none() || list.group.get() == group;
        open.filter(|(row, _)| here && *row == id)
            .map(|(_, field)| field)
    });
    let pick = move |event: leptos::ev::MouseEvent| list.select(id, event.shift_key());
    let menu = Memo::new(move |_| {
        let here = group.is_none() || list.group.get() == group;
        here && list.menu.get() == Some(id)
    });
    let press = Press::on(list, id);
    let cell = move |column: Column| view! { <Cell row=row.clone() column editing menu /> };
    view! {
        <div
            role="row"
            data-row=id.to_string()
            class="ii-row ii-issue"
            class:at=move || list.cursor.get() == Some(id)
            class:sel=move || selected.get()
            class:live=move || list.rows.marked.with(|marked| marked.contains(&id))
            aria-selected=move || if selected.get() { "true" } else { "false" }
            on:pointerdown=move |event| press.begin(&event)
            on:pointermove=move |event| press.stray(&event)
            on:pointerup=move |_| press.end()
            on:pointercancel=move |_| press.end()
            on:click:capture=move |event| press.click(&event)
            on:contextmenu=move |event| press.menu(&event)
            on:focusin=move |_| {
                list.group.set(group);
                list.cursor.set(Some(id));
            }
        >
            <span role="gridcell" class="a-c">
                {(!list.is_past())
                    .then(|| {
                        view! {
                            <input
                                type="checkbox"
                                class="checkbox checkbox-sm checkbox-primary"
                                tabindex="-1"
                                aria-label=move || format!("Select {}", key())
                                prop:checked=move || selected.get()
                                on:click=pick
                            />
                        }
                    })}
            </span>
            {move || list.columns.get().into_iter().map(&cell).collect_view()}
        </div>
    }
}

/// "3 new", floating above the rows until it is pressed.
#[component]
fn Waiting() -> impl IntoView {
    let list = expect_context::<List>();
    let rows = list.rows;
    let count = Memo::new(move |_| {
        rows.waiting
            .with(|waiting| waiting.as_ref().map(|(_, count)| *count))
    });
    view! {
        <div class="ii-waiting" role="status">
            {move || {
                count.get().map(|count| {
                    view! {
                        <button type="button" class="ii-live" on:click=move |_| rows.show_waiting()>
                            <SmallIcon name=IconName::ArrowUp />
                            {format!("{count} new")}
                        </button>
                    }
                })
            }}
        </div>
    }
}

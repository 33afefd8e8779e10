//! Find or do anything: `Ctrl K`.

use super::Place;
use super::palette_items::{Deed, Item, issues, items, people};
use crate::components::glyph::{StatusGlyph, StatusLook};
use crate::components::icon::SmallIcon;
use crate::components::icon_paths::IconName;
use crate::components::pieces::Pieces;
use crate::state::{Keys, Loaded, session};
use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use std::time::Duration;

const PAUSE: Duration = Duration::from_millis(120);

/// The dialog and the key that opens it.
#[component]
pub fn Palette() -> impl IntoView {
    let place = expect_context::<Place>();
    let open = place.palette;
    let node = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let wanted = open.get();
        let Some(dialog) = node.get() else { return };
        if wanted && !dialog.open() {
            let _ = dialog.show_modal();
        } else if !wanted && dialog.open() {
            dialog.close();
        }
    });
    // Also while writing: the browser's own meaning of the key helps nobody here.
    let listener = window_event_listener(leptos::ev::keydown, move |event| {
        let chord = (event.ctrl_key() || event.meta_key()) && !event.alt_key();
        if chord && event.key().eq_ignore_ascii_case("k") && !event.shift_key() {
            event.prevent_default();
            open.update(|open| *open = !*open);
        }
    });
    on_cleanup(move || listener.remove());
    let ground = move |event: leptos::ev::MouseEvent| {
        let on_ground = node.get_untracked().is_some_and(|dialog| {
            let dialog: &web_sys::EventTarget = dialog.as_ref();
            event.target().as_ref() == Some(dialog)
        });
        if on_ground {
            open.set(false);
        }
    };
    view! {
        <dialog node_ref=node class="ii-dialog ii-palette" aria-label="Find or do anything" on:close=move |_| open.set(false) on:mousedown=ground>
            <Show when=move || open.get()>
                <Finder />
            </Show>
        </dialog>
    }
}

#[component]
fn Finder() -> impl IntoView {
    let place = expect_context::<Place>();
    let keys = expect_context::<Keys>();
    let session = session();
    let navigate = StoredValue::new(use_navigate());
    let typed = RwSignal::new(String::new());
    let settled = RwSignal::new(String::new());
    let at = RwSignal::new(0_usize);
    let turn = StoredValue::new(0_u32);
    let input = move |event| {
        typed.set(event_target_value(&event));
        at.set(0);
        let mine = turn.try_update_value(|turn| {
            *turn = turn.wrapping_add(1);
            *turn
        });
        set_timeout(
            move || {
                if turn.try_get_value() == mine {
                    settled.set(typed.get_untracked());
                }
            },
            PAUSE,
        );
    };
    let known = Loaded::keep(
        move || settled.get(),
        |typed| async move { Ok((typed.clone(), issues(typed).await?)) },
    );
    let folk = Loaded::keep(
        move || settled.get(),
        |typed| people(typed.trim().to_owned()),
    );
    let all = Memo::new(move |_| {
        let (asked, known) = known.value.get().unwrap_or_default();
        let folk = folk.value.get().unwrap_or_default();
        // Until the answer for these words is there, only what fits them too is shown: Enter must
        // never open what was found for other words.
        typed.with(|typed| {
            let mut known = known;
            known.retain(|issue| asked == *typed || issue.fits(typed));
            items(typed, known, folk, place, keys, session.is_admin())
        })
    });
    let choose = move |index: usize| {
        let Some(item) = all.with_untracked(|all| all.get(index).cloned()) else {
            return;
        };
        place.palette.set(false);
        match item.deed {
            Deed::Go(to) => {
                navigate.with_value(|navigate| navigate(&to, NavigateOptions::default()));
            }
            // Once the dialog is closed, so that the focus can go where the command puts it.
            Deed::Run(command) => request_animation_frame(move || keys.run(command)),
        }
    };
    let press = move |event: KeyboardEvent| {
        let count = all.with_untracked(Vec::len).max(1);
        match event.key().as_str() {
            "ArrowDown" => at.update(|at| *at = (*at + 1) % count),
            "ArrowUp" => at.update(|at| *at = (*at + count - 1) % count),
            "Enter" => choose(at.get_untracked()),
            _ => return,
        }
        event.prevent_default();
        let id = format!("palette-{}", at.get_untracked());
        if let Some(line) = document().get_element_by_id(&id) {
            line.scroll_into_view_with_bool(false);
        }
    };
    let field = NodeRef::<html::Input>::new();
    field.on_load(|field| {
        request_animation_frame(move || {
            let _ = field.focus();
        });
    });
    view! {
        <label class="flex items-center gap-3 border-b border-base-300 px-4 py-3">
            <SmallIcon name=IconName::Search />
            <input
                node_ref=field
                class="min-w-0 flex-1 bg-transparent text-base outline-none"
                type="text"
                role="combobox"
                aria-label="Words, a key, a name, or what to do"
                aria-expanded="true"
                aria-autocomplete="list"
                aria-controls="palette-list"
                aria-activedescendant=move || format!("palette-{}", at.get())
                placeholder="Words, a key, a name, or what to do"
                autocomplete="off"
                spellcheck="false"
                prop:value=move || typed.get()
                on:input=input
                on:keydown=press
            />
            <kbd class="kbd" aria-hidden="true">"Esc"</kbd>
        </label>
        <Show when=move || all.with(Vec::is_empty) && known.value.with(Option::is_some)>
            <p class="px-4 pt-3 text-sm text-ink-2">"Nothing is called that. Try a key, a name, or words of a title."</p>
        </Show>
        <div id="palette-list" role="listbox" aria-label="Results" class="max-h-[60vh] overflow-y-auto p-2">
            {move || groups(&all.get()).into_iter().map(|(name, lines)| {
                view! {
                    <div role="group" aria-label=name class="pb-1">
                        <p class="px-2 pt-1 pb-0.5 text-xs text-ink-3" role="presentation">{name}</p>
                        {lines
                            .into_iter()
                            .map(|(index, item)| view! { <Line index item at on_choose=Callback::new(choose) /> })
                            .collect_view()}
                    </div>
                }
            }).collect_view()}
        </div>
        <p class="flex gap-3 border-t border-base-300 px-4 py-2 text-xs text-ink-3">
            <span><kbd class="kbd">"↑"</kbd><kbd class="kbd">"↓"</kbd>" move"</span>
            <span><kbd class="kbd">"Enter"</kbd>" choose"</span>
            <span class="ml-auto" role="status">{move || all.with(|all| format!("{} results", all.len()))}</span>
        </p>
    }
}

fn groups(all: &[Item]) -> Vec<(&'static str, Vec<(usize, Item)>)> {
    let mut groups: Vec<(&'static str, Vec<(usize, Item)>)> = Vec::new();
    for (index, item) in all.iter().enumerate() {
        match groups.last_mut() {
            Some((name, lines)) if *name == item.group => lines.push((index, item.clone())),
            _ => groups.push((item.group, vec![(index, item.clone())])),
        }
    }
    groups
}

#[component]
fn Line(
    index: usize,
    item: Item,
    at: RwSignal<usize>,
    on_choose: Callback<usize>,
) -> impl IntoView {
    let mark = match &item.status {
        Some((category, _)) => {
            let look = StatusLook::plain(*category);
            view! { <span class=format!("ii-st {}", look.class())><StatusGlyph look /></span> }
                .into_any()
        }
        None => view! { <SmallIcon name=item.icon /> }.into_any(),
    };
    let is_key = matches!(item.deed, Deed::Run(_));
    let state = item.status.map(|(_, name)| name);
    view! {
        <div
            id=format!("palette-{index}")
            role="option"
            class="ii-opt cursor-pointer"
            class:bg-pick=move || at.get() == index
            aria-selected=move || if at.get() == index { "true" } else { "false" }
            on:mousemove=move |_| {
                if at.get_untracked() != index {
                    at.set(index);
                }
            }
            on:click=move |_| on_choose.run(index)
        >
            {mark}
            {item.key.map(|key| view! { <span class="ii-key shrink-0">{key}</span> })}
            <span class="min-w-0 truncate"><Pieces list=item.text /></span>
            {state.map(|name| view! { <span class="sr-only">{name}</span> })}
            <span class="ml-auto flex shrink-0 gap-1 text-xs text-ink-3">
                {item
                    .side
                    .into_iter()
                    .map(|word| {
                        let shown = if word == " " { "Space" } else { word };
                        if is_key {
                            view! { <kbd class="kbd">{shown}</kbd> }.into_any()
                        } else {
                            view! { <span>{shown}</span> }.into_any()
                        }
                    })
                    .collect_view()}
            </span>
        </div>
    }
}

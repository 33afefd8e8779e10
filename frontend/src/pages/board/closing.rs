//! A card came to a done column: it is complete, unless somebody says how else it ended.

use super::state::BoardState;
use crate::components::{IconName, SmallIcon};
use crate::model::facet::word;
use domain::issue::Resolution;
use leptos::prelude::*;
use std::time::Duration;

/// How long the question stands while nobody is at it.
const STAY: Duration = Duration::from_secs(12);

/// "How did it end?", below the board. It waits for nobody and asks once.
#[component]
pub fn Closing() -> impl IntoView {
    let state = expect_context::<BoardState>();
    let card = Memo::new(move |_| state.closed.get());
    let at_it = RwSignal::new(false);
    Effect::new(move |_| {
        if let Some(mine) = card.get() {
            at_it.set(false);
            expire(state, mine, at_it);
        }
    });
    view! {
        <div role="status">
            {move || {
                let card = card.get()?;
                let row = state.row(card)?;
                let key = state.key(card);
                let ended = Memo::new(move |_| row.with(|row| row.resolution));
                let choose = move |event| {
                    if let Ok(resolution) = event_target_value(&event).parse::<Resolution>() {
                        state.resolve(card, resolution);
                    }
                };
                let options = Resolution::ALL
                    .iter()
                    .map(|one| {
                        view! {
                            <option value=one.slug() selected=move || ended.get() == Some(*one)>
                                {word(one.slug())}
                            </option>
                        }
                    })
                    .collect_view();
                Some(
                    view! {
                        <div
                            class="ii-closing ii-pop"
                            on:focusin=move |_| at_it.set(true)
                            on:focusout=move |_| at_it.set(false)
                            on:mouseenter=move |_| at_it.set(true)
                            on:mouseleave=move |_| at_it.set(false)
                        >
                            <label class="flex items-center gap-2 text-sm">
                                <span class="whitespace-nowrap">{format!("How did {key} end?")}</span>
                                <select class="select select-xs w-44" on:change=choose>{options}</select>
                            </label>
                            <button
                                type="button"
                                class="btn btn-ghost btn-xs btn-square"
                                aria-label="Close the question"
                                on:click=move |_| state.closed.set(None)
                            >
                                <SmallIcon name=IconName::X />
                            </button>
                        </div>
                    },
                )
            }}
        </div>
    }
}

fn expire(state: BoardState, mine: uuid::Uuid, at_it: RwSignal<bool>) {
    set_timeout(
        move || {
            if state.closed.try_get_untracked().flatten() != Some(mine) {
                return;
            }
            if at_it.try_get_untracked() == Some(true) {
                expire(state, mine, at_it);
            } else {
                state.closed.set(None);
            }
        },
        STAY,
    );
}

//! Two people changed the same field: yours and theirs side by side. Nothing typed is lost.

use super::state::{Conflict, IssueState, Outcome};
use crate::api::ApiError;
use crate::components::{BusyButton, Dialog, ErrorNote};
use crate::model::change::Field;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The view that opens when a save met somebody else's.
#[component]
pub fn Merge() -> impl IntoView {
    let state = expect_context::<IssueState>();
    let open = RwSignal::new(false);
    Effect::new(move |_| open.set(state.conflict.with(Option::is_some)));
    Effect::new(move |_| {
        if !open.get() && state.conflict.with_untracked(Option::is_some) {
            go_back(state);
        }
    });
    view! {
        <Dialog open title="Somebody changed this meanwhile" id="merge-title">
            {move || state.conflict.get().map(|conflict| view! { <Choose conflict /> })}
        </Dialog>
    }
}

/// Closes the view; an editor behind it goes on, on top of what the other one wrote.
fn go_back(state: IssueState) {
    let conflict = state.conflict.get_untracked();
    state.conflict.set(None);
    if let Some(Conflict {
        back: Some(back),
        theirs,
        ..
    }) = conflict
    {
        back.run(theirs);
    }
}

#[component]
fn Choose(conflict: Conflict) -> impl IntoView {
    let state = expect_context::<IssueState>();
    let picks: Vec<(Field, RwSignal<bool>)> = conflict
        .fields
        .iter()
        .map(|field| (*field, RwSignal::new(true)))
        .collect();
    let busy = RwSignal::new(false);
    let error = RwSignal::new(None::<ApiError>);
    let can_go_back = conflict.back.is_some();
    let boxes = picks
        .iter()
        .map(|(field, mine)| {
            let field = *field;
            let yours = field.words(&field.asked(&conflict.patch).unwrap_or_default());
            let theirs = field.words(&field.of(&conflict.theirs.value));
            view! { <OneField field yours theirs mine=*mine /> }
        })
        .collect_view();
    let chosen = StoredValue::new(conflict);
    let save = Callback::new(move |()| {
        let conflict = chosen.get_value();
        let mut patch = conflict.patch.clone();
        for (field, mine) in &picks {
            if !mine.get_untracked() {
                field.leave(&mut patch);
            }
        }
        busy.set(true);
        error.set(None);
        spawn_local(async move {
            let outcome = if patch.is_empty() {
                Outcome::Saved
            } else {
                let theirs = conflict.theirs;
                state.send(patch, &theirs.value, theirs.etag).await
            };
            let _ = busy.try_set(false);
            match outcome {
                Outcome::Saved => {
                    let _ = state.conflict.try_set(None);
                    if let Some(settled) = conflict.settled {
                        let _ = settled.try_run(());
                    }
                }
                Outcome::Conflict(again) => {
                    let again = Conflict {
                        settled: conflict.settled,
                        back: conflict.back,
                        ..*again
                    };
                    let _ = state.conflict.try_set(Some(again));
                }
                Outcome::Failed(refused) => {
                    let _ = error.try_set(Some(refused));
                }
            }
        });
    });
    view! {
        <p class="text-sm text-ink-2">"Choose what shall stay. Fields that only one of you changed are kept as they are."</p>
        <ErrorNote error />
        <div class="flex flex-col gap-4">{boxes}</div>
        <div class="flex flex-wrap justify-end gap-2">
            {can_go_back
                .then(|| {
                    view! {
                        <button type="button" class="btn btn-sm btn-ghost" on:click=move |_| go_back(state)>
                            "Back to editing"
                        </button>
                    }
                })}
            <BusyButton busy on_click=save>"Save the choice"</BusyButton>
        </div>
    }
}

#[component]
fn OneField(field: Field, yours: String, theirs: String, mine: RwSignal<bool>) -> impl IntoView {
    let side = move |is_mine: bool, title: &'static str, text: String| {
        let name = format!("merge-{}", field.label());
        view! {
            <label
                class="flex min-w-0 flex-1 cursor-pointer flex-col gap-2 rounded-lg border p-3"
                class:border-primary=move || mine.get() == is_mine
                class:bg-pick=move || mine.get() == is_mine
                class:border-edge=move || mine.get() != is_mine
            >
                <span class="flex items-center gap-2 text-xs font-medium">
                    <input
                        type="radio"
                        class="radio radio-xs radio-primary"
                        name=name
                        prop:checked=move || mine.get() == is_mine
                        on:change=move |_| mine.set(is_mine)
                    />
                    {title}
                </span>
                <span class="max-h-60 overflow-y-auto text-sm wrap-anywhere whitespace-pre-wrap">{text}</span>
            </label>
        }
    };
    view! {
        <fieldset class="flex flex-col gap-2">
            <legend class="pb-2 text-sm font-semibold">{field.label()}</legend>
            <div class="flex flex-col gap-3 sm:flex-row">
                {side(true, "Yours", yours)} {side(false, "Theirs", theirs)}
            </div>
        </fieldset>
    }
}

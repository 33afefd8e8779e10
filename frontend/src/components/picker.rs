//! A list to choose from, with a field to find by: the content of a popover.

use crate::model::search::matches;
use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;

/// One thing to choose.
#[derive(Clone)]
pub struct Choice {
    /// What is handed back.
    pub value: String,
    /// What is searched, and read aloud.
    pub text: String,
    /// What is shown.
    pub view: ViewFn,
    /// Why it cannot be chosen now; it stays in sight with the reason.
    pub refused: Option<String>,
}

impl Choice {
    /// A choice shown as its words.
    #[must_use]
    pub fn plain(value: impl Into<String>, text: impl Into<String>) -> Self {
        let text = text.into();
        let shown = text.clone();
        Self {
            value: value.into(),
            text,
            view: ViewFn::from(move || shown.clone()),
            refused: None,
        }
    }

    /// A choice shown as something better.
    #[must_use]
    pub fn shown<V: IntoView + 'static>(
        value: impl Into<String>,
        text: impl Into<String>,
        view: impl Fn() -> V + Send + Sync + 'static,
    ) -> Self {
        Self {
            value: value.into(),
            text: text.into(),
            view: ViewFn::from(view),
            refused: None,
        }
    }

    /// The same, but not to be chosen, for this reason.
    #[must_use]
    pub fn refused(mut self, reason: impl Into<String>) -> Self {
        self.refused = Some(reason.into());
        self
    }
}

/// A field and a list. Arrow keys move, Enter chooses, digits choose the first nine.
#[component]
pub fn Picker(
    /// Id of the list; unique on the page.
    id: &'static str,
    /// What is chosen: "Status".
    label: &'static str,
    /// The choices.
    #[prop(into)]
    choices: Signal<Vec<Choice>>,
    /// The chosen ones.
    #[prop(into)]
    chosen: Signal<Vec<String>>,
    /// Called with the value.
    on_pick: Callback<String>,
    /// What to say when there is nothing to choose.
    #[prop(default = "Nothing matches.")]
    nothing: &'static str,
    /// What is typed, for those who look further than the choices given.
    #[prop(optional)]
    typed: Option<RwSignal<String>>,
) -> impl IntoView {
    let typed = typed.unwrap_or_else(|| RwSignal::new(String::new()));
    typed.set(String::new());
    let cursor = RwSignal::new(0_usize);
    let field = NodeRef::<html::Input>::new();
    field.on_load(|input| {
        request_animation_frame(move || {
            let _ = input.focus();
        });
    });
    let found = Memo::new_with_compare(
        move |_| {
            let typed = typed.get();
            choices
                .get()
                .into_iter()
                .filter(|choice| matches(&choice.text, &typed))
                .collect::<Vec<_>>()
        },
        |_, _| true,
    );
    let pick = move |index: usize| {
        let choice = found.with_untracked(|found| found.get(index).cloned());
        if let Some(choice) = choice.filter(|choice| choice.refused.is_none()) {
            on_pick.run(choice.value);
        }
    };
    let keys = move |event: KeyboardEvent| {
        let count = found.with_untracked(Vec::len);
        let digit = event
            .key()
            .parse::<usize>()
            .ok()
            .filter(|digit| (1..=9).contains(digit));
        match (event.key().as_str(), digit) {
            ("ArrowDown", _) => cursor.update(|at| *at = (*at + 1).min(count.saturating_sub(1))),
            ("ArrowUp", _) => cursor.update(|at| *at = at.saturating_sub(1)),
            ("Home", _) => cursor.set(0),
            ("End", _) => cursor.set(count.saturating_sub(1)),
            ("Enter", _) => pick(cursor.get_untracked()),
            (_, Some(digit)) if typed.with_untracked(String::is_empty) && digit <= count => {
                pick(digit - 1)
            }
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
        if let Some(at) = cursor.try_get_untracked() {
            keep_in_sight(id, &format!("{id}-{at}"));
        }
    };
    let option_id = move |index: usize| format!("{id}-{index}");
    let options = move || {
        let chosen = chosen.get();
        let quiet = typed.with(String::is_empty);
        found
            .get()
            .into_iter()
            .enumerate()
            .map(|(index, choice)| {
                let is_chosen = chosen.contains(&choice.value);
                let refused = choice.refused.clone();
                let can = refused.is_none();
                let side = match refused {
                    Some(reason) => reason,
                    None if is_chosen => "✓".into(),
                    None if quiet && index < 9 => (index + 1).to_string(),
                    None => String::new(),
                };
                view! {
                    <li
                        id=option_id(index)
                        role="option"
                        aria-selected=if is_chosen { "true" } else { "false" }
                        aria-disabled=(!can).then_some("true")
                        class="ii-opt"
                        class:at=move || cursor.get() == index
                        class:text-ink-3=!can
                        class:cursor-pointer=can
                        on:mousemove=move |_| {
                            if cursor.get_untracked() != index {
                                cursor.set(index);
                            }
                        }
                        on:click=move |_| pick(index)
                    >
                        <span class="flex min-w-0 items-center gap-2">{choice.view.run()}</span>
                        <span class="ml-auto shrink-0 text-xs text-ink-3" aria-hidden=can.then_some("true")>{side}</span>
                    </li>
                }
            })
            .collect_view()
    };
    view! {
        <div class="flex flex-col gap-1" on:keydown=keys>
            <input
                node_ref=field
                class="input input-xs h-8 w-full"
                role="combobox"
                aria-expanded="true"
                aria-autocomplete="list"
                aria-controls=id
                aria-activedescendant=move || found.with(|found| (!found.is_empty()).then(|| option_id(cursor.get())))
                aria-label=label
                placeholder=label
                autocomplete="off"
                spellcheck="false"
                prop:value=move || typed.get()
                on:input=move |event| {
                    typed.set(event_target_value(&event));
                    cursor.set(0);
                }
            />
            <ul id=id role="listbox" aria-label=label class="max-h-72 overflow-y-auto">
                {options}
            </ul>
            <Show when=move || found.with(Vec::is_empty)>
                <p class="px-2 py-1 text-sm text-ink-3" role="status">{nothing}</p>
            </Show>
        </div>
    }
}

/// Scrolls the list, and nothing else, until the option at the cursor is seen.
fn keep_in_sight(list: &str, option: &str) {
    let found = |id: &str| document().get_element_by_id(id);
    let Some((list, option)) = found(list).zip(found(option)) else {
        return;
    };
    let (seen, place) = (
        list.get_bounding_client_rect(),
        option.get_bounding_client_rect(),
    );
    let above = (seen.top() - place.top()).max(0.0);
    let below = (place.bottom() - seen.bottom()).max(0.0);
    #[expect(clippy::cast_possible_truncation, reason = "pixels on a screen")]
    list.set_scroll_top(list.scroll_top() + (below - above).round() as i32);
}

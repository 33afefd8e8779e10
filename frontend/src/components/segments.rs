//! A few choices side by side, one of them pressed.

use leptos::prelude::*;

/// One choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// What is handed back.
    pub value: String,
    /// The words.
    pub label: String,
}

impl Segment {
    /// A choice.
    #[must_use]
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            label: label.into(),
        }
    }
}

/// Buttons in a row; the pressed one has the ground of a choice.
#[component]
pub fn Segments(
    /// Name of the group.
    label: &'static str,
    /// The choices.
    #[prop(into)]
    segments: Signal<Vec<Segment>>,
    /// The pressed one.
    #[prop(into)]
    value: Signal<String>,
    /// Called with the new one.
    on_change: Callback<String>,
) -> impl IntoView {
    view! {
        <div class="join" role="group" aria-label=label>
            {move || {
                segments
                    .get()
                    .into_iter()
                    .map(|segment| {
                        let mine = segment.value.clone();
                        let pressed = Memo::new(move |_| value.get() == mine);
                        view! {
                            <button
                                type="button"
                                class="btn btn-xs btn-line join-item ii-segment h-7"
                                aria-pressed=move || if pressed.get() { "true" } else { "false" }
                                on:click=move |_| on_change.run(segment.value.clone())
                            >
                                {segment.label}
                            </button>
                        }
                    })
                    .collect_view()
            }}
        </div>
    }
}

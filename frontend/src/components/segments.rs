//! A few choices side by side, one of them pressed.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

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
    let group = NodeRef::<html::Div>::new();
    // Where they are more than there is room for, the pressed one is not out of sight.
    Effect::new(move |_| {
        value.track();
        segments.track();
        request_animation_frame(move || {
            if let Some(Some(group)) = group.try_get_untracked() {
                keep_in_sight(&group);
            }
        });
    });
    view! {
        <div node_ref=group class="join" role="group" aria-label=label>
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

/// Scrolls what is around the group, and nothing else, until the pressed one is seen.
fn keep_in_sight(group: &web_sys::HtmlElement) {
    let pressed = group.query_selector("[aria-pressed=true]").ok().flatten();
    let around = group.parent_element();
    let Some((pressed, around)) = pressed.zip(around) else {
        return;
    };
    let Ok(pressed) = pressed.dyn_into::<web_sys::HtmlElement>() else {
        return;
    };
    if around.scroll_width() <= around.client_width() {
        return;
    }
    let (seen, place) = (
        around.get_bounding_client_rect(),
        pressed.get_bounding_client_rect(),
    );
    let before = (seen.left() - place.left()).max(0.0);
    let beyond = (place.right() - seen.right()).max(0.0);
    #[expect(clippy::cast_possible_truncation, reason = "pixels on a screen")]
    around.set_scroll_left(around.scroll_left() + (beyond - before).round() as i32);
}

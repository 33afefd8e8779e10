//! Something drawn at the width it has: charts are never scaled, so their text stays readable.

use leptos::html;
use leptos::prelude::*;

/// Draws its children again whenever the width changed.
#[component]
pub fn Measured<F, V>(
    /// Classes of the place; give it the drawing's height, so that nothing jumps.
    #[prop(default = "")]
    class: &'static str,
    /// Draws at that width.
    children: F,
) -> impl IntoView
where
    F: Fn(f64) -> V + Send + Sync + 'static,
    V: IntoView + 'static,
{
    let node = NodeRef::<html::Div>::new();
    let width = RwSignal::new(0.0_f64);
    let measure = move || {
        let Some(Some(place)) = node.try_get_untracked() else {
            return;
        };
        let now = f64::from(place.client_width());
        if (width.get_untracked() - now).abs() > 0.5 {
            width.set(now);
        }
    };
    node.on_load(move |_| request_animation_frame(measure));
    let resized = window_event_listener(leptos::ev::resize, move |_| measure());
    on_cleanup(move || resized.remove());
    view! {
        <div node_ref=node class=format!("w-full min-w-0 {class}")>
            {move || {
                let width = width.get();
                (width > 0.0).then(|| children(width))
            }}
        </div>
    }
}

//! Rendered Markdown.

use crate::model::markdown;
use crate::state::Pictures;
use leptos::prelude::*;

/// Markdown as people read it. The renderer lets nothing through that could act, and shows the pictures
/// of the context.
#[component]
pub fn MarkdownView(#[prop(into)] source: Signal<String>) -> impl IntoView {
    let pictures = use_context::<Pictures>().unwrap_or_default();
    let html = move || source.with(|source| markdown::html(source, |id| pictures.shows(id)));
    view! { <div class="ii-prose" inner_html=html></div> }
}

//! Rendered Markdown.

use crate::model::markdown;
use leptos::prelude::*;

/// Markdown as people read it. The renderer lets nothing through that could act.
#[component]
pub fn MarkdownView(#[prop(into)] source: Signal<String>) -> impl IntoView {
    view! { <div class="ii-prose" inner_html=move || markdown::html(&source.get())></div> }
}

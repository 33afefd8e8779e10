//! Text with the words that were looked for.

use domain::search::Segment;
use leptos::prelude::*;

/// The pieces of a text; what was found is marked, and bold for those who see no ground.
#[component]
pub fn Pieces(list: Vec<Segment>) -> impl IntoView {
    list.into_iter()
        .map(|piece| {
            if piece.hit {
                view! { <mark class="ii-hit">{piece.text}</mark> }.into_any()
            } else {
                piece.text.into_any()
            }
        })
        .collect_view()
}

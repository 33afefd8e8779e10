//! The issue beside the list.

use super::List;
use crate::pages::issue::PeekIssue;
use leptos::prelude::*;

/// A panel at the right; the list stays live beside it.
#[component]
pub fn Peek() -> impl IntoView {
    let list = expect_context::<List>();
    let key = Memo::new(move |_| list.listing.with(|listing| listing.look.peek.clone()));
    let close = Callback::new(move |()| list.unpeek());
    move || {
        key.get().map(|key| {
            // A row on the screen and its panel are one issue: what changes in one shows in both.
            let row = list.folds.lines.with_untracked(|rows| {
                let same = |row: &&super::rows::Row| row.row.with_untracked(|row| row.key == key);
                rows.iter().find(same).cloned()
            });
            let known = row.map(|row| list.edits.of(&row));
            let name = format!("{key} beside the list");
            view! {
                <div class="ii-peek ii-pop" role="dialog" aria-label=name>
                    <PeekIssue key known on_close=close />
                </div>
            }
        })
    }
}

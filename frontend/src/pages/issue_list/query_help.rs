//! What the filter language knows, from its own table.

use crate::components::popover::Popover;
use crate::components::{IconName, SmallIcon};
use domain::filter::table::{FIELDS, WORDS};
use leptos::prelude::*;

/// A button that opens the table of fields with examples.
#[component]
pub fn QueryHelp() -> impl IntoView {
    let open = RwSignal::new(false);
    let rows = || {
        let words = WORDS.iter().copied();
        words.chain(FIELDS.iter().map(|row| (row.name, row.help, row.example)))
    };
    view! {
        <Popover
            open
            label=Some("What can be asked".to_owned())
            class="btn btn-ghost btn-xs btn-square h-7"
            panel_class="ii-float ii-pop w-[520px] p-3"
            trigger=|| view! { <SmallIcon name=IconName::CircleQuestionMark /> }
        >
            <div class="max-h-[60vh] overflow-y-auto text-sm" role="region" aria-label="What can be asked" tabindex="0">
                <p class="pb-2 text-ink-2">
                    "Words find titles, texts and comments. A field, a colon and values with commas narrow them; "
                    <code>"OR"</code> " , " <code>"-"</code> " and parentheses combine them. Anything else is text: paste an "
                    "error message or an address as it is."
                </p>
                <dl class="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
                    {rows()
                        .map(|(_, help, example)| {
                            view! {
                                <dt class="font-mono text-xs leading-5">{example}</dt>
                                <dd class="text-ink-2">{help}</dd>
                            }
                        })
                        .collect_view()}
                </dl>
            </div>
        </Popover>
    }
}

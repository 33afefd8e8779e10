//! A token that was just made: the only time that it is shown.

use super::Tokens;
use crate::components::{IconName, SmallIcon};
use crate::state::clipboard::copy;
use crate::state::toasts;
use leptos::html;
use leptos::prelude::*;

/// The token, to be copied. It stays until it is put away, whatever else is clicked.
#[component]
pub(super) fn Made(tokens: Tokens) -> impl IntoView {
    let toasts = toasts();
    move || {
        let made = tokens.made.get()?;
        let secret = made.token.unwrap_or_default();
        let field = NodeRef::<html::Input>::new();
        field.on_load(|input| {
            request_animation_frame(move || {
                let _ = input.focus();
                input.select();
            });
        });
        let text = secret.clone();
        let take = move |_| copy(toasts, text.clone(), "The token is copied.".into());
        Some(view! {
            <section class="flex flex-col gap-3 rounded-md border border-base-300 p-4" aria-labelledby="made-token-title">
                <h2 id="made-token-title" class="text-sm">{format!("Your new token: {}", made.made.name)}</h2>
                <p id="made-token-hint" class="flex items-start gap-2 text-sm">
                    <span class="mt-0.5 shrink-0 text-warning"><SmallIcon name=IconName::TriangleAlert /></span>
                    <span>
                        "Copy it now: it is not kept and cannot be shown again. Whoever has it may do what it may; keep it where passwords are kept."
                    </span>
                </p>
                <div class="flex gap-2 max-sm:flex-col">
                    <input
                        node_ref=field
                        class="input input-sm w-full font-mono text-xs"
                        type="text"
                        readonly
                        aria-label="The token"
                        aria-describedby="made-token-hint"
                        autocomplete="off"
                        spellcheck="false"
                        value=secret
                    />
                    <span class="flex shrink-0 gap-2">
                        <button type="button" class="btn btn-sm btn-primary" on:click=take>
                            <SmallIcon name=IconName::Copy />
                            "Copy"
                        </button>
                        <button type="button" class="btn btn-sm btn-line" on:click=move |_| tokens.made.set(None)>
                            "Done"
                        </button>
                    </span>
                </div>
            </section>
        })
    }
}

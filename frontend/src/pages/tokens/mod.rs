//! API tokens of an account: one's own in the settings, a program's on its page.

mod made;
mod make;

use crate::api;
use crate::components::confirm::Confirm;
use crate::components::skeleton::SkeletonRows;
use crate::components::{AsyncView, Icon, IconName, SmallIcon, Time};
use crate::state::{Loaded, clock, toasts};
use domain::token::{ApiToken, MadeToken};
use leptos::prelude::*;
use leptos::task::spawn_local;
use made::Made;
use make::Make;
use uuid::Uuid;

/// What the parts share.
#[derive(Clone, Copy)]
struct Tokens {
    /// Whose; one's own unless given.
    whose: Option<Uuid>,
    loaded: Loaded<Vec<ApiToken>>,
    making: RwSignal<bool>,
    /// The one that was just made, as long as it is shown.
    made: RwSignal<Option<MadeToken>>,
    chosen: RwSignal<Option<ApiToken>>,
    asking: RwSignal<bool>,
}

/// The tokens, a way to make one, and ways to revoke them.
#[component]
pub fn TokenPanel(
    /// Of that account; one's own unless given.
    #[prop(optional_no_strip)]
    whose: Option<Uuid>,
    /// Whether one can be made here: people make their own.
    #[prop(default = true)]
    makes: bool,
) -> impl IntoView {
    let toasts = toasts();
    let tokens = Tokens {
        whose,
        loaded: Loaded::keep(move || whose, api::tokens::all),
        making: RwSignal::new(false),
        made: RwSignal::new(None),
        chosen: RwSignal::new(None),
        asking: RwSignal::new(false),
    };
    let title = Signal::derive(move || {
        let name = tokens.chosen.get().map(|token| token.name);
        format!("Revoke the token {}?", name.unwrap_or_default())
    });
    let revoke = Callback::new(move |()| {
        let Some(token) = tokens.chosen.get_untracked() else {
            return;
        };
        spawn_local(async move {
            match api::tokens::revoke(whose, token.id).await {
                Ok(()) => toasts.done(format!("The token {} is revoked.", token.name)),
                Err(error) => toasts.failed("The token was not revoked.", &error),
            }
            tokens.loaded.reload();
        });
    });
    view! {
        <div class="flex max-w-2xl flex-col gap-4">
            <Made tokens />
            <Show when=move || makes>
                <div>
                    <button type="button" class="btn btn-sm btn-line" on:click=move |_| tokens.making.set(true)>
                        <SmallIcon name=IconName::Plus />
                        "New token"
                    </button>
                </div>
            </Show>
            <AsyncView
                loaded=tokens.loaded
                what="The list of tokens"
                loading="Loading tokens"
                skeleton=|| view! { <div class="-mx-4 lg:-mx-6"><SkeletonRows rows=3 /></div> }.into_any()
                let:list
            >
                <ul class="flex flex-col" aria-label="Tokens">
                    <For each=move || list.get() key=|token| (token.id, token.last_used_at) let:token>
                        <Row tokens token />
                    </For>
                </ul>
                <Show when=move || list.with(Vec::is_empty)>
                    <p class="text-sm text-ink-2">"No tokens."</p>
                </Show>
            </AsyncView>
        </div>
        <Make tokens />
        <Confirm
            open=tokens.asking
            title
            id="revoke-token-title"
            text="Programs that come with it are refused from their next request on, and their streams end. This cannot be undone."
            words="Revoke token"
            on_yes=revoke
        />
    }
}

#[component]
fn Row(tokens: Tokens, token: ApiToken) -> impl IntoView {
    let clock = clock();
    let ask = {
        let token = token.clone();
        move |_| {
            tokens.chosen.set(Some(token.clone()));
            tokens.asking.set(true);
        }
    };
    let expires_at = token.expires_at;
    let over = Memo::new(move |_| expires_at.is_some_and(|at| at <= clock.now()));
    let ends = expires_at.map(|at| {
        view! {
            {move || if over.get() { " · ended " } else { " · ends " }}
            <Time at sentence=true />
        }
    });
    let used = match token.last_used_at {
        Some(at) => view! { " · last used " <Time at sentence=true /> }.into_any(),
        None => " · never used".into_any(),
    };
    let place = match token.project {
        Some(key) => view! { "only " <span class="ii-key">{key}</span> }.into_any(),
        None => "all projects".into_any(),
    };
    view! {
        <li class="flex items-start gap-3 border-b border-base-300 py-3 last:border-0">
            <span class="mt-0.5 text-ink-3"><Icon name=IconName::KeyRound /></span>
            <div class="flex min-w-0 flex-col gap-1">
                <span class="flex flex-wrap items-center gap-x-2 gap-y-1 text-sm font-medium">
                    <span class="min-w-0 wrap-anywhere">{token.name.clone()}</span>
                    <span class="ii-key">{format!("{}…", token.prefix)}</span>
                    <Show when=move || over.get()>
                        <span class="badge badge-sm ii-pill c-backlog">"ended"</span>
                    </Show>
                </span>
                <span class="flex flex-wrap gap-x-2 gap-y-1 text-xs" aria-label="Scopes" role="group">
                    {token
                        .scopes
                        .iter()
                        .map(|scope| view! { <code class="ii-key text-ink-2" title=scope.phrase()>{scope.slug()}</code> })
                        .collect_view()}
                </span>
                <span class="text-xs text-ink-3">
                    {place} " · made " <Time at=token.created_at sentence=true /> {ends} {used}
                </span>
            </div>
            <button
                type="button"
                class="btn btn-sm btn-ghost ml-auto shrink-0 text-error"
                aria-label=format!("Revoke {}", token.name)
                on:click=ask
            >
                "Revoke"
            </button>
        </li>
    }
}

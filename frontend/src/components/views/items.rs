//! Lines of the menu of views.

use crate::components::{IconName, SmallIcon};
use crate::model::refusal::Refusal;
use crate::model::saved::{href, is_board};
use domain::view::View;
use leptos::prelude::*;

/// A view as a link.
#[component]
pub fn ViewItem(
    view: View,
    /// Whether it is the one that is shown.
    current: Signal<bool>,
) -> impl IntoView {
    let icon = if is_board(&view) {
        IconName::Columns3
    } else {
        IconName::List
    };
    let whose = view.shared.then_some("shared");
    view! {
        <a
            role="menuitemradio"
            aria-checked=move || if current.get() { "true" } else { "false" }
            href=href(&view)
        >
            <SmallIcon name=icon />
            <span class="min-w-0 truncate">{view.name.clone()}</span>
            {whose.map(|word| view! { <span class="ml-auto text-xs font-normal text-ink-3">{word}</span> })}
        </a>
    }
}

/// A deed; while it is refused, it has a lock, and its reason stands below the menu.
#[component]
pub fn Entry(
    icon: IconName,
    words: &'static str,
    #[prop(optional, into)] refused: Signal<Option<Refusal>>,
    on_click: Callback<()>,
) -> impl IntoView {
    let why = Memo::new(move |_| refused.get());
    let press = move |_| {
        if why.with_untracked(Option::is_none) {
            on_click.run(());
        }
    };
    view! {
        <button
            type="button"
            role="menuitem"
            class:text-ink-3=move || why.with(Option::is_some)
            aria-disabled=move || why.with(Option::is_some).then_some("true")
            title=move || why.get().map(|refusal| refusal.sentence)
            on:click=press
        >
            <SmallIcon name=icon />
            {words}
            {move || why.with(Option::is_some).then(|| view! { <span class="ml-auto"><SmallIcon name=IconName::Lock /></span> })}
        </button>
    }
}

/// Why some of the deeds above are refused, each reason once, with the way to its rule.
#[component]
pub fn Reasons(refused: Vec<Signal<Option<Refusal>>>) -> impl IntoView {
    move || {
        let mut all: Vec<Refusal> = Vec::new();
        for refusal in refused.iter().filter_map(Signal::get) {
            if !all.contains(&refusal) {
                all.push(refusal);
            }
        }
        let one = |refusal: Refusal| {
            let rule = refusal.rule();
            view! {
                <p class="px-2 pt-1 text-xs text-ink-3">{refusal.sentence}</p>
                {rule.map(|href| view! { <a role="menuitem" class="link" href=href>"See the rule"</a> })}
            }
        };
        all.into_iter().map(one).collect_view()
    }
}

//! Why may I not? What the reader may not do stays in sight, with the reason within reach of
//! pointer, keyboard and touch, and the way to the rule.

use super::icon::SmallIcon;
use super::icon_paths::IconName;
use super::popover::Popover;
use crate::model::refusal::Refusal;
use leptos::html;
use leptos::prelude::*;

const PANEL: &str = "ii-float ii-pop w-64 p-3";

/// A lock beside a control that is switched off; opens the reason. Nothing while it is allowed.
#[component]
pub fn Why(
    /// What is refused, read aloud: "Change the role".
    #[prop(into)]
    what: Signal<String>,
    /// Why, while it is.
    #[prop(into)]
    refused: Signal<Option<Refusal>>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let is_refused = Memo::new(move |_| refused.with(Option::is_some));
    view! {
        <Show when=move || is_refused.get()>
            <Popover
                open
                label=Signal::derive(move || Some(format!("{} (why not?)", what.get())))
                title=sentence_of(refused)
                class="btn btn-ghost btn-xs btn-square ii-why"
                panel_class=PANEL
                trigger=|| view! { <SmallIcon name=IconName::Lock /> }
            >
                <Panel refused />
            </Popover>
        </Show>
    }
}

/// A button; while it is refused, it opens the reason instead of acting.
#[component]
pub fn GuardedButton(
    /// Why it cannot be pressed now.
    #[prop(into)]
    refused: Signal<Option<Refusal>>,
    /// Classes of the button.
    #[prop(default = "btn btn-sm btn-line")]
    class: &'static str,
    /// Name of a button without words.
    #[prop(optional, into)]
    label: Signal<Option<String>>,
    /// The reason opens upwards, at the lower end of the window.
    #[prop(default = false)]
    upwards: bool,
    /// What it does.
    on_click: Callback<()>,
    /// What is on it.
    children: ChildrenFn,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let is_refused = Memo::new(move |_| refused.with(Option::is_some));
    let children = StoredValue::new(children);
    let named = move || label.get();
    let refused_name =
        Signal::derive(move || label.get().map(|label| format!("{label} (why not?)")));
    move || {
        if is_refused.get() {
            let words = move || {
                let has_words = label.with(Option::is_none);
                view! {
                    <span class="ii-refused">{children.with_value(|children| children())}</span>
                    {has_words
                        .then(|| view! { <span class="sr-only">"(why not?)"</span> <SmallIcon name=IconName::Lock /> })}
                }
            };
            view! {
                <Popover open label=refused_name title=sentence_of(refused) class panel_class=PANEL upwards trigger=words>
                    <Panel refused />
                </Popover>
            }
            .into_any()
        } else {
            view! {
                <button type="button" class=class aria-label=named title=named on:click=move |_| on_click.run(())>
                    {children.with_value(|children| children())}
                </button>
            }
            .into_any()
        }
    }
}

/// The reason in a line of text, with the way to the rule.
#[component]
pub fn Reason(refusal: Refusal) -> impl IntoView {
    let rule = refusal.rule();
    view! {
        {refusal.sentence}
        {rule.map(|href| view! { " " <a class="link whitespace-nowrap" href=href>"See the rule"</a> })}
    }
}

fn sentence_of(refused: Signal<Option<Refusal>>) -> Signal<Option<String>> {
    Signal::derive(move || {
        refused.with(|refused| refused.as_ref().map(|refusal| refusal.sentence.clone()))
    })
}

/// What opens. It takes the focus, so that it is read aloud and its link is one Tab away.
#[component]
fn Panel(refused: Signal<Option<Refusal>>) -> impl IntoView {
    let node = NodeRef::<html::Div>::new();
    node.on_load(|panel| {
        request_animation_frame(move || {
            let _ = panel.focus();
        });
    });
    view! {
        <div node_ref=node class="ii-reason text-left text-sm font-normal text-base-content" role="dialog" aria-label="Why not?" tabindex="-1">
            {move || refused.get().map(|refusal| view! { <Reason refusal /> })}
        </div>
    }
}

//! What is offered in the issue's menu and by a key, with a dialog of its own, and refused with its
//! reason.

use crate::api::Tagged;
use crate::components::{Dialog, IconName, SmallIcon};
use crate::model::moment::READ_ONLY;
use crate::model::refusal::{self, Refusal};
use crate::state::{Loaded, Session, on_command, session, toasts};
use domain::issue::Issue;
use domain::policy::Action;
use leptos::prelude::*;

/// Something that can be done with an issue as a whole.
#[derive(Clone, Copy)]
pub(super) struct Offer {
    /// The right that it takes.
    pub action: Action,
    /// Its command in the table of keys.
    pub command: &'static str,
    /// Its icon in the menu.
    pub icon: IconName,
    /// Its words in the menu.
    pub words: &'static str,
    /// Its key, as the menu shows it.
    pub key: &'static str,
}

/// Why it cannot be done with this issue; `None` while nothing is known of it. Tracked.
fn right_to(
    action: Action,
    session: Session,
    loaded: Loaded<Tagged<Issue>>,
    past: Signal<bool>,
) -> Option<Result<(), Refusal>> {
    let issue = loaded.value.get()?.value;
    let standing = session.standing(&issue.project)?;
    if past.get() {
        return Some(Err(Refusal::plain(READ_ONLY)));
    }
    let gone = || {
        let deleted = issue.deleted_at.is_some();
        deleted.then(|| Refusal::plain("It is deleted; restore it first."))
    };
    let refused = refusal::refused(standing.role, action);
    let refused = refused.map(|refusal| refusal.in_project(&issue.project));
    Some(refused.or_else(gone).map_or(Ok(()), Err))
}

/// The line in the issue's menu.
#[component]
pub(super) fn OfferItem(
    /// What is offered.
    offer: Offer,
    /// The issue.
    loaded: Loaded<Tagged<Issue>>,
    /// Whether the menu is open.
    menu: RwSignal<bool>,
    /// Whether the dialog is open.
    asking: RwSignal<bool>,
    /// Whether the issue is shown as it was.
    past: Signal<bool>,
) -> impl IntoView {
    let session = session();
    let right = Memo::new(move |_| right_to(offer.action, session, loaded, past));
    let why = move || right.get().and_then(Result::err);
    let allowed = move || matches!(right.get(), Some(Ok(())));
    view! {
        <button
            type="button"
            role="menuitem"
            class:text-ink-3=move || !allowed()
            aria-disabled=move || (!allowed()).then_some("true")
            title=move || why().map(|refusal| refusal.sentence)
            on:click=move |_| {
                if untrack(allowed) {
                    menu.set(false);
                    asking.set(true);
                }
            }
        >
            <SmallIcon name=offer.icon />
            {offer.words}
            <kbd class="kbd ml-auto">{offer.key}</kbd>
        </button>
        {move || {
            why().map(|refusal| {
                view! {
                    <p class="max-w-56 px-2 pb-1 text-xs text-ink-3">{refusal.sentence.clone()}</p>
                    {refusal.rule().map(|href| view! { <a role="menuitem" class="link" href=href>"See the rule"</a> })}
                }
            })
        }}
    }
}

/// The dialog, and the key that opens it.
#[component]
pub(super) fn OfferDialog(
    /// What is offered.
    offer: Offer,
    /// The issue.
    loaded: Loaded<Tagged<Issue>>,
    /// Whether it is open.
    asking: RwSignal<bool>,
    /// Whether the issue is shown as it was.
    past: Signal<bool>,
    /// Id of the dialog's title.
    id: &'static str,
    /// The title, from the issue's key.
    title: fn(&str) -> String,
    /// The form.
    children: ChildrenFn,
) -> impl IntoView {
    let session = session();
    let toasts = toasts();
    on_command(offer.command, move || {
        match untrack(|| right_to(offer.action, session, loaded, past)) {
            Some(Ok(())) => asking.set(true),
            Some(Err(refusal)) => toasts.refused(refusal.sentence),
            None => {}
        }
    });
    let key = Memo::new(move |_| {
        loaded
            .value
            .with(|issue| issue.as_ref().map(|issue| issue.value.key.clone()))
            .unwrap_or_default()
    });
    let title = Signal::derive(move || key.with(|key| title(key)));
    let children = StoredValue::new(children);
    view! {
        <Dialog open=asking title id=id>
            {children.with_value(|children| children())}
        </Dialog>
    }
}

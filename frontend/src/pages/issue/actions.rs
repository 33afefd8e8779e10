//! What can be done with the issue as a whole.

use super::duplicate::{MERGE, MergeDialog};
use super::offered::OfferItem;
use super::relocate::{MOVE, MoveDialog};
use crate::api::{self, Tagged};
use crate::components::menu::Menu;
use crate::components::popover::Popover;
use crate::components::{IconName, SmallIcon};
use crate::model::moment::READ_ONLY;
use crate::model::refusal::{self, Refusal};
use crate::state::clipboard::{self, copy};
use crate::state::{Loaded, on_command, session, toasts};
use domain::issue::Issue;
use domain::paths::page;
use domain::policy::Action;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

/// Copy, and more: in the bar of the page.
#[component]
pub fn BarActions(
    /// The issue.
    loaded: Loaded<Tagged<Issue>>,
    /// Whether it is shown as it was.
    past: Signal<bool>,
) -> impl IntoView {
    let toasts = toasts();
    let key = move || {
        loaded
            .value
            .with(|issue| issue.as_ref().map(|issue| issue.value.key.clone()))
    };
    let copy_key = move || {
        if let Some(key) = untrack(key) {
            copy(toasts, key.clone(), format!("{key} copied."));
        }
    };
    let copy_link = move || {
        if let Some(key) = untrack(key) {
            clipboard::copy_link(toasts, &key);
        }
    };
    on_command("copy_key", copy_key);
    on_command("copy_link", copy_link);
    let open = RwSignal::new(false);
    let (merging, moving) = (RwSignal::new(false), RwSignal::new(false));
    view! {
        <MergeDialog loaded asking=merging past />
        <MoveDialog loaded asking=moving past />
        <Show when=move || key().is_some()>
            <button type="button" class="btn btn-sm btn-ghost hidden sm:inline-flex" on:click=move |_| copy_link()>
                <SmallIcon name=IconName::Link />
                "Copy link"
            </button>
            <Popover
                open
                kind="menu"
                label=Some("More actions".to_owned())
                class="btn btn-sm btn-ghost btn-square"
                panel_class="ii-float ii-pop"
                trigger=|| view! { <SmallIcon name=IconName::Ellipsis /> }
            >
                <Menu label="Actions">
                    <button type="button" role="menuitem" on:click=move |_| { open.set(false); copy_key(); }>
                        <SmallIcon name=IconName::Copy />
                        "Copy key"
                        <kbd class="kbd ml-auto">"."</kbd>
                    </button>
                    <button type="button" role="menuitem" on:click=move |_| { open.set(false); copy_link(); }>
                        <SmallIcon name=IconName::Link />
                        "Copy link"
                        <kbd class="kbd ml-auto">"y"</kbd>
                    </button>
                    <OfferItem offer=MERGE loaded menu=open asking=merging past />
                    <OfferItem offer=MOVE loaded menu=open asking=moving past />
                    <DeleteItem loaded open past />
                </Menu>
            </Popover>
        </Show>
    }
}

#[component]
fn DeleteItem(
    loaded: Loaded<Tagged<Issue>>,
    open: RwSignal<bool>,
    past: Signal<bool>,
) -> impl IntoView {
    let session = session();
    let toasts = toasts();
    let navigate = use_navigate();
    let right = Memo::new(move |_| {
        let issue = loaded.value.get()?.value;
        let standing = session.standing(&issue.project)?;
        if past.get() {
            return Some(Err(Refusal::plain(READ_ONLY)));
        }
        let gone = || {
            let deleted = issue.deleted_at.is_some();
            deleted.then(|| Refusal::plain("It is deleted already."))
        };
        let refused = refusal::refused(standing.role, Action::DeleteIssue);
        let refused = refused.map(|refusal| refusal.in_project(&issue.project));
        Some(refused.or_else(gone).map_or(Ok(()), Err))
    });
    let why = move || right.get().and_then(Result::err);
    let allowed = move || matches!(right.get(), Some(Ok(())));
    let delete = Callback::new(move |()| {
        open.set(false);
        let Some(issue) = loaded.value.get_untracked() else {
            return;
        };
        let navigate = navigate.clone();
        spawn_local(async move {
            let key = issue.value.key.clone();
            match api::issues::delete(&key, issue.etag).await {
                Ok(()) => {
                    let back = navigate.clone();
                    toasts.undo(format!("{key} deleted."), move || {
                        let (key, back) = (key.clone(), back.clone());
                        spawn_local(async move {
                            match api::issues::restore(&key).await {
                                Ok(()) => {
                                    toasts.done(format!("{key} is back."));
                                    back(&page::issue(&key), NavigateOptions::default());
                                }
                                Err(error) => {
                                    toasts.failed(&format!("{key} is still deleted."), &error)
                                }
                            }
                        });
                    });
                    navigate(
                        &page::project_issues(&issue.value.project),
                        NavigateOptions::default(),
                    );
                }
                Err(error) => toasts.failed(&format!("{key} was not deleted."), &error),
            }
        });
    });
    view! {
        <div role="separator" class="my-1 border-t border-base-300"></div>
        <button
            type="button"
            role="menuitem"
            class="text-error"
            class:text-ink-3=move || !allowed()
            aria-disabled=move || (!allowed()).then_some("true")
            title=move || why().map(|refusal| refusal.sentence)
            on:click=move |_| {
                if untrack(allowed) {
                    delete.run(());
                }
            }
        >
            <SmallIcon name=IconName::Trash2 />
            "Delete"
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

/// Says that the issue is deleted, and brings it back.
#[component]
pub fn DeletedNote(
    /// Key of the issue.
    key: String,
    /// Reads the issue again.
    again: Callback<()>,
) -> impl IntoView {
    let toasts = toasts();
    let restore = move |_| {
        let key = key.clone();
        spawn_local(async move {
            match api::issues::restore(&key).await {
                Ok(()) => {
                    toasts.done(format!("{key} is back."));
                    let _ = again.try_run(());
                }
                Err(error) => toasts.failed(&format!("{key} is still deleted."), &error),
            }
        });
    };
    view! {
        <div class="ii-err items-center" role="status">
            <SmallIcon name=IconName::Trash2 />
            <span>"This issue is deleted. Leads see it and can bring it back."</span>
            <button type="button" class="btn btn-xs btn-line ml-auto h-7" on:click=restore>"Restore"</button>
        </div>
    }
}

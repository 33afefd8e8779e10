//! What a change of many issues would do, before it is done.

use super::List;
use super::bulk_apply::Deal;
use crate::components::skeleton::{AfterAMoment, SkeletonText};
use crate::components::{BusyButton, Dialog, ErrorNote, IconName, SmallIcon};
use crate::model::bulk::{Change, Outlook, issues};
use domain::bulk::BulkItem;
use domain::workflow::Workflow;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// The dialog; there while something is chosen.
#[component]
pub fn Preview(deal: Deal) -> impl IntoView {
    let open = RwSignal::new(false);
    Effect::new(move |_| open.set(deal.change.with(Option::is_some)));
    Effect::new(move |_| {
        if !open.get() && deal.change.with_untracked(Option::is_some) {
            deal.change.set(None);
            deal.outlook.set(None);
        }
    });
    let title = Signal::derive(move || {
        let words = deal
            .change
            .with(|change| change.as_ref().map(|(change, _)| change.words()));
        let mut letters = words.unwrap_or_default();
        if let Some(first) = letters.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        letters
    });
    view! {
        <Dialog open title id="bulk-preview">
            <ErrorNote error=deal.error />
            {move || match deal.outlook.get() {
                Some(outlook) => view! { <Told deal outlook open /> }.into_any(),
                None if deal.error.with(Option::is_some) => {
                    view! {
                        <div class="flex justify-end">
                            <button type="button" class="btn btn-sm btn-line" on:click=move |_| open.set(false)>"Close"</button>
                        </div>
                    }
                        .into_any()
                }
                None => {
                    view! { <AfterAMoment what="Looking what would change"><SkeletonText /></AfterAMoment> }.into_any()
                }
            }}
        </Dialog>
    }
}

#[component]
fn Told(deal: Deal, outlook: Outlook, open: RwSignal<bool>) -> impl IntoView {
    let list = expect_context::<List>();
    let Some((change, _)) = deal.change.get_untracked() else {
        return ().into_any();
    };
    let workflow = list.workflow();
    let (count, refused) = (outlook.changed.len(), outlook.refused.len());
    let (sentence, verb) = (outlook.sentence(&change), change.verb());
    let note = change.note().filter(|_| count > 0);
    let class = match change {
        Change::Delete => "btn btn-sm btn-error",
        _ => "btn btn-sm btn-primary",
    };
    let lines = {
        let stays = outlook
            .refused
            .into_iter()
            .map(|item| refused_line(&item).into_any());
        let goes = outlook.changed.into_iter();
        let goes = goes.map(|item| changed_line(&item, &change, workflow.as_ref()).into_any());
        stays.chain(goes).collect_view()
    };
    let words = match refused {
        0 => format!("{verb} {}", issues(count)),
        _ => format!("{verb} the other {count}"),
    };
    // Enter goes on.
    let end = NodeRef::<leptos::html::Div>::new();
    end.on_load(|end| {
        request_animation_frame(move || {
            let last = end.query_selector("button:last-of-type").ok().flatten();
            if let Some(last) = last.and_then(|last| last.dyn_into::<web_sys::HtmlElement>().ok()) {
                let _ = last.focus();
            }
        });
    });
    view! {
        <p class="text-sm" role="status">{sentence}</p>
        {note.map(|note| view! { <p class="text-xs text-ink-3">{note}</p> })}
        {(refused > 0)
            .then(|| view! { <p class="text-xs text-ink-3">"All change together or none does, so those that cannot are left out."</p> })}
        <ul class="flex max-h-72 flex-col overflow-y-auto text-sm" tabindex="0" aria-label="What would happen">{lines}</ul>
        <div node_ref=end class="flex justify-end gap-2">
            <button type="button" class="btn btn-sm btn-ghost" on:click=move |_| open.set(false)>
                {if count == 0 { "Close" } else { "Cancel" }}
            </button>
            {(count > 0)
                .then(|| {
                    view! {
                        <BusyButton busy=deal.busy class on_click=Callback::new(move |()| deal.carry_out())>{words}</BusyButton>
                    }
                })}
        </div>
    }
    .into_any()
}

fn changed_line(
    item: &BulkItem,
    change: &Change,
    workflow: Option<&Workflow>,
) -> impl IntoView + use<> {
    let (was, now) = (change.was(item, workflow), change.now());
    view! {
        <li class="ii-outlook">
            <span class="ii-key">{item.key.clone()}</span>
            <span class="truncate" title=item.title.clone()>{item.title.clone()}</span>
            <span class="text-ink-2">
                {(!was.is_empty()).then(|| format!("{was} → "))} <b class="font-medium">{now}</b>
            </span>
        </li>
    }
}

fn refused_line(item: &BulkItem) -> impl IntoView + use<> {
    view! {
        <li class="ii-outlook">
            <span class="ii-key">{item.key.clone()}</span>
            <span class="truncate" title=item.title.clone()>{item.title.clone()}</span>
            <span class="flex items-start gap-1 text-error">
                <span class="mt-0.5"><SmallIcon name=IconName::Lock /></span>
                {item.refused.clone()}
            </span>
        </li>
    }
}

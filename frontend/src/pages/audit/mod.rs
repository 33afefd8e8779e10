//! The audit log: who signed in, whose rights changed, what was taken out.

mod entry;
mod filters;
mod purge;

use crate::api;
use crate::components::skeleton::SkeletonRows;
use crate::components::{AsyncView, Empty, IconName, Page, SmallIcon};
use crate::model::audit_query::{AuditQuery, SIZE};
use crate::pages::not_allowed::NotAllowedPage;
use crate::state::{Loaded, session};
use domain::audit::AuditEntry;
use domain::page::Page as Part;
use domain::paths::{page, with_query};
use domain::policy::{Action, Ground, decide};
use entry::Entry;
use filters::Filters;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use purge::Purge;

/// What the parts of the page share.
#[derive(Clone, Copy)]
pub(super) struct Audit {
    /// What is asked.
    query: Memo<AuditQuery>,
    /// Asks something else.
    go: Callback<AuditQuery>,
    loaded: Loaded<Part<AuditEntry>>,
}

/// The page, for those who may see the log.
#[component]
pub fn AuditPage() -> impl IntoView {
    let session = session();
    let denied = Memo::new(move |_| {
        let role = session.account_role()?;
        decide(role, Action::SeeAudit, Ground::NONE).err()
    });
    move || match denied.get() {
        Some(denied) => view! { <NotAllowedPage denied /> }.into_any(),
        None => view! { <Log /> }.into_any(),
    }
}

#[component]
fn Log() -> impl IntoView {
    let params = use_query_map();
    let navigate = use_navigate();
    let query = Memo::new(move |_| params.with(|params| AuditQuery::read(|name| params.get(name))));
    let audit = Audit {
        query,
        go: Callback::new(move |to: AuditQuery| {
            let options = NavigateOptions {
                scroll: false,
                ..NavigateOptions::default()
            };
            navigate(&with_query(page::AUDIT, &to.write()), options);
        }),
        loaded: Loaded::keep(
            move || query.get(),
            |query| async move {
                api::audit::page(&query.filter(), SIZE, query.cursors.last().cloned()).await
            },
        ),
    };
    provide_context(audit);
    let asking = RwSignal::new(false);
    let csv = move || query.with(|query| api::audit::csv(&query.filter()));
    view! {
        <Page
            title="Audit log"
            actions=move || {
                view! {
                    <a class="btn btn-sm btn-ghost" href=csv rel="external" download="audit.csv" aria-label="Download as CSV">
                        <SmallIcon name=IconName::Download />
                        <span class="max-sm:hidden">"CSV"</span>
                    </a>
                    <button type="button" class="btn btn-sm btn-ghost" aria-label="Remove old entries" on:click=move |_| asking.set(true)>
                        <SmallIcon name=IconName::Trash2 />
                        <span class="max-sm:hidden">"Purge"</span>
                    </button>
                }
            }
        >
            <Filters />
            <AsyncView
                loaded=audit.loaded
                what="The audit log"
                loading="Loading the audit log"
                skeleton=|| view! { <SkeletonRows rows=12 /> }.into_any()
                let:part
            >
                <Entries part />
            </AsyncView>
        </Page>
        <Purge open=asking />
    }
}

#[component]
fn Entries(part: RwSignal<Part<AuditEntry>>) -> impl IntoView {
    let audit = expect_context::<Audit>();
    let nothing = move || {
        if audit.query.with(AuditQuery::is_filtered) {
            view! { <Empty icon=IconName::SearchX title="No entry matches" text="Take a part of the filter away, or look at other days." /> }
        } else {
            view! { <Empty icon=IconName::ScrollText title="Nothing yet" text="Sign-ins, changes of roles and exports are written down here." /> }
        }
    };
    let passed = move || audit.query.with(|query| query.cursors.len());
    let words = move || {
        let (shown, total) = part.with(|part| (part.items.len(), part.total));
        let before = passed() * usize::try_from(SIZE).unwrap_or(0);
        let of = if total.exact {
            total.count.to_string()
        } else {
            format!("more than {}", total.count)
        };
        match shown {
            0 => format!("0 of {of}"),
            _ => format!("{}–{} of {of}", before + 1, before + shown),
        }
    };
    let turn = move |change: fn(&mut AuditQuery, Option<String>)| {
        let mut to = audit.query.get_untracked();
        change(
            &mut to,
            part.with_untracked(|part| part.next_cursor.clone()),
        );
        audit.go.run(to);
        window().scroll_to_with_x_and_y(0.0, 0.0);
    };
    view! {
        <Show when=move || part.with(|part| !part.items.is_empty()) fallback=nothing>
            <ul class="flex flex-col" aria-label="Entries, newest first">
                <For each=move || part.get().items key=|entry| entry.id let:entry>
                    <Entry entry />
                </For>
            </ul>
            <nav class="flex flex-wrap items-center gap-3 px-4 py-3 text-sm text-ink-2 lg:px-6" aria-label="Pages of the log">
                <span role="status">{words}</span>
                <span class="join">
                    <button
                        type="button"
                        class="btn btn-sm btn-line join-item"
                        disabled=move || passed() == 0
                        on:click=move |_| turn(|query, _| _ = query.cursors.pop())
                    >
                        <SmallIcon name=IconName::ChevronLeft />
                        "Newer"
                    </button>
                    <button
                        type="button"
                        class="btn btn-sm btn-line join-item"
                        disabled=move || part.with(|part| part.next_cursor.is_none())
                        on:click=move |_| turn(|query, next| query.cursors.extend(next))
                    >
                        "Older"
                        <SmallIcon name=IconName::ChevronRight />
                    </button>
                </span>
            </nav>
        </Show>
    }
}

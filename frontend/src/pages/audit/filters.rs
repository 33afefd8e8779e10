//! What is asked of the log; each field goes to the address bar at once.

use super::Audit;
use crate::components::shell::Place;
use crate::model::audit_query::AuditQuery;
use chrono::NaiveDate;
use domain::audit::AuditKind;
use leptos::prelude::*;

/// The row of fields.
#[component]
pub(super) fn Filters() -> impl IntoView {
    let audit = expect_context::<Audit>();
    let place = expect_context::<Place>();
    let ask = move |change: Box<dyn FnOnce(&mut AuditQuery)>| {
        audit.go.run(audit.query.get_untracked().with(change));
    };
    let kind = move |event| {
        let kind = AuditKind::from_slug(&event_target_value(&event));
        ask(Box::new(move |query| query.kind = kind));
    };
    let project = move |event| {
        let key = event_target_value(&event);
        ask(Box::new(move |query| query.project = key));
    };
    let keys = move || {
        let known = place.projects.value.get().unwrap_or_default();
        let mut keys: Vec<String> = known.into_iter().map(|project| project.key).collect();
        // A purged project is gone from the list, but not from the log.
        let asked = audit.query.with(|query| query.project.clone());
        if !asked.is_empty() && !keys.contains(&asked) {
            keys.push(asked);
        }
        keys
    };
    view! {
        <div class="ii-sub ii-auditbar" role="search" aria-label="Filter the log">
            <label>
                "What"
                <select class="select select-sm" on:change=kind>
                    <option value="" prop:selected=move || audit.query.with(|query| query.kind.is_none())>"everything"</option>
                    {AuditKind::ALL
                        .iter()
                        .map(|kind| {
                            let kind = *kind;
                            view! {
                                <option value=kind.slug() prop:selected=move || audit.query.with(|query| query.kind == Some(kind))>
                                    {words(kind)}
                                </option>
                            }
                        })
                        .collect_view()}
                </select>
            </label>
            <TextField
                label="By"
                value=Signal::derive(move || audit.query.with(|query| query.actor.clone()))
                on_change=Callback::new(move |name: String| ask(Box::new(move |query| query.actor = name)))
            />
            <TextField
                label="Concerns"
                value=Signal::derive(move || audit.query.with(|query| query.target.clone()))
                on_change=Callback::new(move |name: String| ask(Box::new(move |query| query.target = name)))
            />
            <label>
                "Project"
                <select class="select select-sm" on:change=project>
                    <option value="" prop:selected=move || audit.query.with(|query| query.project.is_empty())>"any"</option>
                    {move || {
                        keys()
                            .into_iter()
                            .map(|key| {
                                let mine = key.clone();
                                view! {
                                    <option value=key.clone() prop:selected=move || audit.query.with(|query| query.project == mine)>
                                        {key.clone()}
                                    </option>
                                }
                            })
                            .collect_view()
                    }}
                </select>
            </label>
            <DayField
                label="From"
                value=Signal::derive(move || audit.query.with(|query| query.from))
                on_change=Callback::new(move |day| ask(Box::new(move |query| query.from = day)))
            />
            <DayField
                label="To"
                value=Signal::derive(move || audit.query.with(|query| query.to))
                on_change=Callback::new(move |day| ask(Box::new(move |query| query.to = day)))
            />
            <Show when=move || audit.query.with(AuditQuery::is_filtered)>
                <button type="button" class="btn btn-ghost btn-sm self-end" on:click=move |_| audit.go.run(AuditQuery::default())>
                    "Clear"
                </button>
            </Show>
        </div>
    }
}

/// "signed in", "changed the role of …".
fn words(kind: AuditKind) -> String {
    let phrase = kind.phrase();
    if phrase.ends_with(" of") {
        format!("{phrase} …")
    } else {
        phrase.to_owned()
    }
}

/// A user name.
#[component]
fn TextField(
    label: &'static str,
    value: Signal<String>,
    on_change: Callback<String>,
) -> impl IntoView {
    view! {
        <label>
            {label}
            <input
                class="input input-sm"
                placeholder="username"
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                prop:value=move || value.get()
                on:change=move |event| on_change.run(event_target_value(&event).trim().to_owned())
            />
        </label>
    }
}

#[component]
fn DayField(
    label: &'static str,
    value: Signal<Option<NaiveDate>>,
    on_change: Callback<Option<NaiveDate>>,
) -> impl IntoView {
    view! {
        <label>
            {label}
            <input
                type="date"
                class="input input-sm"
                title="Days begin at midnight UTC"
                prop:value=move || value.get().map(|day| day.to_string()).unwrap_or_default()
                on:change=move |event| on_change.run(event_target_value(&event).parse().ok())
            />
        </label>
    }
}

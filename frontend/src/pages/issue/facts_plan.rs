//! When and with what: size, versions, dates, parent.

use super::fact::Fact;
use super::fact_pickers::{ParentPicker, VersionPicker};
use super::quick::ValueEditor;
use super::state::IssueState;
use crate::api;
use crate::model::change::Field;
use crate::model::due::due_words;
use crate::model::listing::Listing;
use crate::state::{Loaded, clock, on_command};
use domain::paths::page;
use domain::policy::Action;
use leptos::prelude::*;

/// Its size.
#[component]
pub fn PointsFact() -> impl IntoView {
    let state = expect_context::<IssueState>();
    let open = RwSignal::new(false);
    let points = state.get(|issue| issue.story_points);
    let words = move || {
        points
            .get()
            .map_or_else(|| "–".to_owned(), |points| points.to_string())
    };
    view! {
        <Fact
            label="Points"
            open
            field=Field::Points
            right=Signal::derive(move || state.rights.may(Action::EditIssue))
            value=move || view! { <span class="num">{words}</span> }
        >
            <ValueEditor id="points" field=Field::Points open />
        </Fact>
    }
}

/// Where it was seen, and where it is remedied.
#[component]
pub fn VersionFacts() -> impl IntoView {
    let state = expect_context::<IssueState>();
    let one = move |field: Field| {
        let open = RwSignal::new(false);
        let value = state.get(move |issue| Some(field.of(issue)).filter(|name| !name.is_empty()));
        let words = move || value.get().unwrap_or_else(|| "–".to_owned());
        view! {
            <Fact
                label=field.label()
                open
                field
                right=Signal::derive(move || state.rights.may(Action::EditIssue))
                value=move || view! { {words} }
            >
                <VersionPicker field open />
            </Fact>
        }
    };
    view! { {one(Field::Affected)} {one(Field::Fixed)} }
}

/// Start and due date.
#[component]
pub fn DateFacts() -> impl IntoView {
    let state = expect_context::<IssueState>();
    let clock = clock();
    let due = RwSignal::new(false);
    on_command("edit_due", move || due.set(true));
    let one = move |field: Field| {
        let open = if field == Field::Due {
            due
        } else {
            RwSignal::new(false)
        };
        let shortcut = (field == Field::Due).then_some("d");
        let date = state.get(move |issue| {
            if field == Field::Due {
                issue.due_date
            } else {
                issue.start_date
            }
        });
        let is_open = state.get(|issue| issue.status.category.is_open());
        let words = move || {
            let Some(date) = date.get() else {
                return view! { <span>"–"</span> }.into_any();
            };
            let today = clock.now().date_naive();
            let late = field == Field::Due && date < today && is_open.get();
            let near = field == Field::Due && is_open.get();
            view! {
                {near.then(|| view! { <span class:text-error=late class:font-medium=late>{due_words(date, today)}</span> })}
                <span class=if near { "text-xs text-ink-3" } else { "" }>{date.format("%-d %b %Y").to_string()}</span>
            }
            .into_any()
        };
        let id = if field == Field::Due {
            "due-date"
        } else {
            "start-date"
        };
        view! {
            <Fact
                label=field.label()
                shortcut=shortcut
                open
                field
                right=Signal::derive(move || state.rights.may(Action::EditIssue))
                value=move || view! { {words} }
            >
                <ValueEditor id field open />
            </Fact>
        }
    };
    view! { {one(Field::Start)} {one(Field::Due)} }
}

/// The issue it is a part of.
#[component]
pub fn ParentFact() -> impl IntoView {
    let state = expect_context::<IssueState>();
    let open = RwSignal::new(false);
    let parent = state.get(|issue| issue.parent.clone());
    let title = Loaded::keep(
        move || (parent.get(), state.as_of.get()),
        |(key, as_of)| async move {
            let Some(key) = key else { return Ok(None) };
            let listing = Listing::read(None, &[("q".to_owned(), format!("key:{key}"))]);
            let page = api::issues::list(&listing.filter, 1, None, as_of).await?;
            Ok(page.items.into_iter().next().map(|row| row.title))
        },
    );
    view! {
        <Fact
            label="Parent"
            open
            field=Field::Parent
            right=Signal::derive(move || state.rights.may(Action::EditIssue))
            value=move || {
                view! {
                    {move || match parent.get() {
                        None => "–".into_any(),
                        Some(key) => {
                            let words = title.value.get().flatten();
                            view! {
                                <span class="ii-key shrink-0">{key}</span>
                                <span class="min-w-0 truncate">{words}</span>
                            }
                                .into_any()
                        }
                    }}
                }
            }
            beside=move || {
                view! {
                    {move || {
                        parent.get().map(|key| view! { <a class="link inline-flex min-h-6 items-center text-xs" href=page::issue(&key)>"Open"</a> })
                    }}
                }
            }
        >
            <ParentPicker open />
        </Fact>
    }
}

//! What is planned of a new issue: versions, size, dates, parent.

use super::new_issue::Report;
use crate::components::{Field, FieldNote};
use crate::model::report::Facts;
use domain::policy::{Action, Ground, decide};
use leptos::prelude::*;

const FIELDS: [&str; 6] = [
    "affected_version",
    "fixed_version",
    "story_points",
    "start_date",
    "due_date",
    "parent",
];

/// The fields, folded away until they are wanted; for those who plan.
#[component]
pub fn PlanFields() -> impl IntoView {
    let report = expect_context::<Report>();
    let plans = Memo::new(move |_| decide(report.role(), Action::EditIssue, Ground::NONE).is_ok());
    // What is wrong must be seen.
    let wrong = Memo::new(move |_| {
        report.error.with(|error| {
            let mut names = FIELDS.iter();
            error
                .as_ref()
                .is_some_and(|error| names.any(|name| error.field(name).is_some()))
        })
    });
    let open = move || wrong.get() || report.facts.with_untracked(Facts::has_plan);
    view! {
        <Show when=move || plans.get()>
            <details prop:open=open>
                <summary class="w-fit cursor-pointer py-1 text-sm font-medium">"Plan: versions, points, dates, parent"</summary>
                <div class="grid gap-x-4 gap-y-5 pt-3 sm:grid-cols-3">
                    <VersionField id="affected_version" label="Seen in" of=|facts| &mut facts.affected />
                    <VersionField id="fixed_version" label="Fixed in" of=|facts| &mut facts.fixed />
                    <Typed id="story_points" label="Points" kind="number" of=|facts| &mut facts.points />
                    <Typed id="start_date" label="Start" kind="date" of=|facts| &mut facts.start />
                    <Typed id="due_date" label="Due" kind="date" of=|facts| &mut facts.due />
                    <Typed id="parent" label="Key of the parent issue" of=|facts| &mut facts.parent />
                </div>
            </details>
        </Show>
    }
}

/// A field of the draft that is typed.
#[component]
fn Typed(
    id: &'static str,
    label: &'static str,
    #[prop(default = "text")] kind: &'static str,
    /// Where the draft keeps it.
    of: fn(&mut Facts) -> &mut String,
) -> impl IntoView {
    let report = expect_context::<Report>();
    let kept = Memo::new(move |_| report.facts.with(|facts| of(&mut facts.clone()).clone()));
    let value = RwSignal::new(kept.get_untracked());
    Effect::new(move |_| {
        let kept = kept.get();
        if value.with_untracked(|value| *value != kept) {
            value.set(kept);
        }
    });
    Effect::watch(
        move || value.get(),
        move |typed, _, _| {
            if kept.with_untracked(|kept| kept != typed) {
                report.facts.update(|facts| of(facts).clone_from(typed));
            }
        },
        false,
    );
    view! { <Field id label kind value error=report.wrong(id) /> }
}

/// One of the project's versions, or none.
#[component]
fn VersionField(
    id: &'static str,
    label: &'static str,
    /// Where the draft keeps it.
    of: fn(&mut Facts) -> &mut Option<String>,
) -> impl IntoView {
    let report = expect_context::<Report>();
    let error = report.wrong(id);
    let note = format!("{id}-note");
    let chosen = Memo::new(move |_| report.facts.with(|facts| of(&mut facts.clone()).clone()));
    let change = move |event| {
        let name = Some(event_target_value(&event)).filter(|name| !name.is_empty());
        report.facts.update(|facts| *of(facts) = name);
    };
    let options = move || {
        let chosen = chosen.get().unwrap_or_default();
        let versions = report.catalogue.versions.value.get().unwrap_or_default();
        let names = std::iter::once(String::new()).chain(versions.into_iter().map(|v| v.name));
        names
            .map(|name| {
                let selected = name == chosen;
                let words = if name.is_empty() {
                    "None".to_owned()
                } else {
                    name.clone()
                };
                view! { <option value=name selected=selected>{words}</option> }
            })
            .collect_view()
    };
    view! {
        <div class="flex flex-col gap-1">
            <label for=id class="text-xs text-ink-2">{label}</label>
            <select
                id=id
                class="select select-sm w-full"
                aria-invalid=move || error.get().is_some().then_some("true")
                aria-describedby=note.clone()
                on:change=change
            >
                {options}
            </select>
            <FieldNote id=note error />
        </div>
    }
}

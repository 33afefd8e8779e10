//! What a field of many issues becomes: a list to choose from, a value to type, or an issue to find.

use super::List;
use super::bulk_choices::{choices_for, chosen};
use crate::components::Field as TextField;
use crate::components::picker::{Choice, Picker};
use crate::model::bulk::Change;
use crate::model::change::Field;
use crate::pages::issue::Finder;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

/// The content of a popover for that field.
#[component]
pub fn Chooser(field: Field, on_choose: Callback<Change>) -> impl IntoView {
    match field {
        Field::Due | Field::Start | Field::Points => view! { <Typed field on_choose /> }.into_any(),
        Field::Parent => view! { <Parent on_choose /> }.into_any(),
        _ => view! { <Listed field on_choose /> }.into_any(),
    }
}

/// A list; a done status asks how they ended, too.
#[component]
fn Listed(field: Field, on_choose: Callback<Change>) -> impl IntoView {
    let list = expect_context::<List>();
    let ending = RwSignal::new(None::<Change>);
    let choices = Signal::derive(move || choices_for(list, field, ending.get().as_ref()));
    let pick = Callback::new(move |value: String| {
        let found = choices.with_untracked(|choices| {
            let chosen = choices.iter().find(|(choice, _)| choice.value == value);
            chosen.map(|(_, change)| change.clone())
        });
        match found {
            Some(Change::Status(status, None)) if !status.category.is_open() => {
                ending.set(Some(Change::Status(status, None)));
            }
            Some(change) => on_choose.run(change),
            None => {}
        }
    });
    let shown = Signal::derive(move || {
        let all = choices.get().into_iter();
        all.map(|(choice, _)| choice).collect::<Vec<_>>()
    });
    let nothing = move || {
        let of_project = matches!(
            field,
            Field::Status | Field::Labels | Field::Fixed | Field::Affected
        );
        match of_project && list.one_project().is_none() {
            true => "Nothing to choose: these issues are in several projects.",
            false => "Nothing of that name.",
        }
    };
    move || {
        let (id, label) = match ending.with(Option::is_some) {
            true => ("bulk-endings", "How did they end?"),
            false => ("bulk-choices", field.label()),
        };
        view! {
            <Picker
                id
                label
                choices=shown
                chosen=Signal::derive(move || chosen(list, field))
                on_pick=pick
                nothing=nothing()
            />
        }
    }
}

/// A day or a number.
#[component]
fn Typed(field: Field, on_choose: Callback<Change>) -> impl IntoView {
    let value = RwSignal::new(String::new());
    let error = RwSignal::new(None::<String>);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        match Change::typed(field, &value.get_untracked()) {
            Ok(change) => on_choose.run(change),
            Err(why) => error.set(Some(why)),
        }
    };
    let kind = match field {
        Field::Points => "number",
        _ => "date",
    };
    view! {
        <form class="flex flex-col gap-2 p-1.5" novalidate on:submit=submit>
            <TextField id="bulk-value" label=field.label() kind value error autofocus=true />
            <div class="flex justify-between gap-2">
                {Change::clearing(field)
                    .map(|(change, words)| {
                        view! {
                            <button type="button" class="btn btn-xs btn-ghost h-7" on:click=move |_| on_choose.run(change.clone())>
                                {words}
                            </button>
                        }
                    })}
                <button type="submit" class="btn btn-xs btn-line h-7">"Preview"</button>
            </div>
        </form>
    }
}

/// The issue that they become parts of, in their project.
#[component]
fn Parent(on_choose: Callback<Change>) -> impl IntoView {
    let list = expect_context::<List>();
    let Some(project) = list.one_project() else {
        return view! {
            <p class="px-2 py-1 text-sm text-ink-3" role="status">
                "Nothing to choose: these issues are in several projects."
            </p>
        }
        .into_any();
    };
    let none = || Change::clearing(Field::Parent).map(|(_, words)| Choice::plain("", words));
    let pick = Callback::new(move |key: String| {
        on_choose.run(Change::Parent(Some(key).filter(|key| !key.is_empty())));
    });
    view! {
        <Finder
            id="bulk-parent"
            label="Key or title of a parent"
            project=Some(project)
            first=Signal::derive(move || none().into_iter().collect::<Vec<_>>())
            on_pick=pick
        />
    }
    .into_any()
}

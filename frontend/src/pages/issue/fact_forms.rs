//! A small form in the place of a picker: a number, a day, a key.

use crate::components::IconName;
use crate::components::{Field, SmallIcon};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

/// One value. `take` says what is wrong with it, or takes it.
#[component]
pub fn ValueForm(
    /// Id of the control.
    id: &'static str,
    /// Its name.
    label: &'static str,
    /// `text`, `number`, `date`.
    #[prop(default = "text")]
    kind: &'static str,
    /// Closed when the value is taken.
    open: RwSignal<bool>,
    /// The present value.
    start: String,
    /// Takes the text; empty clears.
    take: Callback<String, Result<(), String>>,
) -> impl IntoView {
    let can_clear = !start.is_empty();
    let value = RwSignal::new(start);
    let error = RwSignal::new(None::<String>);
    let send = move |text: String| match take.run(text) {
        Ok(()) => open.set(false),
        Err(why) => error.set(Some(why)),
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        send(value.get_untracked().trim().to_owned());
    };
    view! {
        <form class="flex flex-col gap-2 p-1.5" novalidate on:submit=submit>
            <Field id label kind value error autofocus=true />
            <div class="flex justify-end gap-2">
                {can_clear
                    .then(|| {
                        view! {
                            <button type="button" class="btn btn-xs btn-ghost mr-auto h-7" on:click=move |_| send(String::new())>
                                <SmallIcon name=IconName::X />
                                "Clear"
                            </button>
                        }
                    })}
                <button type="submit" class="btn btn-xs btn-line h-7">"Save"</button>
            </div>
        </form>
    }
}

//! Finds an issue by its key or by words of its title: the content of a popover.

use super::relations::look;
use super::state::IssueState;
use crate::api;
use crate::components::marks::StatusMark;
use crate::components::picker::{Choice, Picker};
use crate::state::Loaded;
use domain::filter::words_of;
use domain::search::SearchHit;
use leptos::prelude::*;

/// What stands before the words of a new issue, in the value that is handed back.
pub const NEW: &str = "new:";

/// A field and what it finds.
#[component]
pub fn Finder(
    /// Id of the list; unique on the page.
    id: &'static str,
    /// What to type.
    label: &'static str,
    /// Only issues of that project.
    project: Option<String>,
    /// Whether the typed words may become a new issue.
    #[prop(default = false)]
    may_create: bool,
    /// Offered before anything is typed.
    #[prop(optional, into)]
    first: Signal<Vec<Choice>>,
    /// Called with the key, or with [`NEW`] and the title of a new one.
    on_pick: Callback<String>,
) -> impl IntoView {
    // The issue that is on the page is not found, when there is one.
    let state = use_context::<IssueState>();
    let typed = RwSignal::new(String::new());
    let found = Loaded::keep(
        move || typed.get().trim().to_owned(),
        move |words| {
            let project = project.clone();
            async move {
                if words_of(&words).is_empty() {
                    return Ok(Vec::new());
                }
                let page = api::search::find(&words, project.as_deref(), 8, None).await?;
                Ok(page.items)
            }
        },
    );
    let choices = Signal::derive(move || {
        let this = state.map(|state| state.shown.with(|issue| issue.key.clone()));
        let words = typed.get().trim().to_owned();
        let mut all = first.get();
        let known: Vec<String> = all.iter().map(|choice| choice.value.clone()).collect();
        let found = found.value.get().unwrap_or_default().into_iter();
        let others =
            found.filter(|hit| Some(&hit.key) != this.as_ref() && !known.contains(&hit.key));
        all.extend(others.map(|hit| choice(hit, &words)));
        if may_create && !words_of(&words).is_empty() {
            let shown = words.clone();
            all.push(Choice::shown(
                format!("{NEW}{words}"),
                words.clone(),
                move || view! { <span class="text-ink-3">"New:"</span> <span class="truncate">{shown.clone()}</span> },
            ));
        }
        all
    });
    view! {
        <Picker
            id
            label
            choices
            chosen=Vec::new()
            on_pick
            nothing="Type a key or words of a title."
            typed
        />
    }
}

/// The server decides what fits, also by words that are not in the title.
fn choice(hit: SearchHit, words: &str) -> Choice {
    let title: String = hit.title.iter().map(|piece| piece.text.as_str()).collect();
    let text = format!("{} {title} {words}", hit.key);
    let (key, status) = (hit.key.clone(), hit.status);
    Choice::shown(hit.key, text, move || {
        view! {
            <StatusMark look=look(&status, None) name=status.name.clone() />
            <span class="ii-key shrink-0">{key.clone()}</span>
            <span class="truncate">{title.clone()}</span>
        }
    })
}

//! What is read about an issue besides the issue: what happened, what was said, its files. The page
//! and the panel beside a list read it here, and show it in the same order.

use super::duplicate::MergeState;
use super::files::Files;
use super::life::Life;
use super::parts::Parts;
use super::relations::Relations;
use super::state::IssueState;
use super::talk::Conversation;
use crate::api::{self, Tagged};
use crate::model::moment::was_there;
use crate::state::{Destination, Loaded, Pictures, Uploads, live};
use domain::attachment::Attachment;
use domain::comment::Comment;
use domain::event::HistoryEntry;
use domain::issue::Issue;
use leptos::prelude::*;
use std::rc::Rc;
use web_sys::File;

/// Takes up the issue, now and whenever it is read again, for the parts below.
#[must_use]
pub fn follow(issue: RwSignal<Tagged<Issue>>, known: Option<IssueState>) -> IssueState {
    let state = known.unwrap_or_else(|| IssueState::of(RwSignal::new(issue.get_untracked())));
    state.look_at(issue.get_untracked());
    Effect::watch(
        move || issue.get(),
        move |now, _, _| state.look_at(now.clone()),
        false,
    );
    provide_context(state);
    provide_context(MergeState::of(state));
    state
}

/// Everything around the issue, read again whenever something happens to it.
#[derive(Clone)]
pub struct Around {
    /// What happened up to the moment that is looked at, oldest first.
    pub told: Signal<Vec<HistoryEntry>>,
    /// Takes files from wherever they are dropped, pasted or chosen.
    pub on_files: UnsyncCallback<Vec<File>>,
    history: Loaded<Vec<HistoryEntry>>,
    comments: Loaded<Vec<Comment>>,
    files: Loaded<Vec<Attachment>>,
}

impl Around {
    /// Of that issue.
    #[must_use]
    pub fn of(state: IssueState) -> Self {
        let live = live();
        let key = StoredValue::new(state.key());
        let follow = move || key.with_value(|key| live.issue(key));
        let history = Loaded::keep(follow, move |_| {
            let key = key.get_value();
            async move { api::issues::history(&key).await }
        });
        let comments = Loaded::keep(follow, move |_| {
            let key = key.get_value();
            async move { api::comments::list(&key).await }
        });
        let files = Loaded::keep(follow, move |_| {
            let key = key.get_value();
            async move { api::attachments::list(&key).await }
        });
        Pictures::provide(Signal::derive(move || {
            files.value.get().unwrap_or_default()
        }));
        let uploads = expect_context::<Uploads>();
        let on_files = UnsyncCallback::new(move |list: Vec<File>| {
            let to = Destination::Issue(key.get_value());
            uploads.send(&to, list, Rc::new(move |_| files.reload()));
        });
        let told = Signal::derive(move || {
            let as_of = state.as_of.get();
            let mut told = history.value.get().unwrap_or_default();
            told.retain(|entry| was_there(entry.at, as_of));
            told
        });
        Self {
            told,
            on_files,
            history,
            comments,
            files,
        }
    }
}

/// Below the text: files, life, conversation.
#[component]
pub fn Sections(
    /// What they show.
    around: Around,
) -> impl IntoView {
    let Around {
        told,
        on_files,
        history,
        comments,
        files,
    } = around;
    view! {
        <Files files on_files />
        <Parts />
        <Relations />
        <Life history=told />
        <Conversation comments history />
    }
}

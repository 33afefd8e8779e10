//! What the issue is to the reader: watched, voted for.

use super::duplicate::MergeState;
use super::state::IssueState;
use crate::api;
use crate::components::{GuardedButton, IconName, SmallIcon};
use crate::state::{Toasts, on_command, toasts};
use domain::issue::Issue;
use domain::policy::Action;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Puts watching or voting on the issue as it is shown.
fn put(issue: &mut Issue, what: &'static str, on: bool) {
    let (is, count) = if what == "watch" {
        (&mut issue.watching, &mut issue.watchers)
    } else {
        (&mut issue.voted, &mut issue.votes)
    };
    if *is != on {
        *is = on;
        *count += if on { 1 } else { -1 };
    }
}

fn flip(state: IssueState, toasts: Toasts, what: &'static str) {
    let key = state.key();
    let on = state.base.with_untracked(|base| {
        !if what == "watch" {
            base.value.watching
        } else {
            base.value.voted
        }
    });
    state.base.update(|base| put(&mut base.value, what, on));
    spawn_local(async move {
        if let Err(error) = api::relations::set(&key, what, on).await {
            let _ = state
                .base
                .try_update(|base| put(&mut base.value, what, !on));
            let said = match what {
                "watch" => "Watching is as it was.",
                _ => "Your vote is as it was.",
            };
            toasts.failed(said, &error);
        }
    });
}

/// The two buttons, with their counts.
#[component]
pub fn Personal() -> impl IntoView {
    let state = expect_context::<IssueState>();
    let toasts = toasts();
    let watching = state.get(|issue| (issue.watching, issue.watchers));
    let voted = state.get(|issue| (issue.voted, issue.votes));
    let merge = expect_context::<MergeState>();
    let merged = move || merge.refusal().map_or(Ok(()), Err);
    // Whoever watches may always stop, whatever their role.
    let may_watch = Memo::new(move |_| match watching.get().0 {
        true => state.rights.may(Action::SeeProject),
        false => state.rights.may(Action::Watch).and_then(|()| merged()),
    });
    // What was given to a duplicate may be taken back, but what is new belongs where it is merged.
    let may_vote = Memo::new(move |_| match voted.get().0 {
        true => state.rights.may(Action::Vote),
        false => state.rights.may(Action::Vote).and_then(|()| merged()),
    });
    on_command("watch", move || {
        if may_watch.get_untracked().is_ok() {
            flip(state, toasts, "watch");
        }
    });
    let words = |(on, count): (bool, i32), yes: &'static str, no: &'static str| {
        let word = if on { yes } else { no };
        if count > 0 {
            format!("{word} · {count}")
        } else {
            word.to_owned()
        }
    };
    view! {
        <div class="flex flex-wrap items-center gap-1">
            <GuardedButton
                refused=Signal::derive(move || may_watch.get().err())
                class="btn btn-xs btn-ghost h-7"
                on_click=Callback::new(move |()| flip(state, toasts, "watch"))
            >
                <SmallIcon name=IconName::Eye />
                {move || words(watching.get(), "Watching", "Watch")}
            </GuardedButton>
            <GuardedButton
                refused=Signal::derive(move || may_vote.get().err())
                class="btn btn-xs btn-ghost h-7"
                on_click=Callback::new(move |()| flip(state, toasts, "vote"))
            >
                <SmallIcon name=IconName::ArrowUp />
                {move || words(voted.get(), "Voted", "Vote")}
            </GuardedButton>
        </div>
    }
}

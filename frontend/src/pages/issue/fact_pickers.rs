//! Pickers that need to know more than a list of words.

use super::finder::Finder;
use super::state::IssueState;
use crate::components::choices;
use crate::components::picker::{Choice, Picker};
use crate::model::change::Field;
use crate::pages::issue_list::look_in;
use domain::issue::{IssuePatch, Resolution, StatusRef};
use domain::label::LabelRef;
use domain::workflow::Workflow;
use leptos::prelude::*;

/// Allowed steps first; the others stay in sight with the reason. A done status asks how it ended.
#[component]
pub fn StatusPicker(open: RwSignal<bool>) -> impl IntoView {
    let state = expect_context::<IssueState>();
    let closing = RwSignal::new(None::<StatusRef>);
    let current = state.get(|issue| issue.status.clone());
    let workflow = move || state.catalogue.workflow.value.get().flatten();
    let choices = Signal::derive(move || {
        workflow()
            .map(|workflow| steps(&workflow, &current.get()))
            .unwrap_or_default()
    });
    let go = move |status: StatusRef, resolution: Option<Resolution>| {
        open.set(false);
        let patch = IssuePatch {
            status: Some(status.slug.clone()),
            resolution,
            ..IssuePatch::default()
        };
        state.change(patch, move |issue| {
            let was_done = !issue.status.category.is_open();
            issue.resolution = match (status.category.is_open(), resolution) {
                (true, _) => None,
                (false, None) if was_done => issue.resolution,
                (false, chosen) => chosen.or(Some(Resolution::Complete)),
            };
            issue.status = status.clone();
        });
    };
    let pick = Callback::new(move |slug: String| {
        let now = current.get_untracked();
        if slug == now.slug {
            open.set(false);
            return;
        }
        let status = untrack(workflow).and_then(|workflow| {
            workflow.status(&slug).map(|status| StatusRef {
                slug: status.slug.clone(),
                name: status.name.clone(),
                category: status.category,
            })
        });
        match status {
            Some(status) if !status.category.is_open() && now.category.is_open() => {
                closing.set(Some(status))
            }
            Some(status) => go(status, None),
            None => open.set(false),
        }
    });
    let end = Callback::new(move |slug: String| {
        if let (Some(status), Ok(resolution)) =
            (closing.get_untracked(), slug.parse::<Resolution>())
        {
            go(status, Some(resolution));
        }
    });
    move || {
        match closing.get() {
        None => view! {
            <Picker
                id="statuses"
                label="Status"
                choices
                chosen=Signal::derive(move || vec![current.get().slug])
                on_pick=pick
            />
        }
        .into_any(),
        Some(_) => view! {
            <p class="px-2 py-1 text-xs text-ink-2">"How did it end?"</p>
            <Picker id="endings" label="Resolution" choices=choices::resolutions() chosen=vec![Resolution::Complete.slug().to_owned()] on_pick=end />
        }
        .into_any(),
    }
    }
}

fn steps(workflow: &Workflow, current: &StatusRef) -> Vec<Choice> {
    workflow
        .statuses
        .iter()
        .map(|status| {
            let choice = choices::status(status, look_in(workflow, &status.slug));
            if workflow.step(&current.slug, &status.slug).is_ok() {
                choice
            } else {
                choice.refused(format!("not from {}", current.name))
            }
        })
        .collect()
}

/// Me first, nobody, then everybody else.
#[component]
pub fn AssigneePicker(open: RwSignal<bool>) -> impl IntoView {
    let state = expect_context::<IssueState>();
    state.catalogue.want_people();
    let current = state.get(|issue| issue.assignee.clone());
    let choices = Signal::derive(move || {
        let rights = state.rights;
        let mut people = state.catalogue.people();
        people.extend(
            current
                .get()
                .filter(|user| !state.catalogue.people().iter().any(|p| p.id == user.id)),
        );
        people.sort_by_key(|user| Some(user.id) != rights.me.get());
        let refuse = |choice: Choice, whom| match rights.may_assign(whom) {
            Ok(()) => choice,
            Err(_) => choice.refused("not for your role"),
        };
        let mut all = vec![refuse(choices::nobody(""), None)];
        all.extend(
            people
                .iter()
                .map(|user| refuse(choices::person(user), Some(user.id))),
        );
        all
    });
    let pick = Callback::new(move |name: String| {
        open.set(false);
        let user = untrack(|| state.catalogue.people())
            .into_iter()
            .find(|user| user.username == name);
        let before = current
            .get_untracked()
            .map(|user| user.username)
            .unwrap_or_default();
        if name != before {
            assign(state, user);
        }
    });
    view! {
        <Picker
            id="assignees"
            label="Assignee"
            choices
            chosen=Signal::derive(move || vec![current.get().map(|user| user.username).unwrap_or_default()])
            on_pick=pick
            typed=state.catalogue.typed
        />
    }
}

/// Makes the reader the assignee, or nobody when they are it already.
pub fn take_or_leave(state: IssueState, me: domain::user::UserRef) -> super::rights::Right {
    let mine = state.shown.with_untracked(|issue| {
        let assignee = issue.assignee.as_ref();
        assignee.is_some_and(|user| user.id == me.id)
    });
    let whom = (!mine).then_some(me);
    untrack(|| state.rights.may_assign(whom.as_ref().map(|user| user.id)))?;
    assign(state, whom);
    Ok(())
}

/// Makes somebody, or nobody, the assignee.
fn assign(state: IssueState, user: Option<domain::user::UserRef>) {
    let patch = IssuePatch {
        assignee: Some(user.as_ref().map(|user| user.username.clone())),
        ..IssuePatch::default()
    };
    state.change(patch, move |issue| issue.assignee = user.clone());
}

/// Labels come and go with each choice; the list stays open.
#[component]
pub fn LabelPicker() -> impl IntoView {
    let state = expect_context::<IssueState>();
    let current = state.get(|issue| issue.labels.clone());
    let known = move || state.catalogue.labels.value.get().unwrap_or_default();
    let pick = Callback::new(move |name: String| {
        let mut labels = current.get_untracked();
        if let Some(at) = labels.iter().position(|label| label.name == name) {
            labels.remove(at);
        } else if let Some(label) = untrack(known).into_iter().find(|label| label.name == name) {
            labels.push(LabelRef {
                id: label.id,
                name: label.name,
                colour: label.colour,
            });
        }
        let patch = IssuePatch {
            labels: Some(labels.iter().map(|label| label.name.clone()).collect()),
            ..IssuePatch::default()
        };
        state.change(patch, move |issue| issue.labels = labels.clone());
    });
    view! {
        <Picker
            id="labels"
            label="Labels"
            choices=Signal::derive(move || choices::labels(&known()))
            chosen=Signal::derive(move || current.get().into_iter().map(|label| label.name).collect::<Vec<_>>())
            on_pick=pick
            nothing="This project has no such label."
        />
    }
}

/// One of the project's versions, or none.
#[component]
pub fn VersionPicker(field: Field, open: RwSignal<bool>) -> impl IntoView {
    let state = expect_context::<IssueState>();
    let current = state.get(move |issue| field.of(issue));
    let choices = Signal::derive(move || {
        let versions = state.catalogue.versions.value.get().unwrap_or_default();
        let mut all = vec![Choice::plain("", "None")];
        all.extend(
            versions
                .into_iter()
                .map(|version| Choice::plain(version.name.clone(), version.name)),
        );
        all
    });
    let pick = Callback::new(move |name: String| {
        open.set(false);
        if name == current.get_untracked() {
            return;
        }
        let value = Some(name).filter(|name| !name.is_empty());
        let mut patch = IssuePatch::default();
        if field == Field::Fixed {
            patch.fixed_version = Some(value.clone());
        } else {
            patch.affected_version = Some(value.clone());
        }
        state.change(patch, move |issue| {
            if field == Field::Fixed {
                issue.fixed_version = value.clone();
            } else {
                issue.affected_version = value.clone();
            }
        });
    });
    let id = if field == Field::Fixed {
        "fixed-versions"
    } else {
        "affected-versions"
    };
    view! {
        <Picker
            id
            label=field.label()
            choices
            chosen=Signal::derive(move || vec![current.get()])
            on_pick=pick
            nothing="This project has no such version."
        />
    }
}

/// An issue of the same project that it is a part of, or none.
#[component]
pub fn ParentPicker(open: RwSignal<bool>) -> impl IntoView {
    let state = expect_context::<IssueState>();
    let current = state.get(|issue| issue.parent.clone());
    let project = state.base.with_untracked(|base| base.value.project.clone());
    let first = Signal::derive(move || {
        let none = current.get().map(|_| Choice::plain("", "No parent"));
        none.into_iter().collect::<Vec<_>>()
    });
    let pick = Callback::new(move |key: String| {
        open.set(false);
        let value = Some(key).filter(|key| !key.is_empty());
        if value == current.get_untracked() {
            return;
        }
        let patch = IssuePatch {
            parent: Some(value.clone()),
            ..IssuePatch::default()
        };
        state.change(patch, move |issue| issue.parent = value.clone());
    });
    view! { <Finder id="parents" label="Key or title of the parent" project=Some(project) first on_pick=pick /> }
}

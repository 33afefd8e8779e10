//! What the selected rows can be given.

use super::List;
use super::facets::look_in;
use crate::components::choices;
use crate::components::picker::Choice;
use crate::model::bulk::Change;
use crate::model::change::Field;
use domain::issue::{Priority, Resolution, Severity, StatusRef};
use domain::label::LabelRef;
use leptos::prelude::*;

/// The choices and what each does; `ending` asks how a done status was reached. Tracked.
#[must_use]
pub fn choices_for(list: List, field: Field, ending: Option<&Change>) -> Vec<(Choice, Change)> {
    if let Some(Change::Status(status, _)) = ending {
        let each = Resolution::ALL.iter().zip(choices::resolutions());
        let change = |resolution| Change::Status(status.clone(), Some(resolution));
        return each
            .map(|(resolution, choice)| (choice, change(*resolution)))
            .collect();
    }
    match field {
        Field::Priority => {
            let each = Priority::ALL.iter().zip(choices::priorities());
            each.map(|(priority, choice)| (choice, Change::Priority(*priority)))
                .collect()
        }
        Field::Severity => {
            let each = Severity::ALL.iter().rev().zip(choices::severities());
            each.map(|(severity, choice)| (choice, Change::Severity(*severity)))
                .collect()
        }
        Field::Status => statuses(list),
        Field::Labels => labels(list),
        _ => people(list),
    }
}

/// Key of the project that all selected rows are of. Tracked.
fn project(list: List) -> Option<String> {
    let mut keys: Vec<String> = list
        .selected()
        .iter()
        .map(|row| row.row.with(|row| row.project.clone()))
        .collect();
    keys.dedup();
    match keys.as_slice() {
        [one] => Some(one.clone()),
        _ => None,
    }
}

fn statuses(list: List) -> Vec<(Choice, Change)> {
    let workflow = project(list)
        .and_then(|key| list.edits.catalogue(&key).workflow.value.get())
        .flatten();
    let Some(workflow) = workflow else {
        return Vec::new();
    };
    let one = |status: &domain::workflow::Status| {
        let change = StatusRef {
            slug: status.slug.clone(),
            name: status.name.clone(),
            category: status.category,
        };
        let choice = choices::status(status, look_in(&workflow, &status.slug));
        (choice, Change::Status(change, None))
    };
    workflow.statuses.iter().map(one).collect()
}

fn labels(list: List) -> Vec<(Choice, Change)> {
    let labels = project(list)
        .and_then(|key| list.edits.catalogue(&key).labels.value.get())
        .unwrap_or_default();
    let change = |label: &domain::label::Label| {
        Change::Label(LabelRef {
            id: label.id,
            name: label.name.clone(),
            colour: label.colour.clone(),
        })
    };
    let choices = choices::labels(&labels).into_iter();
    choices
        .zip(&labels)
        .map(|(choice, label)| (choice, change(label)))
        .collect()
}

fn people(list: List) -> Vec<(Choice, Change)> {
    list.catalogue.want_people();
    let mut all = vec![(choices::nobody(""), Change::Assignee(None))];
    let people = list.catalogue.people();
    let one = |user: domain::user::UserRef| (choices::person(&user), Change::Assignee(Some(user)));
    all.extend(people.into_iter().map(one));
    all
}

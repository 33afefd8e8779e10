//! What the selected rows can be given.

use super::List;
use super::facets::look_in;
use super::rows::Row;
use crate::components::choices;
use crate::components::issue_row::look_of;
use crate::components::marks::StatusMark;
use crate::components::picker::Choice;
use crate::model::bulk::Change;
use crate::model::change::Field;
use domain::issue::{IssueType, Priority, Resolution, Severity, StatusRef};
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
        Field::Type => {
            let each = IssueType::ALL.iter().zip(choices::types());
            each.map(|(kind, choice)| (choice, Change::Type(*kind)))
                .collect()
        }
        Field::Resolution => {
            let each = Resolution::ALL.iter().zip(choices::resolutions());
            each.map(|(how, choice)| (choice, Change::Resolution(*how)))
                .collect()
        }
        Field::Fixed | Field::Affected => versions(list, field),
        Field::Status => statuses(list),
        Field::Labels => labels(list),
        _ => people(list),
    }
}

fn statuses(list: List) -> Vec<(Choice, Change)> {
    let Some(workflow) = list.workflow() else {
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

/// The versions of their project, or none.
fn versions(list: List, field: Field) -> Vec<(Choice, Change)> {
    let Some(key) = list.one_project() else {
        return Vec::new();
    };
    let versions = list.edits.catalogue(&key).versions.value.get();
    let change = |name: String| match field {
        Field::Fixed => Change::Fixed(Some(name)),
        _ => Change::Affected(Some(name)),
    };
    let none = Change::clearing(field).map(|(change, words)| (Choice::plain("", words), change));
    let each = versions.unwrap_or_default().into_iter();
    let each = each.map(|version| {
        let choice = Choice::plain(version.name.clone(), version.name.clone());
        (choice, change(version.name))
    });
    none.into_iter().chain(each).collect()
}

/// Those of them that the others may repeat, when there are others. Tracked.
#[must_use]
pub fn originals(list: List) -> Vec<Choice> {
    let rows = list.selected();
    if rows.len() < 2 {
        return Vec::new();
    }
    let one = |row: &Row| {
        let row = row.row.get();
        let text = format!("{} {}", row.key, row.title);
        Choice::shown(row.key.clone(), text, move || {
            view! {
                <StatusMark look=look_of(&row) name=row.status.name.clone() />
                <span class="ii-key shrink-0">{row.key.clone()}</span>
                <span class="truncate">{row.title.clone()}</span>
            }
        })
    };
    rows.iter().map(one).collect()
}

/// A label that all of them have goes; any other comes.
fn labels(list: List) -> Vec<(Choice, Change)> {
    let labels = list
        .one_project()
        .and_then(|key| list.edits.catalogue(&key).labels.value.get())
        .unwrap_or_default();
    let choices = choices::labels(&labels).into_iter();
    choices
        .zip(&labels)
        .map(|(choice, label)| {
            let name = label.name.clone();
            match have(list, &name) {
                true => (choice, Change::NoLabel(name)),
                false => (choice, Change::Label(name)),
            }
        })
        .collect()
}

/// Whether all selected rows have that label. Tracked.
fn have(list: List, name: &str) -> bool {
    let has = |row: &Row| {
        row.row
            .with(|row| row.labels.iter().any(|label| label.name == name))
    };
    !list.all.get() && list.selected().iter().all(has)
}

/// The values of those that are so already, in the list of choices. Tracked.
#[must_use]
pub fn chosen(list: List, field: Field) -> Vec<String> {
    if field != Field::Labels {
        return Vec::new();
    }
    let all = labels(list).into_iter();
    all.filter(|(_, change)| matches!(change, Change::NoLabel(_)))
        .map(|(choice, _)| choice.value)
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

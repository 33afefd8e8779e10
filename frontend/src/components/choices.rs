//! Choices of a picker for the words of the domain.

use super::avatar::{NobodyHere, Person};
use super::glyph::{SeverityGlyph, StatusLook, severity_class};
use super::icon::SmallIcon;
use super::label_tag::LabelTag;
use super::marks::{PriorityTile, StatusText, priority_name, severity_name, type_icon, type_name};
use super::picker::Choice;
use crate::model::facet::word;
use domain::issue::{IssueType, Priority, Resolution, Severity};
use domain::label::{Label, LabelRef};
use domain::name::Name;
use domain::user::UserRef;
use domain::workflow::Status;
use leptos::prelude::*;
use uuid::Uuid;

/// All types.
#[must_use]
pub fn types() -> Vec<Choice> {
    let one = |kind: &IssueType| {
        let kind = *kind;
        Choice::shown(kind.slug(), type_name(kind), move || {
            view! { <SmallIcon name=type_icon(kind) /> {type_name(kind)} }
        })
    };
    IssueType::ALL.iter().map(one).collect()
}

/// All severities, the worst first.
#[must_use]
pub fn severities() -> Vec<Choice> {
    let one = |severity: &Severity| {
        let severity = *severity;
        Choice::shown(severity.slug(), severity_name(severity), move || {
            view! {
                <span class=format!("ii-st ii-sev {}", severity_class(severity))>
                    <SeverityGlyph severity />
                    {severity_name(severity)}
                </span>
            }
        })
    };
    Severity::ALL.iter().rev().map(one).collect()
}

/// All priorities, the most urgent first.
#[must_use]
pub fn priorities() -> Vec<Choice> {
    let one = |priority: &Priority| {
        let priority = *priority;
        let number = priority.number();
        let text = format!("P{number} {}", priority_name(number));
        Choice::shown(number.to_string(), text, move || {
            view! { <PriorityTile priority /> {priority_name(number)} }
        })
    };
    Priority::ALL.iter().map(one).collect()
}

/// All resolutions.
#[must_use]
pub fn resolutions() -> Vec<Choice> {
    let one = |resolution: &Resolution| Choice::plain(resolution.slug(), word(resolution.slug()));
    Resolution::ALL.iter().map(one).collect()
}

/// One status.
#[must_use]
pub fn status(status: &Status, look: StatusLook) -> Choice {
    let name = status.name.clone();
    Choice::shown(status.slug.clone(), status.name.clone(), move || {
        view! { <StatusText look name=name.clone() /> }
    })
}

/// Labels by their names.
#[must_use]
pub fn labels(labels: &[Label]) -> Vec<Choice> {
    let one = |label: &Label| {
        let shown = LabelRef {
            id: label.id,
            name: label.name.clone(),
            colour: label.colour.clone(),
        };
        Choice::shown(label.name.clone(), label.name.clone(), move || {
            view! { <LabelTag label=shown.clone() /> }
        })
    };
    labels.iter().map(one).collect()
}

/// What several projects call their statuses or labels, by what stands in a filter.
#[must_use]
pub fn names(names: Vec<Name>) -> Vec<Choice> {
    let one = |name: Name| {
        let text = name.name.clone();
        Choice::shown(name.value, name.name, move || {
            let text = text.clone();
            match (name.category, name.colour.clone()) {
                (Some(category), _) => {
                    view! { <StatusText look=StatusLook::plain(category) name=text /> }.into_any()
                }
                (None, Some(colour)) => {
                    let label = LabelRef {
                        id: Uuid::nil(),
                        name: text,
                        colour,
                    };
                    view! { <LabelTag label /> }.into_any()
                }
                (None, None) => text.into_any(),
            }
        })
    };
    names.into_iter().map(one).collect()
}

/// One person by the user name.
#[must_use]
pub fn person(user: &UserRef) -> Choice {
    let text = format!("{} {}", user.display_name, user.username);
    let shown = user.clone();
    Choice::shown(user.username.clone(), text, move || {
        view! { <Person user=shown.clone() /> }
    })
}

/// Nobody, under that value.
#[must_use]
pub fn nobody(value: &str) -> Choice {
    Choice::shown(value, "Nobody", || view! { <NobodyHere /> })
}

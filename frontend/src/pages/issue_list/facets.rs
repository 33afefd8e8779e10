//! What can be chosen for each field of the filter, and how chosen values read.

use super::List;
use crate::components::choices;
use crate::components::glyph::StatusLook;
use crate::components::marks::{StatusText, priority_name, severity_name, type_name};
use crate::components::picker::Choice;
use crate::components::shell::Place;
use crate::model::facet::{Facet, word};
use crate::model::query_edit::project;
use domain::filter::Query;
use domain::issue::{IssueType, Priority, Severity};
use domain::name::NameOf;
use domain::workflow::{Category, Workflow};
use leptos::prelude::*;

/// The fields that make sense here: stages stand in for the statuses of several projects.
#[must_use]
pub fn offered(in_project: bool, query: &Query) -> Vec<Facet> {
    let of_one = in_project || project(query).is_some();
    let fits = |facet: &Facet| match facet {
        Facet::Project => !in_project,
        Facet::Category => !of_one,
        _ => true,
    };
    Facet::ALL.into_iter().filter(fits).collect()
}

/// The choices of a field. Tracked.
#[must_use]
pub fn choices_of(facet: Facet, list: List, place: Place) -> Vec<Choice> {
    match facet {
        Facet::Project => projects(place),
        Facet::Status => match list.catalogue.workflow.value.get().flatten() {
            Some(workflow) => statuses(&workflow),
            None => choices::names(list.catalogue.names(NameOf::Status)),
        },
        Facet::Category => Category::ALL
            .iter()
            .map(|category| stage(*category))
            .collect(),
        Facet::Type => choices::types(),
        Facet::Severity => choices::severities(),
        Facet::Priority => choices::priorities(),
        Facet::Assignee => people(list, true),
        Facet::Reporter => people(list, false),
        Facet::Label => {
            let labels = list.catalogue.labels.value.get().unwrap_or_default();
            let mut all = choices::labels(&labels);
            all.extend(choices::names(list.catalogue.names(NameOf::Label)));
            all.push(Choice::plain("none", "Without a label"));
            all
        }
        Facet::Resolution => choices::resolutions(),
    }
}

/// What is typed to find one of a field's choices, for those that are looked up while somebody types.
#[must_use]
pub fn typed_for(facet: Facet, list: List) -> RwSignal<String> {
    let of = match facet {
        Facet::Status => NameOf::Status,
        Facet::Label => NameOf::Label,
        _ => return list.catalogue.typed,
    };
    list.catalogue.want_names(of, None);
    list.catalogue.begun
}

/// How a value reads. Tracked.
#[must_use]
pub fn words(facet: Facet, value: &str, list: List) -> String {
    match facet {
        Facet::Severity => value
            .parse::<Severity>()
            .map_or_else(|_| word(value), |s| severity_name(s).to_lowercase()),
        Facet::Type => value
            .parse::<IssueType>()
            .map_or_else(|_| word(value), |t| type_name(t).to_lowercase()),
        Facet::Priority => value.parse::<Priority>().map_or_else(
            |_| value.to_owned(),
            |p| {
                format!(
                    "P{} {}",
                    p.number(),
                    priority_name(p.number()).to_lowercase()
                )
            },
        ),
        Facet::Status => {
            let workflow = list.catalogue.workflow.value.get().flatten();
            let status = workflow
                .as_ref()
                .and_then(|workflow| workflow.status(value));
            status.map_or_else(|| word(value), |status| status.name.clone())
        }
        Facet::Assignee | Facet::Reporter => match value {
            "@me" => "me".into(),
            "none" => "nobody".into(),
            name => name.to_owned(),
        },
        Facet::Label if value == "none" => "none".into(),
        Facet::Project | Facet::Label => value.to_owned(),
        Facet::Category | Facet::Resolution => word(value).to_lowercase(),
    }
}

/// The look of a status of that workflow.
#[must_use]
pub fn look_in(workflow: &Workflow, slug: &str) -> StatusLook {
    let category = workflow
        .status(slug)
        .map_or(Category::Backlog, |status| status.category);
    let first = workflow
        .statuses
        .iter()
        .find(|status| status.category == Category::Active);
    StatusLook {
        category,
        late: category == Category::Active && first.is_some_and(|first| first.slug != slug),
        dropped: false,
    }
}

fn statuses(workflow: &Workflow) -> Vec<Choice> {
    workflow
        .statuses
        .iter()
        .map(|status| choices::status(status, look_in(workflow, &status.slug)))
        .collect()
}

fn stage(category: Category) -> Choice {
    let name = word(category.slug());
    Choice::shown(category.slug(), name.clone(), move || {
        view! { <StatusText look=StatusLook::plain(category) name=name.clone() /> }
    })
}

fn projects(place: Place) -> Vec<Choice> {
    let projects = place.projects.value.get().unwrap_or_default();
    projects
        .into_iter()
        .map(|project| {
            let shown = (project.name.clone(), project.key.clone());
            Choice::shown(
                project.key.clone(),
                format!("{} {}", project.key, project.name),
                move || {
                    let (name, key) = shown.clone();
                    view! { <span class="truncate">{name}</span> <span class="ii-key">{key}</span> }
                },
            )
        })
        .collect()
}

fn people(list: List, may_be_nobody: bool) -> Vec<Choice> {
    list.catalogue.want_people();
    let mut all = vec![Choice::plain("@me", "Me")];
    if may_be_nobody {
        all.push(choices::nobody("none"));
    }
    all.extend(list.catalogue.people().iter().map(choices::person));
    all
}

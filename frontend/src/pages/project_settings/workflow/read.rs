//! The statuses of a project and the steps between them, to read.

use crate::components::glyph::StatusLook;
use crate::components::marks::StatusText;
use domain::workflow::{Category, Workflow};
use leptos::prelude::*;

/// Each status with its meaning and the ways out of it.
#[component]
pub(super) fn ReadTable(workflow: Workflow) -> impl IntoView {
    view! {
        <div class="overflow-x-auto" tabindex="0" role="region" aria-label="Workflow, scrolls sideways">
            <table class="table table-sm max-w-4xl">
                <caption class="sr-only">"Statuses and the steps between them"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Status"</th>
                        <th scope="col">"Means"</th>
                        <th scope="col" class="num">"Limit"</th>
                        <th scope="col">"Leads to"</th>
                    </tr>
                </thead>
                <tbody>{rows(&workflow)}</tbody>
            </table>
        </div>
    }
}

/// How each status looks: the second active one is fuller than the first.
fn looks(workflow: &Workflow) -> Vec<StatusLook> {
    let mut active = 0;
    workflow
        .statuses
        .iter()
        .map(|status| {
            let late = status.category == Category::Active && active > 0;
            active += usize::from(status.category == Category::Active);
            StatusLook {
                late,
                ..StatusLook::plain(status.category)
            }
        })
        .collect()
}

fn rows(workflow: &Workflow) -> impl IntoView + use<> {
    let looks = looks(workflow);
    let look_of = |slug: &str| {
        let at = workflow
            .statuses
            .iter()
            .position(|status| status.slug == slug);
        at.and_then(|at| looks.get(at).copied())
    };
    workflow
        .statuses
        .iter()
        .map(|status| {
            let next: Vec<_> = workflow
                .next(&status.slug)
                .into_iter()
                .filter_map(|to| look_of(&to.slug).map(|look| (look, to.name.clone())))
                .collect();
            let look = look_of(&status.slug).unwrap_or(StatusLook::plain(status.category));
            view! {
                <tr>
                    <td class="font-medium"><StatusText look name=status.name.clone() /></td>
                    <td class="text-ink-2">{status.category.slug()}</td>
                    <td class="num text-ink-2">{status.wip_limit.map_or_else(|| "–".to_owned(), |limit| limit.to_string())}</td>
                    <td>
                        <span class="flex flex-wrap gap-x-4 gap-y-1">
                            {next
                                .into_iter()
                                .map(|(look, name)| view! { <StatusText look name /> })
                                .collect_view()}
                        </span>
                    </td>
                </tr>
            }
        })
        .collect_view()
}

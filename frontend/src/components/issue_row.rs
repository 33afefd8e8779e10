//! One issue as a row of a list: one line on wide screens, two on small ones.

use super::avatar::Avatar;
use super::glyph::StatusLook;
use super::icon::SmallIcon;
use super::icon_paths::IconName;
use super::label_tag::LabelTag;
use super::life_line::LifeLine;
use super::marks::{PriorityTile, SeverityPill, StatusMark, TypeMark};
use super::time::Time;
use crate::state::clock;
use domain::issue::{IssueRow, Resolution};
use domain::paths::page;
use domain::workflow::Category;
use leptos::prelude::*;

/// How a row's status looks, as far as a row knows.
#[must_use]
pub fn look_of(row: &IssueRow) -> StatusLook {
    StatusLook {
        category: row.status.category,
        late: row.status.category == Category::Active && row.status.slug.contains("review"),
        dropped: row.resolution.is_some_and(|r| r != Resolution::Complete),
    }
}

/// That it is blocked, and how far its parts are; nothing where there is nothing to say.
#[must_use]
pub fn plan_marks(row: &IssueRow) -> impl IntoView + use<> {
    let parts = row.sub_issues;
    let blocked = row.blocked && row.status.category.is_open();
    view! {
        {blocked.then(|| view! { <span class="shrink-0 text-xs text-error">"blocked"</span> })}
        {(parts.total > 0)
            .then(|| {
                let words = format!("{} of {} sub-issues done", parts.done, parts.total);
                let title = words.clone();
                view! {
                    <span class="num inline-flex shrink-0 items-center gap-0.5 text-xs text-ink-3" title=title>
                        <SmallIcon name=IconName::Layers />
                        <span aria-hidden="true">{format!("{}/{}", parts.done, parts.total)}</span>
                        <span class="sr-only">{words}</span>
                    </span>
                }
            })}
    }
}

/// The cells of a row; the row itself (`ii-row ii-issue`) is the list's.
#[component]
pub fn IssueCells(
    /// The issue.
    #[prop(into)]
    row: Signal<IssueRow>,
) -> impl IntoView {
    let clock = clock();
    let overdue = move || {
        let today = clock.now().date_naive();
        row.with(|row| row.status.category.is_open() && row.due_date.is_some_and(|due| due < today))
    };
    view! {
        <span role="gridcell" class="a-p">{move || view! { <PriorityTile priority=row.get().priority /> }}</span>
        <span role="gridcell" class="a-k ii-key">{move || row.get().key}</span>
        <span role="gridcell" class="a-s">
            {move || row.with(|row| view! { <StatusMark look=look_of(row) name=row.status.name.clone() /> })}
        </span>
        <span role="gridcell" class="a-t flex min-w-0 items-center gap-2">
            {move || view! { <TypeMark kind=row.get().type_ /> }}
            <a class="t" href=move || page::issue(&row.get().key)>{move || row.get().title}</a>
            {move || row.with(plan_marks)}
            <Show when=overdue>
                <span class="shrink-0 text-xs text-error">"overdue"</span>
            </Show>
            <span class="hidden shrink-0 gap-1 xl:flex">
                {move || row.get().labels.into_iter().take(3).map(|label| view! { <LabelTag label /> }).collect_view()}
            </span>
        </span>
        <span role="gridcell" class="a-l">{move || view! { <LifeLine life=row.get().life /> }}</span>
        <span role="gridcell" class="a-v">{move || view! { <SeverityPill severity=row.get().severity /> }}</span>
        <span role="gridcell" class="a-n num text-ink-2">
            {move || row.get().story_points.map_or_else(|| "–".to_owned(), |points| points.to_string())}
        </span>
        <span role="gridcell" class="a-a">{move || view! { <Avatar user=row.get().assignee /> }}</span>
        <span role="gridcell" class="a-u num text-xs whitespace-nowrap text-ink-3">
            {move || view! { <Time at=row.get().updated_at /> }}
        </span>
    }
}

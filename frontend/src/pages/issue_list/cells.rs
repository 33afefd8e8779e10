//! The cells of a row: what they show, and what opens when they are pressed.

use super::List;
use super::edits::place_of;
use super::row_menu::RowMenu;
use super::rows::Row;
use crate::components::floating::Floating;
use crate::components::issue_row::{look_of, plan_marks};
use crate::components::marks::{PriorityTile, SeverityPill, StatusMark, TypeMark, type_name};
use crate::components::{Avatar, IconName, LabelTag, LifeLine, SmallIcon, Time};
use crate::model::change::Field;
use crate::model::columns::Column;
use crate::model::due::{day_words, due_short};
use crate::model::facet::word;
use crate::pages::issue::FieldEditor;
use crate::state::clock;
use chrono::NaiveDate;
use domain::issue::IssueRow;
use domain::paths::page;
use leptos::prelude::*;

const fn class_of(column: Column) -> &'static str {
    match column {
        Column::Priority => "a-p",
        Column::Key => "a-k ii-key",
        Column::Status => "a-s",
        Column::Title => "a-t flex min-w-0 items-center gap-2",
        Column::Life => "a-l",
        Column::Severity => "a-v",
        Column::Points => "a-n num text-ink-2",
        Column::Assignee => "a-a",
        Column::Updated => "a-u num text-xs whitespace-nowrap text-ink-3",
        Column::Votes | Column::Start | Column::Due | Column::Created => {
            "a-x num text-xs whitespace-nowrap text-ink-2"
        }
        _ => "a-x text-xs text-ink-2",
    }
}

/// The cell of one column.
#[component]
pub fn Cell(
    row: Row,
    column: Column,
    editing: Memo<Option<Field>>,
    menu: Memo<bool>,
) -> impl IntoView {
    let list = expect_context::<List>();
    let cells: Signal<IssueRow> = row.row.clone().into();
    let id = row.id;
    let pending = {
        let state = row.state.clone();
        move || {
            let waits = |field| state.get().is_some_and(|state| state.is_pending(field));
            column.field().is_some_and(waits)
        }
    };
    let content = move || match column.field() {
        Some(Field::Title) => view! { <Title row=cells id /> }.into_any(),
        Some(Field::Resolution) if cells.with(|row| row.resolution.is_none()) => ().into_any(),
        Some(field) => view! {
            <button
                type="button"
                class="ii-cell"
                tabindex="-1"
                aria-haspopup="dialog"
                title=format!("Change {}", field.label().to_lowercase())
                on:click=move |_| list.edit(id, field)
            >
                {move || cells.with(|row| value(row, column))}
            </button>
        }
        .into_any(),
        None => view! { {move || cells.with(|row| value(row, column))} }.into_any(),
    };
    let here = Memo::new(move |_| {
        let columns = list.columns.get();
        editing
            .get()
            .filter(|field| place_of(*field, &columns) == column)
    });
    let below = row.clone();
    let open = move || column == Column::Title && menu.get();
    view! {
        <span role="gridcell" class=class_of(column) class:ii-pend=pending>
            {content}
            {move || here.get().map(|field| view! { <Editor row=row.clone() field /> })}
            {move || open().then(|| view! { <RowMenu row=below.clone() /> })}
        </span>
    }
}

/// What changes one field of one row.
#[component]
fn Editor(row: Row, field: Field) -> impl IntoView {
    let list = expect_context::<List>();
    provide_context(list.edits.of(&row));
    let open = RwSignal::new(true);
    Effect::new(move |_| {
        if !open.get() {
            list.edited();
        }
    });
    view! {
        <Floating on_close=Callback::new(move |()| open.set(false))>
            <FieldEditor field open />
        </Floating>
    }
}

/// The title as the way to the issue, with what belongs beside it.
#[component]
fn Title(row: Signal<IssueRow>, id: uuid::Uuid) -> impl IntoView {
    let list = expect_context::<List>();
    let clock = clock();
    let overdue = move || {
        let today = clock.now().date_naive();
        row.with(|row| row.status.category.is_open() && row.due_date.is_some_and(|due| due < today))
    };
    let with = move |column| list.columns.with(|columns| columns.contains(&column));
    let below = move || list.folds.below.with(|below| below.get(&id).copied());
    let unfolded = move || list.folds.unfolded.with(|open| open.contains(&id));
    let unfold = move |_| {
        list.folds.unfolded.update(|open| {
            if !open.remove(&id) {
                open.insert(id);
            }
        });
    };
    view! {
        <Show when=move || !with(Column::Type)>
            {move || view! { <TypeMark kind=row.get().type_ /> }}
        </Show>
        <a class="t" draggable="false" href=move || page::issue(&row.get().key)>{move || row.get().title}</a>
        {move || row.with(plan_marks)}
        <Show when=overdue>
            <span class="shrink-0 text-xs text-error">"overdue"</span>
        </Show>
        {move || {
            below().map(|n| {
                let label = format!("{n} more with this title");
                view! {
                    <button
                        type="button"
                        class="btn btn-xs btn-line shrink-0"
                        aria-expanded=move || if unfolded() { "true" } else { "false" }
                        aria-label=label.clone()
                        title=label
                        on:click=unfold
                    >
                        <SmallIcon name=IconName::Layers />
                        {format!("+{n}")}
                    </button>
                }
            })
        }}
        <Show when=move || !with(Column::Labels)>
            <span class="hidden shrink-0 gap-1 xl:flex">
                {move || row.get().labels.into_iter().take(3).map(|label| view! { <LabelTag label /> }).collect_view()}
            </span>
        </Show>
        <button
            type="button"
            class="btn btn-ghost btn-xs btn-square ii-pen"
            tabindex="-1"
            aria-label=move || format!("Change the title of {}", row.get().key)
            on:click=move |_| list.edit(id, Field::Title)
        >
            <SmallIcon name=IconName::Pencil />
        </button>
        <button
            type="button"
            class="btn btn-ghost btn-xs btn-square ii-pen ii-more"
            tabindex="-1"
            aria-haspopup="menu"
            aria-label=move || format!("What can be done with {}", row.get().key)
            on:click=move |_| list.menu.set(Some(id))
        >
            <SmallIcon name=IconName::Ellipsis />
        </button>
    }
}

fn value(row: &IssueRow, column: Column) -> AnyView {
    let quiet = |text: String| view! { <span class="truncate">{text}</span> }.into_any();
    match column {
        Column::Priority => view! { <PriorityTile priority=row.priority /> }.into_any(),
        Column::Key => row.key.clone().into_any(),
        Column::Status => {
            view! { <StatusMark look=look_of(row) name=row.status.name.clone() /> }.into_any()
        }
        Column::Type => view! {
            <TypeMark kind=row.type_ />
            <span class="truncate" aria-hidden="true">{type_name(row.type_)}</span>
        }
        .into_any(),
        Column::Title => row.title.clone().into_any(),
        Column::Parent => match &row.parent {
            Some(key) => view! { <span class="ii-key truncate">{key.clone()}</span> }.into_any(),
            None => quiet("–".to_owned()),
        },
        Column::Project => quiet(row.project.clone()),
        Column::Labels if row.labels.is_empty() => quiet("–".to_owned()),
        Column::Labels => {
            let tags = row.labels.iter().take(3).cloned();
            let tags = tags
                .map(|label| view! { <LabelTag label /> })
                .collect_view();
            let names: Vec<&str> = row.labels.iter().map(|label| label.name.as_str()).collect();
            let names = names.join(", ");
            // Where columns stand close there is room for one; the others are counted.
            let more = row.labels.len().saturating_sub(1);
            let more =
                (more > 0).then(|| view! { <span class="ii-labmore">{format!("+{more}")}</span> });
            view! { <span class="flex min-w-0 items-center gap-1 overflow-hidden" title=names>{tags}{more}</span> }
                .into_any()
        }
        Column::Life => view! { <LifeLine life=row.life.clone() /> }.into_any(),
        Column::Severity => view! { <SeverityPill severity=row.severity /> }.into_any(),
        Column::Resolution => quiet(row.resolution.map(|r| word(r.slug())).unwrap_or_default()),
        Column::Affected => version(row.affected_version.as_ref()),
        Column::Fixed => version(row.fixed_version.as_ref()),
        Column::Points => {
            let points = row.story_points.map(|points| points.to_string());
            points.unwrap_or_else(|| "–".to_owned()).into_any()
        }
        Column::Votes => votes(row),
        Column::Start => view! { <Start day=row.start_date /> }.into_any(),
        Column::Due => view! { <Due row=row.clone() /> }.into_any(),
        Column::Reporter => view! { <Avatar user=row.reporter.clone() /> }.into_any(),
        Column::Assignee => view! { <Avatar user=row.assignee.clone() /> }.into_any(),
        Column::Created => view! { <Time at=row.created_at /> }.into_any(),
        Column::Updated => view! { <Time at=row.updated_at /> }.into_any(),
    }
}

/// How many, and whether the reader is among them; none of them are no news.
fn votes(row: &IssueRow) -> AnyView {
    let (count, own) = (row.votes, row.voted);
    let title = own.then_some("You voted for it");
    view! {
        <span class="inline-flex items-center gap-1" class:text-ink-3=count == 0 class:font-semibold=own title=title>
            {own.then(|| view! { <SmallIcon name=IconName::Check /> <span class="sr-only">"You voted, "</span> })}
            {count}
        </span>
    }
    .into_any()
}

/// Its name; the whole of it is told when there is no room.
fn version(name: Option<&String>) -> AnyView {
    let title = name.cloned();
    let name = name.map_or("–", String::as_str).to_owned();
    view! { <span class="truncate" title=title>{name}</span> }.into_any()
}

#[component]
fn Start(day: Option<NaiveDate>) -> impl IntoView {
    let clock = clock();
    move || {
        let words = day.map_or_else(
            || "–".to_owned(),
            |day| day_words(day, clock.now().date_naive()),
        );
        view! { <span title=day.map(|day| day.to_string())>{words}</span> }
    }
}

#[component]
fn Due(row: IssueRow) -> impl IntoView {
    let clock = clock();
    let open = row.status.category.is_open();
    move || {
        let Some(due) = row.due_date else {
            return view! { <span>"–"</span> }.into_any();
        };
        let today = clock.now().date_naive();
        let words = if open {
            due_short(due, today)
        } else {
            day_words(due, today)
        };
        view! { <span class:text-error=open && due < today title=due.to_string()>{words}</span> }
            .into_any()
    }
}

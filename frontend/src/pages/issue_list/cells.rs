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
use crate::model::due::due_words;
use crate::model::facet::word;
use crate::pages::issue::FieldEditor;
use crate::state::clock;
use domain::issue::IssueRow;
use domain::paths::page;
use leptos::prelude::*;

/// What a column edits; some only show.
const fn field_of(column: Column) -> Option<Field> {
    match column {
        Column::Priority => Some(Field::Priority),
        Column::Status => Some(Field::Status),
        Column::Type => Some(Field::Type),
        Column::Labels => Some(Field::Labels),
        Column::Severity => Some(Field::Severity),
        Column::Resolution => Some(Field::Resolution),
        Column::Points => Some(Field::Points),
        Column::Due => Some(Field::Due),
        Column::Assignee => Some(Field::Assignee),
        _ => None,
    }
}

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
        Column::Votes | Column::Due | Column::Created => {
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
            let field = field_of(column).or((column == Column::Title).then_some(Field::Title));
            let waits = |field| state.get().is_some_and(|state| state.is_pending(field));
            field.is_some_and(waits)
        }
    };
    let content = move || match field_of(column) {
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
        None if column == Column::Title => view! { <Title row=cells id /> }.into_any(),
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
            <span aria-hidden="true">{type_name(row.type_)}</span>
        }
        .into_any(),
        Column::Title => row.title.clone().into_any(),
        Column::Project => quiet(row.project.clone()),
        Column::Labels if row.labels.is_empty() => quiet("–".to_owned()),
        Column::Labels => {
            let tags = row.labels.iter().take(3).cloned();
            let tags = tags
                .map(|label| view! { <LabelTag label /> })
                .collect_view();
            view! { <span class="flex min-w-0 gap-1 overflow-hidden">{tags}</span> }.into_any()
        }
        Column::Life => view! { <LifeLine life=row.life.clone() /> }.into_any(),
        Column::Severity => view! { <SeverityPill severity=row.severity /> }.into_any(),
        Column::Resolution => quiet(row.resolution.map(|r| word(r.slug())).unwrap_or_default()),
        Column::Points => {
            let points = row.story_points.map(|points| points.to_string());
            points.unwrap_or_else(|| "–".to_owned()).into_any()
        }
        Column::Votes => row.votes.to_string().into_any(),
        Column::Due => view! { <Due row=row.clone() /> }.into_any(),
        Column::Reporter => view! { <Avatar user=row.reporter.clone() /> }.into_any(),
        Column::Assignee => view! { <Avatar user=row.assignee.clone() /> }.into_any(),
        Column::Created => view! { <Time at=row.created_at /> }.into_any(),
        Column::Updated => view! { <Time at=row.updated_at /> }.into_any(),
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
            due_words(due, today)
        } else {
            due.format("%-d %b").to_string()
        };
        view! { <span class:text-error=open && due < today title=due.to_string()>{words}</span> }
            .into_any()
    }
}

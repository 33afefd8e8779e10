//! One card: priority, key, type, assignee · title · severity, label, points, age · life line.

use super::state::BoardState;
use crate::components::glyph::{SeverityGlyph, severity_class};
use crate::components::issue_row::plan_marks;
use crate::components::marks::{PriorityTile, severity_name, type_icon, type_name};
use crate::components::{Avatar, LabelTag, LifeLine, SmallIcon};
use crate::model::moment;
use crate::model::time::age;
use crate::state::clock;
use domain::issue::{IssueRow, Severity};
use domain::paths::{page, with_query};
use leptos::prelude::*;
use std::collections::HashSet;
use uuid::Uuid;

/// What a card shows of what goes on at the board.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// The card that Tab leads to.
    pub entry: Option<Uuid>,
    /// The card of the keyboard.
    pub cursor: Option<Uuid>,
    /// The card in the hand, and whether the hand is the pointer's.
    pub carried: Option<(Uuid, bool)>,
    /// Cards that just moved.
    pub moved: HashSet<Uuid>,
    /// Cards whose moves wait for their answers.
    pub waiting: HashSet<Uuid>,
}

impl Marks {
    /// The classes of that card, and whether Tab leads to it.
    fn of(&self, card: Uuid) -> (String, bool) {
        let carried = self.carried.filter(|(carried, _)| *carried == card);
        let mut class = String::from("ii-card");
        for (is, name) in [
            (self.cursor == Some(card), " at"),
            (carried.is_some_and(|(_, pointer)| pointer), " ghost"),
            (carried.is_some_and(|(_, pointer)| !pointer), " lifted"),
            (self.moved.contains(&card), " live"),
            (self.waiting.contains(&card), " wait"),
        ] {
            if is {
                class.push_str(name);
            }
        }
        (class, self.entry == Some(card))
    }
}

/// A card in its column. Thousands of them come and go while somebody scrolls: what happens to a card
/// is heard by the board (`Touch`), and what it shows is known in one place (`Marks`).
#[component]
pub fn Card(
    /// Id of its issue.
    id: Uuid,
    /// The cards of its cell.
    cards: Memo<Vec<Uuid>>,
    /// Where to begin to look for it among them.
    begin: usize,
) -> impl IntoView {
    let state = expect_context::<BoardState>();
    let Some(row) = state.row(id) else {
        return ().into_any();
    };
    let name = {
        let row = row.clone();
        move || row.with(|row| format!("{} {}", row.key, row.title))
    };
    let look = Memo::new(move |_| state.marks.with(|marks| marks.of(id)));
    let tab = move || if look.with(|look| look.1) { "0" } else { "-1" };
    let place = Memo::new(move |_| {
        cards.with(|cards| {
            let is_it = |card: &Uuid| *card == id;
            let after = cards
                .get(begin..)
                .and_then(|rest| rest.iter().position(is_it));
            let at = after.map(|at| at + begin);
            let at = at.or_else(|| cards.iter().position(is_it));
            (at.map_or(0, |at| at + 1), cards.len())
        })
    });
    let open_menu = {
        let row = row.clone();
        move || format!("Move {} to", row.with(|row| row.key.clone()))
    };
    on_cleanup(move || {
        if state.hovered.try_get_untracked().flatten() == Some(id) {
            state.hovered.set(None);
        }
    });
    view! {
        <li
            class=move || look.with(|look| look.0.clone())
            data-card=id.to_string()
            tabindex=tab
            aria-label=name
            aria-describedby="board-keys"
            aria-posinset=move || place.get().0.to_string()
            aria-setsize=move || place.get().1.to_string()
        >
            <Face row=row.clone() link=true />
            <button type="button" class="ii-cardmenu" tabindex=tab aria-haspopup="menu" aria-label=open_menu></button>
        </li>
    }
    .into_any()
}

/// The issue's page, at the moment that the board shows. Tracked.
#[must_use]
pub fn address(state: BoardState, key: &str) -> String {
    let as_of = state.query.with(|query| query.as_of);
    let pairs: Vec<_> = as_of
        .map(|at| (moment::PARAMETER, moment::write(at)))
        .into_iter()
        .collect();
    with_query(&page::issue(key), &pairs)
}

/// What a card shows; also on the one that follows the pointer.
#[component]
pub fn Face(
    /// The issue.
    row: ArcRwSignal<IssueRow>,
    /// Whether the title leads to the issue.
    link: bool,
) -> impl IntoView {
    let clock = clock();
    let state = expect_context::<BoardState>();
    move || {
        let IssueRow {
            key,
            title,
            type_,
            severity,
            priority,
            story_points,
            assignee,
            labels,
            created_at,
            life,
            due_date,
            status,
            ..
        } = row.get();
        let overdue =
            status.category.is_open() && due_date.is_some_and(|due| due < clock.now().date_naive());
        let marks = row.with(plan_marks);
        let more = labels.len().saturating_sub(1);
        view! {
            <span class="ii-cardtop">
                <PriorityTile priority />
                <span class="ii-key">{key.clone()}</span>
                <span class="text-ink-3" role="img" aria-label=type_name(type_) title=type_name(type_)>
                    <SmallIcon name=type_icon(type_) />
                </span>
                <Avatar user=assignee />
            </span>
            {if link {
                view! { <a class="ii-cardtitle" href=address(state, &key) tabindex="-1">{title}</a> }.into_any()
            } else {
                view! { <span class="ii-cardtitle">{title}</span> }.into_any()
            }}
            <span class="ii-cardfoot">
                {severity_mark(severity)}
                {labels.into_iter().next().map(|label| view! { <LabelTag label /> })}
                {(more > 0).then(|| view! { <span class="text-xs text-ink-3">{format!("+{more}")}</span> })}
                {overdue.then(|| view! { <span class="text-xs text-error">"overdue"</span> })}
                {marks}
                <span class="ii-cardend">
                    {story_points.map(|points| format!("{points} pt"))}
                    <span title="Age">{age(created_at, clock.now())}</span>
                </span>
            </span>
            <LifeLine life />
        }
    }
}

/// Nothing for low, the shape for medium and high, shape and word for critical.
fn severity_mark(severity: Severity) -> Option<impl IntoView> {
    let words = format!("Severity {}", severity_name(severity).to_lowercase());
    let class = format!("badge badge-sm ii-pill {}", severity_class(severity));
    match severity {
        Severity::Low => None,
        Severity::Critical => Some(view! { <span class=class><SeverityGlyph severity />"Critical"</span> }.into_any()),
        Severity::Medium | Severity::High => {
            Some(view! { <span class=class style:padding-inline="2px" role="img" aria-label=words.clone() title=words><SeverityGlyph severity /></span> }.into_any())
        }
    }
}

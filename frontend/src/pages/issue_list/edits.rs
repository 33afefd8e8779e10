//! Rows that are edited where they stand. A row becomes an issue of its own when it is first
//! changed: changes show at once, go out one after the other, and give way to other people's.

use super::rows::Row;
use crate::api::Tagged;
use crate::model::change::Field;
use crate::model::columns::{Column, Columns, fitting};
use crate::model::partial::{issue_of, tag_of};
use crate::pages::issue::IssueState;
use crate::state::Catalogue;
use domain::issue::IssueRow;
use leptos::prelude::*;
use std::collections::HashMap;
use uuid::Uuid;

/// The edited rows, and the one whose field is open.
#[derive(Clone, Copy)]
pub struct Edits {
    /// The field that is being edited.
    pub open: RwSignal<Option<(Uuid, Field)>>,
    /// Every row that was edited.
    pub states: RwSignal<Vec<(Uuid, IssueState)>>,
    /// The cell that was pressed: it has the focus again afterwards.
    pub cell: StoredValue<Option<web_sys::HtmlElement>, LocalStorage>,
    catalogues: StoredValue<HashMap<String, Catalogue>>,
    owner: StoredValue<Owner>,
}

impl Edits {
    /// None so far. What is made later lives as long as the page.
    #[must_use]
    pub fn new() -> Self {
        Self {
            open: RwSignal::new(None),
            states: RwSignal::new(Vec::new()),
            cell: StoredValue::new_local(None),
            catalogues: StoredValue::new(HashMap::new()),
            owner: StoredValue::new(Owner::current().unwrap_or_default()),
        }
    }

    /// The row as an issue that can be changed.
    #[must_use]
    pub fn of(self, row: &Row) -> IssueState {
        if let Some(state) = row.state.get_untracked() {
            return state;
        }
        let known = self
            .states
            .with_untracked(|states| states.iter().find(|(id, _)| *id == row.id).copied());
        let state = match known {
            Some((_, state)) => state,
            None => self.begin(row),
        };
        self.owner.get_value().with(|| mirror(state, row.clone()));
        row.state.set(Some(state));
        state
    }

    fn begin(self, row: &Row) -> IssueState {
        self.owner.get_value().with(|| {
            let now = row.row.get_untracked();
            let catalogue = self.catalogue(&now.project);
            let base = Tagged {
                value: issue_of(&now),
                etag: tag_of(&now),
            };
            let state = IssueState::with(RwSignal::new(base), catalogue);
            self.states.update(|states| states.push((row.id, state)));
            state
        })
    }

    /// What can be chosen in that project, asked once.
    #[must_use]
    pub fn catalogue(self, project: &str) -> Catalogue {
        let known = self.catalogues.with_value(|all| all.get(project).copied());
        known.unwrap_or_else(|| {
            let key = project.to_owned();
            let made = self
                .owner
                .get_value()
                .with(|| Catalogue::of(move || Some(key.clone())));
            self.catalogues.update_value(|all| {
                all.insert(project.to_owned(), made);
            });
            made
        })
    }
}

/// The row shows what its issue shows.
fn mirror(state: IssueState, row: Row) {
    Effect::new(move |_| {
        let shown = state.shown.get();
        row.row.maybe_update(|row| {
            let before = row.clone();
            show(row, &shown);
            before != *row
        });
    });
}

fn show(row: &mut IssueRow, issue: &domain::issue::Issue) {
    let now = crate::model::row::row_of(issue.clone());
    *row = now;
}

/// The server's row, taken up by the issue behind it when there is one.
pub fn absorb(row: &Row, now: IssueRow) {
    let Some(state) = row.state.get_untracked() else {
        if row.row.with_untracked(|old| *old != now) {
            row.row.set(now);
        }
        return;
    };
    state.base.maybe_update(|base| {
        // On the way through time an older row is as good as a newer one.
        let newer = now.version >= base.value.version || state.as_of.get_untracked().is_some();
        if newer {
            let seen = base.value.clone();
            base.etag = tag_of(&now);
            base.value = domain::issue::Issue {
                description: seen.description,
                external_ref: seen.external_ref,
                fingerprint: seen.fingerprint,
                occurrences: seen.occurrences,
                context: seen.context,
                ..issue_of(&now)
            };
        }
        newer
    });
}

/// Where the editor of a field opens: at its column, or at the title when that one is not shown.
#[must_use]
pub fn place_of(field: Field, columns: &[Column]) -> Column {
    let shown = |own: &Column| columns.contains(own) && !(is_small() && own.only_wide());
    Column::of(field).filter(shown).unwrap_or(Column::Title)
}

/// Whether a row has no room for every column it could show.
#[must_use]
pub fn is_small() -> bool {
    let found = window().match_media("(max-width: 1023px)").ok().flatten();
    found.is_some_and(|list| list.matches())
}

/// The columns that there is room for: beside a panel few, else as many as stand in `room` pixels.
#[must_use]
pub fn roomy(columns: &Columns, beside: bool, room: Option<u32>) -> Vec<Column> {
    let slim = [
        Column::Priority,
        Column::Key,
        Column::Status,
        Column::Title,
        Column::Assignee,
    ];
    let fits = |column: &&Column| !beside || slim.contains(column);
    let columns: Vec<Column> = columns.list().iter().filter(fits).copied().collect();
    match room {
        Some(room) => fitting(&columns, room),
        None => columns,
    }
}

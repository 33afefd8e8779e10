//! The keys of the list: they act on the row at the cursor.

use super::List;
use super::rows::Row;
use crate::model::change::Field;
use crate::pages::issue::take_or_leave;
use crate::state::clipboard::{copy, copy_link};
use crate::state::{on_command, session, toasts};
use domain::paths::page;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use uuid::Uuid;
use wasm_bindgen::JsCast;

impl List {
    /// The row at the cursor. Untracked.
    #[must_use]
    pub fn at(self) -> Option<Row> {
        let id = self.cursor.get_untracked()?;
        self.row(id)
    }

    /// A row on the screen. Untracked.
    #[must_use]
    pub fn row(self, id: Uuid) -> Option<Row> {
        self.folds
            .lines
            .with_untracked(|rows| rows.iter().find(|row| row.id == id).cloned())
    }

    /// The selected rows, in their order. Tracked.
    #[must_use]
    pub fn selected(self) -> Vec<Row> {
        let lines = self.folds.lines.get().into_iter();
        self.selection
            .with(|selection| lines.filter(|row| selection.has(row.id)).collect())
    }

    /// Moves the cursor, and selects what it passes when `extend` says so.
    pub fn step(self, down: bool, extend: bool) {
        let order = self.folds.order();
        let now = self
            .cursor
            .get_untracked()
            .and_then(|id| order.iter().position(|other| *other == id));
        let to = match (now, down) {
            (None, _) => 0,
            (Some(at), true) => (at + 1).min(order.len().saturating_sub(1)),
            (Some(at), false) => at.saturating_sub(1),
        };
        let Some(id) = order.get(to).copied() else {
            return;
        };
        if extend && !self.is_past() {
            self.all.set(false);
            self.selection.update(|selection| {
                if let Some(from) = self.cursor.get_untracked().filter(|_| selection.is_empty()) {
                    selection.toggle(from);
                }
                selection.extend(id, &order);
            });
        }
        self.cursor.set(Some(id));
        focus_row(id);
        // The panel beside the list follows the cursor.
        if self
            .listing
            .with_untracked(|listing| listing.look.peek.is_some())
        {
            self.peek(id);
        }
    }

    /// Selects a row or the range up to it.
    pub fn select(self, id: Uuid, range: bool) {
        if self.is_past() {
            return;
        }
        self.all.set(false);
        let order = self.folds.order();
        self.selection.update(|selection| {
            if range {
                selection.extend(id, &order);
            } else {
                selection.toggle(id);
            }
        });
    }

    /// Opens what changes the field of that row.
    pub fn edit(self, id: Uuid, field: Field) {
        self.cursor.set(Some(id));
        self.edits.cell.set_value(focused_cell());
        self.edits.open.set(Some((id, field)));
    }

    /// Closes it, and gives the focus back to the cell, or to the row when a key opened it.
    pub fn edited(self) {
        if let Some((id, _)) = self.edits.open.get_untracked() {
            self.edits.open.set(None);
            give_back(id, self.edits.cell.try_update_value(Option::take).flatten());
        }
    }

    /// Closes the menu of a row, and gives the focus back to it.
    pub fn close_menu(self) {
        if let Some(id) = self.menu.get_untracked() {
            self.menu.set(None);
            give_back(id, None);
        }
    }

    /// Shows that row beside the list.
    pub fn peek(self, id: Uuid) {
        let key = self
            .row(id)
            .map(|row| row.row.with_untracked(|row| row.key.clone()));
        let to = self.listing.get_untracked().looking(|look| look.peek = key);
        self.go.run((to, true));
    }

    /// Closes the panel.
    pub fn unpeek(self) {
        let to = self
            .listing
            .get_untracked()
            .looking(|look| look.peek = None);
        self.go.run((to, true));
        if let Some(id) = self.cursor.get_untracked() {
            request_animation_frame(move || focus_row(id));
        }
    }
}

/// Takes the keys for as long as the rows are there.
#[component]
pub fn ListKeys() -> impl IntoView {
    let list = expect_context::<List>();
    let session = session();
    let toasts = toasts();
    on_command("next", move || list.step(true, false));
    on_command("previous", move || list.step(false, false));
    on_command("extend_down", move || list.step(true, true));
    on_command("extend_up", move || list.step(false, true));
    let navigate = use_navigate();
    on_command("open", move || {
        if let Some(row) = list.at() {
            let key = row.row.with_untracked(|row| row.key.clone());
            navigate(&page::issue(&key), NavigateOptions::default());
        }
    });
    on_command("peek", move || {
        let Some(row) = list.at() else { return };
        let key = row.row.with_untracked(|row| row.key.clone());
        let open = list
            .listing
            .with_untracked(|listing| listing.look.peek == Some(key));
        if open {
            list.unpeek();
        } else {
            list.peek(row.id);
        }
    });
    on_command("row_menu", move || {
        list.menu.set(list.cursor.get_untracked())
    });
    on_command("select", move || {
        if let Some(row) = list.at() {
            list.select(row.id, false);
        }
    });
    on_command("close", move || {
        if list
            .listing
            .with_untracked(|listing| listing.look.peek.is_some())
        {
            list.unpeek();
        } else {
            list.choose_none();
        }
    });
    let fields = [
        ("edit_status", Field::Status),
        ("edit_priority", Field::Priority),
        ("edit_assignee", Field::Assignee),
        ("edit_labels", Field::Labels),
        ("edit_due", Field::Due),
        ("edit_text", Field::Title),
    ];
    for (command, field) in fields {
        on_command(command, move || {
            // With rows selected the keys of the bar are meant, not those of the row at the cursor.
            let many = list
                .selection
                .with_untracked(|selection| !selection.is_empty());
            if many && field != Field::Title {
                list.bulk.set(Some(field));
            } else if let Some(row) = list.at() {
                list.edit(row.id, field);
            }
        });
    }
    on_command("assign_me", move || {
        let Some((row, me)) = list.at().zip(session.user()) else {
            return;
        };
        let state = list.edits.of(&row);
        // The editor says why not.
        if take_or_leave(state, me.reference()).is_err() {
            list.edit(row.id, Field::Assignee);
        }
    });
    on_command("copy_key", move || {
        if let Some(row) = list.at() {
            let key = row.row.with_untracked(|row| row.key.clone());
            copy(toasts, key.clone(), format!("{key} copied."));
        }
    });
    on_command("copy_link", move || {
        if let Some(row) = list.at() {
            row.row.with_untracked(|row| copy_link(toasts, &row.key));
        }
    });
}

/// Moves the focus along the row, from the title to the cells that can be changed.
pub fn across(event: &leptos::ev::KeyboardEvent, right: bool) {
    across_within(event, "[role=row]", right);
}

/// The same within whatever is around the focus.
pub fn across_within(event: &leptos::ev::KeyboardEvent, around: &str, right: bool) {
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let row = target
        .as_ref()
        .and_then(|target| target.closest(around).ok().flatten());
    let Some((target, row)) = target.zip(row) else {
        return;
    };
    let Ok(stops) = row.query_selector_all("input, a.t, button") else {
        return;
    };
    let stops: Vec<web_sys::HtmlElement> = (0..stops.length())
        .filter_map(|at| stops.get(at)?.dyn_into().ok())
        // What a small screen leaves out takes no focus.
        .filter(|stop: &web_sys::HtmlElement| stop.client_height() > 0)
        .collect();
    let now = stops.iter().position(|stop| **stop == target).unwrap_or(0);
    let to = if right {
        now + 1
    } else {
        now.saturating_sub(1)
    };
    if let Some(stop) = stops.get(to) {
        let _ = stop.focus();
    }
}

/// The cell that has the focus, when one has it.
fn focused_cell() -> Option<web_sys::HtmlElement> {
    let active = document().active_element()?;
    let cell = active.dyn_into::<web_sys::HtmlElement>().ok()?;
    cell.class_list().contains("ii-cell").then_some(cell)
}

/// The cell or the row has the focus when what was open above it took it along.
fn give_back(id: Uuid, cell: Option<web_sys::HtmlElement>) {
    request_animation_frame(move || {
        let nobody = document()
            .active_element()
            .is_none_or(|active| active.tag_name() == "BODY");
        match cell.filter(|cell| cell.is_connected()) {
            _ if !nobody => {}
            Some(cell) => {
                let _ = cell.focus();
            }
            None => focus_row(id),
        }
    });
}

fn focus_row(id: Uuid) {
    let selector = format!("[data-row='{id}'] a.t");
    let link = document().query_selector(&selector).ok().flatten();
    if let Some(link) = link.and_then(|link| link.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = link.focus();
    }
}

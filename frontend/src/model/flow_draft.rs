//! A workflow while it is edited: statuses keep an identity of their own, so that renaming,
//! moving and removing never lose a step.

use domain::workflow::{Category, Workflow};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Tells statuses apart while their names change.
pub type RowId = u32;

/// A status as it is being edited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Identity while editing.
    pub id: RowId,
    /// Slug of a status that is there; none of a new one.
    pub slug: Option<String>,
    /// Name.
    pub name: String,
    /// What it means.
    pub category: Category,
    /// The limit, as it is typed.
    pub limit: String,
}

/// A status that will go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gone {
    /// The status.
    pub row: Row,
    /// Who takes its issues.
    pub target: RowId,
    at: usize,
    steps: Vec<(RowId, RowId)>,
}

/// The workflow that is being edited.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowDraft {
    /// In the order of the board.
    pub rows: Vec<Row>,
    /// Allowed steps.
    pub steps: BTreeSet<(RowId, RowId)>,
    /// What goes.
    pub gone: Vec<Gone>,
    next: RowId,
}

impl FlowDraft {
    /// The workflow as it is.
    #[must_use]
    pub fn of(now: &Workflow) -> Self {
        let mut draft = Self::default();
        draft.adopt(now);
        draft
    }

    /// Takes up statuses that it does not know, with their steps.
    fn adopt(&mut self, now: &Workflow) {
        let mut fresh = BTreeSet::new();
        for status in &now.statuses {
            if self.id_of(&status.slug).is_some() {
                continue;
            }
            let id = self.next;
            self.next += 1;
            fresh.insert(id);
            self.rows.push(Row {
                id,
                slug: Some(status.slug.clone()),
                name: status.name.clone(),
                category: status.category,
                limit: status.wip_limit.map(|n| n.to_string()).unwrap_or_default(),
            });
        }
        for step in &now.transitions {
            if let (Some(from), Some(to)) = (self.id_of(&step.from), self.id_of(&step.to))
                && (fresh.contains(&from) || fresh.contains(&to))
            {
                self.steps.insert((from, to));
            }
        }
    }

    /// Goes on from a newer workflow: what was edited here stays, what others added comes in.
    pub fn rebase(&mut self, before: &Workflow, now: &Workflow) {
        let others = Workflow {
            statuses: now
                .statuses
                .iter()
                .filter(|status| before.status(&status.slug).is_none())
                .cloned()
                .collect(),
            transitions: now.transitions.clone(),
        };
        self.adopt(&others);
        self.gone.retain(|gone| {
            gone.row
                .slug
                .as_ref()
                .is_some_and(|slug| now.status(slug).is_some())
        });
    }

    /// Whether saving it would change that workflow.
    #[must_use]
    pub fn differs_from(&self, now: &Workflow) -> bool {
        let fresh = Self::of(now);
        let rows = |draft: &Self| -> Vec<_> {
            let rows = draft.rows.iter();
            rows.map(|r| (r.slug.clone(), r.name.clone(), r.category, r.limit.clone()))
                .collect()
        };
        let steps = |draft: &Self| -> BTreeSet<_> {
            let slug = |id: RowId| draft.row(id).and_then(|row| row.slug.clone());
            let steps = draft.steps.iter();
            steps.map(|(from, to)| (slug(*from), slug(*to))).collect()
        };
        !self.gone.is_empty() || rows(self) != rows(&fresh) || steps(self) != steps(&fresh)
    }

    pub(super) fn id_of(&self, slug: &str) -> Option<RowId> {
        let row = self
            .rows
            .iter()
            .find(|row| row.slug.as_deref() == Some(slug));
        row.map(|row| row.id)
    }

    /// That status.
    #[must_use]
    pub fn row(&self, id: RowId) -> Option<&Row> {
        self.rows.iter().find(|row| row.id == id)
    }

    /// Changes that status.
    pub fn edit(&mut self, id: RowId, change: impl FnOnce(&mut Row)) {
        if let Some(row) = self.rows.iter_mut().find(|row| row.id == id) {
            change(row);
        }
    }

    /// Adds a status: before the done ones when it is open, with steps to its neighbours.
    pub fn add(&mut self, name: &str, category: Category) -> RowId {
        let id = self.next;
        self.next += 1;
        let done = self.rows.iter().position(|row| !row.category.is_open());
        let at = done
            .filter(|_| category.is_open())
            .unwrap_or(self.rows.len());
        let before = at
            .checked_sub(1)
            .and_then(|at| self.rows.get(at))
            .map(|row| row.id);
        let after = self.rows.get(at).map(|row| row.id);
        for other in before.into_iter().chain(after) {
            self.steps.insert((other, id));
            self.steps.insert((id, other));
        }
        let row = Row {
            id,
            slug: None,
            name: name.trim().to_owned(),
            category,
            limit: String::new(),
        };
        self.rows.insert(at, row);
        id
    }

    /// Moves a status up (negative) or down, as far as there is room; its new place from 1.
    pub fn shift(&mut self, id: RowId, by: isize) -> Option<usize> {
        let from = self.rows.iter().position(|row| row.id == id)?;
        let to = from
            .checked_add_signed(by)
            .filter(|to| *to < self.rows.len())?;
        let row = self.rows.remove(from);
        self.rows.insert(to, row);
        Some(to + 1)
    }

    /// Removes a status; its issues, if there may be any, go to `target`.
    pub fn remove(&mut self, id: RowId, target: RowId) {
        let Some(at) = self.rows.iter().position(|row| row.id == id) else {
            return;
        };
        let row = self.rows.remove(at);
        let touches = |step: &(RowId, RowId)| step.0 == id || step.1 == id;
        let steps = self.steps.iter().copied().filter(touches).collect();
        self.steps.retain(|step| !touches(step));
        // Whoever was to move here goes on to the same place.
        for gone in self.gone.iter_mut().filter(|gone| gone.target == id) {
            gone.target = target;
        }
        if row.slug.is_some() {
            self.gone.push(Gone {
                row,
                target,
                at,
                steps,
            });
        }
    }

    /// Takes back a removal.
    pub fn restore(&mut self, id: RowId) {
        let Some(index) = self.gone.iter().position(|gone| gone.row.id == id) else {
            return;
        };
        let gone = self.gone.remove(index);
        self.rows.insert(gone.at.min(self.rows.len()), gone.row);
        let there = |id: RowId, rows: &[Row]| rows.iter().any(|row| row.id == id);
        for (from, to) in gone.steps {
            if there(from, &self.rows) && there(to, &self.rows) {
                self.steps.insert((from, to));
            }
        }
    }

    /// Allows a step, or forbids it.
    pub fn toggle(&mut self, from: RowId, to: RowId) {
        if !self.steps.remove(&(from, to)) {
            self.steps.insert((from, to));
        }
    }
}

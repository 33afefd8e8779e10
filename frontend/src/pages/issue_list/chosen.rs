//! The rows that are chosen: which, how many, and whether the reader may change them together.

use super::List;
use super::rows::Row;
use crate::model::bulk::Reach;
use crate::model::query_edit;
use crate::model::refusal::{Refusal, refused};
use crate::model::selection::Selection;
use crate::state::session;
use domain::policy::Action;
use domain::user::Role;
use domain::workflow::Workflow;
use leptos::prelude::*;

impl List {
    /// Whether the rows are those of a moment of the past: they are read, not changed. Untracked.
    #[must_use]
    pub fn is_past(self) -> bool {
        self.listing
            .with_untracked(|listing| listing.as_of.is_some())
    }

    /// No row is chosen any more.
    pub fn choose_none(self) {
        let _ = self.all.try_set(false);
        let _ = self.selection.try_set(Selection::default());
    }

    /// How many are chosen. Tracked.
    #[must_use]
    pub fn chosen_count(self) -> usize {
        let here = self.selection.with(Selection::len);
        let all = self.rows.total.get().filter(|_| self.all.get());
        all.and_then(|total| usize::try_from(total.count).ok())
            .filter(|_| here > 0)
            .unwrap_or(here)
    }

    /// Which issues a change reaches. Tracked.
    #[must_use]
    pub fn reach(self) -> Reach {
        if self.all.get() {
            return self.listing.with(|listing| Reach::Matching {
                q: listing.query().to_string(),
                project: listing.filter.project.clone(),
            });
        }
        let key = |row: &Row| row.row.with(|row| row.key.clone());
        Reach::These(self.selected().iter().map(key).collect())
    }

    /// Key of the project that all of them are of, when that is known. Tracked.
    #[must_use]
    pub fn one_project(self) -> Option<String> {
        let here = self.listing.with(|listing| {
            let here = listing.filter.project.clone();
            here.or_else(|| query_edit::project(&listing.query()))
        });
        if here.is_some() || self.all.get() {
            return here;
        }
        let mut keys = self.projects();
        keys.pop().filter(|_| keys.is_empty())
    }

    /// The workflow that all of them have. Tracked.
    #[must_use]
    pub fn workflow(self) -> Option<Workflow> {
        let key = self.one_project()?;
        self.edits.catalogue(&key).workflow.value.get().flatten()
    }

    fn projects(self) -> Vec<String> {
        let key = |row: &Row| row.row.with(|row| row.project.clone());
        let mut keys: Vec<String> = self.selected().iter().map(key).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// Whether the reader may change many issues at once where these are. Tracked.
    ///
    /// # Errors
    /// Why not.
    pub fn may_bulk(self) -> Result<(), Refusal> {
        self.may(Action::BulkEdit)
    }

    /// Whether the reader may delete issues where these are. Tracked.
    ///
    /// # Errors
    /// Why not.
    pub fn may_delete(self) -> Result<(), Refusal> {
        self.may_bulk()?;
        self.may(Action::DeleteIssue)
    }

    fn may(self, action: Action) -> Result<(), Refusal> {
        let session = session();
        for key in self.projects() {
            let role = session
                .standing(&key)
                .map_or(Role::Viewer, |standing| standing.role);
            if let Some(refusal) = refused(role, action) {
                return Err(refusal.in_project(&key));
            }
        }
        Ok(())
    }
}

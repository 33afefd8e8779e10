//! A workflow that is being edited, judged: as it will be sent, and what is wrong with it.

use super::flow_draft::{FlowDraft, RowId};
use domain::problem::FieldError;
use domain::workflow::{StatusInput, Transition, Workflow, WorkflowInput};
use std::collections::BTreeMap;

/// A mistake at a status, or in the whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The status and the field of it: `name`, `category`, `wip_limit`.
    pub at: Option<(RowId, String)>,
    /// The sentence.
    pub detail: String,
}

impl FlowDraft {
    /// As it will be sent, checked against the workflow there is.
    ///
    /// # Errors
    /// All mistakes, each at its status.
    pub fn check(&self, now: &Workflow) -> Result<WorkflowInput, Vec<Mistake>> {
        let mut mistakes = Vec::new();
        let mut slugs: BTreeMap<RowId, String> = BTreeMap::new();
        let mut statuses = Vec::new();
        for row in &self.rows {
            let slug = row
                .slug
                .clone()
                .unwrap_or_else(|| self.new_slug(&row.name, &slugs));
            slugs.insert(row.id, slug.clone());
            let limit = row.limit.trim();
            let wip_limit = match limit.parse() {
                Ok(number) => Some(number),
                Err(_) if limit.is_empty() => None,
                Err(_) => {
                    mistakes.push(Mistake {
                        at: Some((row.id, "wip_limit".into())),
                        detail: "A whole number from 1 to 1000, or none.".into(),
                    });
                    None
                }
            };
            statuses.push(StatusInput {
                slug: Some(slug),
                name: row.name.trim().to_owned(),
                category: row.category,
                wip_limit,
            });
        }
        let slug = |id: &RowId| slugs.get(id).cloned();
        let transitions = self.steps.iter().filter_map(|(from, to)| {
            Some(Transition {
                from: slug(from)?,
                to: slug(to)?,
            })
        });
        let moves = self
            .gone
            .iter()
            .filter_map(|gone| Some((gone.row.slug.clone()?, slug(&gone.target)?)));
        let input = WorkflowInput {
            statuses,
            transitions: transitions.collect(),
            moves: moves.collect(),
        };
        if let Err(errors) = input.check(now) {
            mistakes.extend(errors.iter().map(|error| self.mistake(error)));
        }
        if mistakes.is_empty() {
            Ok(input)
        } else {
            Err(mistakes)
        }
    }

    /// A slug that no other status has.
    fn new_slug(&self, name: &str, taken: &BTreeMap<RowId, String>) -> String {
        let plain = StatusInput::slug_of(name);
        let is_free = |slug: &String| {
            self.id_of(slug).is_none()
                && !taken.values().any(|other| other == slug)
                && !self
                    .gone
                    .iter()
                    .any(|gone| gone.row.slug.as_ref() == Some(slug))
        };
        (2..)
            .map(|n| format!("{plain}_{n}"))
            .find(is_free)
            .filter(|_| !is_free(&plain))
            .unwrap_or(plain)
    }

    /// Puts an error of check or server at the status it is about.
    #[must_use]
    pub fn mistake(&self, error: &FieldError) -> Mistake {
        let mut parts = error.pointer.split('/').skip(1);
        let at = match (parts.next(), parts.next(), parts.next()) {
            (Some("statuses"), Some(index), Some(field)) => index
                .parse::<usize>()
                .ok()
                .and_then(|index| self.rows.get(index))
                .map(|row| (row.id, field.replace("slug", "name"))),
            _ => None,
        };
        Mistake {
            at,
            detail: error.detail.clone(),
        }
    }

    /// What is allowed, but probably not meant.
    #[must_use]
    pub fn advice(&self) -> Vec<String> {
        let mut advice = Vec::new();
        for (index, row) in self.rows.iter().enumerate() {
            let name = &row.name;
            if index > 0 && !self.steps.iter().any(|(_, to)| *to == row.id) {
                advice.push(format!("No step leads to {name}."));
            }
            if row.category.is_open() && !self.steps.iter().any(|(from, _)| *from == row.id) {
                advice.push(format!(
                    "No step leads out of {name}: its issues stay there."
                ));
            }
        }
        advice
    }
}

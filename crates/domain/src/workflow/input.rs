//! Changing a workflow: what a lead sends, checked the same way by form and server.

use super::{Category, Status, Transition, Workflow};
use crate::problem::FieldError;
use crate::text;
use crate::wire::fold_word;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Most statuses that a workflow has.
pub const STATUSES_MAX: usize = 50;
const WIP_LIMIT_MAX: i32 = 1000;
const SLUG_MAX: usize = 50;

/// A status as it shall be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StatusInput {
    /// Slug of a status that is there, which keeps it and may get another name; or the slug of a new
    /// one. Left out: a new one, with a slug made from its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slug: Option<String>,
    /// Name for people, unique in the project.
    pub name: String,
    /// What it means. A status that ever held an issue keeps its category.
    pub category: Category,
    /// How many issues should be here at once at most: 1 to 1000.
    #[serde(default)]
    pub wip_limit: Option<i32>,
}

/// `PUT /projects/{project}/workflow`: the whole workflow as it shall be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WorkflowInput {
    /// In the order of the board's columns; the first is where issues begin.
    pub statuses: Vec<StatusInput>,
    /// All allowed steps. A new status without a slug is named by the slug made from its name.
    pub transitions: Vec<Transition>,
    /// Where the issues of a removed status go: slug of the removed one → slug of one that stays.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub moves: BTreeMap<String, String>,
}

/// A checked change of a workflow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkflowPlan {
    /// The workflow as it will be, every status with its slug.
    pub workflow: Workflow,
    /// Slugs of statuses that go, each with the slug that takes its issues, if one was named.
    pub removed: Vec<(String, Option<String>)>,
    /// Places in `statuses` of those that get another category: only for statuses never used.
    pub recategorised: Vec<usize>,
}

impl From<&Workflow> for WorkflowInput {
    fn from(workflow: &Workflow) -> Self {
        Self {
            statuses: workflow
                .statuses
                .iter()
                .map(|s| StatusInput {
                    slug: Some(s.slug.clone()),
                    name: s.name.clone(),
                    category: s.category,
                    wip_limit: s.wip_limit,
                })
                .collect(),
            transitions: workflow.transitions.clone(),
            moves: BTreeMap::new(),
        }
    }
}

impl StatusInput {
    /// The slug that a new status of that name gets: its ASCII letters and digits.
    #[must_use]
    pub fn slug_of(name: &str) -> String {
        let words: Vec<String> = name
            .split(|c: char| !c.is_ascii_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_ascii_lowercase)
            .collect();
        let slug: String = words.join("_").chars().take(SLUG_MAX).collect();
        let slug = slug.trim_end_matches('_');
        if slug.is_empty() {
            "status".into()
        } else {
            slug.into()
        }
    }
}

fn at(pointer: String, code: &str, detail: impl Into<String>) -> FieldError {
    FieldError::new(pointer, code, detail)
}

impl WorkflowInput {
    /// Checks the workflow against the one there is.
    ///
    /// Whether removed statuses hold issues is not known here: the server asks for a target then.
    ///
    /// # Errors
    /// All mistakes, each with its place.
    pub fn check(&self, now: &Workflow) -> Result<WorkflowPlan, Vec<FieldError>> {
        let mut errors = self.too_many();
        if !errors.is_empty() {
            return Err(errors);
        }
        let statuses = self.checked_statuses(&mut errors);
        self.check_shape(&statuses, &mut errors);
        let transitions = self.checked_transitions(&statuses, &mut errors);
        let removed = self.checked_moves(now, &statuses, &mut errors);
        if !errors.is_empty() {
            return Err(errors);
        }
        let recategorised = statuses
            .iter()
            .enumerate()
            .filter(|(_, s)| {
                now.status(&s.slug)
                    .is_some_and(|n| n.category != s.category)
            })
            .map(|(i, _)| i)
            .collect();
        Ok(WorkflowPlan {
            workflow: Workflow {
                statuses,
                transitions,
            },
            removed,
            recategorised,
        })
    }

    /// Lists that are longer than any workflow, before their elements are looked at.
    fn too_many(&self) -> Vec<FieldError> {
        let steps_max = STATUSES_MAX * (STATUSES_MAX - 1);
        let lists = [
            ("statuses", self.statuses.len(), STATUSES_MAX),
            ("transitions", self.transitions.len(), steps_max),
            ("moves", self.moves.len(), STATUSES_MAX),
        ];
        let long = lists.into_iter().filter(|(_, len, max)| len > max);
        long.map(|(field, _, max)| FieldError::at(field, "too_many", format!("At most {max}.")))
            .collect()
    }

    fn checked_statuses(&self, errors: &mut Vec<FieldError>) -> Vec<Status> {
        let mut statuses: Vec<Status> = Vec::with_capacity(self.statuses.len());
        for (i, given) in self.statuses.iter().enumerate() {
            let name = text::name("name", &given.name).unwrap_or_else(|mut error| {
                error.pointer = format!("/statuses/{i}/name");
                errors.push(error);
                given.name.clone()
            });
            let slug = match &given.slug {
                Some(slug) => fold_word(slug),
                None => StatusInput::slug_of(&name),
            };
            let fits = (1..=SLUG_MAX).contains(&slug.len())
                && slug
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
            if !fits {
                let detail = "1 to 50 small letters, digits or underscores.";
                errors.push(at(format!("/statuses/{i}/slug"), "pattern", detail));
            }
            if statuses.iter().any(|s| s.slug == slug) {
                let detail = "Another status has that slug.";
                errors.push(at(format!("/statuses/{i}/slug"), "taken", detail));
            }
            if statuses
                .iter()
                .any(|s| s.name.to_lowercase() == name.to_lowercase())
            {
                let detail = "Another status has that name.";
                errors.push(at(format!("/statuses/{i}/name"), "taken", detail));
            }
            if given
                .wip_limit
                .is_some_and(|n| !(1..=WIP_LIMIT_MAX).contains(&n))
            {
                let detail = "From 1 to 1000, or none.";
                errors.push(at(format!("/statuses/{i}/wip_limit"), "range", detail));
            }
            statuses.push(Status {
                slug,
                name,
                category: given.category,
                wip_limit: given.wip_limit,
            });
        }
        statuses
    }

    fn check_shape(&self, statuses: &[Status], errors: &mut Vec<FieldError>) {
        let Some(first) = statuses.first() else {
            errors.push(FieldError::at(
                "statuses",
                "required",
                "At least one open and one done.",
            ));
            return;
        };
        if matches!(first.category, Category::Waiting | Category::Done) {
            let detail = "Issues begin in the first status: triage, backlog or active.";
            errors.push(at("/statuses/0/category".into(), "initial", detail));
        }
        if !statuses.iter().any(|s| s.category == Category::Done) {
            let detail = "At least one status is done, or nothing can be closed.";
            errors.push(FieldError::at("statuses", "no_done", detail));
        }
    }

    fn checked_transitions(
        &self,
        statuses: &[Status],
        errors: &mut Vec<FieldError>,
    ) -> Vec<Transition> {
        let mut steps: Vec<Transition> = Vec::with_capacity(self.transitions.len());
        for (i, step) in self.transitions.iter().enumerate() {
            let step = Transition {
                from: fold_word(&step.from),
                to: fold_word(&step.to),
            };
            for (end, slug) in [("from", &step.from), ("to", &step.to)] {
                if !statuses.iter().any(|s| s.slug == *slug) {
                    let detail = "The workflow has no such status.";
                    errors.push(at(
                        format!("/transitions/{i}/{end}"),
                        "unknown_value",
                        detail,
                    ));
                }
            }
            if step.from == step.to {
                let detail = "A step leads to another status.";
                errors.push(at(format!("/transitions/{i}/to"), "same", detail));
            }
            if !steps.contains(&step) {
                steps.push(step);
            }
        }
        steps
    }

    fn checked_moves(
        &self,
        now: &Workflow,
        statuses: &[Status],
        errors: &mut Vec<FieldError>,
    ) -> Vec<(String, Option<String>)> {
        let stays = |slug: &str| statuses.iter().any(|s| s.slug == slug);
        let mut moves = BTreeMap::new();
        for (from, to) in &self.moves {
            let pointer = format!("/moves/{}", from.replace('~', "~0").replace('/', "~1"));
            let (from, to) = (fold_word(from), fold_word(to));
            if now.status(&from).is_none() || stays(&from) {
                let detail = "Only issues of a status that goes are moved.";
                errors.push(at(pointer, "not_removed", detail));
            } else if stays(&to) {
                moves.insert(from, to);
            } else {
                let detail = "The workflow has no such status.";
                errors.push(at(pointer, "unknown_value", detail));
            }
        }
        now.statuses
            .iter()
            .filter(|s| !stays(&s.slug))
            .map(|s| (s.slug.clone(), moves.get(&s.slug).cloned()))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workflow::Template;

    fn mistakes(change: impl FnOnce(&mut WorkflowInput)) -> Vec<(String, String)> {
        let now = Workflow::template(Template::Feedback);
        let mut input = WorkflowInput::from(&now);
        change(&mut input);
        let errors = input.check(&now).unwrap_err();
        errors.into_iter().map(|e| (e.pointer, e.code)).collect()
    }

    fn one(pointer: &str, code: &str) -> Vec<(String, String)> {
        vec![(pointer.into(), code.into())]
    }

    #[test]
    fn the_workflow_as_it_is_changes_nothing() {
        for template in Template::ALL {
            let now = Workflow::template(*template);
            let plan = WorkflowInput::from(&now).check(&now).unwrap();
            assert_eq!(plan.workflow, now);
            assert!(plan.removed.is_empty() && plan.recategorised.is_empty());
        }
    }

    #[test]
    fn a_new_status_gets_its_slug_from_its_name() {
        let now = Workflow::template(Template::Feedback);
        let mut input = WorkflowInput::from(&now);
        input.statuses.insert(
            1,
            StatusInput {
                slug: None,
                name: " In Review (2) ".into(),
                category: Category::Active,
                wip_limit: Some(3),
            },
        );
        input.transitions.push(Transition {
            from: "open".into(),
            to: "In Review 2".into(),
        });
        let plan = input.check(&now).unwrap();
        assert_eq!(plan.workflow.statuses[1].slug, "in_review_2");
        assert_eq!(plan.workflow.statuses[1].name, "In Review (2)");
        assert_eq!(plan.workflow.next("open").len(), 3);
        assert_eq!(StatusInput::slug_of("\u{e4}\u{f6}"), "status");
    }

    #[test]
    fn a_removed_status_says_where_its_issues_go() {
        let now = Workflow::template(Template::Feedback);
        let mut input = WorkflowInput::from(&now);
        input.statuses.remove(1);
        input
            .transitions
            .retain(|t| t.from != "triaged" && t.to != "triaged");
        let plan = input.check(&now).unwrap();
        assert_eq!(plan.removed, [("triaged".to_string(), None)]);
        input.moves = BTreeMap::from([("triaged".into(), "Open".into())]);
        let plan = input.check(&now).unwrap();
        assert_eq!(
            plan.removed,
            [("triaged".to_string(), Some("open".to_string()))]
        );
    }

    #[test]
    fn every_mistake_has_its_place() {
        assert_eq!(
            mistakes(|w| w.statuses[1].name = "OPEN".into()),
            one("/statuses/1/name", "taken")
        );
        assert_eq!(
            mistakes(|w| w.statuses[1].name = " ".into()),
            one("/statuses/1/name", "required")
        );
        assert_eq!(
            mistakes(|w| w.statuses[1].wip_limit = Some(0)),
            one("/statuses/1/wip_limit", "range")
        );
        assert_eq!(
            mistakes(|w| w.statuses[0].category = Category::Waiting),
            one("/statuses/0/category", "initial")
        );
        assert_eq!(
            mistakes(|w| w.statuses[3].category = Category::Active),
            one("/statuses", "no_done")
        );
        assert_eq!(
            mistakes(|w| w.transitions[0].to = "nowhere".into()),
            one("/transitions/0/to", "unknown_value")
        );
        assert_eq!(
            mistakes(|w| w.transitions[0].to = w.transitions[0].from.clone()),
            one("/transitions/0/to", "same")
        );
        assert_eq!(
            mistakes(|w| w.moves = BTreeMap::from([("open".into(), "done".into())])),
            one("/moves/open", "not_removed")
        );
        assert_eq!(
            mistakes(|w| w.statuses[1].slug = Some("a b/".into()))
                .first()
                .unwrap()
                .1,
            "pattern"
        );
        assert_eq!(
            mistakes(|w| w.statuses.clear()).first().unwrap().1,
            "required"
        );
    }
}

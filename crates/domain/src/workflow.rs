//! Workflow as data: statuses in order, the steps between them, and the four templates.

use crate::wire::fold_word;
use serde::{Deserialize, Serialize};

mod input;

pub use input::{STATUSES_MAX, StatusInput, WorkflowInput, WorkflowPlan};

words! {
    /// What a status means. Everything that computes uses the category, never the name.
    Category ("category") {
        /// Not looked at yet.
        Triage = "triage",
        /// Accepted, not begun.
        Backlog = "backlog",
        /// Being worked on.
        Active = "active",
        /// Stopped by something outside.
        Waiting = "waiting",
        /// Finished, whatever the outcome.
        Done = "done",
    }
}

impl Category {
    /// Open means: not done.
    #[must_use]
    pub const fn is_open(self) -> bool {
        !matches!(self, Category::Done)
    }
}

words! {
    /// The set of statuses a project begins with.
    Template ("template") {
        /// Client feedback: open, triaged, in progress, done.
        Feedback = "feedback",
        /// Issues logged by programs: open, in progress, resolved, closed.
        Service = "service",
        /// A development team's board of seven columns.
        Software = "software",
        /// Support requests: open, in progress, waiting on requester, resolved.
        Helpdesk = "helpdesk",
    }
}

/// One status of a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Status {
    /// Name in the API, unique in the project.
    pub slug: String,
    /// Name for people.
    pub name: String,
    /// What it means.
    pub category: Category,
    /// How many issues should be here at once at most.
    #[serde(default)]
    pub wip_limit: Option<i32>,
}

/// A step that the workflow allows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Transition {
    /// Slug of the status left.
    pub from: String,
    /// Slug of the status entered.
    pub to: String,
}

/// The statuses of a project, in order, and the steps between them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Workflow {
    /// In the order of the board's columns; the first is where issues begin.
    pub statuses: Vec<Status>,
    /// All allowed steps.
    pub transitions: Vec<Transition>,
}

/// Why an issue cannot move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoStep {
    /// The project has no such status.
    UnknownStatus,
    /// The workflow has no such step; these it has.
    NotAllowed(Vec<String>),
}

impl Workflow {
    /// The status where issues begin.
    #[must_use]
    pub fn first(&self) -> Option<&Status> {
        self.statuses.first()
    }

    /// The status with that slug; case and separators do not matter.
    #[must_use]
    pub fn status(&self, slug: &str) -> Option<&Status> {
        let slug = fold_word(slug);
        self.statuses.iter().find(|s| s.slug == slug)
    }

    /// The statuses that can be reached from there in one step, in the board's order.
    #[must_use]
    pub fn next(&self, from: &str) -> Vec<&Status> {
        self.statuses
            .iter()
            .filter(|s| {
                self.transitions
                    .iter()
                    .any(|t| t.from == from && t.to == s.slug)
            })
            .collect()
    }

    /// The status that a move from `from` to `to` enters.
    ///
    /// # Errors
    /// [`NoStep`] when there is no such status or no such step.
    pub fn step(&self, from: &str, to: &str) -> Result<&Status, NoStep> {
        let target = self.status(to).ok_or(NoStep::UnknownStatus)?;
        if target.slug == from || self.next(from).iter().any(|s| s.slug == target.slug) {
            return Ok(target);
        }
        Err(NoStep::NotAllowed(
            self.next(from).iter().map(|s| s.slug.clone()).collect(),
        ))
    }

    /// The workflow a project with that template begins with.
    #[must_use]
    pub fn template(template: Template) -> Self {
        use Category::{Active, Backlog, Done, Triage, Waiting};
        let rows: &[(&str, &str, Category)] = match template {
            Template::Feedback => &[
                ("open", "Open", Triage),
                ("triaged", "Triaged", Backlog),
                ("in_progress", "In progress", Active),
                ("done", "Done", Done),
            ],
            Template::Service => &[
                ("open", "Open", Triage),
                ("in_progress", "In progress", Active),
                ("resolved", "Resolved", Done),
                ("closed", "Closed", Done),
            ],
            Template::Software => &[
                ("open", "Open", Triage),
                ("assigned", "Assigned", Backlog),
                ("in_progress", "In progress", Active),
                ("on_hold", "On hold", Waiting),
                ("under_review", "Under review", Active),
                ("done", "Done", Done),
                ("released", "Released", Done),
            ],
            Template::Helpdesk => &[
                ("open", "Open", Triage),
                ("in_progress", "In progress", Active),
                ("waiting_on_requester", "Waiting on requester", Waiting),
                ("resolved", "Resolved", Done),
            ],
        };
        let statuses: Vec<Status> = rows
            .iter()
            .map(|(slug, name, category)| Status {
                slug: (*slug).into(),
                name: (*name).into(),
                category: *category,
                wip_limit: None,
            })
            .collect();
        let transitions = usual_transitions(&statuses);
        Self {
            statuses,
            transitions,
        }
    }
}

/// The steps a template allows: one forward, one back, into and out of waiting, close from
/// anywhere, reopen from done to the first active or triage status.
///
/// "Forward" and "back" skip waiting statuses: work goes around them, not through them.
fn usual_transitions(statuses: &[Status]) -> Vec<Transition> {
    let mut steps: Vec<(usize, usize)> = Vec::new();
    let path: Vec<usize> = (0..statuses.len())
        .filter(|i| category(statuses, *i) != Category::Waiting)
        .collect();
    for pair in path.windows(2) {
        if let [a, b] = pair {
            steps.push((*a, *b));
            steps.push((*b, *a));
        }
    }
    let first = |wanted: Category| (0..statuses.len()).find(|i| category(statuses, *i) == wanted);
    let closing = first(Category::Done);
    for i in 0..statuses.len() {
        match category(statuses, i) {
            Category::Waiting => {
                for j in path
                    .iter()
                    .copied()
                    .filter(|j| category(statuses, *j).is_open())
                {
                    steps.push((i, j));
                    steps.push((j, i));
                }
            }
            Category::Done => {
                steps.extend(first(Category::Active).map(|to| (i, to)));
                steps.extend(first(Category::Triage).map(|to| (i, to)));
            }
            Category::Triage | Category::Backlog | Category::Active => {}
        }
        steps.extend(closing.map(|to| (i, to)));
    }
    steps.retain(|(a, b)| a != b);
    steps.sort_unstable();
    steps.dedup();
    steps
        .into_iter()
        .filter_map(|(a, b)| {
            Some(Transition {
                from: statuses.get(a)?.slug.clone(),
                to: statuses.get(b)?.slug.clone(),
            })
        })
        .collect()
}

fn category(statuses: &[Status], index: usize) -> Category {
    statuses.get(index).map_or(Category::Done, |s| s.category)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reach(template: Template, from: &str) -> Vec<String> {
        Workflow::template(template)
            .next(from)
            .iter()
            .map(|s| s.slug.clone())
            .collect()
    }

    #[test]
    fn feedback_goes_forward_back_closes_and_reopens() {
        assert_eq!(reach(Template::Feedback, "open"), ["triaged", "done"]);
        assert_eq!(
            reach(Template::Feedback, "triaged"),
            ["open", "in_progress", "done"]
        );
        assert_eq!(
            reach(Template::Feedback, "in_progress"),
            ["triaged", "done"]
        );
        assert_eq!(reach(Template::Feedback, "done"), ["open", "in_progress"]);
    }

    #[test]
    fn software_goes_around_waiting_not_through_it() {
        assert_eq!(
            reach(Template::Software, "in_progress"),
            ["assigned", "on_hold", "under_review", "done"]
        );
        assert_eq!(
            reach(Template::Software, "on_hold"),
            ["open", "assigned", "in_progress", "under_review", "done"]
        );
        assert_eq!(
            reach(Template::Software, "released"),
            ["open", "in_progress", "done"]
        );
    }

    #[test]
    fn every_template_begins_in_triage_and_every_status_can_close() {
        for template in Template::ALL {
            let workflow = Workflow::template(*template);
            assert_eq!(workflow.first().unwrap().category, Category::Triage);
            for status in workflow.statuses.iter().filter(|s| s.category.is_open()) {
                assert!(
                    workflow
                        .next(&status.slug)
                        .iter()
                        .any(|s| s.category == Category::Done),
                    "{template} {}",
                    status.slug
                );
            }
        }
    }

    #[test]
    fn a_forbidden_step_names_the_allowed_ones() {
        let workflow = Workflow::template(Template::Feedback);
        assert_eq!(
            workflow.step("open", "in_progress"),
            Err(NoStep::NotAllowed(vec!["triaged".into(), "done".into()]))
        );
        assert_eq!(workflow.step("open", "nowhere"), Err(NoStep::UnknownStatus));
        assert_eq!(
            workflow.step("triaged", "In Progress").unwrap().slug,
            "in_progress"
        );
        assert_eq!(workflow.step("open", "open").unwrap().slug, "open");
    }
}

//! Where an issue was, status by status, from its history.

use chrono::{DateTime, Utc};
use domain::event::HistoryEntry;
use domain::issue::Issue;
use domain::workflow::{Category, Workflow};

/// A stay in one status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Slug of the status.
    pub slug: String,
    /// Name of the status.
    pub name: String,
    /// What it means.
    pub category: Category,
    /// Since when.
    pub since: DateTime<Utc>,
    /// How long; being done takes no time.
    pub seconds: i64,
}

fn part(value: Option<&serde_json::Value>, name: &str) -> Option<String> {
    value?.get(name)?.as_str().map(ToOwned::to_owned)
}

/// The stays, oldest first. The last one lasts until now, unless it is a done one.
#[must_use]
pub fn steps(
    issue: &Issue,
    history: &[HistoryEntry],
    workflow: Option<&Workflow>,
    now: DateTime<Utc>,
) -> Vec<Step> {
    let moves: Vec<&HistoryEntry> = history
        .iter()
        .filter(|entry| entry.field.as_deref() == Some("status"))
        .collect();
    let current = (issue.status.slug.clone(), issue.status.name.clone());
    let named =
        |value: Option<&serde_json::Value>| Some((part(value, "slug")?, part(value, "name")?));
    let first = moves.first().and_then(|entry| named(entry.old.as_ref()));
    let mut stays = vec![(first.unwrap_or_else(|| current.clone()), issue.created_at)];
    stays.extend(
        moves
            .iter()
            .filter_map(|entry| Some((named(entry.new.as_ref())?, entry.at))),
    );
    let category = |slug: &str| {
        if slug == issue.status.slug {
            return issue.status.category;
        }
        workflow
            .and_then(|workflow| workflow.status(slug))
            .map_or(Category::Backlog, |status| status.category)
    };
    let ends: Vec<DateTime<Utc>> = stays
        .iter()
        .skip(1)
        .map(|(_, at)| *at)
        .chain(std::iter::once(now))
        .collect();
    let last = stays.len().saturating_sub(1);
    stays
        .into_iter()
        .zip(ends)
        .enumerate()
        .map(|(index, (((slug, name), since), end))| {
            let category = category(&slug);
            let over = index == last && category == Category::Done;
            let seconds = if over {
                0
            } else {
                (end - since).num_seconds().max(0)
            };
            Step {
                slug,
                name,
                category,
                since,
                seconds,
            }
        })
        .collect()
}

/// The part of the issue's life that was active, in percent.
#[must_use]
pub fn active_share(steps: &[Step]) -> i64 {
    let all: i64 = steps.iter().map(|step| step.seconds).sum();
    let active: i64 = steps
        .iter()
        .filter(|step| step.category == Category::Active)
        .map(|step| step.seconds)
        .sum();
    if all == 0 {
        0
    } else {
        (active * 100 + all / 2) / all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;
    use serde_json::json;

    fn entry(at: DateTime<Utc>, old: &str, new: &str) -> HistoryEntry {
        serde_json::from_value(json!({
            "id": "00000000-0000-7000-8000-000000000009", "kind": "issue.updated", "project": "APP", "issue": "APP-1",
            "field": "status", "old": {"slug": old, "name": old}, "new": {"slug": new, "name": new}, "actor": null,
            "on_behalf_of": null, "version": 2, "at": at, "sentence": ""
        }))
        .unwrap()
    }

    #[test]
    fn stays_follow_each_other_without_gaps() {
        let mut issue = crate::model::change::tests::issue();
        issue.status = serde_json::from_value(
            json!({"slug": "in_progress", "name": "In progress", "category": "active"}),
        )
        .unwrap();
        let start = issue.created_at;
        let workflow = Workflow::template(domain::workflow::Template::Feedback);
        let history = [
            entry(start + TimeDelta::hours(2), "open", "triaged"),
            entry(start + TimeDelta::hours(3), "triaged", "in_progress"),
        ];
        let steps = steps(
            &issue,
            &history,
            Some(&workflow),
            start + TimeDelta::hours(6),
        );
        let seconds: Vec<i64> = steps.iter().map(|step| step.seconds / 3600).collect();
        assert_eq!(seconds, [2, 1, 3]);
        assert_eq!(steps[1].category, Category::Backlog);
        assert_eq!(active_share(&steps), 50);
    }

    #[test]
    fn an_issue_without_moves_has_one_stay() {
        let issue = crate::model::change::tests::issue();
        let steps = steps(&issue, &[], None, issue.created_at + TimeDelta::hours(1));
        assert_eq!(steps.len(), 1);
        assert_eq!(steps[0].seconds, 3600);
    }
}

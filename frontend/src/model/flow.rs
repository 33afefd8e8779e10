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

/// A line of the diagram: one status.
#[derive(Clone, Debug, PartialEq)]
pub struct Lane {
    /// Slug of the status.
    pub slug: String,
    /// Name of the status.
    pub name: String,
    /// What it means.
    pub category: Category,
    /// How long in all.
    pub seconds: i64,
    /// Part of the whole life, in percent.
    pub share: i64,
}

/// A stay in the diagram; places are percents of the life.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bar {
    /// Number of the lane.
    pub lane: usize,
    /// Where it begins.
    pub left: f64,
    /// How long it is.
    pub width: f64,
}

/// The diagram of a life.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// In the order of the workflow.
    pub lanes: Vec<Lane>,
    /// In the order of time; each one follows from the one before.
    pub bars: Vec<Bar>,
    /// When it begins and ends.
    pub span: (DateTime<Utc>, DateTime<Utc>),
    /// Whether it ended: the issue is done.
    pub over: bool,
}

/// Draws the stays; nothing where there is nothing to compare.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "seconds of a life fit 53 bits")]
pub fn chart(steps: &[Step], workflow: Option<&Workflow>) -> Option<Chart> {
    let (first, last) = (steps.first()?, steps.last()?);
    let end = last.since + chrono::TimeDelta::seconds(last.seconds);
    let whole = (end - first.since).num_seconds();
    let mut lanes: Vec<Lane> = Vec::new();
    for step in steps {
        match lanes.iter_mut().find(|lane| lane.slug == step.slug) {
            Some(lane) => lane.seconds += step.seconds,
            None => lanes.push(Lane {
                slug: step.slug.clone(),
                name: step.name.clone(),
                category: step.category,
                seconds: step.seconds,
                share: 0,
            }),
        }
    }
    if lanes.len() < 2 || whole <= 0 {
        return None;
    }
    let place = |lane: &Lane| {
        let statuses = workflow
            .map(|workflow| workflow.statuses.as_slice())
            .unwrap_or_default();
        statuses
            .iter()
            .position(|status| status.slug == lane.slug)
            .unwrap_or(usize::MAX)
    };
    lanes.sort_by_key(place);
    for lane in &mut lanes {
        lane.share = (lane.seconds * 100 + whole / 2) / whole;
    }
    let percent = |seconds: i64| seconds as f64 * 100.0 / whole as f64;
    let bars = steps
        .iter()
        .filter_map(|step| {
            Some(Bar {
                lane: lanes.iter().position(|lane| lane.slug == step.slug)?,
                left: percent((step.since - first.since).num_seconds()),
                width: percent(step.seconds),
            })
        })
        .collect();
    Some(Chart {
        lanes,
        bars,
        span: (first.since, end),
        over: last.category == Category::Done && last.seconds == 0,
    })
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

    #[test]
    fn the_diagram_has_a_lane_for_each_status_and_fills_the_whole_life() {
        let mut issue = crate::model::change::tests::issue();
        let start = issue.created_at;
        let workflow = Workflow::template(domain::workflow::Template::Feedback);
        issue.status =
            serde_json::from_value(json!({"slug": "open", "name": "Open", "category": "triage"}))
                .unwrap();
        let history = [
            entry(start + TimeDelta::hours(1), "open", "triaged"),
            entry(start + TimeDelta::hours(3), "triaged", "open"),
        ];
        let steps = steps(
            &issue,
            &history,
            Some(&workflow),
            start + TimeDelta::hours(4),
        );
        let chart = chart(&steps, Some(&workflow)).unwrap();
        let lanes: Vec<(&str, i64)> = chart
            .lanes
            .iter()
            .map(|lane| (lane.slug.as_str(), lane.share))
            .collect();
        assert_eq!(lanes, [("open", 50), ("triaged", 50)]);
        let ends: Vec<(usize, f64, f64)> = chart
            .bars
            .iter()
            .map(|bar| (bar.lane, bar.left, bar.width))
            .collect();
        assert_eq!(ends, [(0, 0.0, 25.0), (1, 25.0, 50.0), (0, 75.0, 25.0)]);
        assert!(!chart.over);
        assert_eq!(super::chart(&steps[..1], Some(&workflow)), None);
    }
}

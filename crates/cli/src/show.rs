//! Issues, comments and history as people read them.

use crate::text::{line, plain, table};
use domain::comment::Comment;
use domain::event::HistoryEntry;
use domain::issue::{Issue, IssueRow};

/// A list of issues.
pub fn issues(rows: &[IssueRow], terminal: bool) -> String {
    let head = ["KEY", "STATUS", "PRIORITY", "ASSIGNEE", "TITLE"];
    let cells: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            vec![
                row.key.clone(),
                row.status.slug.clone(),
                row.priority.name().into(),
                row.assignee
                    .as_ref()
                    .map_or("-".into(), |a| a.username.clone()),
                row.title.clone(),
            ]
        })
        .collect();
    table(&head, &cells, terminal)
}

/// One issue.
pub fn issue(issue: &Issue) -> String {
    let mut out = format!("{}  {}\n", issue.key, line(&issue.title));
    let labels: Vec<&str> = issue.labels.iter().map(|l| l.name.as_str()).collect();
    let day = |day: Option<chrono::NaiveDate>| day.map(|day| day.to_string());
    let facts = [
        ("Status", Some(issue.status.name.clone())),
        ("Resolution", issue.resolution.map(|r| r.to_string())),
        ("Type", Some(issue.type_.to_string())),
        ("Severity", Some(issue.severity.to_string())),
        ("Priority", Some(issue.priority.name().into())),
        ("Points", issue.story_points.map(|p| p.to_string())),
        ("Labels", (!labels.is_empty()).then(|| labels.join(", "))),
        (
            "Assignee",
            issue.assignee.as_ref().map(|a| a.display_name.clone()),
        ),
        ("Reporter", Some(issue.reporter.display_name.clone())),
        ("Parent", issue.parent.clone()),
        ("Affected", issue.affected_version.clone()),
        ("Fixed in", issue.fixed_version.clone()),
        ("Start", day(issue.start_date)),
        ("Due", day(issue.due_date)),
        ("Created", Some(minute(issue.created_at))),
        ("Updated", Some(minute(issue.updated_at))),
        ("Resolved", issue.resolved_at.map(minute)),
        ("Deleted", issue.deleted_at.map(minute)),
    ];
    for (name, value) in facts {
        if let Some(value) = value {
            out.push_str(&format!("{name:<11} {}\n", line(&value)));
        }
    }
    if !issue.description.is_empty() {
        out.push_str(&format!("\n{}\n", plain(&issue.description)));
    }
    out
}

/// Comments, each under its author and time.
pub fn comments(comments: &[Comment]) -> String {
    let mut out = String::new();
    for comment in comments {
        let mark = match (comment.internal, comment.edited_at) {
            (true, _) => ", internal",
            (false, Some(_)) => ", edited",
            _ => "",
        };
        let indent = if comment.parent.is_some() { "  " } else { "" };
        out.push_str(&format!(
            "\n{indent}{}, {}{mark}\n",
            line(&comment.author.display_name),
            minute(comment.created_at)
        ));
        let body = match comment.deleted_at {
            Some(_) => "(deleted)".into(),
            None => plain(&comment.body),
        };
        for text in body.lines() {
            out.push_str(&format!("{indent}{text}\n"));
        }
    }
    out
}

/// What happened, the newest first as the API gives it.
pub fn history(entries: &[HistoryEntry], terminal: bool) -> String {
    let cells: Vec<Vec<String>> = entries
        .iter()
        .map(|entry| {
            let who = entry.actor.as_ref();
            vec![
                minute(entry.at),
                who.map_or("the system".into(), |who| who.display_name.clone()),
                entry.sentence.clone(),
            ]
        })
        .collect();
    table(&["WHEN (UTC)", "WHO", "WHAT"], &cells, terminal)
}

fn minute(at: chrono::DateTime<chrono::Utc>) -> String {
    at.format("%Y-%m-%d %H:%M").to_string()
}

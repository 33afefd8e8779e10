//! Issues, comments and history as people read them.

use crate::text::{line, plain, table};
use domain::bulk::BulkReport;
use domain::comment::Comment;
use domain::event::HistoryEntry;
use domain::issue::{Issue, IssueRow};
use domain::page::Total;
use domain::relocation::Relocation;
use domain::search::{SearchHit, Segment};
use domain::user::Me;
use domain::view::View;

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

/// A list on a terminal says when it is not all of them, and when there are none.
pub fn listed(list: String, shown: usize, total: Total, terminal: bool) -> String {
    let all = usize::try_from(total.count).unwrap_or(usize::MAX);
    if !terminal || (shown > 0 && shown >= all && total.exact) {
        return list;
    }
    if all == 0 {
        return "Nothing matches.\n".into();
    }
    let plus = if total.exact { "" } else { " and more" };
    format!("{list}{shown} of {all}{plus}; -n NUMBER shows more\n")
}

/// As much of a snippet as fits beside a title: what was found, and what stands around it.
fn around(pieces: &[Segment]) -> String {
    const BEFORE: usize = 20;
    const LENGTH: usize = 60;
    let text: Vec<char> = pieces.iter().flat_map(|p| p.text.chars()).collect();
    let before = pieces.iter().take_while(|p| !p.hit);
    let at: usize = before.map(|p| p.text.chars().count()).sum();
    let from = if at < text.len() {
        at.saturating_sub(BEFORE)
    } else {
        0
    };
    let cut: String = text.iter().skip(from).take(LENGTH).collect();
    let (start, end) = (from > 0, from + LENGTH < text.len());
    let dots = |is: bool| if is { "…" } else { "" };
    format!("{}{}{}", dots(start), cut.trim(), dots(end))
}

/// What was found by words, with the text around them.
pub fn found(hits: &[SearchHit], terminal: bool) -> String {
    let text = |pieces: &[Segment]| pieces.iter().map(|p| p.text.as_str()).collect::<String>();
    let cells: Vec<Vec<String>> = hits
        .iter()
        .map(|hit| {
            vec![
                hit.key.clone(),
                hit.status.slug.clone(),
                hit.found_in.to_string(),
                text(&hit.title),
                if terminal {
                    around(&hit.snippet)
                } else {
                    text(&hit.snippet)
                },
            ]
        })
        .collect();
    table(&["KEY", "STATUS", "IN", "TITLE", "WHERE"], &cells, terminal)
}

/// What a change of many did, or would do, to each.
pub fn bulk(report: &BulkReport, terminal: bool) -> String {
    let cells: Vec<Vec<String>> = report
        .items
        .iter()
        .map(|item| {
            let what = match &item.refused {
                Some(why) => format!("refused: {why}"),
                None if item.changed.is_empty() => "stays".into(),
                None => item.changed.join(", "),
            };
            vec![item.key.clone(), what, item.title.clone()]
        })
        .collect();
    let mut out = table(&["KEY", "CHANGES", "TITLE"], &cells, terminal);
    if terminal {
        let refused = report.items.iter().filter(|item| item.refused.is_some());
        let (all, refused) = (report.items.len(), refused.count());
        out.push_str(&match (report.dry_run, refused) {
            (true, 0) => format!("{all} would change; nothing was changed\n"),
            (true, n) => format!("{n} of {all} cannot change that way, so none would\n"),
            (false, _) => format!("{all} done\n"),
        });
    }
    out
}

/// The key after a move; on a terminal also what else changes. Of a move that was only tried, that alone.
pub fn moved(moved: &Relocation, terminal: bool) -> String {
    let notes = moved.notes.iter().map(|note| {
        let mark = if note.lost { "lost" } else { "note" };
        format!("  {mark}: {}\n", line(&note.text))
    });
    let notes: String = notes.collect();
    match (moved.dry_run, terminal) {
        (true, _) => format!(
            "{} would become {}; nothing was moved\n{notes}",
            moved.from, moved.issue.key
        ),
        (false, true) => format!("{} is {} now\n{notes}", moved.from, moved.issue.key),
        (false, false) => format!("{}\n", moved.issue.key),
    }
}

/// Saved views.
pub fn views(views: &[View], terminal: bool) -> String {
    let cells: Vec<Vec<String>> = views
        .iter()
        .map(|view| {
            vec![
                view.name.clone(),
                view.project.clone().unwrap_or_else(|| "-".into()),
                if view.shared { "shared" } else { "own" }.into(),
                view.query.clone(),
            ]
        })
        .collect();
    table(&["NAME", "PROJECT", "WHOSE", "QUERY"], &cells, terminal)
}

/// Who asks, and what they are in each project.
pub fn me(me: &Me, terminal: bool) -> String {
    let mut out = format!("{}  {}\n", me.user.username, line(&me.user.display_name));
    if let Some(role) = me.user.role {
        out.push_str(&format!("{:<11} {role}\n", "Account"));
    }
    if let Some(scopes) = &me.scopes {
        let scopes: Vec<String> = scopes.iter().map(ToString::to_string).collect();
        out.push_str(&format!("{:<11} {}\n", "Token may", scopes.join(", ")));
    }
    if let Some(at) = me.expires_at {
        out.push_str(&format!("{:<11} {}\n", "Token until", minute(at)));
    }
    let cells: Vec<Vec<String>> = me
        .standings
        .iter()
        .map(|one| {
            let sees = if one.own_only {
                "own issues"
            } else {
                "all issues"
            };
            vec![one.project.clone(), one.role.to_string(), sees.into()]
        })
        .collect();
    if !cells.is_empty() {
        out.push('\n');
        out.push_str(&table(&["PROJECT", "ROLE", "SEES"], &cells, terminal));
    }
    out
}

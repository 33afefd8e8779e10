//! Lists as CSV (RFC 4180): the columns as one table, and the guard against formulas.

use crate::audit::AuditEntry;
use crate::issue::IssueRow;
use crate::user::UserRef;

/// Most rows of one document; whoever asks for more is told to narrow the filter.
pub const ROWS_MAX: i64 = 10_000;

/// A column: its name, what it holds, its value.
pub type Column<T> = (&'static str, &'static str, fn(&T) -> String);

fn instant(at: chrono::DateTime<chrono::Utc>) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true)
}

/// The columns of a list of issues, in this order.
pub const ISSUES: &[Column<IssueRow>] = &[
    ("key", "the issue's key", |i| i.key.clone()),
    ("project", "the project's key", |i| i.project.clone()),
    ("title", "the title", |i| i.title.clone()),
    ("type", "kind of work", |i| i.type_.to_string()),
    ("severity", "low to critical", |i| i.severity.to_string()),
    ("priority", "1 (highest) to 5", |i| {
        i.priority.number().to_string()
    }),
    ("story_points", "size", |i| {
        i.story_points.map(|p| p.to_string()).unwrap_or_default()
    }),
    ("status", "slug of the status", |i| i.status.slug.clone()),
    ("category", "what the status means", |i| {
        i.status.category.to_string()
    }),
    ("resolution", "how it ended", |i| {
        i.resolution.map(|r| r.to_string()).unwrap_or_default()
    }),
    ("reporter", "user name", |i| i.reporter.username.clone()),
    ("assignee", "user name", |i| {
        i.assignee
            .as_ref()
            .map(|a| a.username.clone())
            .unwrap_or_default()
    }),
    ("labels", "names, separated by commas", |i| {
        let names: Vec<&str> = i.labels.iter().map(|l| l.name.as_str()).collect();
        names.join(",")
    }),
    ("parent", "key of the parent issue", |i| {
        i.parent.clone().unwrap_or_default()
    }),
    (
        "affected_version",
        "name of the version it was seen in",
        |i| i.affected_version.clone().unwrap_or_default(),
    ),
    (
        "fixed_version",
        "name of the version with the remedy",
        |i| i.fixed_version.clone().unwrap_or_default(),
    ),
    ("start_date", "day", |i| {
        i.start_date.map(|d| d.to_string()).unwrap_or_default()
    }),
    ("due_date", "day", |i| {
        i.due_date.map(|d| d.to_string()).unwrap_or_default()
    }),
    ("votes", "how many people voted for it", |i| {
        i.votes.to_string()
    }),
    ("created_at", "instant, UTC", |i| instant(i.created_at)),
    ("updated_at", "instant, UTC", |i| instant(i.updated_at)),
    ("resolved_at", "instant, UTC", |i| {
        i.resolved_at.map(instant).unwrap_or_default()
    }),
    ("version", "counts changes", |i| i.version.to_string()),
];

fn person(user: &Option<UserRef>) -> String {
    let name = user.as_ref().map(|u| u.username.clone());
    name.unwrap_or_default()
}

/// The columns of the audit log, in this order.
pub const AUDIT: &[Column<AuditEntry>] = &[
    ("at", "instant, UTC", |e| instant(e.at)),
    ("kind", "what happened", |e| e.kind.clone()),
    ("phrase", "the same for people", |e| e.phrase.clone()),
    ("actor", "user name of who did it", |e| person(&e.actor)),
    ("target", "user name of whom it concerns", |e| {
        person(&e.target)
    }),
    ("project", "the project's key", |e| {
        e.project.clone().unwrap_or_default()
    }),
    ("ip", "address it came from", |e| e.ip.clone()),
    ("user_agent", "browser or program", |e| e.user_agent.clone()),
    ("request_id", "as in logs and problems", |e| {
        e.request_id.clone()
    }),
    ("detail", "particulars, as JSON", |e| e.detail.to_string()),
    ("id", "the entry's id", |e| e.id.to_string()),
];

/// A document: the names of the columns, then a line for each row.
#[must_use]
pub fn document<T>(columns: &[Column<T>], rows: &[T]) -> String {
    head(columns) + &lines(columns, rows)
}

/// The line with the names of the columns.
#[must_use]
pub fn head<T>(columns: &[Column<T>]) -> String {
    let mut out = String::new();
    let names: Vec<String> = columns.iter().map(|c| c.0.to_string()).collect();
    line(&mut out, &names);
    out
}

/// A line for each row.
#[must_use]
pub fn lines<T>(columns: &[Column<T>], rows: &[T]) -> String {
    let mut out = String::new();
    for row in rows {
        let cells: Vec<String> = columns.iter().map(|c| (c.2)(row)).collect();
        line(&mut out, &cells);
    }
    out
}

fn line(out: &mut String, cells: &[String]) {
    for (n, text) in cells.iter().enumerate() {
        if n > 0 {
            out.push(',');
        }
        cell(out, text);
    }
    out.push_str("\r\n");
}

/// A cell. What a spreadsheet would take for a formula gets an apostrophe in front, so that it stays a
/// text; signs, commas and quotes are put in quotes.
fn cell(out: &mut String, text: &str) {
    // Spreadsheets look behind blanks, and at the full-width forms too.
    let formula = text.trim_start_matches(' ').starts_with([
        '=', '+', '-', '@', '\t', '\r', '\n', '\u{FF1D}', '\u{FF0B}', '\u{FF0D}', '\u{FF20}',
    ]);
    if !formula && !text.contains(['"', ',', '\r', '\n']) {
        out.push_str(text);
        return;
    }
    out.push('"');
    if formula {
        out.push('\'');
    }
    out.push_str(&text.replace('"', "\"\""));
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_formulas_are_texts() {
        for (text, written) in [
            ("plain", "plain"),
            ("", ""),
            ("a,b", "\"a,b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("two\nlines", "\"two\nlines\""),
            ("=1+1", "\"'=1+1\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("-2", "\"'-2\""),
            ("\t=1", "\"'\t=1\""),
            (" =1", "\"' =1\""),
            ("\r=1", "\"'\r=1\""),
            ("\u{FF1D}1", "\"'\u{FF1D}1\""),
            ("1=1", "1=1"),
        ] {
            let mut out = String::new();
            cell(&mut out, text);
            assert_eq!(out, written, "{text}");
        }
    }
}

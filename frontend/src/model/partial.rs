//! An issue as far as a row of a list knows it: enough to edit what the row shows.

use domain::issue::{Issue, IssueRow};

/// What the row does not know is empty; nothing that edits a row asks for it.
#[must_use]
pub fn issue_of(row: &IssueRow) -> Issue {
    let number = row.key.rsplit_once('-').and_then(|(_, n)| n.parse().ok());
    Issue {
        id: row.id,
        key: row.key.clone(),
        project: row.project.clone(),
        number: number.unwrap_or_default(),
        title: row.title.clone(),
        description: String::new(),
        type_: row.type_,
        severity: row.severity,
        priority: row.priority,
        story_points: row.story_points,
        status: row.status.clone(),
        resolution: row.resolution,
        affected_version: row.affected_version.clone(),
        fixed_version: row.fixed_version.clone(),
        reporter: row.reporter.clone(),
        assignee: row.assignee.clone(),
        parent: row.parent.clone(),
        labels: row.labels.clone(),
        start_date: row.start_date,
        due_date: row.due_date,
        external_ref: None,
        fingerprint: None,
        occurrences: 1,
        context: None,
        rank: row.rank.clone(),
        life: row.life.clone(),
        watching: row.watching,
        watchers: row.watchers,
        voted: row.voted,
        votes: row.votes,
        sub_issues: row.sub_issues,
        blocked: row.blocked,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
        resolved_at: row.resolved_at,
        deleted_at: row.deleted_at,
    }
}

/// For `If-Match`: the server reads the version in front of the tag.
#[must_use]
pub fn tag_of(row: &IssueRow) -> Option<String> {
    Some(format!("\"{}\"", row.version))
}

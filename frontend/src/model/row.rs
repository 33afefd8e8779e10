//! An issue as lists and boards show it.

use domain::issue::{Issue, IssueRow};

/// The short form of an issue.
#[must_use]
pub fn row_of(issue: Issue) -> IssueRow {
    IssueRow {
        id: issue.id,
        key: issue.key,
        project: issue.project,
        title: issue.title,
        type_: issue.type_,
        severity: issue.severity,
        priority: issue.priority,
        story_points: issue.story_points,
        status: issue.status,
        resolution: issue.resolution,
        affected_version: issue.affected_version,
        fixed_version: issue.fixed_version,
        reporter: issue.reporter,
        assignee: issue.assignee,
        parent: issue.parent,
        labels: issue.labels,
        start_date: issue.start_date,
        due_date: issue.due_date,
        rank: issue.rank,
        life: issue.life,
        watching: issue.watching,
        watchers: issue.watchers,
        voted: issue.voted,
        votes: issue.votes,
        sub_issues: issue.sub_issues,
        blocked: issue.blocked,
        version: issue.version,
        created_at: issue.created_at,
        updated_at: issue.updated_at,
        resolved_at: issue.resolved_at,
        deleted_at: issue.deleted_at,
    }
}

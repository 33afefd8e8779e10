//! A short list that follows the newest answer without moving under the reader.

use domain::issue::IssueRow;

/// What the reader sees, brought up to date in its places.
#[must_use]
pub fn in_place(shown: &[IssueRow], newest: &[IssueRow]) -> Vec<IssueRow> {
    shown
        .iter()
        .map(|row| {
            newest
                .iter()
                .find(|new| new.id == row.id)
                .unwrap_or(row)
                .clone()
        })
        .collect()
}

/// How many of the newest are not shown yet.
#[must_use]
pub fn missing(shown: &[IssueRow], newest: &[IssueRow]) -> usize {
    newest
        .iter()
        .filter(|new| shown.iter().all(|row| row.id != new.id))
        .count()
}

/// Keys of the rows that are new or changed since.
#[must_use]
pub fn changed(shown: &[IssueRow], newest: &[IssueRow]) -> Vec<String> {
    newest
        .iter()
        .filter(|new| {
            shown
                .iter()
                .all(|row| row.id != new.id || row.version != new.version)
        })
        .map(|new| new.key.clone())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(n: u128, version: i32) -> IssueRow {
        let id = uuid::Uuid::from_u128(n);
        serde_json::from_value(serde_json::json!({
            "id": id, "key": format!("APP-{n}"), "project": "APP", "title": "t", "type": "bug",
            "severity": "low", "priority": 3, "story_points": null,
            "status": {"slug": "open", "name": "Open", "category": "triage"}, "resolution": null,
            "reporter": {"id": id, "username": "ann", "display_name": "Ann", "kind": "human"},
            "assignee": null, "labels": [], "due_date": null, "rank": "4000000001000000", "life": [], "watching": false, "watchers": 0, "voted": false,
            "votes": 0, "sub_issues": {"total": 0, "done": 0}, "blocked": false, "version": version,
            "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z",
            "resolved_at": null, "deleted_at": null
        }))
        .unwrap()
    }

    #[test]
    fn rows_keep_their_places_while_they_are_read() {
        let shown = [row(1, 1), row(2, 1)];
        let newest = [row(3, 1), row(2, 2)];
        let kept: Vec<_> = in_place(&shown, &newest)
            .iter()
            .map(|row| (row.key.clone(), row.version))
            .collect();
        assert_eq!(kept, [("APP-1".into(), 1), ("APP-2".into(), 2)]);
        assert_eq!(missing(&shown, &newest), 1);
        assert_eq!(changed(&shown, &newest), ["APP-3", "APP-2"]);
        assert!(changed(&shown, &shown).is_empty());
    }
}

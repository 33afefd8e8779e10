//! A board of real size: many plain cards in one project, so that a test can look at thousands.

use super::cast::Cast;
use super::words;
use crate::app::{App, issues, projects as use_case};
use anyhow::Context;
use chrono::{Duration, Utc};
use domain::issue::{IssueDraft, Priority, Severity};
use domain::key::ProjectRef;
use store::projects;

/// How many are written together.
const TOGETHER: u32 = 250;
/// Who works on them, one after the other; nobody on each fourth.
const WORKERS: [Option<&str>; 4] = [Some("developer"), Some("lead"), Some("maintainer"), None];

/// Puts `count` cards on the board of that project, one after the other into each of its open
/// columns.
///
/// # Errors
/// When the project does not exist, or the database is away.
pub fn fill(app: &App, cast: &Cast, project: &str, count: u32) -> anyhow::Result<()> {
    let lead = cast.person("lead")?;
    let which = ProjectRef::Key(project.to_string());
    let found = app
        .db
        .read(|conn| use_case::one(conn, lead, &which))
        .map_err(|_| anyhow::anyhow!("there is no project {project}"))?;
    let workflow = app
        .db
        .read(|conn| projects::workflow(conn, found.id))?
        .workflow;
    let open: Vec<&str> = workflow
        .statuses
        .iter()
        .filter(|status| status.category.is_open())
        .map(|status| status.slug.as_str())
        .collect();
    let now = Utc::now();
    for first in (0..count).step_by(TOGETHER as usize) {
        let numbers = first..count.min(first + TOGETHER);
        app.db
            .write(|tx| {
                tx.pretend_it_is(now - Duration::minutes(i64::from(count - first)));
                for n in numbers.clone() {
                    issues::create(tx, lead, &which, &card(n, &open), &[])?;
                }
                Ok::<_, crate::app::Error>(())
            })
            .map_err(|e| anyhow::anyhow!("{}: {e}", e.problem()))
            .with_context(|| format!("cards {numbers:?}"))?;
    }
    Ok(())
}

/// Card `n`: alike at first sight, and no two beside each other the same.
fn card(n: u32, columns: &[&str]) -> IssueDraft {
    fn of<T: Copy>(all: &[T], n: u32) -> Option<T> {
        all.get(n as usize % all.len().max(1)).copied()
    }
    let (subject, complaint) = (of(words::SUBJECTS, n / 5), of(words::COMPLAINTS, n / 7));
    IssueDraft {
        title: format!(
            "{} {}",
            subject.unwrap_or_default(),
            complaint.unwrap_or_default()
        ),
        status: of(columns, n).map(ToOwned::to_owned),
        severity: of(
            &[
                Severity::Low,
                Severity::Medium,
                Severity::Low,
                Severity::High,
            ],
            n / 3,
        ),
        priority: of(Priority::ALL, n / 5),
        story_points: of(&[None, Some(1), Some(3), Some(8)], n / 2).flatten(),
        assignee: of(&WORKERS, n / 5).flatten().map(ToOwned::to_owned),
        ..IssueDraft::default()
    }
}

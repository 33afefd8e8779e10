//! A year of work: issues are reported, looked at, worked on, argued about and closed.

use super::cast::{Cast, SETTINGS, Setting};
use super::words;
use crate::app::{App, Caller, Credential, Error, Timing, comments, personal, relations};
use crate::app::{Precondition, issues};
use anyhow::Context;
use bytes::Bytes;
use chrono::{DateTime, Duration, Utc};
use domain::comment::NewComment;
use domain::issue::{IssueDraft, IssuePatch, IssueType, Priority, Resolution, Severity};
use domain::key::{IssueRef, ProjectRef};
use domain::relation::{NewRelation, RelationKind};
use domain::token::Need;
use domain::workflow::{Category, Workflow};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;
use store::access::Actor;
use uuid::Uuid;

/// Days of history.
pub const DAYS: i64 = 365;

/// What was told.
#[derive(Debug, Default)]
pub struct Made {
    /// Issues.
    pub issues: u32,
    /// Changes of issues.
    pub changes: u32,
    /// Comments.
    pub comments: u32,
    /// Files.
    pub files: u32,
}

#[derive(Debug, Default)]
struct Known {
    issues: Vec<Uuid>,
    epic: Option<String>,
}

struct Teller<'a> {
    app: &'a App,
    cast: &'a Cast,
    rng: StdRng,
    /// Decides how issues hang together, so that what happens to each stays the same.
    plan: StdRng,
    /// Issues of each project so far, and the epic that gathers parts.
    known: HashMap<Uuid, Known>,
    made: Made,
    now: DateTime<Utc>,
}

/// Tells `count` issues over the year. The same `seed` always tells the same story.
///
/// # Errors
/// When the database or the file storage is away.
pub async fn tell(app: &App, cast: &Cast, seed: u64, count: u32) -> anyhow::Result<Made> {
    let rng = StdRng::seed_from_u64(seed);
    let mut teller = Teller {
        app,
        cast,
        rng,
        plan: StdRng::seed_from_u64(seed + 1_000),
        known: HashMap::new(),
        made: Made::default(),
        now: Utc::now(),
    };
    for n in 0..count {
        teller.issue(n, count).await?;
    }
    Ok(teller.made)
}

impl Teller<'_> {
    fn pick<T: Copy>(&mut self, from: &[T]) -> anyhow::Result<T> {
        from.choose(&mut self.rng)
            .copied()
            .context("nothing to choose from")
    }

    fn person(&mut self, from: &[&'static str]) -> anyhow::Result<Actor> {
        let name = self.pick(from)?;
        Ok(self.cast.person(name)?.clone())
    }

    fn write<T>(
        &self,
        at: DateTime<Utc>,
        f: impl FnOnce(&mut store::Tx<'_>) -> Result<T, Error>,
    ) -> anyhow::Result<T> {
        self.app
            .db
            .write(|tx| {
                tx.pretend_it_is(at);
                f(tx)
            })
            .map_err(|e| anyhow::anyhow!("{}: {}", e.problem(), e))
    }

    /// Issue `n` of `count`: reported in order over the year, so that numbers follow time.
    async fn issue(&mut self, n: u32, count: u32) -> anyhow::Result<()> {
        let weights = [8, 7, 4, 4, 2];
        let mut roll = self.rng.random_range(0..weights.iter().sum::<i32>());
        let at = weights
            .iter()
            .position(|w| {
                roll -= w;
                roll < 0
            })
            .unwrap_or(0);
        let setting: &'static Setting = SETTINGS.get(at).context("a setting")?;
        let project = *self.cast.projects.get(at).context("a project")?;

        let share = f64::from(n) / f64::from(count.max(1));
        let minutes = (share * (DAYS * 24 * 60) as f64) as i64 + self.rng.random_range(0..300);
        let born = self.now - Duration::days(DAYS) + Duration::minutes(minutes);
        let born = born.min(self.now - Duration::minutes(i64::from(count.saturating_sub(n)) + 2));
        let reporter = self.person(setting.reporters)?;
        let draft = self.draft(setting)?;
        let found = self.write(born, |tx| {
            issues::create(tx, &reporter, &ProjectRef::Id(project), &draft, &[])
        })?;
        self.made.issues += 1;
        let id = found.issue.id;
        let workflow = self
            .app
            .db
            .read(|conn| store::projects::workflow(conn, project))?
            .workflow;

        self.hang(setting, project, id, &reporter, born)?;

        let mut at = born;
        let mut status = found.issue.status.slug.clone();
        // Younger issues have had less time; most old ones are done.
        let steps = self.rng.random_range(0..7);
        let mut worker = self.person(setting.staff)?;
        for step in 0..steps {
            at += Duration::minutes(self.rng.random_range(20..9_000));
            if at >= self.now {
                break;
            }
            if self.rng.random_bool(0.45) {
                self.comment(setting, id, &reporter, at)?;
            }
            let (patch, next) = self.change(setting, &workflow, &status, step, &mut worker)?;
            self.patch(id, at, patch)?;
            status = next;
        }
        if self.rng.random_bool(0.12) {
            self.file(id, &reporter).await?;
        }
        Ok(())
    }

    /// Where the issue belongs: an epic gathers parts, some block or repeat others, and whoever it
    /// matters to votes for it.
    fn hang(
        &mut self,
        setting: &Setting,
        project: Uuid,
        id: Uuid,
        reporter: &Actor,
        born: DateTime<Utc>,
    ) -> anyhow::Result<()> {
        let known = self.known.entry(project).or_default();
        let other = known.issues.choose(&mut self.plan).copied();
        known.issues.push(id);
        let mut patch = IssuePatch::default();
        if known.issues.len() % 18 == 5 {
            patch.type_ = Some(IssueType::Epic);
            known.epic = Some(id.to_string());
        } else if self.plan.random_bool(0.3) {
            patch.parent = known.epic.clone().map(Some);
        }
        let now = self.now;
        let soon = |minutes| (born + Duration::minutes(minutes)).min(now);
        self.patch(id, soon(3), patch)?;
        let lead = self.cast.person("lead")?;
        if let Some(other) = other
            && self.plan.random_bool(0.2)
        {
            let kinds = [
                RelationKind::Blocks,
                RelationKind::BlockedBy,
                RelationKind::RelatesTo,
                RelationKind::RelatesTo,
                RelationKind::Duplicates,
                RelationKind::CausedBy,
            ];
            let kind = *kinds.choose(&mut self.plan).context("a kind")?;
            let new = NewRelation {
                kind,
                issue: other.to_string(),
            };
            self.write(soon(5), |tx| {
                relations::create(tx, lead, &IssueRef::Id(id), &new)
            })?;
        }
        let mut voters = vec![reporter.clone()];
        for name in setting.staff {
            voters.push(self.cast.person(name)?.clone());
        }
        let share = *[0.0, 0.0, 0.3, 0.7]
            .choose(&mut self.plan)
            .context("a share")?;
        for voter in voters {
            if self.plan.random_bool(share) {
                self.write(soon(8), |tx| personal::vote(tx, &voter, &IssueRef::Id(id)))?;
            }
        }
        Ok(())
    }

    fn draft(&mut self, setting: &Setting) -> anyhow::Result<IssueDraft> {
        let title = format!(
            "{} {}",
            self.pick(words::SUBJECTS)?,
            self.pick(words::COMPLAINTS)?
        );
        let description = format!(
            "{}\n\n{}",
            self.pick(words::SITUATIONS)?,
            self.pick(words::STEPS)?
        );
        let types = [
            IssueType::Bug,
            IssueType::Bug,
            IssueType::Feature,
            IssueType::Task,
            IssueType::Enhancement,
            IssueType::Support,
        ];
        let labels = if self.rng.random_bool(0.6) {
            vec![self.pick(&setting.label_names())?.to_string()]
        } else {
            Vec::new()
        };
        let draft = IssueDraft {
            title,
            description: Some(description),
            type_: Some(self.pick(&types)?),
            severity: Some(self.pick(&[
                Severity::Low,
                Severity::Low,
                Severity::Medium,
                Severity::Medium,
                Severity::High,
            ])?),
            labels: Some(labels),
            ..IssueDraft::default()
        };
        draft.check().map_err(|e| anyhow::anyhow!("{e:?}"))
    }

    /// A step of the story: somebody takes it, it moves, its weight becomes clearer.
    fn change(
        &mut self,
        setting: &Setting,
        workflow: &Workflow,
        status: &str,
        step: i32,
        worker: &mut Actor,
    ) -> anyhow::Result<(IssuePatch, String)> {
        let mut patch = IssuePatch::default();
        let mut next = status.to_string();
        if step == 0 {
            patch.assignee = Some(Some(worker.username.clone()));
            patch.severity = Some(self.pick(&[
                Severity::Low,
                Severity::Medium,
                Severity::Medium,
                Severity::High,
                Severity::Critical,
            ])?);
            patch.priority = Some(self.pick(Priority::ALL)?);
            patch.story_points = Some(Some(self.pick(&[1, 2, 3, 5, 8])?));
        } else if self.rng.random_bool(0.1) {
            *worker = self.person(setting.staff)?;
            patch.assignee = Some(Some(worker.username.clone()));
        }
        let reachable = workflow.next(status);
        let forward: Vec<_> = reachable
            .iter()
            .filter(|s| {
                s.category > category(workflow, status)
                    || (s.category == Category::Active && self.rng.random_bool(0.7))
            })
            .collect();
        let closes = step >= 2 && self.rng.random_bool(0.5);
        let target = if closes {
            reachable.iter().find(|s| s.category == Category::Done)
        } else if category(workflow, status) == Category::Done && self.rng.random_bool(0.93) {
            None
        } else {
            forward
                .choose(&mut self.rng)
                .copied()
                .filter(|s| s.category != Category::Done || step > 0)
        };
        if let Some(target) = target {
            next = target.slug.clone();
            patch.status = Some(target.slug.clone());
            if target.category == Category::Done && self.plan.random_bool(0.6) {
                let version = setting.versions.choose(&mut self.plan);
                patch.fixed_version = version.map(|name| Some((*name).to_string()));
            }
            if target.category == Category::Done && self.rng.random_bool(0.2) {
                patch.resolution = Some(self.pick(&[
                    Resolution::WontFix,
                    Resolution::Duplicate,
                    Resolution::UnableToReplicate,
                ])?);
            }
        }
        Ok((patch, next))
    }

    fn patch(&mut self, id: Uuid, at: DateTime<Utc>, patch: IssuePatch) -> anyhow::Result<()> {
        if patch.is_empty() {
            return Ok(());
        }
        // Leads may do everything in their project.
        let lead = self.cast.person("lead")?;
        self.write(at, |tx| {
            issues::update(tx, lead, &IssueRef::Id(id), &patch, Precondition::NONE)
        })?;
        self.made.changes += 1;
        Ok(())
    }

    fn comment(
        &mut self,
        setting: &Setting,
        id: Uuid,
        reporter: &Actor,
        at: DateTime<Utc>,
    ) -> anyhow::Result<()> {
        let by_staff = self.rng.random_bool(0.6);
        let author = if by_staff {
            self.person(setting.staff)?
        } else {
            reporter.clone()
        };
        let internal = by_staff && self.rng.random_bool(0.15);
        let new = NewComment {
            body: self.pick(words::COMMENTS)?.to_string(),
            internal,
            ..NewComment::default()
        };
        self.write(at, |tx| {
            comments::create(tx, &author, &IssueRef::Id(id), &new)
        })?;
        self.made.comments += 1;
        Ok(())
    }

    async fn file(&mut self, id: Uuid, reporter: &Actor) -> anyhow::Result<()> {
        let name = self.pick(words::FILES)?;
        let lines = self.rng.random_range(3..200);
        let text: String = (0..lines)
            .map(|i| format!("{i};{};ok\n", self.rng.random_range(0..10_000)))
            .collect();
        let session = self.app.db.write(|tx| {
            store::accounts::begin_session(tx, reporter.id, "seed", "", Duration::minutes(1))
        })?;
        let caller = Caller {
            credential: Credential::Session {
                account: reporter.id,
                session,
            },
            is_bearer: false,
            need: Need::Session,
            timing: Arc::new(Timing::default()),
            origin: Arc::default(),
        };
        let bytes = futures_util::stream::iter([Ok::<_, Infallible>(Bytes::from(text))]);
        self.app
            .attach(&caller, IssueRef::Id(id), name, bytes)
            .await
            .map_err(|e| anyhow::anyhow!("{}", e.problem()))?;
        self.app
            .db
            .write(|tx| store::accounts::revoke_session(tx, reporter.id, session))?;
        self.made.files += 1;
        Ok(())
    }
}

fn category(workflow: &Workflow, slug: &str) -> Category {
    workflow
        .status(slug)
        .map_or(Category::Triage, |s| s.category)
}

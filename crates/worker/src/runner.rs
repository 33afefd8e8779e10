//! Takes due jobs, one after the other, and notes how they went.

use crate::jobs::{Job, Reach};
use crate::metrics::Metrics;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};
use store::blobs::Blobs;
use store::{Db, jobs};

/// Why a worker cannot run at all.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The storage of files.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// Threads, signals or sockets.
    #[error(transparent)]
    System(#[from] std::io::Error),
    /// Counters.
    #[error(transparent)]
    Metrics(#[from] prometheus::Error),
}

/// Between two looks at the list when nothing is due earlier. Other workers may have finished or
/// failed meanwhile.
const LOOK_AT_LEAST: Duration = Duration::from_secs(60);
const LOOK_AT_MOST: Duration = Duration::from_millis(200);
/// After the first failure; doubled by each further one.
const BACK_OFF_FIRST: Duration = Duration::from_secs(10);
/// Longest wait after a failure.
const BACK_OFF_LONGEST: Duration = Duration::from_secs(60 * 60);

/// Asks the worker to stop. Clones ask the same worker.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<Stopping>);

#[derive(Debug, Default)]
struct Stopping {
    asked: AtomicBool,
    lock: Mutex<()>,
    bell: Condvar,
}

impl Stop {
    /// One that SIGTERM and SIGINT ask. A second signal ends the process at once: somebody is in a
    /// hurry, and whatever is under way is a transaction that then has not happened.
    ///
    /// # Errors
    /// When signals cannot be caught.
    pub fn on_signals() -> std::io::Result<Self> {
        let stop = Self::default();
        let asked = stop.clone();
        let mut signals = Signals::new([SIGTERM, SIGINT])?;
        std::thread::Builder::new()
            .name("signals".into())
            .spawn(move || {
                for signal in signals.forever() {
                    if asked.asked() {
                        std::process::exit(128 + signal);
                    }
                    tracing::info!("asked to stop; the job at hand is finished first");
                    asked.ask();
                }
            })?;
        Ok(stop)
    }

    /// Asks.
    pub fn ask(&self) {
        let _guard = self.0.lock.lock().unwrap_or_else(PoisonError::into_inner);
        self.0.asked.store(true, Ordering::Release);
        self.0.bell.notify_all();
    }

    /// Whether it was asked.
    #[must_use]
    pub fn asked(&self) -> bool {
        self.0.asked.load(Ordering::Acquire)
    }

    /// Waits that long, or until asked.
    fn wait(&self, time: Duration) {
        let guard = self.0.lock.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self
            .0
            .bell
            .wait_timeout_while(guard, time, |()| !self.asked());
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }
}

/// What became of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It ran and touched that many things.
    Ran(usize),
    /// Not due, or another worker is at it.
    NotNow,
    /// It failed and will be tried again.
    Failed(String),
}

/// Runs jobs.
#[derive(Debug)]
pub struct Runner {
    db: Db,
    blobs: Blobs,
    metrics: Metrics,
    stats_interval: Duration,
    stop: Stop,
    runtime: tokio::runtime::Runtime,
    audit_keep_days: Option<u32>,
}

impl Runner {
    /// A runner with everything that jobs need.
    ///
    /// # Errors
    /// When the system has no room for it.
    pub fn new(
        db: Db,
        blobs: Blobs,
        metrics: Metrics,
        stats_interval: Duration,
        stop: Stop,
    ) -> Result<Self, Error> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        Ok(Self {
            db,
            blobs,
            metrics,
            stats_interval,
            stop,
            runtime,
            audit_keep_days: None,
        })
    }

    /// Lets entries of the audit log go after that many days.
    #[must_use]
    pub fn keeping_audit(mut self, days: Option<u32>) -> Self {
        self.audit_keep_days = days;
        self
    }

    /// Runs every job once, due or not. False when one failed; the others have run all the same.
    pub fn once(&mut self, list: &[Job]) -> bool {
        if let Err(error) = self.ensure(list) {
            tracing::error!(%error, "the database cannot be used");
            return false;
        }
        let mut well = true;
        for job in list {
            if self.stop.asked() {
                break;
            }
            match self.run(job, true) {
                Outcome::Ran(_) => {}
                Outcome::NotNow => tracing::info!(job = job.name, "another worker is at it"),
                Outcome::Failed(_) => well = false,
            }
        }
        well
    }

    /// Runs due jobs until asked to stop.
    pub fn forever(&mut self, list: &[Job]) {
        let mut waits = 0;
        while !self.stop.asked() {
            match self.ensure(list) {
                Ok(()) => break,
                Err(error) => {
                    waits += 1;
                    let wait = back_off(waits).min(Duration::from_secs(30));
                    tracing::warn!(%error, seconds = wait.as_secs(), "waiting for the database");
                    self.stop.wait(wait);
                }
            }
        }
        while !self.stop.asked() {
            for job in list {
                if self.stop.asked() {
                    return;
                }
                self.run(job, false);
            }
            self.stop.wait(self.until_next(list));
        }
    }

    /// Rows for all jobs, none due later than its interval says now.
    fn ensure(&self, list: &[Job]) -> store::Result<()> {
        let names: Vec<&str> = list.iter().map(|job| job.name).collect();
        self.db.write(|tx| {
            jobs::ensure(tx, &names)?;
            for job in list {
                let interval = job.every.interval(self.stats_interval);
                jobs::due_within(tx, job.name, chrono_time(interval))?;
            }
            Ok(())
        })
    }

    /// Until the first job is due.
    fn until_next(&self, list: &[Job]) -> Duration {
        let next = self.db.read(|conn| {
            let now = conn.now()?;
            let rows = jobs::list(conn)?;
            let ours = rows
                .iter()
                .filter(|row| list.iter().any(|job| job.name == row.name));
            let next = ours.map(|row| row.next_run_at - now).min();
            Ok::<_, store::Error>(next)
        });
        match next {
            // A past instant: due, and another worker is at it.
            Ok(Some(wait)) => wait
                .to_std()
                .unwrap_or(Duration::from_secs(1))
                .clamp(LOOK_AT_MOST, LOOK_AT_LEAST),
            Ok(None) => LOOK_AT_LEAST,
            Err(error) => {
                tracing::warn!(%error, "waiting for the database");
                Duration::from_secs(5)
            }
        }
    }

    /// Runs a job if it is due (or in any case, if forced) and no other worker is at it.
    pub fn run(&self, job: &Job, force: bool) -> Outcome {
        let begin = Instant::now();
        let ran = self.db.write(|tx| {
            if !jobs::take(tx, job.name, force)? {
                return Ok(None);
            }
            let reach = Reach {
                blobs: &self.blobs,
                runtime: &self.runtime,
                audit_keep_days: self.audit_keep_days,
            };
            let touched = (job.run)(tx, &reach)?;
            let next = job.every.interval(self.stats_interval);
            jobs::finish(tx, job.name, "ok", false, chrono_time(next))?;
            Ok::<_, store::Error>(Some(touched))
        });
        let took = begin.elapsed();
        let milliseconds = took.as_millis();
        match ran {
            Ok(None) => Outcome::NotNow,
            Ok(Some(touched)) => {
                self.metrics.ran(job.name, false, took);
                tracing::info!(job = job.name, touched, milliseconds, "ran");
                Outcome::Ran(touched)
            }
            Err(error) => {
                self.metrics.ran(job.name, true, took);
                let error = error.to_string();
                let again = self.note_failure(job, &error);
                let seconds = again.as_secs();
                tracing::error!(
                    job = job.name,
                    error,
                    milliseconds,
                    again_in_seconds = seconds,
                    "failed"
                );
                Outcome::Failed(error)
            }
        }
    }

    /// Notes a failure, in a transaction of its own: that of the job is gone. Gives when the job
    /// is tried again.
    fn note_failure(&self, job: &Job, error: &str) -> Duration {
        let noted = self.db.write(|tx| {
            // Not if another worker has taken it meanwhile: its outcome will be the newer one.
            if !jobs::take(tx, job.name, true)? {
                return Ok(BACK_OFF_FIRST);
            }
            let failures = jobs::attempts(tx, job.name)? + 1;
            let again = back_off(failures);
            jobs::finish(tx, job.name, error, true, chrono_time(again))?;
            Ok::<_, store::Error>(again)
        });
        noted.unwrap_or_else(|_| {
            // The database is away: the row says what it said, and the job is still due.
            let again = back_off(1);
            self.stop.wait(again);
            again
        })
    }
}

fn chrono_time(time: Duration) -> chrono::Duration {
    chrono::Duration::from_std(time).unwrap_or(chrono::Duration::MAX)
}

/// How long to wait after so many failures in a row: 10, 20, 40 … seconds up to an hour, and up to
/// a quarter more by chance, so that jobs that failed together are not tried together.
#[must_use]
pub fn back_off(failures: i32) -> Duration {
    let doublings = u32::try_from(failures.clamp(1, 12) - 1).unwrap_or(0);
    let base = (BACK_OFF_FIRST * 2_u32.pow(doublings)).min(BACK_OFF_LONGEST);
    let chance = RandomState::new().hash_one(failures) % 256;
    base + base * u32::try_from(chance).unwrap_or(0) / 1024
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn back_off_doubles_up_to_an_hour_and_scatters() {
        let at_least = |failures| (0..50).map(|_| back_off(failures)).min().unwrap();
        let at_most = |failures| (0..50).map(|_| back_off(failures)).max().unwrap();
        let second = Duration::from_secs(1);
        assert!(at_least(1) >= 10 * second && at_most(1) <= 13 * second);
        assert!(at_least(2) >= 20 * second && at_most(2) <= 25 * second);
        assert!(at_least(5) >= 160 * second);
        assert!(at_least(30) >= 3600 * second && at_most(30) <= 4500 * second);
        assert!(at_most(4) > at_least(4), "the same wait each time");
        assert!(at_least(0) >= 10 * second && at_least(i32::MAX) >= 3600 * second);
    }

    #[test]
    fn whoever_waits_is_woken_by_the_wish_to_stop() {
        let stop = Stop::default();
        let asked = stop.clone();
        let waiting = std::thread::spawn(move || asked.wait(Duration::from_secs(600)));
        stop.ask();
        waiting.join().unwrap();
        assert!(stop.asked());
    }
}

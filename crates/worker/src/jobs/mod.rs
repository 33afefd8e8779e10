//! The list of jobs: what happens by itself, and how often.

mod audit;
mod prune;
mod rollup;
mod sweep;

use std::time::Duration;
use store::blobs::Blobs;
use store::{Result, Tx};

/// How often a job is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Every {
    /// As `IIT_STATS_INTERVAL` says.
    StatsInterval,
    /// Always that often.
    Fixed(Duration),
}

impl Every {
    /// The time between two runs.
    #[must_use]
    pub const fn interval(self, stats_interval: Duration) -> Duration {
        match self {
            Every::StatsInterval => stats_interval,
            Every::Fixed(interval) => interval,
        }
    }
}

/// Something that happens by itself.
#[derive(Debug, Clone, Copy)]
pub struct Job {
    /// Name, in the database, in logs and in metrics.
    pub name: &'static str,
    /// What it is for.
    pub about: &'static str,
    /// How often.
    pub every: Every,
    /// Does it, and says how many things it touched. Everything it writes and the note that it ran
    /// are one transaction: killed at any point, it has not happened, and happens later.
    pub run: fn(&mut Tx<'_>, &Reach<'_>) -> Result<usize>,
}

/// What jobs reach beside the database.
#[derive(Debug)]
pub struct Reach<'a> {
    /// Files.
    pub blobs: &'a Blobs,
    /// Waits for what is asynchronous.
    pub runtime: &'a tokio::runtime::Runtime,
    /// Days that entries of the audit log are kept; for ever unless set.
    pub audit_keep_days: Option<u32>,
}

const HOUR: Duration = Duration::from_secs(60 * 60);

/// All jobs, in the order in which they run when several are due.
pub const ALL: &[Job] = &[
    Job {
        name: "rollup",
        about: "writes the daily statistics",
        every: Every::StatsInterval,
        run: rollup::run,
    },
    Job {
        name: "sweep",
        about: "removes the bytes of deleted files, of uploads that never finished and of drafts that were never sent",
        every: Every::Fixed(HOUR),
        run: sweep::run,
    },
    Job {
        name: "prune",
        about: "forgets idempotency keys and sessions that are long over",
        every: Every::Fixed(HOUR),
        run: prune::run,
    },
    Job {
        name: "audit",
        about: "removes entries of the audit log that are older than IIT_AUDIT_KEEP",
        every: Every::Fixed(HOUR),
        run: audit::run,
    },
];

/// The list for people.
pub(crate) fn help() -> String {
    ALL.iter()
        .map(|job| {
            let often = match job.every {
                Every::StatsInterval => "every IIT_STATS_INTERVAL".to_string(),
                Every::Fixed(time) => format!("every {} minutes", time.as_secs() / 60),
            };
            format!("  {:9} {}, {often}\n", job.name, job.about)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_the_statistics_keep_the_configured_pace() {
        let mut names: Vec<_> = ALL.iter().map(|job| job.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ALL.len());
        let pace = Duration::from_secs(10);
        let every = |name| {
            let job = ALL.iter().find(|job| job.name == name).unwrap();
            job.every.interval(pace)
        };
        assert_eq!(every("rollup"), pace);
        assert_eq!(every("sweep"), HOUR);
        for job in ALL {
            assert!(help().contains(job.name));
        }
    }
}

//! The worker against a real Postgres, as a library and as a program.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "what tests share fails as tests do"
)]

mod files;
mod metrics;
mod past;
mod program;
mod rollup;
mod runner;

use std::time::{Duration, Instant};
use store::Db;
use store::blobs::Blobs;
use worker::jobs::{ALL, Job};
use worker::runner::{Runner, Stop};

/// The job of that name.
fn job(name: &str) -> &'static Job {
    ALL.iter().find(|job| job.name == name).unwrap()
}

/// A worker with rows for all jobs.
fn worker(db: &Db, blobs: Blobs) -> Runner {
    worker_with(db, blobs, Stop::default())
}

fn worker_with(db: &Db, blobs: Blobs, stop: Stop) -> Runner {
    let names: Vec<&str> = ALL.iter().map(|job| job.name).collect();
    db.write(|tx| store::jobs::ensure(tx, &names)).unwrap();
    let metrics = worker::metrics::Metrics::new().unwrap();
    let pace = Duration::from_secs(1800);
    Runner::new(db.clone(), blobs, metrics, pace, stop).unwrap()
}

/// Waits for something that happens elsewhere.
fn until(what: &str, mut happened: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !happened() {
        assert!(Instant::now() < end, "never: {what}");
        std::thread::yield_now();
    }
}

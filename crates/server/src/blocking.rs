//! The one door from async code to code that blocks: queries, password hashes.
//!
//! Each lane has its own threads and as many permits, so work of one kind cannot take the place of
//! another. A request that finds no permit in time is told to try again (503), never left hanging.

use crossbeam_channel::{Receiver, Sender, bounded};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::{Semaphore, oneshot};

type Job = Box<dyn FnOnce() + Send>;

/// Why work was not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// No thread came free in time, or the work took too long.
    Busy,
    /// The work panicked; a fault of ours.
    Panicked,
}

/// Threads for one kind of work.
#[derive(Debug)]
pub struct Lane {
    name: &'static str,
    jobs: Sender<Job>,
    permits: Arc<Semaphore>,
    waiting: AtomicUsize,
    patience: Duration,
    deadline: Duration,
}

/// Most requests that may wait for one lane; beyond that they are refused at once.
const WAITING_MAX: usize = 1_024;

impl Lane {
    /// Starts the threads of a lane.
    ///
    /// # Errors
    /// When the system gives no threads.
    pub fn start(
        name: &'static str,
        threads: usize,
        patience: Duration,
        deadline: Duration,
    ) -> std::io::Result<Self> {
        let (jobs, queue): (Sender<Job>, Receiver<Job>) = bounded(threads);
        for i in 0..threads {
            let queue = queue.clone();
            std::thread::Builder::new()
                .name(format!("{name}-{i}"))
                .spawn(move || {
                    for job in queue {
                        job();
                    }
                })?;
        }
        Ok(Self {
            name,
            jobs,
            permits: Arc::new(Semaphore::new(threads)),
            waiting: AtomicUsize::new(0),
            patience,
            deadline,
        })
    }

    /// Whether its work changes something: then it goes on when whoever asked is gone.
    #[must_use]
    pub fn changes_something(&self) -> bool {
        self.name == "write" || self.name == "sign-in"
    }

    /// Runs something that blocks and waits for it.
    ///
    /// # Errors
    /// [`Refused`].
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Refused> {
        if self.waiting.fetch_add(1, Ordering::Relaxed) >= WAITING_MAX {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            return Err(Refused::Busy);
        }
        let permit =
            tokio::time::timeout(self.patience, self.permits.clone().acquire_owned()).await;
        self.waiting.fetch_sub(1, Ordering::Relaxed);
        let Ok(Ok(permit)) = permit else {
            tracing::warn!(lane = self.name, "no thread came free in time");
            return Err(Refused::Busy);
        };
        let (answer, wait) = oneshot::channel();
        let job: Job = Box::new(move || {
            // The permit lives as long as the work, not as long as the request that asked for it.
            let permit = permit;
            let result = catch_unwind(AssertUnwindSafe(work));
            drop(permit);
            // Nobody may wait any more; then the result is for nobody.
            let _ = answer.send(result);
        });
        if self.jobs.try_send(job).is_err() {
            return Err(Refused::Busy);
        }
        match tokio::time::timeout(self.deadline, wait).await {
            Ok(Ok(Ok(value))) => Ok(value),
            Ok(Ok(Err(_)) | Err(_)) => Err(Refused::Panicked),
            Err(_) => {
                tracing::warn!(lane = self.name, "work took too long");
                Err(Refused::Busy)
            }
        }
    }
}

/// The lanes of the server.
#[derive(Debug)]
pub struct Lanes {
    /// Queries that people wait for.
    pub reads: Lane,
    /// Changes.
    pub writes: Lane,
    /// Reports.
    pub heavy: Lane,
    /// Looking up and counting of sign-ins: whoever keeps everything else busy keeps nobody out.
    pub sign_ins: Lane,
    /// Password hashes: few, so that sign-ins cannot take the processor from everybody else.
    pub hashes: Lane,
}

/// Threads that hold a connection, over all lanes.
pub const DATABASE_THREADS: u32 = 4 + 8 + 2 + 1;

impl Lanes {
    /// Starts all lanes.
    ///
    /// # Errors
    /// When the system gives no threads.
    pub fn start() -> std::io::Result<Self> {
        let second = Duration::from_secs(1);
        Ok(Self {
            reads: Lane::start("read", 4, second, 8 * second)?,
            writes: Lane::start("write", 8, 2 * second, 10 * second)?,
            heavy: Lane::start("heavy", 2, 3 * second, 10 * second)?,
            sign_ins: Lane::start("sign-in", 1, 3 * second, 5 * second)?,
            hashes: Lane::start("hash", 1, 3 * second, 10 * second)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[actix_web::test]
    async fn a_busy_lane_refuses_and_recovers() {
        let lane =
            Lane::start("test", 1, Duration::from_millis(20), Duration::from_secs(5)).unwrap();
        let (release, held) = crossbeam_channel::bounded::<()>(0);
        let slow = lane.run(move || held.recv().is_ok());
        let (slow, refused) = tokio::join!(slow, async {
            let refused = lane.run(|| 1).await;
            release.send(()).unwrap();
            refused
        });
        assert_eq!(refused, Err(Refused::Busy));
        assert_eq!(slow, Ok(true));
        assert_eq!(lane.run(|| 2).await, Ok(2));
    }

    #[actix_web::test]
    async fn a_panic_ends_the_request_not_the_thread() {
        let lane = Lane::start("test", 1, Duration::from_secs(1), Duration::from_secs(5)).unwrap();
        let panicked: Result<(), _> = lane.run(|| panic!("on purpose")).await;
        assert_eq!(panicked, Err(Refused::Panicked));
        assert_eq!(lane.run(|| 3).await, Ok(3));
    }
}

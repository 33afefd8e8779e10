//! Work that nobody waits for any more ends.
//!
//! Whoever asks for work holds a [`Ticket`]. When they give it up (their time is over, their line is
//! gone), the statement that runs for it is cancelled, and loops between statements stop at their next
//! look: else a request that was refused long ago would go on taking the processor from others.

use crate::db::DbConfig;
use crate::error::{Error, Result};
use diesel::RunQueryDsl;
use diesel::pg::PgConnection;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How often a statement is cancelled until its work has ended: one may begin right after another.
const CANCEL_EVERY: Duration = Duration::from_millis(50);
/// How often at most; work that never looks cannot be ended.
const CANCELS_MAX: u32 = 600;

/// Somebody who waits for work.
#[derive(Debug, Default)]
pub struct Ticket {
    given_up: AtomicBool,
    /// The server's process that works for it now.
    backend: Mutex<Option<i32>>,
}

impl Ticket {
    /// Whether nobody waits any more.
    #[must_use]
    pub fn is_given_up(&self) -> bool {
        self.given_up.load(Ordering::Relaxed)
    }

    /// Passes while somebody waits.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub(crate) fn check(&self) -> Result<()> {
        match self.is_given_up() {
            true => Err(Error::Unavailable("nobody waits for this".to_string())),
            false => Ok(()),
        }
    }

    fn backend(&self) -> MutexGuard<'_, Option<i32>> {
        self.backend.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// That process works for it from now on, or none does.
    pub(crate) fn works(&self, backend: Option<i32>) {
        *self.backend() = backend;
    }
}

statement! {
    /// Cancels what a process of the server is doing.
    Cancel { backend: i32 => diesel::sql_types::Integer } -> diesel::sql_types::Bool :
    "select pg_cancel_backend({backend})"
}

/// Ends work that was given up, on a connection of its own. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Canceller(Sender<Arc<Ticket>>);

impl Canceller {
    /// Starts its thread. It connects when it is first needed.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(config: &DbConfig) -> std::io::Result<Self> {
        let config = config.clone();
        let (give_up, given_up) = channel();
        std::thread::Builder::new()
            .name("cancel".to_string())
            .spawn(move || cancel(&config, &given_up))?;
        Ok(Self(give_up))
    }

    /// Nobody waits for that any more.
    pub fn give_up(&self, ticket: Arc<Ticket>) {
        ticket.given_up.store(true, Ordering::Relaxed);
        // Without its thread the statement's own time limit ends it.
        let _ = self.0.send(ticket);
    }
}

fn cancel(config: &DbConfig, given_up: &Receiver<Arc<Ticket>>) {
    let mut conn: Option<PgConnection> = None;
    let mut waiting: Vec<(Arc<Ticket>, u32)> = Vec::new();
    loop {
        let next = match waiting.is_empty() {
            true => given_up.recv().map_err(|_| true),
            false => given_up
                .recv_timeout(CANCEL_EVERY)
                .map_err(|e| e == std::sync::mpsc::RecvTimeoutError::Disconnected),
        };
        match next {
            Ok(ticket) => waiting.push((ticket, 0)),
            Err(true) => return,
            Err(false) => {}
        }
        waiting.retain_mut(|(ticket, tries)| {
            // Held until the signal is sent: the connection is not given to anybody else before.
            let backend = ticket.backend();
            let Some(pid) = *backend else { return false };
            *tries += 1;
            if let Err(error) = signal(&mut conn, config, pid) {
                tracing::warn!(%error, "a statement that nobody waits for could not be cancelled");
                conn = None;
            }
            *tries < CANCELS_MAX
        });
    }
}

fn signal(conn: &mut Option<PgConnection>, config: &DbConfig, backend: i32) -> Result<()> {
    let conn = match conn {
        Some(conn) => conn,
        None => conn.insert(config.connect()?),
    };
    let _: bool = Cancel { backend }.get_result(conn)?;
    Ok(())
}

//! The one way to a connection and the one way to open a transaction.

use crate::audit::{NewEntry, Origin};
use crate::error::{Error, Result};
use crate::events::NewEvent;
use crate::pool::Manager;
use crate::ticket::Ticket;
use chrono::{DateTime, Utc};
use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::r2d2::{Pool, PooledConnection};
use diesel::{Connection, RunQueryDsl};
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;
use uuid::Uuid;

/// How to reach the database.
#[derive(Debug, Clone)]
pub struct DbConfig {
    /// `postgres://…`, the application's role.
    pub url: String,
    /// Connections at most.
    pub pool_size: u32,
    /// How long a statement may run, in milliseconds.
    pub statement_timeout_ms: u32,
    /// Name in `pg_stat_activity`.
    pub application_name: &'static str,
}

impl DbConfig {
    /// Usual settings for that address.
    #[must_use]
    pub fn new(url: &str) -> Self {
        Self {
            url: url.to_string(),
            pool_size: 12,
            statement_timeout_ms: 10_000,
            application_name: "iit",
        }
    }
}

/// A pool of connections. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    pool: Pool<Manager>,
    bell: Bell,
    ticket: Option<Arc<Ticket>>,
}

impl std::fmt::Debug for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Db")
            .field("state", &self.pool.state())
            .finish_non_exhaustive()
    }
}

/// Rung after each commit that wrote events, so that the sequencer need not wait for its tick.
#[derive(Debug, Clone, Default)]
pub struct Bell(Arc<(Mutex<bool>, Condvar)>);

impl Bell {
    /// Wakes whoever waits.
    pub fn ring(&self) {
        let (rung, condvar) = &*self.0;
        *rung.lock().unwrap_or_else(PoisonError::into_inner) = true;
        condvar.notify_all();
    }

    /// Waits for a ring, at most that long. True when it rang.
    #[must_use]
    pub fn wait(&self, at_most: Duration) -> bool {
        let (rung, condvar) = &*self.0;
        let guard = rung.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut guard, _) = condvar
            .wait_timeout_while(guard, at_most, |rung| !*rung)
            .unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *guard)
    }
}

impl DbConfig {
    /// Settings of every session. Generic plans: our hot statements have one good plan, and custom
    /// ones would be made five times per statement and connection first. No parallel workers: starting
    /// them takes longer than a request may, and they are other requests' processors. Rows that a text
    /// index finds stand far apart: many are asked of the disk at once, where the system can.
    pub(crate) fn session_settings(&self) -> String {
        format!(
            "set application_name = '{}'; set statement_timeout = {}; set lock_timeout = 3000; \
             set idle_in_transaction_session_timeout = 15000; set random_page_cost = 1.1; \
             set plan_cache_mode = force_generic_plan; set timezone = 'UTC'; set jit = off; \
             set max_parallel_workers_per_gather = 0; \
             do $$ begin set effective_io_concurrency = 64; \
             exception when invalid_parameter_value then null; end $$",
            self.application_name, self.statement_timeout_ms
        )
    }

    /// A connection of its own, outside every pool (for listening and for migrations).
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub fn connect(&self) -> Result<PgConnection> {
        let mut conn =
            PgConnection::establish(&self.url).map_err(|e| Error::Unavailable(e.to_string()))?;
        conn.batch_execute(&self.session_settings())?;
        Ok(conn)
    }
}

impl Db {
    /// Opens a pool. Connections are made when they are first needed, so this works while the
    /// database is still starting.
    #[must_use]
    pub fn open(config: &DbConfig) -> Self {
        let pool = Pool::builder()
            .max_size(config.pool_size)
            .min_idle(Some(0))
            .connection_timeout(Duration::from_secs(1))
            .test_on_check_out(false)
            .error_handler(Box::new(diesel::r2d2::LoggingErrorHandler))
            .build_unchecked(Manager(config.clone()));
        Self {
            pool,
            bell: Bell::default(),
            ticket: None,
        }
    }

    /// The same connections for somebody who may give up waiting.
    #[must_use]
    pub fn waited_for(&self, ticket: Arc<Ticket>) -> Self {
        Self {
            ticket: Some(ticket),
            ..self.clone()
        }
    }

    /// Passes while somebody waits for what is done here.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub fn still_wanted(&self) -> Result<()> {
        self.ticket.as_ref().map_or(Ok(()), |ticket| ticket.check())
    }

    /// The bell that commits ring.
    #[must_use]
    pub fn bell(&self) -> Bell {
        self.bell.clone()
    }

    /// Connections in use and connections open.
    #[must_use]
    pub fn pool_state(&self) -> (u32, u32) {
        let state = self.pool.state();
        (
            state.connections.saturating_sub(state.idle_connections),
            state.connections,
        )
    }

    /// Reads: each statement stands for itself.
    ///
    /// # Errors
    /// What `f` says, or `Unavailable` when no connection could be had within a second.
    pub fn read<T, E: From<Error>>(
        &self,
        f: impl FnOnce(&mut Conn) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut conn = self.checkout()?;
        f(&mut conn)
    }

    /// Writes in one transaction; recorded events are inserted as the last statement before commit.
    ///
    /// # Errors
    /// What `f` says (then nothing was written), or what the commit says.
    pub fn write<T, E: From<Error>>(
        &self,
        f: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut conn = self.checkout()?;
        let bell = self.bell.clone();
        let mut rang = false;
        let result = transaction(&mut conn, |conn| {
            let mut tx = Tx {
                conn,
                events: Vec::new(),
                entries: Vec::new(),
                origin: Origin::default(),
                at: None,
                writes: Writes::Many,
                wrote_events: false,
            };
            let value = f(&mut tx)?;
            tx.flush()?;
            rang = tx.wrote_events;
            Ok(value)
        });
        if result.is_ok() && rang {
            bell.ring();
        }
        result
    }

    /// Writes with a single statement, which is a transaction by itself: no `begin` and `commit`
    /// round trips. A second writing statement in `f` is refused.
    ///
    /// # Errors
    /// What `f` says.
    pub fn write_one<T, E: From<Error>>(
        &self,
        f: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut conn = self.checkout()?;
        let mut tx = Tx {
            conn: &mut conn,
            events: Vec::new(),
            entries: Vec::new(),
            origin: Origin::default(),
            at: None,
            writes: Writes::One,
            wrote_events: false,
        };
        let value = f(&mut tx)?;
        if tx.wrote_events {
            self.bell.ring();
        }
        Ok(value)
    }

    fn checkout(&self) -> Result<Conn> {
        self.still_wanted()?;
        let session = self
            .pool
            .get()
            .map_err(|e| Error::Unavailable(e.to_string()))?;
        if let Some(ticket) = &self.ticket {
            ticket.works(Some(session.backend));
        }
        Ok(Conn {
            session,
            ticket: self.ticket.clone(),
        })
    }
}

/// Diesel's own `transaction` wants errors that come from Diesel's; ours know nothing of it.
fn transaction<T, E: From<Error>>(
    conn: &mut Conn,
    f: impl FnOnce(&mut Conn) -> Result<T, E>,
) -> Result<T, E> {
    conn.pg().batch_execute("begin").map_err(Error::from)?;
    match f(conn) {
        Ok(value) => {
            if let Err(error) = conn.pg().batch_execute("commit") {
                conn.session.spoiled = true;
                return Err(Error::from(error).into());
            }
            Ok(value)
        }
        Err(error) => {
            conn.no_longer_cancelled();
            if let Err(rollback) = conn.pg().batch_execute("rollback") {
                tracing::warn!(%rollback, "rollback failed; the connection is dropped");
                conn.session.spoiled = true;
            }
            Err(error)
        }
    }
}

/// A connection on loan, for reading.
pub struct Conn {
    session: PooledConnection<Manager>,
    ticket: Option<Arc<Ticket>>,
}

impl Conn {
    pub(crate) fn pg(&mut self) -> &mut PgConnection {
        &mut self.session.pg
    }

    /// Passes while somebody waits for what is done here: for loops between statements.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub fn still_wanted(&self) -> Result<()> {
        self.ticket.as_ref().map_or(Ok(()), |ticket| ticket.check())
    }
}

impl Conn {
    /// What comes now is short and must not be cut off.
    fn no_longer_cancelled(&self) {
        if let Some(ticket) = &self.ticket {
            ticket.works(None);
        }
    }
}

impl Drop for Conn {
    fn drop(&mut self) {
        // Before the connection is lent to somebody else.
        self.no_longer_cancelled();
    }
}

impl std::fmt::Debug for Conn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Conn")
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Writes {
    Many,
    One,
    OneDone,
}

/// A place to write. Reads work on it as on a [`Conn`].
#[derive(Debug)]
pub struct Tx<'a> {
    conn: &'a mut Conn,
    events: Vec<NewEvent>,
    entries: Vec<NewEntry>,
    origin: Origin,
    at: Option<DateTime<Utc>>,
    writes: Writes,
    wrote_events: bool,
}

impl Deref for Tx<'_> {
    type Target = Conn;
    fn deref(&self) -> &Conn {
        self.conn
    }
}

impl DerefMut for Tx<'_> {
    fn deref_mut(&mut self) -> &mut Conn {
        self.conn
    }
}

impl Tx<'_> {
    /// Lets this write happen at an instant of the past: for demo data and imports, which tell a
    /// history through the same code as everybody else.
    pub fn pretend_it_is(&mut self, at: DateTime<Utc>) {
        self.at = Some(at);
    }

    /// The instant to write, if it is not the database's present.
    #[must_use]
    pub fn at(&self) -> Option<DateTime<Utc>> {
        self.at
    }

    /// Records an event of this transaction.
    pub fn record(&mut self, event: NewEvent) {
        self.events.push(event);
    }

    /// Says where the request of this transaction comes from, for the audit log.
    pub fn comes_from(&mut self, origin: Origin) {
        self.origin = origin;
    }

    /// Where the request of this transaction comes from.
    pub(crate) fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Writes an entry of the audit log with this transaction.
    pub fn audit(&mut self, entry: NewEntry) {
        self.entries.push(entry);
    }

    /// Does something and takes it back again, whatever came of it: to see what would happen.
    ///
    /// # Errors
    /// What `f` says.
    pub fn trial<T, E: From<Error>>(
        &mut self,
        f: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        let (events, entries) = (self.events.len(), self.entries.len());
        let rings = self.wrote_events;
        let run = |conn: &mut Conn, statement: &str| {
            conn.pg().batch_execute(statement).map_err(Error::from)
        };
        run(self.conn, "savepoint trial")?;
        let result = f(self);
        self.events.truncate(events);
        self.entries.truncate(entries);
        self.wrote_events = rings;
        run(self.conn, "rollback to savepoint trial")?;
        result
    }

    /// For a statement that locks something until the end: only in a transaction is there one.
    pub(crate) fn locking(&mut self) -> Result<&mut PgConnection> {
        match self.writes {
            Writes::Many => Ok(self.conn.pg()),
            Writes::One | Writes::OneDone => {
                Err(Error::Database("a lock without a transaction".to_string()))
            }
        }
    }

    /// Notes that the statement to come writes, and whether it writes events.
    pub(crate) fn writing(&mut self, events: bool) -> Result<&mut PgConnection> {
        self.wrote_events |= events;
        match self.writes {
            Writes::Many => {}
            Writes::One => self.writes = Writes::OneDone,
            Writes::OneDone => {
                return Err(Error::Database(
                    "a second statement in write_one".to_string(),
                ));
            }
        }
        Ok(self.conn.pg())
    }

    fn flush(&mut self) -> Result<()> {
        if !self.entries.is_empty() {
            let entries = std::mem::take(&mut self.entries);
            let (origin, at) = (self.origin.clone(), self.at);
            crate::audit::append(self.writing(false)?, &entries, &origin, at)?;
        }
        if self.events.is_empty() {
            return Ok(());
        }
        let events = std::mem::take(&mut self.events);
        let at = self.at;
        crate::events::append(self.writing(true)?, &events, at)?;
        Ok(())
    }
}

impl Conn {
    /// The database's clock.
    ///
    /// # Errors
    /// When the database is away.
    pub fn now(&mut self) -> Result<DateTime<Utc>> {
        statement! {
            /// The database's clock.
            Now {} -> diesel::sql_types::Timestamptz : "select clock_timestamp()"
        }
        Ok(Now {}.get_result(self.pg())?)
    }

    /// Rows that this connection has read lately, of tables and by their indexes: how many more they
    /// are behind something is what its plan costs, on whatever machine.
    ///
    /// # Errors
    /// When the database is away.
    pub fn rows_read(&mut self) -> Result<i64> {
        statement! {
            /// What the statistics of this transaction count.
            RowsRead {} -> diesel::sql_types::BigInt :
            "select coalesce(sum(pg_stat_get_xact_tuples_returned(read.id)), 0)::bigint from (
                 select relid as id from pg_stat_user_tables union all select indexrelid from pg_stat_user_indexes
             ) read"
        }
        Ok(RowsRead {}.get_result(self.pg())?)
    }

    /// Waits for the right to run something that only one may run at a time, until the transaction
    /// ends.
    ///
    /// # Errors
    /// When it takes longer than the lock timeout.
    pub fn lock(&mut self, what: Lock) -> Result<()> {
        statement! {
            /// Takes a lock by number until the transaction ends.
            TakeLock { number: i64 => diesel::sql_types::BigInt } -> diesel::sql_types::Bool :
            "select pg_advisory_xact_lock({number}) is not null"
        }
        let _: bool = TakeLock {
            number: what as i64,
        }
        .get_result(self.pg())?;
        Ok(())
    }
}

/// Advisory locks, all in one list so that no two share a number.
#[derive(Debug, Clone, Copy)]
pub enum Lock {
    /// Stamping of events.
    Sequencer = 7_301,
    /// Changes of who is admin: the last one must stay.
    Admins = 7_302,
    /// Seeding of demo data.
    Seed = 7_303,
    /// New parents: no issue may come to stand below itself.
    Parents = 7_311,
    /// New relations with a direction: none may lead back to where it began.
    Relations = 7_312,
}

/// A new id, ordered by time (UUID version 7).
#[must_use]
pub fn new_id() -> Uuid {
    Uuid::now_v7()
}

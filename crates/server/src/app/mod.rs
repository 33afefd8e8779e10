//! Use cases: what the product does, on a transaction, without a word of HTTP.
//!
//! [`App`] is what a running server holds. Its methods run a use case for a caller: they pick the
//! lane, look up who is calling (on every request, from the database), and open the transaction.

pub mod accounts;
pub mod attachments;
pub mod audit;
pub mod comments;
pub mod error;
pub mod export;
pub mod history;
pub mod issues;
pub mod labels;
pub mod members;
pub mod merges;
pub mod past;
pub mod personal;
pub mod precondition;
pub mod projects;
pub mod relations;
pub mod sign_in;
pub mod tokens;
pub mod uploads;
pub mod views;
pub mod workflow;

use crate::auth::cursor::Cursors;
use crate::auth::jwt::Keys;
use crate::auth::place::Places;
use crate::auth::throttle::Throttle;
use crate::auth::token::Presented;
use crate::blocking::{Lane, Lanes, Refused};
use crate::config::Config;
use crate::live::Hub;
use crate::metrics::Metrics;
use crate::reads::Reads;
use domain::token::Need;
pub use error::{Error, Result};
pub use precondition::Precondition;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;
use store::access::{self, Actor};
use store::audit::Origin;
use store::blobs::Blobs;
use store::db::{Conn, Tx};
use store::idempotency::{self, StoredAnswer};
use store::ticket::{Canceller, Ticket};
use store::{Db, DbConfig};
use uuid::Uuid;

/// What a running server holds.
#[derive(Debug)]
pub struct App {
    /// Configuration.
    pub config: Config,
    /// Connections.
    pub db: Db,
    /// How to reach the database, for connections outside the pool.
    pub db_config: DbConfig,
    /// Threads for work that blocks.
    pub lanes: Lanes,
    /// Ends work that nobody waits for.
    pub canceller: Canceller,
    /// Keys of tokens.
    pub keys: Keys,
    /// Seals places in the order of events.
    pub places: Arc<Places>,
    /// Whom guesses of passwords are about.
    pub throttle: Throttle,
    /// Seals positions in lists.
    pub cursors: Arc<Cursors>,
    /// Files.
    pub blobs: Blobs,
    /// Live streams.
    pub live: Hub,
    /// Notes of who read what.
    pub reads: Reads,
    /// Figures.
    pub metrics: Metrics,
}

/// What a request came with, not yet looked up.
#[derive(Debug, Clone)]
pub enum Credential {
    /// A signed word that names a session: in the browser's cookie, or as a program's bearer.
    Session {
        /// Account.
        account: Uuid,
        /// Session.
        session: Uuid,
    },
    /// An API token, always as bearer.
    Token(Presented),
}

/// Whose request it is.
#[derive(Debug, Clone)]
pub struct Caller {
    /// What they came with.
    pub credential: Credential,
    /// It came as a bearer token, not as a cookie.
    pub is_bearer: bool,
    /// What this operation takes of a token; no token suffices until the route says otherwise.
    pub need: Need,
    /// Where the time of this request goes.
    pub timing: Arc<Timing>,
    /// Where it comes from, for the audit log.
    pub origin: Arc<Origin>,
}

/// Microseconds spent in the lanes of one request.
#[derive(Debug, Default)]
pub struct Timing(AtomicU64);

impl Timing {
    fn add(&self, since: Instant) {
        let spent = u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.0.fetch_add(spent, Ordering::Relaxed);
    }

    /// Microseconds so far.
    #[must_use]
    pub fn micros(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// An answer as it is kept for an idempotency key.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Address of what was made.
    pub location: Option<String>,
    /// Entity tag.
    pub etag: Option<String>,
    /// JSON.
    pub body: String,
    /// True when this is the first answer again.
    pub replayed: bool,
}

/// An idempotency key with what it stands for.
#[derive(Debug, Clone)]
pub struct Once {
    /// Method and path.
    pub route: String,
    /// What the caller sent as key.
    pub key: String,
    /// Hash of the body.
    pub request_hash: String,
}

/// Tries again while somebody else is faster or waited for us as we for them, and gives up at some
/// time.
fn until_unopposed<T>(db: &Db, mut attempt: impl FnMut() -> Result<T>) -> Result<T> {
    let mut tries = 0;
    loop {
        match attempt() {
            Err(Error::Store(store::Error::Stale | store::Error::Deadlock)) if tries < 20 => {
                db.still_wanted()?;
                tries += 1;
            }
            other => return other,
        }
    }
}

/// Who is calling, looked up for this very request; a token must suffice for the operation.
fn who(conn: &mut Conn, caller: &Caller) -> Result<Actor> {
    match &caller.credential {
        Credential::Session { account, session } => access::actor(conn, *session, *account)?
            .ok_or_else(|| Error::not_signed(caller.is_bearer)),
        Credential::Token(token) => {
            let actor = access::actor_by_token(conn, token.digest)?;
            let actor = actor.ok_or_else(|| Error::not_signed(true))?;
            token.belongs_to(actor.id);
            let scopes = actor.cut().map(|cut| cut.scopes).unwrap_or_default();
            caller.need.met_by(scopes)?;
            Ok(actor)
        }
    }
}

/// The route under which a key is kept: each token has keys of its own, apart from its owner's.
fn route_of(actor: &Actor, once: &Once) -> String {
    match &actor.token {
        Some(held) => format!("{} {}", held.id, once.route),
        None => once.route.clone(),
    }
}

/// A request that waits for work. When it ends without having been told, the work ends too.
struct Waiting<'a> {
    ticket: Arc<Ticket>,
    canceller: &'a Canceller,
    /// Whoever asked for a change and closes their browser still wants it.
    until_told: bool,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if !self.until_told {
            self.canceller.give_up(self.ticket.clone());
        }
    }
}

impl App {
    /// Puts a server together. Nothing is connected yet.
    ///
    /// # Errors
    /// When the file storage cannot be opened or the system gives no threads.
    pub fn new(config: Config) -> anyhow::Result<Self> {
        let blobs = Blobs::open(&config.storage)?;
        let db_config = DbConfig {
            pool_size: crate::blocking::DATABASE_THREADS + 2,
            application_name: "iit-server",
            ..DbConfig::new(&config.database_url.0)
        };
        let db = Db::open(&db_config);
        Ok(Self {
            reads: Reads::start(config.audit_reads, db.clone())?,
            db,
            lanes: Lanes::start()?,
            canceller: Canceller::start(&db_config)?,
            db_config,
            keys: Keys::new(&config.secret_keys),
            places: Arc::new(Places::new(&config.secret_keys)),
            throttle: Throttle::new(&config.secret_keys)?,
            cursors: Arc::new(Cursors::new(&config.secret_keys)),
            blobs,
            live: Hub::default(),
            metrics: Metrics::new()?,
            config,
        })
    }

    async fn on<T: Send + 'static>(
        &self,
        lane: &Lane,
        timing: Option<Arc<Timing>>,
        work: impl FnOnce(&Db) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let ticket = Arc::new(Ticket::default());
        let db = self.db.waited_for(ticket.clone());
        let mut waiting = Waiting {
            ticket,
            canceller: &self.canceller,
            until_told: lane.changes_something(),
        };
        let result = lane
            .run(move || {
                let began = Instant::now();
                let result = work(&db);
                if let Some(timing) = timing {
                    timing.add(began);
                }
                result
            })
            .await;
        match result {
            Ok(result) => {
                waiting.until_told = true;
                result
            }
            Err(Refused::Busy) => {
                waiting.until_told = false;
                Err(Error::unavailable())
            }
            Err(Refused::Panicked) => Err(Error::internal("a use case panicked")),
        }
    }

    /// Reads for a caller.
    ///
    /// # Errors
    /// What the use case says; 401 when the session does not hold.
    pub async fn read<T: Send + 'static>(
        &self,
        caller: &Caller,
        f: impl FnOnce(&mut Conn, &Actor) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.read_on(&self.lanes.reads, caller, f).await
    }

    /// Reads something large for a caller, where it holds up nobody.
    ///
    /// # Errors
    /// As [`App::read`].
    pub async fn report<T: Send + 'static>(
        &self,
        caller: &Caller,
        f: impl FnOnce(&mut Conn, &Actor) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.read_on(&self.lanes.heavy, caller, f).await
    }

    /// Reads for a caller what may be large or not: in the one lane or in the other.
    ///
    /// # Errors
    /// As [`App::read`].
    pub async fn read_weighed<T: Send + 'static>(
        &self,
        caller: &Caller,
        is_heavy: bool,
        f: impl FnOnce(&mut Conn, &Actor) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let lane = match is_heavy {
            true => &self.lanes.heavy,
            false => &self.lanes.reads,
        };
        self.read_on(lane, caller, f).await
    }

    async fn read_on<T: Send + 'static>(
        &self,
        lane: &Lane,
        caller: &Caller,
        f: impl FnOnce(&mut Conn, &Actor) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let caller = caller.clone();
        self.on(lane, Some(caller.timing.clone()), move |db| {
            db.read(|conn| {
                let actor = who(conn, &caller)?;
                f(conn, &actor)
            })
        })
        .await
    }

    /// Changes something for a caller, in one transaction; again from the start when somebody else was
    /// faster or what it was decided by changed meanwhile.
    ///
    /// # Errors
    /// What the use case says; then nothing was written.
    pub async fn write<T: Send + 'static>(
        &self,
        caller: &Caller,
        f: impl Fn(&mut Tx<'_>, &Actor) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let caller = caller.clone();
        self.on(&self.lanes.writes, Some(caller.timing.clone()), move |db| {
            until_unopposed(db, || {
                db.write(|tx| {
                    tx.comes_from((*caller.origin).clone());
                    let actor = who(tx, &caller)?;
                    f(tx, &actor)
                })
            })
        })
        .await
    }

    /// The same with a single writing statement, which is a transaction by itself: nothing it reads
    /// before is locked, so that statement must see for itself that it still holds.
    ///
    /// # Errors
    /// What the use case says; then nothing was written.
    pub async fn write_one<T: Send + 'static>(
        &self,
        caller: &Caller,
        f: impl Fn(&mut Tx<'_>, &Actor) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let caller = caller.clone();
        self.on(&self.lanes.writes, Some(caller.timing.clone()), move |db| {
            until_unopposed(db, || {
                db.write_one(|tx| {
                    tx.comes_from((*caller.origin).clone());
                    let actor = who(tx, &caller)?;
                    f(tx, &actor)
                })
            })
        })
        .await
    }

    /// Makes something for a caller: once for each idempotency key, when one is given.
    ///
    /// # Errors
    /// What the use case says; 422 when the key belongs to another request.
    pub async fn make(
        &self,
        caller: &Caller,
        once: Option<Once>,
        f: impl Fn(&mut Tx<'_>, &Actor) -> Result<Answer> + Send + 'static,
    ) -> Result<Answer> {
        let Some(once) = once else {
            return self.write(caller, f).await;
        };
        let caller = caller.clone();
        self.on(&self.lanes.writes, Some(caller.timing.clone()), move |db| {
            until_unopposed(db, || made_once(db, &caller, &once, &f))
        })
        .await
    }

    /// Runs something of a sign-in, where no other work holds it up.
    ///
    /// # Errors
    /// What the use case says.
    pub async fn sign_in_work<T: Send + 'static>(
        &self,
        f: impl FnOnce(&Db) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.on(&self.lanes.sign_ins, None, f).await
    }

    /// Runs something for nobody in particular: readiness, figures.
    ///
    /// # Errors
    /// What the use case says.
    pub async fn system<T: Send + 'static>(
        &self,
        f: impl FnOnce(&Db) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.on(&self.lanes.writes, None, f).await
    }

    /// Hashes or verifies a password.
    ///
    /// # Errors
    /// 503 when too many do so at once.
    pub async fn hashing<T: Send + 'static>(
        &self,
        f: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T> {
        self.lanes
            .hashes
            .run(f)
            .await
            .map_err(|refused| match refused {
                Refused::Busy => Error::unavailable(),
                Refused::Panicked => Error::internal("hashing panicked"),
            })
    }
}

fn made_once(
    db: &Db,
    caller: &Caller,
    once: &Once,
    f: impl FnOnce(&mut Tx<'_>, &Actor) -> Result<Answer>,
) -> Result<Answer> {
    let made = db.write(|tx| {
        tx.comes_from((*caller.origin).clone());
        let actor = who(tx, caller)?;
        let answer = f(tx, &actor)?;
        let kept = stored(once, &answer);
        idempotency::keep(tx, actor.id, &route_of(&actor, once), &once.key, &kept)?;
        Ok(answer)
    });
    // The key is looked at last, so that a first request pays for one statement only. A
    // repeated one fails there, or before at something that the first one changed.
    match made {
        Err(error) => db.read(|conn| {
            let actor = who(conn, caller)?;
            first_answer(conn, &actor, once)?.ok_or(error)
        }),
        made => made,
    }
}

fn stored(once: &Once, answer: &Answer) -> StoredAnswer {
    StoredAnswer {
        request_hash: once.request_hash.clone(),
        status: i16::try_from(answer.status).unwrap_or(200),
        location: answer.location.clone(),
        etag: answer.etag.clone(),
        body: answer.body.clone(),
    }
}

fn first_answer(conn: &mut Conn, actor: &Actor, once: &Once) -> Result<Option<Answer>> {
    let Some(first) = idempotency::answer(conn, actor.id, &route_of(actor, once), &once.key)?
    else {
        return Ok(None);
    };
    if first.request_hash != once.request_hash {
        return Err(Error::idempotency_mismatch());
    }
    Ok(Some(Answer {
        status: u16::try_from(first.status).unwrap_or(200),
        location: first.location,
        etag: first.etag,
        body: first.body,
        replayed: true,
    }))
}

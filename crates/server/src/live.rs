//! The live hub: gives committed events their order, reads them, and hands them to every stream that
//! may hear them.
//!
//! One thread does the database's part. It is woken by commits of this process, by NOTIFY from other
//! instances, and by a tick; whatever is lost of these, the next look finds the events in the table.

use crate::app::App;
use crate::auth::place::Places;
use bytes::Bytes;
use domain::event::{EventKind, LiveEvent};
use domain::key::issue_key;
use domain::policy::{Action, Ground};
use domain::token::{self, Cut};
use domain::user::Role;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};
use store::access::{self, Actor, Scope};
use store::events::{self, Delivered};
use store::listen::Listener;
use store::{accounts, db::Conn, tokens};
use tokio::sync::{Notify, broadcast};
use uuid::Uuid;

/// Events a slow stream may fall behind before it is told to start over.
const BACKLOG: usize = 4_096;
/// How often rights of open streams are looked up even if nothing seems to have changed them.
const LOOK_AGAIN: Duration = Duration::from_secs(2);
/// Waiting a little before stamping lets one batch take many events.
const GATHER: Duration = Duration::from_millis(2);
/// How often other instances' bell is looked at.
const POLL: Duration = Duration::from_millis(15);
/// The tick that finds what every bell missed.
const TICK: Duration = Duration::from_secs(1);

/// An event, ready to be sent, with what decides who may hear it.
#[derive(Debug)]
pub struct Frame {
    /// Place in the order of delivery.
    pub seq: i64,
    /// What travels.
    pub event: LiveEvent,
    /// The same as a frame of the stream.
    pub bytes: Bytes,
    kind: Option<EventKind>,
    project: Option<Uuid>,
    reporter: Option<Uuid>,
    internal: bool,
    /// Project and reporter of the other issue that it names.
    other: Option<(Uuid, Option<Uuid>)>,
    /// The account that alone may hear it.
    only_for: Option<Uuid>,
}

impl Frame {
    fn new(row: Delivered, places: &Places) -> Self {
        let issue = row
            .project
            .as_ref()
            .zip(row.number)
            .map(|(project, number)| issue_key(project, number));
        let event = LiveEvent {
            kind: row.kind,
            project: row.project,
            issue,
            version: row.version,
            actor: row.actor,
            changed: row.field,
            at: row.at,
        };
        let data = serde_json::to_string(&event).unwrap_or_default();
        let bytes = Bytes::from(format!(
            "id: {}\nevent: {}\ndata: {data}\n\n",
            places.seal(row.seq),
            event.kind
        ));
        Self {
            seq: row.seq,
            kind: EventKind::from_slug(&event.kind),
            event,
            bytes,
            project: row.project_id,
            reporter: row.reporter_id,
            internal: row.internal,
            only_for: row.only_for,
            other: row
                .other_project_id
                .map(|project| (project, row.other_reporter_id)),
        }
    }

    /// Whether somebody with these rights may hear it.
    #[must_use]
    pub fn may_be_heard_by(&self, rights: &Rights) -> bool {
        // Something internal of a duplicate is for the staff of its own project, who read it here, too.
        let of_duplicate = self.internal && self.kind == Some(EventKind::MergeUpdated);
        if (of_duplicate || self.kind.is_some_and(EventKind::names_another_issue))
            && !self.other.is_some_and(|(project, reporter)| {
                rights.scope.may_hear(project, reporter, of_duplicate)
            })
        {
            return false;
        }
        let internal = self.internal && !of_duplicate;
        if self
            .only_for
            .is_some_and(|account| account != rights.scope.me)
        {
            return false;
        }
        match (self.project, self.kind) {
            (Some(project), Some(kind)) => {
                // What is not about an issue is not about somebody's own issue.
                let about_an_issue =
                    self.event.issue.is_some() || !kind.slug().starts_with("issue.");
                about_an_issue && rights.scope.may_hear(project, self.reporter, internal)
            }
            (None, Some(EventKind::StatsUpdated)) => true,
            // What is of no project does not exist for a token of one.
            (None, Some(_)) if self.only_for.is_some() => !rights.bound,
            (None, Some(_)) => rights.accounts,
            (_, None) => false,
        }
    }
}

/// What a stream's receiver may hear now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rights {
    /// Whether they hear of accounts, and of what else belongs to no project.
    pub accounts: bool,
    /// Whether they are a program that is bound to one project.
    pub bound: bool,
    /// Projects.
    pub scope: Scope,
}

impl Rights {
    /// What the caller may hear.
    ///
    /// # Errors
    /// When the database is away.
    pub fn of(conn: &mut Conn, actor: &Actor) -> store::Result<Self> {
        Self::look_up(conn, actor.id, actor.role, actor.cut())
    }

    fn look_up(
        conn: &mut Conn,
        account: Uuid,
        role: Role,
        cut: Option<&Cut>,
    ) -> store::Result<Self> {
        let manages = token::decide(role, Action::ManageAccounts, Ground::NONE, cut);
        let bound = cut.is_some_and(|cut| cut.project.is_some());
        Ok(Self {
            accounts: manages.is_ok() && !bound,
            bound,
            scope: access::scope_of(conn, account, role, cut)?,
        })
    }
}

/// What lets a stream be open. A session and a token may have the same id and are still two things.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Listens {
    /// A session.
    Session(Uuid),
    /// A token.
    Token(Uuid),
}

impl Listens {
    /// What the caller came with.
    #[must_use]
    pub fn of(actor: &Actor) -> Self {
        match &actor.token {
            Some(held) => Self::Token(held.id),
            None => Self::Session(actor.session),
        }
    }
}

/// The receiver of a stream.
#[derive(Debug)]
pub struct Viewer {
    /// What lets the stream be open.
    pub listens: Listens,
    account: Uuid,
    rights: RwLock<Arc<Rights>>,
    over: AtomicBool,
    /// Rung when rights changed or ended.
    pub changed: Notify,
}

impl Viewer {
    /// Rights as they are now; `None` once session or token are over.
    #[must_use]
    pub fn rights(&self) -> Option<Arc<Rights>> {
        if self.over.load(Ordering::Acquire) {
            return None;
        }
        Some(
            self.rights
                .read()
                .unwrap_or_else(PoisonError::into_inner)
                .clone(),
        )
    }

    fn end(&self) {
        self.over.store(true, Ordering::Release);
        self.changed.notify_waiters();
    }
}

/// Where frames come from and who listens.
#[derive(Debug)]
pub struct Hub {
    frames: broadcast::Sender<Arc<Frame>>,
    viewers: Mutex<HashMap<u64, Arc<Viewer>>>,
    next: std::sync::atomic::AtomicU64,
    stopping: Arc<AtomicBool>,
}

impl Default for Hub {
    fn default() -> Self {
        Self {
            frames: broadcast::channel(BACKLOG).0,
            viewers: Mutex::default(),
            next: std::sync::atomic::AtomicU64::default(),
            stopping: Arc::default(),
        }
    }
}

/// A place in the hub; leaving it is dropping it.
#[derive(Debug)]
pub struct Seat {
    app: actix_web::web::Data<App>,
    id: u64,
    /// Whose stream it is.
    pub viewer: Arc<Viewer>,
    /// What comes.
    pub frames: broadcast::Receiver<Arc<Frame>>,
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.app.live.lock().remove(&self.id);
        self.app.metrics.streams.dec();
    }
}

impl Hub {
    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<u64, Arc<Viewer>>> {
        self.viewers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a seat for a session or token of an account, with those rights; `None` when that account has
    /// as many already as one may have.
    #[must_use]
    pub fn sit(
        app: &actix_web::web::Data<App>,
        listens: Listens,
        account: Uuid,
        rights: Rights,
    ) -> Option<Seat> {
        let viewer = Arc::new(Viewer {
            listens,
            account,
            rights: RwLock::new(Arc::new(rights)),
            over: AtomicBool::new(false),
            changed: Notify::new(),
        });
        let id = app.live.next.fetch_add(1, Ordering::Relaxed);
        let frames = app.live.frames.subscribe();
        let most = app.config.streams;
        {
            let mut viewers = app.live.lock();
            let own = || viewers.values().filter(|v| v.account == account);
            if most > 0 && own().count() >= most as usize {
                return None;
            }
            viewers.insert(id, viewer.clone());
        }
        app.metrics.streams.inc();
        Some(Seat {
            app: app.clone(),
            id,
            viewer,
            frames,
        })
    }

    /// Frames from now on, for those who only wait for something to happen.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<Frame>> {
        self.frames.subscribe()
    }

    /// Whether the server is going down.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }

    /// Ends the streams of a session or token that is over. Those of other instances end with their
    /// next look.
    pub fn end(&self, over: Listens) {
        for viewer in self.lock().values().filter(|v| v.listens == over) {
            viewer.end();
        }
    }

    /// Ends the thread and every stream.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
        for viewer in self.lock().values() {
            viewer.end();
        }
    }
}

/// Starts the hub's thread.
///
/// # Errors
/// When the system gives no thread.
pub fn start(app: &actix_web::web::Data<App>) -> std::io::Result<std::thread::JoinHandle<()>> {
    let app = app.clone();
    std::thread::Builder::new()
        .name("live".to_string())
        .spawn(move || run(&app))
}

fn run(app: &App) {
    let bell = app.db.bell();
    let mut listener: Option<Listener> = None;
    let mut cursor: Option<i64> = app.db.read(events::last_seq).ok();
    let mut ticked = Instant::now();
    let mut looked = Instant::now();
    while !app.live.is_stopping() {
        let rang = bell.wait(POLL);
        if listener.is_none() && ticked.elapsed() >= TICK {
            listener = Listener::connect(&app.db_config).ok();
        }
        let notified = match listener.as_mut().map(Listener::rang) {
            Some(Ok(notified)) => notified,
            Some(Err(_)) => {
                listener = None;
                false
            }
            None => false,
        };
        let tick = ticked.elapsed() >= TICK;
        if tick {
            ticked = Instant::now();
        }
        if (rang || notified || tick)
            && let Err(error) = deliver(app, &mut cursor, rang || tick)
        {
            tracing::warn!(%error, "events wait");
        }
        if looked.elapsed() >= LOOK_AGAIN {
            looked = Instant::now();
            if let Err(error) = app.db.read(|conn| refresh(app, conn)) {
                tracing::warn!(%error, "rights of streams could not be looked up");
            }
        }
    }
}

fn deliver(app: &App, cursor: &mut Option<i64>, stamping: bool) -> store::Result<()> {
    // Before anything is stamped: what comes from now on is heard, also right after the start.
    let mut after = match *cursor {
        Some(after) => after,
        None => *cursor.insert(app.db.read(events::last_seq)?),
    };
    if stamping {
        std::thread::sleep(GATHER);
        while app.db.write(events::stamp)? == 1_000 {}
    }
    app.db.read(|conn| {
        loop {
            let rows = events::read_after(conn, after)?;
            let more = rows.len() == events::PAGE;
            for row in rows {
                after = row.seq;
                let frame = Frame::new(row, &app.places);
                if frame.kind.is_some_and(EventKind::moves_rights) {
                    // Before anything later is heard: whoever lost a right must not hear it.
                    refresh(app, conn)?;
                }
                // No receiver is no failure.
                let _ = app.live.frames.send(Arc::new(frame));
            }
            *cursor = Some(after);
            if !more {
                return Ok(());
            }
        }
    })
}

/// What still holds of what lets streams be open: the role of its account, and how it is cut.
fn alive(conn: &mut Conn, viewers: &[Arc<Viewer>]) -> store::Result<HashMap<Listens, Holds>> {
    let (mut sessions, mut held) = (Vec::new(), Vec::new());
    for viewer in viewers {
        match viewer.listens {
            Listens::Session(id) => sessions.push(id),
            Listens::Token(id) => held.push(id),
        }
    }
    let mut alive = HashMap::new();
    for ids in [&mut sessions, &mut held] {
        ids.sort_unstable();
        ids.dedup();
    }
    if !sessions.is_empty() {
        let rows = accounts::live_sessions(conn, sessions)?;
        alive.extend(rows.into_iter().map(|(id, _, role)| {
            let holds = Holds { role, cut: None };
            (Listens::Session(id), holds)
        }));
    }
    if !held.is_empty() {
        let rows = tokens::live(conn, held)?;
        alive.extend(rows.into_iter().map(|(id, role, cut)| {
            let cut = Some(cut);
            (Listens::Token(id), Holds { role, cut })
        }));
    }
    Ok(alive)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Holds {
    role: Role,
    cut: Option<Cut>,
}

/// Looks up what every open stream may hear now, once for each account and cut.
fn refresh(app: &App, conn: &mut Conn) -> store::Result<()> {
    let viewers: Vec<Arc<Viewer>> = app.live.lock().values().cloned().collect();
    if viewers.is_empty() {
        return Ok(());
    }
    let alive = alive(conn, &viewers)?;
    let mut known: HashMap<(Uuid, Holds), Arc<Rights>> = HashMap::new();
    for viewer in viewers {
        let Some(holds) = alive.get(&viewer.listens).copied() else {
            viewer.end();
            continue;
        };
        let rights = match known.get(&(viewer.account, holds)) {
            Some(rights) => rights.clone(),
            None => {
                let cut = holds.cut.as_ref();
                let rights = Rights::look_up(conn, viewer.account, holds.role, cut)?;
                let rights = Arc::new(rights);
                known.insert((viewer.account, holds), rights.clone());
                rights
            }
        };
        let mut held = viewer
            .rights
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        if **held != *rights {
            *held = rights;
            drop(held);
            viewer.changed.notify_waiters();
        }
    }
    Ok(())
}

/// One page of frames after a place, as far as they may be heard, and the last place looked at.
///
/// # Errors
/// When the database is away.
pub fn replay(
    conn: &mut Conn,
    places: &Places,
    after: i64,
    rights: &Rights,
) -> store::Result<(Vec<Frame>, Option<i64>)> {
    let rows = events::read_after(conn, after)?;
    let last = rows.last().map(|r| r.seq);
    let frames = rows
        .into_iter()
        .map(|row| Frame::new(row, places))
        .filter(|f| f.may_be_heard_by(rights))
        .collect();
    Ok((frames, last))
}

//! The live stream (server-sent events) and its polling twin.

use super::params::Params;
use super::reply;
use crate::app::{App, Caller, Error};
use crate::auth::place::LENGTH;
use crate::live::{Frame, Hub, Listens, Rights, Seat, replay};
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, web};
use bytes::Bytes;
use domain::event::LiveEvent;
use domain::problem::{Code, FieldError, Problem};
use futures_util::stream;
use serde::Serialize;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use store::events;
use tokio::sync::broadcast::error::RecvError;
use uuid::Uuid;

/// A comment this often keeps proxies from closing the line.
const HEARTBEAT: Duration = Duration::from_secs(20);
/// A receiver further behind than this starts over.
const REPLAY_MAX: i64 = 10_000;
/// Most streams of one server.
const STREAMS_MAX: i64 = 12_000;

/// A place that nobody can go on from: unreadable, or sealed by a key that is gone.
const LOST: i64 = -1;

/// Where a stream begins.
struct Begin {
    listens: Listens,
    account: Uuid,
    rights: Rights,
    /// Everything after this place is sent.
    after: i64,
    /// The receiver must start over first.
    reset: bool,
}

async fn begin(app: &App, caller: &Caller, wanted: Option<i64>) -> Result<Begin, Error> {
    app.read(caller, move |conn, actor| {
        let rights = Rights::of(conn, actor)?;
        let last = events::last_seq(conn)?;
        let (after, reset) = match wanted {
            None => (last, false),
            Some(after) if (0..=last).contains(&after) && last - after <= REPLAY_MAX => {
                (after, false)
            }
            Some(_) => (last, true),
        };
        Ok(Begin {
            listens: Listens::of(actor),
            account: actor.id,
            rights,
            after,
            reset,
        })
    })
    .await
}

/// Live events.
///
/// One named event for each change, only what I may see at that moment. `Last-Event-ID` goes on
/// without gap or repeat; a place that is too old gets `event: reset`.
///
/// Some kinds are signals to look again and are in no history: `votes.updated` and `watchers.updated` name
/// nobody, `merge.updated` says that something changed of what an issue shows of its duplicates, and
/// `view.*` of a private view reaches its owner alone.
///
/// An account has at most ten streams open at once (503 beyond that); programs that poll ask `GET /events`.
#[utoipa::path(
    tag = "live",
    params(("Last-Event-ID" = Option<String>, Header, description = "The last event that was received")),
    responses((status = 200, body = String, content_type = "text/event-stream"))
)]
#[get("/stream")]
pub async fn live_stream(
    app: web::Data<App>,
    req: HttpRequest,
    caller: Caller,
) -> Result<HttpResponse, Error> {
    if app.live.is_stopping() || app.metrics.streams.get() >= STREAMS_MAX {
        return Err(Error::unavailable());
    }
    let wanted = req.headers().get("last-event-id").map(|v| {
        v.to_str()
            .ok()
            .and_then(|v| app.places.open(v))
            .unwrap_or(LOST)
    });
    let begin = begin(&app, &caller, wanted).await?;
    // Seated before the missed events are read, so that nothing falls between.
    let told = Arc::new(begin.rights.clone());
    let seat = Hub::sit(&app, begin.listens, begin.account, begin.rights).ok_or_else(|| {
        let most = app.config.streams;
        Problem::new(Code::Unavailable)
            .detail(format!("You have {most} streams open already; close one."))
    })?;
    let mut out = VecDeque::new();
    let hello = format!(
        "retry: 3000\n: live\nid: {}\nevent: {}\ndata: {{}}\n\n",
        app.places.seal(begin.after),
        if begin.reset { "reset" } else { "ready" }
    );
    out.push_back(Bytes::from(hello));
    let state = State {
        app: app.clone(),
        caller,
        seat,
        told,
        sent: begin.after,
        replaying: true,
        out,
    };
    let body = stream::unfold(state, |mut state| async move {
        let bytes = state.next().await?;
        Some((Ok::<_, Infallible>(bytes), state))
    });
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/event-stream"))
        .insert_header((header::CACHE_CONTROL, "no-store, no-transform"))
        .insert_header(("x-accel-buffering", "no"))
        .streaming(Box::pin(body)))
}

struct State {
    app: web::Data<App>,
    caller: Caller,
    seat: Seat,
    /// The rights that the receiver knows of.
    told: Arc<Rights>,
    /// Everything up to this place was sent or may not be heard.
    sent: i64,
    replaying: bool,
    out: VecDeque<Bytes>,
}

impl State {
    /// The next bytes; `None` ends the stream.
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if let Some(bytes) = self.out.pop_front() {
                return Some(bytes);
            }
            if self.replaying {
                self.replay().await?;
                continue;
            }
            let viewer = self.seat.viewer.clone();
            let changed = viewer.changed.notified();
            let rights = viewer.rights()?;
            // Compared, not only rung for: a frame that comes together with the bell must not drown it.
            if *rights != *self.told {
                self.told = rights;
                return Some(self.start_over());
            }
            tokio::select! {
                frame = self.seat.frames.recv() => match frame {
                    // What was replayed already.
                    Ok(frame) if frame.seq <= self.sent => {}
                    Ok(frame) => self.take(&frame)?,
                    Err(RecvError::Lagged(_)) => return Some(self.start_over()),
                    Err(RecvError::Closed) => return None,
                },
                () = changed => {}
                () = tokio::time::sleep(HEARTBEAT) => return Some(Bytes::from_static(b": still here\n\n")),
            }
        }
    }

    fn take(&mut self, frame: &Frame) -> Option<()> {
        self.sent = frame.seq;
        // Looked up after the frame came: rights change before a frame is heard, never after.
        let rights = self.seat.viewer.rights()?;
        if frame.may_be_heard_by(&rights) {
            self.out.push_back(frame.bytes.clone());
        }
        Some(())
    }

    /// Tells the receiver to fetch everything anew: it missed something, or sees more or less now.
    fn start_over(&self) -> Bytes {
        let place = self.app.places.seal(self.sent);
        Bytes::from(format!("id: {place}\nevent: reset\ndata: {{}}\n\n"))
    }

    async fn replay(&mut self) -> Option<()> {
        let after = self.sent;
        let rights = self.seat.viewer.rights()?;
        let places = self.app.places.clone();
        let page = self
            .app
            .read(&self.caller, move |conn, _| {
                Ok(replay(conn, &places, after, &rights)?)
            })
            .await;
        match page {
            Ok((frames, Some(last))) => {
                self.out.extend(frames.into_iter().map(|f| f.bytes));
                self.sent = last;
            }
            Ok((_, None)) => self.replaying = false,
            Err(_) => return None,
        }
        Some(())
    }
}

/// Events as a page, for programs that poll.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Polled {
    /// In the order of delivery.
    items: Vec<LiveEvent>,
    /// Send this as `after` next time.
    cursor: String,
    /// True when the place was too old: fetch everything anew.
    reset: bool,
}

/// Longest wait of one poll, in seconds.
const WAIT_MAX: u64 = 30;

/// Events after a place; waits for the first one if asked to.
#[utoipa::path(
    tag = "live",
    params(
        ("after" = Option<String>, Query, description = "`cursor` of the last answer; without it, from now on"),
        ("wait" = Option<u64>, Query, description = "Seconds to wait for the first event, at most 30"),
    ),
    responses((status = 200, body = Polled))
)]
#[get("/events")]
pub async fn poll_events(
    app: web::Data<App>,
    caller: Caller,
    mut params: Params,
) -> Result<HttpResponse, Error> {
    let after = params.text("after");
    if after.as_ref().is_some_and(|after| after.len() != LENGTH) {
        return Err(
            FieldError::query("after", "invalid", "Expected the cursor of an answer.").into(),
        );
    }
    let wanted = after.map(|after| app.places.open(&after).unwrap_or(LOST));
    let wait: u64 = params.read("wait", "a number of seconds")?.unwrap_or(0);
    params.end()?;
    if wait > WAIT_MAX {
        return Err(
            FieldError::query("wait", "range", format!("At most {WAIT_MAX} seconds.")).into(),
        );
    }
    let mut bell = app.live.subscribe();
    let deadline = tokio::time::Instant::now() + Duration::from_secs(wait);
    let first = begin(&app, &caller, wanted).await?;
    let (mut after, reset) = (first.after, first.reset);
    loop {
        // Rights are looked up for every page: they may change while this waits.
        let places = app.places.clone();
        let (frames, last) = app
            .read(&caller, move |conn, actor| {
                let rights = Rights::of(conn, actor)?;
                Ok(replay(conn, &places, after, &rights)?)
            })
            .await?;
        after = last.unwrap_or(after);
        if !frames.is_empty() || reset || last.is_none() && tokio::time::Instant::now() >= deadline
        {
            let items = frames.into_iter().map(|f| f.event).collect();
            return reply::json(&Polled {
                items,
                cursor: app.places.seal(after),
                reset,
            });
        }
        if last.is_none()
            && tokio::time::timeout_at(deadline, bell.recv())
                .await
                .is_err()
        {
            return reply::json(&Polled {
                items: Vec::new(),
                cursor: app.places.seal(after),
                reset,
            });
        }
    }
}

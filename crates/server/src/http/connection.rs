//! Connections, and the server that listens for them.
//!
//! What is no HTTP request never reaches the application: the HTTP library answers it with a bare status.
//! Here such an answer becomes a problem like every other, with an id under which the log knows it.

use super::{Shared, application, middleware};
use actix_http::HttpService;
use actix_server::Server;
use actix_service::{ServiceFactoryExt, fn_service, map_config};
use actix_web::body::{BodySize, MessageBody};
use actix_web::dev::AppConfig;
use actix_web::http::StatusCode;
use actix_web::http::header::HeaderMap;
use actix_web::rt::net::TcpStream;
use bytes::{Buf, Bytes};
use domain::problem::{Code, Problem};
use std::cell::Cell;
use std::io;
use std::mem::MaybeUninit;
use std::net::TcpListener;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;
use uuid::Uuid;

/// How a server listens.
#[derive(Debug, Clone, Copy)]
pub struct Listening {
    /// Threads that read requests and write answers.
    pub workers: usize,
    /// How long requests may take to end once it stops.
    pub drain: Duration,
}

/// Serves the application at a listener, until its handle says otherwise.
///
/// # Errors
/// When the system refuses the listener.
pub fn serve(shared: &Shared, listener: TcpListener, how: Listening) -> io::Result<Server> {
    let address = listener.local_addr()?;
    let builder = Server::build()
        .workers(how.workers)
        .shutdown_timeout(how.drain.as_secs())
        .disable_signals();
    let stopping = builder.graceful_shutdown_signal();
    let shared = shared.clone();
    let https = shared.app.config.is_https();
    let server = builder.listen("http", listener, move || {
        let stopping = stopping.clone();
        let application = actix_service::IntoServiceFactory::into_factory(application(&shared))
            .map_err(|error: actix_web::Error| error.error_response());
        // Nothing asks actix for the server's own address: `IIT_PUBLIC_URL` is what people type.
        let application = map_config(application, |()| AppConfig::default());
        let http = HttpService::build()
            .graceful_shutdown_signal(move || {
                let stopping = stopping.clone();
                async move { stopping.notified().await }
            })
            .h1_allow_half_closed(false)
            .local_addr(address)
            .on_connect_ext(|socket: &Socket, data| {
                data.insert(socket.line.clone());
            })
            .h1(application);
        fn_service(move |io: TcpStream| async move {
            let peer = io.peer_addr().ok();
            Ok((Socket::new(io, https), peer))
        })
        .and_then(http)
    })?;
    Ok(server.run())
}

/// How many requests of a connection are being answered.
#[derive(Debug, Clone, Default)]
pub struct Line(Rc<Cell<usize>>);

impl Line {
    /// Says that one is, until what this gives is dropped.
    #[must_use]
    pub fn enter(&self) -> Busy {
        self.0.set(self.0.get() + 1);
        Busy(self.clone())
    }

    fn is_busy(&self) -> bool {
        self.0.get() > 0
    }
}

/// One request that is being answered.
#[derive(Debug)]
pub struct Busy(Line);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.0.set(self.0.0.get().saturating_sub(1));
    }
}

/// The body of an answer, with which its request ends.
#[derive(Debug)]
pub struct Held<B> {
    body: B,
    _busy: Option<Busy>,
}

impl<B> Held<B> {
    /// Binds them together.
    pub const fn new(body: B, busy: Option<Busy>) -> Self {
        Self { body, _busy: busy }
    }
}

impl<B: MessageBody + Unpin> MessageBody for Held<B> {
    type Error = B::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.body).poll_next(context)
    }
}

/// A connection on which no bare answer goes out.
#[derive(Debug)]
struct Socket {
    io: TcpStream,
    line: Line,
    https: bool,
    /// All that was written has gone out, and no request is being answered: what is written next is the
    /// answer to a request, or the library's own.
    quiet: bool,
    /// What goes out instead of a bare answer.
    instead: Bytes,
    /// Nothing is written any more; what still comes is read and thrown away until then.
    lingers: Option<Pin<Box<Sleep>>>,
}

/// How long a connection that is closed is listened to. Whoever is still sending when it is closed, and has not
/// read their answer yet, would lose that with the connection (RFC 9112, section 9.6).
const LINGER: Duration = Duration::from_secs(2);

impl Socket {
    fn new(io: TcpStream, https: bool) -> Self {
        Self {
            io,
            line: Line::default(),
            https,
            quiet: true,
            instead: Bytes::new(),
            lingers: None,
        }
    }

    fn poll_instead(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.instead.has_remaining() {
            let written = ready!(Pin::new(&mut self.io).poll_write(context, &self.instead))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.instead.advance(written);
        }
        Poll::Ready(Ok(()))
    }
}

/// The status of an answer that is nothing but a status.
fn bare(head: &[u8]) -> Option<Code> {
    let head = std::str::from_utf8(head).ok()?.strip_suffix("\r\n\r\n")?;
    let mut lines = head.split("\r\n");
    let code = match lines.next()?.strip_prefix("HTTP/1.1 ")?.get(..3)? {
        "400" => Code::MalformedRequest,
        "408" => Code::RequestTimeout,
        "431" => Code::HeadTooLarge,
        _ => return None,
    };
    let is_known = |line: &str| {
        let name = line.split(':').next().unwrap_or_default();
        ["content-length", "connection", "date"]
            .iter()
            .any(|known| name.eq_ignore_ascii_case(known))
    };
    lines.all(is_known).then_some(code)
}

/// The same as a problem, with the headers of every answer.
fn whole(code: Code, https: bool) -> Option<Bytes> {
    let id = Uuid::now_v7().to_string();
    let status = StatusCode::from_u16(code.status()).ok()?;
    tracing::info!(request.id = %id, http.status = code.status(), "what came is no request");
    let mut problem = Problem::new(code);
    if code == Code::MalformedRequest {
        problem = problem.detail("This is not a request as HTTP/1.1 has them (RFC 9112).");
    }
    problem.request_id.clone_from(&id);
    let body = serde_json::to_vec(&problem).ok()?;
    let mut headers = HeaderMap::new();
    middleware::finish(&mut headers, &id, https, None);
    let reason = status.canonical_reason().unwrap_or_default();
    let mut answer = format!(
        "HTTP/1.1 {} {reason}\r\ncontent-type: application/problem+json\r\ncontent-length: {}\r\n\
         connection: close\r\n",
        status.as_u16(),
        body.len()
    )
    .into_bytes();
    for (name, value) in &headers {
        answer.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    answer.extend(b"\r\n");
    answer.extend(body);
    Some(answer.into())
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(context, buffer)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_instead(context))?;
        let own = self.quiet && !self.line.is_busy();
        self.quiet = false;
        if own && let Some(answer) = bare(bytes).and_then(|code| whole(code, self.https)) {
            self.instead = answer;
            return Poll::Ready(Ok(bytes.len()));
        }
        Pin::new(&mut self.io).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_instead(context))?;
        ready!(Pin::new(&mut self.io).poll_flush(context))?;
        self.quiet = !self.line.is_busy();
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_instead(context))?;
        if self.lingers.is_none() {
            ready!(Pin::new(&mut self.io).poll_shutdown(context))?;
            self.lingers = Some(Box::pin(tokio::time::sleep(LINGER)));
        }
        let mut thrown_away = [MaybeUninit::uninit(); 8_192];
        loop {
            let over = self
                .lingers
                .as_mut()
                .is_none_or(|timer| timer.as_mut().poll(context).is_ready());
            let mut buffer = ReadBuf::uninit(&mut thrown_away);
            if over {
                return Poll::Ready(Ok(()));
            }
            match ready!(Pin::new(&mut self.io).poll_read(context, &mut buffer)) {
                Ok(()) if !buffer.filled().is_empty() => {}
                // They are gone.
                _ => return Poll::Ready(Ok(())),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_nothing_but_a_status_is_bare() {
        let bare_400 = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\ndate: now\r\n\r\n";
        assert_eq!(bare(bare_400), Some(Code::MalformedRequest));
        for other in [
            &b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nx-request-id: 1\r\n\r\n"[..],
            b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n",
            b"HTTP/1.1 400 Bad Request\r\ncontent-length: 1\r\n\r\nx",
            b"HTTP/1.1 400",
            b"\xff\r\n\r\n",
            b"",
        ] {
            assert_eq!(bare(other), None, "{}", String::from_utf8_lossy(other));
        }
    }

    #[test]
    fn a_line_is_busy_while_anything_on_it_is_answered() {
        let line = Line::default();
        let (one, other) = (line.enter(), line.enter());
        drop(one);
        assert!(line.is_busy());
        drop(other);
        assert!(!line.is_busy());
    }
}

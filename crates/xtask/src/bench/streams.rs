//! A thousand people watching: how long a change takes to reach every one of them.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use rustix::buffer::spare_capacity;
use rustix::event::{Timespec, epoll};

use crate::proc;

/// Changes told, one after the other.
pub const CHANGES: usize = 40;
/// Streams that may be waiting to begin.
const AT_ONCE: usize = 50;
const APART: Duration = Duration::from_millis(100);
const DAY: i64 = 24 * 3600 * 1_000_000;

/// What came of it.
pub struct Told {
    pub streams: usize,
    pub deliveries: usize,
    /// Milliseconds from the instant that the change carries, which lies before its commit.
    pub p50: f64,
    pub p99: f64,
    pub max: f64,
}

struct Stream {
    socket: TcpStream,
    unread: Vec<u8>,
}

/// Opens `count` streams and waits until all of them have begun.
pub struct Audience {
    streams: Vec<Stream>,
    epoll: rustix::fd::OwnedFd,
}

impl Audience {
    pub fn gather(port: u16, tokens: &[String], count: usize) -> Result<Self> {
        let mut audience = Self {
            streams: Vec::with_capacity(count),
            epoll: epoll::create(epoll::CreateFlags::CLOEXEC)?,
        };
        let mut begun = 0;
        let patience = Instant::now() + Duration::from_secs(60);
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        for (place, token) in tokens.iter().cycle().take(count).enumerate() {
            let mut socket = TcpStream::connect_timeout(&address, Duration::from_secs(5))?;
            write!(
                socket,
                "GET /api/v1/stream HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\
                 Authorization: Bearer {token}\r\nAccept: text/event-stream\r\n\r\n"
            )?;
            socket.set_nonblocking(true)?;
            let data = epoll::EventData::new_u64(place as u64);
            epoll::add(&audience.epoll, &socket, data, epoll::EventFlags::IN)?;
            audience.streams.push(Stream {
                socket,
                unread: Vec::new(),
            });
            // A few at a time: how many may begin at once is not what is measured.
            while begun + AT_ONCE <= place || (place + 1 == count && begun < count) {
                audience.hear(Duration::from_millis(200), |frame, _| {
                    begun += usize::from(frame.contains("event: ready"));
                })?;
                if Instant::now() > patience {
                    bail!("only {begun} of {count} streams have begun");
                }
            }
        }
        Ok(audience)
    }

    /// Reads what has come, frame by frame.
    fn hear(&mut self, patience: Duration, mut frame: impl FnMut(&str, i64)) -> Result<()> {
        let mut ready = Vec::with_capacity(256);
        let patience = Timespec {
            tv_sec: 0,
            tv_nsec: i64::from(patience.subsec_nanos()),
        };
        match epoll::wait(&self.epoll, spare_capacity(&mut ready), Some(&patience)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        proc::stop_check()?;
        let mut buffer = [0; 16_384];
        for event in ready {
            let data = event.data;
            let place = usize::try_from(data.u64())?;
            let Some(stream) = self.streams.get_mut(place) else {
                continue;
            };
            match stream.socket.read(&mut buffer) {
                Ok(0) => bail!("a stream has ended"),
                Ok(length) => {
                    let now = now()?;
                    let bytes = buffer.get(..length).unwrap_or_default();
                    stream.unread.extend_from_slice(bytes);
                    while let Some(end) = stream.unread.windows(2).position(|two| two == b"\n\n") {
                        let whole: Vec<u8> = stream.unread.drain(..end + 2).collect();
                        frame(&String::from_utf8_lossy(&whole), now);
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => return Err(error).context("a stream has broken"),
            }
        }
        Ok(())
    }

    /// Lets `change` happen again and again and measures when everybody has heard of it.
    pub fn measure(&mut self, change: impl Fn(usize) -> Result<()> + Send) -> Result<Told> {
        let expected = CHANGES * self.streams.len();
        let mut latencies: Vec<f64> = Vec::with_capacity(expected);
        let over = AtomicBool::new(false);
        thread::scope(|scope| {
            let over = &over;
            let changes = scope.spawn(move || -> Result<()> {
                for place in 0..CHANGES {
                    if over.load(Ordering::Relaxed) {
                        break;
                    }
                    change(place)?;
                    thread::sleep(APART);
                }
                Ok(())
            });
            let patience = Instant::now() + Duration::from_secs(60);
            let heard = loop {
                if latencies.len() >= expected || Instant::now() > patience {
                    break Ok(());
                }
                let round = self.hear(Duration::from_millis(200), |frame, now| {
                    if frame.contains("event: issue.created")
                        && let Some(at) = instant(frame)
                    {
                        latencies.push((now - at).rem_euclid(DAY) as f64 / 1000.0);
                    }
                });
                if round.is_err() {
                    break round;
                }
            };
            over.store(true, Ordering::Relaxed);
            match changes.join() {
                Ok(changed) => changed.and(heard),
                Err(_) => bail!("the changes have panicked"),
            }
        })?;
        if latencies.len() != expected {
            bail!("{} of {expected} events have arrived", latencies.len());
        }
        latencies.sort_by(f64::total_cmp);
        let at = |part: f64| {
            let place = (latencies.len() as f64 * part) as usize;
            latencies.get(place).copied().unwrap_or_default()
        };
        Ok(Told {
            streams: self.streams.len(),
            deliveries: expected,
            p50: at(0.5),
            p99: at(0.99),
            max: latencies.last().copied().unwrap_or_default(),
        })
    }
}

/// Microseconds of this day, UTC.
fn now() -> Result<i64> {
    let micros = SystemTime::now().duration_since(UNIX_EPOCH)?.as_micros();
    Ok(i64::try_from(micros)? % DAY)
}

/// The same of `"at":"2026-11-21T06:57:41.123456Z"`.
fn instant(frame: &str) -> Option<i64> {
    let (_, rest) = frame.split_once("\"at\":\"")?;
    let time = rest.split_once('T')?.1.split('Z').next()?;
    let mut parts = time.split(':');
    let hours: i64 = parts.next()?.parse().ok()?;
    let minutes: i64 = parts.next()?.parse().ok()?;
    let seconds: f64 = parts.next()?.parse().ok()?;
    Some((hours * 60 + minutes) * 60_000_000 + (seconds * 1e6).round() as i64)
}

#[cfg(test)]
mod tests {
    use super::instant;

    #[test]
    fn an_instant_is_read_from_a_frame() {
        let frame = "event: issue.created\ndata: {\"at\":\"2026-11-21T01:02:03.000004Z\"}";
        assert_eq!(instant(frame), Some(3_723_000_004));
        assert_eq!(instant("data: {}"), None);
    }
}

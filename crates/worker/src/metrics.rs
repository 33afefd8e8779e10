//! What the worker counts, for Prometheus.

use prometheus::{
    Encoder, Gauge, HistogramOpts, HistogramVec, IntCounterVec, Opts, Registry, TextEncoder,
};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;
use store::Db;

/// Runs of jobs, by `job` and `outcome` (`ok`, `failed`).
pub const JOB_RUNS: &str = "job_runs_total";
/// How long runs take, by `job`.
pub const JOB_DURATION: &str = "job_duration_seconds";
/// How long the oldest event without a place in the order of delivery has waited.
pub const EVENTS_LAG: &str = "events_lag_seconds";

/// All names.
pub const NAMES: &[&str] = &[JOB_RUNS, JOB_DURATION, EVENTS_LAG];

/// The counters. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Metrics {
    registry: Registry,
    runs: IntCounterVec,
    durations: HistogramVec,
    lag: Gauge,
}

impl Metrics {
    /// Counters at 0.
    ///
    /// # Errors
    /// Never in practice: names are fixed.
    pub fn new() -> prometheus::Result<Self> {
        let registry = Registry::new();
        let runs = IntCounterVec::new(Opts::new(JOB_RUNS, "Runs of jobs."), &["job", "outcome"])?;
        let durations = HistogramVec::new(
            HistogramOpts::new(JOB_DURATION, "How long runs take.")
                .buckets(vec![0.01, 0.1, 1.0, 10.0, 60.0, 600.0]),
            &["job"],
        )?;
        let lag = Gauge::new(
            EVENTS_LAG,
            "How long the oldest undelivered event has waited.",
        )?;
        registry.register(Box::new(runs.clone()))?;
        registry.register(Box::new(durations.clone()))?;
        registry.register(Box::new(lag.clone()))?;
        Ok(Self {
            registry,
            runs,
            durations,
            lag,
        })
    }

    /// Counts a run.
    pub fn ran(&self, job: &str, failed: bool, took: Duration) {
        let outcome = if failed { "failed" } else { "ok" };
        self.runs.with_label_values(&[job, outcome]).inc();
        self.durations
            .with_label_values(&[job])
            .observe(took.as_secs_f64());
    }

    /// Everything as text.
    ///
    /// # Errors
    /// Never in practice: it writes to memory.
    pub fn text(&self) -> prometheus::Result<Vec<u8>> {
        let mut text = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut text)?;
        Ok(text)
    }
}

/// Answers `GET /metrics` on a thread of its own, one caller after the other. Gives the address,
/// which differs from the one asked for when that had port 0.
///
/// # Errors
/// When the address is taken.
pub fn serve(address: SocketAddr, metrics: Metrics, db: Db) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind(address)?;
    let address = listener.local_addr()?;
    std::thread::Builder::new()
        .name("metrics".into())
        .spawn(move || {
            for stream in listener.incoming() {
                if let Err(error) = stream.and_then(|stream| answer(stream, &metrics, &db)) {
                    tracing::debug!(%error, "a caller of /metrics went away");
                }
            }
        })?;
    Ok(address)
}

fn answer(stream: TcpStream, metrics: &Metrics, db: &Db) -> io::Result<()> {
    let patience = Some(Duration::from_secs(5));
    stream.set_read_timeout(patience)?;
    stream.set_write_timeout(patience)?;
    // A request without a body of a few hundred bytes; more is nobody we know.
    let mut reader = BufReader::new((&stream).take(8 * 1024));
    let mut request = String::new();
    reader.read_line(&mut request)?;
    let mut line = String::new();
    while reader.read_line(&mut line)? > 0 && !line.trim().is_empty() {
        line.clear();
    }
    let path = request
        .strip_prefix("GET ")
        .and_then(|rest| rest.split(['?', ' ']).next());
    let (status, body) = if path == Some("/metrics") {
        match db.read(store::events::lag_seconds) {
            Ok(lag) => metrics.lag.set(lag),
            // The other figures still tell something.
            Err(error) => tracing::warn!(%error, "the lag of events is not known"),
        }
        ("200 OK", metrics.text().map_err(io::Error::other)?)
    } else {
        ("404 Not Found", b"Only GET /metrics is here.\n".to_vec())
    };
    let mut stream = &stream;
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    )?;
    stream.write_all(&body)?;
    stream.flush()
}

//! Figures for Prometheus: all names in one list, served on a port of their own.

use actix_web::http::Method;
use prometheus::{
    Encoder, Gauge, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, Opts,
    Registry, TextEncoder,
};

/// The figures.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    /// `iit_http_requests_total{method, route, status}`: requests by route pattern, never by path.
    requests: IntCounterVec,
    /// `iit_http_request_duration_seconds{method, route}`.
    durations: HistogramVec,
    /// `iit_issues_created_total`.
    pub issues_created: IntCounter,
    /// `iit_sign_ins_total{outcome}`: ok, refused, slowed.
    sign_ins: IntCounterVec,
    /// `iit_streams`: live streams that are open.
    pub streams: IntGauge,
    /// `iit_files_missing_total`: downloads of files whose bytes are not there, or not all of them.
    pub files_missing: IntCounter,
    /// `iit_pool_connections{state}` as two gauges: in use and open.
    pub pool_in_use: IntGauge,
    /// Open connections.
    pub pool_open: IntGauge,
    /// `iit_event_lag_seconds`: how long the oldest event has waited for delivery.
    pub event_lag: Gauge,
}

impl Metrics {
    /// Registers every figure.
    ///
    /// # Errors
    /// When two have the same name.
    pub fn new() -> Result<Self, prometheus::Error> {
        let registry = Registry::new();
        let metrics = Self {
            requests: IntCounterVec::new(
                Opts::new(
                    "iit_http_requests_total",
                    "Requests by route pattern and status.",
                ),
                &["method", "route", "status"],
            )?,
            durations: HistogramVec::new(
                HistogramOpts::new(
                    "iit_http_request_duration_seconds",
                    "Seconds until the answer's head.",
                )
                .buckets(vec![
                    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0,
                ]),
                &["method", "route"],
            )?,
            issues_created: IntCounter::new("iit_issues_created_total", "Issues created.")?,
            sign_ins: IntCounterVec::new(
                Opts::new("iit_sign_ins_total", "Sign-ins by outcome."),
                &["outcome"],
            )?,
            streams: IntGauge::new("iit_streams", "Live streams that are open.")?,
            files_missing: IntCounter::new(
                "iit_files_missing_total",
                "Downloads of files whose bytes are missing or incomplete.",
            )?,
            pool_in_use: IntGauge::new(
                "iit_pool_connections_in_use",
                "Database connections in use.",
            )?,
            pool_open: IntGauge::new("iit_pool_connections_open", "Database connections open.")?,
            event_lag: Gauge::new(
                "iit_event_lag_seconds",
                "Seconds that the oldest event has waited for delivery.",
            )?,
            registry,
        };
        let r = &metrics.registry;
        r.register(Box::new(metrics.requests.clone()))?;
        r.register(Box::new(metrics.durations.clone()))?;
        r.register(Box::new(metrics.issues_created.clone()))?;
        r.register(Box::new(metrics.sign_ins.clone()))?;
        r.register(Box::new(metrics.streams.clone()))?;
        r.register(Box::new(metrics.files_missing.clone()))?;
        r.register(Box::new(metrics.pool_in_use.clone()))?;
        r.register(Box::new(metrics.pool_open.clone()))?;
        r.register(Box::new(metrics.event_lag.clone()))?;
        Ok(metrics)
    }

    /// Counts a request. Strangers choose methods freely; each would be a series for ever.
    pub fn request(&self, method: &Method, route: &str, status: u16, seconds: f64) {
        let method = match *method {
            Method::GET
            | Method::HEAD
            | Method::POST
            | Method::PUT
            | Method::PATCH
            | Method::DELETE
            | Method::OPTIONS => method.as_str(),
            _ => "other",
        };
        self.requests
            .with_label_values(&[method, route, &status.to_string()])
            .inc();
        self.durations
            .with_label_values(&[method, route])
            .observe(seconds);
    }

    /// Counts a sign-in.
    pub fn sign_in(&self, outcome: &str) {
        self.sign_ins.with_label_values(&[outcome]).inc();
    }

    /// All figures in Prometheus's text format.
    #[must_use]
    pub fn text(&self) -> Vec<u8> {
        let mut out = Vec::new();
        if let Err(error) = TextEncoder::new().encode(&self.registry.gather(), &mut out) {
            tracing::error!(%error, "figures could not be written");
        }
        out
    }
}

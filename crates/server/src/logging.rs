//! Logs: JSON lines for machines, readable text when a terminal is watching.

use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// Where the HTTP library tells, as errors, of peers that send nonsense or go away. Whoever wants to hear
/// of it names it in `IIT_LOG` again: later directives count.
const PEERS: &str = "actix_http::h1::dispatcher=off";

/// Starts logging to standard error. A second call does nothing.
pub fn start(filter: &str, format: Option<&str>) {
    // What a peer sends that is no HTTP is no fault of ours: its answer is enough.
    let filter = format!("{PEERS},{filter}");
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let json = match format {
        Some(format) => format == "json",
        None => !std::io::stderr().is_terminal(),
    };
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let started = if json {
        builder
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .with_span_list(false)
            .try_init()
    } else {
        builder
            .with_ansi(std::io::stderr().is_terminal())
            .try_init()
    };
    if started.is_err() {
        tracing::debug!("logging was started before");
    }
}

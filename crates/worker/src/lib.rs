//! `iit-worker`: what happens by itself.
//!
//! [`jobs`] is the list of what it does and how often; [`runner`] takes due jobs, one after the
//! other, so that any number of workers may run; [`config`] is its environment; [`metrics`] what
//! it counts.

pub mod config;
pub mod jobs;
pub mod metrics;
pub mod runner;

use config::{Config, LogFormat};
use runner::{Runner, Stop};
use std::io::IsTerminal;
use std::process::ExitCode;
use store::blobs::Blobs;
use store::{Db, DbConfig};

const HELP: &str = "\
iit-worker [--once]

Runs the jobs that happen by themselves until it is told to stop (SIGTERM or Ctrl-C); the job at
hand is finished first. Any number of workers may run on one database.

  --once    run every job once, due or not, and end; not well if one failed
  --help    this text
";

/// The whole program.
#[must_use]
pub fn main(mut arguments: pico_args::Arguments) -> ExitCode {
    if arguments.contains(["-h", "--help"]) {
        println!(
            "{HELP}\nJobs\n\n{}\nEnvironment\n\n{}",
            jobs::help(),
            config::help()
        );
        return ExitCode::SUCCESS;
    }
    let once = arguments.contains("--once");
    let unknown = arguments.finish();
    if let Some(word) = unknown.first() {
        eprintln!("iit-worker: what is {}?\n\n{HELP}", word.display());
        return ExitCode::from(2);
    }
    let config = match Config::from_env() {
        Ok(config) => config,
        Err(errors) => {
            for error in errors {
                eprintln!("iit-worker: {error}");
            }
            return ExitCode::from(2);
        }
    };
    log(&config);
    match run(&config, once) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            tracing::error!(%error, "the worker cannot run");
            ExitCode::FAILURE
        }
    }
}

/// Readable lines for a terminal, JSON for machines.
fn log(config: &Config) {
    let builder = tracing_subscriber::fmt()
        .with_env_filter(config.log.clone())
        .with_writer(std::io::stderr);
    match config.log_format {
        LogFormat::Json => builder.json().flatten_event(true).init(),
        LogFormat::Text => builder.with_ansi(std::io::stderr().is_terminal()).init(),
    }
}

fn run(config: &Config, once: bool) -> Result<bool, runner::Error> {
    let db = Db::open(&DbConfig {
        pool_size: 3,
        // A year of history is recomputed in one statement.
        statement_timeout_ms: 10 * 60 * 1000,
        application_name: "iit-worker",
        ..DbConfig::new(&config.database_url)
    });
    let blobs = Blobs::open(&config.storage)?;
    let metrics = metrics::Metrics::new()?;
    let stop = Stop::on_signals()?;
    if let Some(address) = config.metrics_listen {
        let address = metrics::serve(address, metrics.clone(), db.clone())?;
        tracing::info!(%address, "metrics");
    }
    let mut runner = Runner::new(db, blobs, metrics, config.stats_interval, stop)?
        .keeping_audit(config.audit_keep_days);
    if once {
        return Ok(runner.once(jobs::ALL));
    }
    tracing::info!(jobs = jobs::ALL.len(), "the worker has started");
    runner.forever(jobs::ALL);
    tracing::info!("the worker has stopped");
    Ok(true)
}

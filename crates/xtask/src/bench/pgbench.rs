//! What Postgres alone can do of the same work.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::data;
use super::wrk::Run;
use crate::postgres::{APPLICATION, Cluster};
use crate::proc;
use crate::project::Project;

/// Seconds at the beginning that do not count: each connection plans its statements then.
const WARMING: f64 = 2.0;

/// How a script picks its issue.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Pick {
    /// Any of the project's.
    Any,
    /// One after the other of those that began open, as the requests do.
    Moved,
}

/// What comes before the recorded statements of a project.
pub fn head(pick: Pick, place: u32, per_project: u32) -> String {
    let projects = data::PROJECTS;
    let number = match pick {
        Pick::Any => format!("\\set number random(1, {per_project})\n"),
        Pick::Moved => {
            let open = data::OPEN_OF_TWENTY;
            let all = (per_project / 20 * open).max(1);
            format!(
                "\\set k (:seq * 16 + :client_id) % {all}\n\
                 \\set number :k / {open} * 20 + :k % {open} + 1\n"
            )
        }
    };
    format!(
        "\\set seq :seq + 1\n\\set u :seq * 64 + :client_id\n{number}\
         \\set n (:number - 1) * {projects} + {place} + 1\n"
    )
}

/// Runs scripts, picked at random, over so many connections.
pub fn run(
    project: &Project,
    cluster: &Cluster,
    database: &str,
    folder: &Path,
    scripts: &[PathBuf],
    connections: u32,
    seconds: u64,
) -> Result<(Run, String)> {
    // New ids must be new in every run.
    let serial = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)?
        .as_secs()
        * 100_000;
    let logs = folder.join("transactions");
    let _ = fs::remove_dir_all(&logs);
    fs::create_dir_all(&logs)?;
    let mut pgbench = project.command(cluster.program("pgbench"));
    pgbench
        .args(["-n", "-M", "prepared", "-r", "-j", "2"])
        .args(["-c", &connections.to_string()])
        .args(["-T", &(seconds + WARMING as u64).to_string()])
        .args(["-D", &format!("seq={}", serial % (1 << 40))])
        .args(["-l", "--log-prefix"])
        .arg(logs.join("t"));
    for script in scripts {
        pgbench.arg("-f").arg(script);
    }
    pgbench
        .arg(cluster.url(APPLICATION, database))
        // As the server's connections are set.
        .env(
            "PGOPTIONS",
            "-c plan_cache_mode=force_generic_plan -c random_page_cost=1.1 -c effective_io_concurrency=64 \
             -c max_parallel_workers_per_gather=0 -c jit=off -c timezone=UTC",
        );
    let text = proc::capture(&mut pgbench)?;
    proc::stop_check()?;
    let mut done: Vec<(f64, f64)> = Vec::new();
    for entry in fs::read_dir(&logs)? {
        for line in fs::read_to_string(entry?.path())?.lines() {
            let fields: Vec<&str> = line.split(' ').collect();
            let [_, _, latency, _, second, micros, ..] = fields[..] else {
                bail!("pgbench's log has a line {line}");
            };
            let Ok(latency) = latency.parse::<f64>() else {
                bail!("pgbench failed at a statement: {line}\n{text}");
            };
            let at = second.parse::<f64>()? + micros.parse::<f64>()? / 1e6;
            done.push((at, latency / 1000.0));
        }
    }
    done.sort_by(|a, b| a.0.total_cmp(&b.0));
    let begin = done.first().context("pgbench did nothing")?.0 + WARMING;
    let end = done.last().context("pgbench did nothing")?.0;
    let mut latencies: Vec<f64> = done
        .iter()
        .filter(|(at, _)| *at >= begin)
        .map(|(_, latency)| *latency)
        .collect();
    latencies.sort_by(f64::total_cmp);
    let at = |part: f64| {
        let place = (latencies.len() as f64 * part) as usize;
        latencies.get(place).copied().unwrap_or_default()
    };
    let run = Run {
        per_second: latencies.len() as f64 / (end - begin).max(0.001),
        p50: at(0.5),
        p99: at(0.99),
        max: latencies.last().copied().unwrap_or_default(),
        failures: 0,
    };
    Ok((run, text))
}

/// Of pgbench's report, the first script's milliseconds per statement.
pub fn statements(report: &str) -> Vec<(f64, String)> {
    let mut found: Vec<(f64, String)> = Vec::new();
    let mut inside = false;
    for line in report.lines() {
        if line.contains("statement latencies") {
            if inside {
                break;
            }
            inside = true;
            continue;
        }
        let mut words = line.split_whitespace();
        let first = words.next().and_then(|word| word.parse::<f64>().ok());
        match (inside, first) {
            (true, Some(time)) => {
                let rest: Vec<&str> = words.collect();
                let text = rest.join(" ");
                // Newer versions count failures before the text.
                let text = text.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ');
                if !text.starts_with('\\') {
                    found.push((time, text.chars().take(90).collect()));
                }
            }
            (true, None) if !found.is_empty() && line.starts_with("SQL script") => break,
            _ => {}
        }
    }
    found
}

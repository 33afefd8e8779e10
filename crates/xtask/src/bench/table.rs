//! What the runs have shown, as Markdown.

use std::fmt::Write;

use anyhow::Result;

use super::Options;
use super::streams::Told;
use super::wrk::Run;
use crate::postgres::{Cluster, SUPERUSER};

/// A kind of request: the rounds of the product and of the two halves of its limit.
pub struct Row {
    title: &'static str,
    bar: f64,
    writes: bool,
    pub product: Vec<Run>,
    pub bare: Vec<Run>,
    pub pgbench: Vec<Run>,
    pub foreign: Vec<f64>,
    pub syncs: Vec<f64>,
    /// Milliseconds of each statement in Postgres.
    pub statements: Vec<(f64, String)>,
}

impl Row {
    pub fn new(title: &'static str, bar: f64, writes: bool) -> Self {
        Self {
            title,
            bar,
            writes,
            product: Vec::new(),
            bare: Vec::new(),
            pgbench: Vec::new(),
            foreign: Vec::new(),
            syncs: Vec::new(),
            statements: Vec::new(),
        }
    }

    fn limit(&self) -> f64 {
        let (pgbench, bare) = (rate(&self.pgbench), rate(&self.bare));
        1.0 / (1.0 / pgbench + 1.0 / bare)
    }

    fn share(&self) -> f64 {
        rate(&self.product) / self.limit()
    }

    fn failures(&self) -> u64 {
        self.product.iter().map(|run| run.failures).sum()
    }

    /// For the terminal, while the rest is still to come.
    pub fn line(&self) -> String {
        format!(
            "{:.0}/s, {:.0} % of {:.0}/s, {} failures",
            rate(&self.product),
            100.0 * self.share(),
            self.limit(),
            self.failures()
        )
    }
}

/// People who listen: what reaches them, and what they cost.
pub struct Listening {
    pub told: Told,
    /// KiB.
    pub memory_per_stream: f64,
    /// A list of 50 for somebody else meanwhile, one request at a time.
    pub beside: Run,
}

impl Listening {
    pub fn lines(&self) -> String {
        let Told {
            streams,
            deliveries,
            p50,
            p99,
            max,
        } = self.told;
        format!(
            "| written → read on each of {} live streams ({} deliveries, none lost) | p50 {p50:.1} ms, p99 {p99:.1} ms, max {max:.1} ms | 10 ms, 100 ms |\n\
             | memory of one live stream | {:.1} KiB | 20 KiB |\n\
             | list of 50 while they listen | {}, {} failures | p99 300 ms |",
            number(streams as f64),
            number(deliveries as f64),
            self.memory_per_stream,
            times(std::slice::from_ref(&self.beside)),
            self.beside.failures,
        )
    }
}

/// A list of now and the same of the past.
#[derive(Default)]
pub struct Past {
    pub now: Vec<Run>,
    pub then: Vec<Run>,
}

impl Past {
    /// How much longer the past takes, and what that is made of.
    pub fn line(&self) -> String {
        let failures: u64 = self.then.iter().map(|run| run.failures).sum();
        format!(
            "| list of 50 as of an instant of the past year, {} versions of each issue, beside the list of now \
             | {:.2} times as long ({}/s, {}; now {}/s, {}), {failures} failures | 2 times |",
            super::data::VERSIONS,
            rate(&self.now) / rate(&self.then),
            number(rate(&self.then)),
            times(&self.then),
            number(rate(&self.now)),
            times(&self.now),
        )
    }
}

pub struct Table {
    conditions: String,
    begin: String,
    end: String,
    pub rows: Vec<Row>,
    /// Connections beyond the usual 16.
    pub crowds: Vec<(&'static str, u32, Vec<Run>)>,
    pub listening: Option<Listening>,
    pub past: Option<Past>,
    pub memory_idle: u64,
    pub memory_after: u64,
    /// Milliseconds.
    pub start: Vec<f64>,
    /// Bytes and files.
    pub first_load: (usize, usize),
}

impl Table {
    pub fn new(options: &Options, cluster: &Cluster, database: &str) -> Result<Self> {
        let version = cluster.query(SUPERUSER, database, "show server_version")?;
        let version = version.split(' ').next().unwrap_or_default().to_owned();
        let buffers = cluster.query(SUPERUSER, database, "show shared_buffers")?;
        let cores = std::thread::available_parallelism()?.get();
        let conditions = format!(
            "{cores} cores shared by the load, the product and Postgres {version} ({buffers} of buffers, durable \
             commits); {} issues in 16 projects beside the demo data; release build; callers of five roles with \
             their own tokens; 16 connections. Medians of {} rounds of {} s, product, bare handler and pgbench in turn.",
            options.issues, options.rounds, options.seconds
        );
        Ok(Self {
            conditions,
            begin: load(),
            end: String::new(),
            rows: Vec::new(),
            crowds: Vec::new(),
            listening: None,
            past: None,
            memory_idle: 0,
            memory_after: 0,
            start: Vec::new(),
            first_load: (0, 0),
        })
    }

    pub fn end(&mut self) {
        self.end = load();
    }

    pub fn render(&self) -> String {
        let mut text = String::new();
        // Writing into a String cannot fail.
        let _ = self.write(&mut text);
        text
    }

    fn write(&self, out: &mut String) -> std::fmt::Result {
        writeln!(out, "{}", self.conditions)?;
        let worst = self
            .rows
            .iter()
            .flat_map(|row| &row.foreign)
            .fold(0.0, |a: f64, b| a.max(*b));
        if worst > 0.3 {
            writeln!(
                out,
                "\nOther programs were at work too, with up to {worst:.1} cores (load average {} at the beginning, \
                 {} at the end): absolute figures are low, shares noisy.",
                self.begin, self.end
            )?;
        }
        writeln!(
            out,
            "\n| Work | product | p50 / p99 / max | pgbench (p99) | bare | limit | share | bar |"
        )?;
        writeln!(out, "| --- | --- | --- | --- | --- | --- | --- | --- |")?;
        for row in &self.rows {
            let failed = match row.failures() {
                0 => String::new(),
                failures => format!(", {failures} failures"),
            };
            writeln!(
                out,
                "| {} | {}/s ± {:.0} %{failed} | {} | {}/s ({:.1} ms) | {}/s | {}/s | **{:.0} %** | {:.0} % |",
                row.title,
                number(rate(&row.product)),
                spread(&row.product),
                times(&row.product),
                number(rate(&row.pgbench)),
                median(row.pgbench.iter().map(|run| run.p99)),
                number(rate(&row.bare)),
                number(row.limit()),
                100.0 * row.share(),
                100.0 * row.bar,
            )?;
        }
        let syncs: Vec<f64> = self
            .rows
            .iter()
            .filter(|row| row.writes)
            .flat_map(|row| row.syncs.iter().copied())
            .collect();
        if !syncs.is_empty() {
            writeln!(
                out,
                "\nBeside the writes, the disk kept 8 KiB {} times a second ({} to {}).",
                number(median(syncs.iter().copied())),
                number(syncs.iter().copied().fold(f64::INFINITY, f64::min)),
                number(syncs.iter().copied().fold(0.0, f64::max)),
            )?;
        }
        writeln!(
            out,
            "\n| Work | connections | product | p50 / p99 / max | failures |\n| --- | --- | --- | --- | --- |"
        )?;
        for (title, connections, runs) in &self.crowds {
            writeln!(
                out,
                "| {title} | {connections} | {}/s ± {:.0} % | {} | {} |",
                number(rate(runs)),
                spread(runs),
                times(runs),
                runs.iter().map(|run| run.failures).sum::<u64>(),
            )?;
        }
        writeln!(out, "\n| What | measured | bar |\n| --- | --- | --- |")?;
        if let Some(listening) = &self.listening {
            writeln!(out, "{}", listening.lines())?;
        }
        if let Some(past) = &self.past {
            writeln!(out, "{}", past.line())?;
        }
        writeln!(
            out,
            "| start until ready, database migrated | {:.0} ms ({:.0} to {:.0}) | 100 ms |",
            median(self.start.iter().copied()),
            self.start.iter().copied().fold(f64::INFINITY, f64::min),
            self.start.iter().copied().fold(0.0, f64::max),
        )?;
        writeln!(
            out,
            "| memory when idle; after all of this | {:.0} MiB; {:.0} MiB | 40 MiB |",
            self.memory_idle as f64 / 1024.0,
            self.memory_after as f64 / 1024.0
        )?;
        let (bytes, files) = self.first_load;
        writeln!(
            out,
            "| first load of the browser app, brotli | {:.0} KiB in {files} files | 500 KiB |",
            bytes as f64 / 1024.0
        )
    }
}

fn rate(runs: &[Run]) -> f64 {
    median(runs.iter().map(|run| run.per_second))
}

/// Half of the distance between the best and the worst round, in percent of the median.
fn spread(runs: &[Run]) -> f64 {
    let (low, high) = runs
        .iter()
        .fold((f64::INFINITY, 0.0_f64), |(low, high), run| {
            (low.min(run.per_second), high.max(run.per_second))
        });
    50.0 * (high - low) / rate(runs)
}

fn times(runs: &[Run]) -> String {
    format!(
        "{:.1} / {:.1} / {:.0} ms",
        median(runs.iter().map(|run| run.p50)),
        median(runs.iter().map(|run| run.p99)),
        runs.iter().map(|run| run.max).fold(0.0, f64::max)
    )
}

pub fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

/// `12,345`.
pub fn number(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The machine's load average of the last minute.
fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or("?").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_and_numbers() {
        assert_eq!(median([3.0, 1.0, 2.0].into_iter()), 2.0);
        assert_eq!(number(1_234_567.4), "1,234,567");
        assert_eq!(number(17.0), "17");
    }
}

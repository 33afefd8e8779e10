//! The same questions to a small set and to a large one: an answer must not take longer because there
//! is more that it does not speak of.
//!
//! One request at a time, so that the time is that of the work; both sets in turn, so that a noisy
//! minute hits them alike.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Result, bail};

use super::asking::{Asked, Instants, Others};
use super::questions::{BAR, GROUPS, Promise, Question, SLOWEST};
use super::table::{median, number};
use super::wrk::Run;
use super::{DATABASE, Options, data, machine, serve, until_ready};
use crate::build::Programs;
use crate::postgres::{Cluster, SUPERUSER};
use crate::proc;
use crate::product::Setting;
use crate::project::Project;

/// Stands in the row of a question that was not always answered.
pub const FAILED: &str = "**failed**";

/// Asks everything of both sets and gives the table, as Markdown.
pub fn measure(
    project: &Project,
    programs: &Programs,
    cluster: &Cluster,
    sets: &[(u32, Setting); 2],
    folder: &Path,
    options: &Options,
) -> Result<String> {
    let instants = Instants {
        past: instant(cluster, "90 days")?,
        now: instant(cluster, "0 days")?,
    };
    let mut served = Vec::new();
    for (place, (issues, setting)) in sets.iter().enumerate() {
        let log = format!("bench/server-{place}");
        let mut server = serve(project, programs, setting, &log)?;
        until_ready(setting, &mut server)?;
        let asked = Asked::new(setting.port, *issues, &instants)?;
        served.push((server, asked));
    }
    let mut table = head(cluster, options)?;
    let mut foreign: f64 = 0.0;
    for (group, questions) in GROUPS {
        let _ = writeln!(table, "| **{group}** | | | | | |");
        for question in *questions {
            proc::say(&format!("Measuring: {group}: {}", question.title));
            let mut runs: [Vec<Run>; 2] = [Vec::new(), Vec::new()];
            foreign = foreign.max(machine::foreign_cores()?);
            // The first round fills caches and is not counted.
            for round in 0..=options.rounds {
                for ((_, asked), runs) in served.iter().zip(&mut runs) {
                    let others = Others::asking(question, asked)?;
                    let run = asked.ask(project, folder, question, options.seconds);
                    others.stop()?;
                    let run = run?;
                    if round > 0 {
                        runs.push(run);
                    }
                }
            }
            let line = line(question, &runs);
            println!("    {line}");
            table.push_str(&line);
            table.push('\n');
        }
    }
    for ((server, _), (issues, _)) in served.iter_mut().zip(sets) {
        if let Some(status) = server.ended() {
            bail!("the server of {issues} issues has ended ({status})");
        }
        server.stop();
    }
    if foreign > 0.3 {
        // Writing into a String cannot fail.
        let _ = writeln!(
            table,
            "\nOther programs were at work too, with up to {foreign:.1} cores: times are long and noisy."
        );
    }
    Ok(table)
}

/// What was measured, and the head of the table.
fn head(cluster: &Cluster, options: &Options) -> Result<String> {
    let buffers = cluster.query(SUPERUSER, DATABASE, "show shared_buffers")?;
    let (few, many) = (
        number(f64::from(data::FEWEST)),
        number(f64::from(options.issues)),
    );
    let count = |table: &str| -> Result<String> {
        let counted = cluster.query(
            SUPERUSER,
            DATABASE,
            &format!("select count(*) from {table}"),
        )?;
        Ok(number(counted.parse()?))
    };
    Ok(format!(
        "One request at a time, callers of five roles, medians of {} rounds of {} s; {few} and {many} issues in 16 \
         projects, to the latter {} events, {} comments and {} relations; Postgres with {buffers} of buffers.\n\n\
         | What is asked | `GET /api/v1…` | {few} issues, p50 / p99 | {many} issues, p50 / p99 | times | bar |\n\
         | --- | --- | --- | --- | --- | --- |\n",
        options.rounds,
        options.seconds,
        count("event")?,
        count("comment")?,
        count("relation")?,
    ))
}

/// So long ago, as the API writes instants.
fn instant(cluster: &Cluster, ago: &str) -> Result<String> {
    let sql = format!(
        r#"select to_char((now() - interval '{ago}') at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"#
    );
    cluster.query(SUPERUSER, DATABASE, &sql)
}

fn line(question: &Question, runs: &[Vec<Run>; 2]) -> String {
    let [few, many] = runs;
    let p50 = |runs: &[Run]| median(runs.iter().map(|run| run.p50));
    let p99 = |runs: &[Run]| median(runs.iter().map(|run| run.p99));
    let times = p50(many) / p50(few);
    let (bar, held) = match question.promise {
        Promise::Alike => (format!("{BAR} times"), times <= BAR),
        Promise::Soon => (format!("p99 {SLOWEST:.0} ms"), p99(many) <= SLOWEST),
    };
    let failures: u64 = runs.iter().flatten().map(|run| run.failures).sum();
    let mark = match (failures, held) {
        (1.., _) => format!(" {FAILED}, {failures} not answered"),
        (0, true) => String::new(),
        (0, false) => " **missed**".to_owned(),
    };
    format!(
        "| {} | `{}` | {:.1} / {:.1} ms | {:.1} / {:.1} ms | {times:.2} | {bar}{mark} |",
        question.title,
        question.path,
        p50(few),
        p99(few),
        p50(many),
        p99(many)
    )
}

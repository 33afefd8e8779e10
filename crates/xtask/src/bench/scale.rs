//! The same questions to a small set and to a large one: an answer must not take longer because there
//! is more that it does not speak of.
//!
//! One request at a time, so that the time is that of the work; both sets in turn, so that a noisy
//! minute hits them alike.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::questions::{BAR, Promise, QUESTIONS, Question, SLOWEST};
use super::table::{median, number};
use super::wrk::{self, Material, Request, Run};
use super::{MOVERS, Options, REPORTERS, data, machine, serve, sign_in, until_ready};
use crate::build::Programs;
use crate::http;
use crate::proc::{self, Service};
use crate::product::Setting;
use crate::project::Project;

/// A running server on a set.
struct Served<'a> {
    issues: u32,
    setting: &'a Setting,
    server: Service,
    material: Material,
    deep: String,
}

/// Asks everything of both sets and gives the table, as Markdown.
pub fn measure(
    project: &Project,
    programs: &Programs,
    sets: &[(u32, Setting); 2],
    folder: &Path,
    options: &Options,
    buffers: &str,
) -> Result<String> {
    let mut served = Vec::new();
    for (place, (issues, setting)) in sets.iter().enumerate() {
        let log = format!("bench/server-{place}");
        let mut server = serve(project, programs, setting, &log)?;
        until_ready(setting, &mut server)?;
        let tokens = sign_in(setting.port)?;
        let deep = deep(setting.port, tokens.first().context("nobody signed in")?)?;
        served.push(Served {
            issues: *issues,
            setting,
            server,
            material: Material {
                tokens,
                reporters: REPORTERS,
                movers: MOVERS,
                per_project: issues / data::PROJECTS,
            },
            deep,
        });
    }
    let mut table = format!(
        "One request at a time, callers of five roles, medians of {} rounds of {} s; {} and {} issues in 16 projects; \
         Postgres with {buffers} of buffers.\n\n\
         | Question | {} issues, p50 / p99 | {} issues, p50 / p99 | times | bar |\n| --- | --- | --- | --- | --- |\n",
        options.rounds,
        options.seconds,
        number(f64::from(data::FEWEST)),
        number(f64::from(options.issues)),
        number(f64::from(data::FEWEST)),
        number(f64::from(options.issues)),
    );
    let mut foreign: f64 = 0.0;
    for question in QUESTIONS {
        proc::say(&format!("Measuring: {}", question.title));
        let mut runs: [Vec<Run>; 2] = [Vec::new(), Vec::new()];
        foreign = foreign.max(machine::foreign_cores()?);
        // The first round fills caches and is not counted.
        for round in 0..=options.rounds {
            for (served, runs) in served.iter().zip(&mut runs) {
                let heavy = Others::asking(question, served)?;
                let mut run = ask(project, folder, served, question, options.seconds)?;
                heavy.stop()?;
                if run.failures > 0 {
                    bail!("{}: {} failures", question.path, run.failures);
                }
                if run.per_second == 0.0 {
                    // Nothing was answered in the whole round.
                    let round = Duration::from_secs(options.seconds).as_secs_f64() * 1000.0;
                    (run.p50, run.p99) = (round, round);
                }
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
    for served in &mut served {
        if let Some(status) = served.server.ended() {
            bail!(
                "the server of {} issues has ended ({status})",
                served.issues
            );
        }
        served.server.stop();
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

fn line(question: &Question, runs: &[Vec<Run>; 2]) -> String {
    let [few, many] = runs;
    let p50 = |runs: &[Run]| median(runs.iter().map(|run| run.p50));
    let p99 = |runs: &[Run]| median(runs.iter().map(|run| run.p99));
    let times = p50(many) / p50(few);
    let (bar, held) = match question.promise {
        Promise::Alike => (format!("{BAR} times"), times <= BAR),
        Promise::Soon => (format!("p99 {SLOWEST:.0} ms"), p99(many) <= SLOWEST),
    };
    let mark = if held { "" } else { " **missed**" };
    format!(
        "| {} | {:.1} / {:.1} ms | {:.1} / {:.1} ms | {times:.2} | {bar}{mark} |",
        question.title,
        p50(few),
        p99(few),
        p50(many),
        p99(many)
    )
}

/// Others who ask something else of a server, over and over, until they are stopped.
struct Others {
    over: Arc<AtomicBool>,
    threads: Vec<thread::JoinHandle<Result<()>>>,
}

/// As many as can be at work at once on two cores.
const OTHERS: usize = 2;

impl Others {
    fn asking(question: &Question, served: &Served<'_>) -> Result<Self> {
        let over = Arc::new(AtomicBool::new(false));
        let mut threads = Vec::new();
        for place in 0..question.beside.map_or(0, |_| OTHERS) {
            let path = format!("/api/v1{}", question.beside.unwrap_or_default());
            let token = served.material.tokens.get(place);
            let token = token.context("nobody signed in")?;
            let authorization = format!("Authorization: Bearer {token}");
            let (over, port) = (over.clone(), served.setting.port);
            threads.push(thread::spawn(move || {
                while !over.load(Ordering::Relaxed) {
                    let answer = http::ask(port, "GET", &path, &[&authorization], "")?;
                    // Refused is as good as answered: the others must not notice either.
                    if ![200, 503].contains(&answer.status) {
                        bail!("{path}: {}", answer.status);
                    }
                }
                Ok(())
            }));
        }
        Ok(Self { over, threads })
    }

    fn stop(self) -> Result<()> {
        self.over.store(true, Ordering::Relaxed);
        for thread in self.threads {
            match thread.join() {
                Ok(ended) => ended?,
                Err(_) => bail!("one of the others panicked"),
            }
        }
        Ok(())
    }
}

fn ask(
    project: &Project,
    folder: &Path,
    served: &Served<'_>,
    question: &Question,
    seconds: u64,
) -> Result<Run> {
    let path = question.path.replace("DEEP", &served.deep);
    let instant =
        |days: u32| format!("' .. os.date('!%Y-%m-%dT%H:%M:%SZ', os.time() - {days} * 86400) .. '");
    let path = format!("'/api/v1{path}'")
        .replace("PROJECT", "' .. project() .. '")
        .replace("ISSUE", "' .. project() .. '-' .. number() .. '")
        .replace("PAST", &instant(90))
        .replace("NOW", &instant(0));
    let request = Request {
        name: "scale",
        lua: &format!("return wrk.format('GET', {path}, headers(token()))"),
    };
    wrk::run(
        project,
        folder,
        &served.material,
        &request,
        served.setting.port,
        1,
        Duration::from_secs(seconds),
    )
}

/// The cursor behind nineteen pages.
fn deep(port: u16, token: &str) -> Result<String> {
    let authorization = format!("Authorization: Bearer {token}");
    let mut cursor = String::new();
    for _ in 0..19 {
        let path = format!("/api/v1/issues?sort=-updated{cursor}");
        let answer = http::ask(port, "GET", &path, &[&authorization], "")?;
        let page: serde_json::Value = serde_json::from_slice(&answer.body)?;
        let next = page.get("next_cursor").and_then(serde_json::Value::as_str);
        cursor = format!("&cursor={}", next.context("fewer than twenty pages")?);
    }
    Ok(cursor.trim_start_matches("&cursor=").to_owned())
}

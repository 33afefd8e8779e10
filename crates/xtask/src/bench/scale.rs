//! The same questions to a small set and to a large one: an answer must not take longer because there
//! is more that it does not speak of.
//!
//! One request at a time, so that the time is that of the work; both sets in turn, so that a noisy
//! minute hits them alike.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::table::{median, number};
use super::wrk::{self, Material, Request, Run};
use super::{MOVERS, Options, REPORTERS, data, machine, serve, sign_in, until_ready};
use crate::build::Programs;
use crate::http;
use crate::proc::{self, Service};
use crate::product::Setting;
use crate::project::Project;

/// How many times as long as in the small set a list may take.
const BAR: f64 = 1.5;
/// Milliseconds that the slowest of a hundred searches, boards or reports may take.
const SLOWEST: f64 = 100.0;

/// What is promised of a question. Groups and boards name exact counts of all that they stand for, so
/// they cannot cost the same whatever there is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Promise {
    /// At most [`BAR`] times as long as in the small set.
    Alike,
    /// p99 at most [`SLOWEST`].
    Soon,
}

/// A question, as the part of its address after `/api/v1`; `PROJECT` is a random project, `DEEP` the
/// cursor of the twentieth page.
struct Question {
    title: &'static str,
    path: &'static str,
    promise: Promise,
}

const fn list(title: &'static str, path: &'static str) -> Question {
    Question {
        title,
        path,
        promise: Promise::Alike,
    }
}

const fn soon(title: &'static str, path: &'static str) -> Question {
    Question {
        title,
        path,
        promise: Promise::Soon,
    }
}

#[rustfmt::skip] // It is a table.
const QUESTIONS: &[Question] = &[
    list("list of all projects, latest change first", "/issues?sort=-updated"),
    list("the same, page 20",                         "/issues?sort=-updated&cursor=DEEP"),
    list("newest first",                              "/issues?sort=-created"),
    list("oldest first",                              "/issues?sort=created"),
    list("by priority",                               "/issues?sort=priority"),
    list("by severity, worst first",                  "/issues?sort=-severity"),
    list("by due date",                               "/issues?sort=due"),
    list("by key",                                    "/issues?sort=key"),
    list("by title",                                  "/issues?sort=title"),
    list("of one project",                            "/issues?project=PROJECT"),
    list("by points, largest first",                  "/issues?sort=-points"),
    list("by votes, most first",                      "/issues?sort=-votes"),
    list("open ones",                                 "/issues?q=is:open"),
    list("open ones of high priority",                "/issues?q=is:open%20priority:high"),
    list("open, high or critical, of one project",    "/issues?project=PROJECT&q=is:open%20severity:%3E%3Dhigh"),
    list("assigned to me",                            "/issues?q=assignee:@me%20is:open"),
    list("as of three months ago",                    "/issues?project=PROJECT&as_of=PAST"),
    soon("with a label, all projects",                "/issues?q=label:api"),
    soon("with a label, one project",                 "/issues?project=PROJECT&q=label:api"),
    soon("grouped by status",                         "/issues?project=PROJECT&group_by=status"),
    soon("grouped by assignee, by title",             "/issues?project=PROJECT&group_by=assignee&sort=title"),
    soon("board of a project",                        "/projects/PROJECT/board"),
    soon("search: a key",                             "/search?q=B01-77"),
    soon("search: one issue's number",                "/search?q=2026"),
    soon("search: a word of one title in forty",      "/search?q=invoice"),
    soon("search: two words",                         "/search?q=tablet%20grey"),
    soon("search: a word of every title",             "/search?q=measured"),
    soon("search in one project",                     "/search?q=invoice&project=PROJECT"),
    soon("words in a filter",                         "/issues?q=tablet%20is:open"),
    soon("similar titles",                            "/issues/similar?project=PROJECT&title=The%20map%20stays%20grey"),
    soon("open ones by severity, all projects",       "/insights/open_by?by=severity"),
    soon("open ones by assignee, one project",        "/insights/open_by?by=assignee&project=PROJECT"),
];

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
                let mut run = ask(project, folder, served, question, options.seconds)?;
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

fn ask(
    project: &Project,
    folder: &Path,
    served: &Served<'_>,
    question: &Question,
    seconds: u64,
) -> Result<Run> {
    let path = question.path.replace("DEEP", &served.deep);
    let path = format!("'/api/v1{path}'")
        .replace("PROJECT", "' .. project() .. '")
        .replace(
            "PAST",
            "' .. os.date('!%Y-%m-%dT%H:%M:%SZ', os.time() - 90 * 86400) .. '",
        );
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

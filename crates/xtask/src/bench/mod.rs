//! `cargo xtask bench`: what the product does in a second, beside what is possible on this machine.
//!
//! The limit of a request is what Postgres alone can do of the same statements (pgbench, as the
//! server was seen to send them) and what actix-web alone can do of the same answer (the server's
//! example `bare`), one after the other: `1 / (1/pgbench + 1/bare)`. All three take turns, so that a
//! noisy minute hits them alike.

mod asking;
mod data;
mod kinds;
mod life;
mod machine;
mod measure;
mod pgbench;
mod questions;
mod record;
mod scale;
mod streams;
mod table;
mod wrk;

use std::fs;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Resource, getrlimit, setrlimit};

use crate::PassedOn;
use crate::build::{self, Profile, Programs};
use crate::http;
use crate::postgres::Cluster;
use crate::proc::{self, Service};
use crate::product::{Setting, TemporaryFolder};
use crate::project::Project;
use crate::tools;
use measure::Bench;
use wrk::Material;

pub const HELP: &str = "\
cargo xtask bench [--issues <n>] [--rounds <n>] [--seconds <n>] [--streams <n>] [--quick]
                  [--past | --live | --scale]

Measures the release build on a throw-away, durable Postgres with a set of issues, and prints a
table: each kind of request beside its limit on this machine, measured in the same minutes; how
soon a change reaches a thousand live streams; start, memory, first load of the browser app. The
table is also written to target/bench.md, and what Postgres spent on each statement to
target/xtask/bench/.

  --issues <n>    size of the set (100000)
  --rounds <n>    of which the median counts (3)
  --seconds <n>   length of a round (2)
  --streams <n>   live streams that hear of a change (1000)
  --past          only the list of the past beside the list of now
  --live          only the live streams
  --scale         only every list and report in that set beside the same in one of 3,200 issues,
                  one request at a time; for --issues 1000000 it takes 20 GB of disk for a while
  --quick         a small set and one short round, to see that it works
";

const DATABASE: &str = "iit_bench";
/// Who asks, those who may do more first.
const PEOPLE: &[&str] = &["maintainer", "lead", "developer", "reporter", "viewer"];
const MOVERS: usize = 2;
const REPORTERS: usize = 4;

struct Options {
    issues: u32,
    rounds: usize,
    seconds: u64,
    streams: usize,
    past: bool,
    live: bool,
    scale: bool,
}

pub fn main(
    project: &Project,
    mut arguments: pico_args::Arguments,
    passed_on: PassedOn,
) -> Result<()> {
    let quick = arguments.contains("--quick");
    let (issues, rounds, seconds) = if quick {
        (8_000, 1, 1)
    } else {
        (100_000, 3, 2)
    };
    let options = Options {
        issues: arguments.opt_value_from_str("--issues")?.unwrap_or(issues),
        rounds: arguments.opt_value_from_str("--rounds")?.unwrap_or(rounds),
        seconds: arguments
            .opt_value_from_str("--seconds")?
            .unwrap_or(seconds),
        streams: arguments.opt_value_from_str("--streams")?.unwrap_or(1_000),
        past: arguments.contains("--past"),
        live: arguments.contains("--live"),
        scale: arguments.contains("--scale"),
    };
    crate::no_more(arguments, passed_on, HELP)?;
    let least = options.rounds.min(options.streams);
    if options.issues < data::FEWEST || least == 0 || options.seconds == 0 {
        let issues = data::FEWEST;
        bail!("at least {issues} issues, one round, one second, one stream");
    }
    let mut needed = vec![&tools::COMPILER, &tools::LIBPQ, &tools::POSTGRES];
    needed.extend(tools::FOR_WEB);
    needed.extend([&tools::PGBENCH, &tools::WRK]);
    tools::ensure(project, &needed)?;
    // A socket is a file to the system, and our children inherit the limit.
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit)?;

    let narrow = options.past || options.live || options.scale;
    if narrow {
        build::make_dist(project)?;
    } else {
        build::browser_app(project, Profile::Release)?;
    }
    let programs = build::programs(project, Profile::Release)?;
    if !narrow {
        let mut bare = project.cargo(["build", "--release", "--package", "server"]);
        proc::step(
            "Building the bare handler to compare with",
            bare.args(["--example", "bare"]),
        )?;
    }

    proc::say("Starting a throw-away Postgres that is as durable as a real one");
    let cluster = Cluster::measured(project)?;
    let files = TemporaryFolder::new("iit-bench-files")?;
    let folder = project.path("target/xtask/bench");
    fs::create_dir_all(&folder)?;
    let furnish = |database: &str, contents: data::Contents| -> Result<Setting> {
        let mut setting = Setting::throw_away(&cluster, database, &files)?;
        setting.defaults.extend([
            ("IIT_LIMIT_ANONYMOUS", "0"),
            ("IIT_LIMIT_PRINCIPAL", "0"),
            ("IIT_LIMIT_SIGN_IN", "0"),
            ("IIT_LIMIT_PAGES", "0"),
            ("IIT_LIMIT_STREAMS", "0"),
        ]);
        if !options.scale {
            // There people sign in beside what is measured.
            setting.defaults.push(("IIT_BCRYPT_COST", "4"));
        }
        setting.prepare(project, &programs)?;
        proc::say(&format!("Loading {} issues", contents.issues));
        data::load(&cluster, database, contents, &folder)?;
        Ok(setting)
    };
    if options.scale {
        let contents = |issues| data::Contents {
            issues,
            versions: 2,
            life: true,
        };
        let (few, many) = (data::FEWEST, options.issues);
        let sets = [
            (few, furnish("iit_bench_few", contents(few))?),
            (many, furnish(DATABASE, contents(many))?),
        ];
        let text = scale::measure(project, &programs, &cluster, &sets, &folder, &options)?;
        println!("\n{text}");
        let place = project.path("target/bench-scale.md");
        fs::write(&place, &text).with_context(|| format!("cannot write {}", place.display()))?;
        if text.contains(scale::FAILED) {
            bail!("some questions were not answered, see {}", place.display());
        }
        return Ok(());
    }
    let contents = data::Contents {
        issues: options.issues,
        versions: data::VERSIONS,
        life: false,
    };
    let setting = furnish(DATABASE, contents)?;

    let bench = Bench {
        project,
        options: &options,
        programs: &programs,
        cluster: &cluster,
        setting: &setting,
        folder: &folder,
    };
    if options.past {
        println!("\n{}", bench.past_alone()?.line());
        return Ok(());
    }
    if options.live {
        println!("\n{}", bench.listening_alone()?.lines());
        return Ok(());
    }
    let table = bench.everything()?;
    let text = table.render();
    println!("\n{text}");
    let place = project.path("target/bench.md");
    fs::write(&place, text).with_context(|| format!("cannot write {}", place.display()))
}

fn serve(project: &Project, programs: &Programs, setting: &Setting, log: &str) -> Result<Service> {
    let mut command = setting.command(project, &programs.server);
    let log = project.log(log);
    let _ = fs::remove_file(&log);
    Service::start_logged("server", command.arg("serve"), &log)
}

fn until_ready(setting: &Setting, server: &mut Service) -> Result<()> {
    let begin = Instant::now();
    while http::status(setting.port, "/readyz") != Some(200) {
        if let Some(status) = server.ended() {
            bail!("the server did not start ({status})");
        }
        if begin.elapsed() > Duration::from_secs(30) {
            bail!("the server is not ready");
        }
        proc::pause(Duration::from_millis(20))?;
    }
    Ok(())
}

/// What questions to a set of so many issues are made of.
fn material(port: u16, issues: u32) -> Result<Material> {
    Ok(Material {
        tokens: sign_in(port, PEOPLE)?,
        reporters: REPORTERS,
        movers: MOVERS,
        per_project: issues / data::PROJECTS,
    })
}

fn sign_in(port: u16, people: &[&str]) -> Result<Vec<String>> {
    let mut tokens = Vec::new();
    for person in people {
        let form = format!("username={person}&password=demo-password");
        let answer = http::ask(
            port,
            "POST",
            "/api/v1/auth/token",
            &["Content-Type: application/x-www-form-urlencoded"],
            &form,
        )?;
        let body: serde_json::Value = serde_json::from_slice(&answer.body)?;
        let token = body
            .get("access_token")
            .and_then(serde_json::Value::as_str)
            .with_context(|| format!("{person} cannot sign in: {body}"))?;
        tokens.push(token.to_owned());
    }
    Ok(tokens)
}

//! `cargo xtask bench`: what the product does in a second, beside what is possible on this machine.
//!
//! The limit of a request is what Postgres alone can do of the same statements (pgbench, as the
//! server was seen to send them) and what actix-web alone can do of the same answer (the server's
//! example `bare`), one after the other: `1 / (1/pgbench + 1/bare)`. All three take turns, so that a
//! noisy minute hits them alike.

mod data;
mod kinds;
mod machine;
mod pgbench;
mod record;
mod scale;
mod streams;
mod table;
mod wrk;

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
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
use kinds::{KINDS, Kind};
use machine::{foreign_cores, resident, syncs_per_second};
use pgbench::Pick;
use record::{Recorder, Sample};
use table::{Past, Row, Table};
use wrk::{Material, Request, Run};

pub const HELP: &str = "\
cargo xtask bench [--issues <n>] [--rounds <n>] [--seconds <n>] [--quick] [--past | --scale]

Measures the release build on a throw-away, durable Postgres with a set of issues, and prints a
table: each kind of request beside its limit on this machine, measured in the same minutes; how
soon a change reaches a thousand live streams; start, memory, first load of the browser app. The
table is also written to target/bench.md, and what Postgres spent on each statement to
target/xtask/bench/.

  --issues <n>    size of the set (100000)
  --rounds <n>    of which the median counts (3)
  --seconds <n>   length of a round (2)
  --past          only the list of the past beside the list of now
  --scale         only lists, boards and search in that set beside the same in one of 3,200 issues,
                  one request at a time; for --issues 1000000 it takes 15 GB of disk for a while
  --quick         a small set and one short round, to see that it works
";

const DATABASE: &str = "iit_bench";
const STREAMS: usize = 1_000;
/// Who asks, those who may do more first.
const PEOPLE: &[&str] = &["maintainer", "lead", "developer", "reporter", "viewer"];
const MOVERS: usize = 2;
const REPORTERS: usize = 4;

struct Options {
    issues: u32,
    rounds: usize,
    seconds: u64,
    past: bool,
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
        past: arguments.contains("--past"),
        scale: arguments.contains("--scale"),
    };
    crate::no_more(arguments, passed_on, HELP)?;
    if options.issues < data::FEWEST || options.rounds == 0 || options.seconds == 0 {
        bail!("at least {} issues, one round, one second", data::FEWEST);
    }
    let mut needed = vec![&tools::COMPILER, &tools::LIBPQ, &tools::POSTGRES];
    needed.extend(tools::FOR_WEB);
    needed.extend([&tools::PGBENCH, &tools::WRK]);
    tools::ensure(project, &needed)?;
    // A socket is a file to the system, and our children inherit the limit.
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit)?;

    let narrow = options.past || options.scale;
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
    let furnish = |database: &str, issues: u32, versions: u32| -> Result<Setting> {
        let mut setting = Setting::throw_away(&cluster, database, &files)?;
        setting.defaults.extend([
            ("IIT_LIMIT_ANONYMOUS", "0"),
            ("IIT_LIMIT_PRINCIPAL", "0"),
            ("IIT_LIMIT_SIGN_IN", "0"),
            ("IIT_BCRYPT_COST", "4"),
        ]);
        setting.prepare(project, &programs)?;
        proc::say(&format!("Loading {issues} issues"));
        data::load(&cluster, database, issues, versions, &folder)?;
        Ok(setting)
    };
    if options.scale {
        let (few, many) = (data::FEWEST, options.issues);
        let sets = [
            (few, furnish("iit_bench_few", few, 2)?),
            (many, furnish(DATABASE, many, 2)?),
        ];
        let text = scale::measure(project, &programs, &sets, &folder, &options)?;
        println!("\n{text}");
        let place = project.path("target/bench-scale.md");
        return fs::write(&place, text)
            .with_context(|| format!("cannot write {}", place.display()));
    }
    let setting = furnish(DATABASE, options.issues, data::VERSIONS)?;

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
    let table = bench.everything()?;
    let text = table.render();
    println!("\n{text}");
    let place = project.path("target/bench.md");
    fs::write(&place, text).with_context(|| format!("cannot write {}", place.display()))
}

struct Bench<'a> {
    project: &'a Project,
    options: &'a Options,
    programs: &'a Programs,
    cluster: &'a Cluster,
    setting: &'a Setting,
    folder: &'a Path,
}

impl Bench<'_> {
    fn everything(&self) -> Result<Table> {
        let mut table = Table::new(self.options, self.cluster, DATABASE)?;
        let (mut server, start) = self.starts()?;
        table.start = start;
        table.first_load = self.first_load()?;
        table.memory_idle = resident(server.id())?;
        let material = Material {
            tokens: sign_in(self.setting.port)?,
            reporters: REPORTERS,
            movers: MOVERS,
            per_project: self.options.issues / data::PROJECTS,
        };
        let mut scripts = Vec::new();
        let mut bodies = Vec::new();
        {
            proc::say("Watching what the server asks of Postgres");
            let recorder = Recorder::start(self.cluster)?;
            for kind in KINDS {
                let (files, body) = self.record(&recorder, kind, &material)?;
                scripts.push(files);
                bodies.push(body);
            }
        }
        // The log's setting has reached every connection once each has run a statement.
        let bare_port = http::free_port()?;
        let bare = self.bare(bare_port, &bodies)?;
        for (place, (kind, scripts)) in KINDS.iter().zip(&scripts).enumerate() {
            proc::say(&format!("Measuring: {}", kind.title));
            let row = self.row(kind, place, scripts, bare_port, &material)?;
            println!("    {}", row.line());
            table.rows.push(row);
            if kind.writes {
                data::tidy(self.cluster, DATABASE)?;
            }
        }
        drop(bare);
        table.past = Some(self.past(&material)?);
        self.crowds(&mut table, &material)?;
        proc::say(&format!("Measuring: a change on {STREAMS} live streams"));
        self.watch(&mut table, &material, server.id())?;
        table.memory_after = resident(server.id())?;
        if let Some(status) = server.ended() {
            bail!("the server has ended ({status})");
        }
        server.stop();
        table.end();
        Ok(table)
    }

    /// The list of now and the same list as of some instant of the past year, in turn.
    fn past(&self, material: &Material) -> Result<Past> {
        proc::say("Measuring: a list of the past beside the list of now");
        let now = kinds::named("list")?;
        let then = Request {
            name: "past",
            lua: "return wrk.format('GET', '/api/v1/issues?sort=-updated&limit=50&project=' .. project() \
                  .. '&as_of=' .. os.date('!%Y-%m-%dT%H:%M:%SZ', os.time() - 86400 - math.random(340 * 86400)), headers(token()))",
        };
        self.wrk(material, &then, self.setting.port, 16)?;
        let mut past = Past::default();
        for _ in 0..self.options.rounds {
            past.now
                .push(self.wrk(material, &now.request, self.setting.port, 16)?);
            past.then
                .push(self.wrk(material, &then, self.setting.port, 16)?);
        }
        Ok(past)
    }

    fn past_alone(&self) -> Result<Past> {
        let mut server = self.serve()?;
        until_ready(self.setting, &mut server)?;
        let past = self.past(&Material {
            tokens: sign_in(self.setting.port)?,
            reporters: REPORTERS,
            movers: MOVERS,
            per_project: self.options.issues / data::PROJECTS,
        })?;
        server.stop();
        Ok(past)
    }

    fn serve(&self) -> Result<Service> {
        serve(self.project, self.programs, self.setting, "bench/server")
    }

    /// Milliseconds from the start of the process to its first good answer; the last one runs on.
    fn starts(&self) -> Result<(Service, Vec<f64>)> {
        proc::say("Measuring: start until ready");
        let mut times = Vec::new();
        loop {
            let begin = Instant::now();
            let mut server = self.serve()?;
            while http::status(self.setting.port, "/readyz") != Some(200) {
                if let Some(status) = server.ended() {
                    bail!("the server did not start ({status})");
                }
                if begin.elapsed() > Duration::from_secs(30) {
                    bail!("the server is not ready");
                }
                std::thread::sleep(Duration::from_millis(1));
            }
            times.push(begin.elapsed().as_secs_f64() * 1000.0);
            if times.len() == 5 {
                return Ok((server, times));
            }
            server.stop();
        }
    }

    /// Bytes of everything that the first visit loads, and how many files that are.
    fn first_load(&self) -> Result<(usize, usize)> {
        let get =
            |path: &str| http::ask(self.setting.port, "GET", path, &["Accept-Encoding: br"], "");
        let page = get("/")?;
        let html = String::from_utf8_lossy(&page.body).into_owned();
        let mut paths: Vec<&str> = html
            .split(['"', '\'', '=', '>', ' ', '(', ')'])
            .filter(|word| word.starts_with('/') && word.contains('.'))
            .collect();
        paths.sort_unstable();
        paths.dedup();
        let mut bytes = page.body.len();
        let patience = Instant::now() + Duration::from_secs(60);
        for path in &paths {
            loop {
                let file = get(path)?;
                if file.status != 200 {
                    bail!("{path}: {}", file.status);
                }
                let compressed = file
                    .head
                    .to_ascii_lowercase()
                    .contains("content-encoding: br");
                // Small files stay as they are; large ones are being compressed in these seconds.
                if compressed || file.body.len() < 2_000 || Instant::now() > patience {
                    bytes += file.body.len();
                    break;
                }
                proc::pause(Duration::from_millis(200))?;
            }
        }
        Ok((bytes, paths.len() + 1))
    }

    fn ask(
        &self,
        kind: &Kind,
        key: &str,
        project: &str,
        serial: &str,
        token: &str,
    ) -> Result<Vec<u8>> {
        let (method, path, mut headers, body) = (kind.by_hand)(key, project, serial);
        headers.push(format!("Authorization: Bearer {token}"));
        headers.push("Content-Type: application/json".to_owned());
        let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
        let answer = http::ask(self.setting.port, method, &path, &headers, &body)?;
        if answer.status != kind.status {
            bail!(
                "{method} {path}: {}\n{}",
                answer.status,
                String::from_utf8_lossy(&answer.body)
            );
        }
        Ok(answer.body)
    }

    /// Scripts for pgbench, one for each project, and the answer's bytes.
    fn record(
        &self,
        recorder: &Recorder,
        kind: &Kind,
        material: &Material,
    ) -> Result<(Vec<PathBuf>, Vec<u8>)> {
        let token = material.tokens.first().context("nobody has signed in")?;
        let number = (material.per_project - 1) / 20 * 20 + 1;
        let mut scripts = Vec::new();
        let mut body = Vec::new();
        let serial = std::cell::Cell::new(0_u32);
        for place in 0..data::PROJECTS {
            let project = format!("B{:02}", place + 1);
            let key = format!("{project}-{number}");
            let sample = Sample {
                number,
                id: format!(
                    "{}{:012x}",
                    data::ID_PREFIX,
                    (number - 1) * data::PROJECTS + place + 1
                ),
            };
            if kind.pick == Pick::Moved {
                serial.set(0);
            }
            let request = || {
                let serial = serial.replace(serial.get() + 1).to_string();
                self.ask(kind, &key, &project, &serial, token).map(drop)
            };
            let script = recorder.script(&sample, &request)?;
            let head = pgbench::head(kind.pick, place, material.per_project);
            scripts.push(format!("{head}{script}"));
            if body.is_empty() {
                let serial = serial.replace(serial.get() + 1).to_string();
                body = self.ask(kind, &key, &project, &serial, token)?;
            }
        }
        let files = record::write(self.folder, kind.request.name, &scripts)?;
        Ok((files, body))
    }

    fn bare(&self, port: u16, bodies: &[Vec<u8>]) -> Result<Service> {
        let program = self.project.target().join("release/examples/bare");
        let mut command = self.setting.command(self.project, &program);
        command.arg(port.to_string());
        for (place, body) in bodies.iter().enumerate() {
            let file = self.folder.join(format!("answer-{place}"));
            fs::write(&file, body)?;
            command.arg(file);
        }
        let service = Service::start_logged("bare", &mut command, &self.project.log("bench/bare"))?;
        let patience = Instant::now() + Duration::from_secs(10);
        while http::status(port, "/0").is_none() {
            if Instant::now() > patience {
                bail!("the bare handler does not start");
            }
            proc::pause(Duration::from_millis(20))?;
        }
        Ok(service)
    }

    fn wrk(
        &self,
        material: &Material,
        request: &Request,
        port: u16,
        connections: u32,
    ) -> Result<Run> {
        let second = Duration::from_secs(1);
        let time = second * u32::try_from(self.options.seconds)?;
        wrk::run(
            self.project,
            self.folder,
            material,
            request,
            port,
            connections,
            time,
        )
    }

    fn row(
        &self,
        kind: &Kind,
        place: usize,
        scripts: &[PathBuf],
        bare_port: u16,
        material: &Material,
    ) -> Result<Row> {
        let mut row = Row::new(kind.title, kind.bar, kind.writes);
        let bare_lua = format!(
            "return wrk.format('{}', '/{place}', headers(token()){})",
            if kind.writes { "POST" } else { "GET" },
            if kind.writes { ", draft" } else { "" }
        );
        let bare = Request {
            name: "bare",
            lua: &bare_lua,
        };
        let begin_anew = || match kind.pick {
            Pick::Moved => data::reopen(self.cluster, DATABASE),
            Pick::Any => Ok(()),
        };
        begin_anew()?;
        self.wrk(material, &kind.request, self.setting.port, 16)?;
        for _ in 0..self.options.rounds {
            row.foreign.push(foreign_cores()?);
            if kind.writes {
                row.syncs.push(syncs_per_second(self.cluster.folder())?);
            }
            begin_anew()?;
            row.product
                .push(self.wrk(material, &kind.request, self.setting.port, 16)?);
            row.bare.push(self.wrk(material, &bare, bare_port, 16)?);
            begin_anew()?;
            let (run, _) = pgbench::run(
                self.project,
                self.cluster,
                DATABASE,
                self.folder,
                scripts,
                16,
                self.options.seconds,
            )?;
            row.pgbench.push(run);
        }
        // One at a time, so that nobody's waiting is counted as work.
        begin_anew()?;
        let (_, report) = pgbench::run(
            self.project,
            self.cluster,
            DATABASE,
            self.folder,
            scripts,
            1,
            self.options.seconds,
        )?;
        row.statements = pgbench::statements(&report);
        let mut file = File::create(self.folder.join(format!("{}.txt", kind.request.name)))?;
        for (time, text) in &row.statements {
            writeln!(file, "{time:8.3} ms  {text}")?;
        }
        Ok(row)
    }

    /// More connections than anybody needs: slower, but nobody may be turned away.
    fn crowds(&self, table: &mut Table, material: &Material) -> Result<()> {
        for (name, counts) in [("read", &[64, 256][..]), ("create", &[1, 4, 64, 256][..])] {
            let kind = kinds::named(name)?;
            for connections in counts {
                proc::say(&format!(
                    "Measuring: {}, {connections} connections",
                    kind.title
                ));
                let mut runs = Vec::new();
                for _ in 0..self.options.rounds {
                    runs.push(self.wrk(
                        material,
                        &kind.request,
                        self.setting.port,
                        *connections,
                    )?);
                }
                table.crowds.push((kind.title, *connections, runs));
            }
        }
        Ok(())
    }

    fn watch(&self, table: &mut Table, material: &Material, server: u32) -> Result<()> {
        let before = resident(server)?;
        let mut audience = streams::Audience::gather(self.setting.port, &material.tokens, STREAMS)?;
        let held = resident(server)?;
        table.memory_per_stream = held.saturating_sub(before) as f64 / STREAMS as f64;
        let (kind, token) = (
            kinds::named("create")?,
            material.tokens.first().context("nobody has signed in")?,
        );
        let told = audience.measure(|place| {
            let project = format!("B{:02}", place % 16 + 1);
            self.ask(kind, "", &project, "", token).map(drop)
        })?;
        table.told = Some(told);
        Ok(())
    }
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

fn sign_in(port: u16) -> Result<Vec<String>> {
    let mut tokens = Vec::new();
    for person in PEOPLE {
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

//! `cargo xtask bench`: what the product does in a second, beside what is possible on this machine.
//!
//! The limit of a request is what Postgres alone can do of the same statements (pgbench, as the
//! server was seen to send them) and what actix-web alone can do of the same answer (the server's
//! example `bare`), one after the other: `1 / (1/pgbench + 1/bare)`. All three take turns, so that a
//! noisy minute hits them alike.

mod data;
mod pgbench;
mod record;
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
use pgbench::Pick;
use record::{ONCE, Recorder, Sample};
use table::{Past, Row, Table};
use wrk::{Material, Request, Run};

pub const HELP: &str = "\
cargo xtask bench [--issues <n>] [--rounds <n>] [--seconds <n>] [--quick] [--past]

Measures the release build on a throw-away, durable Postgres with a set of issues, and prints a
table: each kind of request beside its limit on this machine, measured in the same minutes; how
soon a change reaches a thousand live streams; start, memory, first load of the browser app. The
table is also written to target/bench.md, and what Postgres spent on each statement to
target/xtask/bench/.

  --issues <n>    size of the set (100000)
  --rounds <n>    of which the median counts (3)
  --seconds <n>   length of a round (2)
  --past          only the list of the past beside the list of now
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
    };
    crate::no_more(arguments, passed_on, HELP)?;
    if options.issues < data::PROJECTS * 200 || options.rounds == 0 || options.seconds == 0 {
        bail!(
            "at least {} issues, one round, one second",
            data::PROJECTS * 200
        );
    }
    let mut needed = vec![&tools::COMPILER, &tools::LIBPQ, &tools::POSTGRES];
    needed.extend(tools::FOR_WEB);
    needed.extend([&tools::PGBENCH, &tools::WRK]);
    tools::ensure(project, &needed)?;
    // A socket is a file to the system, and our children inherit the limit.
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit)?;

    if options.past {
        build::make_dist(project)?;
    } else {
        build::browser_app(project, Profile::Release)?;
    }
    let programs = build::programs(project, Profile::Release)?;
    if !options.past {
        let mut bare = project.cargo(["build", "--release", "--package", "server"]);
        proc::step(
            "Building the bare handler to compare with",
            bare.args(["--example", "bare"]),
        )?;
    }

    proc::say("Starting a throw-away Postgres that is as durable as a real one");
    let cluster = Cluster::measured(project)?;
    let files = TemporaryFolder::new("iit-bench-files")?;
    let mut setting = Setting::throw_away(&cluster, DATABASE, &files)?;
    setting.defaults.extend([
        ("IIT_LIMIT_ANONYMOUS", "0"),
        ("IIT_LIMIT_PRINCIPAL", "0"),
        ("IIT_LIMIT_SIGN_IN", "0"),
        ("IIT_BCRYPT_COST", "4"),
    ]);
    setting.prepare(project, &programs)?;
    let folder = project.path("target/xtask/bench");
    fs::create_dir_all(&folder)?;
    proc::say(&format!("Loading {} issues", options.issues));
    data::load(&cluster, DATABASE, options.issues, &folder)?;

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

/// Method, path, headers, body.
type ByHand = (&'static str, String, Vec<String>, String);

/// A kind of request that is measured beside its limit.
struct Kind {
    title: &'static str,
    request: Request<'static>,
    /// The same request by hand, for an issue and with something new in it.
    by_hand: fn(key: &str, project: &str, serial: &str) -> ByHand,
    status: u16,
    pick: Pick,
    writes: bool,
    /// The least share of the limit.
    bar: f64,
}

const DRAFT: &str = "{\"title\":\"The map stays grey\",\"description\":\"After waking the tablet the map \
    stays grey until the app is started again. Expected: it comes back by itself.\",\
    \"severity\":\"high\",\"type\":\"bug\"}";
const FILTER: &str = "state=open&severity=high,critical";

const KINDS: &[Kind] = &[
    Kind {
        title: "read one issue",
        request: Request {
            name: "read",
            lua: "return wrk.format('GET', '/api/v1/issues/' .. project() .. '-' .. number(), headers(token()))",
        },
        by_hand: |key, _, _| ("GET", format!("/api/v1/issues/{key}"), vec![], String::new()),
        status: 200,
        pick: Pick::Any,
        writes: false,
        bar: 0.6,
    },
    Kind {
        title: "list, page of 50",
        request: Request {
            name: "list",
            lua: "return wrk.format('GET', '/api/v1/issues?sort=-updated&limit=50&project=' .. project(), headers(token()))",
        },
        by_hand: |_, project, _| {
            let path = format!("/api/v1/issues?sort=-updated&limit=50&project={project}");
            ("GET", path, vec![], String::new())
        },
        status: 200,
        pick: Pick::Any,
        writes: false,
        bar: 0.6,
    },
    Kind {
        title: "list, open and high or critical",
        request: Request {
            name: "filtered",
            lua: "return wrk.format('GET', '/api/v1/issues?state=open&severity=high,critical&project=' .. project(), headers(token()))",
        },
        by_hand: |_, project, _| {
            let path = format!("/api/v1/issues?{FILTER}&project={project}");
            ("GET", path, vec![], String::new())
        },
        status: 200,
        pick: Pick::Any,
        writes: false,
        bar: 0.6,
    },
    Kind {
        title: "create an issue, over 16 projects",
        request: Request {
            name: "create",
            lua: "return wrk.format('POST', '/api/v1/projects/' .. project() .. '/issues', headers(token(reporters)), draft)",
        },
        by_hand: |_, project, _| {
            let path = format!("/api/v1/projects/{project}/issues");
            ("POST", path, vec![], DRAFT.to_owned())
        },
        status: 201,
        pick: Pick::Any,
        writes: true,
        bar: 0.7,
    },
    Kind {
        title: "the same with an idempotency key",
        request: Request {
            name: "create-once",
            lua: "return wrk.format('POST', '/api/v1/projects/' .. project() .. '/issues', headers(token(reporters), { ['Idempotency-Key'] = 'bench-once-' .. serial() }), draft)",
        },
        by_hand: |_, project, serial| {
            let path = format!("/api/v1/projects/{project}/issues");
            let once = format!("Idempotency-Key: {ONCE}{serial}");
            ("POST", path, vec![once], DRAFT.to_owned())
        },
        status: 201,
        pick: Pick::Any,
        writes: true,
        bar: 0.7,
    },
    Kind {
        title: "change a status",
        request: Request {
            name: "status",
            lua: "local key, lap = moved()
  local status = lap % 2 == 0 and 'assigned' or 'open'
  return wrk.format('PATCH', '/api/v1/issues/' .. key, headers(token(movers)), '{\"status\":\"' .. status .. '\"}')",
        },
        by_hand: |key, _, serial| {
            let even = serial.parse::<u32>().is_ok_and(|n| n % 2 == 0);
            let status = if even { "assigned" } else { "open" };
            let body = format!("{{\"status\":\"{status}\"}}");
            ("PATCH", format!("/api/v1/issues/{key}"), vec![], body)
        },
        status: 200,
        pick: Pick::Moved,
        writes: true,
        bar: 0.7,
    },
];

impl Bench<'_> {
    fn everything(&self) -> Result<Table> {
        let mut table = Table::new(self.options, self.cluster, DATABASE)?;
        let (mut server, start) = self.starts()?;
        table.start = start;
        table.first_load = self.first_load()?;
        table.memory_idle = resident(server.id())?;
        let material = Material {
            tokens: self.sign_in()?,
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
        let now = KINDS.get(1).context("no list")?;
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
        while http::status(self.setting.port, "/readyz") != Some(200) {
            proc::pause(Duration::from_millis(20))?;
        }
        let past = self.past(&Material {
            tokens: self.sign_in()?,
            reporters: REPORTERS,
            movers: MOVERS,
            per_project: self.options.issues / data::PROJECTS,
        })?;
        server.stop();
        Ok(past)
    }

    fn serve(&self) -> Result<Service> {
        let mut command = self.setting.command(self.project, &self.programs.server);
        let log = self.project.log("bench/server");
        let _ = fs::remove_file(&log);
        Service::start_logged("server", command.arg("serve"), &log)
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

    fn sign_in(&self) -> Result<Vec<String>> {
        let mut tokens = Vec::new();
        for person in PEOPLE {
            let form = format!("username={person}&password=demo-password");
            let answer = http::ask(
                self.setting.port,
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
        for (place, counts) in [(0, &[64, 256][..]), (3, &[1, 4, 64, 256][..])] {
            let Some(kind) = KINDS.get(place) else {
                continue;
            };
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
            KINDS.get(3).context("no create")?,
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

/// KiB of memory that a process has in use.
fn resident(process: u32) -> Result<u64> {
    let text = fs::read_to_string(format!("/proc/{process}/status"))?;
    text.lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|rest| rest.split_whitespace().next())
        .and_then(|number| number.parse().ok())
        .context("the system does not tell how much memory is in use")
}

/// Processor cores that others use while we wait.
fn foreign_cores() -> Result<f64> {
    let busy = || -> Result<(f64, f64)> {
        let text = fs::read_to_string("/proc/stat")?;
        let numbers: Vec<f64> = text
            .lines()
            .next()
            .unwrap_or_default()
            .split_whitespace()
            .skip(1)
            .filter_map(|word| word.parse().ok())
            .collect();
        let all: f64 = numbers.iter().take(8).sum();
        let idle: f64 = numbers.iter().skip(3).take(2).sum();
        Ok((all, all - idle))
    };
    let (all_before, busy_before) = busy()?;
    proc::pause(Duration::from_millis(500))?;
    let (all, used) = busy()?;
    let cores = std::thread::available_parallelism()?.get() as f64;
    Ok((used - busy_before) / (all - all_before).max(1.0) * cores)
}

/// How often a second the disk can be made to keep 8 KiB.
fn syncs_per_second(folder: &Path) -> Result<f64> {
    let path = folder.join("sync-probe");
    let mut file = File::create(&path)?;
    let block = [7; 8192];
    let begin = Instant::now();
    let mut count = 0;
    while begin.elapsed() < Duration::from_millis(300) {
        file.write_all(&block)?;
        file.sync_data()?;
        count += 1;
    }
    let result = f64::from(count) / begin.elapsed().as_secs_f64();
    fs::remove_file(&path)?;
    Ok(result)
}

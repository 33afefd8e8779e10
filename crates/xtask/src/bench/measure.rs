//! The main measurement: each kind of request in turn with its limits, then crowds, streams, start,
//! memory and first load.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::kinds::{self, KINDS, Kind};
use super::machine::{foreign_cores, resident, syncs_per_second};
use super::pgbench::{self, Pick};
use super::record::{self, Recorder, Sample};
use super::table::{Listening, Past, Row, Table};
use super::wrk::{self, Material, Request, Run};
use super::{DATABASE, Options, data, material, serve, streams, until_ready};
use crate::build::Programs;
use crate::http;
use crate::postgres::Cluster;
use crate::proc::{self, Service};
use crate::product::Setting;
use crate::project::Project;

/// A furnished database, and what is needed to ask a server on it.
pub(super) struct Bench<'a> {
    pub(super) project: &'a Project,
    pub(super) options: &'a Options,
    pub(super) programs: &'a Programs,
    pub(super) cluster: &'a Cluster,
    pub(super) setting: &'a Setting,
    pub(super) folder: &'a Path,
}

impl Bench<'_> {
    /// Every row of the table.
    pub(super) fn everything(&self) -> Result<Table> {
        let mut table = Table::new(self.options, self.cluster, DATABASE)?;
        let (mut server, start) = self.starts()?;
        table.start = start;
        table.first_load = self.first_load()?;
        table.memory_idle = resident(server.id())?;
        let material = material(self.setting.port, self.options.issues)?;
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
        table.listening = Some(self.listening(&material, server.id())?);
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

    /// The list of the past alone.
    pub(super) fn past_alone(&self) -> Result<Past> {
        let mut server = self.serve()?;
        until_ready(self.setting, &mut server)?;
        let past = self.past(&material(self.setting.port, self.options.issues)?)?;
        server.stop();
        Ok(past)
    }

    /// The live streams alone.
    pub(super) fn listening_alone(&self) -> Result<Listening> {
        let mut server = self.serve()?;
        until_ready(self.setting, &mut server)?;
        let material = material(self.setting.port, self.options.issues)?;
        let listening = self.listening(&material, server.id())?;
        server.stop();
        Ok(listening)
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

    fn listening(&self, material: &Material, server: u32) -> Result<Listening> {
        let streams = self.options.streams;
        proc::say(&format!("Measuring: a change on {streams} live streams"));
        let before = resident(server)?;
        let mut audience = streams::Audience::gather(self.setting.port, &material.tokens, streams)?;
        let held = resident(server)?;
        let list = kinds::named("list")?;
        let beside = self.wrk(material, &list.request, self.setting.port, 1)?;
        let (kind, token) = (
            kinds::named("create")?,
            material.tokens.first().context("nobody has signed in")?,
        );
        let told = audience.measure(|place| {
            let project = format!("B{:02}", place % 16 + 1);
            self.ask(kind, "", &project, "", token).map(drop)
        })?;
        Ok(Listening {
            told,
            memory_per_stream: held.saturating_sub(before) as f64 / streams as f64,
            beside,
        })
    }
}

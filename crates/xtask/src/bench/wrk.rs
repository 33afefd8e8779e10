//! Requests by wrk: what to send, and what came of it.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};

use super::data;
use crate::proc;
use crate::project::Project;

/// What one run says.
#[derive(Clone, Copy, Default, Debug)]
pub struct Run {
    pub per_second: f64,
    /// Milliseconds.
    pub p50: f64,
    pub p99: f64,
    pub max: f64,
    /// Answers that are no success, and connections that failed.
    pub failures: u64,
}

/// A kind of request. Its Lua function body returns what `wrk.format` makes; it may use `project()`,
/// `number()`, `moved()`, `token()` and `serial()`.
pub struct Request<'a> {
    pub name: &'a str,
    pub lua: &'a str,
}

/// What the requests are made of.
pub struct Material {
    pub tokens: Vec<String>,
    /// Tokens of those who may report issues, and of those who may move them: these come first.
    pub reporters: usize,
    pub movers: usize,
    /// Issues in each project.
    pub per_project: u32,
}

const THREADS: u32 = 2;

impl Material {
    fn lua(&self, request: &Request, salt: u64) -> String {
        let tokens: Vec<String> = self.tokens.iter().map(|t| format!("'{t}'")).collect();
        format!(
            "local tokens = {{ {tokens} }}
local reporters, movers, per_project, projects = {reporters}, {movers}, {per_project}, {projects}
local threads = 0
function setup(thread) thread:set('id', threads); threads = threads + 1 end
local draft = [[{draft}]]
local count = 0
function init(args) math.randomseed({salt} + id) end
local function token(n) return tokens[math.random(n or #tokens)] end
local function project() return string.format('B%02d', math.random(projects)) end
local function number() return math.random(per_project) end
local function serial() count = count + 1; return string.format('{salt}-%d-%d', id, count) end
-- The next of this thread's own issues that began open, and how often all have been visited.
local place = 0
local function moved()
  local all = math.floor(per_project / 20) * {open} * projects
  local mine = math.floor(all / {THREADS})
  local at = id * mine + place % mine
  local lap = math.floor(place / mine)
  place = place + 1
  local k = math.floor(at / projects)
  local number = math.floor(k / {open}) * 20 + k % {open} + 1
  return string.format('B%02d-%d', at % projects + 1, number), lap
end
local function headers(token, more)
  local all = {{ ['Authorization'] = 'Bearer ' .. token, ['Content-Type'] = 'application/json' }}
  for name, value in pairs(more or {{}}) do all[name] = value end
  return all
end
function request()
  {body}
end
function done(summary, latency, requests)
  local e = summary.errors
  print(string.format('RESULT %d %d %d %f %f %f', summary.requests, summary.duration,
    e.connect + e.read + e.write + e.timeout + e.status,
    latency:percentile(50), latency:percentile(99), latency.max))
end
",
            tokens = tokens.join(", "),
            reporters = self.reporters,
            movers = self.movers,
            per_project = self.per_project,
            projects = data::PROJECTS,
            open = data::OPEN_OF_TWENTY,
            draft = super::kinds::DRAFT,
            body = request.lua,
        )
    }
}

/// Sends that request over so many connections, for so long.
pub fn run(
    project: &Project,
    folder: &Path,
    material: &Material,
    request: &Request,
    port: u16,
    connections: u32,
    time: Duration,
) -> Result<Run> {
    let salt = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)?
        .subsec_nanos();
    let script = folder.join(format!("{}.lua", request.name));
    fs::write(&script, material.lua(request, u64::from(salt)))?;
    let mut wrk = project.command("wrk");
    wrk.args(["-t", &THREADS.min(connections).to_string()])
        .args(["-c", &connections.to_string()])
        .args(["-d", &format!("{}s", time.as_secs().max(1))])
        .args(["--timeout", "10s", "-s"])
        .arg(&script)
        .arg(format!("http://127.0.0.1:{port}"));
    let text = proc::capture(&mut wrk)?;
    let numbers: Vec<f64> = text
        .lines()
        .find_map(|line| line.strip_prefix("RESULT "))
        .with_context(|| format!("wrk says nothing:\n{text}"))?
        .split(' ')
        .map(str::parse)
        .collect::<Result<_, _>>()?;
    let [requests, micros, failures, p50, p99, max] = numbers[..] else {
        anyhow::bail!("wrk says: {text}");
    };
    proc::stop_check()?;
    Ok(Run {
        per_second: requests / micros * 1e6,
        p50: p50 / 1000.0,
        p99: p99 / 1000.0,
        max: max / 1000.0,
        failures: failures as u64,
    })
}

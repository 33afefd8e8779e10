//! How a question is asked: by wrk, one by one, or until the first line of a long answer; and by others
//! meanwhile.

use std::io::{Read, Write};
use std::iter;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::questions::{Beside, HEAVY, MISSED, Question};
use super::wrk::{self, Material, Request, Run};
use super::{data, life, material, sign_in};
use crate::http;
use crate::project::Project;

/// Whom questions are put to, and what they are made of.
pub struct Asked {
    port: u16,
    material: Material,
    admin: String,
    issues: u32,
    instants: Instants,
    deep: String,
    before: String,
    somebody: String,
}

/// Instants that questions name, as the API writes them.
#[derive(Clone)]
pub struct Instants {
    pub past: String,
    pub now: String,
}

/// Addresses that are made of a question in each round.
const ADDRESSES: usize = 2_000;
/// A figure rests on at least so many answers; what is too slow for that in a round is asked on.
const FEWEST_ANSWERS: usize = 5;

impl Asked {
    /// Signs in, and makes something happen that a program then has missed.
    pub fn new(port: u16, issues: u32, instants: &Instants) -> Result<Self> {
        let admin = sign_in(port, &["admin"])?.concat();
        let authorization = format!("Authorization: Bearer {admin}");
        let text = |path: &str, at: &str| -> Result<String> {
            let answer = http::ask(port, "GET", path, &[&authorization], "")?;
            let body: serde_json::Value = serde_json::from_slice(&answer.body)?;
            let found = body.pointer(at).and_then(serde_json::Value::as_str);
            Ok(found
                .with_context(|| format!("{path}: no {at}: {body}"))?
                .to_owned())
        };
        let mut deep = String::new();
        for _ in 0..19 {
            let path = format!("/api/v1/issues?sort=-updated{deep}");
            deep = format!("&cursor={}", text(&path, "/next_cursor")?);
        }
        let asked = Self {
            port,
            issues,
            instants: instants.clone(),
            deep: deep.trim_start_matches("&cursor=").to_owned(),
            before: text("/api/v1/events", "/cursor")?,
            somebody: text("/api/v1/users?text=developer", "/items/0/id")?,
            material: material(port, issues)?,
            admin,
        };
        asked.make_events()?;
        Ok(asked)
    }

    fn make_events(&self) -> Result<()> {
        let authorization = format!("Authorization: Bearer {}", self.admin);
        let headers = [&*authorization, "Content-Type: application/json"];
        let mut random = Random::new();
        for n in 0..MISSED {
            let path = self.filled("/issues/ISSUE/comments", &mut random);
            let body = format!("{{\"body\": \"What came in meanwhile, {n}\"}}");
            let answer = http::ask(self.port, "POST", &path, &headers, &body)?;
            if answer.status != 201 {
                let said = String::from_utf8_lossy(&answer.body).into_owned();
                bail!("{path}: {}: {said}", answer.status);
            }
        }
        Ok(())
    }

    /// A question's path as an address of this set.
    fn filled(&self, path: &str, random: &mut Random) -> String {
        let project = format!("B{:02}", 1 + random.below(data::PROJECTS));
        let issue = format!(
            "{project}-{}",
            1 + random.below(self.issues / data::PROJECTS)
        );
        let commented = life::COMMENTED_OF * (1 + random.below(self.issues / life::COMMENTED_OF));
        let comment = format!(
            "{}{:012x}",
            life::COMMENT_PREFIX,
            u64::from(commented) * 4 + 1
        );
        let path = path
            .replace(' ', "%20")
            .replace('>', "%3E")
            .replace("ISSUE", &issue)
            .replace("BUSY", &format!("{project}-1"))
            .replace("PROJECT", &project)
            .replace("COMMENT", &comment)
            .replace("PAST", &self.instants.past)
            .replace("NOW", &self.instants.now)
            .replace("SOMEBODY", &self.somebody)
            .replace("BEFORE", &self.before)
            .replace("DEEP", &self.deep);
        format!("/api/v1{path}")
    }

    /// Asks for so many seconds, one request at a time.
    pub fn ask(
        &self,
        project: &Project,
        folder: &Path,
        question: &Question,
        seconds: u64,
    ) -> Result<Run> {
        let time = Duration::from_secs(seconds);
        if question.until.is_some() {
            return self.one_by_one(question, time);
        }
        let mut random = Random::new();
        let addresses: Vec<String> = (0..ADDRESSES)
            .map(|_| format!("'{}'", self.filled(question.path, &mut random)))
            .collect();
        let token = match question.by_admin {
            true => format!("'{}'", self.admin),
            false => "token()".to_owned(),
        };
        let lua = format!(
            "addresses = addresses or {{ {} }}
  return wrk.format('GET', addresses[math.random(#addresses)], headers({token}))",
            addresses.join(",\n")
        );
        let request = Request {
            name: "scale",
            lua: &lua,
        };
        let run = wrk::run(
            project,
            folder,
            &self.material,
            &request,
            self.port,
            1,
            time,
        )?;
        if run.per_second * time.as_secs_f64() < FEWEST_ANSWERS as f64 {
            return self.one_by_one(question, time);
        }
        Ok(run)
    }

    /// The same from here: until an answer is whole, or holds what the question waits for.
    fn one_by_one(&self, question: &Question, time: Duration) -> Result<Run> {
        let mut random = Random::new();
        let (mut took, mut failures) = (Vec::new(), 0);
        let begin = Instant::now();
        while begin.elapsed() < time || took.len() < FEWEST_ANSWERS {
            let path = self.filled(question.path, &mut random);
            let token = match question.by_admin {
                true => &self.admin,
                false => random.one_of(&self.material.tokens)?,
            };
            let mut headers = vec![format!("Authorization: Bearer {token}")];
            if question.path == "/stream" {
                headers.push(format!("Last-Event-ID: {}", self.before));
            }
            let begin = Instant::now();
            let status = match question.until {
                Some(holds) => first_lines(self.port, &path, &headers, holds)?,
                None => {
                    let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
                    http::ask(self.port, "GET", &path, &headers, "")?.status
                }
            };
            took.push(begin.elapsed().as_secs_f64() * 1000.0);
            failures += u64::from(status != 200);
        }
        took.sort_by(f64::total_cmp);
        let at = |percent: usize| took.get((took.len() - 1) * percent / 100).copied();
        let longest = took.last().copied().unwrap_or_default();
        Ok(Run {
            per_second: took.len() as f64 / begin.elapsed().as_secs_f64(),
            p50: at(50).unwrap_or_default(),
            // Of fewer than a hundred the slowest one.
            p99: match took.len() {
                0..100 => longest,
                _ => at(99).unwrap_or_default(),
            },
            max: longest,
            failures,
        })
    }
}

/// Reads an answer until its body holds that, and hangs up. Gives its status.
fn first_lines(port: u16, path: &str, headers: &[String], holds: &str) -> Result<u16> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(5))?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    let headers = headers.join("\r\n");
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{headers}\r\n\r\n"
    )?;
    let (mut answer, mut buffer) = (Vec::new(), [0; 16_384]);
    loop {
        let count = stream.read(&mut buffer)?;
        answer.extend(buffer.iter().take(count));
        let text = String::from_utf8_lossy(&answer);
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let is_chunked = head
            .to_ascii_lowercase()
            .contains("transfer-encoding: chunked");
        // The line before the first part says how long it is.
        let body = match is_chunked {
            true => body.split_once("\r\n").map_or("", |(_, part)| part),
            false => body,
        };
        let status = head.split(' ').nth(1).and_then(|word| word.parse().ok());
        match status {
            Some(200) if body.contains(holds) => return Ok(200),
            Some(200) if count > 0 => {}
            Some(status) if status != 200 => return Ok(status),
            _ if count == 0 => bail!("{path} ends before it holds {holds:?}: {text:.300}"),
            _ => {}
        }
    }
}

/// Others who ask something else of a server, over and over, until they are stopped.
pub struct Others {
    over: Arc<AtomicBool>,
    threads: Vec<thread::JoinHandle<Result<()>>>,
}

impl Others {
    pub fn asking(question: &Question, asked: &Asked) -> Result<Self> {
        let others = Self {
            over: Arc::new(AtomicBool::new(false)),
            threads: Vec::new(),
        };
        match question.beside {
            None => Ok(others),
            Some(Beside::HeavyFilters) => {
                let path = asked.filled(HEAVY, &mut Random::new());
                let tokens = asked.material.tokens.iter().take(2);
                let headers = tokens.map(|token| format!("Authorization: Bearer {token}"));
                Ok(others.join(headers, asked.port, "GET", &path, ""))
            }
            Some(Beside::SignIns) => {
                let header = "Content-Type: application/x-www-form-urlencoded".to_owned();
                let form = "username=developer&password=demo-password";
                let headers = iter::repeat_n(header, 50);
                Ok(others.join(headers, asked.port, "POST", "/api/v1/auth/token", form))
            }
        }
    }

    /// One of them for each header, with one request after the other.
    fn join(
        mut self,
        headers: impl Iterator<Item = String>,
        port: u16,
        method: &'static str,
        path: &str,
        body: &'static str,
    ) -> Self {
        for header in headers {
            let (over, path) = (self.over.clone(), path.to_owned());
            self.threads.push(thread::spawn(move || {
                while !over.load(Ordering::Relaxed) {
                    let answer = http::ask(port, method, &path, &[&header], body)?;
                    // Refused is as good as answered: the others must not notice either.
                    if ![200, 429, 503].contains(&answer.status) {
                        bail!("{path}: {}", answer.status);
                    }
                }
                Ok(())
            }));
        }
        self
    }

    pub fn stop(self) -> Result<()> {
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

/// Numbers at random (xorshift); nothing here is secret.
struct Random(u64);

impl Random {
    fn new() -> Self {
        let now = std::time::SystemTime::now();
        let since = now.duration_since(std::time::UNIX_EPOCH);
        Self(since.map_or(1, |since| since.as_nanos() as u64) | 1)
    }

    fn below(&mut self, bound: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 33) % u64::from(bound.max(1))) as u32
    }

    fn one_of<'a>(&mut self, texts: &'a [String]) -> Result<&'a String> {
        let count = u32::try_from(texts.len())?;
        texts
            .get(self.below(count) as usize)
            .context("nobody signed in")
    }
}

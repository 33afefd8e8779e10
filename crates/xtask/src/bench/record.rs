//! What the server asks of Postgres for one request, taken from Postgres's log and made into a
//! script for pgbench. Nothing is written by hand, so the limit is always that of the same SQL.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::data;
use crate::postgres::{Cluster, SUPERUSER};
use crate::proc;

/// Begins the keys that make a repeated request harmless, each followed by something new.
pub const ONCE: &str = "bench-once-";

/// One statement with its parameters as SQL literals.
#[derive(Debug)]
struct Statement {
    text: String,
    parameters: Vec<String>,
}

/// Reads the log of a `Cluster::measured`.
pub struct Recorder<'a> {
    cluster: &'a Cluster,
    log: PathBuf,
}

impl<'a> Recorder<'a> {
    /// Lets Postgres log every statement while this lives.
    pub fn start(cluster: &'a Cluster) -> Result<Self> {
        let recorder = Self {
            cluster,
            log: cluster.folder().join("data/log/postgres.json"),
        };
        recorder.set("all")?;
        Ok(recorder)
    }

    fn set(&self, what: &str) -> Result<()> {
        let sql = format!("alter system set log_statement = '{what}'");
        self.cluster.query(SUPERUSER, "postgres", &sql)?;
        self.cluster
            .query(SUPERUSER, "postgres", "select pg_reload_conf()")?;
        proc::pause(Duration::from_millis(300))
    }

    /// The statements of one request: those of the connection that looked the session up.
    fn of(&self, request: &dyn Fn() -> Result<()>) -> Result<Vec<Statement>> {
        let mut file =
            File::open(&self.log).with_context(|| format!("cannot read {}", self.log.display()))?;
        file.seek(SeekFrom::End(0))?;
        request()?;
        // The collector is a process of its own; it is never far behind.
        proc::pause(Duration::from_millis(40))?;
        let mut text = String::new();
        file.read_to_string(&mut text)?;
        let mut connections: BTreeMap<i64, Vec<Statement>> = BTreeMap::new();
        for line in text.lines() {
            let record: Value = serde_json::from_str(line)?;
            let word = |name: &str| record.get(name).and_then(Value::as_str).unwrap_or_default();
            if word("application_name") != "iit-server" {
                continue;
            }
            let message = word("message");
            let Some(sql) = message.strip_prefix("statement: ").or_else(|| {
                message
                    .strip_prefix("execute ")?
                    .split_once(": ")
                    .map(|p| p.1)
            }) else {
                continue;
            };
            let pid = record
                .get("pid")
                .and_then(Value::as_i64)
                .unwrap_or_default();
            connections.entry(pid).or_default().push(Statement {
                text: sql.trim().trim_end_matches(';').to_owned(),
                parameters: parameters(word("detail"))?,
            });
        }
        connections
            .into_values()
            .find_map(request_in)
            .with_context(|| format!("the log has no request:\n{text}"))
    }

    /// A pgbench script that does what the server does for such a request, for the issue whose
    /// number is `:number` and whose place in the set is `:n`, with new ids from `:u`.
    pub fn script(&self, sample: &Sample, request: &dyn Fn() -> Result<()>) -> Result<String> {
        // Once for connections and plans that are new, twice to see which ids are.
        request()?;
        let mut second = self.of(request)?;
        let mut tries = 0;
        let first = loop {
            let first = std::mem::replace(&mut second, self.of(request)?);
            if first
                .iter()
                .map(|s| &s.text)
                .eq(second.iter().map(|s| &s.text))
            {
                break first;
            }
            // Something else was at work on the same connection.
            tries += 1;
            if tries == 20 {
                bail!("no two of the same requests are the same: {first:?}\n{second:?}");
            }
        };
        let known: BTreeSet<String> = first.iter().flat_map(Statement::ids).collect();
        let new: Vec<String> = second
            .iter()
            .flat_map(Statement::ids)
            .filter(|id| !known.contains(id) && !id.starts_with(data::ID_PREFIX))
            .collect();
        let mut script = String::new();
        for statement in &second {
            script.push_str(&statement.rendered(sample, &new));
            script.push_str(";\n");
        }
        Ok(script)
    }
}

impl Drop for Recorder<'_> {
    fn drop(&mut self) {
        let _ = self.set("none");
    }
}

/// The issue that the recorded requests are about.
pub struct Sample {
    pub number: u32,
    pub id: String,
}

impl Statement {
    fn ids(&self) -> Vec<String> {
        // An answer kept for a repeated request is a text like any other.
        self.parameters
            .iter()
            .filter(|value| value.len() < 200)
            .flat_map(|value| ids(value))
            .collect()
    }

    fn rendered(&self, sample: &Sample, new: &[String]) -> String {
        // Parameters have types; literals take theirs from the context, which these lack.
        let mut text = self.text.clone();
        if let Some(start) = text.find("unnest($") {
            let (before, rest) = text.split_at(start + "unnest(".len());
            let (list, after) = rest.split_once(')').unwrap_or((rest, ""));
            let types = ["uuid[]", "text[]", "text[]", "jsonb[]", "jsonb[]"];
            if list.split(", ").count() == types.len() {
                let typed: Vec<String> = list
                    .split(", ")
                    .zip(types)
                    .map(|(parameter, kind)| format!("{parameter}::{kind}"))
                    .collect();
                text = format!("{before}{}){after}", typed.join(", "));
            }
        }
        let mut out = String::new();
        let mut rest = text.as_str();
        while let Some((before, after)) = rest.split_once('$') {
            let digits = after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let (number, tail) = after.split_at(digits);
            out.push_str(before);
            let value = number
                .parse::<usize>()
                .ok()
                .and_then(|n| self.parameters.get(n.checked_sub(1)?));
            match value {
                Some(value) => out.push_str(&literal(before, value, sample, new)),
                None => {
                    out.push('$');
                    out.push_str(number);
                }
            }
            rest = tail;
        }
        out.push_str(rest);
        out
    }
}

/// Of a connection's statements, those of the request: from looking up who asks to the end of the
/// transaction, or to the beginning of the next.
fn request_in(mut statements: Vec<Statement>) -> Option<Vec<Statement>> {
    let who = statements
        .iter()
        .position(|s| s.text.contains("from session s join account a"))?;
    let is = |at: Option<usize>, word: &str| {
        at.and_then(|at| statements.get(at))
            .is_some_and(|s| s.text == word)
    };
    let begins = is(who.checked_sub(1), "begin");
    let from = if begins { who - 1 } else { who };
    let last = if begins { "commit" } else { "begin" };
    let to = (who..statements.len())
        .find(|at| is(Some(*at), last))
        .map_or(statements.len(), |at| at + usize::from(begins));
    statements.truncate(to);
    Some(statements.split_off(from))
}

fn literal(before: &str, value: &str, sample: &Sample, new: &[String]) -> String {
    let this = format!(
        "('{}' || lpad(to_hex(:n::bigint), 12, '0'))::uuid",
        data::ID_PREFIX
    );
    if value == format!("'{}'", sample.id) {
        return this;
    }
    if value == format!("'{}'", sample.number) {
        return ":number::bigint".to_owned();
    }
    if value == format!("'{}'", data::rank(sample.number)) {
        return data::RANK_OF_NUMBER.to_owned();
    }
    if before.ends_with("version = ") {
        // What the server has read a moment before. One more look at a page that is at hand.
        return format!("(select version from issue where id = {this})");
    }
    if value.starts_with(&format!("'{ONCE}")) {
        return format!("'{ONCE}' || :u::bigint");
    }
    if value.len() < 200
        && let Some((place, id)) = new
            .iter()
            .enumerate()
            .find(|(_, id)| value.contains(id.as_str()))
        && let Some((head, tail)) = value.split_once(id.as_str())
    {
        let kind = if head == "'" { "uuid" } else { "uuid[]" };
        return format!(
            "({head}019b{place:04x}-0000-7000-8000-' || lpad(to_hex(:u::bigint), 12, '0') || '{tail})::{kind}"
        );
    }
    // pgbench takes a colon before a letter for a variable of its own.
    let mut safe = String::with_capacity(value.len());
    let mut letters = value.chars().peekable();
    while let Some(letter) = letters.next() {
        safe.push(letter);
        if letter == ':'
            && letters
                .peek()
                .is_some_and(|next| next.is_ascii_alphabetic())
        {
            safe.push(' ');
        }
    }
    safe
}

/// Everything in a text that has the shape of a UUID.
fn ids(text: &str) -> Vec<String> {
    text.split(|c: char| !(c.is_ascii_hexdigit() || c == '-'))
        .filter(|word| {
            word.len() == 36
                && word
                    .char_indices()
                    .all(|(at, c)| (c == '-') == matches!(at, 8 | 13 | 18 | 23))
        })
        .map(str::to_owned)
        .collect()
}

/// `parameters: $1 = 'it''s', $2 = NULL` as literals.
fn parameters(detail: &str) -> Result<Vec<String>> {
    let Some((_, mut rest)) = detail.split_once("arameters: ") else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    while let Some((_, after)) = rest.split_once(" = ") {
        let end = if after.starts_with('\'') {
            let mut end = None;
            let mut letters = after.char_indices().skip(1).peekable();
            while let Some((at, letter)) = letters.next() {
                if letter != '\'' {
                    continue;
                }
                if letters.peek().is_some_and(|(_, next)| *next == '\'') {
                    letters.next();
                    continue;
                }
                end = Some(at + 1);
                break;
            }
            end.with_context(|| format!("parameters without an end: {detail}"))?
        } else {
            after.find(", $").unwrap_or(after.len())
        };
        let (value, tail) = after.split_at(end);
        found.push(value.to_owned());
        rest = tail;
    }
    Ok(found)
}

/// Writes one script per project.
pub fn write(folder: &std::path::Path, name: &str, scripts: &[String]) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for (place, script) in scripts.iter().enumerate() {
        let file = folder.join(format!("{name}-{:02}.sql", place + 1));
        fs::write(&file, script)?;
        files.push(file);
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logged_parameters_become_literals() {
        let detail = "parameters: $1 = 'it''s, $2 = x', $2 = NULL, $3 = '{\"a\":null}'";
        assert_eq!(
            parameters(detail).unwrap(),
            ["'it''s, $2 = x'", "NULL", "'{\"a\":null}'"]
        );
        assert!(parameters("").unwrap().is_empty());
    }

    #[test]
    fn what_varies_is_computed_and_the_rest_stays() {
        let sample = Sample {
            number: 77,
            id: format!("{}00000000004d", data::ID_PREFIX),
        };
        let new = "019b1111-2222-7333-8444-555566667777";
        let statement = Statement {
            text: "update issue set x = $1 where id = $2 and version = $3 and number = $4 \
                   from unnest($5, $6, $7, $8, $9)"
                .into(),
            parameters: vec![
                "'{\"a\":true}'".into(),
                format!("'{}'", sample.id),
                "'3'".into(),
                "'77'".into(),
                format!("'{{{new}}}'"),
                "'{issue.updated}'".into(),
                "NULL".into(),
                "NULL".into(),
                "NULL".into(),
            ],
        };
        let text = statement.rendered(&sample, &[new.to_owned()]);
        assert!(text.contains("x = '{\"a\": true}'"), "{text}");
        assert!(text.contains("number = :number::bigint"), "{text}");
        assert!(
            text.contains("version = (select version from issue"),
            "{text}"
        );
        assert!(
            text.contains("'{issue.updated}'::text[], NULL::text[]"),
            "{text}"
        );
        assert!(text.contains("|| '}')::uuid[]::uuid[]"), "{text}");
        assert!(!text.contains(new), "{text}");
    }
}

//! `iit-worker` as people start and stop it.

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use testkit::{TestDb, cast, sql};
use uuid::Uuid;

struct Program {
    command: Command,
    folder: PathBuf,
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// The program with nothing of our own environment but what instrumentation needs.
fn program(arguments: &[&str], variables: &[(&str, &str)]) -> Program {
    let folder = std::env::temp_dir().join(format!("iit-worker-{}", Uuid::new_v4()));
    let mut command = Command::new(env!("CARGO_BIN_EXE_iit-worker"));
    for (name, _) in std::env::vars() {
        if name.starts_with("IIT_") || name == "DATABASE_URL" {
            command.env_remove(name);
        }
    }
    command
        .args(arguments)
        .env("IIT_STORAGE", format!("file:{}", folder.display()))
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    Program { command, folder }
}

fn output(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    program(arguments, variables).command.output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn help_tells_the_jobs_and_the_environment() {
    let output = output(&["--help"], &[]);
    assert!(output.status.success());
    let help = text(&output.stdout);
    for word in [
        "--once",
        "rollup",
        "sweep",
        "prune",
        "DATABASE_URL",
        "IIT_STATS_INTERVAL",
    ] {
        assert!(help.contains(word), "{word}");
    }
}

#[test]
fn a_word_it_does_not_know_is_named() {
    let output = output(&["--twice"], &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("--twice"));
}

#[test]
fn everything_wrong_with_the_environment_is_told_at_once() {
    let output = output(&["--once"], &[("IIT_STATS_INTERVAL", "soon")]);
    assert_eq!(output.status.code(), Some(2));
    let errors = text(&output.stderr);
    assert!(
        errors.contains("DATABASE_URL") && errors.contains("IIT_STATS_INTERVAL"),
        "{errors}"
    );
}

#[test]
fn once_runs_every_job_and_writes_json_lines() {
    let test = TestDb::new();
    let _ = cast::stage(&test.db());
    let url = test.config().url;
    let output = output(&["--once"], &[("DATABASE_URL", &url)]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let mut conn = test.superuser();
    assert_eq!(
        sql::rows(
            &mut conn,
            "select name || ' ' || last_outcome from job order by name"
        ),
        ["audit ok", "prune ok", "rollup ok", "sweep ok"]
    );
    let log = text(&output.stderr);
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let jobs: Vec<&str> = lines
        .iter()
        .filter(|line| line["message"] == "ran")
        .map(|line| line["job"].as_str().unwrap())
        .collect();
    assert_eq!(jobs, ["rollup", "sweep", "prune", "audit"]);
    let statuses = sql::number(&mut conn, "select count(*) from status");
    assert_eq!(
        sql::number(&mut conn, "select count(*) from daily_stat"),
        statuses
    );
}

#[test]
fn once_ends_badly_when_a_job_failed_and_the_others_ran() {
    let test = TestDb::new();
    let _ = cast::stage(&test.db());
    let mut conn = test.superuser();
    sql::run(&mut conn, "revoke insert on daily_stat from iit_app").unwrap();
    let url = test.config().url;
    let output = output(&["--once"], &[("DATABASE_URL", &url)]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        sql::rows(
            &mut conn,
            "select name from job where last_outcome = 'ok' order by name"
        ),
        ["audit", "prune", "sweep"]
    );
    let log = text(&output.stderr);
    let failed: Vec<&str> = log.lines().filter(|l| l.contains("ERROR")).collect();
    assert_eq!(failed.len(), 1, "said once: {log}");
    assert!(failed[0].contains("\"rollup\"") && failed[0].contains("daily_stat"));
}

#[test]
fn without_its_database_or_storage_it_says_so_and_tells_no_secret() {
    let away = ("DATABASE_URL", "postgres://iit:hunter2@%2Fnowhere/nothing");
    let unreachable = output(&["--once"], &[away]);
    assert_eq!(unreachable.status.code(), Some(1));
    let log = text(&unreachable.stderr);
    assert!(log.contains("cannot be used"), "{log}");
    assert!(!log.contains("hunter2"), "{log}");
    let no_storage = output(&["--once"], &[away, ("IIT_STORAGE", "tape:7")]);
    assert_eq!(no_storage.status.code(), Some(1));
    assert!(text(&no_storage.stderr).contains("tape:7"));
}

/// Starts it for good and reads its log until it says so.
fn started(program: &mut Program) -> (Child, BufReader<std::process::ChildStderr>, String) {
    let mut child = program.command.spawn().unwrap();
    let mut log = BufReader::new(child.stderr.take().unwrap());
    let mut read = String::new();
    while !read.contains("has started") {
        let before = read.len();
        log.read_line(&mut read).unwrap();
        assert!(read.len() > before, "it ended: {read}");
    }
    (child, log, read)
}

#[test]
fn told_to_stop_it_ends_well() {
    for signal in [Signal::TERM, Signal::INT] {
        let test = TestDb::new();
        let _ = cast::stage(&test.db());
        let url = test.config().url;
        let mut program = program(
            &[],
            &[
                ("DATABASE_URL", &url),
                ("IIT_WORKER_METRICS_LISTEN", "127.0.0.1:0"),
                ("IIT_LOG_FORMAT", "text"),
            ],
        );
        let (mut child, mut log, begin) = started(&mut program);
        assert!(begin.contains("metrics"), "{begin}");
        kill_process(Pid::from_child(&child), signal).unwrap();
        let mut rest = String::new();
        log.read_to_string(&mut rest).unwrap();
        assert!(child.wait().unwrap().success(), "{rest}");
        assert!(rest.contains("the worker has stopped"), "{rest}");
    }
}

#[test]
fn the_job_at_hand_is_finished_before_it_stops() {
    let test = TestDb::new();
    let _ = cast::stage(&test.db());
    let mut conn = test.superuser();
    sql::run(
        &mut conn,
        "begin; lock table daily_stat in access exclusive mode",
    )
    .unwrap();
    let url = test.config().url;
    let mut program = program(&[], &[("DATABASE_URL", &url)]);
    let (mut child, mut log, _) = started(&mut program);
    let mut other = test.superuser();
    crate::until("the worker waits", || {
        sql::number(
            &mut other,
            "select count(*) from pg_stat_activity
             where application_name = 'iit-worker' and wait_event_type = 'Lock'",
        ) > 0
    });
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    let mut read = String::new();
    while !read.contains("asked to stop") {
        assert!(log.read_line(&mut read).unwrap() > 0, "{read}");
    }
    assert!(
        child.try_wait().unwrap().is_none(),
        "it has something to finish"
    );
    sql::run(&mut conn, "commit").unwrap();
    log.read_to_string(&mut read).unwrap();
    assert!(child.wait().unwrap().success(), "{read}");
    let outcome = "select coalesce(last_outcome, 'none') from job where name = 'rollup'";
    assert_eq!(sql::value(&mut conn, outcome), "ok");
    assert_eq!(
        sql::rows(
            &mut conn,
            "select name from job where last_outcome is not null"
        ),
        ["rollup"],
        "nothing new was begun"
    );
}

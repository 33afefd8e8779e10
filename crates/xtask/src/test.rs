//! `cargo xtask test`: everything that proves the product, on a Postgres of its own.

use std::env;
use std::ffi::OsString;
use std::process::{Command, ExitStatus};
use std::time::Instant;

use anyhow::{Result, bail};

use crate::PassedOn;
use crate::build::{self, Profile};
use crate::contract;
use crate::coverage::{self, Instrumented};
use crate::e2e::{self, Build};
use crate::postgres::{Cluster, SUPERUSER};
use crate::proc::{self, Stopped};
use crate::project::Project;
use crate::tools;

pub const HELP: &str = "\
cargo xtask test [--no-e2e] [--no-coverage] [--release]
cargo xtask test -- <arguments of cargo test>
cargo xtask test --e2e [-- <arguments of playwright test>]
cargo xtask test --contract

Everything that proves the product, on a throw-away Postgres that is removed at the end: the
backend's tests with the lines they reach counted (at least 90 % is demanded), the browser app's
tests, the API used by generated clients and asked by a fuzzer as three roles, and the journeys
through the built product in a real browser.

  --no-e2e         no browser
  --contract       the API as foreign programs meet it only
  --no-coverage    do not count lines; builds in the folders that `cargo build` uses
  --e2e            the browser's journeys only
  --release        the journeys on the release build, as it is shipped
  -- <arguments>   only `cargo test` with these arguments, with the database it needs:
                   cargo xtask test -- -p store numbers
";

struct Options {
    e2e: bool,
    contract: bool,
    backend: bool,
    coverage: bool,
    profile: Profile,
    passed_on: Vec<OsString>,
}

pub fn main(
    project: &Project,
    mut arguments: pico_args::Arguments,
    passed_on: PassedOn,
) -> Result<()> {
    let only_e2e = arguments.contains("--e2e");
    let only_contract = arguments.contains("--contract");
    let no_e2e = arguments.contains("--no-e2e");
    let no_coverage = arguments.contains("--no-coverage");
    let profile = Profile::asked(&mut arguments);
    crate::no_more(arguments, None, HELP)?;
    if only_e2e && (no_e2e || only_contract) {
        bail!("--e2e contradicts --no-e2e and --contract");
    }
    let one_part = only_e2e || only_contract;
    let narrow = passed_on.is_some() && !one_part;
    let options = Options {
        e2e: !no_e2e && !only_contract && !narrow,
        contract: !only_e2e && !narrow,
        backend: !one_part,
        coverage: !no_coverage && !one_part && !narrow,
        profile,
        passed_on: passed_on.unwrap_or_default(),
    };
    let mut needed = vec![&tools::COMPILER, &tools::LIBPQ, &tools::POSTGRES];
    if options.coverage {
        needed.extend([&tools::LLVM_TOOLS, &tools::LLVM_COV]);
    }
    if options.e2e {
        needed.extend(tools::FOR_BROWSER_TESTS);
    }
    if options.contract {
        needed.extend(contract::FOR_DOCUMENT);
    }
    tools::ensure(project, &needed)?;
    build::make_dist(project)?;
    proc::say("Starting a throw-away Postgres");
    let cluster = Cluster::throw_away()?;
    if narrow {
        return narrow_run(project, &cluster, &options);
    }
    everything(project, &cluster, &options)
}

fn narrow_run(project: &Project, cluster: &Cluster, options: &Options) -> Result<()> {
    let mut cargo = project.cargo(["test"]);
    cargo
        .args(&options.passed_on)
        .env("IIT_TEST_DATABASE_URL", cluster.url(SUPERUSER, "postgres"));
    let status = proc::finish(&mut cargo)?;
    if !status.success() {
        bail!("`{}` failed ({status})", proc::line(&cargo));
    }
    Ok(())
}

fn everything(project: &Project, cluster: &Cluster, options: &Options) -> Result<()> {
    let begin = Instant::now();
    let instrumented = match options.coverage {
        true => Some(Instrumented::new(project)?),
        false => None,
    };
    let mut summary = Summary::default();
    if options.backend {
        backend(project, cluster, instrumented.as_ref(), &mut summary)?;
        if let Some(instrumented) = &instrumented {
            summary.add("lines reached", || measure(project, instrumented))?;
        }
        summary.add("browser app's tests", || {
            cargo_test(
                project,
                "Testing the browser app's logic",
                project.cargo(["test", "--no-fail-fast", "--package", "frontend"]),
                // Nobody reads which of its lines were reached, so none are counted.
                None,
            )
        })?;
    }
    let build = || match (&instrumented, options.profile) {
        (Some(instrumented), Profile::Debug) => Build::Instrumented(instrumented),
        (_, profile) => Build::Usual(profile),
    };
    if options.contract {
        summary.add("foreign programs", || {
            contract::run(project, cluster, build())
        })?;
    }
    if options.e2e {
        summary.add("journeys in a browser", || {
            let passed_on = if options.backend {
                &[]
            } else {
                &options.passed_on[..]
            };
            let walked = e2e::walk(project, cluster, build(), "journeys", passed_on)?;
            Ok(judged(walked.text, walked.passed, walked.status))
        })?;
    }
    summary.print(begin);
    if summary.failed() {
        bail!("not everything passed");
    }
    Ok(())
}

/// The result of one part: what to say about it, and whether it passed.
type Outcome = (String, bool);

#[derive(Default)]
struct Summary {
    rows: Vec<(&'static str, Outcome, f64)>,
}

impl Summary {
    /// Runs one part. An error counts as its failure; the other parts run all the same.
    fn add(&mut self, name: &'static str, part: impl FnOnce() -> Result<Outcome>) -> Result<()> {
        let start = Instant::now();
        let outcome = match part() {
            Ok(outcome) => outcome,
            Err(error) if error.is::<Stopped>() => return Err(error),
            Err(error) => {
                eprintln!("error: {error:#}");
                (format!("{error}"), false)
            }
        };
        self.rows
            .push((name, outcome, start.elapsed().as_secs_f64()));
        Ok(())
    }

    fn failed(&self) -> bool {
        self.rows.iter().any(|(_, (_, passed), _)| !passed)
    }

    fn print(&self, begin: Instant) {
        println!("\nSummary");
        for (name, (text, passed), seconds) in &self.rows {
            let mark = if *passed { "ok    " } else { "FAILED" };
            let time = proc::duration(*seconds);
            let text = text.lines().next().unwrap_or_default();
            println!("  {mark}  {name:22} {text}  ({time})");
        }
        let time = proc::duration(begin.elapsed().as_secs_f64());
        println!("  {time} in all\n");
    }
}

fn backend(
    project: &Project,
    cluster: &Cluster,
    instrumented: Option<&Instrumented>,
    summary: &mut Summary,
) -> Result<()> {
    let mut cargo = project.cargo(["test", "--no-fail-fast", "--workspace"]);
    cargo
        .args(["--exclude", "frontend"])
        .env("IIT_TEST_DATABASE_URL", cluster.url(SUPERUSER, "postgres"));
    summary.add("backend's tests", || {
        cargo_test(project, "Testing the backend", cargo, instrumented)
    })
}

/// Runs `cargo test` and adds up its result lines.
fn cargo_test(
    project: &Project,
    title: &str,
    mut cargo: Command,
    instrumented: Option<&Instrumented>,
) -> Result<Outcome> {
    if let Some(instrumented) = instrumented {
        instrumented.apply(&mut cargo);
    }
    if env::var_os("CARGO_TERM_COLOR").is_none() {
        cargo.env("CARGO_TERM_COLOR", "auto");
    }
    cargo.current_dir(project.root());
    let (mut passed, mut failed, mut ignored) = (0, 0, 0);
    let status = proc::watched_step(title, &mut cargo, |line| {
        if line.starts_with("test result:") {
            passed += count(line, "passed");
            failed += count(line, "failed");
            ignored += count(line, "ignored");
        }
    })?;
    let text = format!("{passed} passed, {failed} failed, {ignored} ignored");
    Ok(judged(text, passed, status))
}

/// `12 passed; 0 failed`, asked for `passed`, is 12.
fn count(line: &str, what: &str) -> u32 {
    let mut before = 0;
    for word in line.split([' ', ';', '.', '(']) {
        if word == what {
            return before;
        }
        if let Ok(number) = word.parse() {
            before = number;
        }
    }
    0
}

/// Zero tests are no proof.
fn judged(text: String, passed: u32, status: ExitStatus) -> Outcome {
    match (status.success(), passed) {
        (true, 0) => (format!("{text}: nothing ran"), false),
        (true, _) => (text, true),
        (false, _) => (format!("{text} ({status})"), false),
    }
}

fn measure(project: &Project, instrumented: &Instrumented) -> Result<Outcome> {
    proc::say("Counting the lines that the backend's tests reach");
    let mut report = instrumented.report(project)?;
    report.print_worst();
    let percent = report.percent();
    let text = format!(
        "{percent:.1} % of {}; at least {} % is demanded",
        coverage::CRATES.join(", "),
        coverage::LIMIT
    );
    Ok((text, percent >= coverage::LIMIT))
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn result_lines_are_read() {
        let line = "test result: FAILED. 12 passed; 3 failed; 1 ignored; 0 measured; 4 filtered out; finished in 0.52s";
        assert_eq!(count(line, "passed"), 12);
        assert_eq!(count(line, "failed"), 3);
        assert_eq!(count(line, "ignored"), 1);
        assert_eq!(count("nothing here", "passed"), 0);
    }
}

//! The built product, with demo data on a throw-away Postgres, in a real browser.

use std::ffi::OsString;
use std::process::ExitStatus;

use anyhow::{Result, bail};

use crate::build::{self, Profile, Programs};
use crate::coverage::Instrumented;
use crate::postgres::{Cluster, SUPERUSER};
use crate::proc;
use crate::product::{Output, Setting, TemporaryFolder};
use crate::project::Project;
use crate::tools;

const DATABASE: &str = "iit_e2e";
/// A browser or a program does in a minute what people do in a day, and need not wait for safe passwords.
pub const FOR_PROGRAMS: [(&str, &str); 8] = [
    ("IIT_REGISTRATION", "open"),
    ("IIT_LIMIT_ANONYMOUS", "0"),
    ("IIT_LIMIT_PRINCIPAL", "0"),
    ("IIT_LIMIT_SIGN_IN", "0"),
    ("IIT_LIMIT_PAGES", "0"),
    ("IIT_LIMIT_STREAMS", "0"),
    ("IIT_BCRYPT_COST", "4"),
    ("IIT_STATS_INTERVAL", "5s"),
];

/// Which build of the product to look at.
pub enum Build<'a> {
    Usual(Profile),
    /// What was built a moment ago to count lines; the same folder saves a build.
    Instrumented(&'a Instrumented),
}

pub struct Walked {
    pub status: ExitStatus,
    pub passed: u32,
    /// Playwright's closing lines in one.
    pub text: String,
}

impl Build<'_> {
    fn profile(&self) -> Profile {
        match self {
            Build::Usual(profile) => *profile,
            Build::Instrumented(_) => Profile::Debug,
        }
    }
}

/// Builds server and worker.
pub fn programs(project: &Project, build: Build) -> Result<Programs> {
    match build {
        Build::Usual(profile) => build::programs(project, profile),
        Build::Instrumented(instrumented) => {
            let mut cargo = build::cargo_for_programs(project);
            instrumented.apply(&mut cargo);
            proc::step("Building server and worker", &mut cargo)?;
            Ok(Programs::in_folder(instrumented.target.join("debug")))
        }
    }
}

/// Runs one of the projects in e2e/playwright.config.ts.
pub fn walk(
    project: &Project,
    cluster: &Cluster,
    build: Build,
    name: &str,
    passed_on: &[OsString],
) -> Result<Walked> {
    build::browser_app(project, build.profile())?;
    let programs = programs(project, build)?;
    let files = TemporaryFolder::new("iit-e2e-files")?;
    let mut setting = Setting::throw_away(cluster, DATABASE, &files)?;
    setting.defaults.extend(FOR_PROGRAMS);
    setting.prepare(project, &programs)?;
    // What autovacuum does for a database that is kept: plans rest on it.
    cluster.query(SUPERUSER, DATABASE, "analyze")?;
    proc::say("Starting server and worker for the browser");
    let mut product = setting.start(project, &programs, Output::Logged)?;

    let mut playwright = project.command(project.path("e2e/node_modules/.bin/playwright"));
    playwright
        // In one word: the option takes several names, and would take the files to walk for such.
        .args(["test".to_owned(), format!("--project={name}")])
        .args(passed_on)
        .current_dir(project.path("e2e"))
        .env("IIT_E2E_URL", format!("http://127.0.0.1:{}", setting.port))
        .env("IIT_E2E_SERVER", &programs.server);
    // What the server is told, so that a journey can have it fill a board with thousands of cards.
    let server = setting.command(project, &programs.server);
    for (name, value) in server.get_envs() {
        if let Some(value) = value {
            playwright.env(name, value);
        }
    }
    if let Some(chromium) = tools::chromium() {
        playwright.env("IIT_CHROMIUM", chromium);
    }
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    let title = format!("Walking through the product in a browser: {name}");
    let status = proc::watched_step(&title, &mut playwright, |line| {
        // Its closing lines: `  12 passed (34.5s)`.
        let mut words = line.split_whitespace();
        if let (Some(number), Some(word)) = (words.next(), words.next())
            && let Ok(number) = number.parse::<u32>()
        {
            match word {
                "passed" => passed = number,
                "failed" => failed = number,
                "skipped" => skipped = number,
                _ => {}
            }
        }
    })?;
    let ended = product.ended();
    product.stop();
    if !status.success() {
        println!(
            "    What server and worker wrote: {} and worker.log",
            project.log("server").display()
        );
    }
    if let Some(what) = ended {
        bail!("{what} while the browser was at work");
    }
    Ok(Walked {
        status,
        passed,
        text: format!("{passed} passed, {failed} failed, {skipped} skipped"),
    })
}

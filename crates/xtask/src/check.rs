//! `cargo xtask check`: what can be judged without running the product.

use std::fs;
use std::process::Command;
use std::time::Instant;

use anyhow::{Result, bail};

use crate::PassedOn;
use crate::build;
use crate::contract;
use crate::generate;
use crate::proc::{self, Stopped};
use crate::project::Project;
use crate::tools;
use crate::wasm;

pub const HELP: &str = "\
cargo xtask check

Formatting, warnings (denied) for the server's half and the browser's half, the WebAssembly
build, types of the end-to-end tests, whether generated files and docker-compose.yml are what they
should be, and whether the API's document is valid and keeps e2e/contract/redocly.yaml. All checks run, also after one has failed.
";

type Check = (&'static str, fn(&Project) -> Result<()>);

const CHECKS: &[Check] = &[
    ("formatting", formatting),
    ("warnings, native", warnings_native),
    ("warnings, WebAssembly", warnings_wasm),
    ("WebAssembly build", wasm_build),
    ("generated files", generated_files),
    ("API's document", contract::document),
    ("types of e2e/", types),
    ("docker-compose.yml", compose),
];

pub fn main(project: &Project, arguments: pico_args::Arguments, passed_on: PassedOn) -> Result<()> {
    crate::no_more(arguments, passed_on, HELP)?;
    let mut needed = vec![
        &tools::COMPILER,
        &tools::LIBPQ,
        &tools::POSTGRES,
        &tools::RUSTFMT,
        &tools::CLIPPY,
        &tools::WASM_TARGET,
    ];
    needed.extend(contract::FOR_DOCUMENT);
    tools::ensure(project, &needed)?;
    build::make_dist(project)?;
    let mut rows = Vec::new();
    for (name, check) in CHECKS {
        let start = Instant::now();
        let passed = match check(project) {
            Ok(()) => true,
            Err(error) if error.is::<Stopped>() => return Err(error),
            Err(error) => {
                eprintln!("error: {error:#}");
                false
            }
        };
        rows.push((name, passed, start.elapsed().as_secs_f64()));
    }
    println!("\nSummary");
    for (name, passed, seconds) in &rows {
        let mark = if *passed { "ok    " } else { "FAILED" };
        println!("  {mark}  {name:22} ({})", proc::duration(*seconds));
    }
    if rows.iter().any(|(_, passed, _)| !passed) {
        bail!("not every check passed");
    }
    Ok(())
}

fn formatting(project: &Project) -> Result<()> {
    let mut cargo = project.cargo(["fmt", "--all", "--check"]);
    proc::step("Formatting", &mut cargo)
}

fn warnings_native(project: &Project) -> Result<()> {
    let mut cargo = project.cargo(["clippy", "--workspace", "--all-targets"]);
    proc::step(
        "Warnings in everything that runs here",
        cargo.args(["--", "-D", "warnings"]),
    )
}

fn warnings_wasm(project: &Project) -> Result<()> {
    let mut cargo = build::web_command(project, "cargo")?;
    if wasm::path().is_empty() {
        cargo
            .args(["clippy", "--package", "frontend", "--target", wasm::TARGET])
            .args(["--", "-D", "warnings"]);
    } else {
        println!("    Debian's compiler for WebAssembly has no clippy; rustc's own warnings only");
        cargo
            .args(["check", "--package", "frontend", "--target", wasm::TARGET])
            .env("CARGO_BUILD_WARNINGS", "deny")
            .env("RUSTFLAGS", "-Dwarnings");
    }
    proc::step("Warnings in the browser app", &mut cargo)
}

fn wasm_build(project: &Project) -> Result<()> {
    let mut cargo = build::web_command(project, "cargo")?;
    cargo.args(["build", "--package", "frontend", "--target", wasm::TARGET]);
    proc::step("Building the browser app's WebAssembly", &mut cargo)
}

fn generated_files(project: &Project) -> Result<()> {
    let mut outdated = Vec::new();
    for file in generate::FILES {
        let wanted = file.text(project)?;
        if file
            .current(project)
            .is_some_and(|current| current == wanted)
        {
            println!("    {} is up to date", file.path);
            continue;
        }
        println!("    {} is not what it should be:", file.path);
        outdated.push(file.name);
        let fresh = project.log(file.name).with_extension("wanted");
        if let Some(folder) = fresh.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&fresh, wanted)?;
        let mut diff = project.command("diff");
        diff.args(["-u", "--new-file", file.path]).arg(&fresh);
        let difference = diff.output()?;
        let text = String::from_utf8_lossy(&difference.stdout);
        for line in text.lines().take(40) {
            println!("    {line}");
        }
    }
    if !outdated.is_empty() {
        bail!(
            "out of date; run: cargo xtask generate {}",
            outdated.join(" ")
        );
    }
    Ok(())
}

fn types(project: &Project) -> Result<()> {
    let mut tsc = project.command(project.path("e2e/node_modules/.bin/tsc"));
    tsc.arg("--noEmit").current_dir(project.path("e2e"));
    proc::step("Types of the end-to-end tests", &mut tsc)
}

/// Docker's own validation, where it is installed; no engine is needed for it.
fn compose(project: &Project) -> Result<()> {
    if !proc::succeeds(Command::new("docker").args(["compose", "version"])) {
        println!("    docker compose is not installed here; docker-compose.yml is not validated");
        return Ok(());
    }
    let mut docker = project.command("docker");
    docker
        .args(["compose", "--profile", "proxy", "config", "--quiet"])
        .env("IIT_SECRET_KEY", "only-to-validate-the-file-0123456789")
        .env("IIT_DB_OWNER_PASSWORD", "owner")
        .env("IIT_DB_APP_PASSWORD", "app")
        .env("POSTGRES_PASSWORD", "postgres");
    proc::step("docker-compose.yml", &mut docker)
}

//! The API as foreign programs meet it: its document judged by strict tools, clients that public
//! generators make of it at work, and requests that nobody thought of.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::e2e::{self, Build};
use crate::postgres::Cluster;
use crate::proc;
use crate::product::{Output, Setting, TemporaryFolder};
use crate::project::Project;
use crate::python;
use crate::tools::{self, Tool};

const DATABASE: &str = "iit_contract";
/// As the repository keeps it.
const DOCUMENT: &str = "crates/server/openapi.json";
/// The types of the document, as TypeScript knows them; not kept in the repository.
const TYPES: &str = "e2e/contract/generated/api.d.ts";

/// Who asks what nobody thought of, and how: every limit of every field is tried by the one whom no
/// right stops before.
const ROLES: [(&str, &str); 3] = [
    ("reporter", "examples,fuzzing"),
    ("maintainer", "examples,fuzzing"),
    ("admin", "examples,coverage,fuzzing"),
];

/// What it takes to judge the document.
pub static FOR_DOCUMENT: &[&Tool] = &[
    &tools::NODE,
    &tools::E2E_PACKAGES,
    &tools::PYTHON,
    &tools::PYTHON_PACKAGES,
];

/// Valid OpenAPI, and what redocly.yaml demands beyond that.
pub fn document(project: &Project) -> Result<()> {
    let mut validator = python::command(project, "openapi-spec-validator")?;
    validator.arg(DOCUMENT);
    proc::step("The API's document is valid OpenAPI", &mut validator)?;
    let mut lint = project.command("node");
    lint.args(["e2e/contract/lint.mjs", DOCUMENT]);
    proc::step("The API's document keeps our rules", &mut lint)?;
    // Before the types of e2e/ are checked, which need them.
    types(project)
}

/// Types of the document for TypeScript, which the types of e2e/ are checked with.
pub fn types(project: &Project) -> Result<()> {
    let mut generator = project.command(project.path("e2e/node_modules/.bin/openapi-typescript"));
    generator.args([DOCUMENT, "--output", TYPES]);
    proc::quiet_step(
        "Types of the API for TypeScript",
        &mut generator,
        &project.log("openapi-typescript"),
    )
}

/// A Python client of the document; the folder that has it.
fn python_client(project: &Project) -> Result<PathBuf> {
    let folder = project.target().join("contract");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let mut generator = python::command(project, "openapi-python-client")?;
    generator
        .args([
            "generate",
            "--overwrite",
            "--meta",
            "none",
            "--fail-on-warning",
        ])
        .args(["--path", DOCUMENT, "--output-path"])
        .arg(folder.join("iit_client"));
    proc::quiet_step(
        "A Python client of the API",
        &mut generator,
        &project.log("openapi-python-client"),
    )?;
    Ok(folder)
}

/// The whole of it, against the product with demo data. What to say about it, and whether it passed.
pub fn run(project: &Project, cluster: &Cluster, build: Build) -> Result<(String, bool)> {
    types(project)?;
    let clients = python_client(project)?;
    let programs = e2e::programs(project, build)?;
    let files = TemporaryFolder::new("iit-contract-files")?;
    let mut setting = Setting::throw_away(cluster, DATABASE, &files)?;
    setting.defaults.extend(e2e::FOR_PROGRAMS);
    setting.prepare(project, &programs)?;
    proc::say("Starting server and worker for foreign programs");
    let mut product = setting.start(project, &programs, Output::Logged)?;
    let url = format!("http://127.0.0.1:{}", setting.port);

    let (mut passed, mut failed) = (0, Vec::new());
    let mut part = |name: &str, command: Result<Command>| -> Result<()> {
        let mut command = command?;
        command.env("IIT_E2E_URL", &url);
        let status = proc::watched_step(name, &mut command, |_| {})?;
        match status.success() {
            true => passed += 1,
            false => failed.push(name.to_owned()),
        }
        Ok(())
    };
    part(
        "A generated Python client at work",
        pytest(project, &clients),
    )?;
    part("A generated TypeScript client at work", playwright(project))?;
    for (role, phases) in ROLES {
        let title = format!("Requests that nobody thought of, as {role}");
        part(&title, schemathesis(project, role, phases))?;
    }
    let ended = product.ended();
    product.stop();
    if let Some(what) = ended {
        bail!("{what} while programs were at work");
    }
    for name in &failed {
        println!("    failed: {name}");
    }
    let text = format!("{passed} passed, {} failed", failed.len());
    Ok((text, failed.is_empty()))
}

fn pytest(project: &Project, clients: &Path) -> Result<Command> {
    let mut command = python::command(project, "pytest")?;
    command
        .args(["-q", "-p", "no:cacheprovider", "e2e/contract/roundtrip.py"])
        .env("PYTHONPATH", clients);
    Ok(command)
}

fn playwright(project: &Project) -> Result<Command> {
    let mut command = project.command(project.path("e2e/node_modules/.bin/playwright"));
    command
        .args(["test", "--project", "contract"])
        .current_dir(project.path("e2e"));
    Ok(command)
}

fn schemathesis(project: &Project, role: &str, phases: &str) -> Result<Command> {
    let mut command = python::command(project, "schemathesis")?;
    command
        .args([
            "--config-file",
            "e2e/contract/schemathesis.toml",
            "run",
            DOCUMENT,
            "--phases",
            phases,
        ])
        .env("IIT_ROLE", role);
    Ok(command)
}

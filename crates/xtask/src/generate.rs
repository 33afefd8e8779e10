//! Files in the repository that are made from something else.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::PassedOn;
use crate::build::Profile;
use crate::e2e::{self, Build};
use crate::postgres::{Cluster, DATABASE, OWNER};
use crate::proc;
use crate::project::Project;
use crate::{schema, tools};

pub const HELP: &str = "\
cargo xtask generate [schema|openapi]...
cargo xtask generate screenshots

Writes the generated files that are kept in the repository; without a name, schema and openapi.

  schema         crates/store/src/schema.rs, from migrations/ on a throw-away Postgres
  openapi        crates/server/openapi.json, from `iit-server openapi`
  screenshots    e2e/screenshots/, the README's pictures, from the release build in a browser
";

/// One generated file: its name on the command line, its place, and how its text comes about.
pub struct Generated {
    pub name: &'static str,
    pub path: &'static str,
    make: fn(&Project) -> Result<String>,
}

pub const FILES: &[Generated] = &[
    Generated {
        name: "schema",
        path: "crates/store/src/schema.rs",
        make: schema_rs,
    },
    Generated {
        name: "openapi",
        path: "crates/server/openapi.json",
        make: openapi_json,
    },
];

impl Generated {
    /// The text the file should have.
    pub fn text(&self, project: &Project) -> Result<String> {
        (self.make)(project).with_context(|| format!("cannot generate {}", self.path))
    }

    /// The text the file has; nothing when there is no file.
    pub fn current(&self, project: &Project) -> Option<String> {
        fs::read_to_string(project.path(self.path)).ok()
    }
}

pub fn main(
    project: &Project,
    mut arguments: pico_args::Arguments,
    passed_on: PassedOn,
) -> Result<()> {
    let mut wanted = Vec::new();
    let mut pictures = false;
    while let Some(name) = arguments.opt_free_from_str::<String>()? {
        if name == "screenshots" {
            pictures = true;
            continue;
        }
        if !FILES.iter().any(|file| file.name == name) {
            bail!("there is nothing called `{name}` to generate\n\n{HELP}");
        }
        wanted.push(name);
    }
    crate::no_more(arguments, passed_on, HELP)?;
    if pictures {
        screenshots(project)?;
        if wanted.is_empty() {
            return Ok(());
        }
    }
    for file in FILES {
        if !wanted.is_empty() && !wanted.iter().any(|name| name == file.name) {
            continue;
        }
        let text = file.text(project)?;
        if file.current(project).is_some_and(|current| current == text) {
            println!("{} is up to date", file.path);
            continue;
        }
        fs::write(project.path(file.path), text)
            .with_context(|| format!("cannot write {}", file.path))?;
        println!("{} written", file.path);
    }
    Ok(())
}

/// Not compared by `check`: no two browsers paint the same bytes.
fn screenshots(project: &Project) -> Result<()> {
    let mut needed = vec![&tools::COMPILER, &tools::LIBPQ, &tools::POSTGRES];
    needed.extend(tools::FOR_BROWSER_TESTS);
    tools::ensure(project, &needed)?;
    let cluster = Cluster::throw_away()?;
    let build = Build::Usual(Profile::Release);
    let walked = e2e::walk(project, &cluster, build, "screenshots", &[])?;
    if !walked.status.success() {
        bail!("the pictures could not be taken: {}", walked.text);
    }
    Ok(())
}

fn schema_rs(project: &Project) -> Result<String> {
    let cluster = Cluster::throw_away()?;
    cluster.provision(DATABASE)?;
    apply_migrations(project, &cluster)?;
    formatted(&schema::describe(&cluster)?)
}

/// Runs every `up.sql`, in order, as the owner. Each in one transaction, as Diesel does.
fn apply_migrations(project: &Project, cluster: &Cluster) -> Result<()> {
    for migration in project.list("migrations")? {
        let file = migration.join("up.sql");
        if !file.is_file() {
            continue;
        }
        let mut psql = cluster.psql(OWNER, DATABASE);
        if !outside_of_a_transaction(&migration) {
            psql.arg("--single-transaction");
        }
        proc::capture(psql.arg("-f").arg(&file))?;
    }
    Ok(())
}

fn outside_of_a_transaction(migration: &Path) -> bool {
    fs::read_to_string(migration.join("metadata.toml")).is_ok_and(|text| {
        let text: String = text.split_whitespace().collect();
        text.contains("run_in_transaction=false")
    })
}

fn formatted(source: &str) -> Result<String> {
    use std::io::Write;
    let mut rustfmt = Command::new("rustfmt")
        .args(["--edition", "2024", "--emit", "stdout", "--quiet"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start rustfmt (rustup component add rustfmt)")?;
    if let Some(mut stdin) = rustfmt.stdin.take() {
        stdin.write_all(source.as_bytes())?;
    }
    let output = rustfmt.wait_with_output()?;
    if !output.status.success() {
        bail!("rustfmt refused the generated text");
    }
    Ok(String::from_utf8(output.stdout)?)
}

fn openapi_json(project: &Project) -> Result<String> {
    fs::create_dir_all(project.path("dist"))?;
    let mut build = project.cargo(["build", "--package", "server", "--bin", "iit-server"]);
    proc::step(
        "Building the server, which describes its own API",
        &mut build,
    )?;
    let server = project.target().join("debug/iit-server");
    let text = proc::capture(project.command(server).arg("openapi"))?;
    Ok(format!("{}\n", text.trim_end()))
}

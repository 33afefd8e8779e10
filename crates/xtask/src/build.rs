//! Building the programs: server and worker by Cargo, the browser app by Trunk.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};
use rustix::fs::{FlockOperation, flock};

use crate::PassedOn;
use crate::proc;
use crate::project::Project;
use crate::{tools, wasm};

pub const HELP: &str = "\
cargo xtask build [--release]

Builds the browser app, the server, the worker and the command line `iit`, and says where they
are. With --release the server has the browser app inside; without, it reads it from dist/.
";

pub fn main(
    project: &Project,
    mut arguments: pico_args::Arguments,
    passed_on: PassedOn,
) -> Result<()> {
    let profile = Profile::asked(&mut arguments);
    crate::no_more(arguments, passed_on, HELP)?;
    let mut needed = vec![&tools::COMPILER, &tools::LIBPQ];
    needed.extend(tools::FOR_WEB);
    tools::ensure(project, &needed)?;
    browser_app(project, profile)?;
    let Programs { server, worker } = programs(project, profile)?;
    let mut cargo = project.cargo(["build", "--package", "cli"]);
    cargo.args(profile.flag());
    proc::step("Building the command line", &mut cargo)?;
    let cli = server.with_file_name("iit");
    for program in [server, worker, cli] {
        println!("    {}", program.display());
    }
    Ok(())
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    Debug,
    Release,
}

impl Profile {
    /// The one that the command line asks for.
    pub fn asked(arguments: &mut pico_args::Arguments) -> Self {
        if arguments.contains("--release") {
            Profile::Release
        } else {
            Profile::Debug
        }
    }

    pub fn folder(self) -> &'static str {
        match self {
            Profile::Debug => "debug",
            Profile::Release => "release",
        }
    }

    fn flag(self) -> Option<&'static str> {
        (self == Profile::Release).then_some("--release")
    }
}

/// The two programs that make up the product.
pub struct Programs {
    pub server: PathBuf,
    pub worker: PathBuf,
}

impl Programs {
    pub fn in_folder(folder: PathBuf) -> Self {
        Self {
            server: folder.join("iit-server"),
            worker: folder.join("iit-worker"),
        }
    }
}

/// `cargo build` of the two programs, with nothing else decided.
pub fn cargo_for_programs(project: &Project) -> Command {
    let mut cargo = project.cargo(["build", "--bins"]);
    cargo.args(["--package", "server", "--package", "worker"]);
    cargo
}

pub fn programs(project: &Project, profile: Profile) -> Result<Programs> {
    let mut cargo = cargo_for_programs(project);
    cargo.args(profile.flag());
    proc::step(
        "Building server and worker (minutes the first time, seconds later)",
        &mut cargo,
    )?;
    Ok(Programs::in_folder(project.target().join(profile.folder())))
}

/// Builds the browser app into `dist/`. A debug server reads it from there; a release server has
/// it inside, so build this first.
pub fn browser_app(project: &Project, profile: Profile) -> Result<()> {
    // Two of Trunk's builds in one tree would take each other's half-written files.
    let folder = project.path("target/web");
    fs::create_dir_all(&folder).context("cannot make target/web")?;
    let lock = fs::File::create(folder.join("lock")).context("cannot make target/web/lock")?;
    flock(&lock, FlockOperation::LockExclusive).context("cannot lock target/web/lock")?;
    let mut trunk = web_command(project, "trunk")?;
    trunk
        .args(["build", "--config"])
        .arg(project.path("Trunk.toml"));
    trunk.args(profile.flag());
    proc::step(
        "Building the browser app (minutes the first time, seconds later)",
        &mut trunk,
    )
}

/// A command with the tools of the browser app on its PATH, and with a build folder of its own:
/// builds for the browser and for this machine then never wait for each other.
pub fn web_command(project: &Project, program: &str) -> Result<Command> {
    let fallback = wasm::path();
    let mut folders = fallback.clone();
    folders.push(project.path("frontend/node_modules/.bin"));
    let path = tools::path(&folders);
    // Where to look for the program itself is decided by our PATH, not by the child's.
    let found = std::env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
        .with_context(|| format!("{program} is not installed"))?;
    let mut command = project.command(found);
    if let Some(folder) = fallback.first() {
        command
            .env("CARGO", folder.join("cargo"))
            .env_remove("RUSTUP_TOOLCHAIN");
    }
    command
        .env("PATH", path)
        .env("CARGO_TARGET_DIR", project.path("target/web"))
        // No browser reads it, and writing it for wasm-bindgen to throw away takes a quarter of the build.
        // Panics name their file and line all the same, and functions keep their names.
        .env("CARGO_PROFILE_DEV_DEBUG", "0");
    Ok(command)
}

/// The server's crate embeds `dist/`; without the folder it would not even compile.
pub fn make_dist(project: &Project) -> Result<()> {
    fs::create_dir_all(project.path("dist")).context("cannot make dist/")
}

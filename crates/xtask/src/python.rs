//! Python packages in a folder of our own, so that nobody's other versions are touched.

use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::proc;
use crate::project::Project;
use crate::tools;

/// What is installed, with every version.
const REQUIREMENTS: &str = "e2e/contract/requirements.txt";
/// Written into the folder when everything is there.
const STAMP: &str = "complete";

/// Whether there is a Python that can make such a folder.
pub fn present() -> bool {
    let can = "import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 10))";
    proc::succeeds(Command::new("python3").args(["-c", can]))
}

/// One folder for each list of versions: two work trees may want different ones.
fn folder(project: &Project) -> Result<PathBuf> {
    let wanted = fs::read(project.path(REQUIREMENTS))
        .with_context(|| format!("cannot read {REQUIREMENTS}"))?;
    let mut hasher = DefaultHasher::new();
    hasher.write(&wanted);
    Ok(tools::cache()?.join(format!("python-{:016x}", hasher.finish())))
}

/// Whether the packages are installed.
pub fn ready(project: &Project) -> bool {
    folder(project).is_ok_and(|folder| folder.join(STAMP).is_file())
}

/// Installs the packages.
pub fn install(project: &Project) -> Result<()> {
    let folder = folder(project)?;
    // What an interrupted run has left.
    let _ = fs::remove_dir_all(&folder);
    let log = project.log("python");
    let mut venv = project.command("python3");
    venv.args(["-m", "venv"]).arg(&folder);
    proc::quiet_step("Making a folder for Python packages", &mut venv, &log)?;
    let mut pip = project.command(folder.join("bin/pip"));
    pip.args(["install", "--disable-pip-version-check", "--no-input"])
        .args(["--requirement", REQUIREMENTS]);
    proc::quiet_step("Installing Python packages", &mut pip, &log)?;
    fs::write(folder.join(STAMP), "").context("cannot say that the packages are there")
}

/// A program of those packages, with the others on its PATH.
pub fn command(project: &Project, program: &str) -> Result<Command> {
    let bin = folder(project)?.join("bin");
    let mut command = project.command(bin.join(program));
    command
        .env("PATH", tools::path(&[bin]))
        .env("PYTHONDONTWRITEBYTECODE", "1");
    Ok(command)
}

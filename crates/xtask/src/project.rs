//! Where things are in the work tree, and the commands that every task starts from.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

pub struct Project {
    root: PathBuf,
}

impl Project {
    /// The work tree this program was started from.
    pub fn find() -> Result<Self> {
        let manifest = env::var("CARGO_MANIFEST_DIR").unwrap_or(env!("CARGO_MANIFEST_DIR").into());
        let root = Path::new(&manifest).join("../..");
        let root = root
            .canonicalize()
            .with_context(|| format!("no work tree at {}", root.display()))?;
        Ok(Self { root })
    }

    pub fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Cargo's folder for native builds.
    pub fn target(&self) -> PathBuf {
        env::var_os("CARGO_TARGET_DIR").map_or_else(|| self.path("target"), |p| self.root.join(p))
    }

    /// Where `quiet_step` keeps what a command printed.
    pub fn log(&self, name: &str) -> PathBuf {
        self.path("target/xtask").join(format!("{name}.log"))
    }

    /// What `cargo xtask run` keeps between two starts; private to the user.
    pub fn data(&self) -> Result<PathBuf> {
        let data = self.path("data");
        fs::create_dir_all(&data).with_context(|| format!("cannot make {}", data.display()))?;
        Ok(data)
    }

    /// A command that runs at the top of the work tree.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        // Set by `cargo run` for us alone; inherited, they would make nested builds look changed.
        for (name, _) in env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
                command.env_remove(&name);
            }
        }
        command
    }

    pub fn cargo<const N: usize>(&self, arguments: [&str; N]) -> Command {
        let mut command = self.command("cargo");
        command.args(arguments);
        command
    }

    /// Paths below `folder`, in order of their names.
    pub fn list(&self, folder: &str) -> Result<Vec<PathBuf>> {
        let folder = self.path(folder);
        let mut found = Vec::new();
        for entry in
            fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?
        {
            found.push(entry?.path());
        }
        found.sort();
        Ok(found)
    }
}

//! Which lines of the backend the tests reach, by cargo-llvm-cov.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::proc;
use crate::project::Project;
use crate::tools;

/// The least share of lines, in percent, that the tests must reach.
pub const LIMIT: f64 = 90.0;
/// The crates it is demanded of.
pub const CRATES: &[&str] = &["domain", "store", "server", "worker", "client", "cli"];
/// Not counted: entry points, which only call what is tested, and generated code.
const LEFT_OUT: &[&str] = &["main.rs", "schema.rs"];

/// The environment in which Cargo builds programs that count, and such programs write down what
/// they have counted.
pub struct Instrumented {
    variables: Vec<(String, String)>,
    pub target: PathBuf,
}

impl Instrumented {
    pub fn new(project: &Project) -> Result<Self> {
        let target = project.path("target/coverage");
        let mut show = Self::llvm_cov(project, &target);
        let text = proc::capture(show.arg("show-env"))?;
        let mut variables = vec![(
            "CARGO_TARGET_DIR".to_owned(),
            target.to_string_lossy().into_owned(),
        )];
        for line in text.lines() {
            let Some((name, value)) = line.split_once('=') else {
                bail!("cargo llvm-cov show-env printed: {line}");
            };
            variables.push((name.to_owned(), unquoted(value)));
        }
        let it = Self { variables, target };
        // What earlier runs have counted.
        proc::capture(
            it.apply(&mut Self::llvm_cov(project, &it.target))
                .args(["clean", "--profraw-only"]),
        )?;
        it.forget_programs()?;
        Ok(it)
    }

    /// Removes the programs of earlier builds: the report takes every program that it finds, and one of
    /// sources that are no more has lines that nobody can reach. Libraries stay, so little is built anew.
    fn forget_programs(&self) -> Result<()> {
        let Ok(folder) = fs::read_dir(self.target.join("debug/deps")) else {
            return Ok(());
        };
        for entry in folder {
            let path = entry?.path();
            if path.extension().is_none() && path.is_file() {
                fs::remove_file(&path)
                    .with_context(|| format!("cannot remove {}", path.display()))?;
            }
        }
        Ok(())
    }

    pub fn apply<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.envs(self.variables.iter().map(|(name, value)| (name, value)))
    }

    fn llvm_cov(project: &Project, target: &PathBuf) -> Command {
        let mut command = project.command("cargo");
        command
            .arg("llvm-cov")
            .env("PATH", tools::path(&[]))
            .env("CARGO_TARGET_DIR", target);
        if let Some(folder) = tools::llvm_tools() {
            command
                .env("LLVM_COV", folder.join("llvm-cov"))
                .env("LLVM_PROFDATA", folder.join("llvm-profdata"));
        }
        command
    }

    pub fn report(&self, project: &Project) -> Result<Report> {
        let mut command = Self::llvm_cov(project, &self.target);
        self.apply(&mut command)
            .args(["report", "--json", "--summary-only"]);
        for name in CRATES {
            command.args(["--package", name]);
        }
        let document: Value = serde_json::from_str(&proc::capture(&mut command)?)?;
        let files = document
            .pointer("/data/0/files")
            .and_then(Value::as_array)
            .context("cargo llvm-cov reports no files")?;
        let mut report = Report::default();
        for file in files {
            let name = file
                .get("filename")
                .and_then(Value::as_str)
                .unwrap_or_default();
            let Ok(name) = std::path::Path::new(name).strip_prefix(project.root()) else {
                continue;
            };
            let counted = CRATES
                .iter()
                .any(|package| name.starts_with(format!("crates/{package}/src")));
            let left_out = LEFT_OUT.iter().any(|end| name.ends_with(end));
            let number = |field: &str| {
                file.pointer(&format!("/summary/lines/{field}"))
                    .and_then(Value::as_u64)
            };
            if let (true, false, Some(lines), Some(reached)) =
                (counted, left_out, number("count"), number("covered"))
            {
                report.files.push(File {
                    name: name.display().to_string(),
                    lines,
                    reached,
                });
            }
        }
        Ok(report)
    }
}

#[derive(Default)]
pub struct Report {
    files: Vec<File>,
}

struct File {
    name: String,
    lines: u64,
    reached: u64,
}

impl Report {
    /// Of all lines, in percent.
    pub fn percent(&self) -> f64 {
        let lines: u64 = self.files.iter().map(|file| file.lines).sum();
        let reached: u64 = self.files.iter().map(|file| file.reached).sum();
        if lines == 0 {
            return 0.0;
        }
        100.0 * reached as f64 / lines as f64
    }

    /// The files with most lines that no test reaches.
    pub fn print_worst(&mut self) {
        let missing = |file: &File| file.lines.saturating_sub(file.reached);
        self.files
            .sort_by_key(|file| std::cmp::Reverse(missing(file)));
        println!("\nLines that no test reaches, where they are most:");
        for file in self.files.iter().filter(|file| missing(file) > 0).take(20) {
            println!("{:6} of {:6}  {}", missing(file), file.lines, file.name);
        }
    }
}

/// Undoes the quoting of a shell: `'it'\''s'` is `it's`.
fn unquoted(text: &str) -> String {
    let mut plain = String::new();
    let mut quoted = false;
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\'' => quoted = !quoted,
            '\\' if !quoted => plain.extend(letters.next()),
            other => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::unquoted;

    #[test]
    fn quoted_values_are_read_as_a_shell_would() {
        assert_eq!(unquoted("plain"), "plain");
        assert_eq!(unquoted("'/a b/%p.profraw'"), "/a b/%p.profraw");
        assert_eq!(unquoted(r"'it'\''s'"), "it's");
    }
}

//! Every program the tasks need: which version, what for, and how to get it. One table.
//!
//! What is already installed in the right version is used. What `cargo install` makes goes into
//! a folder of our own (shared by all clones), so nobody's other version is replaced.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use rustix::process::getuid;

use crate::postgres::Binaries;
use crate::proc;
use crate::project::Project;
use crate::python;
use crate::wasm;

pub struct Tool {
    name: &'static str,
    purpose: &'static str,
    present: fn(&Project) -> bool,
    get: Get,
}

enum Get {
    /// Debian packages.
    Apt(&'static [&'static str]),
    /// `cargo install` with these arguments and this environment.
    Cargo(
        &'static [&'static str],
        &'static [(&'static str, &'static str)],
    ),
    /// A component of the Rust toolchain.
    Rustup(&'static str),
    /// The packages that a folder's package-lock.json lists.
    Npm(&'static str),
    /// Its own way, and that way in words.
    Own(fn(&Project) -> Result<()>, &'static str),
}

pub static COMPILER: Tool = Tool {
    name: "C compiler",
    purpose: "links Rust programs",
    present: |_| on_path("cc"),
    get: Get::Apt(&["build-essential"]),
};

pub static LIBPQ: Tool = Tool {
    name: "libpq",
    purpose: "the server talks to Postgres through it",
    present: |_| {
        [
            "/usr/include/postgresql/libpq-fe.h",
            "/usr/include/libpq-fe.h",
        ]
        .iter()
        .any(|header| Path::new(header).exists())
            || on_path("pg_config")
    },
    get: Get::Apt(&["libpq-dev"]),
};

pub static POSTGRES: Tool = Tool {
    name: "PostgreSQL 15 or newer",
    purpose: "the database",
    present: |_| !Binaries::installed().is_empty(),
    get: Get::Apt(&["postgresql"]),
};

pub static NODE: Tool = Tool {
    name: "Node 18 or newer, npm",
    purpose: "runs the style sheet's compiler and the browser tests",
    present: |_| {
        let version = proc::capture(Command::new("node").arg("--version"));
        let major = version.ok().and_then(|text| {
            let number = text.trim().trim_start_matches('v').split('.').next()?;
            number.parse::<u32>().ok()
        });
        major.is_some_and(|major| major >= 18) && on_path("npm")
    },
    get: Get::Apt(&["nodejs", "npm"]),
};

pub static PYTHON: Tool = Tool {
    name: "Python 3.10 or newer, venv",
    purpose: "runs foreign tools that judge the API",
    present: |_| python::present(),
    get: Get::Apt(&["python3", "python3-venv"]),
};

pub static PYTHON_PACKAGES: Tool = Tool {
    name: "Python packages of e2e/contract/",
    purpose: "judge the API's document and use the API",
    present: python::ready,
    get: Get::Own(
        python::install,
        "pip install -r e2e/contract/requirements.txt, in a folder of its own",
    ),
};

pub static CHROMIUM: Tool = Tool {
    name: "Chromium",
    purpose: "the browser of the end-to-end tests",
    present: |_| chromium().is_some(),
    get: Get::Apt(&["chromium"]),
};

pub static FRONTEND_PACKAGES: Tool = Tool {
    name: "npm packages of frontend/",
    purpose: "Tailwind, daisyUI and wasm-opt",
    present: |project| npm_up_to_date(&project.path("frontend")).unwrap_or(false),
    get: Get::Npm("frontend"),
};

pub static E2E_PACKAGES: Tool = Tool {
    name: "npm packages of e2e/",
    purpose: "Playwright, axe, and what judges the API's document",
    present: |project| npm_up_to_date(&project.path("e2e")).unwrap_or(false),
    get: Get::Npm("e2e"),
};

pub static WASM_TARGET: Tool = Tool {
    name: "wasm32-unknown-unknown",
    purpose: "compiles the browser app",
    present: |_| wasm::ready(),
    get: Get::Own(
        wasm::install,
        "rustup target add wasm32-unknown-unknown, or Debian's rustc-web",
    ),
};

/// Must be the version of the crate in Cargo.lock. `--locked` is left out because its lock file
/// names a crate version that some mirrors do not have.
pub static WASM_BINDGEN: Tool = Tool {
    name: "wasm-bindgen 0.2.130",
    purpose: "joins the browser app to JavaScript",
    present: |_| prints(&["wasm-bindgen", "--version"], "wasm-bindgen 0.2.130"),
    get: Get::Cargo(
        &["wasm-bindgen-cli@0.2.130"],
        &[("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")],
    ),
};

/// As a debug build it is ready in a third of the time and just as fast: others do the work.
/// Without its default features it cannot download tools, and it need not.
pub static TRUNK: Tool = Tool {
    name: "trunk 0.21.14",
    purpose: "builds the browser app",
    present: |_| prints(&["trunk", "--version"], "trunk 0.21.14"),
    get: Get::Cargo(
        &[
            "--debug",
            "--locked",
            "--no-default-features",
            "trunk@0.21.14",
        ],
        &[("CARGO_PROFILE_DEV_DEBUG", "0")],
    ),
};

pub static LLVM_COV: Tool = Tool {
    name: "cargo-llvm-cov 0.9.1",
    purpose: "measures which lines the tests reach",
    present: |_| {
        prints(
            &["cargo-llvm-cov", "llvm-cov", "--version"],
            "cargo-llvm-cov 0.9.1",
        )
    },
    get: Get::Cargo(
        &["--debug", "--locked", "cargo-llvm-cov@0.9.1"],
        &[("CARGO_PROFILE_DEV_DEBUG", "0")],
    ),
};

pub static LLVM_TOOLS: Tool = Tool {
    name: "LLVM's coverage tools",
    purpose: "read what the tests have counted",
    present: |_| llvm_tools().is_some(),
    get: Get::Own(
        install_llvm_tools,
        "rustup component add llvm-tools, or Debian's llvm of the same version",
    ),
};

pub static WRK: Tool = Tool {
    name: "wrk",
    purpose: "makes the requests that are measured",
    present: |_| on_path("wrk"),
    get: Get::Apt(&["wrk"]),
};

pub static PGBENCH: Tool = Tool {
    name: "pgbench",
    purpose: "measures what Postgres alone can do",
    present: |_| {
        Binaries::installed()
            .first()
            .is_some_and(|newest| newest.program("pgbench").is_file())
    },
    get: Get::Apt(&["postgresql"]),
};

pub static RUSTFMT: Tool = Tool {
    name: "rustfmt",
    purpose: "formats Rust code",
    present: |_| prints(&["cargo", "fmt", "--version"], "rustfmt"),
    get: Get::Rustup("rustfmt"),
};

pub static CLIPPY: Tool = Tool {
    name: "clippy",
    purpose: "finds suspicious Rust code",
    present: |_| prints(&["cargo", "clippy", "--version"], "clippy"),
    get: Get::Rustup("clippy"),
};

/// What the browser app is built with.
pub static FOR_WEB: &[&Tool] = &[
    &NODE,
    &WASM_TARGET,
    &WASM_BINDGEN,
    &TRUNK,
    &FRONTEND_PACKAGES,
];

/// What the end-to-end tests need besides the programs.
pub static FOR_BROWSER_TESTS: &[&Tool] = &[
    &NODE,
    &WASM_TARGET,
    &WASM_BINDGEN,
    &TRUNK,
    &FRONTEND_PACKAGES,
    &CHROMIUM,
    &E2E_PACKAGES,
];

impl Tool {
    fn command(&self) -> String {
        match &self.get {
            Get::Apt(packages) => format!("apt-get install {}", packages.join(" ")),
            Get::Cargo(arguments, _) => format!("cargo install {}", arguments.join(" ")),
            Get::Rustup(component) => format!("rustup component add {component}"),
            Get::Npm(folder) => format!("npm install --no-save, in {folder}/"),
            Get::Own(_, words) => (*words).to_owned(),
        }
    }

    fn install(&self, project: &Project) -> Result<()> {
        let title = format!("Installing {}, which {}", self.name, self.purpose);
        match &self.get {
            // All Debian packages are installed in one go before.
            Get::Apt(_) => Ok(()),
            Get::Cargo(arguments, environment) => {
                let mut command = project.command("cargo");
                command
                    .args(["install", "--force", "--root"])
                    .arg(cache()?)
                    .args(*arguments)
                    .envs(environment.iter().copied())
                    .env_remove("CARGO_TARGET_DIR");
                proc::step(&format!("{title} (a few minutes, once)"), &mut command)
            }
            Get::Rustup(component) => {
                let mut command = project.command("rustup");
                proc::step(&title, command.args(["component", "add", component]))
            }
            Get::Npm(folder) => {
                // What the lock file says, like `npm ci`; but that one insists on an entry for
                // every platform's variant of a package, and not every registry has them all.
                let mut command = project.command("npm");
                command
                    .args(["install", "--no-save", "--no-audit", "--no-fund"])
                    .current_dir(project.path(folder))
                    .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
                let log = project.log(&format!("npm-{folder}"));
                proc::quiet_step(&title, &mut command, &log)
            }
            Get::Own(install, _) => {
                proc::say(&title);
                install(project)
            }
        }
    }
}

/// Makes sure that everything is there. Says in one message what is missing, what it is for and
/// how to get it, and then gets it where that is possible without asking.
pub fn ensure(project: &Project, tools: &[&Tool]) -> Result<()> {
    let missing: Vec<&Tool> = tools
        .iter()
        .copied()
        .filter(|tool| !(tool.present)(project))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    proc::say("Not on this machine yet:");
    for tool in &missing {
        println!(
            "    {:26} {:48} {}",
            tool.name,
            tool.purpose,
            tool.command()
        );
    }
    let packages: Vec<&str> = missing
        .iter()
        .filter_map(|tool| match tool.get {
            Get::Apt(packages) => Some(packages),
            _ => None,
        })
        .flatten()
        .copied()
        .collect();
    install_packages(project, &packages)?;
    for tool in missing {
        proc::stop_check()?;
        tool.install(project)?;
        if !(tool.present)(project) {
            bail!(
                "{} is still missing; try by hand: {}",
                tool.name,
                tool.command()
            );
        }
    }
    Ok(())
}

/// Installs Debian packages, when that needs no password.
pub fn install_packages(project: &Project, packages: &[&str]) -> Result<()> {
    if packages.is_empty() {
        return Ok(());
    }
    let by_hand = format!("apt-get install {}", packages.join(" "));
    let prefix: &[&str] = if !on_path("apt-get") {
        bail!(
            "this is no Debian; install what Debian calls: {}",
            packages.join(" ")
        );
    } else if getuid().is_root() {
        &[]
    } else if proc::succeeds(Command::new("sudo").args(["-n", "true"])) {
        &["sudo", "-n"]
    } else {
        bail!("root has to install Debian packages first: sudo {by_hand}");
    };
    let apt = |arguments: &[&str]| {
        let mut words = prefix.iter().copied().chain(["apt-get"]);
        let mut command = project.command(words.next().unwrap_or("apt-get"));
        command
            .args(words)
            .args(arguments)
            .env("DEBIAN_FRONTEND", "noninteractive");
        command
    };
    let log = project.log("apt");
    proc::quiet_step(
        "Reading Debian's package lists",
        &mut apt(&["update"]),
        &log,
    )?;
    let mut arguments = vec!["install", "--yes", "--no-install-recommends"];
    arguments.extend(packages);
    let title = format!("Installing Debian packages: {}", packages.join(" "));
    proc::quiet_step(&title, &mut apt(&arguments), &log)
}

/// Where our own tools are kept, outside of any work tree.
pub fn cache() -> Result<PathBuf> {
    let base = env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| env::var_os("HOME").map(|home| Path::new(&home).join(".cache")))
        .context("neither HOME nor XDG_CACHE_HOME is set")?;
    Ok(base.join("issues-and-insights-tracker"))
}

/// PATH with our own tools first.
pub fn path(before: &[PathBuf]) -> OsString {
    let own = cache().map(|folder| folder.join("bin")).ok();
    let usual = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = before
        .iter()
        .cloned()
        .chain(own)
        .chain(env::split_paths(&usual))
        .collect();
    // Fails only when a folder's name contains a colon; then it cannot be on PATH anyway.
    env::join_paths(folders).unwrap_or(usual)
}

/// The browser to test with.
pub fn chromium() -> Option<PathBuf> {
    if let Some(chosen) = env::var_os("IIT_CHROMIUM") {
        return Some(chosen.into());
    }
    [
        "/usr/bin/chromium",
        "/usr/bin/chromium-browser",
        "/usr/bin/google-chrome",
    ]
    .iter()
    .map(PathBuf::from)
    .find(|path| path.exists())
}

/// The folder of `llvm-cov` and `llvm-profdata` that understand this compiler.
pub fn llvm_tools() -> Option<PathBuf> {
    let sysroot = proc::capture(Command::new("rustc").args(["--print", "target-libdir"])).ok()?;
    let with_rust = Path::new(sysroot.trim()).parent()?.join("bin");
    let with_debian = PathBuf::from(format!("/usr/lib/llvm-{}/bin", llvm_version()?));
    [with_rust, with_debian]
        .into_iter()
        .find(|folder| folder.join("llvm-cov").exists() && folder.join("llvm-profdata").exists())
}

fn llvm_version() -> Option<String> {
    let text = proc::capture(Command::new("rustc").arg("-vV")).ok()?;
    let version = text
        .lines()
        .find_map(|line| line.strip_prefix("LLVM version: "))?;
    version.split('.').next().map(str::to_owned)
}

fn install_llvm_tools(project: &Project) -> Result<()> {
    let mut rustup = project.command("timeout");
    rustup.args(["60", "rustup", "component", "add", "llvm-tools"]);
    if on_path("rustup") && proc::succeeds(&mut rustup) {
        return Ok(());
    }
    let version = llvm_version().context("rustc does not tell its LLVM version")?;
    install_packages(project, &[&format!("llvm-{version}")])
}

pub fn on_path(program: &str) -> bool {
    env::split_paths(&path(&[])).any(|folder| folder.join(program).is_file())
}

fn prints(words: &[&str], wanted: &str) -> bool {
    let Some((program, arguments)) = words.split_first() else {
        return false;
    };
    let mut command = Command::new(program);
    command.args(arguments).env("PATH", path(&[]));
    proc::capture(&mut command).is_ok_and(|text| text.trim_start().starts_with(wanted))
}

/// Whether npm has installed exactly what the lock file lists. Packages for other platforms are
/// listed too, and rightly absent.
fn npm_up_to_date(folder: &Path) -> Option<bool> {
    let read = |file: &str| -> Option<serde_json::Value> {
        serde_json::from_slice(&fs::read(folder.join(file)).ok()?).ok()
    };
    let (wanted, installed) = (
        read("package-lock.json")?,
        read("node_modules/.package-lock.json")?,
    );
    let installed = installed.get("packages")?;
    Some(
        wanted
            .get("packages")?
            .as_object()?
            .iter()
            .all(|(place, package)| {
                let found = installed.get(place);
                match found {
                    _ if place.is_empty() => true,
                    Some(found) => found.get("version") == package.get("version"),
                    None => package.get("optional").is_some_and(|flag| flag == true),
                }
            }),
    )
}

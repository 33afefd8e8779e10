//! The standard library for WebAssembly, which the browser app is compiled against.
//!
//! Usually rustup's target. Where rustup's server cannot be reached, Debian's rustc-web plus a
//! standard library built once from Debian's sources, in a folder that goes in front of PATH
//! for the builds of the browser app only.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::proc;
use crate::project::Project;
use crate::tools;

pub const TARGET: &str = "wasm32-unknown-unknown";
const DEBIAN_PACKAGES: &[&str] = &["rustc-web", "cargo-web", "rust-web-src", "lld-22"];
const DEBIAN_SOURCES: &str = "/usr/lib/rustlib/src/rust/library";
const DEBIAN_LINKER: &str = "/usr/bin/lld-22";

pub fn ready() -> bool {
    rustup_has_it() || fallback().is_some()
}

/// The folder to put in front of PATH; nothing when the usual compiler can do it.
pub fn path() -> Vec<PathBuf> {
    if rustup_has_it() {
        return Vec::new();
    }
    fallback().into_iter().collect()
}

pub fn install(project: &Project) -> Result<()> {
    let mut rustup = project.command("timeout");
    rustup.args(["60", "rustup", "target", "add", TARGET]);
    if tools::on_path("rustup") && proc::succeeds(&mut rustup) && rustup_has_it() {
        return Ok(());
    }
    println!("    rustup cannot fetch it; using Debian's compiler and sources instead");
    let there = [
        "/usr/bin/rustc",
        "/usr/bin/cargo",
        DEBIAN_SOURCES,
        DEBIAN_LINKER,
    ]
    .iter()
    .all(|path| Path::new(path).exists());
    if !there {
        tools::install_packages(project, DEBIAN_PACKAGES)?;
    }
    build_fallback(project)
}

fn rustup_has_it() -> bool {
    let folder = Command::new("rustc")
        .args(["--print", "target-libdir", "--target", TARGET])
        .output();
    folder.is_ok_and(|output| {
        let folder = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        fs::read_dir(folder).is_ok_and(|mut files| files.next().is_some())
    })
}

/// The fallback's programs, when they were built for the compiler that Debian has now.
fn fallback() -> Option<PathBuf> {
    let folder = folder().ok()?;
    let stamp = fs::read_to_string(folder.join("stamp")).ok()?;
    (stamp == self::stamp().ok()?).then(|| folder.join("bin"))
}

fn folder() -> Result<PathBuf> {
    Ok(tools::cache()?.join("wasm"))
}

fn stamp() -> Result<String> {
    let mut hash = DefaultHasher::new();
    debian_compiler()?.hash(&mut hash);
    Ok(format!("{:016x}", hash.finish()))
}

fn debian_compiler() -> Result<String> {
    let mut rustc = Command::new("/usr/bin/rustc");
    // Set by rustup's `cargo` for its own compiler.
    proc::capture(rustc.arg("-vV").env_remove("LD_LIBRARY_PATH"))
}

fn build_fallback(project: &Project) -> Result<()> {
    let folder = folder()?;
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let empty_crate = folder.join("build");
    fs::create_dir_all(empty_crate.join("src"))?;
    fs::write(
        empty_crate.join("Cargo.toml"),
        "[package]\nname = \"empty\"\nversion = \"0.0.0\"\nedition = \"2021\"\n[workspace]\n",
    )?;
    fs::write(empty_crate.join("src/lib.rs"), "#![no_std]\n")?;
    let mut build = project.command("/usr/bin/cargo");
    build
        .args(["build", "--release", "--target", TARGET])
        .arg("-Zbuild-std=std,panic_abort,test,proc_macro")
        .current_dir(&empty_crate)
        .env("RUSTC", "/usr/bin/rustc")
        // Debian's stable compiler may build the standard library that came with it.
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_TARGET_DIR", empty_crate.join("target"))
        .env("CARGO_PROFILE_RELEASE_DEBUG", "0")
        .env("CARGO_PROFILE_RELEASE_PANIC", "abort")
        // As in the library that rustup has; fat LTO needs it.
        .env("RUSTFLAGS", "-Cembed-bitcode=yes")
        .env_remove("RUSTUP_TOOLCHAIN")
        .env_remove("LD_LIBRARY_PATH");
    let log = project.log("wasm-library");
    proc::quiet_step(
        "Building the standard library for WebAssembly (a minute, once)",
        &mut build,
        &log,
    )?;

    let compiler = debian_compiler()?;
    let host = compiler
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .context("Debian's rustc does not tell its host")?;
    let libraries = folder.join("lib/rustlib").join(TARGET).join("lib");
    let programs = folder.join("lib/rustlib").join(host).join("bin");
    let bin = folder.join("bin");
    for made in [&libraries, &programs, &bin] {
        fs::create_dir_all(made)?;
    }
    let built = empty_crate.join("target").join(TARGET).join("release/deps");
    for file in fs::read_dir(&built)? {
        let file = file?;
        let name = file.file_name().to_string_lossy().into_owned();
        if name.starts_with("lib") && name.ends_with(".rlib") && !name.starts_with("libempty-") {
            fs::copy(file.path(), libraries.join(name))?;
        }
    }
    symlink(
        Path::new("/usr/lib/rustlib").join(host).join("lib"),
        folder.join("lib/rustlib").join(host).join("lib"),
    )?;
    symlink("/usr/lib/rustlib/src", folder.join("lib/rustlib/src"))?;
    symlink(DEBIAN_LINKER, programs.join("rust-lld"))?;
    // rustc finds its libraries from its real path, so a link would not do.
    for program in ["rustc", "rustdoc", "cargo"] {
        let sysroot = match program {
            "cargo" => String::new(),
            _ => format!(" --sysroot \"{}\"", folder.display()),
        };
        let script =
            format!("#!/bin/sh\nunset LD_LIBRARY_PATH\nexec /usr/bin/{program}{sysroot} \"$@\"\n");
        fs::write(bin.join(program), script)?;
        fs::set_permissions(bin.join(program), fs::Permissions::from_mode(0o755))?;
    }
    fs::remove_dir_all(&empty_crate)?;
    fs::write(folder.join("stamp"), stamp()?)?;
    Ok(())
}

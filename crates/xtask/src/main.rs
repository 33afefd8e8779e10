//! The project's tasks: `cargo xtask <task>`. Uses none of the project's crates, so that it
//! compiles in seconds and works when they do not compile.

mod bench;
mod build;
mod check;
mod contract;
mod coverage;
mod e2e;
mod generate;
mod http;
mod postgres;
mod proc;
mod product;
mod project;
mod python;
mod run;
mod schema;
mod test;
mod tools;
mod wasm;

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::{Result, bail};
use pico_args::Arguments;

use project::Project;

struct Task {
    name: &'static str,
    about: &'static str,
    help: &'static str,
    main: fn(&Project, Arguments, PassedOn) -> Result<()>,
}

/// The words after `--`, which are meant for another program.
type PassedOn = Option<Vec<OsString>>;

const TASKS: &[Task] = &[
    Task {
        name: "run",
        about: "Run the whole product here: database, server, worker, browser app",
        help: run::HELP,
        main: run::main,
    },
    Task {
        name: "test",
        about: "Prove it: all tests, the lines they reach, a browser",
        help: test::HELP,
        main: test::main,
    },
    Task {
        name: "check",
        about: "Formatting, warnings, generated files",
        help: check::HELP,
        main: check::main,
    },
    Task {
        name: "bench",
        about: "Measure how fast it is, beside what is possible here",
        help: bench::HELP,
        main: bench::main,
    },
    Task {
        name: "build",
        about: "Build the browser app, the server and the worker",
        help: build::HELP,
        main: build::main,
    },
    Task {
        name: "generate",
        about: "Write the generated files that are kept in the repository",
        help: generate::HELP,
        main: generate::main,
    },
];

fn main() -> ExitCode {
    match dispatch() {
        Ok(()) => ExitCode::SUCCESS,
        // 128 + SIGINT, which is what shells expect of a program that Ctrl-C has ended.
        Err(error) if error.is::<proc::Stopped>() => ExitCode::from(130),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch() -> Result<()> {
    let mut words: Vec<OsString> = std::env::args_os().skip(1).collect();
    let passed_on = words.iter().position(|word| word == "--").map(|place| {
        let rest = words.split_off(place);
        rest.into_iter().skip(1).collect()
    });
    let mut arguments = Arguments::from_vec(words);
    let help = arguments.contains(["-h", "--help"]);
    let name = arguments.subcommand()?;
    let Some(name) = name else {
        print!("{}", overview());
        return Ok(());
    };
    let Some(task) = TASKS.iter().find(|task| task.name == name) else {
        bail!("there is no task `{name}`\n\n{}", overview());
    };
    if help {
        print!("{}", task.help);
        return Ok(());
    }
    proc::listen_for_signals()?;
    (task.main)(&Project::find()?, arguments, passed_on)
}

/// An error for arguments that nobody has taken.
fn no_more(arguments: Arguments, passed_on: PassedOn, help: &str) -> Result<()> {
    let left = arguments.finish();
    match left.first().or(passed_on.unwrap_or_default().first()) {
        Some(unknown) => bail!("unknown argument {}\n\n{help}", unknown.display()),
        None => Ok(()),
    }
}

fn overview() -> String {
    let mut text = String::from("cargo xtask <task> [--help]\n\n");
    for task in TASKS {
        text.push_str(&format!("  {:10} {}\n", task.name, task.about));
    }
    text
}

//! The project's tasks: `cargo xtask <task>`. Uses none of the project's crates, so that it
//! compiles in seconds and works when they do not compile.

mod generate;
mod postgres;
mod proc;
mod project;
mod schema;

use std::process::ExitCode;

use anyhow::{Result, bail};
use pico_args::Arguments;

use project::Project;

struct Task {
    name: &'static str,
    about: &'static str,
    help: &'static str,
    main: fn(&Project, Arguments) -> Result<()>,
}

const TASKS: &[Task] = &[Task {
    name: "generate",
    about: "Write the generated files that are kept in the repository",
    help: generate::HELP,
    main: generate::main,
}];

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
    let mut arguments = Arguments::from_env();
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
    (task.main)(&Project::find()?, arguments)
}

fn overview() -> String {
    let mut text = String::from("cargo xtask <task> [--help]\n\n");
    for task in TASKS {
        text.push_str(&format!("  {:10} {}\n", task.name, task.about));
    }
    text
}

//! `iit`: see `iit --help`.

use clap::Parser as _;
use std::io::{IsTerminal as _, Read as _, Write as _};
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = cli::Arguments::parse();
    let terminal = std::io::stdout().is_terminal();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let Ok(runtime) = runtime else {
        eprintln!("error: the operating system gives no event queue");
        return ExitCode::FAILURE;
    };
    let done = runtime.block_on(cli::run(arguments, terminal, &mut |text| {
        let mut input = std::io::stdin();
        if input.is_terminal() {
            eprintln!("Write the text; Ctrl-D on a line of its own ends it.");
        }
        input.read_to_string(text).map(|_| ())
    }));
    match done {
        // A reader that went away (`| head`) is no error of ours.
        Ok(text) => {
            let _ = std::io::stdout().write_all(text.as_bytes());
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::from(failure.code())
        }
    }
}

//! `iit-worker`: see the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    worker::main(pico_args::Arguments::from_env())
}

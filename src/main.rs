//! The program: the command line in, the exit code out.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(passdesk::run(std::env::args_os().collect()))
}

//! `passdesk completions`.

use clap::CommandFactory as _;
use clap_complete::Shell;

use super::Desk;
use crate::cli::Cli;
use crate::failure::Result;
use crate::terminal::output;

/// Prints the completions for a shell.
pub fn run(desk: &mut Desk<'_>, shell: Shell) -> Result<()> {
    output::print(desk.output, &generate(shell)).map(|_| ())
}

/// The completions for a shell.
#[must_use]
pub fn generate(shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "passdesk", &mut script);
    script
}

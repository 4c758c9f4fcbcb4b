//! `passdesk completions`.

use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::cli::Cli;

/// The completions for a shell.
#[must_use]
pub fn generate(shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "passdesk", &mut script);
    script
}

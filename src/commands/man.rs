//! `passdesk man`.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use clap::CommandFactory as _;

use super::Desk;
use crate::cli::Cli;
use crate::failure::Result;

/// Writes a manual page for each command into a folder.
pub fn run(desk: &mut Desk<'_>, dir: &Path) -> Result<()> {
    fs::create_dir_all(dir)
        .and_then(|()| clap_mangen::generate_to(Cli::command(), dir))
        .with_context(|| format!("the manual pages cannot be written to {}", dir.display()))?;
    desk.terminal.note(&format!("The manual pages are in {}; read one with 'man -l'.", dir.display()));
    Ok(())
}

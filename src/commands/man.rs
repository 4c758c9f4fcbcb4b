//! `passdesk man`.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use clap::CommandFactory as _;

use crate::cli::Cli;
use crate::failure::Result;

/// Writes a manual page for each command into a folder, and says where they are.
pub fn run(dir: &Path) -> Result<String> {
    fs::create_dir_all(dir)
        .and_then(|()| clap_mangen::generate_to(Cli::command(), dir))
        .with_context(|| format!("the manual pages cannot be written to {}", dir.display()))?;
    Ok(format!("The manual pages are in {}; read one with 'man -l'.", dir.display()))
}

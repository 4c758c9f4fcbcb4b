//! `passdesk store …`.

use std::path::PathBuf;

use clap::ValueHint;

use super::ways::new_file;

/// The store itself.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Print the path of the store
    #[command(after_help = "\
Example:
  passdesk store path")]
    Path,
    /// Copy the store into a new file, while others use it
    #[command(after_help = "\
passdesk checks the copy before the file gets its name. The file is a store: look at it
with --store FILE. To restore it, let nobody use the store. Remove the store's -wal and
-shm files, and copy the backup over the store.

Example:
  passdesk store backup monday.db")]
    Backup(Backup),
    /// Check the store, and say what to do about each finding
    #[command(after_help = "\
It checks the file, its pages, tables, accounts, record and admins. It changes nothing.
Exit codes: 0 the store can be used and trusted; 10 it cannot.

Example:
  passdesk store check")]
    Check,
}

/// Copies the store.
#[derive(Debug, clap::Args)]
pub struct Backup {
    /// The new file
    #[arg(value_hint = ValueHint::FilePath, value_parser = new_file())]
    pub file: PathBuf,
}

//! `passdesk store …`.

use std::path::PathBuf;

use clap::ValueHint;

use super::ways::new_file;

/// The store itself.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Print the path of the store
    Path,
    /// Copy the whole store into a new file, while others go on
    #[command(after_help = "\
The file has mode 0600, and is complete and checked before it has its name. It is a
store: look at it with --store FILE. To restore it, let nobody use the store, remove
the store's -wal and -shm files, and copy the backup over the store.")]
    Backup(Backup),
    /// Look whether the store is sound, and say what to do where it is not
    #[command(after_help = "\
Looks at the file, its pages, tables, accounts, record and admins, and changes nothing.
Exits with 0 if the store can be used and trusted, and with 10 if not.")]
    Check,
}

/// Copies the store.
#[derive(Debug, clap::Args)]
pub struct Backup {
    /// The file, which must not be there
    #[arg(value_hint = ValueHint::FilePath, value_parser = new_file())]
    pub file: PathBuf,
}

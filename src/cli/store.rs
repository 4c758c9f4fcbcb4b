//! `passdesk store …`.

use std::path::PathBuf;

use clap::ValueHint;

use super::ways::new_file;

/// The store itself.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Print where the store is
    #[command(after_help = "\
Example:
  passdesk store path")]
    Path,
    /// Copy the store into a new file, while others use it
    #[command(after_help = "\
passdesk checks the copy before the file gets its name. The file is a store: look at it
with --store FILE. 'passdesk store restore FILE' puts it in the place of the store.

Example:
  passdesk store backup monday.db")]
    Backup(Backup),
    /// Put a backup in the place of the store, and keep what was there
    #[command(after_help = "\
passdesk checks the backup first. Then it changes the store in one step. What is there now
is kept in a file beside it: STORE.TIME.before-restore. It need not be a sound store.
Everybody is signed out, and all tokens end. Passwords are those of the backup again.
Only an operator may.

Example:
  passdesk store restore monday.db")]
    Restore(Restore),
    /// Copy the whole store to another place, and go on there
    #[command(after_help = "\
The place is a new file, or a PostgreSQL database without a store: postgres://HOST/DATABASE.
Accounts keep their numbers and passwords. Tokens and the record are copied, too. passdesk
checks the copy before anybody sees it. This store stays as it is. Let nobody use it
meanwhile.

Example:
  passdesk store copy --to new.db")]
    Copy(Copy),
    /// Print the SQL that makes the database roles of a store on a server
    #[command(after_help = "\
It makes three roles: passdesk_operator, passdesk_writer and passdesk_reader. Nothing is
run: read it, and give it to psql as the owner of the store.

Example:
  passdesk store grants --store postgres:///passdesk | psql passdesk")]
    Grants,
    /// Check the store, and say what to do about each finding
    #[command(after_help = "\
It checks the file or the server, the tables, accounts, record and admins. It changes
nothing.
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

/// Restores a backup.
#[derive(Debug, clap::Args)]
pub struct Restore {
    /// The backup; '-' for standard input
    #[arg(value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
    /// Do not ask; required without a terminal
    #[arg(short, long)]
    pub yes: bool,
    /// Check the backup, say what would happen, and change nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// Copies the store to another place.
#[derive(Debug, clap::Args)]
pub struct Copy {
    /// Where to: a new file, or a server
    #[arg(long, value_name = "LOCATION", value_hint = ValueHint::FilePath, value_parser = new_file())]
    pub to: PathBuf,
}

//! `passdesk users …`.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{ValueEnum, ValueHint};

use super::ways;
use crate::domain::account::State;
use crate::domain::role::Role;
use crate::store::Sort;

/// What to do with accounts.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// List accounts
    #[command(after_help = "\
Examples:
  passdesk users list --state temporary-expired
  passdesk users list --search example.org --format csv")]
    List(List),
    /// Show one account
    Show(One),
    /// Add an account; it starts with a temporary password
    Add(Add),
    /// Add many accounts at once, from a CSV file; all of them or none
    #[command(after_help = "\
The first line names the columns, in any order: username, name, email, role. What
'passdesk users list --format csv' writes can be imported, too.

All rows are written in one step, and nobody else writes meanwhile: with a million of
them that takes some seconds. Whoever waits for more than five exits with 9.

Examples:
  passdesk users import people.csv --dry-run
  passdesk users import people.csv --on-conflict update")]
    Import(Import),
    /// Change a name, an e-mail address, roles
    Edit(EditArgs),
    /// Give accounts a temporary password; they must choose a new one with it
    #[command(after_help = "\
Examples:
  passdesk users reset
  passdesk users reset alice --copy
  passdesk users reset 17 bob@example.org --yes --format csv --output handover.csv
  passdesk users reset --all --format csv --output handover.csv
  passdesk users reset --all --format csv --resume handover.csv")]
    Reset(Reset),
    /// Require a new password at the next sign-in; the current one stays valid for that
    RequireChange(Many),
    /// Let accounts try again that are locked, or have to wait, after failed sign-ins
    Unlock(Many),
    /// Switch accounts off; every sign-in and token of theirs ends
    Disable(Many),
    /// Switch accounts on again
    Enable(Many),
    /// Give an account a role
    Grant(RoleOf),
    /// Take a role from an account
    Revoke(RoleOf),
    /// Take accounts out; they can be restored until they are purged
    #[command(visible_alias = "delete")]
    Remove(Many),
    /// Bring removed accounts back
    Restore(Many),
    /// Forget accounts for good that can no longer be restored
    Purge(Purge),
}

/// An account and a role.
#[derive(Debug, clap::Args)]
pub struct RoleOf {
    /// Its id, its username or its e-mail address
    pub id: String,
    /// The role
    #[arg(value_parser = role())]
    pub role: Role,
}

/// Which removed accounts to forget.
#[derive(Debug, clap::Args)]
pub struct Purge {
    /// Do not ask; needed where there is no terminal
    #[arg(short, long)]
    pub yes: bool,
}

/// One account.
#[derive(Debug, clap::Args)]
pub struct One {
    /// Its id, its username or its e-mail address
    pub id: String,
}

/// Accounts.
#[derive(Debug, clap::Args)]
pub struct Many {
    /// Their ids, usernames or e-mail addresses
    #[arg(required = true, value_name = "ID")]
    pub ids: Vec<String>,
}

/// Which accounts, by what they are.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Filters {
    /// Only those with this text in their username, name or e-mail address
    #[arg(long, value_name = "TEXT")]
    pub search: Option<String>,
    /// Only those with this role
    #[arg(long, value_parser = role())]
    pub role: Option<Role>,
    /// Only those in this state
    #[arg(long, value_parser = one_of(&State::ALL, State::name))]
    pub state: Option<State>,
    /// Only those who have to choose a new password
    #[arg(long)]
    pub must_change: bool,
}

/// Which accounts to list, and how.
#[derive(Debug, Default, clap::Args)]
pub struct List {
    /// Which ones.
    #[command(flatten)]
    pub filters: Filters,
    /// In this order
    #[arg(long, default_value = "id", value_parser = one_of(&Sort::ALL, Sort::name))]
    pub sort: Sort,
    /// The other way round
    #[arg(long)]
    pub reverse: bool,
    /// At most so many [default: 1000 on a terminal, otherwise all]
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u64).range(1..))]
    pub limit: Option<u64>,
    /// Only those that come after this account in the list
    #[arg(long, value_name = "ID")]
    pub after: Option<String>,
    /// Only how many there are
    #[arg(long, conflicts_with_all = ["limit", "after"])]
    pub count: bool,
}

/// A new account.
#[derive(Debug, clap::Args)]
pub struct Add {
    /// Its username: letters a-z, digits, '.', '_' and '-'; not all digits
    pub username: String,
    /// Its owner's name
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    pub name: String,
    /// Its owner's e-mail address
    #[arg(long, value_name = "ADDRESS")]
    pub email: Option<String>,
    /// A role; may be given more than once
    #[arg(long, value_name = "ROLE", value_parser = role())]
    pub role: Vec<Role>,
    /// How its temporary password is handed over.
    #[command(flatten)]
    pub handover: ways::TemporaryFlags,
}

/// Which accounts to import, and how.
#[derive(Debug, clap::Args)]
pub struct Import {
    /// The CSV file; '-' for standard input
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
    /// Say what would happen and what is wrong, and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Leave out the rows that cannot be imported, and import the others
    #[arg(long)]
    pub skip_invalid: bool,
    /// What to do with usernames that are there already
    #[arg(long, value_enum, value_name = "WHAT", default_value_t)]
    pub on_conflict: OnConflict,
    /// Give each new account a temporary password, as a row of the file that --output names: in CSV, or in JSON Lines
    /// where --format is json or jsonl
    #[arg(long, requires = "output")]
    pub temporary_passwords: bool,
    /// Where the temporary passwords go: a new file, of mode 0600
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, value_parser = ways::new_file(), requires = "temporary_passwords")]
    pub output: Option<PathBuf>,
    /// How long they live, as 90m, 8h or 2d [default: the policy's, 24h]
    #[arg(long, value_name = "DURATION", allow_hyphen_values = true, requires = "temporary_passwords")]
    pub expires_in: Option<String>,
    /// Hash on so many cores at once, each in memory of its own [default: all]
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..=1024), requires = "temporary_passwords")]
    pub jobs: Option<u16>,
}

/// What to do with a username that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum OnConflict {
    /// The row cannot be imported
    #[default]
    Error,
    /// The account stays as it is
    Skip,
    /// The account gets the name, address and roles of the row
    Update,
}

/// What is to be different about an account.
#[derive(Debug, clap::Args)]
pub struct EditArgs {
    /// Its id, its username or its e-mail address
    pub id: String,
    /// Another name; '' for none
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Another e-mail address; '' for none
    #[arg(long, value_name = "ADDRESS")]
    pub email: Option<String>,
    /// Exactly this role instead of those it has; may be given more than once
    #[arg(long, value_name = "ROLE", value_parser = role())]
    pub role: Vec<Role>,
    /// No role
    #[arg(long, conflicts_with = "role")]
    pub no_roles: bool,
}

/// Whose password to reset, and how.
#[derive(Debug, Default, clap::Args)]
pub struct Reset {
    /// Their ids, usernames or e-mail addresses; without one you pick from a list, on a terminal
    #[arg(value_name = "ID", conflicts_with_all = ["from", "search", "role", "state", "must_change", "all"])]
    pub ids: Vec<String>,
    /// Those named in a file, one a line or in a CSV column 'username', 'id' or 'email'; '-' is standard input
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath,
          conflicts_with_all = ["search", "role", "state", "must_change", "all"])]
    pub from: Option<PathBuf>,
    /// Which ones, all but your own.
    #[command(flatten)]
    pub filters: Filters,
    /// All accounts but your own
    #[arg(long, conflicts_with_all = ["search", "role", "state", "must_change"])]
    pub all: bool,
    /// Do not ask; needed where there is no terminal
    #[arg(short, long)]
    pub yes: bool,
    /// Say what would happen, and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Go on where a run that was ended has left off: those whose row is in its output file are done
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with_all = ["output", "copy", "screen", "quiet"])]
    pub resume: Option<PathBuf>,
    /// Hash on so many cores at once, each in memory of its own [default: all]
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: Option<u16>,
    /// How the temporary password is handed over.
    #[command(flatten)]
    pub handover: ways::TemporaryFlags,
}

pub(super) fn role() -> impl TypedValueParser<Value = Role> {
    one_of(&Role::ALL, Role::name)
}

/// Takes one of a few values by its name. The rooms below know their names, and nothing of command lines.
pub(super) fn one_of<T: Copy + Send + Sync + 'static>(
    all: &'static [T],
    name: fn(T) -> &'static str,
) -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(all.iter().map(|value| name(*value)))
        .try_map(move |text| all.iter().copied().find(|value| name(*value) == text).ok_or("it is none of these values"))
}

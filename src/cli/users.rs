//! `passdesk users …`.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::error::{Error, ErrorKind};
use clap::{ArgMatches, Args as _, FromArgMatches, Id, ValueEnum, ValueHint};

use jiff::SignedDuration;

use super::{ways, whole_number};
use crate::domain::account::State;
use crate::domain::clock::read_span;
use crate::domain::role::Role;
use crate::store::Sort;

/// The heading over what chooses accounts.
const WHICH: &str = "Which accounts";
/// The heading over the rest of many flags.
const MORE: &str = "More options";
/// The heading over the flags for the first passwords of an import.
const FIRST: &str = "First passwords";

/// What to do with accounts.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// List accounts
    #[command(
        alias = "ls",
        after_help = "\
Examples:
  passdesk users list --state temporary-expired
  passdesk users list --search example.org --format csv
  (umask 077; passdesk users list --hashes --format csv >people.csv)

On a terminal, a list that is longer than the screen opens in 'less -R', or in PAGER."
    )]
    List(List),
    /// Show one account
    #[command(after_help = "\
Example:
  passdesk users show alice")]
    Show(One),
    /// Add an account, with a temporary password
    #[command(after_help = "\
Example:
  passdesk users add alice --name \"Alice Example\" --email alice@example.org")]
    Add(Add),
    /// Add many accounts from a file: all of them, or none
    #[command(after_help = "\
The first line of a CSV file names the columns, in any order: username, name, email, role,
public_key, expires_on, password_hash. A cell of expires_on is the last day, as 2027-03-31.
Commas, semicolons or tabs separate the cells. You can import what 'passdesk users list --format
csv' writes. With --source, it reads a file of another program.

Others cannot write while all rows are written. A million rows take some seconds.

Examples:
  passdesk users import people.csv --dry-run
  passdesk users import people.csv --on-conflict update
  passdesk users import people.ldif --source ldif")]
    Import(Import),
    /// Change the names, address, roles, key or last day of an account
    #[command(after_help = "\
Nobody else gets an old username for a while: 'passdesk policy show' says how long (restorable-for).

Examples:
  passdesk users edit bob --name \"Bob Builder\" --role helpdesk
  passdesk users edit bob --username bob.builder")]
    Edit(EditArgs),
    /// Give accounts a temporary password; a new one must be chosen at the next sign-in
    #[command(after_help = "\
Examples:
  passdesk users reset
  passdesk users reset alice --copy
  passdesk users reset alice --encrypt-to alice.pub
  passdesk users reset --all --format csv --output handover.csv
  passdesk users reset --all --format csv --resume handover.csv")]
    Reset(Reset),
    /// Require a new password at the next sign-in, and keep the current one until then
    #[command(after_help = "\
Examples:
  passdesk users require-change alice bob
  passdesk users require-change --role helpdesk")]
    RequireChange(Many),
    /// Let accounts try again after too many failed sign-ins
    #[command(after_help = "\
Examples:
  passdesk users unlock bob
  passdesk users unlock --state locked")]
    Unlock(Many),
    /// Switch accounts off, and end their sign-ins and tokens
    #[command(after_help = "\
Examples:
  passdesk users disable bob
  passdesk users disable --from leavers.csv --format csv --output result.csv
  passdesk users disable --from leavers.csv --resume result.csv")]
    Disable(Many),
    /// Switch accounts on again
    #[command(after_help = "\
Examples:
  passdesk users enable bob
  passdesk users enable --from back.txt")]
    Enable(Many),
    /// End sign-ins and tokens of accounts
    #[command(after_help = "\
The password stays. To have a new one chosen as well, use 'passdesk users reset'.

Examples:
  passdesk users sign-out bob
  passdesk users sign-out --all")]
    SignOut(Many),
    /// Give accounts a role
    #[command(
        override_usage = "passdesk users grant [OPTIONS] <ID>... <ROLE>
       passdesk users grant [OPTIONS] <ROLE> --from <FILE>",
        after_help = "\
Examples:
  passdesk users grant alice auditor
  passdesk users grant auditor --from auditors.txt"
    )]
    Grant(RoleOf),
    /// Take a role from accounts
    #[command(
        override_usage = "passdesk users revoke [OPTIONS] <ID>... <ROLE>
       passdesk users revoke [OPTIONS] <ROLE> --from <FILE>",
        after_help = "\
Examples:
  passdesk users revoke alice auditor
  passdesk users revoke auditor --all"
    )]
    Revoke(RoleOf),
    /// Remove accounts; they can be restored
    #[command(
        visible_alias = "delete",
        after_help = "\
Examples:
  passdesk users remove erin
  passdesk users remove --from leavers.csv --format csv --output result.csv"
    )]
    Remove(Many),
    /// Bring removed accounts back
    #[command(after_help = "\
Examples:
  passdesk users restore erin
  passdesk users restore --from back.txt")]
    Restore(Many),
    /// Delete removed accounts for good
    #[command(after_help = "\
Without a name, it deletes the accounts that were removed longer ago than the policy's restorable-for.

Examples:
  passdesk users purge
  passdesk users purge erin")]
    Purge(Purge),
}

/// Accounts and a role.
#[derive(Debug)]
pub struct RoleOf {
    /// The accounts.
    pub many: Many,
    /// The role.
    pub role: Role,
}

/// The same, as they are written. clap cannot tell the last of several words from the others.
#[derive(Debug, clap::Args)]
struct RoleLast {
    /// Their ids, usernames or e-mail addresses, and last the role
    #[arg(required = true, value_name = "ID")]
    ids: Vec<String>,
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    way: ManyFlags,
}

impl clap::Args for RoleOf {
    fn augment_args(command: clap::Command) -> clap::Command {
        RoleLast::augment_args(command)
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        RoleLast::augment_args_for_update(command)
    }
}

impl FromArgMatches for RoleOf {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let RoleLast { mut ids, which, way } = RoleLast::from_arg_matches(matches)?;
        let refuse = |kind, message: &str| Err(Error::raw(kind, message));
        let last = ids.pop().unwrap_or_default();
        let is_role = Role::ALL.iter().any(|role| role.name() == last);
        match (ids.is_empty(), which.is_said()) {
            (true, false) if is_role => return refuse(ErrorKind::MissingRequiredArgument, "<ID> is missing"),
            (true, false) => return refuse(ErrorKind::MissingRequiredArgument, "<ROLE> is missing"),
            (false, true) => {
                let message = "'<ID>' cannot be used with '--from <FILE>', a filter or '--all'";
                return refuse(ErrorKind::ArgumentConflict, message);
            }
            _ => {}
        }
        let argument = clap::Arg::new("ROLE").required(true);
        let role = role().parse_ref(&clap::Command::new("passdesk"), Some(&argument), last.as_ref())?;
        Ok(Self { many: Many { ids, which, way }, role })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// Deletes removed accounts for good.
#[derive(Debug, clap::Args)]
pub struct Purge {
    /// Their ids, usernames or e-mail addresses
    #[arg(value_name = "ID")]
    pub ids: Vec<String>,
    /// Do not ask; required without a terminal
    #[arg(short, long)]
    pub yes: bool,
}

/// One account.
#[derive(Debug, clap::Args)]
pub struct One {
    /// Its id, username or e-mail address
    pub id: String,
}

/// Accounts, and how they are changed.
#[derive(Debug, Default, clap::Args)]
pub struct Many {
    /// Their ids, usernames or e-mail addresses
    #[arg(value_name = "ID", required_unless_present_any = ways(), conflicts_with_all = ways())]
    pub ids: Vec<String>,
    /// Which others.
    #[command(flatten)]
    pub which: Which,
    /// How.
    #[command(flatten)]
    pub way: ManyFlags,
}

/// How many accounts are changed.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = MORE)]
pub struct ManyFlags {
    /// Do not ask; required without a terminal, unless you name accounts one by one
    #[arg(short, long)]
    pub yes: bool,
    /// Say what would happen, and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Write the outcome for each account to a new file that only you can read
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, value_parser = ways::new_file())]
    pub output: Option<PathBuf>,
    /// Continue an interrupted run: skip the accounts that are done in this file
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "output")]
    pub resume: Option<PathBuf>,
}

/// Which accounts, if they are not named one by one.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = WHICH)]
pub struct Which {
    /// Those in a file: one a line, or a CSV with a column 'username', 'id' or 'email'; '-' is standard input
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with_all = filters())]
    pub from: Option<PathBuf>,
    /// Which ones, all but your own.
    #[command(flatten)]
    pub filters: Filters,
    /// All but your own
    #[arg(long, conflicts_with_all = filters(), conflicts_with = "from")]
    pub all: bool,
}

impl Which {
    /// Whether it says anything.
    #[must_use]
    pub fn is_said(&self) -> bool {
        self.from.is_some() || self.all || self.filters.is_said()
    }
}

/// The flags of all filters.
fn filters() -> Vec<Id> {
    let command = Filters::augment_args(clap::Command::new("filters"));
    command.get_arguments().map(|filter| filter.get_id().clone()).collect()
}

/// Every way but the names to say which accounts.
fn ways() -> Vec<Id> {
    filters().into_iter().chain(["from".into(), "all".into()]).collect()
}

/// Which accounts, by what they are.
#[derive(Debug, Clone, PartialEq, Eq, Default, clap::Args)]
#[command(next_help_heading = WHICH)]
pub struct Filters {
    /// Those with this text in their username, name or e-mail address
    #[arg(long, value_name = "TEXT")]
    pub search: Option<String>,
    /// Those with this role
    #[arg(long, value_parser = role())]
    pub role: Option<Role>,
    /// Those in this state
    #[arg(long, value_parser = one_of(&State::ALL, State::name))]
    pub state: Option<State>,
    /// Those who must choose a new password
    #[arg(long)]
    pub must_change: bool,
    /// Those whose password nobody has used for this long: 30d, 26w
    #[arg(long, value_name = "DURATION", value_parser = span, allow_hyphen_values = true, conflicts_with = "never_signed_in")]
    pub inactive: Option<SignedDuration>,
    /// Those who have never signed in
    #[arg(long)]
    pub never_signed_in: bool,
}

impl Filters {
    /// Whether it says anything.
    #[must_use]
    pub fn is_said(&self) -> bool {
        *self != Self::default()
    }
}

/// Which accounts to list, and how.
#[derive(Debug, Default, clap::Args)]
pub struct List {
    /// Which ones.
    #[command(flatten)]
    pub filters: Filters,
    /// The order
    #[arg(long, default_value = "id", value_parser = one_of(&Sort::ALL, Sort::name))]
    pub sort: Sort,
    /// Turn the order round
    #[arg(long)]
    pub reverse: bool,
    /// At most this many [default: 1000 on a terminal, otherwise all]
    #[arg(long, value_name = "COUNT", allow_negative_numbers = true, value_parser = whole_number::<u64>(1..=u64::MAX))]
    pub limit: Option<u64>,
    /// Start after this account
    #[arg(long, value_name = "ID")]
    pub after: Option<String>,
    /// Print how many there are, and nothing else
    #[arg(long, conflicts_with_all = ["limit", "after"])]
    pub count: bool,
    /// Add the hashes of passwords, to take them to another program
    #[arg(long, conflicts_with = "count")]
    pub hashes: bool,
}

/// A new account.
#[derive(Debug, clap::Args)]
pub struct Add {
    /// Its username: letters a-z, digits, '.', '_' and '-'
    pub username: String,
    /// The name of its owner
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    pub name: String,
    /// The e-mail address of its owner
    #[arg(long, value_name = "ADDRESS")]
    pub email: Option<String>,
    /// A role; repeat it for several
    #[arg(long, value_name = "ROLE", value_parser = role())]
    pub role: Vec<Role>,
    /// The public key of its owner: age1..., an SSH public key, or a file with one
    #[arg(long, value_name = "KEY", value_hint = ValueHint::FilePath, allow_hyphen_values = true)]
    pub key: Option<String>,
    /// How its temporary password is handed over.
    #[command(flatten)]
    pub handover: ways::TemporaryFlags,
}

/// Which accounts to import, and how.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
pub struct Import {
    /// The file; '-' is standard input
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
    /// Say what would happen, and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Leave out the rows that are wrong
    #[arg(long)]
    pub skip_invalid: bool,
    /// Leave out columns that passdesk does not know
    #[arg(long)]
    pub ignore_columns: bool,
    /// Which program wrote the file
    #[arg(long, value_enum, value_name = "SOURCE", default_value_t)]
    pub source: Source,
    /// What to do if the username exists already
    #[arg(long, value_enum, value_name = "WHAT", default_value_t)]
    pub on_conflict: OnConflict,
    /// Give each new account without a password a temporary one; it is written to --output
    #[arg(long, requires = "output", help_heading = FIRST)]
    pub temporary_passwords: bool,
    /// The new file for the temporary passwords: CSV, or JSON Lines with --format json
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, value_parser = ways::new_file(), requires = "temporary_passwords", help_heading = FIRST)]
    pub output: Option<PathBuf>,
    /// Encrypt each to a key: age1..., an SSH public key, a file of such keys, or 'account' for the one in its row
    #[arg(long, value_name = "KEY", value_hint = ValueHint::FilePath, allow_hyphen_values = true, requires = "temporary_passwords", help_heading = FIRST)]
    pub encrypt_to: Vec<String>,
    /// How long they live: 90m, 8h, 2d [default: 24h, by the policy]
    #[arg(long, value_name = "DURATION", allow_hyphen_values = true, requires = "temporary_passwords", help_heading = FIRST)]
    pub expires_in: Option<String>,
    /// How many cores to use [default: all]
    #[arg(long, value_name = "COUNT", allow_negative_numbers = true, value_parser = whole_number::<u16>(1..=1024))]
    pub jobs: Option<u16>,
}

/// Which program wrote a file of accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Source {
    /// Any: a list with a header
    #[default]
    Csv,
    /// Linux: /etc/shadow
    Shadow,
    /// Apache's htpasswd, or a passwd-file of Dovecot
    Htpasswd,
    /// Django: 'manage.py dumpdata auth.user'
    Django,
    /// An LDAP directory: its entries in LDIF
    Ldif,
}

impl Source {
    /// The name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Shadow => "shadow",
            Self::Htpasswd => "htpasswd",
            Self::Django => "django",
            Self::Ldif => "ldif",
        }
    }
}

/// What to do with a username that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum OnConflict {
    /// The row is wrong
    #[default]
    Error,
    /// The account stays as it is
    Skip,
    /// The account gets the name, address and roles of the row
    Update,
}

/// What is to be different about an account.
#[derive(Debug, Default, clap::Args)]
pub struct EditArgs {
    /// Its id, username or e-mail address
    pub id: String,
    /// The new username; id, password, roles and tokens stay
    #[arg(long, value_name = "USERNAME")]
    pub username: Option<String>,
    /// The new name of its owner; '' for none
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// The new e-mail address; '' for none
    #[arg(long, value_name = "ADDRESS")]
    pub email: Option<String>,
    /// This role in the place of all that it has; repeat it for several
    #[arg(long, value_name = "ROLE", value_parser = role())]
    pub role: Vec<Role>,
    /// Take all its roles
    #[arg(long, conflicts_with = "role")]
    pub no_roles: bool,
    /// The public key of its owner: age1..., an SSH public key, or a file with one; '' for none
    #[arg(long, value_name = "KEY", value_hint = ValueHint::FilePath, allow_hyphen_values = true)]
    pub key: Option<String>,
    /// Its last day, as 2027-03-31; '' for none
    #[arg(long, value_name = "DATE")]
    pub expires_on: Option<String>,
}

/// Whose password to reset, and how.
#[derive(Debug, Default, clap::Args)]
pub struct Reset {
    /// Their ids, usernames or e-mail addresses; on a terminal you may pick instead
    #[arg(value_name = "ID", conflicts_with_all = ways())]
    pub ids: Vec<String>,
    /// Which others.
    #[command(flatten)]
    pub which: Which,
    /// How the temporary password is handed over.
    #[command(flatten)]
    pub handover: ways::TemporaryFlags,
    /// Do not ask; required without a terminal
    #[arg(help_heading = MORE, short, long)]
    pub yes: bool,
    /// Say what would happen, and change nothing
    #[arg(help_heading = MORE, long)]
    pub dry_run: bool,
    /// Continue an interrupted run: skip the accounts already in this file
    #[arg(help_heading = MORE, long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with_all = ["output", "copy", "screen", "quiet"])]
    pub resume: Option<PathBuf>,
    /// How many cores to use [default: all]
    #[arg(help_heading = MORE, long, value_name = "COUNT", allow_negative_numbers = true, value_parser = whole_number::<u16>(1..=1024))]
    pub jobs: Option<u16>,
}

/// Reads a span of time that is longer than nothing.
fn span(text: &str) -> Result<SignedDuration, &'static str> {
    let positive = |span: &SignedDuration| *span > SignedDuration::ZERO;
    read_span(text).filter(positive).ok_or("write it as 30d, 26w or 8h")
}

pub(super) fn role() -> impl TypedValueParser<Value = Role> {
    one_of(&Role::ALL, Role::name)
}

/// Parses one of a few values by its name. The lower modules know these names, but know nothing of command lines.
pub(super) fn one_of<T: Copy + Send + Sync + 'static>(
    all: &'static [T],
    name: fn(T) -> &'static str,
) -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(all.iter().map(|value| name(*value)))
        .try_map(move |text| all.iter().copied().find(|value| name(*value) == text).ok_or("it is none of these values"))
}

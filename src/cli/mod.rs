//! The command line: only types, one file per command group.

pub mod audit;
pub mod complete;
pub mod guesses;
pub mod init;
pub mod me;
pub mod policy;
pub mod recover;
pub mod store;
pub mod tokens;
pub mod users;
pub mod verify;
pub mod ways;

use std::ffi::OsString;
use std::num::IntErrorKind;
use std::ops::RangeInclusive;
use std::path::PathBuf;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum, ValueHint};

use crate::domain::text::shown;
use crate::terminal::format::{CsvDialect, Format};

/// Reset forgotten passwords: a temporary one, shown once, and a new one at the next sign-in
#[derive(Debug, Parser)]
#[command(
    name = "passdesk",
    version,
    disable_help_flag = true,
    disable_help_subcommand = true,
    subcommand_required = true,
    max_term_width = 100,
    after_help = "\
Try it on a throw-away store:  passdesk demo
Explain a command:             passdesk help users reset"
)]
pub struct Cli {
    /// What every command takes.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What every command takes.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// The store: a file, or an address.
    // clap would take an empty variable for an empty path, so it does not read the variable.
    #[arg(
        long,
        global = true,
        value_name = "STORE",
        value_hint = ValueHint::FilePath,
        help = "The store: a file, or postgres://HOST/DATABASE [default: as 'passdesk store path' says] \
                [env: PASSDESK_STORE]"
    )]
    pub store: Option<PathBuf>,
    /// Sign in as this account, for this command alone
    #[arg(long = "as", global = true, value_name = "USERNAME")]
    pub as_username: Option<String>,
    /// Read passwords from standard input, one a line
    #[arg(long, global = true)]
    pub password_stdin: bool,
    /// How to write results and failures
    #[arg(long, global = true, value_enum, value_name = "FORMAT", default_value_t)]
    pub format: Format,
    /// How CSV is written: excel has semicolons, and opens by a double click
    #[arg(long, global = true, value_enum, value_name = "DIALECT", default_value_t)]
    pub csv_dialect: CsvDialect,
    /// When to use colours.
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "WHEN",
        default_value_t,
        help = "When to use colours; NO_COLOR turns them off"
    )]
    pub color: ColorChoice,
    /// Say which store is used, and who you are
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// Print help
    #[arg(short, long, global = true, action = clap::ArgAction::HelpShort)]
    pub help: Option<bool>,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal.
    #[default]
    Auto,
    /// Everywhere.
    Always,
    /// Nowhere.
    Never,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Create the store and its first global-admin
    #[command(after_help = "\
Example:
  passdesk init --admin ada --name \"Ada Admin\"")]
    Init(init::Init),
    /// Reset passwords; list, add, edit, disable and remove accounts
    #[command(subcommand, alias = "user")]
    Users(users::Command),
    /// Your own account: sign in, see it, change its password
    #[command(subcommand)]
    Me(me::Command),
    /// Sign-ins for scripts
    #[command(subcommand, alias = "token")]
    Tokens(tokens::Command),
    /// Show and change the rules: lengths, lifetimes, locks, operators
    #[command(subcommand)]
    Policy(policy::Command),
    /// Read and check the record: who did what to whom
    #[command(subcommand)]
    Audit(audit::Command),
    /// Check a password from standard input, for PAM and other programs
    #[command(after_help = "\
Exit codes: 0 the password lets this account in; 5 it does not; 6 a new one must be chosen first.
With --account, they say the same of the account alone.

Examples:
  passdesk verify alice <password.txt
  passdesk verify alice --account")]
    Verify(verify::Verify),
    /// Let a locked-out global-admin in again, as an operator
    #[command(after_help = "\
Example:
  passdesk recover ada")]
    Recover(recover::Recover),
    /// Back up and check the store
    #[command(subcommand)]
    Store(store::Command),
    /// Try a list and a reset on a throw-away store
    #[command(after_help = "\
Example:
  passdesk demo --shell")]
    Demo(Demo),
    /// Print completions for a shell
    #[command(after_help = "\
Example:
  passdesk completions bash >~/.local/share/bash-completion/completions/passdesk")]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the usernames that begin with a text, for completions
    #[command(hide = true)]
    CompleteUsernames(complete::Usernames),
    /// Write a manual page for each command
    #[command(after_help = "\
Example:
  passdesk man ~/.local/share/man/man1")]
    Man {
        /// The folder for the pages; it is made if it does not exist
        #[arg(value_hint = ValueHint::DirPath)]
        dir: PathBuf,
    },
    /// Explain a command
    #[command(after_help = "\
Example:
  passdesk help users reset")]
    Help {
        /// The command, as in: users reset
        command: Vec<String>,
    },
}

/// A demonstration.
#[derive(Debug, clap::Args)]
pub struct Demo {
    /// Then open a shell on that store
    #[arg(long)]
    pub shell: bool,
}

/// The command that these words name, as far as they name one, and the first word that names none.
#[must_use]
pub fn found<'a>(words: impl IntoIterator<Item = &'a str>) -> (clap::Command, Option<&'a str>) {
    let mut command = Cli::command();
    command.build();
    for word in words {
        let Some(below) = command.find_subcommand(word).cloned() else { return (command, Some(word)) };
        command = below;
    }
    (command, None)
}

/// The command that `help` is to explain.
///
/// # Errors
///
/// If a word names no command.
pub fn explained(words: &[String]) -> Result<clap::Command, clap::Error> {
    let (command, unknown) = found(words.iter().map(String::as_str));
    let Some(word) = unknown else { return Ok(command) };
    let mut error = clap::Error::new(ErrorKind::InvalidSubcommand).with_cmd(&command);
    error.insert(ContextKind::InvalidSubcommand, ContextValue::String(shown(word)));
    Err(error)
}

/// What the raw command line says about JSON failures and colours. This works even if the line does not parse.
#[must_use]
pub fn early(args: &[OsString]) -> (bool, ColorChoice) {
    let json = matches!(value_of(args, "--format"), Some("json" | "jsonl"));
    let color =
        value_of(args, "--color").and_then(|value| ColorChoice::from_str(value, false).ok()).unwrap_or_default();
    (json, color)
}

/// Parses a whole number. One that is too large to count is as good as the largest.
fn whole_number<T: TryFrom<u64>>(range: RangeInclusive<u64>) -> impl Fn(&str) -> Result<T, String> + Clone {
    move |text| {
        let number = match text.parse::<u64>() {
            Err(error) if *error.kind() == IntErrorKind::PosOverflow => Some(u64::MAX),
            parsed => parsed.ok(),
        };
        number.filter(|number| range.contains(number)).and_then(|number| number.try_into().ok()).ok_or_else(|| {
            let (least, most) = range.clone().into_inner();
            let which =
                if most == u64::MAX { format!(", {least} or more") } else { format!(" from {least} to {most}") };
            format!("give a whole number{which}")
        })
    }
}

/// The value that a flag has on the raw command line.
fn value_of<'a>(args: &'a [OsString], flag: &str) -> Option<&'a str> {
    let words: Vec<&str> = args.iter().filter_map(|arg| arg.to_str()).take_while(|arg| *arg != "--").collect();
    words.iter().enumerate().find_map(|(at, word)| match word.strip_prefix(flag)? {
        "" => words.get(at + 1).copied(),
        rest => rest.strip_prefix('='),
    })
}

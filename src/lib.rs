//! passdesk administers local accounts: an admin resets a password, hands the temporary one over exactly once, and its
//! owner has to choose a new one before anything else works.
//!
//! The house, each room using only those below it or beside it as shown:
//!
//! ```text
//! cli/         clap types only, a file a command group
//!    ↓
//! commands/    a file a command: resolve → authorize → decide → deliver → record
//!    ↓                       ↓                          ↓
//! domain/      ←  store/                  terminal/
//! pure rules      the Store trait;        prompts, tables, formats, ways out:
//!                 sqlite/ behind it       the only rooms that touch a terminal
//! ```
//!
//! Beside them: [`failure`] (the only place that prints a failure), [`config`] (where things are), [`input`] (what is
//! handed in), [`system`] (clock, random numbers, who runs this), [`sign_in_files`] and [`token_source`] (where a sign-in
//! and a token are kept), [`named_file`] (how a file is opened that somebody names). This file is the one place that wires real adapters together.

// Elsewhere there is nothing but a sentence in main.rs.
#![cfg(unix)]

pub mod cli;
pub mod commands;
pub mod config;
pub mod domain;
pub mod failure;
pub mod input;
mod json;
pub mod named_file;
pub mod sign_in_files;
pub mod store;
pub mod system;
pub mod terminal;
pub mod token_source;

use std::ffi::OsString;
use std::io::{IsTerminal as _, Write as _};

use anyhow::Context as _;
use clap::error::ErrorKind;
use clap::{CommandFactory as _, FromArgMatches as _};

use crate::cli::{Cli, ColorChoice, Command};
use crate::commands::Desk;
use crate::domain::policy::Policy;
use crate::domain::text::shown;
use crate::failure::{Failure, Kind, Look, Result};
use crate::sign_in_files::SignInFiles;
use crate::store::sqlite::SqliteStores;
use crate::system::SystemClock;
use crate::terminal::Terminal as _;
use crate::terminal::clipboard::{self, DisplayClipboard};
use crate::terminal::console::Console;
use crate::terminal::format::Format;
use crate::terminal::output::{self, StandardOutput};

/// Runs one command line and returns its exit code.
#[must_use]
pub fn run(args: &[OsString]) -> u8 {
    if let Some(task) = clipboard::Task::of(args) {
        return run_task(task).map_or_else(|failure| failure.kind.exit_code(), |()| 0);
    }
    let (json, color) = cli::early(args);
    // Known before all that the command line takes has been built, which is most of the work of saying it.
    if matches!(args, [_, only] if only == "--version" || only == "-V") {
        return print_version().map_or_else(|failure| fail(&failure, look(json, color)), |()| 0);
    }
    let cli = match parsed(args, color) {
        Ok(cli) => cli,
        Err(error) => {
            // What it repeats of the command line could pass for a paragraph of its own.
            let neutral: Vec<OsString> = args.iter().map(|arg| shown(arg).into()).collect();
            let again = if neutral == args { None } else { parsed(&neutral, color).err() };
            return usage(&again.unwrap_or(error), look(json, color));
        }
    };
    let look = look(matches!(cli.global.format, Format::Json | Format::Jsonl), cli.global.color);
    match dispatch(cli, look) {
        Ok(()) => 0,
        Err(failure) => fail(&failure, look),
    }
}

fn parsed(args: &[OsString], color: ColorChoice) -> std::result::Result<Cli, clap::Error> {
    let command = Cli::command().color(match color {
        ColorChoice::Auto => clap::ColorChoice::Auto,
        ColorChoice::Always => clap::ColorChoice::Always,
        ColorChoice::Never => clap::ColorChoice::Never,
    });
    command.try_get_matches_from(args).and_then(|matches| Cli::from_arg_matches(&matches))
}

fn fail(failure: &Failure, look: Look) -> u8 {
    failure.report(look);
    failure.kind.exit_code()
}

const VERSION: &str = concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION"), "\n");

fn print_version() -> Result<()> {
    let mut output = StandardOutput::open(|_| false).context("standard output cannot be used")?;
    output::print(&mut output, VERSION.as_bytes()).map(|_| ())
}

/// Does what the program starts itself for: nobody types this, and nobody sees what comes of it.
fn run_task(task: clipboard::Task) -> Result<()> {
    system::secure()?;
    Ok(task.run(&config::display())?)
}

fn dispatch(cli: Cli, look: Look) -> Result<()> {
    system::secure()?;
    let color = cli.global.color;
    let mut output = StandardOutput::open(|is_terminal| config::coloured(color, is_terminal))
        .context("standard output cannot be used")?;
    let mut terminal = Console::open(look).context("the terminal cannot be used")?;
    let mut rng = system::random()?;

    let throw_away = match cli.command {
        Command::Demo => Some(tempfile::tempdir().context("there is no place for a throw-away store")?),
        _ => None,
    };
    if let Some(folder) = &throw_away {
        terminal.doom(folder.path().to_owned());
    }
    let (store, sign_ins) = match &throw_away {
        Some(folder) => (folder.path().join("passdesk.db"), Some(folder.path().to_owned())),
        None => (config::store_path(cli.global.store.as_deref(), system::is_root())?, config::sign_in_folder().ok()),
    };
    let desk = &mut Desk {
        stores: &SqliteStores::at(&store)?,
        sign_ins: &SignInFiles::in_folder(sign_ins, system::sudo_caller()),
        terminal: &mut terminal,
        output: &mut output,
        clipboard: &mut DisplayClipboard::of(config::display()),
        clock: &SystemClock,
        rng: &mut rng,
        operator: system::operator(),
        through_sudo: system::is_through_sudo(),
        policy: Policy::default(),
        token: config::token(),
        global: cli.global,
    };
    desk.refuse_own_streams()?;
    match &cli.command {
        Command::Init(args) => commands::init::run(desk, args),
        Command::Users(command) => commands::users::run(desk, command),
        Command::Me(command) => commands::me::run(desk, command),
        Command::Tokens(command) => commands::tokens::run(desk, command),
        Command::Policy(command) => commands::policy::run(desk, command),
        Command::Audit(command) => commands::audit::run(desk, command),
        Command::Verify(args) => commands::verify::run(desk, args),
        Command::Recover(args) => commands::recover::run(desk, args),
        Command::Store(command) => commands::store::run(desk, command),
        Command::Demo => commands::demo::run(desk),
        Command::Completions { shell } => commands::completions::run(desk, *shell),
        Command::Man { dir } => commands::man::run(desk, dir),
    }
}

/// Answers a command line that clap did not take; help and the version are no failures.
fn usage(error: &clap::Error, look: Look) -> u8 {
    let no_command = error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
    if !error.use_stderr() || (no_command && !look.json) {
        let printed = error.print().and_then(|()| std::io::stdout().flush());
        return match output::written(printed) {
            // What standard error does not take changes nothing.
            _ if error.use_stderr() => Kind::Usage.exit_code(),
            Ok(_) => 0,
            Err(failure) => fail(&failure, look),
        };
    }
    fail(&Failure::from(error), look)
}

fn look(json: bool, color: ColorChoice) -> Look {
    let stderr = std::io::stderr();
    Look { json, coloured: config::coloured(color, stderr.is_terminal()), width: output::width(&stderr) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_the_one_that_help_and_manual_pages_name() {
        assert_eq!(VERSION, Cli::command().render_version());
    }
}

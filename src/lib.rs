//! passdesk administers local accounts. An admin resets a password and hands the temporary one over exactly once. The
//! owner must choose a new one before anything else works.
//!
//! The map of the modules. Each uses only those below it, or those beside it as shown:
//!
//! ```text
//! cli/         clap types only, a file a command group
//!    ↓
//! commands/    a file a command: resolve → authorize → decide → hand over → record
//!    ↓                    ↓                        ↓                       ↓
//! domain/      ←  store/                   handover/               terminal/
//! pure rules      each operation once,     made → delivered →      asking, picking, a screen,
//!                 over the rows that       in force, as types;     progress, signals, tables:
//!                 an engine gives;         a file a way out        the only rooms that touch
//!                 sqlite/, postgres/                               a terminal
//! ```
//!
//! Beside them:
//!
//! - [`failure`]: the only place that prints a failure.
//! - [`completing`]: which usernames fit where the cursor is.
//! - `door`: the two halves of a shared host.
//! - [`config`]: what the environment decides; `site`: what the administrator of the machine decides.
//! - [`files`]: the files that the caller names.
//! - [`input`]: files and pipes that a user hands in.
//! - [`named_file`]: how a file is opened that a user names.
//! - `patient`: streams that do not block.
//! - [`made`]: files that the program made and removes again.
//! - [`folders`]: which folders others can rearrange or enter.
//! - [`gate`]: keeps signals out of transactions.
//! - `properties`: what holds for any bytes that somebody hands in.
//! - [`system`]: the clock, random numbers, and who runs this.
//! - [`sign_in_files`] and [`token_source`]: where a sign-in and a token are kept.
//!
//! This file is the one place that wires real adapters together.

// On other systems there is only a message in main.rs.
#![cfg(unix)]
#![forbid(unsafe_code)]

pub mod cli;
pub mod commands;
pub mod completing;
pub mod config;
pub mod domain;
mod door;
pub mod failure;
pub mod files;
pub mod folders;
pub mod gate;
pub mod handover;
pub mod input;
mod json;
pub mod made;
pub mod named_file;
mod patient;
#[cfg(any(test, fuzzing))]
pub mod properties;
pub mod sign_in_files;
mod site;
pub mod store;
pub mod system;
pub mod terminal;
pub mod token_source;

use std::ffi::OsString;
use std::fs::Metadata;
use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::builder::StyledStr;
use clap::{CommandFactory as _, FromArgMatches as _};
use nix::unistd::User;

use crate::cli::{Cli, ColorChoice, Command};
use crate::commands::Desk;
use crate::commands::demo::Stage;
use crate::domain::operation::OperationId;
use crate::domain::pam::PamFacts;
use crate::domain::policy::Policy;
use crate::domain::text::shown;
use crate::door::{BACK_HALF, Caller, Front, Knock, Visit};
use crate::failure::{Failure, Kind, Look, Result};
use crate::files::LocalFiles;
use crate::gate::Gate;
use crate::made::{Fleeting, Made};
use crate::patient::Patient;
use crate::sign_in_files::SignInFiles;
use crate::site::Site;
use crate::store::Stores;
use crate::store::sqlite::SqliteStores;
use crate::system::{Slow, SystemClock};
use crate::terminal::clipboard::{self, DisplayClipboard};
use crate::terminal::console::{self, Console};
use crate::terminal::format::Format;
use crate::terminal::output::{self, Output, StandardOutput};
use crate::terminal::{Ask as _, Signals as _};
use crate::token_source::TokenSource;

/// Runs one command line and returns its exit code.
#[must_use]
pub fn run(args: &[OsString]) -> u8 {
    system::outlive_file_limit();
    if matches!(args, [_, only] if only == BACK_HALF) {
        return back_half().map_or_else(|failure| fail(&failure, Look::default()), |()| 0);
    }
    if let Some(task) = clipboard::Task::of(args) {
        return run_task(task).map_or_else(|failure| failure.kind.exit_code(), |()| 0);
    }
    if let Some(asked) = completing::Asked::of(args) {
        // The shell that asks shows nothing of a failure.
        let _ = print(ColorChoice::Never, |_| asked.answer());
        return 0;
    }
    let (json, color) = cli::early(args);
    // The version is answered before clap builds the command line. Building it would take most of the time.
    if matches!(args, [_, only] if only == "--version" || only == "-V" || only == "version") {
        return print(color, |_| VERSION.into()).map_or_else(|failure| fail(&failure, look(json, color)), |()| 0);
    }
    let mut cli = match understood(args) {
        Ok(cli) => cli,
        Err((error, neutral)) => return usage(&error, &neutral, look(json, color), color),
    };
    if is_for_pam(&cli.command) && matches!(cli.command, Command::Me(_)) {
        // Without a terminal, the command says so.
        let _ = terminal::take_from_pam();
    }
    let look = look(matches!(cli.global.format, Format::Json | Format::Jsonl), cli.global.color);
    if let Err(failure) = take_dialect(&mut cli) {
        return fail(&failure, look);
    }
    if let Command::Help { command } = &cli.command {
        // The words only name a command. Nothing runs them, whatever they are.
        let color = cli.global.color;
        return match cli::explained(command) {
            Ok(mut command) => print(color, |coloured| styled(&command.render_help(), coloured))
                .map_or_else(|failure| fail(&failure, look), |()| 0),
            Err(error) => usage(&error, args, look, color),
        };
    }
    if let Err(failure) = store_through_sudo(cli.global.store.is_some()) {
        return fail(&failure, look);
    }
    cli.global.store = cli.global.store.or_else(config::named_store);
    let done = dispatch(cli, args, look);
    let left = made::left_behind();
    match done {
        Ok(()) => {
            for left in &left {
                console::note(left, look);
            }
            0
        }
        Err(failure) => {
            let lines = failure.lines.iter().cloned().chain(left).collect();
            fail(&Failure { lines, ..failure }, look)
        }
    }
}

/// The command line.
fn parsed(args: &[OsString]) -> std::result::Result<Cli, clap::Error> {
    Cli::from_arg_matches(&Cli::command().try_get_matches_from(args)?)
}

/// The command line. Or why clap refuses it, and the words that a message may repeat.
fn understood(args: &[OsString]) -> std::result::Result<Cli, (clap::Error, Vec<OsString>)> {
    parsed(args).map_err(|error| {
        // The message repeats the command line. Unescaped, that text could pass for a paragraph of its own.
        let neutral: Vec<OsString> = args.iter().map(|arg| shown(arg).into()).collect();
        let again = if neutral == args { None } else { parsed(&neutral).err() };
        (again.unwrap_or(error), neutral)
    })
}

/// Puts the dialect of CSV into the format.
fn take_dialect(cli: &mut Cli) -> Result<()> {
    cli.global.format = cli.global.format.in_dialect(cli.global.csv_dialect).ok_or_else(|| {
        Failure::new(Kind::Usage, "--csv-dialect goes with --format csv")
            .hint("add --format csv, or leave out --csv-dialect")
    })?;
    Ok(())
}

/// Refuses a store named on the command line if the caller comes through sudo. It would be opened with the rights of
/// the borrowed user. An old copy would let in people whom the store itself no longer lets in.
fn store_through_sudo(is_named: bool) -> Result<()> {
    // On a shared host, root borrows no rights of passdesk's own user.
    let is_root_here = || system::is_root() && Site::read().is_ok_and(|site| site.run_as.is_some());
    if !is_named || !system::is_through_sudo() || is_root_here() {
        return Ok(());
    }
    let instead = "leave it out; if you may do everything by sudo, put 'env -u SUDO_UID' before passdesk";
    Err(commands::not_through_sudo("--store", instead))
}

fn fail(failure: &Failure, look: Look) -> u8 {
    failure.report(look);
    failure.kind.exit_code()
}

const VERSION: &str = concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION"), "\n");

/// Prints what needs no store. `text` gets whether to use colours.
fn print(color: ColorChoice, text: impl FnOnce(bool) -> Vec<u8>) -> Result<()> {
    let mut output = standard_output(color)?;
    let text = text(output.layout().coloured);
    output::print(&mut output, &text).map(|_| ())
}

fn standard_output(color: ColorChoice) -> Result<StandardOutput> {
    let output = StandardOutput::open(|is_terminal| config::coloured(color, is_terminal));
    Ok(output.context("standard output cannot be used")?)
}

/// Runs a task for which the program started itself. No user types this, and no user sees the result.
fn run_task(task: clipboard::Task) -> Result<()> {
    system::secure()?;
    Ok(task.run(&config::display())?)
}

fn dispatch(cli: Cli, args: &[OsString], look: Look) -> Result<()> {
    system::secure()?;
    match &cli.command {
        Command::Completions { shell } => {
            without_a_desk(&cli, |_| print(cli.global.color, |_| commands::completions::generate(*shell)))
        }
        Command::Man { dir } => without_a_desk(&cli, |is_own| {
            commands::man::run(dir, system::is_through_sudo(), is_own).map(|said| console::note(&said, look))
        }),
        Command::CompleteUsernames(_) => {
            // Whoever pressed a key wants no message.
            let _ = with_a_store(cli, args, look);
            Ok(())
        }
        _ => with_a_store(cli, args, look),
    }
}

/// Runs a command that needs no store and no home folder. It still must not write into the files of either.
fn without_a_desk(cli: &Cli, work: impl FnOnce(&dyn Fn(&Path) -> bool) -> Result<()>) -> Result<()> {
    let site = Site::read().ok().and_then(|site| site.store);
    let store = config::store_path(cli.global.store.as_deref(), site, system::is_root()).ok();
    // Nothing is written to this store.
    let stores = store.and_then(|store| stores_at(&store, OperationId([0; 16]), &Gate::default()).ok());
    let store = stores.as_ref().and_then(|stores| stores.file());
    let sign_ins = SignInFiles::in_folder(config::sign_in_folder().ok(), system::sudo_caller());
    commands::refuse_own_streams(&|file| store.is_some_and(|store| store.has(file)) || sign_ins.have(file))?;
    work(&|path| store.is_some_and(|store| store.claims(path)) || sign_ins.claim(path))
}

/// The store at a location: the path of a file, or the address of a server.
fn stores_at(location: &Path, operation: OperationId, gate: &Gate) -> Result<Box<dyn Stores>> {
    if config::is_server(location) {
        return on_server(location, operation, gate);
    }
    if config::is_mistyped_address(location) {
        return Err(Failure::new(Kind::Usage, "the store is named by what looks like an address, and is none")
            .hint("an address begins with postgres://; put ./ before the name of such a file"));
    }
    Ok(Box::new(SqliteStores::at(location, SystemClock, operation)?.behind(gate)))
}

#[cfg(feature = "postgres")]
fn on_server(location: &Path, operation: OperationId, gate: &Gate) -> Result<Box<dyn Stores>> {
    use crate::store::postgres::PostgresStores;
    use crate::store::postgres::address::{Address, BadAddress};

    let text = location.to_str().ok_or_else(|| Failure::new(Kind::Usage, "the address of the store is not UTF-8"))?;
    let os_user = system::operator().os_user;
    let address = Address::read(text, &config::variable, config::home().as_deref(), &os_user);
    let address = address.map_err(|bad| match bad {
        BadAddress::Usage { message, hint } => Failure::new(Kind::Usage, message).hint(hint),
        BadAddress::Unusable { message, hint } => Failure::new(Kind::StoreUnusable, message).hint(hint),
    })?;
    Ok(Box::new(PostgresStores::at(address, operation).behind(gate)))
}

#[cfg(not(feature = "postgres"))]
fn on_server(_: &Path, _: OperationId, _: &Gate) -> Result<Box<dyn Stores>> {
    Err(Failure::new(Kind::StoreUnusable, "this passdesk is built without PostgreSQL")
        .hint("build it with the feature 'postgres': cargo install --locked --path . --features postgres"))
}

/// Runs a command that needs a store and a terminal. If the store belongs to another user, it runs at the other end of the
/// door.
fn with_a_store(cli: Cli, args: &[OsString], look: Look) -> Result<()> {
    let gate = Gate::default();
    let mut terminal = Console::open(look, config::terminal(), &gate).context("the terminal cannot be used")?;
    let output = standard_output(cli.global.color)?;
    let pager = if is_paged(&cli, &output, &terminal) { config::pager() } else { None };
    let mut output: Box<dyn Output> = match pager {
        Some(pager) => Box::new(terminal.paged(output, pager)),
        None => Box::new(output),
    };
    let mut rng = system::random()?;

    let throw_away = match cli.command {
        Command::Demo(_) => {
            let made = Made::scratch(&config::temporary_folder(), "passdesk-demo.".as_ref(), "");
            Some(Fleeting(made.context("there is no place for a throw-away store")?))
        }
        _ => None,
    };
    if let Some(Fleeting(folder)) = &throw_away {
        terminal.doom(folder.clone());
    }
    let Place { store, owner } = Place::of(&cli, throw_away.as_ref())?;
    let sign_ins = match &throw_away {
        Some(Fleeting(folder)) => Some(folder.path().to_owned()),
        None => config::sign_in_folder().ok(),
    };
    let sign_ins = SignInFiles::in_folder(sign_ins, system::sudo_caller());
    let operation = OperationId::generate(&mut rng);
    // At the other end of the door, the back half connects to a server. This half only knows the files of a store.
    let is_here = owner.is_none() || !config::is_server(&store);
    let stores = if is_here { Some(stores_at(&store, operation, &gate)?) } else { None };
    let file = stores.as_ref().and_then(|stores| stores.file());
    let keeps = |named: &Metadata| file.is_some_and(|store| store.has(named)) || sign_ins.have(named);
    let claims = |path: &Path| file.is_some_and(|store| store.claims(path)) || sign_ins.claim(path);
    commands::refuse_own_streams(&keeps)?;
    // The demo is for people without an account.
    let token = if throw_away.is_some() { TokenSource::Nowhere } else { config::token() };
    // Whoever becomes root on a shared host has borrowed no rights from passdesk's own user. Root has files of its own.
    let through_sudo = system::is_through_sudo() && !(owner.is_some() && system::is_root());
    let files = LocalFiles { keeps: &keeps, claims: &claims, token, through_sudo };
    let mut clipboard = DisplayClipboard::of(config::display());
    let stores = match (owner, &stores) {
        (None, Some(stores)) => stores,
        (Some(owner), _) => {
            let knock = Knock {
                program: &system::program()?,
                owner: &owner,
                is_root: system::is_root(),
                args,
                caller: Caller {
                    zone: config::variable("TZ").and_then(|zone| zone.into_string().ok()),
                    sudo_caller: system::sudo_user(),
                    through_sudo,
                    pam: pam_facts(&cli.command),
                },
            };
            let (output, clipboard) = (&mut *output, &mut clipboard);
            return knock.enter(&mut terminal, &mut Front { output, clipboard, files: &files, sign_ins: &sign_ins });
        }
        (None, None) => return Err(Failure::new(Kind::StoreUnusable, "there is no store")),
    };
    let desk = &mut Desk {
        stores: &**stores,
        places: &|location| stores_at(location, operation, &gate),
        workshop: None,
        sign_ins: &sign_ins,
        files: &files,
        terminal: &mut terminal,
        output: &mut *output,
        clipboard: &mut clipboard,
        rng: &mut rng,
        zone: &config::ZONE,
        operation,
        operator: system::operator(),
        through_sudo,
        policy: Policy::default(),
        pam: pam_facts(&cli.command),
        global: cli.global,
    };
    match &cli.command {
        Command::Demo(args) => {
            let earlier = SqliteStores::at(&store, Slow(commands::demo::AGE), operation)?.behind(&gate);
            let shell = || Ok(system::shell(&store).context("there is no shell")?);
            let remove = || {
                throw_away.iter().try_for_each(|Fleeting(folder)| {
                    let stays = || format!("the store of the demo stays in {}", folder.path().display());
                    Ok(folder.remove().with_context(stays)?)
                })
            };
            commands::demo::run(desk, args, &Stage { earlier: &earlier, shell: &shell, remove: &remove })
        }
        command => at_a_desk(desk, command),
    }
}

/// The place of the store, and its owner, if that is another user.
struct Place {
    store: PathBuf,
    owner: Option<User>,
}

impl Place {
    fn of(cli: &Cli, throw_away: Option<&Fleeting>) -> Result<Self> {
        if let Some(Fleeting(folder)) = throw_away {
            return Ok(Self { store: folder.path().join("passdesk.db"), owner: None });
        }
        let named = cli.global.store.as_deref();
        // Whoever names a store of their own need not care about the site.
        let site = match Site::read() {
            Err(_) if named.is_some() => Site::default(),
            read => read?,
        };
        let is_of_site = named.is_none_or(|named| site.has(named));
        let owner = if is_of_site && !needs_no_store(&cli.command) { site.owner()? } else { None };
        let owner = owner.filter(|owner| !system::is(owner));
        Ok(Self { store: config::store_path(named, site.store, system::is_root())?, owner })
    }
}

/// Whether a command only looks at files of the caller. It has nothing to do behind the door.
fn needs_no_store(command: &Command) -> bool {
    matches!(command, Command::Audit(cli::audit::Command::Verify(args)) if args.no_store)
}

/// Runs a command for a caller at the other end of the door.
fn back_half() -> Result<()> {
    system::secure()?;
    let gate = Gate::default();
    let visit = Visit::receive(&gate)?;
    visit.end(for_a_visit(&visit, &gate));
    Ok(())
}

fn for_a_visit(visit: &Visit, gate: &Gate) -> Result<()> {
    let Caller { zone, sudo_caller, through_sudo, pam } = &visit.caller;
    let site = Site::read()?;
    let ours = || Failure::new(Kind::StoreUnusable, "the other half of passdesk runs as a user who is not the store's");
    let owner = site.owner()?.filter(system::is).ok_or_else(ours)?;
    let store = site.store.ok_or_else(ours)?;
    let caller = system::sudo_caller().ok_or_else(|| Failure::new(Kind::Failed, "sudo does not say who calls"))?;
    config::take_zone(zone.clone());
    config::take_workshop(owner.dir.clone());
    let mut cli = parsed(&visit.args).map_err(|error| Failure::from(&error))?;
    take_dialect(&mut cli)?;
    // A caller names no store here.
    cli.global.store = None;
    let mut rng = system::random()?;
    let operation = OperationId::generate(&mut rng);
    let stores = stores_at(&store, operation, gate)?;
    visit.begin(operation)?;
    let [mut terminal, mut output, mut clipboard] = [(); 3].map(|()| visit.remote.clone());
    let desk = &mut Desk {
        stores: &*stores,
        places: &|location| stores_at(location, operation, gate),
        workshop: Some(&owner.dir),
        sign_ins: &visit.remote,
        files: &visit.remote,
        terminal: &mut terminal,
        output: &mut output,
        clipboard: &mut clipboard,
        rng: &mut rng,
        zone: &config::ZONE,
        operation,
        operator: system::caller(caller, sudo_caller.as_deref()),
        through_sudo: *through_sudo,
        policy: Policy::default(),
        pam: pam.clone().filter(|_| caller == 0 && is_for_pam(&cli.command)),
        global: cli.global,
    };
    at_a_desk(desk, &cli.command)
}

/// Runs a command at a desk.
fn at_a_desk(desk: &mut Desk<'_>, command: &Command) -> Result<()> {
    let done = match command {
        Command::Init(args) => commands::init::run(desk, args),
        Command::Users(command) => commands::users::run(desk, command),
        Command::Me(command) => commands::me::run(desk, command),
        Command::Tokens(command) => commands::tokens::run(desk, command),
        Command::Policy(command) => commands::policy::run(desk, command),
        Command::Audit(command) => commands::audit::run(desk, command),
        Command::Verify(args) => commands::verify::run(desk, args),
        Command::Recover(args) => commands::recover::run(desk, args),
        Command::Store(command) => commands::store::run(desk, command),
        Command::CompleteUsernames(args) => commands::usernames::run(desk, args),
        // These need no desk, or another one.
        Command::Demo(_) | Command::Completions { .. } | Command::Help { .. } | Command::Man { .. } => Ok(()),
    };
    done.map_err(|failure| failure.because_of(|| desk.stores.file()?.writer()))
}

/// What PAM says, if PAM runs this.
fn pam_facts(command: &Command) -> Option<PamFacts> {
    is_for_pam(command).then(config::pam)
}

/// Whether PAM runs this. Only then the environment says whom it is about.
fn is_for_pam(command: &Command) -> bool {
    match command {
        Command::Verify(verify) => verify.pam,
        Command::Me(cli::me::Command::Passwd(passwd)) => passwd.pam,
        _ => false,
    }
}

/// Whether a pager may show what comes of this command: a list of accounts or events, for somebody at a terminal. Through
/// sudo a pager would run with the rights of another user.
fn is_paged(cli: &Cli, output: &StandardOutput, terminal: &Console) -> bool {
    let is_list = matches!(
        cli.command,
        Command::Users(cli::users::Command::List(_)) | Command::Audit(cli::audit::Command::List(_))
    );
    is_list
        && cli.global.format == Format::Text
        && output.layout().width.is_some()
        && terminal.is_interactive()
        && !system::is_through_sudo()
}

/// Answers a command line that clap refused. Help and the version are no failures.
fn usage(error: &clap::Error, args: &[OsString], look: Look, color: ColorChoice) -> u8 {
    if !error.use_stderr() {
        return print(color, |coloured| styled(&error.render(), coloured))
            .map_or_else(|failure| fail(&failure, look), |()| 0);
    }
    if cli::guesses::is_bare(error) && !look.json {
        let help = cli::guesses::addressed(args).0.render_help();
        // If standard error takes nothing, that changes nothing.
        let _ = Patient(std::io::stderr()).write_all(&styled(&help, look.coloured));
        return Kind::Usage.exit_code();
    }
    fail(&cli::guesses::failure(error, args), look)
}

fn styled(text: &StyledStr, coloured: bool) -> Vec<u8> {
    if coloured { text.ansi().to_string() } else { text.to_string() }.into_bytes()
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

//! `passdesk policy …`.

mod blocklist;

use std::path::Path;

use super::actor::{Acting, acting};
use super::{Desk, done};
use crate::cli::policy::{Command, Set, Unset};
use crate::domain::authority::Action;
use crate::domain::blocklist::Blocklist;
use crate::domain::clock::moment;
use crate::domain::policy::{Policy, Setting};
use crate::domain::text::counted;
use crate::failure::{Failure, Kind, Result};
use crate::input::is_stdin;
use crate::store::Store;
use crate::terminal::format::Format;
use crate::terminal::table;

/// Runs one of the commands.
pub fn run(desk: &mut Desk<'_>, command: &Command) -> Result<()> {
    match command {
        Command::Show => show(desk),
        Command::Set(args) if args.setting == Setting::Blocklist => set_blocklist(desk, args),
        Command::Set(args) => set(desk, args),
        Command::Unset(args) => unset(desk, args),
    }
}

const COLUMNS: &[&str] = &["setting", "value", "default", "meaning"];

/// A setting as a table row, under these columns.
fn said(setting: Setting, policy: &Policy) -> [String; 4] {
    let (value, default) = (policy.value(setting), Policy::default().value(setting));
    [setting.name().into(), value, default, setting.meaning().into()]
}

/// Shows each setting: its value, its default and its meaning.
fn show(desk: &mut Desk<'_>) -> Result<()> {
    let mut store = desk.open_to_read()?;
    acting(desk, &mut store)?.may(&mut store, Action::ShowPolicy)?;

    let mut rows = Setting::ALL.map(|setting| said(setting, &desk.policy));
    if desk.format() == Format::Text {
        for (setting, [_, value, ..]) in Setting::ALL.into_iter().zip(&mut rows) {
            *value = in_words(setting, value);
        }
        let text = table::listing(["SETTING", "VALUE", "DEFAULT", "MEANING"], &rows, 3, desk.output.layout());
        desk.print(&text)?;
        let Some(Blocklist { set_at, file, .. }) = desk.policy.blocklist else { return Ok(()) };
        let set_at = moment(set_at, desk.now()?, desk.zone);
        let file = file.to_hex();
        return desk.print(&format!("\nThe blocklist was set {set_at}. The SHA-256 of its file is\n{file}.\n"));
    }
    desk.print_records(COLUMNS, rows.map(|row| row.map(Into::into).into()), true)
}

/// The store, and who may change its policy.
fn deciding(desk: &mut Desk<'_>) -> Result<(Store, Acting)> {
    let mut store = desk.open()?;
    let acting = acting(desk, &mut store)?;
    acting.may(&mut store, Action::SetPolicy)?;
    Ok((store, acting))
}

/// Changes one setting. It holds from the next command on.
fn set(desk: &mut Desk<'_>, args: &Set) -> Result<()> {
    if args.skip_invalid {
        return Err(Failure::new(Kind::Usage, "--skip-invalid is for the blocklist").hint("leave it out"));
    }
    Policy::default().set(args.setting, &args.value)?;
    let (mut store, acting) = deciding(desk)?;
    decide(desk, &mut store, &acting, args.setting, &args.value)
}

/// Gives a setting its default again.
fn unset(desk: &mut Desk<'_>, args: &Unset) -> Result<()> {
    let (mut store, acting) = deciding(desk)?;
    decide(desk, &mut store, &acting, args.setting, &Policy::default().value(args.setting))
}

/// Reads a blocklist, and puts it in place of the one before.
fn set_blocklist(desk: &mut Desk<'_>, args: &Set) -> Result<()> {
    let path = Path::new(&args.value);
    desk.refuse_to_read_through_sudo("policy set blocklist", path)?;
    if desk.global.password_stdin && is_stdin(path) {
        return Err(Failure::new(Kind::Usage, "standard input cannot be both a password and a blocklist")
            .hint("name a file, or sign in first with 'passdesk me sign-in'"));
    }
    let (mut store, acting) = deciding(desk)?;
    let name = store.name()?;
    let (found, mut filter) = blocklist::read(desk, path, args.skip_invalid, &name)?;
    let (entries, file) = (found.entries, found.file);
    let was = desk.commit(|_| store.set_blocklist(acting.actor(), &Policy::default(), entries, file, &mut filter))?;
    if found.skipped > 0 {
        let were = if found.skipped == 1 { "was" } else { "were" };
        desk.terminal.note(&format!("{} {were} left out.", counted(found.skipped, "line")));
    }
    tell(desk, &store, Setting::Blocklist, &was)
}

fn decide(desk: &mut Desk<'_>, store: &mut Store, acting: &Acting, setting: Setting, is: &str) -> Result<()> {
    let was = desk.commit(|_| store.set_policy(acting.actor(), &Policy::default(), setting, is))?;
    tell(desk, store, setting, &was)
}

/// Tells what a setting is now, and what it was.
fn tell(desk: &mut Desk<'_>, store: &Store, setting: Setting, was: &str) -> Result<()> {
    let policy = store.policy(&Policy::default()).map_err(|error| done(error.into()))?;
    let (is, was) = (in_words(setting, &policy.value(setting)), in_words(setting, was));
    desk.terminal.note(&format!("{} is {is} now; it was {was}.", setting.name()));
    if setting == Setting::OperatorAccess && !policy.operator_access {
        desk.terminal.note("From now on operators must sign in, too. They can still run 'passdesk recover'.");
    }
    desk.print_done(COLUMNS, [said(setting, &policy).map(Into::into).into()], false)
}

/// The value of a setting for people.
fn in_words(setting: Setting, value: &str) -> String {
    match value.parse::<Blocklist>() {
        Ok(list) if setting == Setting::Blocklist => list.counted(),
        _ => value.to_owned(),
    }
}

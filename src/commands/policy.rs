//! `passdesk policy …`.

use super::actor::acting;
use super::{Desk, done};
use crate::cli::policy::{Command, Set};
use crate::domain::authority::Action;
use crate::domain::policy::{Policy, Setting};
use crate::failure::Result;
use crate::terminal::format::Format;
use crate::terminal::table;

/// Runs one of the commands.
pub fn run(desk: &mut Desk<'_>, command: &Command) -> Result<()> {
    match command {
        Command::Show => show(desk),
        Command::Set(args) => set(desk, args),
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

    let rows = Setting::ALL.map(|setting| said(setting, &desk.policy));
    if desk.format() == Format::Text {
        let text = table::listing(["SETTING", "VALUE", "DEFAULT", "MEANING"], &rows, 3, desk.output.layout());
        return desk.print(&text);
    }
    desk.print_records(COLUMNS, rows.map(|row| row.map(Into::into).into()), true)
}

/// Changes one setting. It holds from the next command on.
fn set(desk: &mut Desk<'_>, args: &Set) -> Result<()> {
    Policy::default().set(args.setting, &args.value)?;
    let mut store = desk.open()?;
    let acting = acting(desk, &mut store)?;
    acting.may(&mut store, Action::SetPolicy)?;

    let (name, is) = (args.setting.name(), &args.value);
    let was = desk.commit(|_| store.set_policy(acting.actor(), Policy::default(), args.setting, is))?;
    desk.terminal.note(&format!("{name} is {is} now; it was {was}."));
    if args.setting == Setting::OperatorAccess && is == "off" {
        desk.terminal.note("From now on operators must sign in, too. They can still run 'passdesk recover'.");
    }
    let policy = store.policy(Policy::default()).map_err(|error| done(error.into()))?;
    desk.print_done(COLUMNS, [said(args.setting, &policy).map(Into::into).into()], false)
}

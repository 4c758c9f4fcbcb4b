//! `passdesk policy …`.

use std::borrow::Cow;

use serde::Serialize;

use super::Desk;
use super::actor::acting;
use crate::cli::policy::{Command, Set};
use crate::domain::authority::Action;
use crate::domain::policy::{Policy, Setting};
use crate::failure::Result;
use crate::terminal::format::{Format, Record};
use crate::terminal::table;

/// Runs one of the commands.
pub fn run(desk: &mut Desk<'_>, command: &Command) -> Result<()> {
    match command {
        Command::Show => show(desk),
        Command::Set(args) => set(desk, args),
    }
}

#[derive(Serialize)]
struct SettingRecord {
    setting: &'static str,
    value: String,
    default: String,
    meaning: &'static str,
}

impl Record for SettingRecord {
    const COLUMNS: &'static [&'static str] = &["setting", "value", "default", "meaning"];

    fn cells(&self) -> Vec<Cow<'_, str>> {
        vec![self.setting.into(), self.value.as_str().into(), self.default.as_str().into(), self.meaning.into()]
    }
}

/// Shows each setting, its default and what it decides.
fn show(desk: &mut Desk<'_>) -> Result<()> {
    let mut store = desk.open()?;
    acting(desk, &mut *store)?.may(&mut *store, desk.now(), Action::ShowPolicy)?;

    let default = Policy::default();
    let records = Setting::ALL.map(|setting| SettingRecord {
        setting: setting.name(),
        value: desk.policy.value(setting),
        default: default.value(setting),
        meaning: setting.meaning(),
    });
    if desk.format() == Format::Text {
        let rows = records.map(|it| [it.setting.into(), it.value, it.default, it.meaning.into()]);
        let text = table::listing(["SETTING", "VALUE", "DEFAULT", "MEANING"], &rows, 3, desk.output.layout());
        return desk.print(&text);
    }
    desk.print_records(&records, true)
}

/// Decides one thing, for every command from the next one on.
fn set(desk: &mut Desk<'_>, args: &Set) -> Result<()> {
    Policy::default().set(args.setting, &args.value)?;
    let mut store = desk.open()?;
    let acting = acting(desk, &mut *store)?;
    acting.may(&mut *store, desk.now(), Action::SetPolicy)?;

    let before = desk.policy.clone();
    let mut after = before.clone();
    after.set(args.setting, &args.value)?;
    store.set_policy(&acting.mandate(desk.now()), args.setting, &before, &after)?;

    let (name, was, is) = (args.setting.name(), before.value(args.setting), after.value(args.setting));
    desk.terminal.note(&format!("{name} is {is} now; it was {was}."));
    if before.operator_access && !after.operator_access {
        desk.terminal.note("From now on an operator has to sign in, too. 'passdesk recover' stays open to operators.");
    }
    Ok(())
}

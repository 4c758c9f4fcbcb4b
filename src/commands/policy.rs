//! `passdesk policy …`.

use std::borrow::Cow;

use serde::Serialize;

use super::actor::acting;
use super::{Desk, done};
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

impl SettingRecord {
    fn new(setting: Setting, policy: &Policy) -> Self {
        let (value, default) = (policy.value(setting), Policy::default().value(setting));
        Self { setting: setting.name(), value, default, meaning: setting.meaning() }
    }
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
    acting(desk, &mut store)?.may(&mut store, Action::ShowPolicy)?;

    let records = Setting::ALL.map(|setting| SettingRecord::new(setting, &desk.policy));
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
    let acting = acting(desk, &mut store)?;
    acting.may(&mut store, Action::SetPolicy)?;

    let (name, is) = (args.setting.name(), &args.value);
    let was = desk.commit(|_| store.set_policy(acting.actor(), Policy::default(), args.setting, is))?;
    desk.terminal.note(&format!("{name} is {is} now; it was {was}."));
    if args.setting == Setting::OperatorAccess && is == "off" {
        desk.terminal.note("From now on an operator has to sign in, too. 'passdesk recover' stays open to operators.");
    }
    let policy = store.policy(Policy::default()).map_err(|error| done(error.into()))?;
    desk.print_done(&[SettingRecord::new(args.setting, &policy)], false)
}

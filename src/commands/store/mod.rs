//! `passdesk store …`.

mod backup;
mod check;
mod copy;
mod restore;

use std::path::Path;

use super::Desk;
use crate::cli::store::Command;
use crate::domain::text::shown;
use crate::failure::{Failure, Kind, Result};
use crate::files::taken;
use crate::store::{self, StoreError, Watch};
use crate::terminal::format::Format;
use crate::terminal::output;
use crate::terminal::{Phase, Terminal};

/// Runs one of the commands.
pub fn run(desk: &mut Desk<'_>, command: &Command) -> Result<()> {
    match command {
        Command::Path => path(desk),
        Command::Grants => grants(desk),
        Command::Backup(args) => backup::run(desk, args),
        Command::Restore(args) => restore::run(desk, args),
        Command::Copy(args) => copy::run(desk, args),
        Command::Check => check::run(desk),
    }
}

/// Prints what makes the roles that a store on a server needs.
fn grants(desk: &mut Desk<'_>) -> Result<()> {
    let none = || {
        Failure::new(Kind::Usage, "this store is a file, and has no database roles")
            .hint("name a store on a server: --store postgres://HOST/DATABASE")
    };
    let sql = desk.stores.grants().ok_or_else(none)?;
    output::print(desk.output, sql.as_bytes()).map(|_| ())
}

/// Prints the path of the store, whether the store exists or not. On a terminal the path is made harmless. Programs get
/// it unchanged.
fn path(desk: &mut Desk<'_>) -> Result<()> {
    let path = desk.stores.location();
    if desk.format() != Format::Text {
        return desk.print_records(&["path"], [vec![path.to_string_lossy().into_owned().into()]], false);
    }
    // A script gets the exact bytes of the path.
    let is_for_people = desk.output.layout().width.is_some();
    let mut line = if is_for_people { shown(path).into_bytes() } else { path.into_encoded_bytes() };
    line.push(b'\n');
    output::print(desk.output, &line).map(|_| ())
}

/// Makes a copy of the store at a place. A signal ends the copy between two steps. Then the record can say that it
/// failed.
fn make(
    desk: &mut Desk<'_>,
    what: &str,
    place: &Path,
    copy: impl FnOnce(&mut dyn Watch) -> store::Result<()>,
) -> Result<()> {
    desk.terminal.enter(Phase::Committing);
    let made = copy(&mut Watched::on(desk.terminal));
    desk.terminal.enter(if made.is_ok() { Phase::Telling } else { Phase::Idle });
    made.map_err(|error| match error {
        StoreError::Conflict(message) => taken(message),
        StoreError::Stopped => Failure::new(Kind::Cancelled, format!("cancelled; there is no {what} {}", shown(place))),
        error @ StoreError::Unknown(_) => of_new_store(error, place),
        error @ StoreError::Failed(_) => {
            Failure::from(error).hint("use a folder of your own, on a disk with room that keeps the modes of files")
        }
        other => other.into(),
    })
}

/// The failure of making a store at a place. It has no operation to look for.
#[must_use]
pub fn of_new_store(error: StoreError, place: &Path) -> Failure {
    match error {
        error @ StoreError::Unknown(None) => Failure::from(error).hint(format!(
            "once changes go through again, find out whether there is a store: passdesk store check --store {}",
            shown(place)
        )),
        other => other.into(),
    }
}

/// Shows the progress of a long run on a terminal. Ends the run if a signal was put off.
pub struct Watched<'a> {
    terminal: &'a mut dyn Terminal,
    shown: Option<&'static str>,
}

impl<'a> Watched<'a> {
    /// Shows it on this terminal.
    pub fn on(terminal: &'a mut dyn Terminal) -> Self {
        Self { terminal, shown: None }
    }
}

impl Watch for Watched<'_> {
    fn progress(&mut self, what: &'static str, done: u64, total: u64) -> store::Result<()> {
        if self.shown != Some(what) {
            if self.shown.replace(what).is_some() {
                self.terminal.end_progress();
            }
            self.terminal.begin_progress(what, total);
        }
        self.terminal.advance(done);
        if self.terminal.interrupted() { Err(StoreError::Stopped) } else { Ok(()) }
    }
}

impl Drop for Watched<'_> {
    fn drop(&mut self) {
        if self.shown.is_some() {
            self.terminal.end_progress();
        }
    }
}

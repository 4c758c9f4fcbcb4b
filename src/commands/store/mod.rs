//! `passdesk store …`.

mod backup;
mod check;

use super::Desk;
use crate::cli::store::Command;
use crate::domain::text::shown;
use crate::failure::Result;
use crate::store::{self, StoreError, Watch};
use crate::terminal::Terminal;
use crate::terminal::format::Format;
use crate::terminal::output;

/// Runs one of the commands.
pub fn run(desk: &mut Desk<'_>, command: &Command) -> Result<()> {
    match command {
        Command::Path => path(desk),
        Command::Backup(args) => backup::run(desk, args),
        Command::Check => check::run(desk),
    }
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

/// Shows the progress of a long run on a terminal. Ends the run if a signal was put off.
struct Watched<'a> {
    terminal: &'a mut dyn Terminal,
    shown: Option<&'static str>,
}

impl<'a> Watched<'a> {
    fn on(terminal: &'a mut dyn Terminal) -> Self {
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

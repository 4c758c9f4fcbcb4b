//! `passdesk store …`.

use std::borrow::Cow;

use serde::Serialize;

use super::Desk;
use crate::cli::store::Command;
use crate::failure::Result;
use crate::terminal::format::{Format, Record};

/// Runs one of the commands.
pub fn run(desk: &mut Desk<'_>, command: &Command) -> Result<()> {
    match command {
        Command::Path => path(desk),
    }
}

#[derive(Serialize)]
struct PathRecord {
    path: String,
}

impl Record for PathRecord {
    const COLUMNS: &'static [&'static str] = &["path"];

    fn cells(&self) -> Vec<Cow<'_, str>> {
        vec![self.path.as_str().into()]
    }
}

/// Prints the path of the store, whether it is there or not.
fn path(desk: &mut Desk<'_>) -> Result<()> {
    let path = desk.stores.location();
    if desk.format() == Format::Text {
        return desk.print(&format!("{path}\n"));
    }
    desk.print_records(&[PathRecord { path }], false)
}

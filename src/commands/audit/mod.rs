//! `passdesk audit …`.

mod archive;
mod list;
mod time;
mod verify;

use super::Desk;
use crate::cli::audit::Command;
use crate::failure::Result;

/// Runs one of the commands.
pub fn run(desk: &mut Desk<'_>, command: &Command) -> Result<()> {
    match command {
        Command::List(args) => list::run(desk, args),
        Command::Verify(args) => verify::run(desk, args),
        Command::Archive(args) => archive::run(desk, args),
    }
}

//! `passdesk me …`.

pub mod choose;
pub mod passwd;
pub mod profile;
pub mod sign_in;
pub mod sign_out;

use super::Desk;
use crate::cli::me::Command;
use crate::failure::Result;

/// Runs one of the commands.
pub fn run(desk: &mut Desk<'_>, command: &Command) -> Result<()> {
    match command {
        Command::SignIn => sign_in::run(desk),
        Command::SignOut(args) => sign_out::run(desk, args),
        Command::Profile => profile::run(desk),
        Command::Passwd(_) => passwd::run(desk),
    }
}

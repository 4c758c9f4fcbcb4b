//! `passdesk users …`.

pub mod add;
mod bad_rows;
mod csv_rows;
pub mod disable;
pub mod edit;
pub mod enable;
pub mod import;
pub mod list;
mod many;
pub mod purge;
pub mod remove;
pub mod require_change;
pub mod reset;
pub mod restore;
pub mod roles;
pub mod show;
mod suggest;
pub mod unlock;

use super::Desk;
use crate::cli::users::Command;
use crate::domain::account::Account;
use crate::domain::text::quoted;
use crate::failure::{Failure, Kind, Result};

/// Runs one of the commands.
pub fn run(desk: &mut Desk<'_>, command: &Command) -> Result<()> {
    match command {
        Command::List(args) => list::run(desk, args),
        Command::Show(args) => show::run(desk, args),
        Command::Add(args) => add::run(desk, args),
        Command::Import(args) => import::run(desk, args),
        Command::Edit(args) => edit::run(desk, args),
        Command::Reset(args) => reset::run(desk, args),
        Command::RequireChange(args) => require_change::run(desk, args),
        Command::Unlock(args) => unlock::run(desk, args),
        Command::Disable(args) => disable::run(desk, args),
        Command::Enable(args) => enable::run(desk, args),
        Command::Grant(args) => roles::grant(desk, args),
        Command::Revoke(args) => roles::revoke(desk, args),
        Command::Remove(args) => remove::run(desk, args),
        Command::Restore(args) => restore::run(desk, args),
        Command::Purge(args) => purge::run(desk, args),
    }
}

/// What to say of a username or an address that another account has.
fn taken(name: &str, other: &Account) -> Failure {
    Failure::new(Kind::Conflict, format!("{} is taken by {}, id {}", quoted(name), other.username, other.id))
        .hint(format!("see it with 'passdesk users show {}'", other.id))
}

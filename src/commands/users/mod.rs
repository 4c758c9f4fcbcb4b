//! `passdesk users …`.

pub mod add;
mod bad_rows;
mod csv_rows;
pub mod edit;
pub mod import;
pub mod list;
mod many;
pub mod purge;
pub mod reset;
pub mod roles;
pub mod show;
mod suggest;

use self::many::change_each;
use super::Desk;
use crate::cli::users::Command;
use crate::domain::account::Account;
use crate::domain::authority::Action;
use crate::domain::text::quoted;
use crate::failure::{Failure, Kind, Result};
use crate::store::Store;

/// Runs one of the commands.
pub fn run(desk: &mut Desk<'_>, command: &Command) -> Result<()> {
    match command {
        Command::List(args) => list::run(desk, args),
        Command::Show(args) => show::run(desk, args),
        Command::Add(args) => add::run(desk, args),
        Command::Import(args) => import::run(desk, args),
        Command::Edit(args) => edit::run(desk, args),
        Command::Reset(args) => reset::run(desk, args),
        Command::RequireChange(args) => {
            let done = "must choose a new password at the next sign-in.";
            change_each(desk, args, Action::RequireChange, Store::require_change, done)
        }
        Command::Unlock(args) => {
            change_each(desk, args, Action::Unlock, Store::unlock, "may try to sign in again at once.")
        }
        Command::Disable(args) => {
            let done = "is disabled; every sign-in and token has ended.";
            change_each(desk, args, Action::Disable, Store::disable, done)
        }
        Command::Enable(args) => change_each(desk, args, Action::Enable, Store::enable, "is enabled."),
        Command::Remove(args) => {
            let done = "is removed; 'passdesk users restore' brings it back for 30 days.";
            change_each(desk, args, Action::Remove, Store::remove, done)
        }
        Command::Restore(args) => change_each(desk, args, Action::Restore, Store::restore, "is restored."),
        Command::Grant(args) => roles::grant(desk, args),
        Command::Revoke(args) => roles::revoke(desk, args),
        Command::Purge(args) => purge::run(desk, args),
    }
}

/// What to say of a username or an address that another account has.
fn taken(name: &str, other: &Account) -> Failure {
    Failure::new(Kind::Conflict, format!("{} is taken by {}, id {}", quoted(name), other.username, other.id))
        .hint(format!("see it with 'passdesk users show {}'", other.id))
}

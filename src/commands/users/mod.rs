//! `passdesk users …`.

pub mod add;
mod bad_rows;
mod column_names;
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

use self::many::{Done, change_each};
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
            let done: Done = |_| "must choose a new password at the next sign-in.";
            change_each(desk, args, Action::RequireChange, Store::require_change, done)
        }
        Command::Unlock(args) => change_each(desk, args, Action::Unlock, Store::unlock, unlocked),
        Command::Disable(args) => {
            let done: Done = |_| "is disabled; every sign-in and token has ended.";
            change_each(desk, args, Action::Disable, Store::disable, done)
        }
        Command::Enable(args) => change_each(desk, args, Action::Enable, Store::enable, |_| "is enabled."),
        Command::Remove(args) => {
            let done: Done = |_| "is removed; 'passdesk users restore' brings it back.";
            change_each(desk, args, Action::Remove, Store::remove, done)
        }
        Command::Restore(args) => change_each(desk, args, Action::Restore, Store::restore, |_| "is restored."),
        Command::Grant(args) => roles::grant(desk, args),
        Command::Revoke(args) => roles::revoke(desk, args),
        Command::Purge(args) => purge::run(desk, args),
    }
}

/// What an unlock did, given the account as it was before.
fn unlocked(account: &Account) -> &'static str {
    let had_to_wait = account.locked_at.is_some() || account.tries.failed > 0;
    match (had_to_wait, account.is_open()) {
        (true, true) => "may try to sign in again at once.",
        (true, false) => "is unlocked, and still disabled.",
        (false, true) => "was not locked.",
        (false, false) => "was not locked. It is disabled.",
    }
}

/// The failure for a username or an address that another account has.
fn taken(name: &str, other: &Account) -> Failure {
    let (removed, hint) = match other.removed_at {
        Some(_) => (", which is removed", format!("'passdesk users restore {}' brings it back", other.id)),
        None => ("", format!("see it with 'passdesk users show {}'", other.id)),
    };
    let message = format!("{} is taken by {}, id {}{removed}", quoted(name), other.username, other.id);
    Failure::new(Kind::Conflict, message).hint(hint)
}

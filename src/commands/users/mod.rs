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
mod selection;
pub mod show;
mod suggest;

use super::Desk;
use crate::cli::users::Command;
use crate::domain::account::{Account, AccountId};
use crate::domain::change::Change;
use crate::domain::email::Email;
use crate::domain::name::Username;
use crate::domain::target::Target;
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
        Command::RequireChange(args) => many::run(desk, args, Change::RequireChange),
        Command::Unlock(args) => many::run(desk, args, Change::Unlock),
        Command::Disable(args) => many::run(desk, args, Change::Disable),
        Command::Enable(args) => many::run(desk, args, Change::Enable),
        Command::SignOut(args) => many::run(desk, args, Change::SignOut),
        Command::Remove(args) => many::run(desk, args, Change::Remove),
        Command::Restore(args) => many::run(desk, args, Change::Restore),
        Command::Grant(args) => many::run(desk, &args.many, Change::Grant(args.role)),
        Command::Revoke(args) => many::run(desk, &args.many, Change::Revoke(args.role)),
        Command::Purge(args) => purge::run(desk, args),
    }
}

/// Refuses a username or an address that an account other than this one has.
fn are_free(store: &Store, username: Option<&Username>, email: Option<&Email>, own: Option<AccountId>) -> Result<()> {
    if let Some(username) = username
        && let Some(other) = store.holder(username)?.filter(|other| own != Some(other.id))
    {
        return Err(taken(username.as_str(), &other));
    }
    if let Some(email) = email
        && let Some(other) = store.account(&Target::Email(email.clone()))?.filter(|other| own != Some(other.id))
    {
        return Err(taken(email.as_str(), &other));
    }
    Ok(())
}

/// The failure for a username or an address that another account has, or for a username that it had.
fn taken(name: &str, other: &Account) -> Failure {
    if !name.contains('@') && name != other.username.as_str() {
        let message = format!("{} is kept for {}, id {}, which had it before", quoted(name), other.username, other.id);
        return Failure::new(Kind::Conflict, message).hint("'passdesk policy show' says for how long: restorable-for");
    }
    let (removed, hint) = match other.removed_at {
        Some(_) => (", which is removed", format!("'passdesk users restore {}' brings it back", other.id)),
        None => ("", format!("see it with 'passdesk users show {}'", other.id)),
    };
    let message = format!("{} is taken by {}, id {}{removed}", quoted(name), other.username, other.id);
    Failure::new(Kind::Conflict, message).hint(hint)
}

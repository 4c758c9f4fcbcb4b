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

use std::borrow::Cow;

use self::many::{Done, change_each};
use super::{Desk, lost_address};
use crate::cli::users::Command;
use crate::domain::account::{Account, AccountId};
use crate::domain::authority::Action;
use crate::domain::clock::Timestamp;
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
        Command::RequireChange(args) => {
            let done: Done = |_, _, _| "must choose a new password at the next sign-in.".into();
            change_each(desk, args, Action::RequireChange, Store::require_change, done)
        }
        Command::Unlock(args) => change_each(desk, args, Action::Unlock, Store::unlock, unlocked),
        Command::Disable(args) => {
            let done: Done = |_, _, _| "is disabled; every sign-in and token has ended.".into();
            change_each(desk, args, Action::Disable, Store::disable, done)
        }
        Command::Enable(args) => change_each(desk, args, Action::Enable, Store::enable, |_, _, _| "is enabled.".into()),
        Command::Remove(args) => {
            let done: Done = |_, _, _| "is removed; 'passdesk users restore' brings it back.".into();
            change_each(desk, args, Action::Remove, Store::remove, done)
        }
        Command::Restore(args) => change_each(desk, args, Action::Restore, Store::restore, restored),
        Command::Grant(args) => roles::grant(desk, args),
        Command::Revoke(args) => roles::revoke(desk, args),
        Command::Purge(args) => purge::run(desk, args),
    }
}

/// What a restore did.
fn restored(before: &Account, after: Option<&Account>, _: Timestamp) -> Cow<'static, str> {
    let lost = after.and_then(|after| lost_address(before, after));
    lost.map_or("is restored.".into(), |lost| format!("is restored {lost}").into())
}

/// What an unlock did.
fn unlocked(account: &Account, _: Option<&Account>, now: Timestamp) -> Cow<'static, str> {
    let had_to_wait = account.locked_at.is_some() || account.tries.failed > 0;
    match (had_to_wait, account.out_of_use(now)) {
        (true, None) => "may try to sign in again at once.".into(),
        (true, Some(state)) => format!("is unlocked, and still {state}.").into(),
        (false, None) => "was not locked.".into(),
        (false, Some(state)) => format!("was not locked. It is {state}.").into(),
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

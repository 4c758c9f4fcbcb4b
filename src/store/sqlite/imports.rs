//! Importing accounts: finding out whose names are taken, and writing them all in one transaction.

use rusqlite::{Connection, OptionalExtension as _, Statement, Transaction, params};

use super::accounts::{self, seen_account};
use super::admins::Admins;
use super::authority::Present;
use super::bound::Bounded;
use super::changes::{bump, taken, write_edit};
use super::errors::failed;
use super::record;
use crate::domain::account::{Account, AccountId};
use crate::domain::authority::{Action, Refusal, Subject};
use crate::domain::name::{Email, Username};
use crate::domain::role::{Role, Roles};
use crate::domain::target::Target;
use crate::store::{Import, Imported, Mandate, Namesakes, Newcomer, Result, SeenEdit, StoreError, events, search_text};

/// The pages that are kept in memory while much is written, in KiB. The entries of an index come in any order: with the
/// 2 MiB that SQLite takes otherwise, nearly each of them would have a page written and read again.
const ROOM_KIB: i64 = 128 * 1024;
/// What SQLite takes otherwise: <https://www.sqlite.org/pragma.html#pragma_cache_size>.
const USUAL_ROOM_KIB: i64 = 2_000;

/// After how many accounts whoever waits is told.
const STRIDE: u64 = 1_000;

pub fn with_room(connection: &Connection) -> Result<()> {
    connection.pragma_update(None, "cache_size", -ROOM_KIB).map_err(failed)
}

pub fn with_usual_room(connection: &Connection) -> Result<()> {
    connection.pragma_update(None, "cache_size", -USUAL_ROOM_KIB).map_err(failed)
}

pub fn namesakes(connection: &Bounded, of: &[Newcomer]) -> Result<Vec<Namesakes>> {
    let bound = connection.bound();
    // Outside of a transaction each look would lock the file, and let go of it again.
    let transaction = connection.unchecked_transaction().map_err(failed)?;
    let prepare = |column| {
        let sql = format!("SELECT id FROM accounts WHERE {column} = ?1");
        transaction.prepare(&sql).map_err(failed)
    };
    let (mut by_username, mut by_email) = (prepare("username")?, prepare("email_key")?);
    let mut found = Vec::new();
    for (place, newcomer) in of.iter().enumerate() {
        bound.renew();
        let username = holder(&mut by_username, newcomer.username.as_str())?;
        let email = match &newcomer.email {
            Some(email) => holder(&mut by_email, &email.key())?,
            None => None,
        };
        if username.is_none() && email.is_none() {
            continue;
        }
        let by_username = account(connection, username)?;
        let by_email = if email == username { by_username.clone() } else { account(connection, email)? };
        found.push(Namesakes { place, by_username, by_email });
    }
    Ok(found)
}

fn holder(statement: &mut Statement<'_>, name: &str) -> Result<Option<AccountId>> {
    statement.query_row([name], |row| row.get(0).map(AccountId)).optional().map_err(failed)
}

fn account(connection: &Connection, id: Option<AccountId>) -> Result<Option<Account>> {
    id.map_or(Ok(None), |id| accounts::find(connection, &Target::Id(id)))
}

pub fn import(
    transaction: &Transaction<'_>,
    by: &Mandate,
    import: Import<'_>,
    go_on: &mut dyn FnMut(u64) -> bool,
) -> Result<Imported> {
    let actor = Present::look_up(transaction, by)?;
    actor.may(Action::Import, None)?;
    let before = Admins::there(transaction, by.at)?;
    let mut written = 0;
    let mut count = || {
        written += 1;
        if written % STRIDE == 0 && !go_on(written) { Err(StoreError::Stopped) } else { Ok(()) }
    };
    let imported = add(transaction, by, &actor, import.new, &mut count)?;
    let demoted = edit(transaction, &actor, import.edits, &mut count)?;
    if let Some(username) = demoted
        && before.are_missed_in(&Admins::there(transaction, by.at)?)
    {
        return Err(Refusal::LastAdmin { username }.into());
    }
    record::append(transaction, &events::imported(by, &import, imported))?;
    Ok(imported)
}

/// Makes the accounts. Their numbers follow each other: nobody else writes meanwhile, and none is used again.
fn add(
    transaction: &Transaction<'_>,
    by: &Mandate,
    actor: &Present,
    new: &[Newcomer],
    count: &mut impl FnMut() -> Result<()>,
) -> Result<Imported> {
    let mut decided: Vec<Roles> = Vec::new();
    let sql = "INSERT INTO accounts (username, display_name, email, email_key, search_text, roles, state, must_change,
                                     created_at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'active', TRUE, ?7)";
    let mut statement = transaction.prepare(sql).map_err(failed)?;
    let mut imported = Imported { ids: None };
    for Newcomer { username, display_name, email, roles } in new {
        // What may be done to an account that is not there yet is a matter of its roles alone.
        if !decided.contains(roles) {
            may_add(actor, username, *roles)?;
            decided.push(*roles);
        }
        statement
            .execute(params![
                username.as_str(),
                display_name.as_str(),
                email.as_ref().map(Email::as_str),
                email.as_ref().map(Email::key),
                search_text(username, display_name, email.as_ref()),
                roles.bits(),
                by.at.as_second(),
            ])
            .map_err(|error| of(username, taken(error)))?;
        let id = AccountId(transaction.last_insert_rowid());
        imported.ids = Some((imported.ids.map_or(id, |(first, _)| first), id));
        count()?;
    }
    Ok(imported)
}

fn may_add(actor: &Present, username: &Username, roles: Roles) -> Result<()> {
    let subject = Subject { id: None, username, roles };
    actor.may(Action::Import, Some(subject))?;
    if roles.is_empty() { Ok(()) } else { actor.may(Action::Grant, Some(subject)) }
}

/// Changes the accounts, and names one that is a global-admin no longer.
fn edit(
    transaction: &Transaction<'_>,
    actor: &Present,
    edits: &[SeenEdit],
    count: &mut impl FnMut() -> Result<()>,
) -> Result<Option<Username>> {
    let mut demoted = None;
    for SeenEdit { id, seen, edit } in edits {
        let account = seen_account(transaction, *id, *seen)?;
        actor.may(Action::Edit, Some((&account).into()))?;
        if account.removed_at.is_some() {
            return Err(StoreError::Conflict(format!("{} is removed", account.username)));
        }
        write_edit(transaction, &account, edit, |action, subject| actor.may(action, Some(subject)))
            .map_err(|error| of(&account.username, error))?;
        bump(transaction, *id)?;
        let admin = |roles: Roles| roles.contains(Role::GlobalAdmin);
        if admin(account.roles) && edit.roles.is_some_and(|roles| !admin(roles)) {
            demoted = Some(account.username);
        }
        count()?;
    }
    Ok(demoted)
}

/// Names the one of many whose name somebody else has taken meanwhile.
fn of(username: &Username, error: StoreError) -> StoreError {
    match error {
        StoreError::Conflict(message) => StoreError::Conflict(format!("{username}: {message}")),
        other => other,
    }
}

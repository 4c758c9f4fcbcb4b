//! Tries to sign in: counted before the password is looked at, so that whoever kills the process has had their try.

use jiff::Timestamp;
use rusqlite::{Connection, Transaction, params};

use super::accounts::{self, moment, proved_account};
use super::admins::Admins;
use super::errors::failed;
use super::{record, repeats, sign_ins};
use crate::domain::account::{Account, AccountId};
use crate::domain::name::Username;
use crate::domain::role::Role;
use crate::domain::target::Target;
use crate::domain::throttle::{self, Throttle, Tries, TriesNow, TryId};
use crate::store::{FailedTry, Mandate, Occasion, PassedTry, Result, StoreError, events};

/// Counts a try, and gives it a number if its password may be looked at.
pub fn begin(
    transaction: &Transaction<'_>,
    username: Option<&Username>,
    at: Timestamp,
    throttle: Throttle,
) -> Result<Option<TryId>> {
    let number = count(transaction)?;
    let Some(username) = username else { return Ok(None) };
    let Some(account) = accounts::find(transaction, &Target::Username(username.clone()))? else { return Ok(None) };
    let known = give_up(transaction, &account, at)?;
    if !account.is_open() || account.locked_at.is_some() {
        return Ok(None);
    }
    let needed = is_needed(transaction, &account, at)?;
    let (tries, may) = known.begin(under_way(transaction, account.id)?, at, throttle, needed);
    if tries != known {
        write(transaction, account.id, tries, 0)?;
    }
    if may {
        transaction
            .execute(
                "INSERT INTO tries (account_id, id, began_at) VALUES (?1, ?2, ?3)",
                params![account.id.0, number.0, at.as_second()],
            )
            .map_err(failed)?;
        return Ok(Some(number));
    }
    if tries.are_spent(throttle) && !needed {
        lock(transaction, &account, at, tries)?;
    }
    Ok(None)
}

/// The number of a try, which no other has. One under a name that is nobody's is counted, too.
fn count(transaction: &Transaction<'_>) -> Result<TryId> {
    let sql = "UPDATE settings SET value = CAST(value AS INTEGER) + 1 WHERE key = 'sign_in_tries'
               RETURNING CAST(value AS INTEGER)";
    transaction.query_row(sql, [], |row| row.get(0)).map(TryId).map_err(failed)
}

/// How many tries of an account are under way.
fn under_way(connection: &Connection, id: AccountId) -> Result<u32> {
    let sql = "SELECT count(*) FROM tries WHERE account_id = ?1";
    connection.query_row(sql, [id.0], |row| row.get(0)).map_err(failed)
}

/// Takes those that will not come to their end for failed, counts and records it. Says what has failed by now.
fn give_up(transaction: &Transaction<'_>, account: &Account, at: Timestamp) -> Result<Tries> {
    let [least, most] = throttle::alive(at).map(Timestamp::as_second);
    let sql = "DELETE FROM tries WHERE account_id = ?1 AND began_at NOT BETWEEN ?2 AND ?3 RETURNING began_at";
    let given_up: Vec<Timestamp> = transaction
        .prepare_cached(sql)
        .and_then(|mut statement| {
            statement
                .query_map([account.id.0, least, most], |row| Ok(moment(row, 0).ok().flatten().unwrap_or(at)))?
                .collect()
        })
        .map_err(failed)?;
    let tries = given_up.iter().fold(account.tries, |tries, began_at| tries.fail(*began_at));
    if tries != account.tries {
        write(transaction, account.id, tries, tries.failed - account.tries.failed)?;
        let entry = events::given_up(account, &given_up, at);
        repeats::append(transaction, &entry, events::GIVEN_UP, tries.failed - account.tries.failed)?;
    }
    Ok(tries)
}

/// The tries of an account as the next one will find them.
pub fn standing(connection: &Connection, account: &Account, now: Timestamp) -> Result<TriesNow> {
    let [least, most] = throttle::alive(now);
    let mut standing = TriesNow { tries: account.tries, under_way: 0 };
    let mut statement = connection.prepare("SELECT began_at FROM tries WHERE account_id = ?1").map_err(failed)?;
    let mut rows = statement.query([account.id.0]).map_err(failed)?;
    while let Some(row) = rows.next().map_err(failed)? {
        match moment(row, 0).map_err(failed)?.unwrap_or(now) {
            began_at if least <= began_at && began_at <= most => {
                standing.under_way = standing.under_way.saturating_add(1);
            }
            began_at => standing.tries = standing.tries.fail(began_at),
        }
    }
    Ok(standing)
}

/// Ends the tries that are under way: they are about a password that is no longer in force, or have been forgiven. Those
/// that will not come to their end any more have failed before.
pub fn end_all(transaction: &Transaction<'_>, account: &Account, at: Timestamp) -> Result<Tries> {
    let tries = give_up(transaction, account, at)?;
    transaction
        .prepare_cached("DELETE FROM tries WHERE account_id = ?1")
        .and_then(|mut statement| statement.execute([account.id.0]))
        .map_err(failed)?;
    Ok(tries)
}

/// A try comes to its end; `false` if it has been given up or ended meanwhile.
fn end(transaction: &Transaction<'_>, id: AccountId, begun: TryId) -> Result<bool> {
    let sql = "DELETE FROM tries WHERE account_id = ?1 AND id = ?2";
    transaction.execute(sql, [id.0, begun.0]).map(|ended| ended > 0).map_err(failed)
}

/// Records that a try has failed, and counts it if its password was looked at. After too many the account is locked,
/// unless nobody would be left to administer the store.
pub fn fail(transaction: &Transaction<'_>, failure: &FailedTry<'_>, at: Timestamp, throttle: Throttle) -> Result<()> {
    let account = match failure.account {
        Some(id) => accounts::find(transaction, &Target::Id(id))?,
        None => None,
    };
    let entry = events::not_let_in(account.as_ref(), at, failure.why);
    repeats::append(transaction, &entry, &events::kind_of(&entry), 1)?;
    let Some((account, begun)) = account.zip(failure.begun) else { return Ok(()) };
    if !end(transaction, account.id, begun)? {
        return Ok(());
    }
    let tries = account.tries.fail(at);
    write(transaction, account.id, tries, 1)?;
    let is_due = tries.are_spent(throttle) && account.is_open() && account.locked_at.is_none();
    if is_due && !is_needed(transaction, &account, at)? {
        lock(transaction, &account, at, tries)?;
    }
    Ok(())
}

/// A try has succeeded: those that failed before it are forgotten. Says what the account is now.
pub fn pass(transaction: &Transaction<'_>, passed: &PassedTry<'_>, at: Timestamp) -> Result<Account> {
    let &PassedTry { account: id, begun, proved, renewed, occasion } = passed;
    let account = proved_account(transaction, id, proved, at)?;
    if account.locked_at.is_some() {
        return Err(StoreError::Conflict("the account has been locked meanwhile".into()));
    }
    // One that took so long that it was given up has been counted as failed, and is forgotten with those that have.
    end(transaction, id, begun)?;
    let tries = Tries::default();
    write(transaction, id, tries, 0)?;
    let by = Mandate::of(&account, proved, at);
    record::append(transaction, &events::let_in(&by, &account, &occasion))?;
    if let Occasion::SignIn(new) = &occasion
        && !account.must_change
    {
        sign_ins::add(transaction, id, new, at)?;
    }
    if let Some(hash) = renewed {
        let was = accounts::credential(transaction, &account.username)?.and_then(|(_, credential)| credential);
        let sql = "UPDATE accounts SET password_hash = ?2 WHERE id = ?1";
        transaction.execute(sql, params![id.0, hash.as_str()]).map_err(failed)?;
        let was = was.as_ref().map(|was| &was.hash);
        record::append(transaction, &events::hash_renewed(&by, &account, was, hash))?;
    }
    Ok(Account { tries, ..account })
}

/// The owner of an account has been told of so many failures. Others may have failed since.
pub fn note_told(transaction: &Transaction<'_>, id: AccountId, failures: u32) -> Result<()> {
    let sql = "UPDATE accounts SET tries_untold = max(tries_untold - ?2, 0) WHERE id = ?1";
    transaction.execute(sql, params![id.0, failures]).map_err(failed).map(drop)
}

/// Forgets the failures of an account, ends the tries that are under way, and unlocks it. Says how many had failed.
pub fn forget(transaction: &Transaction<'_>, account: &Account, at: Timestamp) -> Result<u32> {
    let tries = end_all(transaction, account, at)?;
    write(transaction, account.id, Tries::default(), 0)?;
    transaction
        .prepare_cached("UPDATE accounts SET locked_at = NULL WHERE id = ?1")
        .and_then(|mut statement| statement.execute([account.id.0]))
        .map_err(failed)?;
    Ok(tries.failed)
}

/// Whether nobody could administer the store if this account were locked.
fn is_needed(connection: &Connection, account: &Account, now: Timestamp) -> Result<bool> {
    let is_admin = account.roles.contains(Role::GlobalAdmin);
    Ok(is_admin && Admins::there(connection, now)?.are_missed_in(&Admins::but(connection, account.id, now)?))
}

fn lock(transaction: &Transaction<'_>, account: &Account, at: Timestamp, tries: Tries) -> Result<()> {
    transaction
        .execute("UPDATE accounts SET locked_at = ?2 WHERE id = ?1", params![account.id.0, at.as_second()])
        .map_err(failed)?;
    record::append(transaction, &events::locked(account, tries, at))
}

/// Writes what has failed, so many of which its owner has not been told of yet.
fn write(transaction: &Transaction<'_>, id: AccountId, tries: Tries, untold: u32) -> Result<()> {
    transaction
        .prepare_cached(
            "UPDATE accounts SET tries_failed = ?2, tried_at = ?3, tries_untold = tries_untold + ?4 WHERE id = ?1",
        )
        .and_then(|mut statement| {
            statement.execute(params![id.0, tries.failed, tries.last_at.map(Timestamp::as_second), untold])
        })
        .map_err(failed)
        .map(drop)
}

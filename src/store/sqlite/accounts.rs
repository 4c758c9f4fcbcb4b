//! Reading an account.

use jiff::Timestamp;
use rusqlite::types::{ToSql, Type};
use rusqlite::{Connection, OptionalExtension as _, Row, Transaction};

use super::errors::failed;
use crate::domain::account::{Account, AccountId, LastReset, Lifecycle, Revision};
use crate::domain::credential::{Credential, PasswordRevision, StoredHash};
use crate::domain::name::{DisplayName, Email, Username};
use crate::domain::role::Roles;
use crate::domain::target::Target;
use crate::domain::throttle::Tries;
use crate::store::{Result, StoreError};

/// What [`account`] reads.
pub(super) const COLUMNS: &str = "\
    id, revision, username, display_name, email, roles, state, must_change, temporary_until, password_changed_at, \
    reset_at, reset_by, created_at, removed_at, tries_failed, tried_at, locked_at, temporary_lapsed, tries_untold";
/// What stands behind [`COLUMNS`] where somebody signs in, and is not read otherwise.
const CREDENTIAL: &str = ", password_hash, password_revision";

pub fn find(connection: &Connection, target: &Target) -> Result<Option<Account>> {
    let (condition, key): (_, &dyn ToSql) = match target {
        Target::Id(id) => ("id = ?1", &id.0),
        Target::Username(username) => ("username = ?1", &username.as_str()),
        Target::Email(email) => ("email_key = ?1", &email.key()),
    };
    one(connection, "", condition, key, account)
}

/// The account, if it is still the one that was seen.
pub fn seen_account(transaction: &Transaction<'_>, id: AccountId, seen: Revision) -> Result<Account> {
    find(transaction, &Target::Id(id))?
        .filter(|account| account.revision == seen)
        .ok_or_else(|| StoreError::Conflict("somebody else has changed the account meanwhile".into()))
}

/// The account, if it is in use and still has the password that its owner has proved to know, and that is of use still.
pub fn proved_account(
    transaction: &Transaction<'_>,
    id: AccountId,
    proved: PasswordRevision,
    at: Timestamp,
) -> Result<Account> {
    let found = one(transaction, CREDENTIAL, "id = ?1", &id.0, with_credential)?;
    let account = found
        .filter(|(account, credential)| {
            account.is_open() && credential.as_ref().is_some_and(|one| one.revision == proved)
        })
        .map(|(account, _)| account)
        .ok_or_else(|| {
            StoreError::Conflict("the password has been reset, or the account disabled, meanwhile".into())
        })?;
    if account.temporary_has_expired(at) {
        return Err(StoreError::Conflict("the temporary password has expired meanwhile".into()));
    }
    Ok(account)
}

/// Which password an account has, of all that it has had.
pub fn password_revision(connection: &Connection, id: AccountId) -> Result<PasswordRevision> {
    connection
        .prepare_cached("SELECT password_revision FROM accounts WHERE id = ?1")
        .and_then(|mut statement| statement.query_row([id.0], |row| row.get(0).map(PasswordRevision)))
        .map_err(failed)
}

pub fn credential(connection: &Connection, username: &Username) -> Result<Option<(Account, Option<Credential>)>> {
    one(connection, CREDENTIAL, "username = ?1", &username.as_str(), with_credential)
}

fn with_credential(row: &Row<'_>) -> rusqlite::Result<(Account, Option<Credential>)> {
    let account = account(row)?;
    let hash: Option<String> = row.get(19)?;
    let temporary_until = account.temporary_until;
    let revision = PasswordRevision(row.get(20)?);
    let credential = hash.map(|hash| Credential { hash: StoredHash::from_store(hash), revision, temporary_until });
    Ok((account, credential))
}

fn one<T>(
    connection: &Connection,
    more: &str,
    condition: &str,
    key: &dyn ToSql,
    read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Option<T>> {
    connection
        .prepare_cached(&format!("SELECT {COLUMNS}{more} FROM accounts WHERE {condition}"))
        .and_then(|mut statement| statement.query_row([key], read).optional())
        .map_err(failed)
}

/// One account from a row of [`COLUMNS`].
pub(super) fn account(row: &Row<'_>) -> rusqlite::Result<Account> {
    let last_reset = match (moment(row, 10)?, row.get(11)?) {
        (Some(at), Some(by)) => Some(LastReset { at, by }),
        _ => None,
    };
    Ok(Account {
        id: AccountId(row.get(0)?),
        revision: Revision(row.get(1)?),
        username: text(row, 2)?.parse().map_err(|error| wrong(2, error))?,
        display_name: DisplayName::from_store(row.get(3)?),
        email: row.get::<_, Option<String>>(4)?.map(Email::from_store),
        roles: Roles::from_bits(row.get(5)?),
        lifecycle: match text(row, 6)? {
            "active" => Lifecycle::Active,
            "disabled" => Lifecycle::Disabled,
            other => return Err(wrong(6, anyhow::anyhow!("the state {other:?} is unknown"))),
        },
        must_change: row.get(7)?,
        temporary_until: moment(row, 8)?,
        temporary_lapsed: row.get(17)?,
        password_changed_at: moment(row, 9)?,
        removed_at: moment(row, 13)?,
        tries: Tries { failed: row.get(14)?, last_at: moment(row, 15)? },
        untold_failures: row.get(18)?,
        locked_at: moment(row, 16)?,
        last_reset,
        created_at: moment(row, 12)?.unwrap_or(Timestamp::UNIX_EPOCH),
    })
}

/// Text as it stands in the row, without a copy of it.
fn text<'r>(row: &'r Row<'_>, column: usize) -> rusqlite::Result<&'r str> {
    Ok(row.get_ref(column)?.as_str()?)
}

pub(super) fn moment(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Timestamp>> {
    let seconds: Option<i64> = row.get(column)?;
    seconds.map(|seconds| Timestamp::from_second(seconds).map_err(|error| wrong(column, error))).transpose()
}

pub(super) fn wrong(column: usize, error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, error.into())
}
